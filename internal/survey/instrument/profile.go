package instrument

import (
	"cmp"
	"slices"
)

// Profile is what a person is told about her or his answers.
type Profile struct {
	Rows      []ProfileRow
	Strengths []*Scale   // the strongest competence scales: two of four or more with a score, one of two or three
	NextSteps []NextStep // two, of scales that are not strengths, when there is any score and enough is written
}

// ProfileRow is one scale of a profile; Words is empty when the score is missing.
type ProfileRow struct {
	Scale *Scale
	Score Score
	Words string
}

// NextStep is one thing to try, and the scale it belongs to.
type NextStep struct {
	Scale *Scale
	Text  string
}

const (
	mostStrengths = 2
	mostNextSteps = 2
)

// Profile tells what the answers say about the person.
func (in *Instrument) Profile(a Answers, lang string) Profile {
	return in.ProfileOf(in.Scores(a), lang)
}

// ProfileOf tells what stored scores say. A scale whose score is not among them has no score.
func (in *Instrument) ProfileOf(scores []Score, lang string) Profile {
	lang = in.Language(lang)
	var p Profile
	for i, s := range in.Scales {
		p.Rows = append(p.Rows, ProfileRow{Scale: s, Score: Score{Scale: i, Of: len(s.Items)}})
	}
	for _, score := range scores {
		if score.Scale < 0 || score.Scale >= len(p.Rows) {
			continue
		}
		row := &p.Rows[score.Scale]
		row.Score = score
		if score.OK {
			row.Words = row.Scale.Words(score.Mean, lang)
		}
	}
	p.choose(lang)
	return p
}

// choose picks strengths from the top and next steps from the bottom of the scored competence scales. None is both: that
// would read as a contradiction.
func (p *Profile) choose(lang string) {
	var scored []ProfileRow
	for _, row := range p.Rows {
		if row.Score.OK && row.Scale.Kind == KindCompetence {
			scored = append(scored, row)
		}
	}
	slices.SortStableFunc(scored, func(a, b ProfileRow) int { return cmp.Compare(b.share(), a.share()) })
	top := min(mostStrengths, len(scored)/2)
	for _, row := range scored[:top] {
		p.Strengths = append(p.Strengths, row.Scale)
	}
	rest := scored[top:]
	slices.SortStableFunc(rest, func(a, b ProfileRow) int {
		return cmp.Or(cmp.Compare(a.share(), b.share()), a.Scale.Index-b.Scale.Index)
	})
	switch len(rest) {
	case 0:
	case 1:
		s := rest[0].Scale
		for _, step := range s.NextSteps[:min(mostNextSteps, len(s.NextSteps))] {
			p.NextSteps = append(p.NextSteps, NextStep{s, step.In(lang)})
		}
	default:
		for _, row := range rest[:mostNextSteps] {
			p.NextSteps = append(p.NextSteps, NextStep{row.Scale, row.Scale.NextSteps[0].In(lang)})
		}
	}
}

// share places a score between its scale's ends, so that scales answered on different steps can be compared.
func (row ProfileRow) share() float64 {
	least, most := float64(row.Scale.Min()), float64(row.Scale.Max())
	return (row.Score.Mean - least) / (most - least)
}
