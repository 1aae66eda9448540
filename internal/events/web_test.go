package events_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
)

// filled is the form of a webinar so many days from now, at noon.
func (s *site) filled(days int) url.Values {
	day := s.Clock.Now().In(i18n.Zone()).AddDate(0, 0, days)
	return url.Values{"kind": {"webinar"}, "title": {"Etävastaanoton alku"}, "open": {"staff"}, "sitting-1": {day.Format(time.DateOnly)}, "from-1": {"12"}, "to-1": {"12.45"},
		"place": {"Teams"}, "anyway": {"1"}}
}

func TestAHostPlansPublishesAndCancelsOnPages(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		host, reader := s.As("a1@shores.example"), s.As("b1@shores.example")
		if p := host.Get("/events/new"); !strings.Contains(p.Text(), "Webinaari") {
			t.Fatalf("no kinds to choose from: %s", p.Text())
		}
		v := s.filled(30)
		v["units"], v["professions"] = []string{fmt.Sprint(s.unit("A"))}, []string{"nurse"}
		v.Set("do", "count")
		if p := host.Post("/events", v); !strings.Contains(p.Text(), "Tavoittaa 2 ihmistä") {
			t.Errorf("the form does not tell whom it reaches:\n%s", p.Text())
		}
		if p := host.Get("/events/reach?units=" + fmt.Sprint(s.unit("A"))); p.Body != "Tavoittaa 3 ihmistä" {
			t.Errorf("reach answers %q", p.Body)
		}
		v.Del("do")
		p := host.Post("/events", v)
		if p.Status != 200 || !strings.HasSuffix(p.Path, "/host") {
			t.Fatalf("saving led to %s with status %d:\n%s", p.Path, p.Status, p.Text())
		}
		if p := reader.Get("/events/1"); p.Status != 404 {
			t.Errorf("a draft is shown to everybody: %d", p.Status)
		}
		host.Post("/events/1/publish", url.Values{"version": {"1"}})
		if p := reader.Get("/events"); !strings.Contains(p.Text(), "Etävastaanoton alku") {
			t.Errorf("the list lacks the event:\n%s", p.Text())
		}
		if p := reader.Get("/events/1/host"); p.Status != 403 {
			t.Errorf("the hosts' page is open to everybody: %d", p.Status)
		}
		host.Post("/events/1/cancel", url.Values{"version": {"2"}, "why": {"Puhuja sairastui"}})
		if p := reader.Get("/events/1"); !strings.Contains(p.Text(), "Puhuja sairastui") {
			t.Errorf("nobody learns why:\n%s", p.Text())
		}
	})
}

func TestTheFormWarnsOfDaysOffAndOfOtherEventsForTheSamePeople(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	host := s.As("a1@shores.example")
	v := s.filled(30)
	host.Post("/events", v)
	v.Del("anyway")
	v.Set("title", "Toinen")
	if p := host.Post("/events", v); !strings.Contains(p.Text(), "Samaan aikaan on Etävastaanoton alku") {
		t.Errorf("no warning of the other event:\n%s", p.Text())
	}
	year := s.Clock.Now().Year() + 1
	v.Set("sitting-1", fmt.Sprintf("%d-12-06", year))
	if p := host.Post("/events", v); !strings.Contains(p.Text(), "on vapaapäivä: itsenäisyyspäivä") {
		t.Errorf("no warning of Independence Day:\n%s", p.Text())
	}
	v.Set("anyway", "1")
	if p := host.Post("/events", v); !strings.HasSuffix(p.Path, "/host") {
		t.Errorf("it cannot be saved all the same: %s", p.Path)
	}
}

func TestAnHourThatIsNotThereOrComesTwiceIsRefused(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	host := s.As("a1@shores.example")
	year := s.Clock.Now().Year() + 1
	last := func(m time.Month) string { // last Sunday
		d := time.Date(year, m+1, 0, 12, 0, 0, 0, time.UTC)
		return d.AddDate(0, 0, -int(d.Weekday())).Format(time.DateOnly)
	}
	for day, want := range map[string]string{last(time.March): "siirretään eteenpäin", last(time.October): "kahdesti"} {
		v := s.filled(1)
		v.Set("sitting-1", day)
		v.Set("from-1", "3.30")
		v.Set("to-1", "5")
		if p := host.Post("/events", v); p.Status != 422 || !strings.Contains(p.Text(), want) {
			t.Errorf("%s 3.30 gave status %d, want one that says %q:\n%s", day, p.Status, want, p.Text())
		}
	}
}

func TestSuggestedTimesLeaveTimeToInviteAndFollowEarlierTurnouts(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	ctx := t.Context()
	p := s.webinar(24 * 40)
	p.Rhythm = events.Shifts
	all, err := s.Events.Suggest(ctx, &p, 4)
	s.ok(err)
	if len(all) != 4 {
		t.Fatalf("there are %d suggestions, want 4", len(all))
	}
	for _, x := range all {
		if x.Start.Sub(s.Clock.Now()) < 20*24*time.Hour || x.Events != 0 {
			t.Errorf("suggested without a reason: %+v", x)
		}
	}
}
