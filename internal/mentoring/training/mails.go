package training

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
)

const (
	mailTopic = "training"
	badgeKind = "training.badge" // to the mentor: the badge has come; ref is the badge. It stands in the queue: never change it

	mailsKept = 30 * 24 * time.Hour // rows of mails that were sent
)

// Mails adds the writer of the feature's message.
func (s *Service) Mails() { s.Outbox.Handle(badgeKind, s.writeBadge) }

// announce asks for a mail that a badge has come.
func (s *Service) announce(ctx context.Context, tx *db.Tx, b *Badge) error {
	return outbox.Add(ctx, tx, s.Now(), []outbox.Item{{Topic: mailTopic, Kind: badgeKind, Ref: b.ID}})
}

// writeBadge tells a mentor that the badge has come, and where it is. One that was revoked meanwhile is no news.
func (s *Service) writeBadge(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "training.writeBadge(%d)", ref)
	all, err := readBadges(ctx, s.DB, false, ` WHERE id = $1`, ref)
	if err != nil {
		return m, err
	}
	if len(all) == 0 || !all[0].Revoked.IsZero() {
		return m, errs.New(errs.NotFound, "training.no-badge")
	}
	who, err := s.Mentors.MentorByID(ctx, all[0].Mentor)
	if err != nil {
		return m, err
	}
	to := who.Person
	if to.Name == "" || to.Email == "" {
		return m, errs.New(errs.NotFound, "training.no-badge")
	}
	link := s.BaseURL + "/sign-in?next=/training/badge"
	return mail.Message{To: to.Email, Subject: s.Kit.Words.T(to.Lang, "training.mail-badge-subject"),
		Text: s.Kit.Words.T(to.Lang, "training.mail-badge", "link", link, "service", s.Kit.Service)}, nil
}
