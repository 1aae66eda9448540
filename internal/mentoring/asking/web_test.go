package asking_test

import (
	"fmt"
	"strings"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/asking"
	"taitorinki/internal/people"
)

func TestEverythingButTheThemeIsChosenAlready(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		asker := as(t, s, "asker")
		mentor(t, s, "near", "A1")
		p := asker.Get("/help/new").Want(t, 200, "Northern team", "Do not write anything about clients")
		f := p.Form(t, "/help/new")
		for name, want := range map[string]string{"way": "side", "when": "week", "unit": fmt.Sprint(unit(t, s, "A1")), "area": "", "text": ""} {
			if got := f.Values.Get(name); got != want {
				t.Errorf("%s is preset to %q, want %q", name, got, want)
			}
		}
		after := f.Set("area", "skills").Send().Want(t, 200, "Your request is sent.", "Nea Niemi got it today at", "goes on to the digimentors of Home care")
		if after.Path != "/help/mine" {
			t.Errorf("sent, one comes to %s", after.Path)
		}
		f.Send().Want(t, 200) // the page before, sent again
		counts, err := s.Asking.Counts(t.Context())
		must(t, err)
		if counts[asking.Open] != 1 {
			t.Errorf("there are %v, want one open", counts)
		}
		preset := asker.Get(fmt.Sprintf("/help/new?unit=%d&area=ethics", unit(t, s, "B"))).Form(t, "/help/new")
		if preset.Values.Get("area") != "ethics" || preset.Values.Get("unit") != fmt.Sprint(unit(t, s, "B")) {
			t.Errorf("the link's presets gave %v", preset.Values)
		}
	})
}

func TestSomebodyWithoutAUnitChoosesOne(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	f := s.Role("").Get("/help/new").Want(t, 200, "Choose a unit", "Southern team").Form(t, "/help/new").Set("area", "skills").Set("unit", "")
	f.Send().Want(t, 422, "Choose the unit where help is wanted.").Form(t, "/help/new").Set("unit", fmt.Sprint(unit(t, s, "A2"))).Send().Want(t, 200, "Your request is sent.")
}

func TestATextThatIdentifiesSomebodyIsRefusedWithTheReasonAndNothingIsLost(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	reasons := map[string][3]string{
		"Asiakas 131052-308T ei pääse sisään": {"henkilötunnus", "personbeteckning", "personal identity code"},
		"Soita 040 123 4567":                  {"puhelinnumero", "telefonnummer", "phone number"},
		"Kirjoita maija.malli@example.fi":     {"sähköpostiosoite", "e-postadress", "e-mail address"},
	}
	for text, reason := range reasons {
		for i, lang := range []string{"fi", "sv", "en"} {
			r := s.Role("")
			r.Get("/?lang=" + lang)
			p := r.Get("/help/new").Form(t, "/help/new").Set("area", "ethics").Set("unit", fmt.Sprint(unit(t, s, "A2"))).Set("way", "phone").Set("when", "today").Set("text", text).Send()
			p.Want(t, 422, reason[i])
			f := p.Form(t, "/help/new")
			for name, want := range map[string]string{"area": "ethics", "way": "phone", "when": "today", "text": text, "unit": fmt.Sprint(unit(t, s, "A2"))} {
				if got := f.Values.Get(name); got != want {
					t.Errorf("%s: %s is %q after the refusal, want %q", lang, name, got, want)
				}
			}
		}
	}
	s.Role("").Get("/help/new").Form(t, "/help/new").Set("area", "ethics").Set("unit", fmt.Sprint(unit(t, s, "A2"))).
		Set("text", "Tulisitko huoneeseen 1204 maanantaina 23.11. klo 12.30?").Send().Want(t, 200, "Your request is sent.")
	s.Role("").Get("/help/new").Form(t, "/help/new").Set("area", "ethics").Set("unit", fmt.Sprint(unit(t, s, "A2"))).
		Set("text", strings.Repeat("ä", asking.MostText+1)).Send().Want(t, 422, "300 characters at most")
}

