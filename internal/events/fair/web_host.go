package fair

import (
	"net/http"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// managePage is what hosts see of a fair's exhibitors.
type managePage struct {
	web.Page
	E       *events.Event
	Floors  []Floor
	Address string
	Typed   Exhibitor
	Langs   []ui.Option
	Earlier []ui.Option // exhibitors of the fair before
	Errors  *errs.Fields
}

// hosted is the fair that the path names, for a visitor who looks after it.
func (s *Service) hosted(r *http.Request) (e events.Event, err error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return e, err
	}
	return isFair(s.Events.Hosted(r.Context(), web.VisitorOf(r), id))
}

// hostedOne is an exhibitor of such a fair.
func (s *Service) hostedOne(r *http.Request) (e events.Event, x Exhibitor, err error) {
	if e, err = s.hosted(r); err != nil {
		return e, x, err
	}
	id, err := web.ID(r, "exhibitor")
	if err != nil {
		return e, x, err
	}
	x, err = one(r.Context(), s.DB, e.ID, id)
	return e, x, err
}

func (s *Service) manage(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	return s.showManage(w, r, &e, Exhibitor{}, nil)
}

func (s *Service) showManage(w http.ResponseWriter, r *http.Request, e *events.Event, typed Exhibitor, bad *errs.Fields) error {
	p := managePage{Page: s.Kit.Page(r, "fair.exhibitors"), E: e, Address: s.BaseURL + e.PublicPath("/fair"), Typed: typed, Errors: bad}
	p.Shell.Title = p.T("fair.exhibitors-of", "title", e.Title)
	all, err := Of(r.Context(), s.DB, e.ID)
	if err != nil {
		return err
	}
	p.Floors = Floors(all, p.Lang)
	if p.Earlier, err = s.earlierChoices(r.Context(), p.Who, e); err != nil {
		return err
	}
	for _, l := range i18n.Langs {
		p.Langs = append(p.Langs, ui.Option{Value: l, Label: p.T("fair.lang-" + l)})
	}
	if bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, manageView(p))
	}
	p.Typed.Lang = p.Lang
	return s.Kit.Show(w, r, p.Page, manageView(p))
}

func (s *Service) add(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	x := Exhibitor{Event: e.ID}
	if _, err := readCard(r, &x, true); err != nil {
		return err
	}
	id, err := s.Add(r.Context(), web.VisitorOf(r).ID, x)
	if bad := web.FieldsOf(err); bad != nil {
		return s.showManage(w, r, &e, x, bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "fair.added")
	return web.See(w, r, e.Path("/exhibitors/"+number(id)))
}

func (s *Service) edit(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.hostedOne(r)
	if err != nil {
		return err
	}
	return s.showEdit(w, r, &e, x, x, "", nil)
}

// showEdit shows hosts the form of an exhibitor: typed is what stands in it, link one that was just made.
func (s *Service) showEdit(w http.ResponseWriter, r *http.Request, e *events.Event, x, typed Exhibitor, link string, bad *errs.Fields) error {
	p, err := s.editPage(r.Context(), s.Kit.Page(r, "fair.exhibitor"), e, x)
	if err != nil {
		return err
	}
	p.Shell.Title, p.Shell.Narrow, p.Host, p.Link = x.Name, true, true, link
	p.Path = e.Path("/exhibitors/" + number(x.ID))
	if p.Links, err = Links(r.Context(), s.DB, x.ID); err != nil {
		return err
	}
	if bad != nil {
		p.wrong(r, typed, bad)
		return s.Kit.ShowInvalid(w, r, p.Page, editView(p))
	}
	return s.Kit.Show(w, r, p.Page, editView(p))
}

// back answers a form: to the exhibitor, with a message, or what was wrong with the form.
func (s *Service) back(w http.ResponseWriter, r *http.Request, e *events.Event, x, typed Exhibitor, err error, message string) error {
	if bad := web.FieldsOf(err); bad != nil {
		return s.showEdit(w, r, e, x, typed, "", bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, message)
	return web.See(w, r, e.Path("/exhibitors/"+number(x.ID)))
}

func (s *Service) save(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.hostedOne(r)
	if err != nil {
		return err
	}
	typed := x
	data, err := readCard(r, &typed, true)
	if err != nil {
		return err
	}
	return s.back(w, r, &e, x, typed, s.Change(r.Context(), web.VisitorOf(r).ID, typed, data), "fair.saved")
}

func (s *Service) addSlot(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.hostedOne(r)
	if err != nil {
		return err
	}
	return s.back(w, r, &e, x, x, s.slotFrom(r, &e, &x), "fair.saved")
}

// slotFrom adds the demonstration of a form.
func (s *Service) slotFrom(r *http.Request, e *events.Event, x *Exhibitor) error {
	bad := &errs.Fields{}
	slot := readSlot(r, bad)
	if bad.Err() != nil {
		return bad
	}
	return s.AddSlot(r.Context(), e, x, slot)
}

func (s *Service) callOff(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.hostedOne(r)
	if err != nil {
		return err
	}
	id, err := web.ID(r, "slot")
	if err != nil {
		return err
	}
	return s.back(w, r, &e, x, x, s.CallOff(r.Context(), &x, id), "fair.saved")
}

func (s *Service) dropPicture(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.hostedOne(r)
	if err != nil {
		return err
	}
	return s.back(w, r, &e, x, x, s.DropPicture(r.Context(), web.VisitorOf(r).ID, &x), "fair.saved")
}

// link makes, mails or revokes an exhibitor's links. One that is made is shown here and nowhere else.
func (s *Service) link(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.hostedOne(r)
	if err != nil {
		return err
	}
	by := web.VisitorOf(r).ID
	switch r.PostFormValue("do") {
	case "mail":
		return s.back(w, r, &e, x, x, s.SendLink(r.Context(), by, &x), "fair.link-mailed")
	case "revoke":
		_, err := s.Revoke(r.Context(), by, &x)
		return s.back(w, r, &e, x, x, err, "fair.revoked")
	}
	path, err := s.GiveLink(r.Context(), by, &e, &x)
	if err != nil {
		return err
	}
	return s.showEdit(w, r, &e, x, x, s.BaseURL+path, nil)
}

func (s *Service) remove(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.hostedOne(r)
	if err != nil {
		return err
	}
	if err := s.Remove(r.Context(), web.VisitorOf(r).ID, &x); err != nil {
		return err
	}
	s.Kit.Flash(r, "fair.removed")
	return web.See(w, r, e.Path("/exhibitors"))
}
