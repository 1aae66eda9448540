package live_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events/live"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// opened is a room that a coordinator has made and opened by its pages.
func opened(t *testing.T, s *apptest.Site, fields ...string) (host *apptest.Reader, room live.Room, in string) {
	t.Helper()
	host = s.Role(people.Coordinator)
	f := host.Get("/rooms/new").Form(t, "/rooms").Set("title", "Coffee & <talk>")
	for _, name := range fields {
		f.Set(name, "1")
	}
	p := f.Send().Want(t, 200, "Coffee & <talk>", "Not open yet")
	host.Post(p.Path+"/open", nil).Want(t, 200, "The room is open.")
	all, err := s.Live.RoomsOf(t.Context(), visitor(t, s))
	if err != nil || len(all) == 0 {
		t.Fatalf("%d rooms: %v", len(all), err)
	}
	return host, all[0], "/live/" + all[0].Code
}

func TestARoomWorksWithoutJavaScript(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		host, room, in := opened(t, s)
		own := fmt.Sprintf("/rooms/%d", room.ID)
		one, two := s.Anonymous(), s.Anonymous()
		one.Get("/live").Form(t, "/live").Set("code", "aaaaaa").Send().Want(t, 422, "no room with this code")
		p := one.Get("/live").Form(t, "/live").Set("code", strings.ToLower(room.Code)).Send().Want(t, 200, "Coffee & <talk>", "cannot be joined to you")
		if p.Path != in {
			t.Fatalf("the code led to %s", p.Path)
		}
		p.Form(t, "/ask").Set("text", "<b>Why</b> now?").Send().Want(t, 200, "Your question is sent.", "<b>Why</b> now?")
		for lang, most := range map[string]string{"fi": "Enintään 300", "sv": "Högst 300", "en": "300 fit at most"} {
			long := strings.Repeat("ä", 5000)
			r := s.Anonymous()
			r.Lang = lang
			p := r.Get(in).Form(t, "/ask").Set("text", long).Send().Want(t, 422, most)
			if got := p.Form(t, "/ask").Values.Get("text"); got != long {
				t.Errorf("%s: %d bytes of the text are kept", lang, len(got))
			}
		}
		two.Get(in).Form(t, "/vote").Send().Want(t, 200)
		if f := two.Get(in).Form(t, "/vote"); f.Values.Get("on") != "0" {
			t.Errorf("the button of a vote given does not take it back: %v", f.Values)
		}
		host.Get(own).Want(t, 200, "<b>Why</b> now?", "2").Form(t, "/polls").Set("poll-title", "One word?").Set("kind", "words").Send().Want(t, 200, "ready to start")
		host.Get(own).Form(t, "/poll").Send("do", "start").Want(t, 200, "Running")
		two.Get(in).Want(t, 200, "One word?").Form(t, "/answer").Set("answer", "calm, Calm, busy").Send().Want(t, 200, "Your answer is saved.", "calm", "1 has answered")
		host.Post(own+"/close", nil).Want(t, 200, "The room is closed.")
		one.Get(in+"/summary").Want(t, 404)
		host.Get(own+"/after").Form(t, "/write").Set("answer", "Because of you.").Send().Want(t, 200, "Saved.")
		host.Get(own+"/after").Form(t, "/publish").Send().Want(t, 200, "The summary is published.")
		s.Anonymous().Get(in+"/summary").Want(t, 200, "<b>Why</b> now?", "Because of you.", "calm")
		s.Anonymous().Get(in).Want(t, 200, "Read the summary")
		host.Get("/audit").Want(t, 200, "Published the summary of a live room")
	})
}

func TestLinksForTheScreenAndTheSpeakerCanBeTakenBack(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	host, room, in := opened(t, s, "moderated")
	own := fmt.Sprintf("/rooms/%d", room.ID)
	s.Anonymous().Get(in).Form(t, "/ask").Set("text", "May I ask?").Send().Want(t, 200, "Thank you! Your question appears").Without(t, "May I ask?")
	host.Get(own).Want(t, 200, "Waiting to be read (1)", "May I ask?").Form(t, "/question").Send("do", "shown").Want(t, 200, "Shown (1)")
	link := func(kind string) string {
		p := host.Post(own+"/link", url.Values{"kind": {kind}, "do": {"make"}}).Want(t, 200, "shown only now")
		return s.LinkIn(p.Text() + s.URL)
	}
	speak, screen := link("speak"), link("present")
	s.Anonymous().Get(screen).Want(t, 200, "May I ask?", "Join at")
	s.Anonymous().Get(strings.Replace(screen, "present", "speak", 1)).Want(t, 404)
	s.Anonymous().Get(speak).Want(t, 200, "May I ask?").Form(t, speak).Send().Want(t, 200, "No open questions")
	host.Get(own+"/present").Want(t, 200, "Join at")
	host.Post(own+"/link", url.Values{"kind": {"speak"}, "do": {"drop"}}).Want(t, 200, "no longer works")
	s.Anonymous().Get(speak).Want(t, 404)
	s.Anonymous().Post(speak, url.Values{"question": {"1"}}).Want(t, 404)
	s.Role(people.Mentor).Get(own).Want(t, 403)
	s.Grant("second@x.example", people.Coordinator, "")
	s.As("second@x.example").Get(own).Want(t, 403) // a room without an event is its maker's own
	host.Get("/rooms/999").Want(t, 404)
}

func TestAStreamSendsTheWholeStateAndSparesWhoHasIt(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	_, _, in := opened(t, s)
	asker := s.Anonymous()
	asker.Get(in).Form(t, "/ask").Set("text", "First?").Send().Want(t, 200)
	listen := func(has string) (*bufio.Reader, func()) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+in+"/events", nil)
		must(t, err)
		req.Header.Set("Last-Event-ID", has)
		req.Header.Set("Accept-Encoding", "gzip, br")
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		if res.Header.Get("Content-Encoding") != "" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") || res.Header.Get("Set-Cookie") != "" {
			t.Errorf("headers: %v", res.Header)
		}
		return bufio.NewReader(res.Body), func() { res.Body.Close() }
	}
	in1, close1 := listen("")
	id, data := message(t, in1)
	if !strings.Contains(data, "First?") {
		t.Errorf("the first message: %s", data)
	}
	if n := s.Live.Listeners(); n != 1 {
		t.Errorf("%d listen, want 1", n)
	}
	close1()
	in2, close2 := listen(id) // it comes back and has the newest
	defer close2()
	asker.Get(in).Form(t, "/ask").Set("text", "Second?").Send().Want(t, 200)
	if next, data := message(t, in2); next == id || !strings.Contains(data, "First?") || !strings.Contains(data, "Second?") {
		t.Errorf("after coming back: %s %s, had %s", next, data, id)
	}
}

// message reads one whole message of a stream.
func message(t *testing.T, in *bufio.Reader) (id, data string) {
	t.Helper()
	for data == "" {
		line, err := in.ReadString('\n')
		must(t, err)
		if x, ok := strings.CutPrefix(line, "id: "); ok {
			id = strings.TrimSpace(x)
		}
		if x, ok := strings.CutPrefix(line, "data: "); ok {
			data = x
		}
	}
	return id, data
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// visitor is the coordinator who leads.
func visitor(t *testing.T, s *apptest.Site) web.Visitor {
	t.Helper()
	p := s.Person("the-coordinator@apptest.example")
	v, err := s.People.Identify(t.Context(), p.ID, p.Epoch)
	must(t, err)
	return v
}
