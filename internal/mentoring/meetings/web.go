package meetings

import (
	"context"
	"net/http"
	"slices"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ical"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Routes adds the pages. Those that everybody signed in may open show what belongs to the reader's own part of the county.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /meetings", web.SignedIn, s.list)
	k.Handle("GET /meetings/{id}", web.SignedIn, s.show)
	k.Handle("GET /meetings/{id}/meeting.ics", web.SignedIn, s.sendICS)
	k.Handle("GET /meetings/{id}/summary", web.SignedIn, s.summary)
	k.Handle("POST /meetings/{id}/present", web.SignedIn, s.markPresent)

	k.Handle("GET /meetings/new", people.ManageMeetings, s.add)
	k.Handle("POST /meetings", people.ManageMeetings, s.save)
	k.Handle("GET /meetings/rhythm", people.ManageMeetings, s.addRhythm)
	k.Handle("POST /meetings/rhythm", people.ManageMeetings, s.saveRhythm)
	k.Handle("GET /meetings/{id}/edit", people.ManageMeetings, s.edit)
	k.Handle("POST /meetings/{id}", people.ManageMeetings, s.save)
	k.Handle("POST /meetings/{id}/invite", people.ManageMeetings, s.sendInvitations)
	k.Handle("POST /meetings/{id}/cancel", people.ManageMeetings, s.cancel)

	k.Handle("GET /meetings/{id}/lead", people.ManageMeetings, s.lead)
	k.Handle("POST /meetings/{id}/notes", people.ManageMeetings, s.note)
	k.Handle("POST /meetings/{id}/attendance", people.ManageMeetings, s.attend)
	k.Handle("POST /meetings/{id}/decisions", people.ManageMeetings, s.decide)
	k.Handle("POST /meetings/{id}/finish", people.ManageMeetings, s.finish)
	k.Handle("POST /decisions/{id}/done", web.SignedIn, s.done)
	k.Handle("POST /decisions/{id}/remove", people.ManageMeetings, s.undecide)

	k.Handle("GET /topics", web.SignedIn, s.showTopics)
	k.Handle("POST /topics", web.SignedIn, s.give)
	k.Handle("POST /topics/{id}/vote", web.SignedIn, s.vote)
	k.Handle("POST /topics/{id}/withdraw", web.SignedIn, s.withdraw)
	k.Handle("GET /topics/{id}", people.ManageMeetings, s.showTopic)
	k.Handle("POST /topics/{id}", people.ManageMeetings, s.answer)
	k.Handle("POST /topics/{id}/move", people.ManageMeetings, s.move)
	k.Handle("GET /voice", web.SignedIn, s.voice)
}

// reader is who looks, and what of the meetings is theirs.
type reader struct {
	web.Visitor
	person people.Person
	mentor *mentoring.Mentor // nil for somebody who is none today
	tree   *people.Tree
	all    bool           // leads meetings of the whole county
	leads  map[int64]bool // units in which they lead meetings
}

func (s *Service) reader(ctx context.Context, v web.Visitor) (_ *reader, err error) {
	x := &reader{Visitor: v, leads: map[int64]bool{}}
	if x.person, err = people.PersonByID(ctx, s.DB, v.ID); err != nil {
		return nil, err
	}
	if x.tree, err = people.LoadTree(ctx, s.DB); err != nil {
		return nil, err
	}
	m, has, err := s.Mentors.MentorOf(ctx, v.ID)
	if err != nil {
		return nil, err
	}
	if has && m.State.Appointed() {
		x.mentor = &m
	}
	var units []int64
	units, x.all = x.tree.Within(v, people.ManageMeetings)
	for _, u := range units {
		x.leads[u] = true
	}
	return x, nil
}

// manages reports whether the reader leads meetings of a unit, 0 for the whole county.
func (x *reader) manages(unit int64) bool { return x.all || unit != 0 && x.leads[unit] }

// part reports whether a meeting is for the reader as a mentor, or as one of those who lead it.
func (x *reader) part(m *Meeting) bool {
	return x.manages(m.Unit) || x.mentor != nil && serves(x.tree, m.Unit, x.mentor)
}

// opened is the meeting that the path names, for a reader whose part it is for or who was invited to it.
func (s *Service) opened(r *http.Request) (m Meeting, x *reader, err error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return m, nil, err
	}
	if m, err = meetingByID(r.Context(), s.DB, id); err != nil {
		return m, nil, err
	}
	if x, err = s.reader(r.Context(), web.VisitorOf(r)); err != nil || x.part(&m) {
		return m, x, err
	}
	own, err := attendedBy(r.Context(), s.DB, x.ID)
	if err == nil && !slices.ContainsFunc(own, func(a attended) bool { return a.Meeting == id }) {
		err = errs.New(errs.Forbidden, "meetings.not-yours")
	}
	return m, x, err
}

