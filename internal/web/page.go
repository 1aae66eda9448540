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

	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ui"
)

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
