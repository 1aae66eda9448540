// Package web is what every feature's handlers stand on: handlers that return errors, pages in the shell, the
// session, and one place where an error becomes a page.
//
// A route is either signed in (it names the action that the reader must be allowed), open (anybody), or private: a private
// route belongs to a respondent, knows no session and is never logged.
package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ui"
)

// Action is something that a role may allow, such as "round.manage".
type Action string

// SignedIn is the action that everybody who is signed in may do.
const SignedIn Action = "signed-in"

// Visitor is the person behind a request; the zero Visitor is nobody.
type Visitor struct {
	ID   int64
	Name string
	Lang string
	// Scopes says over which units each action is allowed; 0 stands for the whole organisation.
	Scopes map[Action][]int64
}

// May reports whether the visitor may do the action anywhere at all.
func (v Visitor) May(a Action) bool {
	return v.ID != 0 && (a == SignedIn || len(v.Scopes[a]) > 0)
}

// Everywhere reports whether the visitor may do the action in the whole organisation.
func (v Visitor) Everywhere(a Action) bool {
	for _, u := range v.Scopes[a] {
		if u == 0 {
			return true
		}
	}
	return false
}

// Identity tells who a session belongs to.
type Identity func(ctx context.Context, personID, epoch int64) (Visitor, error)

// Kit is made once, by package app, and handed to every feature.
type Kit struct {
	Words    i18n.Words
	Identify Identity
	Sessions *scs.SessionManager
	Now      func() time.Time
	Service  string
	County   func(lang string) string
	Secure   bool // pages are served over TLS
	// Section returns the pages of the same subject as a path, and at which place of the menu the subject stands, -1 for none.
	Section func(v Visitor, t func(string, ...any) string, path string, nav []ui.NavItem) (near []ui.NavItem, at int)
	Menu    func(v Visitor, t func(string, ...any) string) []ui.NavItem
	Demo    bool

	Seen         func(Seen)               // is told of every request that has been answered; nil: nobody wants to know
	Slow         time.Duration            // a request that takes as long is logged; 0 logs none for that
	TrustedProxy func(remote string) bool // whether a request's number is taken from this address; nil trusts none

	mux        *http.ServeMux
	routes     []Route
	private    map[string]bool // patterns of private routes
	busy       atomic.Int64
	shellLinks sync.Map // language to shellLinks
	alike      alike
}

// Route is one pattern and who may use it.
type Route struct {
	Pattern string
	Action  Action // "" for open and private routes
	Private bool
}

// Handler serves one route. What it returns is shown by Kit.fail, so it writes nothing before it is sure to succeed.
type Handler func(w http.ResponseWriter, r *http.Request) error

// NewKit returns a Kit without routes.
func NewKit(words i18n.Words, sessions *scs.SessionManager) *Kit {
	k := &Kit{Words: words, Sessions: sessions, mux: http.NewServeMux(), private: map[string]bool{}}
	sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { k.fail(w, r, true, err) }
	k.mux.Handle("GET /static/", ui.Static())
	k.mux.Handle("/", k.numbered(k.Sessions.LoadAndSave(k.wrap("/", "", func(http.ResponseWriter, *http.Request) error {
		return errs.New(errs.NotFound, "web.not-found")
	}))))
	return k
}

// Routes lists the routes, for the test that walks them with every role.
func (k *Kit) Routes() []Route { return k.routes }

// Handle adds a route for readers who may do the action.
func (k *Kit) Handle(pattern string, a Action, h Handler) {
	k.add(Route{Pattern: pattern, Action: a}, h)
}

// HandleOpen adds a route for everybody, signed in or not.
func (k *Kit) HandleOpen(pattern string, h Handler) { k.add(Route{Pattern: pattern}, h) }

func (k *Kit) add(rt Route, h Handler) { k.mux.Handle(rt.Pattern, k.numbered(k.route(rt, h))) }

