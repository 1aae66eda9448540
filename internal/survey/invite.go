package survey

import (
	"context"
	"slices"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
)

// Mails makes the feature write its messages.
func (s *Service) Mails() { s.Outbox.Handle(KindInvite, s.writeInvitation) }

// Jobs makes rounds close when their time is over.
func (s *Service) Jobs() {
	s.Worker.Every("close rounds whose time is over", 30*time.Second, s.CloseDue)
}

// writeInvitation writes the mail of an invitation when it is sent; the link stands nowhere before.
func (s *Service) writeInvitation(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "survey.writeInvitation")
	inv, round, err := invitationByID(ctx, s.DB, ref)
	if err != nil {
		return m, err
	}
	r, err := RoundByID(ctx, s.DB, round)
	if err != nil {
		return m, err
	}
	p, err := people.PersonByID(ctx, s.DB, inv.PersonID)
	if err != nil {
		return m, err
	}
	if r.State != Open || r.Over(s.Now()) || !p.Left.IsZero() {
		return m, errs.New(errs.NotFound, "survey.not-open")
	}
	key, err := s.key(r.Code)
	if err != nil {
		return m, err
	}
	lang := p.Lang
	if !slices.Contains(r.Settings.Languages, lang) {
		lang = r.Settings.Languages[0]
	}
	return mail.Message{
		To:      p.Email,
		Subject: s.fillSubject(&r, lang),
		Text:    s.fillInvitation(&r, lang, s.InvitationURL(r.Code, key.Token(inv.ID))),
	}, nil
}

// fillInvitation puts the link, the closing time and the round's name into the invitation's text.
func (s *Service) fillInvitation(r *Round, lang, url string) string {
	text := r.Settings.Invitation.In(lang)
	if !strings.Contains(text, "{link}") {
		text += "\n\n{link}"
	}
	return s.fill(r, lang, text, url)
}

// fillSubject does the same for the subject, without the link: mail servers write subjects into their logs, and the link
// is the person.
func (s *Service) fillSubject(r *Round, lang string) string {
	return strings.Join(strings.Fields(s.fill(r, lang, r.Settings.Subject.In(lang), "")), " ")
}

func (s *Service) fill(r *Round, lang, text, url string) string {
	closes := s.Kit.Words.T(lang, "survey.closes-later")
	if !r.ClosesAt.IsZero() {
		closes = i18n.Time(lang, r.ClosesAt)
	}
	return strings.NewReplacer("{link}", url, "{closes}", closes, "{name}", r.Settings.Name.In(lang),
		"{privacy}", s.BaseURL+noticePath(r.Code), "{wishes}", s.BaseURL+s.WishPath).Replace(text)
}

func invitationByID(ctx context.Context, q db.Q, id int64) (inv Invitation, round int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT id, person_id, round_id FROM survey_invitations WHERE id = $1`, id).Scan(&inv.ID, &inv.PersonID, &round)
	return inv, round, missing(err, "survey.link-unknown")
}
