package fair

import (
	"context"
	"database/sql"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/mask"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// The mails. Kinds stand in the queue: never change one.
const (
	linkKind    = "fair-link"    // to an exhibitor: their own link; ref is the exhibitor
	contactKind = "fair-contact" // to an exhibitor: a visitor asks to be contacted; ref is the wish
)

// mostAsks is how often an exhibitor may be asked within an hour, and mostKept how long an address waits for a mail server at most.
const (
	mostAsks = 60
	mostKept = 3 * 24 * time.Hour
)

// Mails adds the writers of the messages.
func (s *Service) Mails() {
	s.Outbox.Handle(linkKind, s.writeLink)
	s.Outbox.Handle(contactKind, s.writeContact)
}

// Wish is a visitor's own wish to be contacted by one exhibitor.
type Wish struct {
	Name    string // "" when not said
	Address string // e-mail
	Text    string
	Agreed  bool // that the address goes to this exhibitor
}

func (w *Wish) check(bad *errs.Fields) {
	w.Name, w.Address, w.Text = web.Line(w.Name), web.Line(w.Address), web.Lines(w.Text)
	if !people.GoodEmail(w.Address) {
		bad.Add("address", "fair.bad-email")
	}
	tooLong(bad, "visitor", w.Name, MostName)
	identifies(bad, "visitor", w.Name, mask.Identity, mask.Link)
	tooLong(bad, "text", w.Text, MostAsk)
	identifies(bad, "text", w.Text, mask.Identity, mask.Email, mask.Phone, mask.Link)
	if !w.Agreed {
		bad.Add("agreed", "fair.not-agreed")
	}
}

func (s *Service) hour() int64 { return s.Now().Unix() / 3600 }

// contactTopic is the topic of the wishes left at a fair.
func contactTopic(event int64) string { return object(event) + ":contacts" }

// Ask hands a visitor's address to one exhibitor, by mail at once.
func (s *Service) Ask(ctx context.Context, e *events.Event, exhibitor int64, wish Wish) error {
	if err := s.open(e); err != nil {
		return err
	}
	bad := &errs.Fields{}
	if wish.check(bad); bad.Err() != nil {
		return bad
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		x, err := one(ctx, tx, e.ID, exhibitor)
		if err == nil && x.Email == "" {
			err = errs.New(errs.NotFound, "fair.none")
		}
		if err != nil {
			return err
		}
		n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO fair_asks (exhibitor_id, hour, n) VALUES ($1, $2, 1)
			ON CONFLICT (exhibitor_id, hour) DO UPDATE SET n = fair_asks.n + 1 WHERE fair_asks.n < $3`, x.ID, s.hour(), mostAsks))
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "fair.asked-often")
		}
		if err != nil {
			return err
		}
		item := outbox.Item{Topic: contactTopic(e.ID), Kind: contactKind}
		err = tx.QueryRowContext(ctx, `INSERT INTO fair_contacts (exhibitor_id, name, address, text, made_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			x.ID, wish.Name, wish.Address, wish.Text, db.At(s.Now())).Scan(&item.Ref)
		if err != nil {
			return err
		}
		return outbox.Add(ctx, tx, s.Now(), []outbox.Item{item})
	})
	if err == nil {
		s.Outbox.Wake()
	}
	return err
}

// ofExhibitor is an exhibitor with their fair.
func (s *Service) ofExhibitor(ctx context.Context, id int64) (x Exhibitor, e events.Event, err error) {
	if x, err = only(read(ctx, s.DB, `x.id = $1`, id)); err != nil {
		return x, e, err
	}
	e, err = events.ByID(ctx, s.DB, x.Event)
	if err == nil && x.Email == "" {
		err = errs.New(errs.NotFound, "fair.none")
	}
	return x, e, err
}

func (s *Service) writeLink(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "fair.writeLink(%d)", ref)
	x, e, err := s.ofExhibitor(ctx, ref)
	if err != nil {
		return m, err
	}
	token, hash := web.NewToken()
	if _, err := s.DB.ExecContext(ctx, `INSERT INTO fair_links (hash, exhibitor_id, made_at) VALUES ($1, $2, $3)`, hash, x.ID, db.At(s.Now())); err != nil {
		return m, err
	}
	args := []any{"title", e.Title, "name", x.Name, "day", i18n.Date(x.Lang, e.Start), "link", s.BaseURL + e.PublicPath("/fair/own/"+token)}
	m.To = x.Email
	m.Subject, m.Text = s.Kit.Words.T(x.Lang, "fair.mail-link-subject", args...), s.Kit.Words.T(x.Lang, "fair.mail-link", args...)
	return m, nil
}

// contact is a wish that waits for its mail.
type contact struct {
	id, exhibitor int64
	Wish
}

func (s *Service) writeContact(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "fair.writeContact(%d)", ref)
	c, err := only(db.Rows(ctx, s.DB, func(r *sql.Rows, c *contact) error { return r.Scan(&c.id, &c.exhibitor, &c.Name, &c.Address, &c.Text) },
		`SELECT id, exhibitor_id, name, address, text FROM fair_contacts WHERE id = $1`, ref))
	if err != nil {
		return m, err
	}
	x, e, err := s.ofExhibitor(ctx, c.exhibitor)
	if err != nil {
		return m, err
	}
	t := func(key string, args ...any) string { return s.Kit.Words.T(x.Lang, key, args...) }
	said := func(text string) string {
		if text == "" {
			return t("fair.not-said")
		}
		return text
	}
	args := []any{"title", e.Title, "name", said(c.Name), "address", c.Address, "text", said(c.Text)}
	m.To = x.Email
	m.Subject, m.Text = t("fair.mail-contact-subject", args...), t("fair.mail-contact", args...)
	return m, nil
}

// forgetContacts forgets wishes whose mail has gone. Of a fair with mail still under way nothing is forgotten yet; what no mail server
// took is forgotten after some days.
func (s *Service) forgetContacts(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "fair.forgetContacts")
	type waiting struct{ id, event int64 }
	all, err := db.Rows(ctx, s.DB, func(r *sql.Rows, x *waiting) error { return r.Scan(&x.id, &x.event) },
		`SELECT c.id, x.event_id FROM fair_contacts c JOIN fair_exhibitors x ON x.id = c.exhibitor_id ORDER BY x.event_id`)
	if err != nil {
		return err
	}
	under := map[int64]bool{}
	for _, x := range all { // read before the queue is: a wish and its message come together
		if _, known := under[x.event]; !known {
			n, err := outbox.Count(ctx, s.DB, contactTopic(x.event))
			if err != nil {
				return err
			}
			under[x.event] = n.Waiting > 0
		}
		if under[x.event] {
			continue
		}
		if _, err := s.DB.ExecContext(ctx, `DELETE FROM fair_contacts WHERE id = $1`, x.id); err != nil {
			return err
		}
	}
	_, err = s.DB.ExecContext(ctx, `DELETE FROM fair_contacts WHERE made_at < $1`, db.At(s.Now().Add(-mostKept)))
	return err
}
