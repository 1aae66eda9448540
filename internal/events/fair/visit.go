package fair

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/web"
)

// tokenLength is how long a token is, in characters.
const tokenLength = 26

// hashOf is what is kept of a token; ok is false for what no token of ours looks like.
func hashOf(token string) (hash []byte, ok bool) {
	if len(token) != tokenLength || strings.Trim(token, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return nil, false
	}
	return web.TokenHash(token), true
}

// Visit is what one device has collected at a fair.
type Visit struct {
	ID    int64
	Cards map[int64]bool // exhibitors whose card was taken along
	Slots map[int64]bool // demonstrations in which there is a place
}

// VisitOf is what the device with a token has collected; an empty visit when nobody knows it.
func (s *Service) VisitOf(ctx context.Context, q db.Q, event int64, token string) (v Visit, err error) {
	defer errs.Wrap(&err, "fair.VisitOf(%d)", event)
	if v.ID, err = s.visit(ctx, q, event, token); err != nil || v.ID == 0 {
		return v, err
	}
	if v.Cards, err = set(ctx, q, `SELECT exhibitor_id FROM fair_cards WHERE visit_id = $1`, v.ID); err != nil {
		return v, err
	}
	v.Slots, err = set(ctx, q, `SELECT slot_id FROM fair_reservations WHERE visit_id = $1`, v.ID)
	return v, err
}

// numbers are the numbers that a statement returns.
func numbers(ctx context.Context, q db.Q, stmt string, args ...any) ([]int64, error) {
	return db.Rows(ctx, q, func(r *sql.Rows, id *int64) error { return r.Scan(id) }, stmt, args...)
}

func set(ctx context.Context, q db.Q, query string, args ...any) (map[int64]bool, error) {
	all, err := numbers(ctx, q, query, args...)
	out := map[int64]bool{}
	for _, id := range all {
		out[id] = true
	}
	return out, err
}

// visit is the number of a device's visit; 0 when there is none.
func (s *Service) visit(ctx context.Context, q db.Q, event int64, token string) (int64, error) {
	hash, ok := hashOf(token)
	if !ok {
		return 0, nil
	}
	all, err := numbers(ctx, q, `SELECT id FROM fair_visits WHERE hash = $1 AND event_id = $2 AND until_at > $3`, hash, event, db.At(s.Now()))
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[0], nil
}

// The most devices that begin a visit of one fair at once, and then each second: a full square passes, and a script that makes up
// devices, to reserve all places say, is held up whatever its addresses.
const mostVisits, visitsPerSecond = 500, 5

// Begin begins the visit of a device that has none, and returns the token of its cookie.
func (s *Service) Begin(ctx context.Context, e *events.Event) (token string, err error) {
	if err := s.open(e); err != nil {
		return "", err
	}
	if !s.begins.Take(s.Now(), e.ID, mostVisits, visitsPerSecond) {
		return "", errs.New(errs.Conflict, "fair.too-fast")
	}
	token, hash := web.NewToken()
	_, err = s.DB.ExecContext(ctx, `INSERT INTO fair_visits (hash, event_id, until_at) VALUES ($1, $2, $3)`, hash, e.ID, db.At(ends(e)))
	return token, err
}

// within runs f for the visit of a token while a fair is open.
func (s *Service) within(ctx context.Context, e *events.Event, token string, f func(tx *db.Tx, visit int64) error) error {
	if err := s.open(e); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		id, err := s.visit(ctx, tx, e.ID, token)
		if err == nil && id == 0 {
			err = errs.New(errs.NotFound, "fair.no-visit")
		}
		if err != nil {
			return err
		}
		return f(tx, id)
	})
}

