package survey

import (
	"context"

	"taitorinki/internal/errs"
	"taitorinki/internal/survey/instrument"
)

// Answered is a closed round with its answers, for whoever reports on it.
type Answered struct {
	Round      Round
	Instrument *instrument.Instrument
	Answers    []instrument.Answers // in the order of random keys
	Groups     []int                // of the same responses
	Pairs      []string             // of the same responses: equal in two waves for one respondent's code; "": no code
}

// ClosedRound returns a closed round and its answers. A round that is not closed is errs.NotFound: until then nobody can
// read them.
func (s *Service) ClosedRound(ctx context.Context, code string) (c *Answered, err error) {
	defer errs.Wrap(&err, "survey.ClosedRound")
	r, err := RoundByCode(ctx, s.DB, code)
	if err != nil {
		return nil, err
	}
	if r.State != Closed {
		return nil, errs.New(errs.NotFound, "survey.no-round")
	}
	in, err := s.Instrument(ctx, r.InstrumentID)
	if err != nil {
		return nil, err
	}
	all, err := Responses(ctx, s.DB, r.ID)
	if err != nil {
		return nil, err
	}
	c = &Answered{Round: r, Instrument: in}
	for _, x := range all {
		c.Answers = append(c.Answers, answersTo(in, x.Answers))
		c.Groups = append(c.Groups, x.Group)
		c.Pairs = append(c.Pairs, x.Pair)
	}
	return c, nil
}

// answersTo turns stored answers into those of an instrument.
func answersTo(in *instrument.Instrument, byID map[string]string) instrument.Answers {
	a := in.Blank()
	for i, it := range in.Items {
		a[i] = byID[it.ID]
	}
	return a
}