func TestOnlyThoseToWhomARequestWentSeeWhoAsks(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		mentor(t, s, "near", "A1", "remote")
		far, other := mentor(t, s, "south1", "A2"), mentor(t, s, "health", "B")
		near, south, health := as(t, s, "near"), as(t, s, "south1"), as(t, s, "health")
		lead, leadB, asker := as(t, s, "lead"), as(t, s, "leadb"), as(t, s, "asker")
		id := ask(t, s, "one").ID
		own, led := fmt.Sprintf("/help/inbox/%d", id), fmt.Sprintf("/help/%d", id)

		near.Get("/help/inbox").Want(t, 200, "Aino Aalto", "The camera stays dark.")
		near.Get(own).Want(t, 200, "Aino Aalto", "asker@shores.example")
		south.Get("/help/inbox").Want(t, 200, "No requests just now")
		south.Get(own).Want(t, 404)
		south.Post(led+"/take", nil).Want(t, 404)
		south.Post(led+"/cannot", nil).Want(t, 404)
		lead.Get("/help").Want(t, 200, "Aino Aalto", "nearest mentor")
		leadB.Get("/help").Want(t, 200, "No open requests")
		leadB.Get(led).Want(t, 403)
		leadB.Post(led+"/answer", map[string][]string{"answer": {"No"}, "version": {"2"}}).Want(t, 403)
		near.Get(led).Want(t, 403)
		near.Post(led+"/withdraw", map[string][]string{"version": {"2"}}).Want(t, 404)
		near.Post(led+"/helped", map[string][]string{"helped": {"yes"}}).Want(t, 404)
		asker.Get(own).Want(t, 403)

		must(t, s.Asking.Cannot(t.Context(), mentorOf(t, s, "near"), id))
		near.Get(own).Want(t, 200, "taken care of, or has gone on").Without(t, "Aino", "camera")
		south.Get(own).Want(t, 200, "Aino Aalto")
		must(t, s.Asking.Cannot(t.Context(), far, id)) // now it is at the coordinator
		health.Get("/help/inbox").Want(t, 200, "No requests just now")
		if err := s.Asking.Take(t.Context(), other, id); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a mentor of another service area took it: %v", err)
		}
		late := mentor(t, s, "south2", "A2")
		reader := as(t, s, "south2")
		reader.Get("/help/inbox").Want(t, 200, "Waiting in your service area", "Meeting a client remotely").Without(t, "Aino", "camera")
		must(t, s.Asking.Take(t.Context(), late, id))
		reader.Get(own).Want(t, 200, "Aino Aalto", "camera")
		log := lead.Get("/audit").Want(t, 200, "Looked at the list of requests for help")
		if n := strings.Count(log.Text(), "Looked at the list of requests for help"); n != 2 {
			t.Errorf("%d looks at the list are logged, want those of both coordinators", n)
		}
	})
}

