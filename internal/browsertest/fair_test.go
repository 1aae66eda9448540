package browsertest

import (
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/events/fair"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
)

// fairs are the county's past fair and the coming one.
func (s *Site) fairs(t *testing.T) (past, coming events.Event) {
	t.Helper()
	now := time.Now()
	all, err := events.Between(t.Context(), s.App.Config.DB, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0))
	must(t, err)
	for _, e := range all {
		if e.Kind == events.Fair && e.Over(now) {
			past = e
		} else if e.Kind == events.Fair {
			coming = e
		}
	}
	if past.ID == 0 || coming.ID == 0 {
		t.Fatal("the demo has no two fairs")
	}
	return past, coming
}

// ownLink is an exhibitor's secret link, as a path.
func (s *Site) ownLink(t *testing.T, e *events.Event, x *fair.Exhibitor) string {
	t.Helper()
	host, err := people.PersonByEmail(t.Context(), s.App.Config.DB, s.County.Cast.Coordinator)
	must(t, err)
	path, err := s.App.Fairs.GiveLink(t.Context(), host.ID, e, x)
	must(t, err)
	return path
}

// fairStops are the pages of a fair and of materials, as the coordinator, a colleague, an exhibitor and a visitor see them.
func (s *Site) fairStops(t *testing.T) []stop {
	t.Helper()
	past, coming := s.fairs(t)
	all, err := fair.Of(t.Context(), s.App.Config.DB, coming.ID)
	must(t, err)
	one, own := "/exhibitors/"+number(all[0].ID), s.ownLink(t, &coming, &all[0])
	card := coming.PublicPath("/fair/x/" + number(all[0].ID))
	return []stop{
		{"exhibitors", func(b *Browser) { b.as(s.County.Cast.Coordinator); b.Open(coming.Path("/exhibitors")) }},
		{"exhibitor without a name", func(b *Browser) {
			b.Go(`form[action$="/exhibitors"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		at(coming.Path(one)),
		{"demonstration with errors", func(b *Browser) {
			b.unfoldAll()
			b.Go(`form[action$="/slots"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"new link", func(b *Browser) { b.Open(coming.Path(one)); b.Go(`button[value="make"]`) }},
		at(past.Path("/materials")),
		{"material with errors", func(b *Browser) {
			b.Go(`form[enctype] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		at(coming.Path("/host")), at(past.Path("")),
		{"fair as a colleague", func(b *Browser) { b.as(s.County.Cast.MentorCandidate); b.Open(coming.Path("/fair")) }},
		at(own),
		{"own card with errors", func(b *Browser) {
			b.write("#name", " ")
			b.Go(`form[enctype] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		at(coming.PublicPath("/fair/own/wrong")),
		at(coming.PublicPath("/fair")), at(card), {"card with all open", func(b *Browser) { b.unfoldAll() }},
		{"wish with errors", func(b *Browser) {
			b.Go(`form[action$="/contact"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"card taken along", func(b *Browser) { b.Open(card); b.Go(`form[action$="/card"] button`) }},
		at(coming.PublicPath("/fair/mine")), at(past.PublicPath("/fair")), at(past.PublicPath("/materials")),
	}
}

func number(id int64) string { return strconv.FormatInt(id, 10) }

func TestAVisitorCollectsAtTheFairOnAPhoneAndAnExhibitorWritesTheirOwnCard(t *testing.T) {
	s, err := newSite(dbtest.SQLite(t), t.TempDir(), nil)
	must(t, err)
	t.Cleanup(func() { s.close() })
	must(t, s.Demo.Fill(t.Context()))
	s.work()
	_, e := s.fairs(t)
	all, err := fair.Of(t.Context(), s.App.Config.DB, e.ID)
	must(t, err)
	x := all[0]

	maker := newBrowser(t, s.URL, Phone)
	maker.Open(s.ownLink(t, &e, &x))
	maker.write("#what", "Uusi kokeilu: näytä ihottuma kameralle.")
	maker.upload("#picture", picture(t))
	maker.Go(`form[enctype] button`)
	maker.mustHave(".notice.ok")

	v := newBrowser(t, s.URL, Phone)
	v.Open(e.PublicPath("/fair"))
	if got := v.Text("main"); !strings.Contains(got, "Kirjaston sali") || !strings.Contains(got, "Uusi kokeilu") {
		t.Fatalf("the floor is\n%s", got)
	}
	v.Go(`form[action$="/x/` + number(x.ID) + `/card"] button`)
	if got := v.Text("main"); !strings.Contains(got, "Omat kortit (1)") {
		t.Errorf("after one card the floor says\n%s", got)
	}
	v.Go(`#x` + number(x.ID) + ` a`)
	v.Until(`document.querySelector("main img").naturalWidth > 0`)
	v.Press("Varaa paikka")
	if got := v.Text("#demos"); !strings.Contains(got, "Sinulla on paikka") {
		t.Errorf("reserved, the demonstrations are\n%s", got)
	}
	v.unfoldAll()
	v.write("#address", "kavija@koti.example")
	v.write("#text", "Voinko kokeilla omalla puhelimella?")
	v.Click("#agreed")
	v.Press("Lähetä pyyntö")
	v.mustHave(".notice.ok")
	s.mailTo(t, x.Email, func(m mail.Message) bool {
		return strings.Contains(m.Text, "kavija@koti.example") && strings.Contains(m.Text, "omalla puhelimella")
	})
	v.Go(`a[href$="/fair/mine"]`)
	if got := v.Text("main"); !strings.Contains(got, x.Name) || !strings.Contains(got, "Varatut paikat") {
		t.Errorf("what was collected is\n%s", got)
	}
}

// picture is a file with a picture.
func picture(t testing.TB) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "picture.png"))
	must(t, err)
	defer f.Close()
	must(t, png.Encode(f, image.NewGray(image.Rect(0, 0, 400, 300))))
	return f.Name()
}
