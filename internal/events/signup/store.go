package signup

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/web"
)

const columns = `id, event_id, person_id, unit_id, name, email, lang, number, state, queue, offer_until, made_at, placed_at, came_at, came_how`

func scan(r *sql.Rows, x *Signup) error {
	var person, unit, number sql.NullInt64
	var offer, made, placed, came db.Time
	err := r.Scan(&x.ID, &x.Event, &person, &unit, &x.Name, &x.Email, &x.Lang, &number, &x.State, &x.Queue, &offer, &made, &placed, &came, &x.How)
	x.Person, x.Unit, x.Number = person.Int64, unit.Int64, int(number.Int64)
	x.OfferUntil, x.Made, x.Placed, x.Came = offer.Time, made.Time, placed.Time, came.Time
	return err
}

func read(ctx context.Context, q db.Q, rest string, args ...any) (_ []Signup, err error) {
	defer errs.Wrap(&err, "signup.read")
	return db.Rows(ctx, q, scan, `SELECT `+columns+` FROM event_signups `+rest, args...)
}

// one is the only sign-up, errs.NotFound when there is none.
func one(all []Signup, err error) (x Signup, _ error) {
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "signup.none")
	}
	if err == nil {
		x = all[0]
	}
	return x, err
}

// byPerson is the sign-up of somebody with an account; ok is false when they have never had one.
func byPerson(ctx context.Context, q db.Q, event, person int64) (x Signup, ok bool, err error) {
	return found(read(ctx, q, `WHERE event_id = $1 AND person_id = $2`, event, person))
}

// byEmail is the sign-up of a guest.
func byEmail(ctx context.Context, q db.Q, event int64, email string) (x Signup, ok bool, err error) {
	return found(read(ctx, q, `WHERE event_id = $1 AND email_fold = $2 AND email_fold <> ''`, event, i18n.Fold(email)))
}

func found(all []Signup, err error) (x Signup, ok bool, _ error) {
	if err == nil && len(all) > 0 {
		return all[0], true, nil
	}
	return x, false, err
}

func byID(ctx context.Context, q db.Q, id int64) (Signup, error) {
	return one(read(ctx, q, `WHERE id = $1`, id))
}

// byToken is the sign-up to which a link belongs.
func byToken(ctx context.Context, q db.Q, event int64, token string) (Signup, error) {
	return one(read(ctx, q, `WHERE event_id = $1 AND id IN (SELECT signup_id FROM event_signup_tokens WHERE hash = $2)`, event, web.TokenHash(token)))
}

// save stores a sign-up; a new one gets its number.
func save(ctx context.Context, tx *db.Tx, x *Signup) (err error) {
	defer errs.Wrap(&err, "signup.save(%d)", x.ID)
	values := []any{x.State, x.Queue, db.At(x.OfferUntil), db.At(x.Placed), db.At(x.Came), x.How, x.Name, db.OrNull(x.Unit)}
	if x.ID == 0 {
		return tx.QueryRowContext(ctx, `INSERT INTO event_signups (state, queue, offer_until, placed_at, came_at, came_how, name, unit_id, event_id, person_id, email,
			email_fold, lang, number, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id`,
			append(values, x.Event, db.OrNull(x.Person), x.Email, i18n.Fold(x.Email), x.Lang, db.OrNull(x.Number), db.At(x.Made))...).Scan(&x.ID)
	}
	_, err = tx.ExecContext(ctx, `UPDATE event_signups SET state = $1, queue = $2, offer_until = $3, placed_at = $4, came_at = $5, came_how = $6, name = $7, unit_id = $8
		WHERE id = $9`, append(values, x.ID)...)
	return err
}

// gate is the row that counts the places of an event.
type gate struct {
	event    int64
	open     bool
	closes   time.Time
	capacity int
	taken    int
	queue    int64 // the turn of who has locked it
}

// lock makes everybody else who wants to change places of the event wait until the transaction has ended.
func lock(ctx context.Context, tx *db.Tx, event int64) (g gate, err error) {
	defer errs.Wrap(&err, "signup.lock(%d)", event)
	g.event = event
	var closes db.Time
	err = tx.QueryRowContext(ctx, `UPDATE event_places SET last_queue = last_queue + 1 WHERE event_id = $1 RETURNING open, closes_at, capacity, taken, last_queue`,
		event).Scan(&g.open, &closes, &g.capacity, &g.taken, &g.queue)
	g.closes = closes.Time
	if errors.Is(err, sql.ErrNoRows) {
		err = errs.Because(err, errs.NotFound, "events.no-event")
	}
	return g, err
}