func TestFromTakingToThanksOnThePages(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := mentor(t, s, "near", "A1")
		near, asker := as(t, s, "near"), as(t, s, "asker")
		for i := range mentoring.LeastThanks {
			near.Get("/help/inbox").Want(t, 200).Without(t, "your help helped")
			id := ask(t, s, fmt.Sprint("form ", i)).ID
			path := fmt.Sprintf("/help/%d", id)
			near.Get("/help/inbox").Form(t, path+"/take").Send().Want(t, 200, "get in touch with your colleague", "You are helping")
			asker.Get("/help/mine").Want(t, 200, "Nea Niemi helps you", "How to reach: In Teams.", "near@shores.example")
			page := near.Get("/help/inbox/" + fmt.Sprint(id))
			page.Form(t, path+"/done").Set("minutes", "many").Send().Want(t, 422, "Write the minutes as a number")
			old := page.Form(t, path+"/done").Set("minutes", "15")
			old.Send().Want(t, 200, "You have helped. Thank you!")
			mine := asker.Get("/help/mine").Want(t, 200, "Did it help?")
			mine.Form(t, path+"/helped").Send("helped", "yes").Want(t, 200, "It gladdens the one who helped")
			mine.Form(t, path+"/helped").Send("helped", "yes").Want(t, 409, "You have answered this already")
		}
		near.Get("/help/inbox").Want(t, 200, "Colleagues have told 3 times that your help helped")
		n, err := s.Asking.Thanks(t.Context(), m.ID)
		must(t, err)
		if n != mentoring.LeastThanks {
			t.Errorf("%d thanks are counted, want %d", n, mentoring.LeastThanks)
		}
		var said int
		must(t, d.QueryRowContext(t.Context(), `SELECT count(*) FROM mentoring_thanks`).Scan(&said))
		if said != 1 {
			t.Errorf("thanks are kept in %d rows, want one for the month", said)
		}
		id := ask(t, s, "not yet").ID
		must(t, s.Asking.Finish(t.Context(), m, id, asking.AnyVersion, 0))
		asker.Get("/help/mine").Form(t, fmt.Sprintf("/help/%d/helped", id)).Send("helped", "no").Want(t, 200, "Your request has gone on")
		if after, _ := s.Asking.Thanks(t.Context(), m.ID); after != n {
			t.Errorf("a no counted: %d after %d", after, n)
		}
		asker.Get("/me/data.json").Want(t, 200, "The camera stays dark.", `"state": "open"`)
	})
}

func TestTheCoordinatorHandsARequestOnAndAnswersAnother(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		lead, asker := as(t, s, "lead"), as(t, s, "asker")
		lead.Get("/help").Want(t, 200, "No open requests")
		one, two := ask(t, s, "one").ID, ask(t, s, "two").ID
		lead.Get("/").Want(t, 200, "2 requests have come to you")
		lead.Get("/help").Want(t, 200, "2 requests are open.", "2 of them wait for you.")
		path := fmt.Sprintf("/help/%d", one)
		lead.Get(path).Want(t, 200, "No other digimentor of the service area can help today.")
		mentor(t, s, "south1", "A2")
		page := lead.Get(path).Want(t, 200, "Sanna Salo")
		hand, answer := page.Form(t, path+"/hand"), page.Form(t, path+"/answer")
		hand.Send().Want(t, 200, "The request is with the digimentor now.", "named mentor")
		answer.Set("answer", "From an old page").Send().Want(t, 409, "Somebody else has changed the request meanwhile")
		path = fmt.Sprintf("/help/%d", two)
		lead.Get(path).Form(t, path+"/answer").Set("answer", " ").Send().Want(t, 422, "Write an answer.")
		lead.Get(path).Form(t, path+"/answer").Set("answer", "The camera has a lid.").Send().Want(t, 200, "the asker gets mail")
		lead.Get("/").Want(t, 200).Without(t, "requests have come to you")
		asker.Get("/help/mine").Want(t, 200, "The camera has a lid.", "The coordinator answered")
		s.Work()
		sent := s.Mailed("asker@shores.example")
		if last := sent[len(sent)-1]; !strings.Contains(last.Subject, "has an answer") || strings.Contains(last.Text, "lid") {
			t.Errorf("the last mail is %q:\n%s", last.Subject, last.Text)
		}
	})
}

func TestTheRoleOfAMentorWithoutBeingOneSeesAnEmptyInbox(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	id := ask(t, s, "one").ID
	r := s.Role(people.Mentor)
	r.Get("/help/inbox").Want(t, 200, "No requests just now")
	r.Get(fmt.Sprintf("/help/inbox/%d", id)).Want(t, 404)
	r.Post(fmt.Sprintf("/help/%d/take", id), nil).Want(t, 404)
}
