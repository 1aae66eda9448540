package app

import (
	"context"

	"taitorinki/internal/insight"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
)

// closedRounds gives insight the rounds that have results.
func (a *App) closedRounds(ctx context.Context) ([]insight.Round, error) {
	all, err := survey.Rounds(ctx, a.Config.DB)
	if err != nil {
		return nil, err
	}
	var out []insight.Round
	for _, r := range all {
		if r.State == survey.Closed {
			out = append(out, insight.Round{Code: r.Code, Name: r.Settings.Name, ClosedAt: r.ClosedAt})
		}
	}
	return out, nil
}

// closedRound gives insight a round's scores by area.
func (a *App) closedRound(ctx context.Context, code string) (*insight.Round, error) {
	c, err := a.Survey.ClosedRound(ctx, code)
	if err != nil {
		return nil, err
	}
	r := &insight.Round{Code: c.Round.Code, Name: c.Round.Settings.Name, ClosedAt: c.Round.ClosedAt, Invited: c.Round.Invited, Responses: len(c.Answers)}
	for _, s := range c.Instrument.Scales {
		r.Areas = append(r.Areas, insight.Area{ID: s.ID, Title: s.Title, Support: s.Kind == instrument.KindSupport, Min: s.Min(), Max: s.Max()})
	}
	for _, ans := range c.Answers {
		for _, sc := range c.Instrument.Scores(ans) {
			if sc.OK {
				r.Areas[sc.Scale].Scores = append(r.Areas[sc.Scale].Scores, sc.Mean)
			}
		}
	}
	past, err := survey.Earlier(ctx, a.Config.DB, &c.Round)
	if err != nil || len(past) == 0 || !c.Round.Settings.Waves {
		return r, err
	}
	before, err := a.Survey.ClosedRound(ctx, past[len(past)-1].Code)
	if err != nil {
		return nil, err
	}
	r.Earlier = waveBefore(before, c)
	return r, nil
}

// waveBefore pairs two waves by the codes that respondents brought. A code that two respondents of a wave used pairs nobody.
func waveBefore(before, after *survey.Answered) *insight.Wave {
	w := &insight.Wave{Code: before.Round.Code, Name: before.Round.Settings.Name, ClosedAt: before.Round.ClosedAt,
		Responses: len(before.Answers), Areas: make([]insight.MatchedArea, len(after.Instrument.Scales))}
	was := byPair(before)
	for pair, i := range byPair(after) {
		j, ok := was[pair]
		if !ok {
			continue
		}
		w.Matched++
		now := after.Instrument.Scores(after.Answers[i])
		for _, x := range survey.ScoresBy(after.Instrument, before.Instrument, before.Answers[j]) {
			if y := now[x.Scale]; x.OK && y.OK {
				m := &w.Areas[x.Scale]
				m.Before, m.After = append(m.Before, x.Mean), append(m.After, y.Mean)
			}
		}
	}
	return w
}

func byPair(c *survey.Answered) map[string]int {
	out, twice := map[string]int{}, map[string]bool{}
	for i, pair := range c.Pairs {
		if _, seen := out[pair]; seen || pair == "" {
			twice[pair] = true
		}
		out[pair] = i
	}
	for pair := range twice {
		delete(out, pair)
	}
	return out
}
