package invite

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"rsc.io/qr"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Routes adds the pages. Hosts of an event may be people without a host's role, so each handler asks who hosts it.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /events/{id}/invite", web.SignedIn, s.passOn)
	k.Handle("GET /events/{id}/invite/{unit}/qr.png", web.SignedIn, s.sendQR)
	k.Handle("GET /events/{id}/invitations", web.SignedIn, s.show)
	k.Handle("POST /events/{id}/invitations/texts", web.SignedIn, s.saveTexts)
	k.Handle("POST /events/{id}/invitations/supervisors", web.SignedIn, s.sendSupervisors)
	k.Handle("POST /events/{id}/invitations/direct", web.SignedIn, s.sendDirect)
	k.Handle("POST /events/{id}/invitations/nudge", web.SignedIn, s.nudge)
}

// passPage is what a supervisor passes on.
type passPage struct {
	web.Page
	Event  events.Event
	Leader Leader
	Texts  Texts
	Counts map[int64]int // nil when nobody knows
	Coming bool
	s      *Service
}

// led is the event of the path, for somebody through whom people are invited to it or were.
func (s *Service) led(r *http.Request) (e events.Event, l Leader, err error) {
	ctx, v := r.Context(), web.VisitorOf(r)
	id, err := web.ID(r, "id")
	if err != nil {
		return e, l, err
	}
	if e, err = events.ByID(ctx, s.DB, id); err != nil {
		return e, l, err
	}
	if e.State == events.Draft || e.Elsewhere != "" {
		return e, l, errs.New(errs.NotFound, "events.no-event")
	}
	reach, err := ReachOf(ctx, s.DB, &e)
	if err != nil {
		return e, l, err
	}
	l, ok := reach.leader(v.ID)
	if ok {
		return e, l, nil
	}
	told, err := invited(ctx, s.DB, id, events.BySupervisor)
	if _, ok := told[v.ID]; err == nil && !ok {
		err = errs.New(errs.Forbidden, "invite.not-yours")
	}
	return e, l, err
}

func (s *Service) passOn(w http.ResponseWriter, r *http.Request) error {
	e, l, err := s.led(r)
	if err != nil {
		return err
	}
	p := passPage{Page: s.Kit.Page(r, "invite.pass-on"), Event: e, Leader: l, Coming: e.Coming(s.Now()), s: s}
	p.Shell.Narrow = true
	if p.Texts, err = textsOf(r.Context(), s.DB, e.ID); err != nil {
		return err
	}
	if p.Counts, err = s.counts(r.Context(), e.ID); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, passView(p))
}

func (p passPage) link(u Unit) string { return p.s.link(&p.Event, u.Unit) }

// ready is the text for a unit in the language of the page.
func (p passPage) ready(u Unit) string { return p.s.ready(&p.Event, p.Texts, p.Lang, p.link(u)) }

func (p passPage) qrPath(u Unit) string {
	return p.Event.Path("/invite/" + strconv.FormatInt(u.ID, 10) + "/qr.png")
}

func (s *Service) sendQR(w http.ResponseWriter, r *http.Request) error {
	unit, err := web.ID(r, "unit")
	if err != nil {
		return err
	}
	e, l, err := s.led(r)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(l.Units, func(u Unit) bool { return u.ID == unit })
	if at < 0 {
		return errs.New(errs.Forbidden, "invite.not-yours")
	}
	c, err := qr.Encode(s.link(&e, l.Units[at].Unit), qr.M)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Disposition", `attachment; filename="qr-`+strconv.FormatInt(unit, 10)+`.png"`)
	_, err = w.Write(c.PNG())
	return err
}

// hosted is the event of the path, for a host of an event that invitations are sent to from here.
func (s *Service) hosted(r *http.Request) (e events.Event, err error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return e, err
	}
	e, err = s.Events.Hosted(r.Context(), web.VisitorOf(r), id)
	if err == nil && e.Elsewhere != "" {
		err = errs.New(errs.NotFound, "invite.elsewhere")
	}
	return e, err
}

// hostPage is how the invitations to an event stand.
type hostPage struct {
	web.Page
	Event    events.Event
	Reach    Reach
	Told     []Leader // today's leaders who were written to
	Untold   []Leader // those who will be
	Mute     []Leader // those who have no address
	Before   int      // others who were written to: they lead nobody of the group any more
	Direct   int
	Texts    Texts
	Subject  string // what a supervisor gets
	Text     string
	Sendable bool
	Lost     []string // addresses that mail did not reach
	Roles    []ui.Option
	Emails   string
	Errors   *errs.Fields
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	return s.showHost(w, r, e, nil)
}

