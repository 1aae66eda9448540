package instrument

import "strconv"

// Score is one person's score on one scale.
type Score struct {
	Scale    int     // in Instrument.Scales
	Mean     float64 // of the answered items after reverse keying; 0 unless OK
	Answered int     // items of the scale with a step chosen
	Of       int     // items of the scale, hidden ones too
	OK       bool    // enough were answered
}

// Scores gives one score for each scale, in order. Answers to hidden items do not count.
func (in *Instrument) Scores(a Answers) []Score { return in.ScoresOf(in.Clean(a)) }

// ScoresOf is Scores of answers that Clean has given.
func (in *Instrument) ScoresOf(a Answers) []Score {
	scores := make([]Score, len(in.Scales))
	for i, s := range in.Scales {
		scores[i] = s.score(a)
	}
	return scores
}

func (s *Scale) score(a Answers) Score {
	score := Score{Scale: s.Index, Of: len(s.Items)}
	sum := 0
	for _, it := range s.Items {
		value, err := strconv.Atoi(a[it.Index])
		if err != nil {
			continue // not answered, or not applicable
		}
		sum += it.Keyed(value)
		score.Answered++
	}
	score.OK = score.Answered >= 1 && score.Answered*100 >= s.MinAnsweredPct*score.Of
	if score.OK {
		score.Mean = float64(sum) / float64(score.Answered)
	}
	return score
}

// Words gives the words of the band that a score on the scale falls in.
func (s *Scale) Words(mean float64, lang string) string {
	words := s.Bands[0].Words
	for _, b := range s.Bands {
		if b.From <= mean {
			words = b.Words
		}
	}
	return words.In(lang)
}