// route notes a route that reads the session, and returns what serves it.
func (k *Kit) route(rt Route, h Handler) http.Handler {
	k.routes = append(k.routes, rt)
	return k.Sessions.LoadAndSave(k.wrap(rt.Pattern, rt.Action, h))
}

// HandlePrivate adds a respondent's route: no session is read, and nothing of the request is logged but a fault of ours.
func (k *Kit) HandlePrivate(pattern string, h Handler) { k.HandlePrivateUpload(pattern, 1<<20, h) }

// HandlePrivateUpload adds such a route for a request of at most so many bytes, for a form with a file.
func (k *Kit) HandlePrivateUpload(pattern string, most int64, h Handler) {
	k.routes = append(k.routes, Route{Pattern: pattern, Private: true})
	k.private[pattern] = true
	k.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", noStore)
		if err := limit(w, r, most); err != nil {
			k.fail(w, r, true, err)
			return
		}
		if k.language(w, r) {
			return
		}
		if err := h(w, r); err != nil {
			k.fail(w, r, true, err)
		}
	})
}

// HandleRaw adds a handler that needs no page: health, a style sheet.
func (k *Kit) HandleRaw(pattern string, h http.Handler) {
	k.routes = append(k.routes, Route{Pattern: pattern})
	k.mux.Handle(pattern, h)
}

// noStore goes with every answer of a route, also with files: a shared workstation keeps nothing of them.
const noStore = "no-store"

type askingKey struct{}

// asking is what a request's context holds: who asks, on which route.
type asking struct {
	visitor Visitor
	route   string
}

// RouteOf is the pattern of the route whose handler the context comes from, "" for private routes and for work that nobody waits for.
func RouteOf(ctx context.Context) string {
	a, _ := ctx.Value(askingKey{}).(asking)
	return a.route
}

func (k *Kit) wrap(pattern string, a Action, h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", noStore)
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			defer k.alike.changes.Add(1)
		}
		size := int64(1 << 20)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") && a != "" {
			size = 64 << 20
		}
		v, err := Visitor{}, limit(w, r, size)
		if err == nil {
			v, err = k.visitor(r)
		}
		if err == nil {
			r = r.WithContext(context.WithValue(r.Context(), askingKey{}, asking{v, pattern}))
			if k.language(w, r) {
				return
			}
			if err = k.allow(r, v, a); err == nil {
				err = h(w, r)
			}
		}
		if err != nil {
			k.fail(w, r, false, err)
		}
	}
}

var errSignIn = errs.New(errs.Forbidden, "web.sign-in")

func (k *Kit) allow(_ *http.Request, v Visitor, a Action) error {
	switch {
	case a == "":
		return nil
	case v.ID == 0:
		return errSignIn
	case !v.May(a):
		return errs.New(errs.Forbidden, "web.forbidden")
	}
	return nil
}

func (k *Kit) visitor(r *http.Request) (Visitor, error) {
	id := k.Sessions.GetInt64(r.Context(), "person")
	if id == 0 {
		return Visitor{}, nil
	}
	v, err := k.Identify(r.Context(), id, k.Sessions.GetInt64(r.Context(), "epoch"))
	if errs.KindOf(err) == errs.NotFound {
		return Visitor{}, k.Sessions.Destroy(r.Context())
	}
	return v, err
}

// SignIn makes the session that of a person. The session's token changes, so that one planted before is worth nothing.
func (k *Kit) SignIn(r *http.Request, personID, epoch int64) error {
	if err := k.Sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	k.Sessions.Put(r.Context(), "person", personID)
	k.Sessions.Put(r.Context(), "epoch", epoch)
	return nil
}

// VisitorOf returns who is asking.
func VisitorOf(r *http.Request) Visitor {
	a, _ := r.Context().Value(askingKey{}).(asking)
	return a.visitor
}

const langCookie = "lang"

