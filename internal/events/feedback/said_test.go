package feedback_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/events/feedback"
	"taitorinki/internal/people"
)

func TestTheNextRunShowsWhatWasSaidAndWhatWasChanged(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant("a1@shores.example", people.Expert, "A")
		host, stranger, reader := s.As("boss@shores.example"), s.As("a1@shores.example"), s.As("b1@shores.example")
		first := s.over(func(p *events.Plan) { p.Title = "Eka kerta" })
		s.give(&first, 9, 4, 8, 7, 10)
		id, err := s.Feedback.AddTheme(t.Context(), &first, "Lisää aikaa")
		s.ok(err)
		all, err := s.Feedback.Comments(t.Context(), &first)
		s.ok(err)
		s.ok(s.Feedback.Group(t.Context(), &first, map[int64]int64{all[0].ID: id, all[1].ID: id}))
		s.ok(s.Feedback.WriteChanges(t.Context(), s.host, &first, feedback.Changes{Text: "Puolet ajasta kysymyksille", Published: true}))
		other := s.over(func(p *events.Plan) { p.Title, p.Area = "Toista aihetta", "digital" })
		s.ok(s.Feedback.WriteChanges(t.Context(), s.host, &other, feedback.Changes{Text: "Selvemmät kuvat", Published: true}))
		later := s.over(func(p *events.Plan) { p.Title = "Toka kerta" })
		s.ok(s.Feedback.WriteChanges(t.Context(), s.host, &later, feedback.Changes{Text: "Vielä luonnos"}))

		form := url.Values{"kind": {"webinar"}, "area": {"remote"}, "do": {"count"}}
		host.Post("/events", form).Want(t, 200, "Eka kerta", "Mean 7.6", "Lisää aikaa", "2 comments", "Puolet ajasta kysymyksille").Without(t, "Selvemmät kuvat", "Vielä luonnos")
		stranger.Post("/events", form).Want(t, 200, "Puolet ajasta kysymyksille").Without(t, "Mean", "Lisää aikaa")
		copied := host.Get("/events/new?from="+strconv.FormatInt(other.ID, 10)).Want(t, 200, "Selvemmät kuvat")
		copied.Without(t, "Puolet ajasta")

		at := s.Clock.Now().Add(48 * 3600e9)
		next := events.Plan{Kind: events.Webinar, Title: "Kolmas", Area: "remote", Open: events.ForStaff, Sittings: []events.Sitting{{Start: at, End: at.Add(3600e9)}}}
		e := s.publish(next)
		reader.Get(e.Path("")).Want(t, 200, "What was changed because of your feedback", "Puolet ajasta kysymyksille", "Eka kerta")
		next.CopiedFrom = other.ID
		e = s.publish(next)
		reader.Get(e.Path("")).Want(t, 200, "Selvemmät kuvat").Without(t, "Puolet ajasta")
		if p := reader.Get(first.Path("")); strings.Contains(p.Text(), "What was changed") {
			t.Error("the first run tells of changes that came after it")
		}
	})
}

func TestTheTrendHoldsTheEventsThatAHostLooksAfter(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant("a1@shores.example", people.Expert, "A")
		boss, host, reader := s.As("boss@shores.example"), s.As("a1@shores.example"), s.As("b1@shores.example")
		boss.Get(feedback.TrendPath).Want(t, 200, "no figures yet")
		mine := s.over(func(p *events.Plan) { p.Unit, p.Kind = s.Person("a1@shores.example").UnitID, events.Training })
		s.give(&mine, 9, 4, 8, 7, 10)
		whole := s.over(nil)
		s.give(&whole, 2, 4, 3, 5, 6)
		hidden := s.over(nil)
		s.give(&hidden, 0, 0, 0, 0)
		reader.Get(feedback.TrendPath).Want(t, 403)
		boss.Get(feedback.TrendPath+"?by=kind").Want(t, 200, "Training", "7.6", "Webinar", "4.0")
		host.Get(feedback.TrendPath+"?by=kind").Want(t, 200, "Training", "7.6").Without(t, "4.0")
		boss.Get(feedback.TrendPath).Want(t, 200, "5.8")
		for _, by := range []string{"weekday", "hour", "quarter", "nonsense"} {
			boss.Get(feedback.TrendPath+"?by="+by).Want(t, 200, "chart-box")
		}
		file := boss.Get(feedback.TrendPath+".csv").Want(t, 200)
		if !strings.Contains(file.Body, "Kind of event;Training;1;5;7.6") || strings.Contains(file.Body, ";4;") || strings.Contains(file.Body, ";14;") {
			t.Errorf("the file holds\n%s", file.Body)
		}
	})
}
