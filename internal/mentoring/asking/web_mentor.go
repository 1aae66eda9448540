package asking

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// inboxPage is what a mentor may help with.
type inboxPage struct {
	web.Page
	names
	Taken  []Request
	Mine   []Request // went to the mentor
	Others []Request // have climbed in the mentor's service area
	Thanks int       // 0 when there are too few to be shown
}

// me is the visitor as a mentor; has is false for who holds the role without being one.
func (s *Service) me(r *http.Request) (m mentoring.Mentor, has bool, err error) {
	m, has, err = s.Mentors.MentorOf(r.Context(), web.VisitorOf(r).ID)
	return m, has && m.State.Appointed(), err
}

func (s *Service) inbox(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := inboxPage{Page: s.Kit.Page(r, "asking.inbox")}
	p.Shell.Narrow = true
	m, has, err := s.me(r)
	if err != nil {
		return err
	}
	var all []Request
	if has {
		if all, err = s.OpenFor(ctx, m.ID); err != nil {
			return err
		}
		if p.Thanks, err = s.Thanks(ctx, m.ID); err != nil {
			return err
		}
	}
	if p.Thanks < mentoring.LeastThanks {
		p.Thanks = 0
	}
	for _, x := range all {
		switch {
		case x.State == Taken:
			p.Taken = append(p.Taken, x)
		case x.live(m.ID) != nil:
			p.Mine = append(p.Mine, x)
		default:
			p.Others = append(p.Others, x)
		}
	}
	if p.names, err = s.names(ctx, p.Lang, p.T, all...); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, inboxView(p))
}

// turnPage is one request as a mentor sees it.
type turnPage struct {
	web.Page
	names
	Request
	Me      int64 // mentor
	May     bool  // take it
	Others  []ui.Option
	LogURL  string
	Minutes string
	To      int64
	Why     string
	Errors  *errs.Fields
}

// helps reports whether the mentor has taken the request.
func (p turnPage) helps() bool { return p.State == Taken && p.Mentor == p.Me }

// named reports whether the request went to the mentor, who may then see who asks.
func (p turnPage) named() bool { return p.By != 0 }

// turnOf is the page of the request that the path names, for a mentor who may see it.
func (s *Service) turnOf(r *http.Request) (p turnPage, err error) {
	ctx := r.Context()
	m, has, err := s.me(r)
	if err != nil {
		return p, err
	}
	if !has {
		return p, errNoRequest
	}
	x, err := requestByID(ctx, s.DB, web.Number(r.PathValue("id")))
	if err != nil {
		return p, err
	}
	w, err := s.look(ctx)
	if err != nil {
		return p, err
	}
	may := x.State == Open && w.mayTake(&x, &m)
	if !may && !x.had(m.ID) {
		return p, errNoRequest
	}
	p = turnPage{Page: s.Kit.Page(r, "asking.request"), Request: x.seenBy(&m), Me: m.ID, May: may, LogURL: s.LogURL}
	p.Shell.Narrow = true
	p.names, err = s.names(ctx, p.Lang, p.T, p.Request)
	p.Others = append([]ui.Option{{Value: "0", Label: p.T("asking.whoever")}}, w.options(&x, p.names)...)
	return p, err
}

// options are the mentors to whom a request can be given by name.
func (w world) options(r *Request, n names) (out []ui.Option) {
	for _, h := range w.others(r) {
		out = append(out, ui.Option{Value: text(h.ID), Label: h.Person.Name + ", " + n.unit(h.Person.UnitID)})
	}
	return out
}

func (s *Service) showTurn(w http.ResponseWriter, r *http.Request) error {
	p, err := s.turnOf(r)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, turnView(p))
}

// act lets the visitor do something as a mentor to the request that the path names.
func (s *Service) act(w http.ResponseWriter, r *http.Request, flash string, do func(context.Context, *mentoring.Mentor, int64) error) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	m, has, err := s.me(r)
	if err != nil {
		return err
	}
	if !has {
		return errNoRequest
	}
	id := web.Number(r.PathValue("id"))
	err = do(r.Context(), &m, id)
	if bad := web.FieldsOf(err); bad != nil {
		return s.turnAgain(w, r, bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, flash)
	if flash == "asking.taken" || flash == "asking.closed" {
		return web.See(w, r, "/help/inbox/"+text(id))
	}
	return web.See(w, r, "/help/inbox")
}

func (s *Service) turnAgain(w http.ResponseWriter, r *http.Request, bad *errs.Fields) error {
	p, err := s.turnOf(r)
	if err != nil {
		return err
	}
	p.Errors, p.Minutes, p.To, p.Why = bad, r.PostForm.Get("minutes"), web.Number(r.PostForm.Get("to")), r.PostForm.Get("why")
	return s.Kit.ShowInvalid(w, r, p.Page, turnView(p))
}

func (s *Service) postTake(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "asking.taken", s.Take)
}

func (s *Service) postCannot(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "asking.moved-on", s.Cannot)
}

func (s *Service) postPass(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "asking.moved-on", func(ctx context.Context, m *mentoring.Mentor, id int64) error {
		return s.Pass(ctx, m, id, version(r), web.Number(r.PostForm.Get("to")), r.PostForm.Get("why"))
	})
}

func (s *Service) postDone(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "asking.closed", func(ctx context.Context, m *mentoring.Mentor, id int64) error {
		minutes := 0
		if said := strings.TrimSpace(r.PostForm.Get("minutes")); said != "" {
			var err error
			if minutes, err = strconv.Atoi(said); err != nil || minutes < 1 {
				return errs.Fault("minutes", "asking.bad-minutes")
			}
		}
		return s.Finish(ctx, m, id, version(r), minutes)
	})
}

// scoped is the request that the path names, if it is of a unit in which the visitor is a coordinator.
func (s *Service) scoped(r *http.Request) (Request, error) {
	x, err := requestByID(r.Context(), s.DB, web.Number(r.PathValue("id")))
	if err != nil {
		return x, err
	}
	ok, err := people.Covers(r.Context(), s.DB, web.VisitorOf(r), people.ManageMentors, x.Unit)
	if err == nil && !ok {
		err = errs.New(errs.Forbidden, "web.forbidden")
	}
	return x, err
}
