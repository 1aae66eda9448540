package faults

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey"
)

// The program's clock cannot be set from without, so that the platform runs here inside the test, with a clock that jumps.
func TestAClockThatJumpsAnHourLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{time.Hour, -time.Hour} {
		dbtest.RunURL(t, func(t *testing.T, url string) { jumps(t, url, jump) })
	}
}

func jumps(t *testing.T, url string, jump time.Duration) {
	d, err := db.Open(url)
	must(t, err)
	t.Cleanup(func() { d.Close() })
	w := &world{url: url, keys: filepath.Join(t.TempDir(), "keys"), smtp: nobody}
	s := apptest.Open(t, d, w.keys)
	t.Cleanup(s.Survey.Settle)
	s.Import(lists(t, staff, 0))
	w.opens(t, s, s.Clock.Now().Add(40*time.Minute))
	boss := s.Role("coordinator")
	half := len(s.Mail.Sent())
	for range 5 { // some mail is out before the jump, and some after
		_, err := s.Outbox.Step(t.Context())
		must(t, err)
	}
	x, b := w.people[0], newBrowser(s.URL)
	first, p, ok := x.enter(b)
	ballot := p.fields().Get("ballot")
	if !ok || !x.autosaves(b, first, ballot, firstPage[0], "5") {
		t.Fatal(x.refused)
	}
	if jump > 0 { // the round will be over
		w.handIn(t, s.URL)
	}
	s.Clock.Move(jump)
	boss.Get("/rounds").Want(t, 200)
	if jump < 0 {
		w.handIn(t, s.URL)
	}
	s.Work()
	m := &moment{T: t, world: w}
	if want := map[bool]survey.State{true: survey.Closed, false: survey.Open}[jump > 0]; m.state() != want {
		t.Errorf("a round that ends in 40 minutes is %s after a jump of %v, want %s", m.state(), jump, want)
	}
	s.Clock.Move(-jump) // and somebody sets it right
	s.Work()
	if jump < 0 {
		m.findsAll(s.URL)
		s.Clock.Move(time.Hour)
		s.Work()
	}
	m.counted()
	w.invitedOnce(t, s, jump < 0 || half > staff)
}

// handIn lets some people hand in.
func (w *world) handIn(t *testing.T, base string) {
	t.Helper()
	for _, x := range w.people[:early] {
		if !x.answers(newBrowser(base), true) {
			t.Fatalf("person %d cannot answer: %s", x.number, x.refused)
		}
	}
}

// opens opens a round inside the test.
func (w *world) opens(t *testing.T, s *apptest.Site, until time.Time) {
	t.Helper()
	ctx := t.Context()
	all, err := survey.Instruments(ctx, s.DB)
	must(t, err)
	i := slices.IndexFunc(all, func(x survey.InstrumentRow) bool { return x.Key == "taitorinki-pulse" })
	in, err := s.Survey.Instrument(ctx, all[i].ID)
	must(t, err)
	r := &survey.Round{InstrumentID: all[i].ID, Settings: s.Survey.DefaultSettings(in), ClosesAt: until}
	must(t, s.Survey.CreateRound(ctx, r))
	must(t, s.Survey.CheckAndOpen(ctx, r.ID, 0))
	w.round = r.ID
	links, err := s.Survey.Links(ctx, r.ID)
	must(t, err)
	for n, l := range links {
		w.people = append(w.people, &person{number: n, link: strings.TrimPrefix(l.URL, s.URL), may: map[string][]string{}})
	}
}

// invitedOnce checks that everybody was invited once; nobody who had no invitation when the round closed gets one later.
func (w *world) invitedOnce(t *testing.T, s *apptest.Site, all bool) {
	t.Helper()
	times := map[string]int{}
	for _, m := range s.Mail.Sent() {
		if strings.HasPrefix(m.To, "p") && strings.Contains(m.Text, "/v/") {
			times[m.To]++
		}
	}
	for to, n := range times {
		if n != 1 {
			t.Errorf("%s has %d invitations", to, n)
		}
	}
	if all && len(times) != staff {
		t.Errorf("%d people were invited, want %d", len(times), staff)
	}
}
