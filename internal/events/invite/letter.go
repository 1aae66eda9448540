package invite

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// PassOn writes to a supervisor about an event, in their language, with what is theirs today. Who leads nobody of the target group
// any more has nothing to pass on, but is told when what they passed on before is not right any more.
func (s *Service) PassOn(ctx context.Context, e *events.Event, to *people.Person, kind events.PassKind) (subject, text string, err error) {
	r, err := ReachOf(ctx, s.DB, e)
	if err != nil {
		return "", "", err
	}
	l, ok := r.leader(to.ID)
	if !ok && (kind == events.PassFirst || kind == events.PassNudge) {
		return "", "", errs.New(errs.NotFound, "invite.no-people")
	}
	l.Person = *to
	return s.letter(ctx, e, l, kind, to.Lang)
}

func (s *Service) letter(ctx context.Context, e *events.Event, l Leader, kind events.PassKind, lang string) (subject, text string, err error) {
	t := func(key string, args ...any) string { return s.Kit.Words.T(lang, key, args...) }
	texts, err := textsOf(ctx, s.DB, e.ID)
	if err != nil {
		return "", "", err
	}
	counts := map[int64]int{}
	if kind == events.PassNudge {
		if counts, err = s.counts(ctx, e.ID); err != nil {
			return "", "", err
		}
	}
	var units []string
	for _, u := range l.Units {
		line := t("invite.unit-line", "unit", u.Name(lang), "n", u.People, "link", s.link(e, u.Unit))
		if counts != nil && kind == events.PassNudge {
			line += "\n" + signed(t, counts[u.ID])
		}
		units = append(units, line)
	}
	if len(units) == 0 {
		units = []string{s.BaseURL + e.PublicPath("")}
	}
	why := ""
	if e.Why != "" {
		why = "\n\n" + e.Why
	}
	args := []any{"name", l.Person.Name, "title", e.Title, "text", s.ready(e, texts, lang, ""), "units", strings.Join(units, "\n\n"),
		"page", s.BaseURL + e.Path("/invite"), "why", why, "when", strings.Join(times(e, lang), "\n"), "service", s.Kit.Service}
	return t("invite.mail-"+string(kind)+"-subject", args...), t("invite.mail-"+string(kind), args...), nil
}

// ready is the text that a supervisor passes on, with the link where to sign up; "" leaves the link to be added.
func (s *Service) ready(e *events.Event, texts Texts, lang, link string) string {
	parts := []string{e.Title}
	if own := texts.In[lang]; own != "" {
		parts = append(parts, own)
	} else if e.Lead != "" {
		parts = append(parts, e.Lead)
	}
	facts := times(e, lang)
	if e.Place != "" {
		facts = append(facts, e.Place)
	}
	parts = append(parts, strings.Join(facts, "\n"))
	if link != "" {
		parts = append(parts, s.Kit.Words.T(lang, "invite.sign-up", "link", link))
	}
	return strings.Join(parts, "\n\n")
}

// times are the sittings of an event, a line each.
func times(e *events.Event, lang string) (out []string) {
	for _, x := range e.Held() {
		out = append(out, i18n.Span(lang, x.Start, x.End))
	}
	return out
}

// link is where the people of a unit sign up.
func (s *Service) link(e *events.Event, u people.Unit) string {
	return s.BaseURL + e.PublicPath("?u="+url.QueryEscape(u.Code))
}

// counts are how many signed up from each unit; nil when nobody knows.
func (s *Service) counts(ctx context.Context, event int64) (map[int64]int, error) {
	if s.CountByUnit == nil {
		return nil, nil
	}
	return s.CountByUnit(ctx, event)
}

// signed says how many of a unit signed up: a number from three, and below that nothing from which one could tell who did not.
func signed(t func(string, ...any) string, n int) string {
	if n < least {
		return t("invite.few")
	}
	return t("invite.signed", "n", n)
}

// Part is what "my data" shows of invitations to a person.
func (s *Service) Part(ctx context.Context, person int64, t func(key string, args ...any) string) (people.Part, error) {
	p := people.Part{Name: "invitations", Title: t("invite.my-part"), Link: t("invite.my-link"), URL: "/calendar"}
	all, err := invitedTo(ctx, s.DB, person)
	own, pass := all[events.Directly], all[events.BySupervisor]
	p.Facts = []ui.Fact{{Term: t("invite.my-direct"), Value: strconv.Itoa(len(own))}, {Term: t("invite.my-pass"), Value: strconv.Itoa(len(pass))}}
	if len(own)+len(pass) > 0 {
		p.Value = struct {
			Direct     []int64 `json:"direct"`
			Supervisor []int64 `json:"as_supervisor"`
		}{own, pass}
	}
	return p, err
}
