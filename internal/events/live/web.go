package live

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.HandlePrivate("GET /live", s.enter)
	k.HandlePrivate("POST /live", s.postEnter)
	k.HandlePrivate("GET /live/{code}", s.show)
	k.HandlePrivate("GET /live/{code}/events", s.stream)
	k.HandlePrivate("GET /live/{code}/qr.svg", s.square)
	k.HandlePrivate("POST /live/{code}/ask", s.postAsk)
	k.HandlePrivate("POST /live/{code}/vote", s.postVote)
	k.HandlePrivate("POST /live/{code}/answer", s.postAnswer)
	k.HandlePrivate("GET /live/{code}/summary", s.showSummary)
	k.HandlePrivate("GET /live/{code}/present/{secret}", s.showScreen)
	k.HandlePrivate("GET /live/{code}/speak/{secret}", s.showSpeaker)
	k.HandlePrivate("POST /live/{code}/speak/{secret}", s.postSpeaker)

	k.Handle("GET /rooms", people.HostEvents, s.list)
	k.Handle("GET /rooms/new", people.HostEvents, s.newForm)
	k.Handle("POST /rooms", people.HostEvents, s.postNew)

	// Whoever leads a room: its maker, the hosts of its event, and who is named as the event's host. The handlers see to it.
	k.Handle("GET /events/{id}/room", web.SignedIn, s.newForm)
	k.Handle("POST /events/{id}/room", web.SignedIn, s.postNew)
	k.Handle("GET /rooms/{id}", web.SignedIn, s.lead)
	k.Handle("GET /rooms/{id}/settings", web.SignedIn, s.settings)
	k.Handle("POST /rooms/{id}/settings", web.SignedIn, s.postSettings)
	k.Handle("POST /rooms/{id}/open", web.SignedIn, s.postOpen)
	k.Handle("POST /rooms/{id}/close", web.SignedIn, s.postClose)
	k.Handle("POST /rooms/{id}/question", web.SignedIn, s.postQuestion)
	k.Handle("POST /rooms/{id}/polls", web.SignedIn, s.postDraw)
	k.Handle("POST /rooms/{id}/poll", web.SignedIn, s.postSteer)
	k.Handle("POST /rooms/{id}/link", web.SignedIn, s.postLink)
	k.Handle("GET /rooms/{id}/present", web.SignedIn, s.present)
	k.Handle("GET /rooms/{id}/after", web.SignedIn, s.after)
	k.Handle("POST /rooms/{id}/write", web.SignedIn, s.postWrite)
	k.Handle("POST /rooms/{id}/publish", web.SignedIn, s.postPublish)
	k.Handle("GET /rooms/{id}/speak", web.SignedIn, s.showOwnSpeaker)
	k.Handle("POST /rooms/{id}/speak", web.SignedIn, s.postOwnSpeaker)
}

func text(n int64) string { return strconv.FormatInt(n, 10) }

func roomPath(id int64) string { return "/rooms/" + text(id) }

const deviceCookie = "room"

// deviceOf is the device that a request comes from, if it has joined the room.
func deviceOf(r *http.Request, room *Room) (Device, bool) {
	for _, c := range r.CookiesNamed(deviceCookie) {
		if d, ok := parseDevice(c.Value, room.seal); ok {
			return d, true
		}
	}
	return Device{}, false
}

// roomOf finds the room that an address names. Wrong codes are counted for the whole program: when there have been too many, only
// devices that have joined already come in, and nobody learns which codes are right.
func (s *Service) roomOf(r *http.Request) (Room, error) {
	code, ok := ParseCode(r.PathValue("code"))
	if !ok {
		return Room{}, errNoRoom
	}
	room, err := roomByCode(r.Context(), s.DB, code)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return room, err
	}
	missing := err != nil
	if !missing {
		if _, joined := deviceOf(r, &room); joined {
			return room, nil
		}
	}
	if !s.guess.Room(s.Now(), mostGuesses, guessesPerSecond, missing) {
		return Room{}, errTooFast
	}
	return room, err
}

