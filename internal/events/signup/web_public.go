package signup

import (
	"crypto/subtle"
	"net/http"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/web"
)

// placeCookie remembers on a device the place without a name that was taken with it, so that nobody takes two by accident and finds
// theirs again. It goes to the pages of that one event only.
const placeCookie = "place"

// publicPage is an event as everybody sees it who has the link.
type publicPage struct {
	web.Page
	E       *events.Event
	Why     string // nobody can sign up here, in words
	Full    bool
	Unit    string // code of the unit whose link it is
	Own     string // path of the place that this device has; "" for none
	Typed   Wish
	Errors  *errs.Fields
	Numbers bool // places without a name are given
}

// public is the event of a public link.
func (s *Service) public(r *http.Request) (events.Event, error) {
	return events.ByCode(r.Context(), s.DB, r.PathValue("code"))
}

func (s *Service) showPublic(w http.ResponseWriter, r *http.Request) error {
	e, err := s.public(r)
	if err != nil {
		return err
	}
	return s.answerPublic(w, r, &e, Wish{Unit: r.URL.Query().Get("u")}, nil)
}

func (s *Service) answerPublic(w http.ResponseWriter, r *http.Request, e *events.Event, typed Wish, bad *errs.Fields) (err error) {
	p := publicPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), e.Title), E: e, Unit: typed.Unit, Typed: typed, Errors: bad, Numbers: e.Anonymous}
	if p.Why, err = why(p.Page, s.open(e)); err != nil {
		return err
	}
	if p.Full, err = full(r.Context(), s.DB, e.ID); err != nil {
		return err
	}
	if c, err := r.Cookie(placeCookie); err == nil {
		x, err := byToken(r.Context(), s.DB, e.ID, c.Value)
		if err == nil && x.State != Gone {
			p.Own = e.PublicPath("/p/" + c.Value)
		}
	}
	if bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, publicView(p))
	}
	return s.Kit.Show(w, r, p.Page, publicView(p))
}

func (s *Service) ask(w http.ResponseWriter, r *http.Request) error {
	e, err := s.public(r)
	if err != nil {
		return err
	}
	wish := Wish{Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), Lang: s.Kit.Lang(r), Unit: r.PostFormValue("u")}
	err = s.Ask(r.Context(), &e, wish)
	if bad := web.FieldsOf(err); bad != nil {
		return s.answerPublic(w, r, &e, wish, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, e.PublicPath("/sent"))
}

func (s *Service) sent(w http.ResponseWriter, r *http.Request) error {
	e, err := s.public(r)
	if err != nil {
		return err
	}
	p := s.Kit.PrivatePage(r, s.Kit.Lang(r), s.Kit.Words.T(s.Kit.Lang(r), "signup.sent"))
	return s.Kit.Show(w, r, p, sentView(p, &e))
}

func (s *Service) takeNumber(w http.ResponseWriter, r *http.Request) error {
	e, err := s.public(r)
	if err != nil {
		return err
	}
	if c, err := r.Cookie(placeCookie); err == nil {
		if x, err := byToken(r.Context(), s.DB, e.ID, c.Value); err == nil && x.State == Placed {
			return web.See(w, r, e.PublicPath("/p/"+c.Value))
		}
	}
	_, token, err := s.TakeNumber(r.Context(), &e)
	if err != nil {
		return err
	}
	s.keepPlace(w, r, &e, token)
	return web.See(w, r, e.PublicPath("/p/"+token))
}

func (s *Service) keepPlace(w http.ResponseWriter, r *http.Request, e *events.Event, token string) {
	c := &http.Cookie{Name: placeCookie, Value: token, Path: e.PublicPath(""), HttpOnly: true, Secure: s.Kit.Secure, SameSite: http.SameSiteLaxMode}
	if !web.Shared(r) {
		c.MaxAge = int(max(e.End.Sub(s.Now())+keepNeeds, time.Hour) / time.Second)
	}
	http.SetCookie(w, c)
}

// guest is the event and the sign-up to which a personal link belongs.
func (s *Service) guest(r *http.Request) (e events.Event, x Signup, err error) {
	if e, err = s.public(r); err != nil {
		return e, x, err
	}
	x, err = byToken(r.Context(), s.DB, e.ID, r.PathValue("token"))
	return e, x, err
}

func (s *Service) showGuest(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.guest(r)
	if err != nil {
		return err
	}
	return s.answerGuest(w, r, &e, &x, nil)
}

