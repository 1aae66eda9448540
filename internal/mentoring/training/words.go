package training

import (
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/badge"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// inLang is a text of the path in a language, or else in the first one that there is.
func inLang(w Words, lang string) string { return i18n.In(w, lang) }

func (p stepPage) title(x Step) string { return inLang(x.Title, p.Lang) }

// about says of what kind a step is, and how long it takes.
func about(p web.Page, x Step) string {
	said := []string{p.T("training.kind-" + string(x.Kind))}
	if x.Minutes > 0 {
		said = append(said, p.T("training.minutes", "n", x.Minutes))
	}
	return strings.Join(said, " · ")
}

func (p overviewPage) isNext(x Step) bool {
	next, has := p.Next()
	return has && next.Key == x.Key
}

// lead says how far there is to go.
func (p overviewPage) lead() string {
	done, total := p.Count()
	switch {
	case done == total:
		return p.T("training.lead-done")
	case done == 0:
		return p.T("training.lead-first")
	}
	return p.T("training.lead", "n", total-done)
}

func (p overviewPage) bar() ui.Bar {
	done, total := p.Count()
	return ui.Bar{ID: "path", Label: p.T("training.progress"), Value: done, Max: total, Text: p.T("training.steps-done", "done", done, "total", total)}
}

// url is where something is done to the mentor.
func (p *onePage) url(what string) string {
	return "/training/manage/" + strconv.FormatInt(p.ID, 10) + "/" + what
}

func (p *onePage) lead() string {
	done, total := p.Walk.Count()
	return p.T("training.one-lead", "unit", p.Unit, "state", p.T("training.state-"+string(p.State)), "done", done, "total", total)
}

// said says how a step stands: of which kind it is, or when it was done and who ticked it.
func (p *onePage) said(x Step) string {
	d, done := p.Walk.Done[x.Key]
	switch {
	case !done:
		return about(p.Page, x)
	case d.By == 0 || d.By == p.Person.ID || p.names[d.By] == "":
		return p.T("training.done-on", "date", i18n.Date(p.Lang, d.At))
	}
	return p.T("training.done-by", "date", i18n.Date(p.Lang, d.At), "who", p.names[d.By])
}

// unknownKey reports whether a check failed because there is no such key of ours.
func unknownKey(r badge.Result) bool { return slices.Contains(r.Reasons, badge.UnknownKey) }

func (p pathPage) nameOf(x Step) string {
	if name := inLang(x.Title, p.Lang); name != "" {
		return name
	}
	return p.T("training.nameless")
}

// since says when the version in use was published.
func (p pathPage) since() string {
	if p.Newest.By == 0 {
		return p.T("training.came-with")
	}
	return p.T("training.published", "date", i18n.Date(p.Lang, p.Newest.Published))
}

func (p pathPage) activates(on bool) string {
	if on {
		return p.T("training.activates-on")
	}
	return p.T("training.activates-off")
}

// url is where the form of a step is sent.
func (p editPage) url() string {
	if p.Key == "" {
		return "/training/path/steps"
	}
	return "/training/path/steps/" + p.Key
}

func (p editPage) kinds() (out []ui.Option) {
	for _, k := range Kinds {
		out = append(out, ui.Option{Value: string(k), Label: p.T("training.kind-" + string(k)), Help: p.T("training.kind-" + string(k) + "-help"), Selected: k == p.Kind})
	}
	return out
}

// checkTitle is the heading of the form: after an answer it asks for another badge.
func (p checkPage) checkTitle() string {
	if p.Found != nil {
		return p.T("training.another")
	}
	return ""
}

// facts are what the badge itself says, and whether it belongs to the address that was asked about.
func (o outcome) facts(p web.Page) []ui.Fact {
	c := o.Credential
	out := []ui.Fact{
		{Term: p.T("training.issuer"), Value: c.Issuer.Name("")},
		{Term: p.T("training.issued"), Value: i18n.Date(p.Lang, c.ValidFrom)},
		{Term: p.T("training.address"), Value: c.ID},
		{Term: p.T("training.hash"), Value: c.Subject.Hash},
	}
	if o.Email != "" {
		said := p.T("training.not-theirs", "email", o.Email)
		if c.Subject.Is(o.Email) {
			said = p.T("training.theirs", "email", o.Email)
		}
		out = append(out, ui.Fact{Term: p.T("training.whose"), Value: said})
	}
	return out
}