// join is the device that a request comes from; one that comes for the first time gets its cookie.
func (s *Service) join(w http.ResponseWriter, r *http.Request, room *Room) (d Device, err error) {
	d, ok := deviceOf(r, room)
	switch {
	case ok && room.State == Ended:
		s.setCookie(w, room, "", -1)
		return d, nil
	case ok || room.Over():
		return d, nil
	}
	if !s.joins.Take(s.Now(), room.ID, mostJoins, joinsPerSecond) {
		return d, errTooFast
	}
	d = NewDevice()
	s.setCookie(w, room, d.cookieText(room.seal), 0)
	return d, nil
}

func (s *Service) setCookie(w http.ResponseWriter, room *Room, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: deviceCookie, Value: value, Path: "/live/" + room.Code, MaxAge: age, HttpOnly: true, Secure: s.Kit.Secure, SameSite: http.SameSiteLaxMode})
}

// enterPage asks for a code.
type enterPage struct {
	web.Page
	Code   string
	Errors *errs.Fields
}

func (s *Service) enterPage(r *http.Request) enterPage {
	p := enterPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), "")}
	p.Shell.Title = p.T("live.enter")
	return p
}

func (s *Service) enter(w http.ResponseWriter, r *http.Request) error {
	p := s.enterPage(r)
	return s.Kit.Show(w, r, p.Page, enterView(p))
}

func (s *Service) postEnter(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	said := r.PostForm.Get("code")
	code, ok := ParseCode(said)
	if ok {
		r.SetPathValue("code", code)
		_, err := s.roomOf(r)
		if err == nil {
			return web.See(w, r, "/live/"+code)
		}
		if errs.KindOf(err) != errs.NotFound {
			return err
		}
	}
	p := s.enterPage(r)
	p.Code, p.Errors = said[:min(len(said), 100)], &errs.Fields{}
	p.Errors.Add("code", "live.wrong-code")
	return s.Kit.ShowInvalid(w, r, p.Page, enterView(p))
}

// roomPage is the participant's page.
type roomPage struct {
	web.Page
	Room
	Questions  []Question
	Poll       *Result
	Mine       []string // this device's answer to the poll
	Text, Name string
	Asked      string // what is said to somebody who has just asked or answered
	Errors     *errs.Fields
}

func (p roomPage) path(more string) templSafe { return safe("/live/" + p.Code + more) }

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomOf(r)
	if err != nil {
		return err
	}
	if canonical := "/live/" + room.Code; r.URL.Path != canonical {
		return web.See(w, r, canonical)
	}
	d, err := s.join(w, r, &room)
	if err != nil {
		return err
	}
	p, err := s.roomPage(r, &room, d)
	if err != nil {
		return err
	}
	if said := r.URL.Query().Get("said"); said == "asked" || said == "pending" || said == "answered" {
		p.Asked = p.T("live.said-" + said)
	}
	return s.Kit.Show(w, r, p.Page, roomView(p))
}

func (s *Service) roomPage(r *http.Request, room *Room, d Device) (p roomPage, err error) {
	ctx := r.Context()
	p = roomPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), room.Title), Room: *room}
	p.Shell.Narrow = false
	all, err := questionsOf(ctx, s.DB, room.ID)
	if err != nil {
		return p, err
	}
	p.Questions = pick(all)
	for i := range p.Questions {
		q := &p.Questions[i]
		if q.Mine, err = hasVoted(ctx, s.DB, q.ID, d.voter(ofQuestion, q.ID)); err != nil {
			return p, err
		}
	}
	if p.Poll, err = s.currentOf(ctx, room.ID); err != nil || p.Poll == nil {
		return p, err
	}
	p.Mine, err = answerOf(ctx, s.DB, p.Poll.ID, d.voter(ofPoll, p.Poll.ID))
	return p, err
}

