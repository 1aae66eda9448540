package fair

import (
	"net/http"
	"strconv"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/web"
)

// visitCookie joins what one device collects at one fair. It goes to the pages of that fair only.
const visitCookie = "visit"

func tokenOf(r *http.Request) string {
	c, err := r.Cookie(visitCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

func (s *Service) setCookie(w http.ResponseWriter, e *events.Event, token string, seconds int) {
	http.SetCookie(w, &http.Cookie{Name: visitCookie, Value: token, Path: e.PublicPath("/fair"), MaxAge: seconds, HttpOnly: true, Secure: s.Kit.Secure, SameSite: http.SameSiteLaxMode})
}

// begun is the token of the visitor's device, which gets one now if it has none that is known.
func (s *Service) begun(w http.ResponseWriter, r *http.Request, e *events.Event) (string, error) {
	token := tokenOf(r)
	id, err := s.visit(r.Context(), s.DB, e.ID, token)
	if err != nil || id != 0 {
		return token, err
	}
	if token, err = s.Begin(r.Context(), e); err != nil {
		return "", err
	}
	seconds := 0 // until the browser closes, where others use the device too
	if !web.Shared(r) {
		seconds = int(ends(e).Sub(s.Now()) / time.Second)
	}
	s.setCookie(w, e, token, seconds)
	return token, nil
}

// public is the fair of a public link.
func (s *Service) public(r *http.Request) (events.Event, error) {
	return isFair(events.ByCode(r.Context(), s.DB, r.PathValue("code")))
}

// publicOne is an exhibitor of such a fair.
func (s *Service) publicOne(r *http.Request) (e events.Event, x Exhibitor, err error) {
	if e, err = s.public(r); err != nil {
		return e, x, err
	}
	id, err := web.ID(r, "exhibitor")
	if err != nil {
		return e, x, err
	}
	x, err = one(r.Context(), s.DB, e.ID, id)
	return e, x, err
}

// publicFloor starts a visitor's page.
func (s *Service) publicFloor(r *http.Request, e *events.Event) (p floorPage, err error) {
	if p, err = s.floorPage(r.Context(), s.Kit.PrivatePage(r, s.Kit.Lang(r), e.Title), e); err != nil {
		return p, err
	}
	p.Public = true
	p.Visit, err = s.VisitOf(r.Context(), s.DB, e.ID, tokenOf(r))
	return p, err
}

func (s *Service) showPublic(w http.ResponseWriter, r *http.Request) error {
	e, err := s.public(r)
	if err != nil {
		return err
	}
	p, err := s.publicFloor(r, &e)
	if err != nil {
		return err
	}
	p.Shell.Title = p.T("fair.of", "title", e.Title)
	return s.Kit.Show(w, r, p.Page, floorView(p))
}

// exhibitorPage is one exhibitor's card as visitors see it.
type exhibitorPage struct {
	floorPage
	X      Exhibitor
	Now    time.Time
	Wish   Wish
	Asked  bool
	Errors *errs.Fields
}

func (s *Service) showCard(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.publicOne(r)
	if err != nil {
		return err
	}
	return s.answerCard(w, r, &e, x, Wish{}, nil)
}

func (s *Service) answerCard(w http.ResponseWriter, r *http.Request, e *events.Event, x Exhibitor, wish Wish, bad *errs.Fields) error {
	floor, err := s.publicFloor(r, e)
	if err != nil {
		return err
	}
	p := exhibitorPage{floorPage: floor, X: x, Now: s.Now(), Wish: wish, Asked: r.URL.Query().Get("asked") == "1", Errors: bad}
	p.Shell.Title = p.T("fair.card-of", "name", x.Name, "title", e.Title)
	if bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, exhibitorView(p))
	}
	return s.Kit.Show(w, r, p.Page, exhibitorView(p))
}

func (s *Service) sendPicture(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "exhibitor")
	if err != nil {
		return err
	}
	e, err := s.public(r)
	if err != nil {
		return err
	}
	p, err := picture(r.Context(), s.DB, e.ID, id)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(len(p.JPEG)))
	_, err = w.Write(p.JPEG)
	return err
}

func (s *Service) takeCard(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.publicOne(r)
	if err != nil {
		return err
	}
	token, err := s.begun(w, r, &e)
	if err != nil {
		return err
	}
	if err := s.TakeCard(r.Context(), &e, token, x.ID, r.PostFormValue("do") != "drop"); err != nil {
		return err
	}
	return web.See(w, r, from(r, &e, &x))
}

// from is the page on which a button was pressed.
func from(r *http.Request, e *events.Event, x *Exhibitor) string {
	switch r.PostFormValue("on") {
	case "floor":
		return e.PublicPath("/fair#x" + number(x.ID))
	case "mine":
		return e.PublicPath("/fair/mine")
	}
	return e.PublicPath("/fair/x/" + number(x.ID))
}

func (s *Service) reserve(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.publicOne(r)
	if err != nil {
		return err
	}
	slot, err := web.ID(r, "slot")
	if err != nil {
		return err
	}
	if r.PostFormValue("do") == "drop" {
		err = s.GiveUp(r.Context(), &e, tokenOf(r), slot)
	} else {
		var token string
		if token, err = s.begun(w, r, &e); err == nil {
			err = s.Reserve(r.Context(), &e, token, slot)
		}
	}
	if err != nil {
		return err
	}
	return web.See(w, r, from(r, &e, &x))
}

func (s *Service) ask(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.publicOne(r)
	if err != nil {
		return err
	}
	v := r.PostFormValue
	wish := Wish{Name: v("visitor"), Address: v("address"), Text: v("text"), Agreed: v("agreed") != ""}
	err = s.Ask(r.Context(), &e, x.ID, wish)
	if bad := web.FieldsOf(err); bad != nil {
		return s.answerCard(w, r, &e, x, wish, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, e.PublicPath("/fair/x/"+number(x.ID)+"?asked=1"))
}

// minePage is what a visitor's device has collected.
type minePage struct {
	floorPage
	Cards []Exhibitor
	Demos []Demo
	Now   time.Time
}

func (s *Service) showMine(w http.ResponseWriter, r *http.Request) error {
	e, err := s.public(r)
	if err != nil {
		return err
	}
	floor, err := s.publicFloor(r, &e)
	if err != nil {
		return err
	}
	p := minePage{floorPage: floor, Now: s.Now()}
	p.Shell.Title = p.T("fair.mine-of", "title", e.Title)
	for _, f := range p.Floors {
		for _, x := range f.All {
			if p.Visit.Cards[x.ID] {
				p.Cards = append(p.Cards, x)
			}
			for _, slot := range x.Slots {
				if p.Visit.Slots[slot.ID] {
					p.Demos = append(p.Demos, Demo{slot, x})
				}
			}
		}
	}
	inTime(p.Demos)
	return s.Kit.Show(w, r, p.Page, mineView(p))
}

func (s *Service) forget(w http.ResponseWriter, r *http.Request) error {
	e, err := s.public(r)
	if err != nil {
		return err
	}
	if err := s.Forget(r.Context(), &e, tokenOf(r)); err != nil {
		return err
	}
	s.setCookie(w, &e, "", -1)
	return web.See(w, r, e.PublicPath("/fair"))
}
