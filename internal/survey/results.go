package survey

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/survey/instrument"
)

// Answered is a closed round, for whoever reports on its answers.
type Answered struct {
	Round      Round
	Instrument *instrument.Instrument
	Units      []RoundUnit
	Groups     []Group
	db         db.Q
	number     map[int]int // index in Groups of each group's number
}

// AnsweredOne is a response of a closed round.
type AnsweredOne struct {
	Answers instrument.Answers // to the questions that were shown
	Group   int                // index in Groups
	Pair    string             // equal in two waves for one respondent's code; "": no code
}

// Group is what a response says of its respondent.
type Group struct {
	Unit       int64  // 0: the whole population
	Profession string // code; "": none is kept
	Invited    int
}

// ClosedRound returns a closed round. A round that is not closed is errs.NotFound: until then nobody can
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
	c.db, c.number = s.DB, map[int]int{}
	c.Groups, err = groupsOf(ctx, s.DB, r.ID, c.number)
	return c, err
}

// Each gives the responses one by one, in the order of their random keys, which is always the same.
func (c *Answered) Each(ctx context.Context, use func(AnsweredOne) error) (err error) {
	defer errs.Wrap(&err, "survey.Each(%s)", c.Round.Code)
	if gone, err := Forgotten(ctx, c.db, c.Round.ID); err != nil {
		return err
	} else if !gone.IsZero() {
		return errs.New(errs.NotFound, "survey.forgotten")
	}
	rows, err := c.db.QueryContext(ctx, responsesOf, c.Round.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	read := newAnswerReader(c.Instrument)
	for rows.Next() {
		var group int
		var text, pair sql.RawBytes
		if err := rows.Scan(&group, &text, &pair); err != nil {
			return err
		}
		answers, err := read.answers(text)
		if err != nil {
			return err
		}
		if err := use(AnsweredOne{c.Instrument.Clean(answers), c.number[group], string(pair)}); err != nil {
			return err
		}
	}
	return rows.Err()
}

// answerReader reads stored answers to one instrument. Of an answer that many give it keeps one copy.
type answerReader struct {
	in    *instrument.Instrument
	index map[string]int // of each item
	kept  map[string]string
}

const mostKept = 40 // bytes: longer answers are somebody's own words

func newAnswerReader(in *instrument.Instrument) *answerReader {
	r := &answerReader{in: in, index: map[string]int{}, kept: map[string]string{}}
	for i, it := range in.Items {
		r.index[it.ID] = i
	}
	return r
}

func (r *answerReader) answers(text []byte) (instrument.Answers, error) {
	a := r.in.Blank()
	if flat(text, func(id, value []byte) {
		if i, ok := r.index[string(id)]; ok {
			a[i] = r.keep(value)
		}
	}) {
		return a, nil
	}
	var byID map[string]string
	if err := json.Unmarshal(text, &byID); err != nil {
		return nil, err
	}
	return answersTo(r.in, byID), nil
}

func (r *answerReader) keep(value []byte) string {
	if kept, ok := r.kept[string(value)]; ok {
		return kept
	}
	text := string(value)
	if len(text) <= mostKept {
		r.kept[text] = text
	}
	return text
}

// answersTo turns answers by item id into those of an instrument.
func answersTo(in *instrument.Instrument, byID map[string]string) instrument.Answers {
	a := in.Blank()
	for i, it := range in.Items {
		a[i] = byID[it.ID]
	}
	return a
}

// flat reads a JSON object of texts as this package writes them, several times as fast as a reader of all JSON. It reports false
// where there is anything else, such as a text with an escape: what it has given by then does not count.
func flat(text []byte, give func(id, value []byte)) bool {
	rest, ok := bytes.CutPrefix(text, []byte(`{"`))
	for ok {
		var id, value []byte
		if id, rest, ok = bytes.Cut(rest, []byte(`":"`)); !ok || bytes.IndexByte(id, '\\') >= 0 {
			return false
		}
		if value, rest, ok = bytes.Cut(rest, []byte{'"'}); !ok || bytes.IndexByte(value, '\\') >= 0 || bytes.IndexByte(id, '"') >= 0 {
			return false
		}
		give(id, value)
		if string(rest) == "}" {
			return true
		}
		rest, ok = bytes.CutPrefix(rest, []byte(`,"`))
	}
	return string(text) == "{}"
}

// unitOfGroup is the unit of a round's group, 0 for the whole population.
func unitOfGroup(ctx context.Context, q db.Q, round int64, group int) (_ int64, err error) {
	defer errs.Wrap(&err, "survey.unitOfGroup(%d, %d)", round, group)
	var unit sql.NullInt64
	err = db.HotRow(ctx, q, `SELECT unit_id FROM survey_groups WHERE round_id = $1 AND grp = $2`, round, group).Scan(&unit)
	return unit.Int64, err
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