// participant reads the form of somebody who has joined.
func (s *Service) participant(w http.ResponseWriter, r *http.Request) (room Room, d Device, err error) {
	if err := r.ParseForm(); err != nil {
		return room, d, errs.Because(err, errs.Invalid, "web.too-big")
	}
	if room, err = s.roomOf(r); err != nil {
		return room, d, err
	}
	d, joined := deviceOf(r, &room)
	if !joined {
		return room, d, errs.New(errs.Conflict, "live.no-cookie")
	}
	return room, d, nil
}

func (s *Service) postAsk(w http.ResponseWriter, r *http.Request) error {
	room, d, err := s.participant(w, r)
	if err != nil {
		return s.refuse(w, r, err)
	}
	q, err := s.Ask(r.Context(), &room, d, r.PostForm.Get("text"), r.PostForm.Get("name"))
	if bad := web.FieldsOf(err); bad != nil && !wantsJSON(r) {
		p, err := s.roomPage(r, &room, d)
		if err != nil {
			return err
		}
		p.Text, p.Name, p.Errors = r.PostForm.Get("text"), r.PostForm.Get("name"), bad
		return s.Kit.ShowInvalid(w, r, p.Page, roomView(p))
	}
	said := "asked"
	if q.State == Pending || q.State == Hidden { // who has written what is not shown need not know that it was looked at
		said = "pending"
	}
	return s.done(w, r, &room, said, q.ID, err)
}

func (s *Service) postVote(w http.ResponseWriter, r *http.Request) error {
	room, d, err := s.participant(w, r)
	if err == nil {
		err = s.Vote(r.Context(), &room, d, web.Number(r.PostForm.Get("question")), r.PostForm.Get("on") != "0")
	}
	return s.done(w, r, &room, "", 0, err)
}

func (s *Service) postAnswer(w http.ResponseWriter, r *http.Request) error {
	room, d, err := s.participant(w, r)
	if err == nil {
		err = s.Answer(r.Context(), &room, d, web.Number(r.PostForm.Get("poll")), r.PostForm["answer"])
	}
	if bad := web.FieldsOf(err); bad != nil && !wantsJSON(r) {
		p, err := s.roomPage(r, &room, d)
		if err != nil {
			return err
		}
		p.Mine, p.Errors = r.PostForm["answer"], bad
		return s.Kit.ShowInvalid(w, r, p.Page, roomView(p))
	}
	return s.done(w, r, &room, "answered", 0, err)
}

// done answers a form: with the page again, or to the script with what is to be said.
func (s *Service) done(w http.ResponseWriter, r *http.Request, room *Room, said string, id int64, err error) error {
	if err != nil {
		return s.refuse(w, r, err)
	}
	if !wantsJSON(r) {
		to := "/live/" + room.Code
		if said != "" {
			to += "?" + url.Values{"said": {said}}.Encode()
		}
		return web.See(w, r, to)
	}
	var words string
	if said != "" {
		words = s.Kit.Words.T(s.Kit.Lang(r), "live.said-"+said)
	}
	return writeJSON(w, http.StatusOK, map[string]any{"said": words, "id": id})
}

func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// refuse tells the script what is wrong; without the script the error becomes a page.
func (s *Service) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	if !wantsJSON(r) || errs.KindOf(err) == errs.Internal {
		return err
	}
	status, key, args := http.StatusConflict, "live.not-open", []any(nil)
	if bad := web.FieldsOf(err); bad != nil {
		status, key, args = http.StatusUnprocessableEntity, bad.List[0].Key, bad.List[0].Args
	} else if e, ok := errors.AsType[*errs.E](err); ok {
		key, args = e.Key, e.Args
	}
	return writeJSON(w, status, map[string]any{"error": s.Kit.Words.T(s.Kit.Lang(r), key, args...)})
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	w.Write(b)
	return nil
}

// link is where a room's code leads.
func (s *Service) link(room *Room) string { return s.BaseURL + "/live/" + room.Code }

// square is the room's link as a picture for a slide or a letter.
func (s *Service) square(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomOf(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	return ui.QRFile(w, s.link(&room))
}
