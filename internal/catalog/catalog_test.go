package catalog_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/survey/instrument"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAServiceIsAddedChangedAndTakenOutOfUse(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		expert := s.Role(people.Expert)
		p := expert.Get("/services/new").Form(t, "/services").Set("name_fi", "  Chat-neuvonta ").Set("about_fi", "Neuvontaa kirjoittamalla.").Set("link", "https://chat.example/").Send()
		p.Want(t, 200, "Chat-neuvonta", "Neuvontaa kirjoittamalla.", "https://chat.example/")
		p = expert.Get("/services/1").Form(t, "/services/1").Set("name_sv", "Chattrådgivning").Send()
		p.Want(t, 200)
		svc, err := catalog.ServiceByID(t.Context(), d, 1)
		must(t, err)
		if svc.Name["fi"] != "Chat-neuvonta" || svc.Name["sv"] != "Chattrådgivning" || svc.Version != 2 {
			t.Errorf("stored is %+v", svc)
		}
		expert.Get("/services/1").Form(t, "/services/1/end").Send().Want(t, 200)
		if in, err := catalog.ServicesInUse(t.Context(), d); err != nil || len(in) != 0 {
			t.Errorf("in use: %v, %v", in, err)
		}
		s.Role(people.Member).Get("/services").Want(t, 200).Without(t, "Chat-neuvonta")
		expert.Get("/services/1").Form(t, "/services/1/end").Send().Want(t, 200, "Chat-neuvonta")
	})
}

func TestWhoeverChangesAServiceThatAnotherChangedIsTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		boss := s.Role(people.Coordinator)
		_, err := s.Catalog.Save(t.Context(), 1, catalog.DigitalService{Name: catalog.Words{"fi": "Oirearvio"}})
		must(t, err)
		first, second := boss.Get("/services/1").Form(t, "/services/1"), boss.Get("/services/1").Form(t, "/services/1")
		first.Set("owner", "Anna").Send().Want(t, 200)
		second.Set("owner", "Berit").Send().Want(t, 409)
		if svc, err := catalog.ServiceByID(t.Context(), d, 1); err != nil || svc.Owner != "Anna" {
			t.Errorf("stored is %+v, %v", svc, err)
		}
	})
}

func TestWhatIsWrongWithAServiceIsSaidAtItsField(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	boss := s.Role(people.Coordinator)
	for _, x := range []struct{ field, value, want string }{
		{"name_fi", " ", "Write the name"},
		{"about_sv", strings.Repeat("å", catalog.MostText+1), "500 characters"},
		{"link", "http://plain.example", "https://"},
		{"link", "javascript:alert(1)", "https://"},
		{"link", "https://", "https://"},
	} {
		v := url.Values{"name_fi": {"Chat"}}
		v.Set(x.field, x.value)
		boss.Post("/services", v).Want(t, 422, x.want)
	}
	if all, err := catalog.Services(t.Context(), s.DB); err != nil || len(all) != 0 {
		t.Errorf("stored: %v, %v", all, err)
	}
}

func TestAChangeIsToldAndIsNewsFromThenOn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		boss, member := s.Role(people.Coordinator), s.Role(people.Member)
		_, err := s.Catalog.Save(t.Context(), 1, catalog.DigitalService{Name: catalog.Words{"fi": "Oirearvio"}})
		must(t, err)
		boss.Get("/services/1").Form(t, "/services/1/news").Send().Want(t, 422, "Write what changed")
		boss.Get("/services/1").Form(t, "/services/1/news").Set("text_fi", "Uusi aloitussivu.").Send().Want(t, 200)
		member.Get("/services").Want(t, 200, "Uusi aloitussivu.")
		for ago, want := range map[time.Duration]int{time.Minute: 1, -time.Minute: 0} {
			if news, err := catalog.NewsSince(t.Context(), d, s.Clock.Now().Add(-ago)); err != nil || len(news) != want {
				t.Errorf("since %v ago there are %v, %v, want %d", ago, news, err, want)
			}
		}
		if err := s.Catalog.Tell(t.Context(), 1, 99, catalog.Words{"fi": "x"}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("news of no service: %v", err)
		}
	})
}

// The circle holds together by these ids: a survey scale measures the area of its name.
func TestEveryScaleOfOurOwnInstrumentIsAnArea(t *testing.T) {
	d := dbtest.SQLite(t)
	areas, err := catalog.Areas(t.Context(), d)
	must(t, err)
	support := map[string]bool{}
	for _, a := range areas {
		support[a.ID] = a.Support
	}
	shipped, err := instrument.Shipped()
	must(t, err)
	for _, in := range shipped {
		for _, sc := range in.Scales {
			if s, ok := support[sc.ID]; !ok || s != (sc.Kind == instrument.KindSupport) {
				t.Errorf("%s: the scale %s (%s) is no such area", in.Key, sc.ID, sc.Kind)
			}
		}
	}
}
