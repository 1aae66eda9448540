package fair

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
)

func object(event int64) string { return "event:" + strconv.FormatInt(event, 10) }

const columns = `x.id, x.event_id, x.name, x.what, x.whom, x.service_id, x.contact, x.reach, x.email, x.lang, x.place, x.spot, x.cards, x.version, p.exhibitor_id`

func scan(r *sql.Rows, x *Exhibitor) error {
	var service, picture sql.NullInt64
	err := r.Scan(&x.ID, &x.Event, &x.Name, &x.What, &x.Whom, &service, &x.Contact, &x.Reach, &x.Email, &x.Lang, &x.Place, &x.Spot, &x.Cards, &x.Version, &picture)
	x.Service, x.Picture = service.Int64, picture.Valid
	return err
}

func read(ctx context.Context, q db.Q, where string, args ...any) (_ []Exhibitor, err error) {
	defer errs.Wrap(&err, "fair.read")
	all, err := db.Rows(ctx, q, scan, `SELECT `+columns+` FROM fair_exhibitors x LEFT JOIN fair_pictures p ON p.exhibitor_id = x.id WHERE `+where+` ORDER BY x.id`, args...)
	if err != nil {
		return nil, err
	}
	at := map[int64]*Exhibitor{}
	for i := range all {
		at[all[i].ID] = &all[i]
	}
	slots, err := db.Rows(ctx, q, scanSlot, `SELECT `+slotColumns+` FROM fair_slots s JOIN fair_exhibitors x ON x.id = s.exhibitor_id WHERE `+where+` ORDER BY s.starts_at, s.id`, args...)
	for _, slot := range slots {
		if x := at[slot.Exhibitor]; x != nil {
			x.Slots = append(x.Slots, slot)
		}
	}
	return all, err
}

const slotColumns = `s.id, s.exhibitor_id, s.starts_at, s.minutes, s.places, s.taken, s.cancelled`

func scanSlot(r *sql.Rows, x *Slot) error {
	var start db.Time
	err := r.Scan(&x.ID, &x.Exhibitor, &start, &x.Minutes, &x.Places, &x.Taken, &x.Cancelled)
	x.Start = start.Time
	return err
}

// Of returns the exhibitors of a fair in the order in which they were added.
func Of(ctx context.Context, q db.Q, event int64) ([]Exhibitor, error) {
	return read(ctx, q, `x.event_id = $1`, event)
}

// one is an exhibitor of a fair; errs.NotFound when there is none.
func one(ctx context.Context, q db.Q, event, id int64) (Exhibitor, error) {
	return only(read(ctx, q, `x.event_id = $1 AND x.id = $2`, event, id))
}

// byToken is the exhibitor whose link has a token; errs.NotFound when there is none.
func byToken(ctx context.Context, q db.Q, token string) (Exhibitor, error) {
	hash, ok := hashOf(token)
	if !ok {
		return only[Exhibitor](nil, nil)
	}
	return only(read(ctx, q, `x.id IN (SELECT exhibitor_id FROM fair_links WHERE hash = $1)`, hash))
}

func only[T any](all []T, err error) (x T, _ error) {
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "fair.none")
	}
	if err != nil {
		return x, err
	}
	return all[0], nil
}

func insert(ctx context.Context, tx *db.Tx, x *Exhibitor, now time.Time) (id int64, err error) {
	defer errs.Wrap(&err, "fair.insert")
	err = tx.QueryRowContext(ctx, `INSERT INTO fair_exhibitors (event_id, name, what, whom, service_id, contact, reach, email, lang, place, spot, cards, made_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, 1) RETURNING id`, x.Event, x.Name, x.What, x.Whom, db.OrNull(x.Service), x.Contact, x.Reach,
		x.Email, x.Lang, x.Place, x.Spot, db.At(now)).Scan(&id)
	return id, err
}

// update stores a card unless somebody else has changed it since it was read.
func update(ctx context.Context, tx *db.Tx, x *Exhibitor) (err error) {
	defer errs.Wrap(&err, "fair.update(%d)", x.ID)
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE fair_exhibitors SET name = $1, what = $2, whom = $3, service_id = $4, contact = $5, reach = $6, email = $7, lang = $8,
		place = $9, spot = $10, version = version + 1 WHERE id = $11 AND event_id = $12 AND version = $13`, x.Name, x.What, x.Whom, db.OrNull(x.Service), x.Contact, x.Reach,
		x.Email, x.Lang, x.Place, x.Spot, x.ID, x.Event, x.Version))
	if err == nil && n == 0 {
		err = conflict()
	}
	return err
}

func savePicture(ctx context.Context, tx *db.Tx, id int64, p *Picture) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO fair_pictures (exhibitor_id, jpeg, width, height) VALUES ($1, $2, $3, $4)
		ON CONFLICT (exhibitor_id) DO UPDATE SET jpeg = excluded.jpeg, width = excluded.width, height = excluded.height`, id, p.JPEG, p.Width, p.Height)
	return err
}

// picture is an exhibitor's picture; errs.NotFound when there is none.
func picture(ctx context.Context, q db.Q, event, id int64) (Picture, error) {
	return only(db.Rows(ctx, q, func(r *sql.Rows, p *Picture) error { return r.Scan(&p.JPEG, &p.Width, &p.Height) },
		`SELECT p.jpeg, p.width, p.height FROM fair_pictures p JOIN fair_exhibitors x ON x.id = p.exhibitor_id WHERE x.event_id = $1 AND x.id = $2`, event, id))
}

// moveSlots moves the demonstrations that begin within a sitting.
func moveSlots(ctx context.Context, tx *db.Tx, event int64, old events.Sitting, by time.Duration) (err error) {
	defer errs.Wrap(&err, "fair.moveSlots(%d)", event)
	_, err = tx.ExecContext(ctx, `UPDATE fair_slots SET starts_at = starts_at + $1 WHERE starts_at >= $2 AND starts_at < $3
		AND exhibitor_id IN (SELECT id FROM fair_exhibitors WHERE event_id = $4)`, by.Microseconds(), db.At(old.Start), db.At(old.End), event)
	return err
}