func (s *Service) answerGuest(w http.ResponseWriter, r *http.Request, e *events.Event, x *Signup, bad *errs.Fields) (err error) {
	lang := s.Kit.Lang(r)
	o := own{Page: s.Kit.PrivatePage(r, lang, s.Kit.Words.T(lang, "signup.own")), E: e, X: x, Guest: true, Base: e.PublicPath("/p/" + r.PathValue("token")), Errors: bad}
	if o.Why, err = why(o.Page, s.open(e)); err != nil {
		return err
	}
	if err := s.fill(r.Context(), &o); err != nil {
		return err
	}
	if bad == nil {
		return s.Kit.Show(w, r, o.Page, ownView(o))
	}
	o.typed(r)
	return s.Kit.ShowInvalid(w, r, o.Page, ownView(o))
}

// guestDone leads back to the page of the link after a change, or shows what was wrong with the form.
func (s *Service) guestDone(w http.ResponseWriter, r *http.Request, e *events.Event, x *Signup, err error) error {
	if bad := web.FieldsOf(err); bad != nil {
		return s.answerGuest(w, r, e, x, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, e.PublicPath("/p/"+r.PathValue("token")))
}

func (s *Service) guestSignUp(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.guest(r)
	if err != nil {
		return err
	}
	if x.State == Offered {
		_, err = s.Accept(r.Context(), x.ID)
	} else if _, err = s.Confirm(r.Context(), &e, x.ID); err == nil {
		s.keepPlace(w, r, &e, r.PathValue("token"))
	}
	return s.guestDone(w, r, &e, &x, err)
}

func (s *Service) guestWithdraw(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.guest(r)
	if err != nil {
		return err
	}
	return s.guestDone(w, r, &e, &x, s.Withdraw(r.Context(), x.ID))
}

func (s *Service) guestNeeds(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.guest(r)
	if err != nil {
		return err
	}
	return s.guestDone(w, r, &e, &x, s.SetNeeds(r.Context(), x.ID, r.PostFormValue("needs")))
}

func (s *Service) guestCame(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.guest(r)
	if err != nil {
		return err
	}
	return s.guestDone(w, r, &e, &x, s.ComeByCode(r.Context(), &e, x.ID, r.PostFormValue("code")))
}

// comePage is where the link leads that is shown at an event.
type comePage struct {
	web.Page
	E       *events.Event
	Path    string // of this page
	Meeting bool
	Device  bool // this device has a place of its own
	Done    bool
}

// shown is the event whose attendance link the path is.
func (s *Service) shown(r *http.Request) (events.Event, error) {
	e, err := s.public(r)
	if err != nil {
		return e, err
	}
	m, err := marksOf(r.Context(), s.DB, e.ID)
	if err == nil && subtle.ConstantTimeCompare([]byte(m.Secret), []byte(r.PathValue("secret"))) != 1 {
		err = errs.New(errs.NotFound, "web.not-found")
	}
	return e, err
}

func (s *Service) showCome(w http.ResponseWriter, r *http.Request) error {
	e, err := s.shown(r)
	if err != nil {
		return err
	}
	return s.answerCome(w, r, &e, r.URL.Query().Has("done"))
}

func (s *Service) answerCome(w http.ResponseWriter, r *http.Request, e *events.Event, done bool) error {
	p := comePage{Page: s.Kit.Page(r, "signup.here"), E: e, Path: e.PublicPath("/here/" + r.PathValue("secret")), Meeting: s.Meeting(e), Done: done}
	p.Shell.Narrow = true
	_, err := s.device(r, e)
	p.Device = err == nil
	return s.Kit.Show(w, r, p.Page, comeView(p))
}

// device is the sign-up that was made with this device.
func (s *Service) device(r *http.Request, e *events.Event) (Signup, error) {
	c, err := r.Cookie(placeCookie)
	if err != nil {
		return Signup{}, errs.New(errs.NotFound, "signup.none")
	}
	x, err := byToken(r.Context(), s.DB, e.ID, c.Value)
	if err == nil && x.State != Placed {
		err = errs.New(errs.NotFound, "signup.none")
	}
	return x, err
}

// come notes who is there: somebody signed in, the place of the device, or whoever gives an address or number.
func (s *Service) come(w http.ResponseWriter, r *http.Request) error {
	e, err := s.shown(r)
	if err != nil {
		return err
	}
	if !s.Meeting(&e) {
		return errs.New(errs.Conflict, "signup.not-now")
	}
	x, derr := s.device(r, &e)
	switch v := web.VisitorOf(r); {
	case v.ID != 0:
		var has bool
		if x, has, err = byPerson(r.Context(), s.DB, e.ID, v.ID); err == nil && !has {
			err = errs.New(errs.Conflict, "signup.no-place")
		}
		if err == nil {
			err = s.Come(r.Context(), &e, x.ID, "link")
		}
	case derr == nil && r.PostFormValue("who") == "":
		err = s.Come(r.Context(), &e, x.ID, "link")
	default:
		err = s.ComeAs(r.Context(), &e, r.PostFormValue("who"))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, e.PublicPath("/here/"+r.PathValue("secret"))+"?done=1")
}
