package demo_test

import (
	"strings"
	"testing"
	"time"

	"taitorinki/internal/demo"
	"taitorinki/internal/events"
	"taitorinki/internal/events/live"
	"taitorinki/internal/people"
)

// hasRoomsOfEvents looks at live rooms as visitors do: each belongs to an event, whose page shows what came of it.
func hasRoomsOfEvents(t *testing.T, d *demo.Demo) {
	ctx := t.Context()
	all, err := events.Between(ctx, d.App.Config.DB, time.Now().AddDate(-3, 0, 0), time.Now().AddDate(1, 0, 0))
	must(t, err)
	open, kept := 0, 0
	for _, e := range all {
		rep, has, err := d.App.Live.Outcome(ctx, e.ID)
		must(t, err)
		switch {
		case !has:
		case rep.Room.State == live.Open:
			open++
			if e.Over(time.Now()) || e.Start.After(time.Now()) || !strings.Contains(get(t, d, "/demo"), rep.Room.Code) {
				t.Errorf("the room of %q (%v) is open, and the guide leads to another", e.Title, e.Start)
			}
		case rep.Room.Published:
			kept++
			if len(rep.Questions) < 2 || len(rep.Polls) == 0 || rep.Open() != 0 {
				t.Errorf("%s: %d questions, %d polls, %d left open", e.Title, len(rep.Questions), len(rep.Polls), rep.Open())
			}
		default:
			t.Errorf("%s: the room is %s, and not published", e.Title, rep.Room.State)
		}
	}
	if open != 1 || kept < 6 {
		t.Errorf("%d rooms open and %d kept, want 1 and 6 or more", open, kept)
	}
}

// namesAllItLogs reports whatever the log speaks of and cannot name.
func namesAllItLogs(t *testing.T, d *demo.Demo) {
	all, _, err := people.AuditLog(t.Context(), d.App.Config.DB, "", 1_000_000, 0)
	must(t, err)
	kinds, seen := map[string]int{}, map[string]bool{}
	for _, x := range all {
		object := x.Object
		kind, _, _ := strings.Cut(object, ":")
		if seen[object] {
			continue
		}
		seen[object] = true
		if kind == "" || kind == "person" || kind == "unit" || kind == "request" {
			continue // people name their own; of a request for help the log tells the number alone
		}
		kinds[kind]++
		name, url, err := d.App.People.ObjectName(t.Context(), object, "fi")
		must(t, err)
		if name == "" || url == "" {
			t.Errorf("%s is called %q and stands at %q", object, name, url)
		}
	}
	if kinds["event"] == 0 || kinds["room"] == 0 {
		t.Errorf("the log speaks of %v", kinds)
	}
}
