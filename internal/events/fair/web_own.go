package fair

import (
	"net/http"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/web"
)

// own is the exhibitor whose link the path is, with their fair, which may still be a draft. Long after the fair the link is worth nothing.
func (s *Service) own(r *http.Request) (e events.Event, x Exhibitor, err error) {
	if x, err = byToken(r.Context(), s.DB, r.PathValue("token")); err != nil {
		return e, x, errs.Because(err, errs.NotFound, "fair.no-link")
	}
	e, err = events.ByID(r.Context(), s.DB, x.Event)
	if err == nil && (e.Code != r.PathValue("code") || !s.Now().Before(ends(&e))) {
		err = errs.New(errs.NotFound, "fair.no-link")
	}
	return e, x, err
}

func (s *Service) showOwn(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.own(r)
	if err != nil {
		return err
	}
	return s.answerOwn(w, r, &e, x, x, nil)
}

func (s *Service) answerOwn(w http.ResponseWriter, r *http.Request, e *events.Event, x, typed Exhibitor, bad *errs.Fields) error {
	p, err := s.editPage(r.Context(), s.Kit.PrivatePage(r, s.Kit.Lang(r), x.Name), e, x)
	if err != nil {
		return err
	}
	p.Path, p.Saved = e.PublicPath("/fair/own/"+r.PathValue("token")), r.URL.Query().Get("saved") == "1"
	if bad != nil {
		p.wrong(r, typed, bad)
		return s.Kit.ShowInvalid(w, r, p.Page, editView(p))
	}
	return s.Kit.Show(w, r, p.Page, editView(p))
}

// backOwn answers a form of an exhibitor.
func (s *Service) backOwn(w http.ResponseWriter, r *http.Request, e *events.Event, x, typed Exhibitor, err error) error {
	if bad := web.FieldsOf(err); bad != nil {
		return s.answerOwn(w, r, e, x, typed, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, e.PublicPath("/fair/own/"+r.PathValue("token")+"?saved=1"))
}

func (s *Service) saveOwn(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.own(r)
	if err != nil {
		return err
	}
	typed := x
	data, err := readCard(r, &typed, false)
	if err != nil {
		return err
	}
	return s.backOwn(w, r, &e, x, typed, s.Change(r.Context(), 0, typed, data))
}

func (s *Service) addOwnSlot(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.own(r)
	if err != nil {
		return err
	}
	return s.backOwn(w, r, &e, x, x, s.slotFrom(r, &e, &x))
}

func (s *Service) callOffOwn(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.own(r)
	if err != nil {
		return err
	}
	id, err := web.ID(r, "slot")
	if err != nil {
		return err
	}
	return s.backOwn(w, r, &e, x, x, s.CallOff(r.Context(), &x, id))
}

func (s *Service) dropOwnPicture(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.own(r)
	if err != nil {
		return err
	}
	return s.backOwn(w, r, &e, x, x, s.DropPicture(r.Context(), 0, &x))
}
