package live

import (
	"context"
	"net/http"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// led is the room of an address, which the reader leads.
func (s *Service) led(r *http.Request) (Room, error) {
	return s.hosted(r.Context(), web.VisitorOf(r), web.Number(r.PathValue("id")))
}

// listPage are the rooms that the reader leads.
type listPage struct {
	web.Page
	Rooms []Room
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) (err error) {
	p := listPage{Page: s.Kit.Page(r, "live.rooms")}
	p.Shell.Narrow = true
	if p.Rooms, err = s.RoomsOf(r.Context(), p.Who); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, listView(p))
}

// settingsPage is the form of a room that is new, when it has no number, or there.
type settingsPage struct {
	web.Page
	Room
	Errors *errs.Fields
}

func (s *Service) settingsPage(r *http.Request, room Room) settingsPage {
	key := "live.new-room"
	if room.ID != 0 {
		key = "live.settings"
	}
	p := settingsPage{Page: s.Kit.Page(r, key), Room: room}
	p.Shell.Narrow = true
	return p
}

func (s *Service) newForm(w http.ResponseWriter, r *http.Request) error {
	room := Room{Event: web.Number(r.PathValue("id")), Anonymous: true}
	if room.Event != 0 {
		e, err := s.Event(r.Context(), room.Event)
		if err == nil {
			err = s.MayHost(r.Context(), web.VisitorOf(r), room.Event)
		}
		if err != nil {
			return err
		}
		room.Title = e.Title
	}
	p := s.settingsPage(r, room)
	return s.Kit.Show(w, r, p.Page, settingsView(p))
}

func settingsOf(r *http.Request) Settings {
	f := r.PostForm
	return Settings{Title: f.Get("title"), Moderated: f.Get("moderated") != "", Anonymous: f.Get("names") == ""}
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	set := settingsOf(r)
	set.Event = web.Number(r.PathValue("id"))
	room, err := s.Create(r.Context(), web.VisitorOf(r), set)
	if bad := web.FieldsOf(err); bad != nil {
		p := s.settingsPage(r, Room{Event: set.Event, Title: set.Title, Moderated: set.Moderated, Anonymous: set.Anonymous})
		p.Errors = bad
		return s.Kit.ShowInvalid(w, r, p.Page, settingsView(p))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, roomPath(room.ID))
}

func (s *Service) settings(w http.ResponseWriter, r *http.Request) error {
	room, err := s.led(r)
	if err != nil {
		return err
	}
	p := s.settingsPage(r, room)
	return s.Kit.Show(w, r, p.Page, settingsView(p))
}

func (s *Service) postSettings(w http.ResponseWriter, r *http.Request) error {
	room, err := s.formOf(r)
	if err != nil {
		return err
	}
	set := settingsOf(r)
	_, err = s.Configure(r.Context(), web.VisitorOf(r), room.ID, int(web.Number(r.PostForm.Get("version"))), set)
	if bad := web.FieldsOf(err); bad != nil {
		room.Title, room.Moderated, room.Anonymous = set.Title, set.Moderated, set.Anonymous
		p := s.settingsPage(r, room)
		p.Errors = bad
		return s.Kit.ShowInvalid(w, r, p.Page, settingsView(p))
	}
	return s.back(w, r, room.ID, "live.saved", err)
}

// formOf reads a form about a room that the reader leads.
func (s *Service) formOf(r *http.Request) (Room, error) {
	if err := r.ParseForm(); err != nil {
		return Room{}, errs.Because(err, errs.Invalid, "web.too-big")
	}
	return s.led(r)
}

// back leads to the room's page, after something that went well said in words.
func (s *Service) back(w http.ResponseWriter, r *http.Request, id int64, flash string, err error) error {
	if err != nil {
		return err
	}
	if flash != "" {
		s.Kit.Flash(r, flash)
	}
	return web.See(w, r, roomPath(id))
}

