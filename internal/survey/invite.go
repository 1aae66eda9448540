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
func (s *Service) Mails() {
	s.Outbox.Handle(KindInvite, s.writeInvitation)
	s.Outbox.Handle(KindRemind, s.writeReminder)
}

// Jobs makes rounds close when their time is over, invite those who come later, and remind.
func (s *Service) Jobs() {
	s.Worker.Every("close rounds whose time is over", 30*time.Second, s.CloseDue)
	s.Worker.Every("invite those who have come to a round's population", time.Minute, s.InviteLate)
	s.Worker.Every("run reminders that are due", 30*time.Second, s.RemindDue)
	s.Worker.Every("count the day's response rates", 5*time.Minute, s.CountRates)
}

// writeInvitation writes the mail of an invitation when it is sent; the link stands nowhere before.
func (s *Service) writeInvitation(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "survey.writeInvitation")
	inv, round, err := InvitationByID(ctx, s.DB, ref)
	if err != nil {
		return m, err
	}
	r, err := s.lockedRound(ctx, round)
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
	lang := MailLang(r.Settings, p.Lang)
	return s.InvitationMail(&r, lang, p.Email, s.InvitationURL(r.Code, key.Token(inv.ID))), nil
}

// InvitationMail writes an invitation in a language.
func (s *Service) InvitationMail(r *Round, lang, address, url string) mail.Message {
	return mail.Message{
		To:      address,
		Subject: s.FillSubject(r, lang, r.Settings.Subject.In(lang)),
		Text:    s.fillText(r, lang, r.Settings.Invitation.In(lang), url),
	}
}

// MailLang is the language in which a round writes to a person of a language.
func MailLang(set *Settings, lang string) string {
	if !slices.Contains(set.Languages, lang) && len(set.Languages) > 0 {
		return set.Languages[0]
	}
	return lang
}

// fillText puts the link, the closing time and the round's name into the text of a mail.
func (s *Service) fillText(r *Round, lang, text, url string) string {
	if !strings.Contains(text, "{link}") {
		text += "\n\n{link}"
	}
	return s.fill(r, lang, text, url)
}

// FillSubject does the same for the subject, without the link: mail servers write subjects into their logs, and the link
// is the person.
func (s *Service) FillSubject(r *Round, lang, subject string) string {
	return strings.Join(strings.Fields(s.fill(r, lang, subject, "")), " ")
}

func (s *Service) fill(r *Round, lang, text, url string) string {
	closes := s.Kit.Words.T(lang, "survey.closes-later")
	if !r.ClosesAt.IsZero() {
		closes = i18n.Time(lang, r.ClosesAt)
	}
	return strings.NewReplacer("{link}", url, "{closes}", closes, "{name}", r.Settings.Name.In(lang),
		"{privacy}", s.BaseURL+NoticePath(r.Code), "{wishes}", s.BaseURL+s.WishPath).Replace(text)
}

// InvitationByID returns an invitation and its round.
func InvitationByID(ctx context.Context, q db.Q, id int64) (inv Invitation, round int64, err error) {
	err = db.HotRow(ctx, q, `SELECT id, person_id, round_id FROM survey_invitations WHERE id = $1`, id).Scan(&inv.ID, &inv.PersonID, &round)
	return inv, round, missing(err, "survey.link-unknown")
}

// NoticePath is where the privacy notice of a round stands, given its code.
func NoticePath(round string) string { return "/privacy/" + round }
