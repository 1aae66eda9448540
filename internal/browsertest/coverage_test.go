package browsertest

import (
	"strings"
	"testing"
)

func TestACoordinatorFindsAGapAndMakesItsFindingAFocus(t *testing.T) {
	s := filled(t)
	b := newBrowser(t, s.URL, Desktop)
	b.as(s.County.Cast.Coordinator)
	b.Open("/mentors/coverage")
	if got := b.Text("tbody tr"); !strings.Contains(got, "ei digimentoria") {
		t.Fatalf("the first row is no gap: %q", got)
	}
	b.Click(`details summary`)
	b.mustHave(`svg[role="img"] .c-gap`)
	b.Open("/findings?state=open")
	b.Go(`tbody th a`)
	own := b.Path()
	b.Go(`form[action="/mentors/focus"] button`)
	if got := b.Text("main"); b.Path() != own || !strings.Contains(got, "voimassa") {
		t.Fatalf("%s shows\n%s", b.Path(), got)
	}
	b.Open("/mentors/coverage")
	if got := b.Text("main table"); !strings.Contains(got, "painopiste:") {
		t.Errorf("no row tells of a focus:\n%s", got)
	}
	b.Open(own)
	b.Go(`form[action$="/end"] button`)
	if got := b.Text("main"); strings.Contains(got, "voimassa") {
		t.Errorf("the focus still holds:\n%s", got)
	}
}