// language answers a request that asks for another language: it sets a cookie and leads back to the same page.
func (k *Kit) language(w http.ResponseWriter, r *http.Request) (done bool) {
	if r.Method != http.MethodGet || r.URL.RawQuery == "" {
		return false
	}
	q := r.URL.Query()
	if !q.Has("lang") {
		return false
	}
	if lang := q.Get("lang"); i18n.Known(lang) {
		k.SetLang(w, r, lang)
	}
	q.Del("lang")
	u := url.URL{Path: r.URL.Path, RawQuery: q.Encode()}
	if strings.HasPrefix(u.Path, "//") {
		u.Path = "/"
	}
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
	return true
}

// SetLang remembers the reader's language in the browser.
func (k *Kit) SetLang(w http.ResponseWriter, r *http.Request, lang string) {
	http.SetCookie(w, &http.Cookie{Name: langCookie, Value: lang, Path: "/", MaxAge: Year(r), HttpOnly: true, Secure: k.Secure, SameSite: http.SameSiteLaxMode})
}

// Lang is the language that the reader chose, else the person's own, else the browser's.
func (k *Kit) Lang(r *http.Request) string {
	if c, err := r.Cookie(langCookie); err == nil && i18n.Known(c.Value) {
		return c.Value
	}
	if v := VisitorOf(r); i18n.Known(v.Lang) {
		return v.Lang
	}
	return i18n.Pick(r.Header.Get("Accept-Language"))
}

// Page is what every page's data has in common. It is embedded in the page's own struct.
type Page struct {
	Shell   ui.Shell
	Lang    string
	Who     Visitor
	Flash   string
	Section []ui.NavItem // pages of the same subject; empty draws none
	words   i18n.Words
}

// T is the message key in the reader's language.
func (p Page) T(key string, args ...any) string { return p.words.T(p.Lang, key, args...) }

// Page starts a page with a title in the reader's language.
func (k *Kit) Page(r *http.Request, titleKey string, args ...any) Page {
	p := k.page(r, k.Lang(r))
	p.Shell.Title = p.T(titleKey, args...)
	v := VisitorOf(r)
	p.Who = v
	if v.ID != 0 {
		p.Shell.User, p.Shell.UserURL, p.Shell.SignOutURL = v.Name, "/me", "/sign-out"
	}
	if k.Menu != nil {
		p.Shell.Nav = k.Menu(v, p.T)
		mark(p.Shell.Nav, r.URL.Path)
	}
	if k.Section != nil {
		var of int
		if p.Section, of = k.Section(v, p.T, r.URL.Path, p.Shell.Nav); of >= 0 {
			markOnly(p.Shell.Nav, of)
		}
		mark(p.Section, r.URL.Path)
	}
	if f := k.Sessions.PopString(r.Context(), "flash"); f != "" {
		p.Flash = f
	}
	return p
}

// PrivatePage starts a respondent's page: no menu, no session.
func (k *Kit) PrivatePage(r *http.Request, lang, title string) Page {
	p := k.page(r, lang)
	p.Shell.Title, p.Shell.Bare, p.Shell.Narrow = title, true, true
	return p
}

func (k *Kit) page(r *http.Request, lang string) Page {
	p := Page{Lang: lang, words: k.Words}
	p.Shell = ui.Shell{Lang: lang, Service: k.Service, T: p.T}
	if k.County != nil {
		p.Shell.County = k.County(lang)
	}
	p.Shell.Langs, p.Shell.Foot = k.links(lang, r.URL.RawQuery)
	if k.Demo {
		p.Shell.Demo, p.Shell.DemoLabel, p.Shell.DemoURL = p.T("web.demo"), p.T("web.demo-link"), "/demo"
	}
	return p
}

// shellLinks are the links around every page in one language.
type shellLinks struct {
	langs []ui.LangItem
	foot  []ui.NavItem
}