// led is the meeting that the path names, for a reader who leads it.
func (s *Service) led(r *http.Request) (m Meeting, x *reader, err error) {
	if m, x, err = s.opened(r); err == nil && !x.manages(m.Unit) {
		err = errs.New(errs.Forbidden, "web.forbidden")
	}
	return m, x, err
}

// listPage is the meetings of a reader, and what waits for those who lead them.
type listPage struct {
	web.Page
	x         *reader
	Coming    []Meeting
	Past      []Meeting
	Next      *Meeting // of the reader's own unit, for somebody who comes to none
	Late      []shownTopic
	Decisions []Decision
	Pages     ui.Pages
	now       time.Time
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) (err error) {
	ctx := r.Context()
	p := listPage{Page: s.Kit.Page(r, "meetings.meetings"), now: s.Now()}
	if p.x, err = s.reader(ctx, p.Who); err != nil {
		return err
	}
	all, err := meetings(ctx, s.DB, ` ORDER BY starts_at, id`)
	if err != nil {
		return err
	}
	p.sort(all)
	p.Pages, p.Past = web.Paged(r, p.Past)
	if err := s.fillWork(ctx, &p, all); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, listView(p))
}

// sort puts the coming meetings first to last, and the past ones last to first.
func (p *listPage) sort(all []Meeting) {
	for i := range all {
		m := &all[i]
		over := m.State == Finished || m.Over(p.now)
		switch {
		case !over && m.State == Planned && p.Next == nil && belongs(p.x.tree, m.Unit, p.x.person.UnitID):
			p.Next = m
		}
		switch {
		case !p.x.part(m):
		case over && m.State != Cancelled:
			p.Past = append(p.Past, *m)
		case !over:
			p.Coming = append(p.Coming, *m)
		}
	}
	slices.Reverse(p.Past)
}

// fillWork reads the decisions that the reader, or those whom they lead, have to see to, and the topics that wait too long.
func (s *Service) fillWork(ctx context.Context, p *listPage, all []Meeting) error {
	unit := map[int64]int64{}
	for _, m := range all {
		unit[m.ID] = m.Unit
	}
	open, err := s.OpenDecisions(ctx)
	if err != nil {
		return err
	}
	for _, d := range open {
		if d.OwnerID == p.x.ID || p.x.manages(unit[d.Meeting]) {
			p.Decisions = append(p.Decisions, d)
		}
	}
	if !p.Who.May(people.ManageMeetings) {
		return nil
	}
	waiting, err := waitingTopics(ctx, s.DB)
	if err != nil {
		return err
	}
	for _, t := range waiting {
		if t.Late(p.now) && p.x.manages(t.Unit) {
			p.Late = append(p.Late, p.x.shown(t, p.Lang))
		}
	}
	return nil
}

// place is where a meeting is, in words.
func (x *reader) place(m *Meeting, p web.Page) string {
	if m.Unit == 0 {
		return p.T("meetings.whole")
	}
	return unitName(x.tree, m.Unit, p.Lang)
}

// meetingPage is one meeting as its people see it.
type meetingPage struct {
	web.Page
	Meeting
	x         *reader
	Facts     []ui.Fact
	Topics    []shownTopic
	Answered  []shownTopic
	Moved     []shownTopic
	Decisions []Decision
	People    []attendee
	Next      *Meeting
	Uninvited int  // mentors of the part who have not been invited
	Manages   bool // the reader leads it
	Today     bool
	Present   bool
	Coming    bool
	Begun     bool
	Errors    *errs.Fields
	Typed     typed
}

// typed is what stands in the forms of a meeting.
type typed struct{ Why, Notes, Theirs, Decision, Owner, Due string }

func (s *Service) meetingPage(r *http.Request, m Meeting, x *reader) (p meetingPage, err error) {
	ctx, now := r.Context(), s.Now()
	p = meetingPage{Page: s.Kit.Page(r, "meetings.meeting"), Meeting: m, x: x, Manages: x.manages(m.Unit)}
	p.Shell.Title, p.Typed.Notes = m.Title, m.Notes
	p.Today, p.Coming, p.Begun = mentoring.Day(m.Start) == mentoring.Day(now), m.State == Planned && !m.Over(now), m.Begun(now)
	if p.Facts, err = s.facts(ctx, &p); err != nil {
		return p, err
	}
	if p.People, err = attendees(ctx, s.DB, m.ID); err != nil {
		return p, err
	}
	i18n.Sort(p.Lang, p.People, func(a attendee) string { return a.Person.Name })
	for _, a := range p.People {
		p.Present = p.Present || a.Person.ID == x.ID && a.Present
	}
	if p.Decisions, err = decisions(ctx, s.DB, ` WHERE meeting_id = $1 ORDER BY id`, m.ID); err != nil {
		return p, err
	}
	return p, s.fillTopics(ctx, &p)
}

