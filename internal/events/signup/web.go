package signup

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /events/{id}/sign-up", web.SignedIn, s.showOwn)
	k.Handle("POST /events/{id}/sign-up", web.SignedIn, s.signUp)
	k.Handle("POST /events/{id}/withdraw", web.SignedIn, s.withdraw)
	k.Handle("POST /events/{id}/needs", web.SignedIn, s.saveOwnNeeds)
	k.Handle("POST /events/{id}/came", web.SignedIn, s.comeByCode)

	k.Handle("GET /events/{id}/participants", web.SignedIn, s.participants)
	k.Handle("POST /events/{id}/participants", web.SignedIn, s.addParticipant)
	k.Handle("GET /events/{id}/participants.csv", web.SignedIn, s.exportParticipants)
	k.Handle("GET /events/{id}/participants/needs", web.SignedIn, s.showNeeds)
	k.Handle("POST /events/{id}/participants/ticks", web.SignedIn, s.tickParticipants)
	k.Handle("GET /events/{id}/participants/{signup}/remove", web.SignedIn, s.askRemove)
	k.Handle("POST /events/{id}/participants/{signup}/remove", web.SignedIn, s.removeParticipant)
	k.Handle("GET /events/{id}/here", web.SignedIn, s.showHere)

	k.HandlePrivate("GET /e/{code}", s.showPublic)
	k.HandlePrivate("POST /e/{code}", s.ask)
	k.HandlePrivate("GET /e/{code}/sent", s.sent)
	k.HandlePrivate("POST /e/{code}/number", s.takeNumber)
	k.HandlePrivate("GET /e/{code}/p/{token}", s.showGuest)
	k.HandlePrivate("POST /e/{code}/p/{token}/sign-up", s.guestSignUp)
	k.HandlePrivate("POST /e/{code}/p/{token}/withdraw", s.guestWithdraw)
	k.HandlePrivate("POST /e/{code}/p/{token}/needs", s.guestNeeds)
	k.HandlePrivate("POST /e/{code}/p/{token}/came", s.guestCame)
	// Open and not private: who is signed in is known here, and a sign-in may lead back.
	k.HandleOpen("GET /e/{code}/here/{secret}", s.showCome)
	k.HandleOpen("POST /e/{code}/here/{secret}", s.come)
}

// own is one's own sign-up for an event, as a card and as a page.
type own struct {
	web.Page
	E       *events.Event
	X       *Signup // nil for somebody who has never signed up
	Base    string  // under which the forms are
	Why     string  // one cannot sign up, in words; "" when one can
	Full    bool
	Ahead   int // on the waiting list
	Needs   string
	Meeting bool // one may say now that one is there
	Over    bool
	Guest   bool
	Code    string // typed
	Errors  *errs.Fields
}

// state is how far the sign-up is; Gone for nobody's.
func (o own) state() State {
	if o.X == nil {
		return Gone
	}
	return o.X.State
}

// fill reads what the sign-up's state needs to be told.
func (s *Service) fill(ctx context.Context, o *own) (err error) {
	o.Meeting, o.Over = s.Meeting(o.E), o.E.Over(s.Now())
	if o.Full, err = full(ctx, s.DB, o.E.ID); err != nil || o.X == nil {
		return err
	}
	if o.Needs, err = needsOf(ctx, s.DB, o.X.ID); err != nil {
		return err
	}
	return s.DB.QueryRowContext(ctx, `SELECT count(*) FROM event_signups WHERE event_id = $1 AND state = 'waiting' AND queue < $2`, o.E.ID, o.X.Queue).Scan(&o.Ahead)
}

// ownOf is the sign-up of who looks, for an event that they may know of.
func (s *Service) ownOf(ctx context.Context, p web.Page, e *events.Event) (o own, err error) {
	o = own{Page: p, E: e, Base: e.Path("")}
	x, has, err := byPerson(ctx, s.DB, e.ID, p.Who.ID)
	if err != nil {
		return o, err
	}
	if has {
		o.X = &x
	}
	who, err := people.PersonByID(ctx, s.DB, p.Who.ID)
	if err != nil {
		return o, err
	}
	if o.Why, err = why(p, s.May(ctx, s.DB, e, &who)); err != nil {
		return o, err
	}
	return o, s.fill(ctx, &o)
}

