package catalog

import (
	"net/http"
	"strconv"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /services", web.SignedIn, s.list)
	k.Handle("GET /services/new", people.ManageCatalog, s.add)
	k.Handle("POST /services", people.ManageCatalog, s.save)
	k.Handle("GET /services/{id}", people.ManageCatalog, s.edit)
	k.Handle("POST /services/{id}", people.ManageCatalog, s.save)
	k.Handle("POST /services/{id}/end", people.ManageCatalog, s.end)
	k.Handle("POST /services/{id}/news", people.ManageCatalog, s.tell)
}

// newsShown is how long a change is news.
const newsShown = 90 * 24 * time.Hour

type listPage struct {
	web.Page
	Services []listedService
	Ended    []DigitalService
	Areas    []Area
	Manages  bool
}

type listedService struct {
	DigitalService
	News []News
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := listPage{Page: s.Kit.Page(r, "catalog.services")}
	p.Manages = p.Who.May(people.ManageCatalog)
	all, err := Services(ctx, s.DB)
	if err != nil {
		return err
	}
	news, err := NewsSince(ctx, s.DB, s.Now().Add(-newsShown))
	if err != nil {
		return err
	}
	if p.Areas, err = Areas(ctx, s.DB); err != nil {
		return err
	}
	i18n.Sort(p.Lang, all, func(d DigitalService) string { return i18n.In(d.Name, p.Lang) })
	for _, d := range all {
		if !d.Ended.IsZero() {
			p.Ended = append(p.Ended, d)
			continue
		}
		x := listedService{DigitalService: d}
		for _, n := range news {
			if n.Service == d.ID {
				x.News = append(x.News, n)
			}
		}
		p.Services = append(p.Services, x)
	}
	return s.Kit.Show(w, r, p.Page, listView(p))
}

// editPage is the form of one service, new when it has no ID.
type editPage struct {
	web.Page
	DigitalService
	Text   Words // of news that were refused
	Errors *errs.Fields
}

func (s *Service) form(r *http.Request, d DigitalService) editPage {
	key := "catalog.edit"
	if d.ID == 0 {
		key = "catalog.new"
	}
	p := editPage{Page: s.Kit.Page(r, key), DigitalService: d}
	p.Shell.Narrow = true
	return p
}

func (s *Service) add(w http.ResponseWriter, r *http.Request) error {
	p := s.form(r, DigitalService{})
	return s.Kit.Show(w, r, p.Page, editView(p))
}

func (s *Service) edit(w http.ResponseWriter, r *http.Request) error {
	d, err := s.named(r)
	if err != nil {
		return err
	}
	p := s.form(r, d)
	return s.Kit.Show(w, r, p.Page, editView(p))
}

// named is the service that the path names.
func (s *Service) named(r *http.Request) (DigitalService, error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return DigitalService{}, err
	}
	return ServiceByID(r.Context(), s.DB, id)
}

// byLang reads a field that is asked in each language.
func byLang(r *http.Request, name string) Words {
	out := Words{}
	for _, l := range i18n.Langs {
		out[l] = r.PostForm.Get(name + "_" + l)
	}
	return out
}

func (s *Service) save(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	var d DigitalService
	if r.PathValue("id") != "" {
		var err error
		if d, err = s.named(r); err != nil {
			return err
		}
		d.Version, _ = strconv.Atoi(r.PostForm.Get("version"))
	}
	d.Name, d.About, d.Owner, d.Link = byLang(r, "name"), byLang(r, "about"), r.PostForm.Get("owner"), r.PostForm.Get("link")
	_, err := s.Save(r.Context(), web.VisitorOf(r).ID, d)
	if bad := web.FieldsOf(err); bad != nil {
		p := s.form(r, d)
		p.Errors = bad
		return s.Kit.ShowInvalid(w, r, p.Page, editView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "catalog.saved")
	return web.See(w, r, "/services")
}

func (s *Service) end(w http.ResponseWriter, r *http.Request) error {
	d, err := s.named(r)
	if err != nil {
		return err
	}
	if err := s.End(r.Context(), web.VisitorOf(r).ID, d.ID, d.Ended.IsZero()); err != nil {
		return err
	}
	s.Kit.Flash(r, "catalog.saved")
	return web.See(w, r, "/services")
}

func (s *Service) tell(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	d, err := s.named(r)
	if err != nil {
		return err
	}
	text := byLang(r, "text")
	err = s.Tell(r.Context(), web.VisitorOf(r).ID, d.ID, text)
	if bad := web.FieldsOf(err); bad != nil {
		p := s.form(r, d)
		p.Text, p.Errors = text, bad
		return s.Kit.ShowInvalid(w, r, p.Page, editView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "catalog.told")
	return web.See(w, r, "/services")
}

// url is the address of the service that the form is about.
func (p editPage) url(rest string) string {
	if p.ID == 0 {
		return "/services"
	}
	return "/services/" + strconv.FormatInt(p.ID, 10) + rest
}
