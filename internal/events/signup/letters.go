package signup

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// letterTopic and letterKind are what the outbox knows of the mail about one's own sign-up.
const (
	letterTopic = "signup"
	letterKind  = "signup-letter"
)

// letter is a mail about a sign-up.
type letter struct {
	ID      int64
	Kind    string // confirm, again, account, confirmed, sitting, waiting, offered, moved-up, withdrawn, lapsed, day or hour
	Event   int64
	Signup  int64 // 0 for a person who is asked to use their account
	Person  int64
	Sitting int64 // 0: the whole event
	Made    time.Time
}

// Mails adds the writer of all mail about one's own sign-up.
func (s *Service) Mails() { s.Outbox.Handle(letterKind, s.write) }

// post asks for a letter. The queue does not name who it goes to.
func (s *Service) post(ctx context.Context, tx *db.Tx, x *Signup, kind string) error {
	return s.postLetter(ctx, tx, &letter{Kind: kind, Event: x.Event, Signup: x.ID}, x.Number != 0 && x.Person == 0)
}

// postAll asks for a letter about the first sitting and one for each other: a calendar takes one at a time.
func (s *Service) postAll(ctx context.Context, tx *db.Tx, e *events.Event, x *Signup, kind string) error {
	for i, at := range e.Held() {
		l := &letter{Kind: kind, Event: x.Event, Signup: x.ID, Sitting: at.ID}
		switch {
		case i > 0 && s.Calendar == nil:
			return nil
		case i > 0 && kind == "withdrawn":
			l.Kind = "sitting-off"
		case i > 0:
			l.Kind = "sitting"
		}
		if err := s.postLetter(ctx, tx, l, x.Number != 0); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) postLetter(ctx context.Context, tx *db.Tx, l *letter, nowhere bool) (err error) {
	if nowhere {
		return nil
	}
	defer errs.Wrap(&err, "signup.postLetter(%s)", l.Kind)
	err = tx.QueryRowContext(ctx, `INSERT INTO event_signup_letters (kind, event_id, signup_id, person_id, sitting_id, made_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		l.Kind, l.Event, db.OrNull(l.Signup), db.OrNull(l.Person), db.OrNull(l.Sitting), db.At(s.Now())).Scan(&l.ID)
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, s.Now(), []outbox.Item{{Topic: letterTopic, Kind: letterKind, Ref: l.ID}})
}

func letterByID(ctx context.Context, q db.Q, id int64) (l letter, err error) {
	all, err := db.Rows(ctx, q, func(r *sql.Rows, l *letter) error {
		var signup, person, sitting sql.NullInt64
		var made db.Time
		err := r.Scan(&l.ID, &l.Kind, &l.Event, &signup, &person, &sitting, &made)
		l.Signup, l.Person, l.Sitting, l.Made = signup.Int64, person.Int64, sitting.Int64, made.Time
		return err
	}, `SELECT id, kind, event_id, signup_id, person_id, sitting_id, made_at FROM event_signup_letters WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "signup.none")
	}
	if err == nil {
		l = all[0]
	}
	return l, err
}

// staleLetter is the age at which a letter that the mail server would not take is no news any more.
const staleLetter = 48 * time.Hour

// wanted reports whether a letter still tells the truth, and in time.
func (s *Service) wanted(l *letter, e *events.Event, x *Signup) bool {
	now := s.Now()
	if now.Sub(l.Made) > staleLetter || e.Over(now) || (e.State != events.Published) != (l.Kind == "called-off") {
		return false
	}
	at := e.Start
	for _, y := range e.Sittings {
		if y.ID == l.Sitting {
			at = y.Start
		}
	}
	switch l.Kind {
	case "confirm":
		return x.State == Asked
	case "confirmed", "moved-up", "sitting":
		return x.State == Placed
	case "waiting":
		return x.State == Waiting
	case "changed", "called-off":
		return x.State == Waiting || x.State == Offered
	case "offered":
		return x.State == Offered && now.Before(x.OfferUntil)
	case "withdrawn", "sitting-off", "lapsed":
		return x.State == Gone
	case "day":
		return x.State == Placed && at.Sub(now) > latestDay
	case "hour":
		return x.State == Placed && now.Before(at)
	}
	return true
}

