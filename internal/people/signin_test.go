package people

import (
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

func TestALinkSignsInOnceOnAnyDevice(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("anna@hva.example", Coordinator, "")
		asker, phone := p.reader(), p.reader()
		if status, body := asker.post("/sign-in", url.Values{"email": {" Anna@HVA.example "}}); status != 200 || !strings.Contains(body, "on its way") {
			t.Fatalf("asking: %d %s", status, body)
		}
		links := p.links()
		if len(links) != 1 || links[0] == "" {
			t.Fatalf("links: %q", links)
		}
		for range 3 { // a mail scanner follows links too
			if status, body := p.reader().get(links[0]); status != 200 || !strings.Contains(body, `method="post"`) {
				t.Fatalf("following: %d %s", status, body)
			}
		}
		if _, body := phone.post(links[0], nil); body != "home of anna@hva.example" {
			t.Errorf("on the phone: %s", body)
		}
		if status, body := asker.post(links[0], nil); status != 404 || !strings.Contains(body, "no longer works") || !strings.Contains(body, `href="/sign-in"`) {
			t.Errorf("again: %d %s", status, body)
		}
		if _, body := asker.get("/"); body != "home of " {
			t.Errorf("the second try signed in: %s", body)
		}
	})
}

func TestAnOldOrMistypedLinkIsToldKindly(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("anna@hva.example", Coordinator, "")
		p.reader().post("/sign-in", url.Values{"email": {"anna@hva.example"}})
		link := p.links()[0]
		p.clock.add(15*time.Minute + time.Second)
		for _, l := range []string{link, link[:len(link)-1], "/sign-in/x"} {
			r := p.reader()
			if status, body := r.get(l); status != 404 || !strings.Contains(body, "Ask for a new link") {
				t.Errorf("GET %s: %d", l, status)
			}
			if status, _ := r.post(l, nil); status != 404 {
				t.Errorf("POST %s: %d", l, status)
			}
		}
		p.must(p.prune(p.ctx))
	})
}

func TestOfManyWhoUseALinkAtOnceOneSucceeds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("anna@hva.example", Coordinator, "")
		link, err := p.SigninLink(p.ctx, p.person("anna@hva.example").ID)
		p.must(err)
		link = strings.TrimPrefix(link, p.BaseURL)
		var in, out atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				switch status, body := p.reader().post(link, nil); {
				case status == 200 && strings.HasPrefix(body, "home of anna"):
					in.Add(1)
				case status == 404:
					out.Add(1)
				default:
					t.Errorf("%d %s", status, body)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 || out.Load() != 19 {
			t.Errorf("%d came in, %d did not; want 1 and 19", in.Load(), out.Load())
		}
	})
}

func TestAnUnknownAddressGetsTheSameAnswerAndNoMail(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		p.bring(people("bo@", ""))
		var want string
		for _, email := range []string{"anna@hva.example", "nobody@hva.example", "bo@hva.example"} {
			status, body := p.reader().post("/sign-in", url.Values{"email": {email}})
			body = strings.ReplaceAll(body, email, "X")
			if want == "" {
				want = body
			}
			if status != 200 || body != want {
				t.Errorf("%s: %d, another answer", email, status)
			}
		}
		if got := p.links(); len(got) != 1 {
			t.Errorf("mails: %d, want 1", len(got))
		}
		var waiting int
		p.must(d.QueryRowContext(p.ctx, `SELECT count(*) FROM mail_messages WHERE state <> 'sent'`).Scan(&waiting))
		if waiting != 0 {
			t.Errorf("messages that stay: %d", waiting)
		}
	})
}

func TestAtMostFiveWishesOfOnePersonAreOpen(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("anna@hva.example", Coordinator, "")
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				if status, _ := p.reader().post("/sign-in", url.Values{"email": {"anna@hva.example"}}); status != 200 {
					t.Errorf("status %d", status)
				}
			})
		}
		wg.Wait()
		if got := len(p.links()); got != 5 {
			t.Errorf("mails: %d, want 5", got)
		}
		p.clock.add(16 * time.Minute)
		p.reader().post("/sign-in", url.Values{"email": {"anna@hva.example"}})
		if got := len(p.links()); got != 6 {
			t.Errorf("mails after a quarter of an hour: %d, want 6", got)
		}
	})
}

func TestTheMailSpeaksThePersonsLanguage(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("anna@hva.example", Coordinator, "")
		p.must(p.setLang(p.ctx, p.person("anna@hva.example").ID, "sv"))
		p.must(p.wish(p.ctx, "anna@hva.example", "", ""))
		p.links()
		m := p.box.Sent()[0]
		if m.Subject != "Inloggningslänk: Taitorinki" || !strings.HasPrefix(m.Text, "Hej!") || !strings.Contains(m.Text, p.BaseURL+"/sign-in/") {
			t.Errorf("mail: %s\n%s", m.Subject, m.Text)
		}
	})
}

func TestTheMailSpeaksTheLanguageOfThePageItWasAskedOn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("anna@hva.example", Coordinator, "")
		p.must(p.setLang(p.ctx, p.person("anna@hva.example").ID, "sv"))
		p.must(p.wish(p.ctx, "anna@hva.example", "", "en"))
		p.links()
		if m := p.box.Sent()[0]; !strings.HasPrefix(m.Text, "Hello") {
			t.Errorf("mail: %s\n%s", m.Subject, m.Text)
		}
	})
}

func TestSigningOutEverywhereEndsTheOtherSessionsToo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("anna@hva.example", Coordinator, "")
		one, two, three := p.as("anna@hva.example"), p.as("anna@hva.example"), p.as("anna@hva.example")
		one.post("/sign-out", nil)
		if _, body := one.get("/"); body != "home of " {
			t.Errorf("after signing out: %s", body)
		}
		two.post("/sign-out/everywhere", nil)
		for name, r := range map[string]*reader{"two": two, "three": three} {
			if _, body := r.get("/"); body != "home of " {
				t.Errorf("%s after signing out everywhere: %s", name, body)
			}
		}
	})
}

func TestALateMailIsNotSent(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("anna@hva.example", Coordinator, "")
		p.must(p.wish(p.ctx, "anna@hva.example", "", ""))
		p.clock.add(2 * time.Hour)
		if got := p.links(); len(got) != 0 {
			t.Errorf("mails: %d, want none", len(got))
		}
	})
}
