package main

import (
	"bufio"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"taitorinki/internal/dbtest"
)

func TestAServerThatEndsWaitsForNoPhoneAndALiveRoomOutlivesAPowerCut(t *testing.T) {
	t.Parallel()
	dbtest.RunURL(t, func(t *testing.T, url string) {
		c := opened(t, url, 8)
		s := c.serve(t)
		boss := c.coordinator(t, s)
		code := liveRoomOf(t, boss)
		phone := s.client()
		ask(t, phone, code, "Kept+through+the+cut?")
		listenTo(t, s, code, "Kept through")
		s.kill() // with a phone listening
		s = c.serve(t)
		phone = phone.through(s)
		p, err := phone.get("/live/" + code)
		must(t, err)
		if !strings.Contains(p.body, "Kept through the cut?") || !strings.Contains(p.body, `aria-pressed="true"`) {
			t.Errorf("after the cut the phone sees %d %s", p.status, p.body)
		}
		listenTo(t, s, code, "Kept through")
		s.end() // would wait 20 s for the open stream
	})
}

// liveRoomOf makes and opens a room.
func liveRoomOf(t *testing.T, boss *client) (code string) {
	t.Helper()
	p, err := boss.post("/rooms", url.Values{"title": {"Talk"}})
	must(t, err)
	if _, err := boss.post(p.path+"/open", nil); err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`href="/live/([A-Z0-9]{6})"`).FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("no room at %s: %d", p.path, p.status)
	}
	return m[1]
}

func ask(t *testing.T, phone *client, code, question string) {
	t.Helper()
	_, err := phone.get("/live/" + code)
	must(t, err)
	p, err := phone.do(http.MethodPost, "/live/"+code+"/ask", "application/x-www-form-urlencoded", strings.NewReader("text="+question))
	must(t, err)
	if p.status != http.StatusOK {
		t.Fatalf("asking gave %d", p.status)
	}
}

// listenTo opens a stream, which stays open, and waits for a text.
func listenTo(t *testing.T, s *server, code, want string) {
	t.Helper()
	res, err := http.Get(s.base + "/live/" + code + "/events")
	must(t, err)
	t.Cleanup(func() { res.Body.Close() })
	in := bufio.NewReader(res.Body)
	for {
		line, err := in.ReadString('\n')
		must(t, err)
		if strings.Contains(line, want) {
			return
		}
	}
}
