package meetings

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ical"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
)

// letterTopic and letterKind are what the outbox knows of the mail of meetings.
const (
	letterTopic = "meetings"
	letterKind  = "meeting-letter"
)

// staleSummary is the age at which a summary that the mail server would not take is no news any more.
const staleSummary = 14 * 24 * time.Hour

// letter is a mail to one person: of a meeting, or of a topic's answer.
type letter struct {
	ID             int64
	Kind           string // invite, change, cancel, summary or answer
	Meeting, Topic int64
	Person         int64
}

// Mails adds the writer of all mail of meetings.
func (s *Service) Mails() { s.Outbox.Handle(letterKind, s.write) }

// post asks for a letter to each of some people. Who has no address, or has left, gets none.
func (s *Service) post(ctx context.Context, tx *db.Tx, l letter, to []int64) error {
	here, err := people.PersonsByID(ctx, tx, to)
	if err != nil {
		return err
	}
	var items []outbox.Item
	for _, p := range here {
		if p.Email == "" {
			continue
		}
		l.Person = p.ID
		id, err := insertLetter(ctx, tx, &l, s.Now())
		if err != nil {
			return err
		}
		items = append(items, outbox.Item{Topic: letterTopic, Kind: letterKind, Ref: id, Address: p.Email})
	}
	return outbox.Add(ctx, tx, s.Now(), items)
}

// write writes a letter as things stand now, in the language of who gets it.
func (s *Service) write(ctx context.Context, id int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "meetings.write(%d)", id)
	l, err := letterByID(ctx, s.DB, id)
	if err != nil {
		return m, err
	}
	p, err := people.PersonByID(ctx, s.DB, l.Person)
	if err == nil && !p.Left.IsZero() {
		err = errs.New(errs.NotFound, "people.person-left")
	}
	if err != nil {
		return m, err
	}
	m.To = p.Email
	if l.Kind == "answer" {
		return m, s.writeAnswer(ctx, l, &p, &m)
	}
	x, err := meetingByID(ctx, s.DB, l.Meeting)
	if err != nil {
		return m, err
	}
	if l.Kind == "summary" {
		if s.Now().Sub(x.Finished) > staleSummary {
			return m, errs.New(errs.NotFound, "meetings.too-late")
		}
		s.fillText(&m, &p, "summary", "title", x.Title, "link", s.BaseURL+x.path("/summary"))
		return m, nil
	}
	return m, s.writeInvitation(ctx, l, &x, &p, &m)
}

// writeInvitation writes what a calendar reads too. Of a meeting that is over, or was called off meanwhile, nobody is invited.
func (s *Service) writeInvitation(ctx context.Context, l letter, x *Meeting, p *people.Person, m *mail.Message) error {
	if x.Over(s.Now()) || (l.Kind == "cancel") != (x.State == Cancelled) {
		return errs.New(errs.NotFound, "meetings.too-late")
	}
	e, err := s.event(ctx, x, p.Lang)
	if err != nil {
		return err
	}
	to := ical.Person{Name: p.Name, Email: p.Email}
	write, method := ical.Request, "REQUEST"
	if l.Kind == "cancel" {
		write, method = ical.Cancel, "CANCEL"
	}
	m.Calendar, err = write(e, to)
	switch {
	case errors.Is(err, ical.ErrEvent): // the text alone tells all
		slog.ErrorContext(ctx, "a meeting fits no calendar", "meeting", x.ID, "err", err)
		m.Calendar = nil
	case err != nil:
		return err
	default:
		m.CalendarMethod = method
	}
	why, link := "", s.BaseURL+x.path("")
	if x.Why != "" {
		why = "\n\n" + x.Why
	}
	if l.Kind == "cancel" {
		link = s.BaseURL + "/meetings"
	}
	s.fillText(m, p, l.Kind, "title", x.Title, "start", x.Start, "where", e.Location+between(e.Location, x.Link, "\n")+x.Link, "why", why,
		"about", s.about(e, x), "link", link)
	return nil
}

func between(a, b, sep string) string {
	if a == "" || b == "" {
		return ""
	}
	return sep
}

// about is what the calendar says of a meeting, without the links, which the mail has already.
func (s *Service) about(e ical.Event, x *Meeting) string {
	return strings.TrimSuffix(e.Description, "\n\n"+s.BaseURL+x.path(""))
}