// showHost shows the hosts' page, with what was wrong with one of its forms.
func (s *Service) showHost(w http.ResponseWriter, r *http.Request, e events.Event, bad *errs.Fields) (err error) {
	p := hostPage{Page: s.Kit.Page(r, "invite.title"), Event: e, Sendable: s.invitable(&e) == nil, Errors: bad, Emails: r.PostFormValue("emails")}
	if err := s.fill(r.Context(), &p); err != nil {
		return err
	}
	if bad != nil {
		for _, lang := range i18n.Langs {
			if typed, ok := r.PostForm["text-"+lang]; ok {
				p.Texts.In[lang] = typed[0]
			}
		}
	}
	for _, role := range []string{people.Mentor, people.Supervisor, people.Coordinator, people.Expert, people.Member, people.Partner} {
		p.Roles = append(p.Roles, ui.Option{Value: role, Label: p.T("people.role-" + role), Selected: slices.Contains(r.PostForm["role"], role)})
	}
	if bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, hostView(p))
	}
	return s.Kit.Show(w, r, p.Page, hostView(p))
}

// fill reads how the invitations stand.
func (s *Service) fill(ctx context.Context, p *hostPage) (err error) {
	if p.Reach, err = ReachOf(ctx, s.DB, &p.Event); err != nil {
		return err
	}
	told, err := invited(ctx, s.DB, p.Event.ID, events.BySupervisor)
	if err != nil {
		return err
	}
	p.Before = len(told)
	for _, l := range p.Reach.Leaders {
		if _, ok := told[l.Person.ID]; ok {
			p.Told = append(p.Told, l)
			p.Before--
		} else if l.Person.Email == "" {
			p.Mute = append(p.Mute, l)
		} else {
			p.Untold = append(p.Untold, l)
		}
	}
	direct, err := invited(ctx, s.DB, p.Event.ID, events.Directly)
	if err != nil {
		return err
	}
	p.Direct = len(direct)
	lost, err := s.Notices.Undelivered(ctx, p.Event.ID)
	if err != nil {
		return err
	}
	for _, x := range lost {
		p.Lost = append(p.Lost, x.Address)
	}
	if p.Texts, err = textsOf(ctx, s.DB, p.Event.ID); err != nil || len(p.Reach.Leaders) == 0 {
		return err
	}
	example := p.Reach.Leaders[0]
	if len(p.Untold) > 0 {
		example = p.Untold[0]
	}
	p.Subject, p.Text, err = s.letter(ctx, &p.Event, example, events.PassFirst, p.Lang)
	return err
}

// done answers a form of the hosts' page: to the page with a message, or with what was wrong with the form.
func (s *Service) done(w http.ResponseWriter, r *http.Request, e events.Event, err error, key string, args ...any) error {
	if bad := web.FieldsOf(err); bad != nil {
		return s.showHost(w, r, e, bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, key, args...)
	return web.See(w, r, e.Path("/invitations"))
}

func (s *Service) saveTexts(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	t := Texts{In: map[string]string{}}
	t.Version, _ = strconv.Atoi(r.PostFormValue("version"))
	for _, lang := range i18n.Langs {
		t.In[lang] = r.PostFormValue("text-" + lang)
	}
	return s.done(w, r, e, s.SaveTexts(r.Context(), web.VisitorOf(r).ID, e.ID, t), "invite.saved")
}

func (s *Service) sendSupervisors(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	n, err := s.Supervisors(r.Context(), web.VisitorOf(r).ID, e.ID)
	return s.done(w, r, e, err, "invite.sent", "n", n)
}

func (s *Service) sendDirect(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	to, err := s.Named(ctx, r.PostFormValue("emails"))
	if err != nil {
		return s.done(w, r, e, err, "")
	}
	byRole, err := s.HoldersIn(ctx, &e, r.PostForm["role"])
	if err != nil {
		return err
	}
	if to = append(to, byRole...); len(to) == 0 {
		return s.done(w, r, e, errs.Fault("emails", "invite.nobody"), "")
	}
	n, err := s.Directly(ctx, web.VisitorOf(r).ID, e.ID, to)
	return s.done(w, r, e, err, "invite.sent-direct", "n", n)
}

func (s *Service) nudge(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	n, err := s.Nudge(r.Context(), web.VisitorOf(r).ID, e.ID)
	return s.done(w, r, e, err, "invite.nudged", "n", n)
}

// HostCard is how the invitations stand, for the hosts' page of an event. There is none of an event that is invited to elsewhere.
func (s *Service) HostCard(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	if e.Elsewhere != "" {
		return nil, nil
	}
	x := hostPage{Page: p, Event: *e, Sendable: s.invitable(e) == nil}
	if err := s.fill(ctx, &x); err != nil {
		return nil, err
	}
	return hostCard(x), nil
}

// Card leads a supervisor from an event's page to what they are to pass on; nil for everybody else.
func (s *Service) Card(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	if e.Elsewhere != "" || !e.Coming(s.Now()) {
		return nil, nil
	}
	reach, err := ReachOf(ctx, s.DB, e)
	if err != nil {
		return nil, err
	}
	l, ok := reach.leader(p.Who.ID)
	if !ok {
		return nil, nil
	}
	return leaderCard(passPage{Page: p, Event: *e, Leader: l, s: s}), nil
}
