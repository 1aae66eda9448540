package events

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// hostPage is what those who look after an event see.
type hostPage struct {
	web.Page
	Event
	Reach    int
	Tasks    []Task
	Speakers []Speaker
	Today    string
	Past     bool
	Coming   bool
	MayCopy  bool
	Roles    []ui.Option
	Cards    []templ.Component
	Typed    map[string]string
	Errors   *errs.Fields
}

func (s *Service) host(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	return s.showHost(w, r, e, nil)
}

// showHost shows the hosts' page, with what was wrong with one of its forms.
func (s *Service) showHost(w http.ResponseWriter, r *http.Request, e Event, bad *errs.Fields) (err error) {
	ctx := r.Context()
	p := hostPage{Page: s.Kit.Page(r, "events.host"), Event: e, Today: s.today(), Past: e.Over(s.Now()), Coming: e.Coming(s.Now()), Errors: bad, Typed: map[string]string{}}
	p.Shell.Title = p.T("events.host-of", "title", e.Title)
	p.MayCopy = p.Who.May(people.HostEvents) && e.Elsewhere == ""
	if bad != nil {
		for _, name := range []string{"why", "name", "title", "role", "task", "due", "email"} {
			p.Typed[name] = r.PostFormValue(name)
		}
	}
	if p.Reach, err = e.Target.Count(ctx, s.DB); err != nil {
		return err
	}
	if p.Tasks, err = Tasks(ctx, s.DB, &e); err != nil {
		return err
	}
	if p.Speakers, err = SpeakersOf(ctx, s.DB, e.ID); err != nil {
		return err
	}
	for _, x := range SpeakerRoles {
		p.Roles = append(p.Roles, ui.Option{Value: string(x), Label: p.T("events.speaker-" + string(x))})
	}
	if p.Cards, err = Draw(ctx, p.Page, &e, s.HostCards); err != nil {
		return err
	}
	if bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, hostView(p))
	}
	return s.Kit.Show(w, r, p.Page, hostView(p))
}

// back answers a form of the hosts' page: to the page, with a message, or what was wrong with the form.
func (s *Service) back(w http.ResponseWriter, r *http.Request, e Event, err error, message string) error {
	if bad := web.FieldsOf(err); bad != nil {
		return s.showHost(w, r, e, bad)
	}
	if err != nil {
		return err
	}
	if message != "" {
		s.Kit.Flash(r, message)
	}
	return web.See(w, r, e.Path("/host"))
}

func (s *Service) publish(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	return s.back(w, r, e, s.Publish(r.Context(), web.VisitorOf(r).ID, e.ID, version), "events.published")
}

func (s *Service) cancel(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	return s.back(w, r, e, s.Cancel(r.Context(), web.VisitorOf(r).ID, e.ID, version, r.PostFormValue("why")), "events.cancelled")
}

func (s *Service) addSpeaker(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	x := Speaker{Event: e.ID, Name: r.PostFormValue("name"), Title: r.PostFormValue("title"), Role: SpeakerRole(r.PostFormValue("role")), Consent: NotAsked}
	if r.PostFormValue("agreed") != "" {
		x.Consent = Shown
	}
	if email := r.PostFormValue("email"); email != "" {
		p, err := people.PersonByEmail(r.Context(), s.DB, email)
		if errs.KindOf(err) == errs.NotFound {
			return s.back(w, r, e, errs.Fault("email", "events.no-account"), "")
		}
		if err != nil {
			return err
		}
		if x.Person = p.ID; x.Name == "" {
			x.Name = p.Name
		}
	}
	return s.back(w, r, e, s.AddSpeaker(r.Context(), web.VisitorOf(r).ID, x), "events.saved")
}

func (s *Service) changeSpeaker(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	id, err := web.ID(r, "speaker")
	if err != nil {
		return err
	}
	by := web.VisitorOf(r).ID
	switch r.PostFormValue("do") {
	case "remove":
		err = s.RemoveSpeaker(r.Context(), by, e.ID, id)
	default:
		err = s.Agree(r.Context(), by, e.ID, id, r.PostFormValue("do") == "yes")
	}
	return s.back(w, r, e, err, "events.saved")
}

func (s *Service) addTask(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	return s.back(w, r, e, s.AddTask(r.Context(), web.VisitorOf(r).ID, e.ID, r.PostFormValue("task"), r.PostFormValue("due")), "events.saved")
}

func (s *Service) changeTask(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	id, err := web.ID(r, "task")
	if err != nil {
		return err
	}
	if r.PostFormValue("do") == "remove" {
		err = s.RemoveTask(r.Context(), e.ID, id)
	} else {
		err = s.SetDone(r.Context(), web.VisitorOf(r).ID, e.ID, id, r.PostFormValue("do") == "done")
	}
	return s.back(w, r, e, err, "")
}
