package about

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
)

// The mails. Kinds stand in the queue: never change one.
const (
	topic      = "about"
	toldKind   = "about-told"   // to those who answer: feedback waits; ref is a letter
	answerKind = "about-answer" // to who asked; ref is the feedback
)

// tell asks for mail to everybody who answers that feedback waits.
func (s *Service) tell(ctx context.Context, tx *db.Tx, f Feedback) error {
	if _, err := tx.ExecContext(ctx, `UPDATE about_feedback SET told = told + 1 WHERE id = $1`, f.ID); err != nil {
		return err
	}
	var items []outbox.Item
	for _, role := range people.RolesWith(people.AnswerAccessibility) {
		all, err := people.Holders(ctx, tx, role)
		if err != nil {
			return err
		}
		for _, h := range all {
			if h.Role.UnitID != 0 || h.Person.Email == "" {
				continue
			}
			item := outbox.Item{Topic: topic, Kind: toldKind, Address: h.Person.Email}
			err := tx.QueryRowContext(ctx, `INSERT INTO about_letters (feedback_id, person_id) VALUES ($1, $2) RETURNING id`, f.ID, h.Person.ID).Scan(&item.Ref)
			if err != nil {
				return err
			}
			items = append(items, item)
		}
	}
	return outbox.Add(ctx, tx, s.Now(), items)
}

// remind tells once more of feedback that has waited for ten days, and of what has waited too long.
func (s *Service) remind(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "about.remind")
	all, err := Waiting(ctx, s.DB)
	if err != nil {
		return err
	}
	for _, f := range all {
		waited := s.Now().Sub(f.Made)
		if f.Told == 1 && waited < firstReminder || f.Told == 2 && waited < Within || f.Told > 2 {
			continue
		}
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			// Only one server tells: the count was this when it was read.
			n, err := db.Changed(tx.ExecContext(ctx, `UPDATE about_feedback SET told = told WHERE id = $1 AND told = $2 AND answered_at IS NULL`, f.ID, f.Told))
			if err != nil || n == 0 {
				return err
			}
			return s.tell(ctx, tx, f)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// writeTold writes to somebody who answers; errs.NotFound when there is an answer by now.
func (s *Service) writeTold(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "about.writeTold(%d)", ref)
	feedback, person, err := letterByID(ctx, s.DB, ref)
	if err != nil {
		return m, err
	}
	f, err := byID(ctx, s.DB, feedback)
	if err == nil && !f.Open() {
		err = errs.New(errs.NotFound, "about.none")
	}
	if err != nil {
		return m, err
	}
	p, err := people.PersonByID(ctx, s.DB, person)
	if err != nil {
		return m, err
	}
	key := "about.mail-told"
	if s.Now().After(f.Due()) {
		key = "about.mail-late"
	}
	args := []any{"date", i18n.Date(p.Lang, f.Due()), "link", s.BaseURL + answersPath}
	m.To = p.Email
	m.Subject, m.Text = s.Kit.Words.T(p.Lang, key+"-subject", args...), s.Kit.Words.T(p.Lang, key, args...)
	return m, nil
}

func letterByID(ctx context.Context, q db.Q, id int64) (feedback, person int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT feedback_id, person_id FROM about_letters WHERE id = $1`, id).Scan(&feedback, &person)
	if errors.Is(err, sql.ErrNoRows) {
		err = errs.New(errs.NotFound, "about.none")
	}
	return feedback, person, err
}

func (s *Service) sendAnswer(ctx context.Context, tx *db.Tx, id int64) error {
	return outbox.Add(ctx, tx, s.Now(), []outbox.Item{{Topic: topic, Kind: answerKind, Ref: id}})
}

// writeAnswer writes to who asked; errs.NotFound when the address was forgotten.
func (s *Service) writeAnswer(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "about.writeAnswer(%d)", ref)
	f, err := byID(ctx, s.DB, ref)
	if err == nil && (f.Email == "" || f.Open()) {
		err = errs.New(errs.NotFound, "about.none")
	}
	if err != nil {
		return m, err
	}
	c, err := s.County(ctx, f.Lang)
	if err != nil {
		return m, err
	}
	m.To = f.Email
	m.Subject = s.Kit.Words.T(f.Lang, "about.mail-answer-subject")
	m.Text = s.Kit.Words.T(f.Lang, "about.mail-answer", "answer", f.Answer, "said", f.Text, "who", i18n.In(c.Name, f.Lang))
	return m, nil
}

// late reports whether feedback has waited too long.
func (f Feedback) late(now time.Time) bool { return f.Open() && now.After(f.Due()) }
