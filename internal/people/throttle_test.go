package people

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

// A hospital's staff come from one address of the network, and many begin their day at the same minute.
func TestAWholeHospitalBehindOneAddressGetsItsLinks(t *testing.T) {
	p := newPlace(t, dbtest.SQLite(t))
	const staff = 2000
	var list strings.Builder
	list.WriteString("email,name,unit\n")
	for i := range staff {
		fmt.Fprintf(&list, "p%d@hva.example,P %d,A1\n", i, i)
	}
	p.bring(Files{Units: file(countyUnits), People: file(list.String())})
	var wg sync.WaitGroup
	next := make(chan int)
	for range 8 {
		wg.Go(func() {
			r := p.reader() // each test server's visitors come from 127.0.0.1
			for i := range next {
				if status, _ := r.post("/sign-in", url.Values{"email": {fmt.Sprintf("p%d@hva.example", i)}}); status != 200 {
					t.Errorf("p%d: status %d", i, status)
				}
			}
		})
	}
	for i := range staff {
		next <- i
	}
	close(next)
	wg.Wait()
	got := map[string]bool{}
	for _, link := range p.links() {
		got[link] = true
	}
	if len(got) != staff || got[""] {
		t.Errorf("%d links for %d people", len(got), staff)
	}
}

func TestWhoAsksForSomebodyElseAHundredTimesDoesNotLockThemOut(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("anna@hva.example", Coordinator, "")
		ask := func(r *reader) {
			if status, _ := r.post("/sign-in", url.Values{"email": {"anna@hva.example"}}); status != 200 {
				t.Errorf("status %d", status)
			}
		}
		ask(p.reader())
		own := p.links()[0]
		for range 100 {
			ask(p.reader())
		}
		links := p.links()
		if len(links) != mostWishes {
			t.Errorf("mails: %d, want %d", len(links), mostWishes)
		}
		for _, link := range []string{own, links[len(links)-1]} {
			if _, body := p.reader().post(link, nil); body != "home of anna@hva.example" {
				t.Errorf("the owner's link no longer signs in: %s", body)
			}
		}
		p.clock.add(linkLives + time.Second)
		ask(p.reader())
		if got := len(p.links()); got != mostWishes+1 {
			t.Errorf("mails a quarter of an hour later: %d, want %d", got, mostWishes+1)
		}
	})
}

// TestLinksAndTheirLimitBearAClockThatJumps: no link lives longer because a clock went back, and nobody is kept out for that.
func TestLinksAndTheirLimitBearAClockThatJumps(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("anna@hva.example", Coordinator, "")
		for range mostWishes {
			p.reader().post("/sign-in", url.Values{"email": {"anna@hva.example"}})
		}
		old := p.links()
		p.clock.add(-time.Hour)
		if _, body := p.reader().post(old[0], nil); body == "home of anna@hva.example" {
			t.Error("a link that a clock an hour ahead had made signs in for an hour and a quarter")
		}
		p.reader().post("/sign-in", url.Values{"email": {"anna@hva.example"}})
		links := p.links()
		if len(links) != mostWishes+1 {
			t.Fatalf("%d links came, want one more than %d: who had asked before the clock went back is kept out", len(links), mostWishes)
		}
		p.clock.add(-apart / 2) // the clock of a second server
		if _, body := p.reader().post(links[mostWishes], nil); body != "home of anna@hva.example" {
			t.Errorf("a link from a server whose clock is half a minute ahead: %s", body)
		}
		p.clock.add(2 * time.Hour)
		for _, link := range links[1:] {
			if _, body := p.reader().post(link, nil); body == "home of anna@hva.example" {
				t.Error("an old link signs in after the clock went forward")
			}
		}
	})
}

// TestTheLimitOfLinksHoldsForAllServersTogether asks at two servers by turns.
func TestTheLimitOfLinksHoldsForAllServersTogether(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b := newPlace(t, d), newPlace(t, d)
		a.grant("anna@hva.example", Coordinator, "")
		for i := range 2 * mostWishes {
			from := a
			if i%2 == 1 {
				from = b
			}
			if status, _ := from.reader().post("/sign-in", url.Values{"email": {"anna@hva.example"}}); status != 200 {
				t.Errorf("status %d", status)
			}
		}
		if got := len(a.links()) + len(b.links()); got != mostWishes {
			t.Errorf("%d links, want %d", got, mostWishes)
		}
	})
}