// links are made once for pages without a query, which are nearly all.
func (k *Kit) links(lang, query string) ([]ui.LangItem, []ui.NavItem) {
	if known, ok := k.shellLinks.Load(lang); ok && query == "" {
		x := known.(shellLinks)
		return x.langs, x.foot
	}
	var x shellLinks
	q, _ := url.ParseQuery(query) // what can be read of it, as the server does
	for _, l := range i18n.Langs {
		q.Set("lang", l)
		x.langs = append(x.langs, ui.LangItem{Code: l, Label: strings.ToUpper(l), Name: k.Words.T(l, "web.language"), URL: "?" + q.Encode(), Current: l == lang})
	}
	x.foot = []ui.NavItem{
		{Label: k.Words.T(lang, "web.accessibility"), URL: "/accessibility"},
		{Label: k.Words.T(lang, "web.feedback"), URL: "/accessibility#feedback"},
		{Label: k.Words.T(lang, "web.privacy"), URL: "/privacy"},
	}
	if query == "" {
		k.shellLinks.Store(lang, x)
	}
	return x.langs, x.foot
}

// mark finds the menu item that the path belongs to: the longest that the path begins with.
func mark(nav []ui.NavItem, path string) {
	best := -1
	for i, n := range nav {
		if (path == n.URL || n.URL != "/" && strings.HasPrefix(path, n.URL+"/")) && (best < 0 || len(n.URL) > len(nav[best].URL)) {
			best = i
		}
	}
	if best >= 0 {
		nav[best].Current = true
	}
}

// markOnly marks one menu item: that of a page's section.
func markOnly(nav []ui.NavItem, at int) {
	for i := range nav {
		nav[i].Current = i == at
	}
}

// Flash is said on the next page that the reader sees.
func (k *Kit) Flash(r *http.Request, key string, args ...any) {
	k.Sessions.Put(r.Context(), "flash", k.Words.T(k.Lang(r), key, args...))
}

// Show writes a page with status 200.
func (k *Kit) Show(w http.ResponseWriter, r *http.Request, p Page, c templ.Component) error {
	return k.ShowStatus(w, r, http.StatusOK, p, c)
}

// ShowInvalid writes a form with its messages, with status 422.
func (k *Kit) ShowInvalid(w http.ResponseWriter, r *http.Request, p Page, c templ.Component) error {
	p.Shell.Error = true
	return k.ShowStatus(w, r, http.StatusUnprocessableEntity, p, c)
}

// ShowStatus writes a page. It is rendered in full first: a failing component sends no half page.
func (k *Kit) ShowStatus(w http.ResponseWriter, r *http.Request, status int, p Page, c templ.Component) error {
	b := templ.GetBuffer()
	defer templ.ReleaseBuffer(b)
	if err := k.render(r.Context(), b, p, c); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := b.WriteTo(w)
	if err != nil {
		slog.DebugContext(r.Context(), "reader went away", "err", err)
	}
	return nil
}

func (k *Kit) render(ctx context.Context, b *bytes.Buffer, p Page, c templ.Component) error {
	return ui.Layout(p.Shell).Render(templ.WithChildren(ctx, withFlash(p, c)), b)
}

// See leads the reader to another page after a change.
func See(w http.ResponseWriter, r *http.Request, url string) error {
	// Not http.Redirect, which writes a page for browsers of the last century and reads the address anew.
	w.Header().Set("Location", url)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// Messages puts a form's errors into the reader's words.
func (p Page) Messages(f *errs.Fields) []ui.FieldError {
	if f == nil {
		return nil
	}
	var out []ui.FieldError
	for _, x := range f.List {
		out = append(out, ui.FieldError{ID: x.Name, Text: p.T(x.Key, x.Args...)})
	}
	return out
}

// Fault is what is wrong with one field of a form, in the reader's words; "" when nothing is.
func (p Page) Fault(f *errs.Fields, name string) string {
	if f == nil {
		return ""
	}
	for _, x := range f.List {
		if x.Name == name {
			return p.T(x.Key, x.Args...)
		}
	}
	return ""
}

// FieldsOf returns err's form errors, nil when it has none.
func FieldsOf(err error) *errs.Fields {
	f, _ := errors.AsType[*errs.Fields](err)
	return f
}
