package live

import (
	"context"
	"net/http"

	"taitorinki/internal/errs"
	"taitorinki/internal/web"
)

// screenPage is what is shown to all at once, and the speaker's page.
type screenPage struct {
	web.Page
	Room
	Link      string // for phones, with its address in full
	Short     string // the address to type, without what browsers add
	Questions []Question
	Poll      *Result
	Self      string // this page, for the speaker's buttons
}

// onScreen is how many questions are readable from the back of a hall, and on a speaker's phone at a glance.
const (
	onScreen  = 6
	onSpeaker = 12
)

func (s *Service) screen(r *http.Request, page web.Page, room *Room, most int) (p screenPage, err error) {
	p = screenPage{Page: page, Room: *room, Link: s.link(room), Short: shortened(s.BaseURL) + "/live", Self: r.URL.Path}
	all, err := questionsOf(r.Context(), s.DB, room.ID)
	if err != nil {
		return p, err
	}
	for _, q := range pick(all) {
		if q.State == Shown && len(p.Questions) < most {
			p.Questions = append(p.Questions, q)
		}
	}
	p.Poll, err = s.currentOf(r.Context(), room.ID)
	return p, err
}

// secretRoom is the room of a link with a secret. Whether the code or the secret is wrong is not told.
func (s *Service) secretRoom(r *http.Request, hash func(*Room) []byte) (Room, error) {
	wrong := errs.New(errs.NotFound, "live.no-link")
	code, ok := ParseCode(r.PathValue("code"))
	if !ok {
		return Room{}, wrong
	}
	room, err := roomByCode(r.Context(), s.DB, code)
	if errs.KindOf(err) == errs.NotFound || err == nil && !opens(r.PathValue("secret"), hash(&room)) {
		return Room{}, wrong
	}
	return room, err
}

func (s *Service) showScreen(w http.ResponseWriter, r *http.Request) error {
	room, err := s.secretRoom(r, func(x *Room) []byte { return x.present })
	if err != nil {
		return err
	}
	return s.renderScreen(w, r, s.Kit.PrivatePage(r, s.Kit.Lang(r), room.Title), &room)
}

// present is the shared screen for the host, who needs no secret.
func (s *Service) present(w http.ResponseWriter, r *http.Request) error {
	room, err := s.led(r)
	if err != nil {
		return err
	}
	return s.renderScreen(w, r, s.Kit.PrivatePage(r, s.Kit.Lang(r), room.Title), &room)
}

func (s *Service) renderScreen(w http.ResponseWriter, r *http.Request, page web.Page, room *Room) error {
	page.Shell.Narrow = false
	p, err := s.screen(r, page, room, onScreen)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, screenView(p))
}

func (s *Service) showSpeaker(w http.ResponseWriter, r *http.Request) error {
	room, err := s.secretRoom(r, func(x *Room) []byte { return x.speak })
	if err != nil {
		return err
	}
	return s.renderSpeaker(w, r, s.Kit.PrivatePage(r, s.Kit.Lang(r), room.Title), &room)
}

func (s *Service) renderSpeaker(w http.ResponseWriter, r *http.Request, page web.Page, room *Room) error {
	p, err := s.screen(r, page, room, onSpeaker)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, speakerView(p))
}

// spoken is the room of an address at whose event the reader speaks.
func (s *Service) spoken(r *http.Request) (Room, error) {
	room, err := roomByID(r.Context(), s.DB, web.Number(r.PathValue("id")))
	if err != nil {
		return room, err
	}
	return room, s.speaks(r.Context(), web.VisitorOf(r), &room)
}

func (s *Service) speaks(ctx context.Context, v web.Visitor, room *Room) error {
	if room.Event == 0 {
		return s.leads(ctx, v, room)
	}
	return s.MaySpeak(ctx, v, room.Event)
}

// showOwnSpeaker is the speaker's page for somebody with an account, who needs no secret.
func (s *Service) showOwnSpeaker(w http.ResponseWriter, r *http.Request) error {
	room, err := s.spoken(r)
	if err != nil {
		return err
	}
	page := s.Kit.Page(r, "live.room")
	page.Shell.Title = room.Title
	return s.renderSpeaker(w, r, page, &room)
}

func (s *Service) postOwnSpeaker(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	room, err := s.spoken(r)
	if err != nil {
		return err
	}
	if err := s.mark(r.Context(), &room, web.Number(r.PostForm.Get("question")), Answered); err != nil {
		return err
	}
	return web.See(w, r, r.URL.Path)
}

func (s *Service) postSpeaker(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	room, err := s.secretRoom(r, func(x *Room) []byte { return x.speak })
	if err != nil {
		return err
	}
	if err := s.mark(r.Context(), &room, web.Number(r.PostForm.Get("question")), Answered); err != nil {
		return err
	}
	return web.See(w, r, r.URL.Path)
}

// summaryPage is what everybody may read afterwards.
type summaryPage struct {
	web.Page
	Report
}

func (s *Service) showSummary(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomOf(r)
	if err == nil && !room.Published {
		err = errs.New(errs.NotFound, "live.no-summary")
	}
	if err != nil {
		return err
	}
	p := summaryPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), room.Title)}
	if p.Report, err = s.report(r.Context(), room); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, summaryView(p))
}