// take takes a place and reports whether there was one. The limit stands in the statement itself.
func take(ctx context.Context, tx *db.Tx, event int64) (bool, error) {
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE event_places SET taken = taken + 1 WHERE event_id = $1 AND (capacity = 0 OR taken < capacity)`, event))
	return n == 1, err
}

// give gives a place back.
func give(ctx context.Context, tx *db.Tx, event int64) error {
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE event_places SET taken = taken - 1 WHERE event_id = $1 AND taken > 0`, event))
	if err == nil && n == 0 {
		err = errors.New("signup: a place was given back that nobody had")
	}
	return err
}

// settings are what the places row repeats of the plan, so that one locked row says all.
func setGate(ctx context.Context, tx *db.Tx, event int64, open bool, closes time.Time, capacity int) (err error) {
	defer errs.Wrap(&err, "signup.setGate(%d)", event)
	code, err := newCode()
	if err != nil {
		return err
	}
	secret, _ := web.NewToken()
	_, err = tx.ExecContext(ctx, `INSERT INTO event_places (event_id, open, closes_at, capacity, taken, last_queue, secret, code) VALUES ($1, $2, $3, $4, 0, 0, $5, $6)
		ON CONFLICT (event_id) DO UPDATE SET open = excluded.open, closes_at = excluded.closes_at, capacity = excluded.capacity`,
		event, open, db.At(closes), capacity, secret, code)
	return err
}

// marks are what people who come are shown, to say so.
type marks struct{ Secret, Code string }

func marksOf(ctx context.Context, q db.Q, event int64) (m marks, err error) {
	defer errs.Wrap(&err, "signup.marksOf(%d)", event)
	err = q.QueryRowContext(ctx, `SELECT secret, code FROM event_places WHERE event_id = $1`, event).Scan(&m.Secret, &m.Code)
	if errors.Is(err, sql.ErrNoRows) {
		err = errs.Because(err, errs.NotFound, "events.no-event")
	}
	return m, err
}

// full reports whether all places of an event were taken a moment ago.
func full(ctx context.Context, q db.Q, event int64) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT capacity > 0 AND taken >= capacity FROM event_places WHERE event_id = $1`, event).Scan(&yes)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return yes, err
}

// tried counts one more try of a kind with an event and reports whether it is within the limit.
func (s *Service) tried(ctx context.Context, event int64, kind string, most int) (ok bool, err error) {
	defer errs.Wrap(&err, "signup.tried(%d)", event)
	hour := s.Now().Unix() / 3600
	var n int
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `INSERT INTO event_tries (event_id, kind, hour, n) VALUES ($1, $2, $3, 1)
			ON CONFLICT (event_id, kind, hour) DO UPDATE SET n = event_tries.n + 1 RETURNING n`, event, kind, hour).Scan(&n)
	})
	return n <= most, err
}

func tries(ctx context.Context, q db.Q, event int64, kind string, now time.Time) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(sum(n), 0) FROM event_tries WHERE event_id = $1 AND kind = $2 AND hour = $3`, event, kind, now.Unix()/3600).Scan(&n)
	return n, err
}

// needsOf is what somebody needs to take part.
func needsOf(ctx context.Context, q db.Q, signup int64) (text string, err error) {
	err = q.QueryRowContext(ctx, `SELECT text FROM event_needs WHERE signup_id = $1`, signup).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return text, err
}

func saveNeeds(ctx context.Context, tx *db.Tx, signup int64, text string) (err error) {
	defer errs.Wrap(&err, "signup.saveNeeds(%d)", signup)
	if text == "" {
		_, err = tx.ExecContext(ctx, `DELETE FROM event_needs WHERE signup_id = $1`, signup)
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO event_needs (signup_id, text) VALUES ($1, $2) ON CONFLICT (signup_id) DO UPDATE SET text = excluded.text`, signup, text)
	return err
}
