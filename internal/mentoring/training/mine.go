package training

import (
	"net/http"
	"strconv"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /training", people.WorkAsMentor, s.overview)
	k.Handle("GET /training/steps/{key}", people.WorkAsMentor, s.step)
	k.Handle("POST /training/steps/{key}/done", people.WorkAsMentor, s.stepDone)
	k.Handle("POST /training/finish", people.WorkAsMentor, s.finishPath)
	// The badge stays its holder's, also when the holder is no mentor any more.
	k.Handle("GET /training/badge", web.SignedIn, s.myBadge)
	k.Handle("GET /training/badge/{file}", web.SignedIn, s.sendBadge)
	k.Handle("POST /training/badge/shown", web.SignedIn, s.showName)
	s.manageRoutes()
	s.editRoutes()
	s.publicRoutes()
}

// overviewPage is the path as a mentor sees it.
type overviewPage struct {
	web.Page
	*Walk // nil: the visitor is not on the path
	Held  bool
	Ready bool // everything is done, but the badge has not come yet
}

// mine is the visitor as a mentor; has is false for whoever is none, or is not appointed.
func (s *Service) mine(r *http.Request) (m mentoring.Mentor, has bool, err error) {
	m, has, err = s.Mentors.MentorOf(r.Context(), web.VisitorOf(r).ID)
	return m, has && m.State.Appointed(), err
}

var errNotOnPath = errs.New(errs.NotFound, "training.not-on-path")

func (s *Service) overview(w http.ResponseWriter, r *http.Request) error {
	p := overviewPage{Page: s.Kit.Page(r, "training.path")}
	p.Shell.Narrow = true
	m, has, err := s.mine(r)
	if err != nil {
		return err
	}
	if has {
		if p.Walk, err = s.seen(r, m.ID); err != nil {
			return err
		}
		had, err := s.Badges(r.Context(), m.ID)
		if err != nil {
			return err
		}
		p.Held = len(had) > 0 && had[0].Revoked.IsZero()
		p.Ready = p.Complete() && len(had) == 0 && m.Person.Email != ""
	}
	return s.Kit.Show(w, r, p.Page, overviewView(p))
}

// seen is how far a mentor has come, with a support that has just been logged.
func (s *Service) seen(r *http.Request, mentor int64) (*Walk, error) {
	walk, err := s.WalkOf(r.Context(), mentor)
	if err == nil {
		_, err = s.supported(r.Context(), walk)
	}
	return walk, err
}

// stepPage is one step.
type stepPage struct {
	web.Page
	*Walk
	Step
	Number int // from 1
}

func (s *Service) stepOf(r *http.Request) (p stepPage, m mentoring.Mentor, err error) {
	m, has, err := s.mine(r)
	if err == nil && !has {
		err = errNotOnPath
	}
	if err != nil {
		return p, m, err
	}
	p.Page = s.Kit.Page(r, "training.path")
	p.Shell.Narrow = true
	if p.Walk, err = s.seen(r, m.ID); err != nil {
		return p, m, err
	}
	var ok bool
	if p.Step, ok = p.Path.Step(r.PathValue("key")); !ok {
		return p, m, errs.New(errs.NotFound, "training.no-step")
	}
	p.Number = p.Path.at(p.Step.Key) + 1
	p.Shell.Title = p.title(p.Step)
	return p, m, nil
}

func (s *Service) step(w http.ResponseWriter, r *http.Request) error {
	p, _, err := s.stepOf(r)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, stepView(p))
}

func (s *Service) stepDone(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	p, m, err := s.stepOf(r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.PostForm.Get("version"))
	if err := s.Mark(r.Context(), p.Who.ID, m.ID, version, p.Key); err != nil {
		return err
	}
	after, err := s.seen(r, m.ID)
	if err != nil {
		return err
	}
	if next, has := after.Next(); has && next.Kind.Own() {
		s.Kit.Flash(r, "training.marked")
		return web.See(w, r, "/training/steps/"+next.Key)
	}
	if after.Complete() {
		s.Kit.Flash(r, "training.all-done")
	} else {
		s.Kit.Flash(r, "training.marked")
	}
	return web.See(w, r, "/training")
}

// finishPath is for whoever does not wait until the platform notices a first support by itself.
func (s *Service) finishPath(w http.ResponseWriter, r *http.Request) error {
	m, has, err := s.mine(r)
	if err == nil && !has {
		err = errNotOnPath
	}
	if err == nil {
		err = s.Settle(r.Context(), m.ID)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, "/training")
}

// badgePage is the holder's own page of the badge.
type badgePage struct {
	web.Page
	Badge
	Address string
}

// held is the visitor's newest badge, revoked or not.
func (s *Service) held(r *http.Request) (b Badge, err error) {
	m, has, err := s.Mentors.MentorOf(r.Context(), web.VisitorOf(r).ID)
	if err != nil {
		return b, err
	}
	if has {
		all, err := s.Badges(r.Context(), m.ID)
		if err != nil || len(all) > 0 {
			return append(all, b)[0], err
		}
	}
	return b, errs.New(errs.NotFound, "training.no-badge")
}

func (s *Service) myBadge(w http.ResponseWriter, r *http.Request) error {
	b, err := s.held(r)
	if err != nil {
		return err
	}
	p := badgePage{Page: s.Kit.Page(r, "training.my-badge"), Badge: b, Address: s.address(&b)}
	p.Shell.Narrow = true
	return s.Kit.Show(w, r, p.Page, badgeView(p))
}

// fileName is what a downloaded badge is called, without its ending.
const fileName = "digimentor-badge"

func (s *Service) sendBadge(w http.ResponseWriter, r *http.Request) error {
	ext, ok := strings.CutPrefix(r.PathValue("file"), fileName+".")
	kind, known := fileKinds[ext]
	if !ok || !known {
		return errs.New(errs.NotFound, "web.not-found")
	}
	b, err := s.held(r)
	if err != nil {
		return err
	}
	data, err := s.Baked(&b, ext)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+fileName+`.`+ext+`"`)
	send(w, kind, data)
	return nil
}

func send(w http.ResponseWriter, kind string, data []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data) // a reader who went away is no fault
}

func (s *Service) showName(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	b, err := s.held(r)
	if err == nil {
		err = updateShown(r.Context(), s.DB, b.ID, r.PostForm.Get("shown") != "")
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "training.saved")
	return web.See(w, r, "/training/badge")
}
