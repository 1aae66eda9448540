package materials

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
)

// The mail. The kind stands in the queue: never change it.
const (
	toldKind = "event-materials" // ref is the letter
	keep     = 7 * 24 * time.Hour
)

// Mails adds the writers of the messages.
func (s *Service) Mails() { s.Outbox.Handle(toldKind, s.write) }

// Tell tells all who had a place where the materials are, once. It returns how many they are.
func (s *Service) Tell(ctx context.Context, by, event int64) (n int, err error) {
	if s.Had == nil {
		return 0, errs.New(errs.Conflict, "materials.nobody")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		e, err := events.ByID(ctx, tx, event)
		if err != nil {
			return err
		}
		if e.State != events.Published || !e.Over(s.Now()) {
			return errs.New(errs.Conflict, "materials.not-over")
		}
		got, err := db.Changed(tx.ExecContext(ctx, `UPDATE event_shelves SET told_at = $1 WHERE event_id = $2 AND told_at IS NULL AND n > 0`, db.At(s.Now()), event))
		if err == nil && got == 0 {
			err = errs.New(errs.Conflict, "materials.told-before")
		}
		if err != nil {
			return err
		}
		all, err := s.Had(ctx, tx, event)
		if err != nil {
			return err
		}
		if n = len(all); n == 0 {
			return errs.New(errs.Conflict, "materials.nobody")
		}
		if err := s.ask(ctx, tx, event, all); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "event.materials-told", object(event), "")
	})
	if err == nil {
		s.Outbox.Wake()
	}
	return n, err
}

// ask asks for a mail to each.
func (s *Service) ask(ctx context.Context, tx *db.Tx, event int64, all []events.Recipient) error {
	items := make([]outbox.Item, len(all))
	for i, x := range all {
		if x.Person != 0 {
			x.Email, x.Lang = "", ""
		}
		items[i] = outbox.Item{Topic: object(event) + ":materials", Kind: toldKind}
		err := tx.QueryRowContext(ctx, `INSERT INTO event_material_letters (event_id, person_id, email, lang, made_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			event, db.OrNull(x.Person), x.Email, x.Lang, db.At(s.Now())).Scan(&items[i].Ref)
		if err != nil {
			return err
		}
	}
	return outbox.Add(ctx, tx, s.Now(), items)
}

// write writes the mail to one of them in their language.
func (s *Service) write(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "materials.write(%d)", ref)
	x, err := letterByID(ctx, s.DB, ref)
	if err != nil {
		return m, err
	}
	e, err := events.ByID(ctx, s.DB, x.event)
	if err != nil {
		return m, err
	}
	path := e.PublicPath("/materials")
	if x.person != 0 {
		who, err := people.PersonByID(ctx, s.DB, x.person)
		if err != nil {
			return m, err
		}
		if !who.Left.IsZero() {
			who.Email = ""
		}
		x.email, x.lang, path = who.Email, who.Lang, e.Path("#materials")
	}
	if x.email == "" {
		return m, errs.New(errs.NotFound, "materials.none")
	}
	args := []any{"title", e.Title, "day", i18n.Date(x.lang, e.Start), "link", s.BaseURL + path}
	m.To = x.email
	m.Subject, m.Text = s.Kit.Words.T(x.lang, "materials.mail-subject", args...), s.Kit.Words.T(x.lang, "materials.mail", args...)
	return m, nil
}

// prune forgets to whom mail went a week ago.
func (s *Service) prune(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "materials.prune")
	_, err = s.DB.ExecContext(ctx, `DELETE FROM event_material_letters WHERE made_at < $1`, db.At(s.Now().Add(-keep)))
	return err
}
