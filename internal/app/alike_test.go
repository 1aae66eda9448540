package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// alikePages are shown to everybody without a session from one drawing.
var alikePages = []string{"/", "/sign-in", "/privacy", "/accessibility"}

func TestARememberedPageIsTheOneThatWouldBeDrawn(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	for _, path := range alikePages {
		for _, lang := range []string{"fi", "sv", "en"} {
			reader := s.Anonymous()
			reader.Lang = lang
			first, again := reader.Get(path).Want(t, 200, `lang="`+lang+`"`), reader.Get(path)
			if first.Body != again.Body {
				t.Errorf("%s in %s is another page when it is remembered: %s", path, lang, cmp.Diff(first.Body, again.Body))
			}
			if a, b := first.Header.Get("X-Request-Id"), again.Header.Get("X-Request-Id"); a == b || b == "" {
				t.Errorf("%s: the requests' numbers are %q and %q", path, a, b)
			}
			for _, h := range []http.Header{first.Header, again.Header} {
				h.Del("X-Request-Id")
				h.Del("Date")
			}
			if d := cmp.Diff(first.Header, again.Header); d != "" {
				t.Errorf("%s in %s has other headers when it is remembered: %s", path, lang, d)
			}
		}
	}
}

func TestWhatOneReaderSeesNeverReachesAnotherByARememberedPage(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	s.Grant("bo@shores.example", "", "")
	bo := s.As("bo@shores.example")
	for _, path := range alikePages {
		bo.Get(path).Want(t, 200, "bo@shores.example")
		s.Anonymous().Get(path).Want(t, 200).Without(t, "bo@shores.example")
		s.Anonymous().Get(path).Want(t, 200).Without(t, "bo@shores.example")
		bo.Get(path).Want(t, 200, "bo@shores.example")
	}
	s.Anonymous().Get("/sign-in?next=/me").Want(t, 200, "/me")
	s.Anonymous().Get("/sign-in").Want(t, 200).Without(t, `value="/me"`)
	s.Anonymous().Get("/accessibility?sent=1").Want(t, 200, "We answer by")
	s.Anonymous().Get("/accessibility").Want(t, 200).Without(t, "We answer by")
}

func TestAChangedTextIsShownAtOnceAndAtAnotherServerAfterTwoSeconds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		here := apptest.New(t, d)
		there := apptest.Open(t, d, here.Keys)
		admin := here.Role(people.Administrator)
		for _, s := range []*apptest.Site{here, there} {
			s.Anonymous().Get("/privacy").Want(t, 200).Without(t, "Ours alone.")
		}
		path := "/settings/texts/privacy"
		admin.Get(path).Form(t, path).Set("en", "Ours alone.").Send().Want(t, 200)
		here.Anonymous().Get("/privacy").Want(t, 200, "Ours alone.")
		there.Clock.Move(2 * time.Second)
		there.Anonymous().Get("/privacy").Want(t, 200, "Ours alone.")
	})
}

// TestWhatOneServerRemembersForAMinuteIsRightAtAnotherAfterIt changes the county's name, its contact and its mentors through one server
// and looks through another, which has just shown the old ones.
func TestWhatOneServerRemembersForAMinuteIsRightAtAnotherAfterIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		here := staffed(t, d)
		there := apptest.Open(t, d, here.Keys)
		openRound(t, here, "taitorinki-pulse")
		reader := there.Anonymous()
		link := strings.TrimPrefix(links(here)[0], here.URL)
		p := reader.Get(link).Want(t, 200)
		for !strings.HasSuffix(p.Path, "/send") {
			p = fill(p.Form(t, p.Path), nth(1)).Send("go", "next").Want(t, 200)
		}
		feedback := p.Form(t, "/send").Send().Want(t, 200, "Your own feedback").Without(t, "By the coffee machine.").Path
		there.Anonymous().Get("/privacy").Want(t, 200, "Wellbeing County of the Shores").Without(t, "registry@shores.example")

		mentor(t, here, "a1@shores.example", mentoring.Profile{Reach: "By the coffee machine."}, "H")
		must(t, here.People.SetCounty(t.Context(), 0, people.County{Contact: "registry@shores.example"}))
		_, err := d.ExecContext(t.Context(), `UPDATE units SET name_en = 'County of the Lakes' WHERE code = 'H'`)
		must(t, err)
		here.Anonymous().Get("/privacy").Want(t, 200, "registry@shores.example")
		there.Clock.Move(time.Minute + time.Second)
		there.Anonymous().Get("/privacy").Want(t, 200, "County of the Lakes", "registry@shores.example")
		reader.Get(feedback).Want(t, 200, "By the coffee machine.", "County of the Lakes").Without(t, "County of the Shores")
	})
}
