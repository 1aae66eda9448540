package events

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// planForm is what was typed into the form of a plan.
type planForm struct {
	text     map[string]string
	Sittings []sittingForm
	Units    []string
	Professions,
	Roles, Findings []string
}

// sittingForm is one line of the form: a day and its hours.
type sittingForm struct{ ID, Day, From, To string }

// planTexts are the fields with one text each.
var planTexts = []string{"kind", "title", "lead", "text", "area", "service_id", "unit", "rhythm", "place", "link", "capacity", "until", "open", "anonymous", "codes", "from_event"}

func readForm(r *http.Request) (f planForm, err error) {
	if err := r.ParseForm(); err != nil {
		return f, errs.Because(err, errs.Invalid, "web.too-big")
	}
	f.text = map[string]string{}
	for _, name := range planTexts {
		f.text[name] = strings.TrimSpace(r.Form.Get(name))
	}
	f.Units, f.Professions, f.Roles, f.Findings = r.Form["units"], r.Form["professions"], r.Form["roles"], r.Form["findings"]
	for i := range MostSittings {
		n := strconv.Itoa(i + 1)
		x := sittingForm{r.Form.Get("id-" + n), strings.TrimSpace(r.Form.Get("sitting-" + n)), strings.TrimSpace(r.Form.Get("from-" + n)), strings.TrimSpace(r.Form.Get("to-" + n))}
		if _, there := r.Form["sitting-"+n]; there {
			f.Sittings = append(f.Sittings, x)
		}
	}
	return f, nil
}

// formOf is a stored plan as the form has it.
func formOf(e *Event) planForm {
	f := planForm{text: map[string]string{"kind": string(e.Kind), "title": e.Title, "lead": e.Lead, "text": e.Text, "area": e.Area, "rhythm": string(e.Rhythm),
		"place": e.Place, "link": e.Link, "open": string(e.Open)}, Units: numbers(e.Target.Units), Professions: e.Target.Professions, Roles: e.Target.Roles,
		Findings: numbers(e.Findings)}
	for name, n := range map[string]int64{"service_id": e.Service, "unit": e.Unit, "capacity": int64(e.Capacity)} {
		if n != 0 {
			f.text[name] = strconv.FormatInt(n, 10)
		}
	}
	if e.Anonymous {
		f.text["anonymous"] = "1"
	}
	if !e.Until.IsZero() {
		f.text["until"] = e.Until.In(i18n.Zone()).Format(time.DateOnly)
	}
	for _, x := range e.Held() {
		f.Sittings = append(f.Sittings, sittingForm{strconv.FormatInt(x.ID, 10), x.Start.In(i18n.Zone()).Format(time.DateOnly), web.ClockOf(x.Start), web.ClockOf(x.End)})
	}
	return f
}

// blank is the form of a new event of a kind.
func blank(k Kind) planForm {
	t := k.Template()
	f := planForm{text: map[string]string{"kind": string(k), "open": string(t.Open)}, Roles: t.Roles}
	if t.Capacity > 0 {
		f.text["capacity"] = strconv.Itoa(t.Capacity)
	}
	for range max(1, t.Sittings) {
		f.Sittings = append(f.Sittings, sittingForm{})
	}
	return f
}

// plan reads the form. What cannot be read is told in bad.
func (f *planForm) plan(tree *people.Tree, bad *errs.Fields) Plan {
	p := Plan{Kind: Kind(f.text["kind"]), Title: f.text["title"], Lead: f.text["lead"], Text: f.text["text"], Area: f.text["area"], Rhythm: Rhythm(f.text["rhythm"]),
		Place: f.text["place"], Link: f.text["link"], Open: Open(f.text["open"]), Anonymous: f.text["anonymous"] != ""}
	p.Unit, _ = strconv.ParseInt(f.text["unit"], 10, 64)
	p.Service, _ = strconv.ParseInt(f.text["service_id"], 10, 64)
	p.CopiedFrom, _ = strconv.ParseInt(f.text["from_event"], 10, 64)
	if c := f.text["capacity"]; c != "" {
		n, err := strconv.Atoi(c)
		if err != nil {
			n = -1
		}
		p.Capacity = n
	}
	if d := f.text["until"]; d != "" {
		p.Until = web.Moment(bad, d, "23.59", "until", "until")
	}
	p.Target = Target{Professions: f.Professions, Roles: f.Roles, Units: f.units(tree, bad)}
	for _, x := range f.Findings {
		if id, err := strconv.ParseInt(x, 10, 64); err == nil {
			p.Findings = append(p.Findings, id)
		}
	}
	for i, x := range f.Sittings {
		if n := strconv.Itoa(i + 1); x.Day != "" || x.From != "" || i == 0 {
			p.Sittings = append(p.Sittings, x.sitting(n, p.Kind, bad))
		}
	}
	return p
}

// units are those of the boxes and those named by their codes.
func (f *planForm) units(tree *people.Tree, bad *errs.Fields) (out []int64) {
	add := func(id int64) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	for _, x := range f.Units {
		if id, err := strconv.ParseInt(x, 10, 64); err == nil {
			add(id)
		}
	}
	var unknown []string
	for _, code := range strings.FieldsFunc(f.text["codes"], func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		if u, ok := tree.ByCode(code); ok {
			add(u.ID)
		} else {
			unknown = append(unknown, code)
		}
	}
	if len(unknown) > 0 {
		bad.Add("codes", "events.unknown-units", "codes", strings.Join(unknown, ", "))
	}
	return out
}

// sitting reads one line. Without an end it lasts as long as is usual for the kind.
func (x sittingForm) sitting(n string, k Kind, bad *errs.Fields) (out Sitting) {
	out.ID, _ = strconv.ParseInt(x.ID, 10, 64)
	at := len(bad.List)
	out.Start = web.Moment(bad, x.Day, x.From, "sitting-"+n, "from-"+n)
	switch {
	case len(bad.List) > at:
	case x.To == "":
		out.End = out.Start.Add(time.Duration(k.Template().Minutes) * time.Minute)
	default:
		out.End = web.Moment(bad, x.Day, x.To, "sitting-"+n, "to-"+n)
	}
	return out
}
