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