// write writes a letter as things stand now, in the language of who gets it.
func (s *Service) write(ctx context.Context, id int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "signup.write(%d)", id)
	l, err := letterByID(ctx, s.DB, id)
	if err != nil {
		return m, err
	}
	e, err := events.ByID(ctx, s.DB, l.Event)
	if err != nil {
		return m, err
	}
	x := Signup{Event: l.Event, Person: l.Person}
	if l.Signup != 0 {
		if x, err = byID(ctx, s.DB, l.Signup); err != nil {
			return m, err
		}
	}
	if !s.wanted(&l, &e, &x) {
		return m, errs.New(errs.NotFound, "signup.too-late")
	}
	to, err := s.recipient(ctx, s.DB, &x)
	if err != nil {
		return m, err
	}
	link, err := s.Link(ctx, &e, to)
	if err != nil {
		return m, err
	}
	m.To = to.Email
	s.fillText(&m, &l, &e, &x, to, link)
	return m, s.addCalendar(ctx, &m, &l, &e, to)
}

// recipient is who a sign-up belongs to; errs.NotFound for somebody who has left and for a place without a name.
func (s *Service) recipient(ctx context.Context, q db.Q, x *Signup) (to events.Recipient, err error) {
	if x.Person == 0 {
		if x.Email == "" {
			err = errs.New(errs.NotFound, "signup.none")
		}
		return events.Recipient{Guest: x.ID, Name: x.Name, Email: x.Email, Lang: x.Lang}, err
	}
	p, err := people.PersonByID(ctx, q, x.Person)
	if err == nil && (!p.Left.IsZero() || p.Email == "") {
		err = errs.New(errs.NotFound, "people.person-left")
	}
	return events.Recipient{Person: p.ID, Name: p.Name, Email: p.Email, Lang: p.Lang}, err
}

// Link is the address of the page of somebody's own sign-up, for a mail to them. A guest gets another one in each mail, as none is
// kept that could be sent again.
func (s *Service) Link(ctx context.Context, e *events.Event, to events.Recipient) (string, error) {
	if to.Person != 0 {
		return s.BaseURL + e.Path("/sign-up"), nil
	}
	token, hash := web.NewToken()
	_, err := s.DB.Save(ctx, `INSERT INTO event_signup_tokens (hash, signup_id) VALUES ($1, $2)`, hash, to.Guest)
	return s.BaseURL + e.PublicPath("/p/"+token), err
}

func (s *Service) fillText(m *mail.Message, l *letter, e *events.Event, x *Signup, to events.Recipient, link string) {
	t := func(key string, args ...any) string { return s.Kit.Words.T(to.Lang, key, args...) }
	when := times(e, to.Lang, t)
	for i := range e.Sittings {
		if e.Sittings[i].ID == l.Sitting && (l.Kind == "day" || l.Kind == "hour" || strings.HasPrefix(l.Kind, "sitting")) {
			when = e.Sittings[i].When(to.Lang, t)
		}
	}
	about := when
	if e.Place != "" {
		about += "\n" + e.Place
	}
	if e.Link != "" && x.State == Placed {
		about += "\n" + t("signup.mail-join", "link", e.Link)
	}
	args := []any{"title", e.Title, "when", about, "link", link, "until", x.OfferUntil, "service", s.Kit.Service, "hello", t("signup.mail-hello", "name", to.Name)}
	if to.Name == "" || x.Person == 0 { // a guest's name was typed by whoever asked, and may be anything
		args[len(args)-1] = t("signup.mail-hello-guest")
	}
	m.Subject = t("signup.mail-"+l.Kind+"-subject", args...)
	m.Text = t("signup.mail-"+l.Kind, args...)
}

// addCalendar adds what a calendar reads, to the letters by which somebody gets or gives up a place.
func (s *Service) addCalendar(ctx context.Context, m *mail.Message, l *letter, e *events.Event, to events.Recipient) error {
	cancel := l.Kind == "withdrawn" || l.Kind == "sitting-off"
	if s.Calendar == nil || l.Sitting == 0 || !cancel && l.Kind != "confirmed" && l.Kind != "moved-up" && l.Kind != "sitting" {
		return nil
	}
	for i := range e.Sittings {
		if e.Sittings[i].ID != l.Sitting {
			continue
		}
		part, method, err := s.Calendar(ctx, e, &e.Sittings[i], to, cancel)
		if err != nil {
			return err
		}
		m.Calendar, m.CalendarMethod = part, method
		if !cancel && s.Told != nil {
			return s.Told(ctx, e, &e.Sittings[i], to)
		}
	}
	return nil
}
