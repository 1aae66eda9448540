package monthly

import (
	"context"
	"slices"
	"strings"
	"time"

	"taitorinki/internal/catalog"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/mentoring"
)

// newsFor is how far back the note looks for what changed in services.
const newsFor = 31 * 24 * time.Hour

// write writes the note of a mentor as things stand now. Who rests, has left or wants no note any more gets none.
func (s *Service) write(ctx context.Context, mentor int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "monthly.write(%d)", mentor)
	n, err := mentoring.ReadNetwork(ctx, s.DB, mentoring.Day(s.Now()))
	if err != nil {
		return m, err
	}
	at := slices.IndexFunc(n.Mentors, func(x mentoring.Mentor) bool { return x.ID == mentor })
	if at < 0 || n.Mentors[at].NoteOff || n.Mentors[at].State == mentoring.Resting {
		return m, errs.New(errs.NotFound, "mentoring.no-mentor")
	}
	who := &n.Mentors[at]
	lang := who.Person.Lang
	t := func(key string, args ...any) string { return s.Kit.Words.T(lang, key, args...) }
	parts := []string{t("monthly.hello", "name", firstName(who.Person.Name))}
	for _, part := range []func(context.Context, *mentoring.Network, *mentoring.Mentor, words) (string, error){s.requests, s.focuses, s.news, s.meeting, s.hours, s.thanks} {
		text, err := part(ctx, n, who, t)
		if err != nil {
			return m, err
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	parts = append(parts, t("monthly.end", "link", s.BaseURL+"/mentors/me"))
	m.To, m.Subject, m.Text = who.Person.Email, t("monthly.subject", "service", s.Kit.Service), strings.Join(parts, "\n\n")
	return m, nil
}

type words = func(key string, args ...any) string

// firstName is how one greets somebody.
func firstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

func (s *Service) requests(ctx context.Context, _ *mentoring.Network, m *mentoring.Mentor, t words) (string, error) {
	if s.Open == nil || m.State != mentoring.Active {
		return "", nil
	}
	n, err := s.Open(ctx, m.ID)
	if err != nil || n == 0 {
		return "", err
	}
	return t("monthly.requests", "n", n, "link", s.BaseURL+"/help/inbox"), nil
}

func (s *Service) focuses(ctx context.Context, n *mentoring.Network, m *mentoring.Mentor, t words) (string, error) {
	all, err := mentoring.FocusesOn(ctx, s.DB, n.Day)
	if err != nil {
		return "", err
	}
	mine := mentoring.For(n.Tree, m, all)
	if len(mine) == 0 {
		return "", nil
	}
	areas, err := catalog.Areas(ctx, s.DB)
	if err != nil {
		return "", err
	}
	lines := []string{t("monthly.focus")}
	for _, f := range mine {
		unit, _ := n.Tree.Unit(f.Unit)
		line := "- " + t("monthly.focus-line", "area", catalog.AreaName(areas, f.Area, m.Person.Lang), "unit", unit.Name(m.Person.Lang), "to", i18n.Day(m.Person.Lang, f.To))
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n"), nil
}

func (s *Service) news(ctx context.Context, _ *mentoring.Network, m *mentoring.Mentor, t words) (string, error) {
	all, err := catalog.NewsSince(ctx, s.DB, s.Now().Add(-newsFor))
	if err != nil || len(all) == 0 {
		return "", err
	}
	services, err := catalog.Services(ctx, s.DB)
	if err != nil {
		return "", err
	}
	lines := []string{t("monthly.news")}
	for _, n := range all {
		lines = append(lines, "- "+catalog.ServiceName(services, n.Service, m.Person.Lang)+": "+i18n.In(n.Text, m.Person.Lang))
	}
	return strings.Join(lines, "\n"), nil
}

func (s *Service) meeting(ctx context.Context, _ *mentoring.Network, m *mentoring.Mentor, t words) (string, error) {
	if s.Meeting == nil {
		return "", nil
	}
	next, ok, err := s.Meeting(ctx, m.ID, m.Person.Lang)
	if err != nil || !ok {
		return "", err
	}
	return t("monthly.meeting", "title", next.Title, "start", next.Start, "link", s.BaseURL+next.URL), nil
}

func (s *Service) hours(ctx context.Context, _ *mentoring.Network, m *mentoring.Mentor, t words) (string, error) {
	if s.Minutes == nil || m.State != mentoring.Active {
		return "", nil
	}
	now := s.Now().In(i18n.Zone())
	first := time.Date(now.Year(), now.Month()-1, 1, 12, 0, 0, 0, i18n.Zone())
	last := first.AddDate(0, 1, -1)
	used, err := s.Minutes(ctx, m.ID, mentoring.Day(first), mentoring.Day(last))
	if err != nil {
		return "", err
	}
	granted := float64(m.Minutes) * float64(last.Day()) / 7 // a week's minutes over the month's days
	hours := func(minutes float64) string { return i18n.Decimal(m.Person.Lang, minutes/60, 1) }
	return t("monthly.hours", "used", hours(float64(used)), "granted", hours(granted)), nil
}

func (s *Service) thanks(ctx context.Context, _ *mentoring.Network, m *mentoring.Mentor, t words) (string, error) {
	if s.Thanks == nil {
		return "", nil
	}
	n, err := s.Thanks(ctx, m.ID)
	if err != nil || n < mentoring.LeastThanks {
		return "", err
	}
	return t("monthly.thanks", "n", n), nil
}
