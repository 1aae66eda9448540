package feedback

import (
	"net/http"
	"strconv"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// deviceCookie holds the secret of a device, for the pages below cookiePath alone.
const (
	deviceCookie = "event-feedback"
	cookiePath   = "/e/"
)

// givePage is where somebody says what they think of an event.
type givePage struct {
	web.Page
	Event  events.Event
	Typed  map[string]string
	Errors *errs.Fields
	Given  bool // from this device
	Open   bool
	Early  bool
	Opens  string
}

// invited returns the event that the path names, and the device's secret, "" for one that was not here before.
func (s *Service) invited(r *http.Request) (e events.Event, device string, err error) {
	e, err = events.ByCode(r.Context(), s.DB, r.PathValue("code"))
	if c, missing := r.Cookie(deviceCookie); missing == nil && len(c.Value) >= 20 && len(c.Value) < 100 {
		device = c.Value
	}
	return e, device, err
}

func (s *Service) giveForm(w http.ResponseWriter, r *http.Request) error {
	e, device, err := s.invited(r)
	if err != nil {
		return err
	}
	return s.showGive(w, r, e, device, nil)
}

// showGive shows the form, or why there is none. The secret is set before anything is sent, so that a form that is sent twice at once
// counts once.
func (s *Service) showGive(w http.ResponseWriter, r *http.Request, e events.Event, device string, bad *errs.Fields) (err error) {
	p := givePage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), ""), Event: e, Errors: bad, Typed: map[string]string{}}
	p.Shell.Title = p.T("feedback.give-title")
	p.Open, p.Early = Open(&e, s.Now()), e.State == events.Published && s.Now().Before(Opens(&e))
	p.Opens = events.Times(&e, p.Page)
	if device != "" {
		if p.Given, err = given(r.Context(), s.DB, e.ID, trace(device, e.ID)); err != nil {
			return err
		}
	} else if p.Open {
		http.SetCookie(w, &http.Cookie{Name: deviceCookie, Value: NewDevice(), Path: cookiePath, MaxAge: web.Year(r), HttpOnly: true, Secure: s.Kit.Secure, SameSite: http.SameSiteLaxMode})
	}
	if bad != nil {
		for _, name := range []string{"useful", string(Keep), string(Change), string(Next)} {
			p.Typed[name] = r.PostFormValue(name)
		}
		return s.Kit.ShowInvalid(w, r, p.Page, giveView(p))
	}
	return s.Kit.Show(w, r, p.Page, giveView(p))
}

func (s *Service) give(w http.ResponseWriter, r *http.Request) error {
	e, device, err := s.invited(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	if device == "" && Open(&e, s.Now()) {
		return s.showGive(w, r, e, "", errs.Fault("useful", "feedback.no-cookie").(*errs.Fields))
	}
	a := Answer{Useful: -1, Keep: r.PostFormValue(string(Keep)), Change: r.PostFormValue(string(Change)), Next: r.PostFormValue(string(Next))}
	if n, err := strconv.Atoi(r.PostFormValue("useful")); err == nil {
		a.Useful = n
	}
	err = s.Give(r.Context(), &e, device, a)
	if bad := web.FieldsOf(err); bad != nil {
		return s.showGive(w, r, e, device, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, e.PublicPath("/feedback"))
}

// points are the numbers of the scale, each with what it means.
func (p givePage) points() (out []ui.Point) {
	for n := range 11 {
		key := "feedback.point"
		switch n {
		case 0:
			key = "feedback.point-least"
		case 10:
			key = "feedback.point-most"
		}
		out = append(out, ui.Point{Value: strconv.Itoa(n), Label: p.T(key, "n", n)})
	}
	return out
}

// item is the question of the scale.
func (p givePage) item() ui.Item {
	i := ui.Item{ID: "useful", Text: p.T("feedback.useful"), Error: p.Fault(p.Errors, "useful")}
	if v := strings.TrimSpace(p.Typed["useful"]); v != "" {
		i.Values = []string{v}
	}
	return i
}

// field is one of the free texts.
func (p givePage) field(q Question) ui.Field {
	f := ui.Field{Name: string(q), Label: p.T("feedback.ask-" + string(q)), Value: p.Typed[string(q)], Rows: 3, MaxLength: MostText, Optional: true,
		Error: p.Fault(p.Errors, string(q)), Attrs: checks(p.T)}
	f.Attrs["dir"] = "auto"
	return f
}
