package meetings

import (
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

func (s *Service) lead(w http.ResponseWriter, r *http.Request) error {
	m, x, err := s.led(r)
	if err != nil {
		return err
	}
	return s.showLead(w, r, m, x, nil, nil)
}

// showLead shows the page from which a meeting is led, with what was wrong with one of its forms.
func (s *Service) showLead(w http.ResponseWriter, r *http.Request, m Meeting, x *reader, bad *errs.Fields, keep func(*typed)) error {
	if m.State == Cancelled {
		return conflict()
	}
	p, err := s.meetingPage(r, m, x)
	if err != nil {
		return err
	}
	p.Shell.Title = p.T("meetings.lead-of", "title", m.Title)
	if keep != nil {
		keep(&p.Typed)
	}
	if p.Errors = bad; bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, leadView(p))
	}
	return s.Kit.Show(w, r, p.Page, leadView(p))
}

// note stores the notes. When somebody else has saved theirs meanwhile both are shown, so that none are lost.
func (s *Service) note(w http.ResponseWriter, r *http.Request) error {
	m, x, err := s.led(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	version, _ := strconv.Atoi(r.PostForm.Get("version"))
	text := r.PostForm.Get("notes")
	err = s.Note(r.Context(), x.ID, m.ID, version, text)
	bad := web.FieldsOf(err)
	theirs := ""
	if errs.KindOf(err) == errs.Conflict && m.State != Cancelled {
		bad, theirs = &errs.Fields{}, m.Notes
		bad.Add("notes", "meetings.notes-changed")
	}
	if bad != nil {
		return s.showLead(w, r, m, x, bad, func(t *typed) { t.Notes, t.Theirs = text, theirs })
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.saved")
	return web.See(w, r, m.path("/lead"))
}

func (s *Service) attend(w http.ResponseWriter, r *http.Request) error {
	m, x, err := s.led(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	if err := s.Attend(r.Context(), x.ID, m.ID, numbers(r.PostForm["was"]), numbers(r.PostForm["present"])); err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.saved")
	return web.See(w, r, m.path("/lead"))
}

func numbers(texts []string) (out []int64) {
	for _, t := range texts {
		if n, err := strconv.ParseInt(t, 10, 64); err == nil {
			out = append(out, n)
		}
	}
	return out
}

func (s *Service) decide(w http.ResponseWriter, r *http.Request) error {
	m, x, err := s.led(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	d := Decision{Meeting: m.ID, Text: r.PostForm.Get("decision"), Owner: r.PostForm.Get("owner"), Due: r.PostForm.Get("due")}
	err = s.Decide(r.Context(), x.ID, d)
	if bad := web.FieldsOf(err); bad != nil {
		return s.showLead(w, r, m, x, bad, func(t *typed) { t.Decision, t.Owner, t.Due = d.Text, d.Owner, d.Due })
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.saved")
	return web.See(w, r, m.path("/lead"))
}

// decided is the decision that the path names, for those who lead its meeting and for its owner.
func (s *Service) decided(r *http.Request, ownerToo bool) (d Decision, x *reader, err error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return d, nil, err
	}
	if d, err = decisionByID(r.Context(), s.DB, id); err != nil {
		return d, nil, err
	}
	m, err := meetingByID(r.Context(), s.DB, d.Meeting)
	if err != nil {
		return d, nil, err
	}
	x, err = s.reader(r.Context(), web.VisitorOf(r))
	if err == nil && !x.manages(m.Unit) && (!ownerToo || d.OwnerID != x.ID) {
		err = errs.New(errs.Forbidden, "web.forbidden")
	}
	return d, x, err
}

func (s *Service) done(w http.ResponseWriter, r *http.Request) error {
	d, x, err := s.decided(r, true)
	if err != nil {
		return err
	}
	if err := s.SetDone(r.Context(), x.ID, d.ID, r.PostFormValue("done") != "0"); err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.saved")
	return web.See(w, r, backTo(r, &Meeting{ID: d.Meeting}))
}

// backTo is the page on which a button was pressed: that from which the meeting is led, or the list.
func backTo(r *http.Request, m *Meeting) string {
	if r.PostFormValue("from") == "lead" {
		return m.path("/lead")
	}
	return "/meetings"
}

func (s *Service) undecide(w http.ResponseWriter, r *http.Request) error {
	d, x, err := s.decided(r, false)
	if err != nil {
		return err
	}
	if err := s.Undecide(r.Context(), x.ID, d.ID); err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.saved")
	return web.See(w, r, (&Meeting{ID: d.Meeting}).path("/lead"))
}

func (s *Service) finish(w http.ResponseWriter, r *http.Request) error {
	m, x, err := s.led(r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	if err := s.Finish(r.Context(), x.ID, m.ID, version); err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.finished")
	return web.See(w, r, m.path("/summary"))
}

// named is the topic that the path names, for those who lead meetings of its unit or of a meeting that it waits for.
func (s *Service) named(r *http.Request) (t Topic, x *reader, err error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return t, nil, err
	}
	if t, err = topicByID(r.Context(), s.DB, id); err != nil {
		return t, nil, err
	}
	if x, err = s.reader(r.Context(), web.VisitorOf(r)); err != nil {
		return t, nil, err
	}
	if ok, err := people.Covers(r.Context(), s.DB, x.Visitor, people.ManageMeetings, t.Unit); err != nil || ok {
		return t, x, err
	}
	return t, x, errs.New(errs.Forbidden, "web.forbidden")
}

// topicPage is the form in which a topic is answered.
type topicPage struct {
	web.Page
	shownTopic
	Meeting int64 // from which the reader comes; 0 for none
	Typed   string
	Errors  *errs.Fields
}

func (s *Service) topicPage(r *http.Request, t Topic, x *reader) topicPage {
	p := topicPage{Page: s.Kit.Page(r, "meetings.answer-topic"), Typed: t.Answer}
	p.Shell.Narrow = true
	p.shownTopic = x.shown(t, p.Lang)
	p.Meeting, _ = strconv.ParseInt(r.FormValue("meeting"), 10, 64)
	return p
}

func (s *Service) showTopic(w http.ResponseWriter, r *http.Request) error {
	t, x, err := s.named(r)
	if err != nil {
		return err
	}
	p := s.topicPage(r, t, x)
	return s.Kit.Show(w, r, p.Page, topicView(p))
}

func (s *Service) answer(w http.ResponseWriter, r *http.Request) error {
	t, x, err := s.named(r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	p := s.topicPage(r, t, x)
	if p.Meeting, err = s.ledMeeting(r, x, p.Meeting); err != nil {
		return err
	}
	p.Typed = r.PostFormValue("answer")
	err = s.Answer(r.Context(), x.ID, t.ID, version, p.Meeting, p.Typed)
	if p.Errors = web.FieldsOf(err); p.Errors != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, topicView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.answer-sent")
	return web.See(w, r, p.back())
}

// ledMeeting is the meeting that a form names, if the reader leads it and it has not been called off; 0 for any other.
func (s *Service) ledMeeting(r *http.Request, x *reader, id int64) (int64, error) {
	if id == 0 {
		return 0, nil
	}
	m, err := meetingByID(r.Context(), s.DB, id)
	if err != nil || !x.manages(m.Unit) || m.State == Cancelled {
		return 0, err
	}
	return id, nil
}

// back is where the reader came from.
func (p topicPage) back() string {
	if p.Meeting != 0 {
		return (&Meeting{ID: p.Meeting}).path("/lead")
	}
	return "/voice"
}

func (s *Service) move(w http.ResponseWriter, r *http.Request) error {
	t, x, err := s.named(r)
	if err != nil {
		return err
	}
	from, _ := strconv.ParseInt(r.PostFormValue("meeting"), 10, 64)
	if from, err = s.ledMeeting(r, x, from); err != nil {
		return err
	}
	if from == 0 {
		return errs.New(errs.NotFound, "meetings.no-meeting")
	}
	if err := s.Pass(r.Context(), x.ID, t.ID, from); err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.moved")
	return web.See(w, r, (&Meeting{ID: from}).path("/lead"))
}

// shownPeople are those of a meeting who are still here.
func (p meetingPage) shownPeople() []attendee {
	return slices.DeleteFunc(slices.Clone(p.People), func(a attendee) bool { return a.Person.Name == "" })
}
