package signup

import (
	"context"
	"database/sql"
	"strconv"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/people"
)

// Tally is how many there are of an event.
type Tally struct {
	Placed, Offered, Waiting int
	Came                     int
	Needs                    int // how many told what they need
}

// Absent is how many had a place and did not come.
func (t Tally) Absent() int { return t.Placed - t.Came }

// Counts counts the sign-ups of an event.
func (s *Service) Counts(ctx context.Context, q db.Q, event int64) (t Tally, err error) {
	defer errs.Wrap(&err, "signup.Counts(%d)", event)
	err = q.QueryRowContext(ctx, `SELECT count(CASE WHEN state = 'place' THEN 1 END), count(CASE WHEN state = 'offered' THEN 1 END), count(CASE WHEN state = 'waiting' THEN 1 END),
		count(CASE WHEN state = 'place' THEN came_at END) FROM event_signups WHERE event_id = $1`, event).Scan(&t.Placed, &t.Offered, &t.Waiting, &t.Came)
	if err != nil {
		return t, err
	}
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM event_needs n JOIN event_signups s ON s.id = n.signup_id WHERE s.event_id = $1`, event).Scan(&t.Needs)
	return t, err
}

// Turnout tells of events how many had a place and how many came.
func (s *Service) Turnout(ctx context.Context, q db.Q, ids []int64) (out map[int64]events.Turnout, err error) {
	defer errs.Wrap(&err, "signup.Turnout")
	out = map[int64]events.Turnout{}
	for start := 0; start < len(ids); start += db.MostIn {
		list, args := db.In(0, ids[start:min(start+db.MostIn, len(ids))])
		type row struct {
			event int64
			t     events.Turnout
		}
		rows, err := db.Rows(ctx, q, func(r *sql.Rows, x *row) error { return r.Scan(&x.event, &x.t.Signed, &x.t.Came) },
			`SELECT event_id, count(*), count(came_at) FROM event_signups WHERE state = 'place' AND event_id IN `+list+` GROUP BY event_id`, args...)
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			out[x.event] = x.t
		}
	}
	return out, nil
}

// Holders are those who have a place at an event and an address: who is told of changes.
func (s *Service) Holders(ctx context.Context, q db.Q, event int64) ([]events.Recipient, error) {
	return s.recipients(ctx, q, event, `AND state = 'place'`)
}

// Concerned are those who were told of an event by this package: with a place, with an offer, and on the waiting list.
func (s *Service) Concerned(ctx context.Context, q db.Q, event int64) ([]events.Recipient, error) {
	return s.recipients(ctx, q, event, `AND state IN ('place', 'offered', 'waiting')`)
}

// Attended are those who came to an event.
func (s *Service) Attended(ctx context.Context, q db.Q, event int64) ([]events.Recipient, error) {
	return s.recipients(ctx, q, event, `AND state = 'place' AND came_at IS NOT NULL`)
}

// Absent are those who had a place at an event and did not come.
func (s *Service) Absent(ctx context.Context, q db.Q, event int64) ([]events.Recipient, error) {
	return s.recipients(ctx, q, event, `AND state = 'place' AND came_at IS NULL`)
}

func (s *Service) recipients(ctx context.Context, q db.Q, event int64, which string) (out []events.Recipient, err error) {
	all, err := read(ctx, q, `WHERE event_id = $1 `+which+` ORDER BY id`, event)
	if err != nil {
		return nil, err
	}
	at, err := personsOf(ctx, q, all)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		p, here := at[x.Person]
		switch {
		case x.Person == 0 && x.Email != "":
			out = append(out, events.Recipient{Guest: x.ID, Name: x.Name, Email: x.Email, Lang: x.Lang})
		case here && p.Email != "":
			out = append(out, events.Recipient{Person: p.ID, Name: p.Name, Email: p.Email, Lang: p.Lang})
		}
	}
	return out, nil
}

// personsOf are those of today among the people who signed up.
func personsOf(ctx context.Context, q db.Q, all []Signup) (map[int64]people.Person, error) {
	var ids []int64
	for _, x := range all {
		if x.Person != 0 {
			ids = append(ids, x.Person)
		}
	}
	list, err := people.PersonsByID(ctx, q, ids)
	at := make(map[int64]people.Person, len(list))
	for _, p := range list {
		at[p.ID] = p
	}
	return at, err
}

// CountByUnit is how many with a place are of each unit: those with an account of their own unit, a guest of the unit whose link they
// came by. Who belongs to none is left out. The numbers are exact: whoever shows them minds small ones.
func (s *Service) CountByUnit(ctx context.Context, q db.Q, event int64) (map[int64]int, error) {
	all, err := read(ctx, q, `WHERE event_id = $1 AND state = 'place'`, event)
	if err != nil {
		return nil, err
	}
	at, err := personsOf(ctx, q, all)
	out := map[int64]int{}
	for _, x := range all {
		unit := x.Unit
		if x.Person != 0 {
			unit = at[x.Person].UnitID
		}
		if unit != 0 {
			out[unit]++
		}
	}
	return out, err
}

// Listed is one line of a host's list.
type Listed struct {
	Signup
	Name string // of the person, or of the guest
	Mail string
	Unit int64
}

// List is everybody who signed up for an event, those with a place first and each in turn. Who has withdrawn, or has not confirmed,
// is not on it.
func (s *Service) List(ctx context.Context, event int64) ([]Listed, error) {
	all, err := read(ctx, s.DB, `WHERE event_id = $1 AND state IN ('place', 'offered', 'waiting')
		ORDER BY CASE state WHEN 'place' THEN 1 WHEN 'offered' THEN 2 ELSE 3 END, queue, id`, event)
	if err != nil {
		return nil, err
	}
	out := make([]Listed, len(all))
	at, err := personsOf(ctx, s.DB, all)
	for i, x := range all {
		out[i] = Listed{Signup: x, Name: x.Name, Mail: x.Email, Unit: x.Unit}
		if p, here := at[x.Person]; here {
			out[i].Name, out[i].Mail, out[i].Unit = p.Name, p.Email, p.UnitID
		}
	}
	return out, err
}

// Need is what somebody told that they need to take part.
type Need struct {
	Signup int64
	Text   string
}

// Needs are what those who signed up for an event need. Whoever shows them writes down who looked.
func (s *Service) Needs(ctx context.Context, event int64) ([]Need, error) {
	return db.Rows(ctx, s.DB, func(r *sql.Rows, n *Need) error { return r.Scan(&n.Signup, &n.Text) },
		`SELECT n.signup_id, n.text FROM event_needs n JOIN event_signups s ON s.id = n.signup_id WHERE s.event_id = $1 ORDER BY s.queue`, event)
}

// AddByHost gives a place, or a turn, to whoever has an address: somebody with an account, or a guest. A host may do so until the
// event ends.
func (s *Service) AddByHost(ctx context.Context, by int64, e *events.Event, email, lang string) (x Signup, err error) {
	bad := errs.Fields{}
	if checkEmail(&bad, email); bad.Err() != nil {
		return x, bad.Err()
	}
	if e.Over(s.Now()) || e.State != events.Published || e.Elsewhere != "" {
		return x, errs.New(errs.Conflict, "signup.closed")
	}
	err = s.wake(s.DB.InTx(ctx, func(tx *db.Tx) error {
		want := Signup{Event: e.ID, Email: email, Lang: lang}
		p, err := people.PersonByEmail(ctx, tx, email)
		switch {
		case err == nil && p.Left.IsZero():
			want = Signup{Event: e.ID, Person: p.ID}
		case err != nil && errs.KindOf(err) != errs.NotFound:
			return err
		}
		if x, err = s.enter(ctx, tx, e, want, true); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "event.participant-added", objectOf(e), "")
	}))
	return x, err
}

// RemoveByHost takes somebody off the list, who is told by mail if they had a place.
func (s *Service) RemoveByHost(ctx context.Context, by int64, e *events.Event, signup int64) error {
	return s.locked(ctx, signup, func(tx *db.Tx, at *events.Event, x *Signup) error {
		if x.Event != e.ID {
			return errs.New(errs.NotFound, "signup.none")
		}
		if x.State == Gone {
			return nil
		}
		if err := s.leave(ctx, tx, at, x, "withdrawn"); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "event.participant-removed", objectOf(e), "")
	})
}

func objectOf(e *events.Event) string { return "event:" + strconv.FormatInt(e.ID, 10) }

// atoi is a number above 0, or 0.
func atoi(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