// leadPage is the host's page.
type leadPage struct {
	web.Page
	Room
	Link     string
	Trail    []ui.NavItem
	Pending  []Question
	Shown    []Question
	Answered []Question
	Hidden   []Question
	Polls    []Result // drafts too
	Draft    Poll     // in the form
	Errors   *errs.Fields
}

func (s *Service) lead(w http.ResponseWriter, r *http.Request) error {
	room, err := s.led(r)
	if err != nil {
		return err
	}
	p, err := s.leadPage(r, room)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, leadView(p))
}

func (s *Service) leadPage(r *http.Request, room Room) (p leadPage, err error) {
	ctx := r.Context()
	p = leadPage{Page: s.Kit.Page(r, "live.room"), Room: room, Link: s.link(&room)}
	p.Page.Shell.Title = room.Title
	if p.Trail, err = s.trail(ctx, p.Page, &room); err != nil {
		return p, err
	}
	all, err := questionsOf(ctx, s.DB, room.ID)
	if err != nil {
		return p, err
	}
	byVotes(all)
	for _, q := range all {
		to := map[string]*[]Question{Pending: &p.Pending, Shown: &p.Shown, Answered: &p.Answered, Hidden: &p.Hidden}[q.State]
		*to = append(*to, q)
	}
	polls, err := pollsOf(ctx, s.DB, room.ID)
	if err != nil {
		return p, err
	}
	for _, x := range polls {
		given, err := answersOf(ctx, s.DB, x.ID)
		if err != nil {
			return p, err
		}
		p.Polls = append(p.Polls, x.result(given))
	}
	return p, nil
}

// trail leads from a room to its event, or to the rooms that the reader leads.
func (s *Service) trail(ctx context.Context, p web.Page, room *Room) ([]ui.NavItem, error) {
	if room.Event == 0 {
		return []ui.NavItem{{Label: p.T("live.rooms"), URL: "/rooms"}, {Label: room.Title}}, nil
	}
	e, err := s.Event(ctx, room.Event)
	return []ui.NavItem{{Label: e.Title, URL: e.HostPath}, {Label: p.T("live.room")}}, err
}

func (p leadPage) kinds() (out []ui.Option) {
	for _, k := range Kinds {
		out = append(out, ui.Option{Value: k, Label: p.T("live.kind-" + k), Help: p.T("live.kind-" + k + "-help"), Selected: k == p.Draft.Kind || p.Draft.Kind == "" && k == Single})
	}
	return out
}

func (s *Service) postOpen(w http.ResponseWriter, r *http.Request) error {
	room, err := s.formOf(r)
	if err == nil {
		_, err = s.Begin(r.Context(), web.VisitorOf(r), room.ID)
	}
	return s.back(w, r, room.ID, "live.opened", err)
}

func (s *Service) postClose(w http.ResponseWriter, r *http.Request) error {
	room, err := s.formOf(r)
	if err == nil {
		_, err = s.Close(r.Context(), web.VisitorOf(r), room.ID)
	}
	return s.back(w, r, room.ID, "live.was-closed", err)
}

func (s *Service) postQuestion(w http.ResponseWriter, r *http.Request) error {
	room, err := s.formOf(r)
	if err != nil {
		return err
	}
	id, do := web.Number(r.PostForm.Get("question")), r.PostForm.Get("do")
	if do == "pin" || do == "unpin" {
		err = s.Pin(r.Context(), web.VisitorOf(r), room.ID, id, do == "pin")
	} else {
		err = s.Mark(r.Context(), web.VisitorOf(r), room.ID, id, do)
	}
	return s.back(w, r, room.ID, "", err)
}

func (s *Service) postDraw(w http.ResponseWriter, r *http.Request) error {
	room, err := s.formOf(r)
	if err != nil {
		return err
	}
	f := r.PostForm
	draft := Poll{Kind: f.Get("kind"), Title: f.Get("poll-title"), Options: strings.Split(strings.ReplaceAll(f.Get("options"), "\r", ""), "\n"), Shown: f.Get("at-once") != ""}
	_, err = s.Draw(r.Context(), web.VisitorOf(r), room.ID, draft)
	if bad := web.FieldsOf(err); bad != nil {
		p, err := s.leadPage(r, room)
		if err != nil {
			return err
		}
		p.Draft, p.Errors = draft, bad
		return s.Kit.ShowInvalid(w, r, p.Page, leadView(p))
	}
	return s.back(w, r, room.ID, "live.poll-made", err)
}