// fillTopics reads what was asked of the meeting, and which meeting comes after it.
func (s *Service) fillTopics(ctx context.Context, p *meetingPage) error {
	answered, moved, err := topicsOfMeeting(ctx, s.DB, p.ID)
	if err != nil {
		return err
	}
	waiting, err := waitingTopics(ctx, s.DB)
	if err != nil {
		return err
	}
	c, err := readCalendar(ctx, s.DB, p.x.tree, s.Now())
	if err != nil {
		return err
	}
	for _, part := range []struct {
		to  *[]shownTopic
		all []Topic
	}{{&p.Topics, c.of(p.ID, waiting)}, {&p.Answered, answered}, {&p.Moved, moved}} {
		for _, t := range part.all {
			*part.to = append(*part.to, p.x.shown(t, p.Lang))
		}
	}
	for i := range c.coming {
		if m := &c.coming[i]; m.Start.After(p.Start) && !m.Over(s.Now()) && (m.Unit == p.Unit || m.Unit == 0) {
			p.Next = m
			break
		}
	}
	return nil
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	m, x, err := s.opened(r)
	if err != nil {
		return err
	}
	return s.showMeeting(w, r, m, x, nil, "")
}

// showMeeting shows a meeting, with what was wrong with the form that calls it off.
func (s *Service) showMeeting(w http.ResponseWriter, r *http.Request, m Meeting, x *reader, bad *errs.Fields, why string) error {
	p, err := s.meetingPage(r, m, x)
	if err != nil {
		return err
	}
	if p.Manages && p.Coming {
		if p.Uninvited, err = s.uninvited(r.Context(), &p); err != nil {
			return err
		}
	}
	if p.Errors, p.Typed.Why = bad, why; bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, meetingView(p))
	}
	return s.Kit.Show(w, r, p.Page, meetingView(p))
}

// uninvited counts the mentors who have not been invited.
func (s *Service) uninvited(ctx context.Context, p *meetingPage) (n int, err error) {
	net, err := s.network(ctx)
	if err != nil {
		return 0, err
	}
	invited := map[int64]bool{}
	for _, a := range p.People {
		invited[a.Person.ID] = a.Invited
	}
	for _, m := range mentorsOf(net, p.Unit) {
		if !invited[m.Person.ID] {
			n++
		}
	}
	return n, nil
}

func (s *Service) sendICS(w http.ResponseWriter, r *http.Request) error {
	m, _, err := s.opened(r)
	if err != nil {
		return err
	}
	e, err := s.event(r.Context(), &m, s.Kit.Lang(r))
	if err != nil {
		return err
	}
	file, err := ical.Publish(e)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8; method=PUBLISH")
	w.Header().Set("Content-Disposition", `attachment; filename="meeting.ics"`)
	_, err = w.Write(file)
	return err
}

func (s *Service) summary(w http.ResponseWriter, r *http.Request) error {
	m, x, err := s.opened(r)
	if err != nil {
		return err
	}
	if m.State != Finished {
		return errs.New(errs.NotFound, "meetings.no-summary")
	}
	p, err := s.meetingPage(r, m, x)
	if err != nil {
		return err
	}
	p.Shell.Narrow = true
	p.Shell.Title = p.T("meetings.summary-of", "title", m.Title)
	return s.Kit.Show(w, r, p.Page, summaryView(p))
}

// present is how many were there.
func (p meetingPage) present() (n int) {
	for _, a := range p.People {
		if a.Present {
			n++
		}
	}
	return n
}

func (s *Service) markPresent(w http.ResponseWriter, r *http.Request) error {
	m, x, err := s.opened(r)
	if err != nil {
		return err
	}
	if x.mentor == nil {
		return errs.New(errs.Forbidden, "meetings.not-yours")
	}
	if err := s.MarkPresent(r.Context(), x.ID, m.ID, r.PostFormValue("yes") != "0"); err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.saved")
	return web.See(w, r, m.path(""))
}

// ByID returns a meeting; errs.NotFound when there is none.
func (s *Service) ByID(ctx context.Context, id int64) (Meeting, error) {
	return meetingByID(ctx, s.DB, id)
}
