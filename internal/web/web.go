// Package web is what every feature's handlers stand on: handlers that return errors, pages in the shell, the
// session, and one place where an error becomes a page.
//
// A route is either signed in (it names the action that the reader must be allowed), open (anybody), or private: a private
// route belongs to a respondent, knows no session and is never logged.
package web

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

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
