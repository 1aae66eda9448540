package fair

import (
	"context"
	"time"

	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Add stores a new exhibitor of a fair.
func (s *Service) Add(ctx context.Context, by int64, x Exhibitor) (id int64, err error) {
	bad := &errs.Fields{}
	x.check(bad)
	x.checkPlace(bad)
	if bad.Err() != nil {
		return 0, bad
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := isFair(events.ByID(ctx, tx, x.Event)); err != nil {
			return err
		}
		if err := knownService(ctx, tx, x.Service); err != nil {
			return err
		}
		all, err := Of(ctx, tx, x.Event)
		if err == nil && len(all) >= MostExhibitors {
			err = errs.Fault("name", "fair.too-many", "most", MostExhibitors)
		}
		if err != nil {
			return err
		}
		if id, err = insert(ctx, tx, &x, s.Now()); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "event.exhibitor", x.Event)
	})
	return id, err
}

func knownService(ctx context.Context, q db.Q, id int64) error {
	if id == 0 {
		return nil
	}
	_, err := catalog.ServiceByID(ctx, q, id)
	return err
}

// Change stores an exhibitor's card, with a new picture unless data is empty. By is who did it; 0 is the exhibitor by their link, who
// does not say where they stand.
func (s *Service) Change(ctx context.Context, by int64, x Exhibitor, data []byte) error {
	bad := &errs.Fields{}
	x.check(bad)
	x.checkPlace(bad)
	var p *Picture
	if len(data) > 0 {
		s.drawing.Lock()
		drawn, err := Redraw(data)
		s.drawing.Unlock()
		if err != nil {
			bad.Add("picture", keyOf(err), "megabytes", MostPicture>>20)
		}
		p = &drawn
	}
	if bad.Err() != nil {
		return bad
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := knownService(ctx, tx, x.Service); err != nil {
			return err
		}
		if err := update(ctx, tx, &x); err != nil {
			return err
		}
		if p != nil {
			if err := savePicture(ctx, tx, x.ID, p); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, by, "event.exhibitor-card", x.Event)
	})
}

// DropPicture takes an exhibitor's picture away.
func (s *Service) DropPicture(ctx context.Context, by int64, x *Exhibitor) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM fair_pictures WHERE exhibitor_id = $1`, x.ID); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "event.exhibitor-card", x.Event)
	})
}

// Remove takes an exhibitor away, with everything that was collected from them.
func (s *Service) Remove(ctx context.Context, by int64, x *Exhibitor) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM fair_exhibitors WHERE id = $1 AND event_id = $2`, x.ID, x.Event); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "event.exhibitor-removed", x.Event)
	})
}

// AddSlot adds a demonstration, which must lie within the fair.
func (s *Service) AddSlot(ctx context.Context, e *events.Event, x *Exhibitor, slot Slot) error {
	bad := &errs.Fields{}
	switch within := false; {
	case slot.Minutes < 5 || slot.Minutes > MostMinutes:
		bad.Add("minutes", "fair.bad-minutes", "most", MostMinutes)
	case len(x.Slots) >= MostSlots:
		bad.Add("clock", "fair.too-many-slots", "most", MostSlots)
	default:
		for _, held := range e.Held() {
			within = within || !slot.Start.Before(held.Start) && !slot.End().After(held.End)
		}
		if !within {
			bad.Add("clock", "fair.outside")
		}
	}
	if slot.Places < 1 || slot.Places > MostPlaces {
		bad.Add("places", "fair.bad-places", "most", MostPlaces)
	}
	if bad.Err() != nil {
		return bad
	}
	_, err := s.DB.ExecContext(ctx, `INSERT INTO fair_slots (exhibitor_id, starts_at, minutes, places, taken, cancelled) VALUES ($1, $2, $3, $4, 0, $5)`,
		x.ID, db.At(slot.Start), slot.Minutes, slot.Places, false)
	return err
}

// CallOff calls a demonstration off: it goes, unless somebody has a place in it, who then sees that it is off.
func (s *Service) CallOff(ctx context.Context, x *Exhibitor, slot int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := db.Changed(tx.ExecContext(ctx, `DELETE FROM fair_slots WHERE id = $1 AND exhibitor_id = $2 AND taken = 0`, slot, x.ID))
		if err == nil && n == 0 {
			n, err = db.Changed(tx.ExecContext(ctx, `UPDATE fair_slots SET cancelled = $1 WHERE id = $2 AND exhibitor_id = $3`, true, slot, x.ID))
		}
		if err == nil && n == 0 {
			err = errs.New(errs.NotFound, "fair.none")
		}
		return err
	})
}

// GiveLink makes a link by which an exhibitor changes their own card, and returns its path. What is kept of it is a hash.
func (s *Service) GiveLink(ctx context.Context, by int64, e *events.Event, x *Exhibitor) (path string, err error) {
	token, hash := web.NewToken()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO fair_links (hash, exhibitor_id, made_at) VALUES ($1, $2, $3)`, hash, x.ID, db.At(s.Now())); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "event.exhibitor-link", x.Event)
	})
	return e.PublicPath("/fair/own/" + token), err
}

// SendLink mails an exhibitor a link of their own.
func (s *Service) SendLink(ctx context.Context, by int64, x *Exhibitor) error {
	if x.Email == "" {
		return errs.Fault("email", "fair.no-email")
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		topic := object(x.Event) + ":fair:" + s.Now().UTC().Format(time.RFC3339Nano) // a topic holds one mail to an exhibitor, and they may lose it
		if err := outbox.Add(ctx, tx, s.Now(), []outbox.Item{{Topic: topic, Kind: linkKind, Ref: x.ID}}); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "event.exhibitor-link", x.Event)
	})
	if err == nil {
		s.Outbox.Wake()
	}
	return err
}

// Revoke makes all links of an exhibitor worthless, and returns how many they were.
func (s *Service) Revoke(ctx context.Context, by int64, x *Exhibitor) (n int64, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if n, err = db.Changed(tx.ExecContext(ctx, `DELETE FROM fair_links WHERE exhibitor_id = $1`, x.ID)); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "event.exhibitor-unlink", x.Event)
	})
	return n, err
}

// Links is how many links of an exhibitor work.
func Links(ctx context.Context, q db.Q, exhibitor int64) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM fair_links WHERE exhibitor_id = $1`, exhibitor).Scan(&n)
	return n, err
}

func (s *Service) audit(ctx context.Context, tx *db.Tx, by int64, action string, event int64) error {
	return people.Audit(ctx, tx, s.Now(), by, action, object(event), "")
}