// why puts the reason why one cannot sign up into words. Another error stays one.
func why(p web.Page, err error) (string, error) {
	e, ok := err.(*errs.E)
	if err == nil || !ok || errs.KindOf(err) == errs.Internal {
		return "", err
	}
	return p.T(e.Key, e.Args...), nil
}

// EventCard is one's own sign-up on an event's page: what it is now, and the button that changes it. Drafts, and events that are
// answered elsewhere, have none.
func (s *Service) EventCard(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	if e.State == events.Draft || e.Elsewhere != "" || p.Who.ID == 0 {
		return nil, nil
	}
	o, err := s.ownOf(ctx, p, e)
	if err != nil {
		return nil, err
	}
	return cardView(o), nil
}

// event is the event that the path names, for somebody with an account. A draft is there for its hosts only.
func (s *Service) event(r *http.Request) (e events.Event, err error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return e, err
	}
	if e, err = events.ByID(r.Context(), s.DB, id); err != nil {
		return e, err
	}
	if e.State == events.Draft || e.Elsewhere != "" {
		err = errs.New(errs.NotFound, "events.no-event")
	}
	return e, err
}

func (s *Service) showOwn(w http.ResponseWriter, r *http.Request) error {
	e, err := s.event(r)
	if err != nil {
		return err
	}
	return s.answerOwn(w, r, &e, nil)
}

// answerOwn shows one's own sign-up with what was wrong with a form of it.
func (s *Service) answerOwn(w http.ResponseWriter, r *http.Request, e *events.Event, bad *errs.Fields) error {
	p := s.Kit.Page(r, "signup.own")
	p.Shell.Narrow = true
	o, err := s.ownOf(r.Context(), p, e)
	if err != nil {
		return err
	}
	if o.Errors = bad; bad == nil {
		return s.Kit.Show(w, r, p, ownView(o))
	}
	o.typed(r)
	return s.Kit.ShowInvalid(w, r, p, ownView(o))
}

// typed takes what stands in a form that was refused.
func (o *own) typed(r *http.Request) {
	if r.PostForm.Has("needs") {
		o.Needs = r.PostFormValue("needs")
	}
	o.Code = r.PostFormValue("code")
}

func (s *Service) signUp(w http.ResponseWriter, r *http.Request) error {
	e, err := s.event(r)
	if err != nil {
		return err
	}
	x, err := s.SignUp(r.Context(), e.ID, web.VisitorOf(r).ID)
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "signup.flash-"+string(x.State))
	return web.See(w, r, e.Path(""))
}

// mine is the event that the path names and the visitor's sign-up for it; errs.NotFound when they have none.
func (s *Service) mine(r *http.Request) (e events.Event, x Signup, err error) {
	if e, err = s.event(r); err != nil {
		return e, x, err
	}
	x, has, err := byPerson(r.Context(), s.DB, e.ID, web.VisitorOf(r).ID)
	if err == nil && !has {
		err = errs.New(errs.NotFound, "signup.none")
	}
	return e, x, err
}

func (s *Service) withdraw(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.mine(r)
	if err != nil {
		return err
	}
	if err := s.Withdraw(r.Context(), x.ID); err != nil {
		return err
	}
	s.Kit.Flash(r, "signup.flash-gone")
	return web.See(w, r, e.Path(""))
}

func (s *Service) saveOwnNeeds(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.mine(r)
	if err != nil {
		return err
	}
	return s.done(w, r, &e, "signup.flash-needs", s.SetNeeds(r.Context(), x.ID, r.PostFormValue("needs")))
}

func (s *Service) comeByCode(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.mine(r)
	if err != nil {
		return err
	}
	return s.done(w, r, &e, "signup.flash-came", s.ComeByCode(r.Context(), &e, x.ID, r.PostFormValue("code")))
}

// done leads back to one's own sign-up after a change, or shows what was wrong with the form.
func (s *Service) done(w http.ResponseWriter, r *http.Request, e *events.Event, flash string, err error) error {
	if bad := web.FieldsOf(err); bad != nil {
		return s.answerOwn(w, r, e, bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, flash)
	return web.See(w, r, e.Path("/sign-up"))
}
