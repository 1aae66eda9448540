package demo_test

import (
	"testing"

	"taitorinki/internal/demo"
	"taitorinki/internal/mentoring/asking"
	"taitorinki/internal/people"
)

func hasRequestsInAllStates(t *testing.T, d *demo.Demo) {
	counts, err := d.App.Asking.Counts(t.Context())
	must(t, err)
	t.Logf("requests: %v", counts)
	for _, s := range asking.States {
		if counts[s] == 0 {
			t.Errorf("no request is %s", s)
		}
	}
	levels := map[asking.Level]bool{}
	for id := int64(1); id <= 35; id++ {
		if r, err := d.App.Asking.RequestByID(t.Context(), id); err == nil && r.State == asking.Open {
			levels[r.Level] = true
		}
	}
	for _, l := range []asking.Level{asking.Nearest, asking.Area, asking.Coordinator} {
		if !levels[l] {
			t.Errorf("no open request is at level %d", l)
		}
	}
	all, err := people.Holders(t.Context(), d.App.Config.DB, people.Mentor)
	must(t, err)
	waits := 0
	for _, h := range all {
		if m, has, err := d.App.Mentors.MentorOf(t.Context(), h.Person.ID); err == nil && has {
			n, err := d.App.Asking.CountFor(t.Context(), m.ID)
			must(t, err)
			waits += n
		}
	}
	if waits == 0 {
		t.Error("no mentor has anything to do")
	}
}
