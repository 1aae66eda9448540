package asking

import (
	"net/http"

	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// listPage is what waits in a coordinator's units.
type listPage struct {
	web.Page
	names
	Requests []Request
	Here     int // have come to the coordinator
	Total    int
	Pages    ui.Pages
}

// list shows the requests that are open, with the names of who asked: so that somebody looked is written down.
func (s *Service) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := listPage{Page: s.Kit.Page(r, "asking.list")}
	all, here, err := s.inScope(ctx, p.Who)
	if err != nil {
		return err
	}
	if err := people.Audit(ctx, s.DB, s.Now(), p.Who.ID, "mentor.requests.view", "", ""); err != nil {
		return err
	}
	p.Here, p.Total = here, len(all)
	p.Pages, p.Requests = web.Paged(r, all)
	if p.names, err = s.names(ctx, p.Lang, p.T, p.Requests...); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, listView(p))
}

// requestPage is one request as the coordinator sees it.
type requestPage struct {
	web.Page
	names
	Request
	Mentors []ui.Option
	To      int64
	Written string // an answer that was refused
	Errors  *errs.Fields
}

func (s *Service) requestPage(r *http.Request) (p requestPage, err error) {
	ctx := r.Context()
	x, err := s.scoped(r)
	if err != nil {
		return p, err
	}
	p = requestPage{Page: s.Kit.Page(r, "asking.request"), Request: x}
	p.Shell.Narrow = true
	if p.names, err = s.names(ctx, p.Lang, p.T, x); err != nil {
		return p, err
	}
	w, err := s.look(ctx)
	if err != nil {
		return p, err
	}
	p.Mentors = w.options(&x, p.names)
	return p, people.Audit(ctx, s.DB, s.Now(), p.Who.ID, "mentor.request.view", object(x.ID), "")
}

func (s *Service) showRequest(w http.ResponseWriter, r *http.Request) error {
	p, err := s.requestPage(r)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, requestView(p))
}

// manage does something to a request for a coordinator of its unit.
func (s *Service) manage(w http.ResponseWriter, r *http.Request, flash string, do func(id int64) error) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	x, err := s.scoped(r)
	if err != nil {
		return err
	}
	err = do(x.ID)
	if bad := web.FieldsOf(err); bad != nil {
		p, err := s.requestPage(r)
		if err != nil {
			return err
		}
		p.Errors, p.To, p.Written = bad, web.Number(r.PostForm.Get("to")), r.PostForm.Get("answer")
		return s.Kit.ShowInvalid(w, r, p.Page, requestView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, flash)
	return web.See(w, r, "/help")
}

func (s *Service) postHand(w http.ResponseWriter, r *http.Request) error {
	return s.manage(w, r, "asking.handed", func(id int64) error {
		return s.Hand(r.Context(), web.VisitorOf(r).ID, id, version(r), web.Number(r.PostForm.Get("to")))
	})
}

func (s *Service) postAnswer(w http.ResponseWriter, r *http.Request) error {
	return s.manage(w, r, "asking.answered", func(id int64) error {
		return s.Close(r.Context(), web.VisitorOf(r).ID, id, version(r), r.PostForm.Get("answer"))
	})
}
