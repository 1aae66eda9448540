package mentoring

import (
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// joinPage is where somebody comes forward, and sees how it stands.
type joinPage struct {
	web.Page
	Profile profileForm
	Units   []ui.Option // the own unit and those above it, and what was added
	More    []ui.Option // all others, to add
	Below   bool
	Errors  *errs.Fields

	Mentor  *Mentor // nil before coming forward, and after having ended
	Steps   []ui.Step
	Said    string // what was said when it ended, "" for nothing
	Mayback bool   // it can still be taken back
}

func (s *Service) showJoin(w http.ResponseWriter, r *http.Request) error {
	p, n, err := s.joinPage(r)
	if err != nil {
		return err
	}
	if p.Mentor != nil {
		p.Profile = n.profileForm(p.Page, profileOf(p.Mentor))
		return s.Kit.Show(w, r, p.Page, joinedView(p))
	}
	me, err := people.PersonByID(r.Context(), s.DB, p.Who.ID)
	if err != nil {
		return err
	}
	p.Below = true
	p.Profile = n.profileForm(p.Page, Profile{Langs: []string{me.Lang}})
	p.offer(n, me.UnitID, []int64{me.UnitID})
	return s.Kit.Show(w, r, p.Page, joinView(p))
}

func (s *Service) joinPage(r *http.Request) (p joinPage, n *naming, err error) {
	p = joinPage{Page: s.Kit.Page(r, "mentoring.join")}
	p.Shell.Narrow = true
	if n, err = readNaming(r.Context(), s.DB); err != nil {
		return p, nil, err
	}
	m, has, err := s.MentorOf(r.Context(), p.Who.ID)
	if err != nil || !has {
		return p, n, err
	}
	if m.State == Ended {
		p.Said, err = s.saidAtEnd(r, m.ID)
		return p, n, err
	}
	p.Mentor, p.Mayback = &m, m.State == Candidate || m.State == Confirmed
	p.Steps = stepsOf(p.Page, m.State)
	return p, n, nil
}

// saidAtEnd is the reason that was given when a mentor's time ended.
func (s *Service) saidAtEnd(r *http.Request, mentor int64) (string, error) {
	all, err := s.Events(r.Context(), mentor)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[len(all)-1].Why, nil
}

// stepsOf are the steps to being a mentor, and which are done.
func stepsOf(p web.Page, state State) (out []ui.Step) {
	at := slices.Index(States, state)
	for i, st := range []State{Candidate, Confirmed, Training, Active} {
		out = append(out, ui.Step{Title: p.T("mentoring.step-" + string(st)), Text: p.T("mentoring.step-" + string(st) + "-text"), Done: i <= at, Current: i == at+1})
	}
	return out
}

// offer offers the own unit, those above it and what has been chosen; all else can be added.
func (p *joinPage) offer(n *naming, own int64, chosen []int64) {
	var near []int64
	path := n.tree.Path(own)
	slices.Reverse(path)
	for _, u := range path {
		near = append(near, u.ID)
	}
	for _, id := range chosen {
		if !slices.Contains(near, id) {
			near = append(near, id)
		}
	}
	for _, id := range near {
		if name := n.unit(p.Lang, id); name != "" {
			o := ui.Option{Value: strconv.FormatInt(id, 10), Label: name, Selected: slices.Contains(chosen, id)}
			if id == own {
				o.Help = p.T("mentoring.own-unit")
			}
			p.Units = append(p.Units, o)
		}
	}
	p.More = n.unitOptions(p.Page, "mentoring.choose-unit", nil)
}

// postedUnits are the units that were ticked, and the one that is to be added.
func (n *naming) postedUnits(r *http.Request) (out []int64) {
	for _, v := range append(slices.Clone(r.PostForm["units"]), r.PostForm.Get("more")) {
		if id, err := strconv.ParseInt(v, 10, 64); err == nil && n.unit("fi", id) != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func (s *Service) join(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	p, n, err := s.joinPage(r)
	if err != nil {
		return err
	}
	x := n.postedProfile(r)
	p.Profile = n.profileForm(p.Page, x)
	if p.Mentor != nil {
		return s.retell(w, r, p, x)
	}
	units := n.postedUnits(r)
	p.Below = r.PostForm.Get("below") != ""
	me, err := people.PersonByID(r.Context(), s.DB, p.Who.ID)
	if err != nil {
		return err
	}
	p.offer(n, me.UnitID, units)
	if r.PostForm.Get("do") == "add" {
		return s.Kit.Show(w, r, p.Page, joinView(p))
	}
	var places []Place
	for _, id := range units {
		places = append(places, Place{Unit: id, Below: p.Below})
	}
	_, err = s.SignUp(r.Context(), p.Who.ID, p.Who.ID, x, places)
	if p.Errors = web.FieldsOf(err); p.Errors != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, joinView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "mentoring.joined")
	return web.See(w, r, JoinPath)
}

// retell changes what a candidate has told.
func (s *Service) retell(w http.ResponseWriter, r *http.Request, p joinPage, x Profile) error {
	err := s.Tell(r.Context(), p.Mentor.ID, x)
	if p.Errors = web.FieldsOf(err); p.Errors != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, joinedView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "mentoring.profile-saved")
	return web.See(w, r, JoinPath)
}

// takeBack lets somebody who has not been appointed take it back.
func (s *Service) takeBack(w http.ResponseWriter, r *http.Request) error {
	v := web.VisitorOf(r)
	m, has, err := s.MentorOf(r.Context(), v.ID)
	if err != nil {
		return err
	}
	if !has || m.State != Candidate && m.State != Confirmed {
		return errs.New(errs.NotFound, "mentoring.no-mentor")
	}
	why := s.Kit.Words.T(s.Kit.Lang(r), "mentoring.took-back")
	if err := s.Move(r.Context(), v.ID, m.ID, m.Version, End, why); err != nil {
		return err
	}
	s.Kit.Flash(r, "mentoring.taken-back")
	return web.See(w, r, JoinPath)
}
