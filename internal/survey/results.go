package survey

import (
	"context"
	"database/sql"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/survey/instrument"
)

// Answered is a closed round with its answers, for whoever reports on it.
type Answered struct {
	Round      Round
	Instrument *instrument.Instrument
	Units      []RoundUnit
	Groups     []Group
	Answers    []instrument.Answers // of the questions that were shown, in the order of random keys
	Of         []int                // of the same responses: index in Groups
	Pairs      []string             // of the same responses: equal in two waves for one respondent's code; "": no code
}

// Group is what a response says of its respondent.
type Group struct {
	Unit       int64  // 0: the whole population
	Profession string // code; "": none is kept
	Invited    int
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
	c = &Answered{Round: r, Instrument: in}
	if c.Units, err = RoundUnits(ctx, s.DB, r.ID); err != nil {
		return nil, err
	}
	at := map[int]int{}
	if c.Groups, err = groupsOf(ctx, s.DB, r.ID, at); err != nil {
		return nil, err
	}
	one := texts{}
	err = eachResponse(ctx, s.DB, r.ID, func(x Response) {
		c.Answers = append(c.Answers, in.Clean(one.answers(in, x.Answers)))
		c.Of = append(c.Of, at[x.Group])
		c.Pairs = append(c.Pairs, x.Pair)
	})
	return c, err
}

// texts keeps one copy of each answer that many give.
type texts map[string]string

const mostKept = 40 // bytes: longer ones are somebody's own words

// answers turns stored answers into those of an instrument.
func (t texts) answers(in *instrument.Instrument, byID map[string]string) instrument.Answers {
	a := in.Blank()
	for i, it := range in.Items {
		text := byID[it.ID]
		if kept, ok := t[text]; ok {
			text = kept
		} else if len(text) <= mostKept {
			t[text] = text
		}
		a[i] = text
	}
	return a
}

// groupsOf lists a round's groups, and notes in at where the one of each number is.
func groupsOf(ctx context.Context, q db.Q, round int64, at map[int]int) (_ []Group, err error) {
	defer errs.Wrap(&err, "survey.groupsOf(%d)", round)
	n := 0
	return db.Rows(ctx, q, func(r *sql.Rows, g *Group) error {
		var number int
		var unit sql.NullInt64
		var prof sql.NullString
		err := r.Scan(&number, &unit, &prof, &g.Invited)
		g.Unit, g.Profession = unit.Int64, prof.String
		at[number] = n
		n++
		return err
	}, `SELECT grp, unit_id, profession, invited FROM survey_groups WHERE round_id = $1 ORDER BY grp`, round)
}
