package mentoring

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"taitorinki/internal/errs"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// ownPage is a mentor's own.
type ownPage struct {
	web.Page
	Mentor   Mentor
	Facts    []ui.Fact
	History  []eventLine
	Profile  profileForm
	From, To string // of the absence
	Why      string
	Errors   *errs.Fields
}

// ownMentor loads the visitor's own mentor, who must be appointed.
func (s *Service) ownMentor(r *http.Request) (m Mentor, err error) {
	m, has, err := s.MentorOf(r.Context(), web.VisitorOf(r).ID)
	if err == nil && (!has || !m.State.Appointed()) {
		err = errs.New(errs.NotFound, "mentoring.no-mentor")
	}
	return m, err
}

func (s *Service) ownPage(r *http.Request, m Mentor) (p ownPage, n *naming, err error) {
	p = ownPage{Page: s.Kit.Page(r, "mentoring.own"), Mentor: m, From: m.AwayFrom, To: m.AwayTo}
	p.Shell.Narrow = true
	if n, err = readNaming(r.Context(), s.DB); err != nil {
		return p, nil, err
	}
	p.Facts = []ui.Fact{{Term: p.T("mentoring.granted"), Value: grantText(&m, p.Lang, p.T)}, {Term: p.T("mentoring.units-served"), Value: n.places(p.Lang, &m, p.T)}}
	p.Profile = n.profileForm(p.Page, profileOf(&m))
	p.History, err = s.history(r.Context(), &m, p.Lang, p.T)
	return p, n, err
}

// showOwn shows a mentor the own page; whoever has the role and never came forward comes to where one does.
func (s *Service) showOwn(w http.ResponseWriter, r *http.Request) error {
	m, err := s.ownMentor(r)
	if errs.KindOf(err) == errs.NotFound {
		return web.See(w, r, JoinPath)
	}
	if err != nil {
		return err
	}
	p, _, err := s.ownPage(r, m)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, ownView(p))
}

// ownChange does what a form of the own page asks for.
func (s *Service) ownChange(w http.ResponseWriter, r *http.Request, flash string, do func(m Mentor, n *naming) (fill func(*ownPage), err error)) error {
	if err := parse(r); err != nil {
		return err
	}
	m, err := s.ownMentor(r)
	if err != nil {
		return err
	}
	p, n, err := s.ownPage(r, m)
	if err != nil {
		return err
	}
	fill, err := do(m, n)
	if p.Errors = web.FieldsOf(err); p.Errors != nil {
		fill(&p)
		return s.Kit.ShowInvalid(w, r, p.Page, ownView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, flash)
	return web.See(w, r, OwnPath)
}

func (s *Service) saveProfile(w http.ResponseWriter, r *http.Request) error {
	return s.ownChange(w, r, "mentoring.profile-saved", func(m Mentor, n *naming) (func(*ownPage), error) {
		x := n.postedProfile(r)
		return func(p *ownPage) { p.Profile = n.profileForm(p.Page, x) }, s.Tell(r.Context(), m.ID, x)
	})
}

func (s *Service) saveAbsence(w http.ResponseWriter, r *http.Request) error {
	return s.ownChange(w, r, "mentoring.absence-saved", func(m Mentor, _ *naming) (func(*ownPage), error) {
		from, to := r.PostForm.Get("away_from"), r.PostForm.Get("away_to")
		return func(p *ownPage) { p.From, p.To = from, to }, s.Absent(r.Context(), m.ID, from, to)
	})
}

func (s *Service) saveNote(w http.ResponseWriter, r *http.Request) error {
	return s.ownChange(w, r, "mentoring.note-saved", func(m Mentor, _ *naming) (func(*ownPage), error) {
		return nil, s.WantNote(r.Context(), m.ID, r.PostForm.Get("note") != "")
	})
}

// saveState lets a mentor pause and come back. Whose grant is over needs a new one first, and who has not helped yet begins when
// the coordinator says so.
func (s *Service) saveState(w http.ResponseWriter, r *http.Request) error {
	return s.ownChange(w, r, "mentoring.moved-now", func(m Mentor, _ *naming) (func(*ownPage), error) {
		kind, why := Rest, r.PostForm.Get("why")
		fill := func(p *ownPage) { p.Why = why }
		if r.PostForm.Get("do") == "return" {
			kind = Return
			if !m.Granted(s.today()) {
				return fill, errs.Fault("why", "mentoring.needs-grant")
			}
		}
		if helped, err := s.helped(r.Context(), m.ID); err != nil || !helped {
			return fill, cmp.Or(err, errs.New(errs.Conflict, "mentoring.changed"))
		}
		if err := s.checkWhy("why", why); err != nil {
			return fill, err
		}
		return fill, s.Move(r.Context(), m.Person.ID, m.ID, versionOf(r), kind, why)
	})
}

// helped reports whether a mentor has been active at any time.
func (s *Service) helped(ctx context.Context, mentor int64) (bool, error) {
	all, err := s.Events(ctx, mentor)
	return slices.ContainsFunc(all, func(e Event) bool { return e.State == Active }), err
}