// fillText writes subject and text of a kind of letter.
func (s *Service) fillText(m *mail.Message, p *people.Person, kind string, args ...any) {
	args = append(args, "name", p.Name, "service", s.Kit.Service)
	m.Subject = s.Kit.Words.T(p.Lang, "meetings.mail-"+kind+"-subject", args...)
	m.Text = s.Kit.Words.T(p.Lang, "meetings.mail-"+kind, args...)
}

// writeAnswer writes the answer to a topic, which is the same for its writer and for the unit's mentors: from it nobody learns who
// wrote.
func (s *Service) writeAnswer(ctx context.Context, l letter, p *people.Person, m *mail.Message) error {
	t, err := topicByID(ctx, s.DB, l.Topic)
	if err != nil {
		return err
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	kind := "answer"
	if t.Corrected() {
		kind = "corrected"
	}
	unit := unitName(tree, shownUnit(tree, t.Unit), p.Lang)
	if unit == "" {
		unit = s.Kit.Words.T(p.Lang, "meetings.whole")
	}
	s.fillText(m, p, kind, "unit", unit, "text", t.Text, "answer", t.Answer, "link", s.BaseURL+"/voice")
	return nil
}

// event is a meeting as a calendar in a language has it.
func (s *Service) event(ctx context.Context, m *Meeting, lang string) (e ical.Event, err error) {
	by, err := people.PersonByID(ctx, s.DB, m.MadeBy)
	if err != nil {
		return e, err
	}
	t := func(key string, args ...any) string { return s.Kit.Words.T(lang, key, args...) }
	var parts []string
	if m.Expert != "" || m.Service != 0 {
		services, err := catalog.Services(ctx, s.DB)
		if err != nil {
			return e, err
		}
		name := catalog.ServiceName(services, m.Service, lang)
		parts = append(parts, t("meetings.expert")+": "+m.Expert+between(m.Expert, name, ", ")+name)
	}
	if m.Theme != "" {
		parts = append(parts, t("meetings.workshop")+": "+m.Theme)
	}
	if m.Questions != "" {
		parts = append(parts, m.Questions)
	}
	if m.Agenda != "" {
		parts = append(parts, m.Agenda)
	}
	parts = append(parts, s.BaseURL+m.path(""))
	e = ical.Event{UID: m.UID, Sequence: m.Sequence, Stamp: m.Stamp, Start: m.Start, End: m.End, Summary: m.Title, Location: m.Place,
		URL: m.Link, Description: strings.Join(parts, "\n\n"), Organizer: ical.Person{Name: by.Name, Email: by.Email}, Cancelled: m.State == Cancelled}
	return e, nil
}

// path is the meeting's page, or one below it.
func (m *Meeting) path(more string) string {
	return "/meetings/" + strconv.FormatInt(m.ID, 10) + more
}

// Next tells of the next meeting that a mentor is to come to, with the path of its page; ok is false when none is planned.
func (s *Service) Next(ctx context.Context, mentor int64) (title string, start time.Time, path string, ok bool, err error) {
	m, err := s.Mentors.MentorByID(ctx, mentor)
	if err != nil {
		return "", start, "", false, err
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return "", start, "", false, err
	}
	coming, err := meetings(ctx, s.DB, ` WHERE state = 'planned' AND ends_at > $1 ORDER BY starts_at, id`, db.At(s.Now()))
	for _, x := range coming {
		if serves(tree, x.Unit, &m) {
			return x.Title, x.Start, x.path(""), true, nil
		}
	}
	return "", start, "", false, err
}

// Name names a meeting for the log, and tells where it is; "" for one that is not there.
func (s *Service) Name(ctx context.Context, number string) (name, url string, err error) {
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return "", "", nil
	}
	m, err := meetingByID(ctx, s.DB, id)
	if errs.KindOf(err) == errs.NotFound {
		return "", "", nil
	}
	return m.Title, m.path(""), err
}

func unitName(tree *people.Tree, unit int64, lang string) string {
	u, ok := tree.Unit(unit)
	if !ok {
		return ""
	}
	return i18n.In(map[string]string{"fi": u.NameFI, "sv": u.NameSV, "en": u.NameEN}, lang)
}