// TakeCard takes an exhibitor's card along, or puts it back. Doing it again changes nothing.
func (s *Service) TakeCard(ctx context.Context, e *events.Event, token string, exhibitor int64, take bool) error {
	return s.within(ctx, e, token, func(tx *db.Tx, visit int64) error {
		if _, err := one(ctx, tx, e.ID, exhibitor); err != nil {
			return err
		}
		stmt, by := `INSERT INTO fair_cards (visit_id, exhibitor_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, 1
		if !take {
			stmt, by = `DELETE FROM fair_cards WHERE visit_id = $1 AND exhibitor_id = $2`, -1
		}
		n, err := db.Changed(tx.ExecContext(ctx, stmt, visit, exhibitor))
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE fair_exhibitors SET cards = cards + $1 WHERE id = $2`, by, exhibitor)
		return err
	})
}

// slotOf is a demonstration at a fair, with who gives it.
func slotOf(ctx context.Context, q db.Q, event, id int64) (Slot, error) {
	return only(db.Rows(ctx, q, scanSlot, `SELECT `+slotColumns+` FROM fair_slots s JOIN fair_exhibitors x ON x.id = s.exhibitor_id
		WHERE x.event_id = $1 AND s.id = $2`, event, id))
}

// Reserve reserves a place in a demonstration. Doing it again changes nothing. A place is never given twice: the statement that counts
// it up does so only while one is left, and the table refuses more than there are.
func (s *Service) Reserve(ctx context.Context, e *events.Event, token string, slot int64) error {
	return s.within(ctx, e, token, func(tx *db.Tx, visit int64) error {
		x, err := slotOf(ctx, tx, e.ID, slot)
		if err != nil {
			return err
		}
		if !x.Open(s.Now()) {
			return errs.New(errs.Conflict, "fair.slot-over")
		}
		own, err := db.Rows(ctx, tx, scanSlot, `SELECT `+slotColumns+` FROM fair_slots s JOIN fair_reservations r ON r.slot_id = s.id WHERE r.visit_id = $1`, visit)
		if err != nil {
			return err
		}
		for _, o := range own {
			if o.ID != x.ID && !o.Cancelled && o.Start.Before(x.End()) && x.Start.Before(o.End()) {
				return errs.New(errs.Conflict, "fair.same-time")
			}
		}
		n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO fair_reservations (visit_id, slot_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, visit, slot))
		if err != nil || n == 0 {
			return err
		}
		n, err = db.Changed(tx.ExecContext(ctx, `UPDATE fair_slots SET taken = taken + 1 WHERE id = $1 AND taken < places`, slot))
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "fair.full")
		}
		return err
	})
}

// GiveUp gives a reserved place back.
func (s *Service) GiveUp(ctx context.Context, e *events.Event, token string, slot int64) error {
	return s.within(ctx, e, token, func(tx *db.Tx, visit int64) error {
		return giveUp(ctx, tx, `visit_id = $1 AND slot_id = $2`, visit, slot)
	})
}

// giveUp removes reservations of different demonstrations and frees their places, always in one order: two visitors who did it in
// two would wait for one another for ever.
func giveUp(ctx context.Context, tx *db.Tx, where string, args ...any) error {
	slots, err := numbers(ctx, tx, `DELETE FROM fair_reservations WHERE `+where+` RETURNING slot_id`, args...)
	slices.Sort(slots)
	for _, id := range slots {
		if err == nil {
			_, err = tx.ExecContext(ctx, `UPDATE fair_slots SET taken = taken - 1 WHERE id = $1`, id)
		}
	}
	return err
}

// Forget forgets what a device has collected, and frees its places.
func (s *Service) Forget(ctx context.Context, e *events.Event, token string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		id, err := s.visit(ctx, tx, e.ID, token)
		if err != nil || id == 0 {
			return err
		}
		if err := giveUp(ctx, tx, `visit_id = $1`, id); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM fair_visits WHERE id = $1`, id)
		return err
	})
}

// prune forgets the visits whose time is over.
func (s *Service) prune(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "fair.prune")
	now := db.At(s.Now())
	if _, err := s.DB.ExecContext(ctx, `DELETE FROM fair_visits WHERE until_at <= $1`, now); err != nil {
		return err
	}
	_, err = s.DB.ExecContext(ctx, `DELETE FROM fair_asks WHERE hour < $1`, s.hour()-1)
	return err
}
