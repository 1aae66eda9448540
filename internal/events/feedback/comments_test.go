package feedback_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/people"
)

func TestHostsGroupHideAndPublishAndOthersDoNot(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		s.Grant("a1@shores.example", people.Expert, "A")
		s.Grant("b1@shores.example", people.Coordinator, "B")
		host, other, boss := s.As("a1@shores.example"), s.As("b1@shores.example"), s.As("boss@shores.example")
		e := s.over(func(p *events.Plan) { p.Unit = s.Person("a1@shores.example").UnitID })
		s.give(&e, 9, 4, 8, 7, 3)
		path := e.Path("/feedback")
		other.Get(path).Want(t, 403)
		for _, x := range []string{"/themes", "/group", "/hide", "/changes"} {
			other.Post(path+x, url.Values{"theme": {"Aika"}, "hide": {"1"}, "changes": {"x"}}).Want(t, 403)
		}
		host.Post(path+"/themes", url.Values{"theme": {" Lisää  aikaa "}}).Want(t, 200, "Lisää aikaa")
		host.Post(path+"/themes", url.Values{"theme": {"Lisää aikaa"}}).Want(t, 422, "a group with this name")
		all, err := s.Feedback.Comments(ctx, &e)
		s.ok(err)
		host.Post(path+"/group", url.Values{"into-" + fmt.Sprint(all[0].ID): {"1"}, "into-" + fmt.Sprint(all[1].ID): {"1"}, "into-7": {"1"}, "into-" + fmt.Sprint(all[2].ID): {"99"}}).
			Want(t, 200, "Lisää aikaa", "(2)")
		id := fmt.Sprint(all[0].ID)
		host.Post(path+"/hide", url.Values{"hide": {id}, "why": {"Nimi"}}).Want(t, 403)
		boss.Post(path+"/hide", url.Values{"hide": {id}, "why": {""}}).Want(t, 422, "Give a reason", all[0].Text)
		boss.Post(path+"/hide", url.Values{"hide": {id}, "why": {"Nimesi jonkun"}}).Want(t, 200, "Nimesi jonkun", "(1)").Without(t, all[0].Text)
		if rows := strings.Join(dump(t, d, "event_feedback_comments"), "\n"); strings.Contains(rows, "text="+all[0].Text+";") {
			t.Errorf("the hidden text is still stored: %s", rows)
		}
		if log := strings.Join(dump(t, d, "audit_log"), "\n"); !strings.Contains(log, "event.feedback-hidden") || !strings.Contains(log, "Nimesi jonkun") {
			t.Error("the log does not tell that a comment was hidden")
		}
		host.Post(path+"/changes", url.Values{"do": {"publish"}, "version": {"0"}}).Want(t, 422, "First write")
		host.Post(path+"/changes", url.Values{"do": {"draft"}, "changes": {"Aikaa kysymyksille"}, "version": {"0"}}).Want(t, 200)
		other.Get(e.Path("")).Want(t, 200).Without(t, "Aikaa kysymyksille")
		host.Post(path+"/changes", url.Values{"do": {"publish"}, "changes": {"Muuta"}, "version": {"0"}}).Want(t, 409)
		host.Post(path+"/changes", url.Values{"do": {"publish"}, "changes": {"Aikaa kysymyksille"}, "version": {"1"}}).Want(t, 200, "Published")
		other.Get(e.Path("")).Want(t, 200, "Aikaa kysymyksille")
		host.Post(path+"/themes", url.Values{"do": {"remove:1"}}).Want(t, 200).Without(t, "Lisää aikaa")
	})
}
