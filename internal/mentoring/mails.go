package mentoring

import (
	"context"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
)

const (
	mailTopic = "mentoring"
	askKind   = "mentoring.ask"  // to a supervisor about a candidate; the ref is that of the asking
	newsKind  = "mentoring.news" // to the mentor about what was done; the ref is the event's

	newsLives = 7 * 24 * time.Hour  // what is older is no news
	keepMails = 30 * 24 * time.Hour // rows of mails that were sent
)

// told are the kinds of event of which the mentor gets a mail, unless they did it themself.
var told = map[EventKind]bool{CameForward: true, WasGranted: true, GrantMoved: true, WasDeclined: true, Appointment: true, Activation: true,
	Rest: true, Return: true, End: true, GrantOver: true}

// Mails adds the writers of the feature's messages.
func (s *Service) Mails() {
	s.Outbox.Handle(askKind, s.writeAsk)
	s.Outbox.Handle(newsKind, s.writeNews)
}

// link leads to a page of ours by the sign-in, which passes on who is signed in already.
func (s *Service) link(path string) string { return s.BaseURL + "/sign-in?next=" + path }

func (s *Service) message(p people.Person, key string, args ...any) mail.Message {
	args = append(args, "service", s.Kit.Service)
	return mail.Message{To: p.Email, Subject: s.Kit.Words.T(p.Lang, key+"-subject", args...), Text: s.Kit.Words.T(p.Lang, key, args...)}
}

// writeAsk asks a supervisor about a candidate, as long as nobody has answered.
func (s *Service) writeAsk(ctx context.Context, ref int64) (out mail.Message, err error) {
	defer errs.Wrap(&err, "mentoring.writeAsk(%d)", ref)
	mentor, boss, n, err := askByID(ctx, s.DB, ref)
	if err != nil {
		return out, err
	}
	m, err := mentorByID(ctx, s.DB, mentor)
	if err != nil {
		return out, err
	}
	to, err := people.PersonByID(ctx, s.DB, boss)
	if err != nil {
		return out, err
	}
	if m.State != Candidate || m.Person.Name == "" || !to.Left.IsZero() || to.Email == "" {
		return out, errs.New(errs.NotFound, "mentoring.no-mentor")
	}
	key := "mentoring.mail-ask"
	if n > 0 {
		key = "mentoring.mail-remind"
	}
	return s.message(to, key, "name", m.Person.Name, "link", s.link(mentorURL(m.ID))), nil
}

// writeNews tells a mentor what was done. What they did themself, and what is long past, they are not told.
func (s *Service) writeNews(ctx context.Context, ref int64) (out mail.Message, err error) {
	defer errs.Wrap(&err, "mentoring.writeNews(%d)", ref)
	e, err := eventByID(ctx, s.DB, ref)
	if err != nil {
		return out, err
	}
	m, err := mentorByID(ctx, s.DB, e.Mentor)
	if err != nil {
		return out, err
	}
	to := m.Person
	if e.By == to.ID || to.Name == "" || to.Email == "" || s.Now().Sub(e.At) > newsLives {
		return out, errs.New(errs.NotFound, "mentoring.no-mentor")
	}
	t := func(key string, args ...any) string { return s.Kit.Words.T(to.Lang, key, args...) }
	by := s.Kit.Service
	if e.By != 0 {
		p, err := people.PersonByID(ctx, s.DB, e.By)
		if err != nil {
			return out, err
		}
		by = p.Name
	}
	path := JoinPath
	if m.State.Appointed() {
		path = OwnPath
	}
	why := ""
	if e.Why != "" {
		why = t("mentoring.mail-why", "why", e.Why)
	}
	return s.message(to, "mentoring.mail-"+string(e.Kind), "name", to.Name, "by", by, "why", why, "grant", grantText(&m, to.Lang, t), "link", s.link(path)), nil
}

// pruneMails forgets rows of mails that were sent long ago.
func (s *Service) pruneMails(ctx context.Context) error {
	return outbox.Prune(ctx, s.DB, mailTopic, s.Now().Add(-keepMails))
}