func (s *Service) postSteer(w http.ResponseWriter, r *http.Request) error {
	room, err := s.formOf(r)
	if err != nil {
		return err
	}
	id, do := web.Number(r.PostForm.Get("poll")), r.PostForm.Get("do")
	by, move := map[string]int{"up": -1, "down": 1}[do]
	if !move {
		return s.back(w, r, room.ID, "", s.Steer(r.Context(), web.VisitorOf(r), room.ID, id, do))
	}
	if err := s.Move(r.Context(), web.VisitorOf(r), room.ID, id, by); err != nil {
		return err
	}
	return web.See(w, r, roomPath(room.ID)+"#poll-"+do+"-"+text(id)) // the button that was pressed, for the keyboard
}

// linkPage tells a new secret link, this once.
type linkPage struct {
	web.Page
	Room
	Kind, URL string
}

func (s *Service) postLink(w http.ResponseWriter, r *http.Request) error {
	room, err := s.formOf(r)
	if err != nil {
		return err
	}
	kind := r.PostForm.Get("kind")
	if r.PostForm.Get("do") == "drop" {
		return s.back(w, r, room.ID, "live.link-dropped", s.DropLink(r.Context(), web.VisitorOf(r), room.ID, kind))
	}
	path, err := s.NewLink(r.Context(), web.VisitorOf(r), room.ID, kind)
	if err != nil {
		return err
	}
	p := linkPage{Page: s.Kit.Page(r, "live.link-"+kind), Room: room, Kind: kind, URL: s.BaseURL + path}
	p.Shell.Narrow = true
	return s.Kit.Show(w, r, p.Page, linkView(p))
}

// afterPage is where the host answers what was left open, and publishes.
type afterPage struct {
	web.Page
	Report
	Link   string
	Wrong  int64 // the question whose answer is refused
	Said   string
	Errors *errs.Fields
}

func (s *Service) afterPage(r *http.Request, room Room) (p afterPage, err error) {
	p = afterPage{Page: s.Kit.Page(r, "live.after"), Link: s.link(&room) + "/summary"}
	p.Shell.Narrow = true
	p.Report, err = s.report(r.Context(), room)
	return p, err
}

func (s *Service) after(w http.ResponseWriter, r *http.Request) error {
	room, err := s.led(r)
	if err != nil {
		return err
	}
	p, err := s.afterPage(r, room)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, afterView(p))
}

func (s *Service) postWrite(w http.ResponseWriter, r *http.Request) error {
	room, err := s.formOf(r)
	if err != nil {
		return err
	}
	id, said := web.Number(r.PostForm.Get("question")), r.PostForm.Get("answer")
	err = s.Write(r.Context(), web.VisitorOf(r), room.ID, id, said)
	if bad := web.FieldsOf(err); bad != nil {
		p, err := s.afterPage(r, room)
		if err != nil {
			return err
		}
		p.Wrong, p.Said, p.Errors = id, said, &errs.Fields{}
		p.Errors.Add("answer-"+text(id), bad.List[0].Key, bad.List[0].Args...)
		return s.Kit.ShowInvalid(w, r, p.Page, afterView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "live.saved")
	return web.See(w, r, roomPath(room.ID)+"/after")
}

func (s *Service) postPublish(w http.ResponseWriter, r *http.Request) error {
	room, err := s.formOf(r)
	if err != nil {
		return err
	}
	public := r.PostForm.Get("public") == "1"
	if _, err := s.Publish(r.Context(), web.VisitorOf(r), room.ID, public); err != nil {
		return err
	}
	flash := "live.published"
	if !public {
		flash = "live.unpublished"
	}
	s.Kit.Flash(r, flash)
	return web.See(w, r, roomPath(room.ID)+"/after")
}
