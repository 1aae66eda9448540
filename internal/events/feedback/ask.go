package feedback

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
)

const letterKind = "event-feedback"

// topic is what the outbox knows of the mail about an event.
func topic(event int64) string { return "event-feedback:" + number(event) }

// askWithin is how long after its end people are asked about an event: a server that stood still asks no more of what is long over.
const askWithin = 3 * 24 * time.Hour

// Mails adds the writer of the mail that asks.
func (s *Service) Mails() { s.Outbox.Handle(letterKind, s.write) }

// Ask asks for mail to those who came to events that ended an hour ago, once for each event. The link is the same for all, and nobody
// is reminded: nobody knows who has answered.
func (s *Service) Ask(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "feedback.Ask")
	if s.Came == nil {
		return nil
	}
	now := s.Now()
	all, err := events.Between(ctx, s.DB, now.Add(-askWithin), now)
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.State != events.Published || now.Before(e.End.Add(askAfter)) {
			continue
		}
		if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.askAll(ctx, tx, &e) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) askAll(ctx context.Context, tx *db.Tx, e *events.Event) error {
	if first, err := noteAsked(ctx, tx, e.ID); err != nil || !first {
		return err
	}
	all, err := s.Came(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	var items []outbox.Item
	for _, to := range all {
		if to.Email == "" {
			continue
		}
		id, err := insertLetter(ctx, tx, e.ID, to)
		if err != nil {
			return err
		}
		if id != 0 {
			items = append(items, outbox.Item{Topic: topic(e.ID), Kind: letterKind, Ref: id, Address: to.Email})
		}
	}
	return outbox.Add(ctx, tx, s.Now(), items)
}

// write writes the mail that asks for feedback; errs.NotFound when it is too late for it.
func (s *Service) write(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "feedback.write(%d)", ref)
	event, address, lang, err := letterByID(ctx, s.DB, ref)
	if err != nil {
		return m, err
	}
	e, err := events.ByID(ctx, s.DB, event)
	if err == nil && !Open(&e, s.Now()) {
		err = errs.New(errs.NotFound, "feedback.not-open")
	}
	if err != nil {
		return m, err
	}
	m.To = address
	m.Subject = s.Kit.Words.T(lang, "feedback.mail-subject", "title", e.Title)
	m.Text = s.Kit.Words.T(lang, "feedback.mail-text", "title", e.Title, "link", s.BaseURL+e.PublicPath("/feedback"))
	return m, nil
}
