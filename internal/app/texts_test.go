package app_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// askedOpenly is a closed round of a led county with two open questions: 20 have answered, 14 have written to the first and 9
// to the second.
func askedOpenly(t *testing.T, s *apptest.Site) (code string) {
	t.Helper()
	ctx := t.Context()
	row, err := survey.InstrumentByVersion(ctx, s.DB, "taitorinki-pulse", "1.0")
	must(t, err)
	var file map[string]any
	must(t, json.Unmarshal([]byte(row.Source), &file))
	file["key"] = "openly"
	pages := file["pages"].([]any)
	last := pages[len(pages)-1].(map[string]any)
	for _, id := range []string{"help", "works"} {
		words := map[string]string{"fi": id + " fi?", "sv": id + " sv?", "en": id + " en?"}
		last["items"] = append(last["items"].([]any), map[string]any{"id": id, "type": "text", "text": words, "max_length": 300})
	}
	source, err := json.Marshal(file)
	must(t, err)
	_, _, err = s.Survey.ImportInstrument(ctx, source)
	must(t, err)
	r := openRound(t, s, "openly")
	for i, link := range links(s)[:20] {
		personal := link[strings.LastIndex(link, "/")+1:]
		sh, err := s.Survey.Sheet(ctx, personal)
		must(t, err)
		var given []survey.Given
		for _, it := range sh.Instrument.Items {
			switch {
			case it.Scale != "":
				given = append(given, survey.Given{Item: it.Index, Values: []string{fmt.Sprint(1 + (i+it.Index)%5)}})
			case it.ID == "help" && i < 14, it.ID == "works" && i < 9:
				given = append(given, survey.Given{Item: it.Index, Values: []string{openAnswer(it.ID, i)}})
			}
		}
		_, err = s.Survey.Save(ctx, sh, given)
		must(t, err)
		_, err = s.Survey.SubmitWith(ctx, sh, uint64(i+1), 0)
		must(t, err)
	}
	s.Clock.Move(15 * 24 * time.Hour)
	must(t, s.Survey.CloseDue(ctx))
	s.Work()
	return r.Code
}

func openAnswer(id string, i int) string {
	switch {
	case id == "help" && i == 0:
		return "Kiitos Ainolle! Soita 040 123 4567 tai aino@shores.example."
	case id == "help" && i == 1:
		return "Kertoisin mieluummin itse, nimeni on Aino A."
	}
	return fmt.Sprintf("Enemmän aikaa, tapa %s%c.", id, 'a'+i)
}

// release decides everything on the page that is shown: all are released but the one that holds a word.
func release(t *testing.T, by *apptest.Reader, p *apptest.Page, path, leaveOut string) *apptest.Page {
	t.Helper()
	form := url.Values{"q": {"help"}}
	texts := regexp.MustCompile(`(?s)<textarea[^>]* id="text-(\d+)"[^>]*>(.*?)</textarea>`).FindAllStringSubmatch(p.Body, -1)
	if len(texts) == 0 {
		t.Fatalf("no texts to check:\n%s", p.Text())
	}
	for _, m := range texts {
		state := "released"
		if strings.Contains(m[2], leaveOut) {
			state = "withheld"
		}
		form["text-"+m[1]], form["state-"+m[1]] = []string{m[2]}, []string{state}
	}
	return by.Post(path, form).Want(t, 200)
}

func TestOpenAnswersAreReadByAPersonBeforeAnybodyElseSeesThem(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := ledCounty(t, d)
		code := askedOpenly(t, s)
		texts, check := "/results/"+code+"/texts", "/results/"+code+"/texts/check"
		boss, lead, researcher := s.Role(people.Coordinator), s.As("A0@shores.example"), s.Role(people.Researcher)

		lead.Get("/results/"+code).Want(t, 200).Without(t, "Open answers", texts)
		lead.Get(texts).Want(t, 200, "No open answers are shown").Without(t, "Check open answers", "14 ")
		lead.Get(check).Want(t, 403)
		researcher.Get(check).Want(t, 403)
		if rows := strings.Count(researcher.Get(texts+".csv").Want(t, 200).Body, "\n"); rows != 1 {
			t.Errorf("the file has %d lines before anything is released", rows)
		}

		boss.Get("/results/"+code).Want(t, 200, "Open answers")
		first := boss.Get(check).Want(t, 200, "help en? (0/14 checked)", "What to look for").Without(t, "works en?", "Enemmän aikaa, tapa works")
		if all := first.Body + boss.Get(check+"?page=2").Body; !strings.Contains(all, "Soita <mark") || !strings.Contains(all, "</mark>! Soita") {
			i := strings.Index(all, "<mark")
			t.Errorf("what was found stands apart from its text: %q", all[i-60:i+300])
		}
		p := release(t, boss, first, check, "mieluummin")
		p.Want(t, 200, "10 decisions were saved", "(10/14 checked)")
		lead.Get(texts).Want(t, 200, "No open answers are shown").Without(t, "Enemmän")

		release(t, boss, p, check, "mieluummin").Want(t, 200, "All answers to this question have been checked", "(14/14 checked)").Without(t, "<textarea")
		seen := lead.Get(texts).Want(t, 200, "help en?", "tapa helpc", "tapa helpn", "Kiitos [name]! Soita [phone] tai [e-mail].").
			Without(t, "Ainolle", "040 123", "aino@shores", "mieluummin", "works en?", "checked", "14 ")
		if n := strings.Count(seen.Body, `<li dir="auto">`); n != 13 {
			t.Errorf("%d texts are shown, want 13", n)
		}
		if again := lead.Get(texts); again.Body[strings.Index(again.Body, "<ul class=\"texts\""):] != seen.Body[strings.Index(seen.Body, "<ul class=\"texts\""):] {
			t.Error("the order is not the same")
		}
		s.As("A1@shores.example").Get(texts).Want(t, 403) // a member reads no results
		lead.Get(texts+"?lang=fi").Want(t, 200, "help fi?", "Kiitos [nimi]! Soita [puhelin] tai [sähköposti].")
		lead.Get(texts+".csv").Want(t, 200, "Kysymys;Vastaus", "help fi?")

		csv := researcher.Get(texts+".csv").Want(t, 200, "Question", "help en?", "[name]")
		if rows := strings.Count(csv.Body, "\n"); rows != 14 || strings.Contains(csv.Body, "works") || strings.Contains(csv.Body, "mieluummin") {
			t.Errorf("the file has %d lines:\n%s", rows, csv.Body)
		}
		boss.Get("/audit").Want(t, 200, "Looked at open answers to check them", "Decided which open answers are shown", "Downloaded results")
	})
}

func TestADecisionAboutAnOpenAnswerCanBeChanged(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := ledCounty(t, d)
		code := askedOpenly(t, s)
		texts, check := "/results/"+code+"/texts", "/results/"+code+"/texts/check"
		boss := s.Role(people.Coordinator)
		p := release(t, boss, boss.Get(check).Want(t, 200), check, "mieluummin")
		release(t, boss, p, check, "mieluummin")
		boss.Get(texts).Want(t, 200, "tapa helpd")
		decided := boss.Get(check+"?q=help&decided=1").Want(t, 200, "readers see this")
		id := regexp.MustCompile(`id="text-(\d+)"[^>]*>[^<]*tapa helpd`).FindStringSubmatch(decided.Body)
		if id == nil {
			decided = boss.Get(check+"?q=help&decided=1&page=2").Want(t, 200)
			id = regexp.MustCompile(`id="text-(\d+)"[^>]*>[^<]*tapa helpd`).FindStringSubmatch(decided.Body)
		}
		page := url.Values{"q": {"help"}, "decided": {"1"}, "page": {"1"}}
		if !strings.Contains(boss.Get(check+"?q=help&decided=1").Body, id[1]) {
			page.Set("page", "2")
		}
		page.Set("text-"+id[1], "Soita minulle 050 765 4321, tapa helpd")
		page.Set("state-"+id[1], "released")
		boss.Post(check, page).Want(t, 422, "There is still a phone number in it", "050 765 4321")
		boss.Get(texts).Want(t, 200, "Enemmän aikaa, tapa helpd").Without(t, "050 765")
		page.Set("text-"+id[1], "  Vähemmän kiirettä, tapa helpd ")
		boss.Post(check, page).Want(t, 200, "One decision was saved")
		boss.Get(texts).Want(t, 200, "Vähemmän kiirettä, tapa helpd").Without(t, "aikaa, tapa helpd")
		page.Set("state-"+id[1], "withheld")
		boss.Post(check, page).Want(t, 200)
		boss.Get(texts).Want(t, 200, "tapa helpe").Without(t, "tapa helpd")
	})
}

func TestTwoWhoCheckAtOnceLoseNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := ledCounty(t, d)
		code := askedOpenly(t, s)
		check := "/results/" + code + "/texts/check"
		s.Grant("A3@shores.example", people.Coordinator, "")
		one, two := s.Role(people.Coordinator), s.As("A3@shores.example")
		second := two.Get(check+"?page=2").Want(t, 200)
		release(t, one, one.Get(check), check, "-").Want(t, 200, "(10/14 checked)")
		release(t, two, second, check, "-").Want(t, 200, "4 decisions were saved", "(14/14 checked)")
		release(t, two, second, check, "A").Want(t, 200, "0 decisions were saved")
	})
}

func TestWhoChecksForAPartOnlyDoesNotSeeTheTextsOfAll(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := ledCounty(t, d)
		code := askedOpenly(t, s)
		s.Grant("A2@shores.example", people.Coordinator, "A")
		s.As("A2@shores.example").Get("/results/"+code+"/texts/check").Want(t, 403)
	})
}

// Whoever holds the database reads the texts in the responses anyway; what is copied must add nothing to that: no number of a
// response, no group, no time but that of the copying, and of a question under ten nothing at all.
func TestTheTextsToCheckSayNothingOfTheirWriters(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := ledCounty(t, d)
		code := askedOpenly(t, s)
		ctx := t.Context()
		rows, err := d.QueryContext(ctx, `SELECT * FROM insight_texts ORDER BY id`)
		must(t, err)
		columns, err := rows.Columns()
		must(t, err)
		if got, want := strings.Join(columns, " "), "id round_code item body state masked shown checked_by checked_at"; got != want {
			t.Errorf("the columns are %s: think of the enemy, then change this test", got)
		}
		rows.Close()
		var n, other, meets, decided int
		must(t, d.QueryRowContext(ctx, `SELECT count(*) FROM insight_texts WHERE round_code = $1`, code).Scan(&n))
		must(t, d.QueryRowContext(ctx, `SELECT count(*) FROM insight_texts WHERE item <> 'help'`).Scan(&other))
		must(t, d.QueryRowContext(ctx, `SELECT count(*) FROM insight_texts x JOIN survey_responses r ON r.id = x.id`).Scan(&meets))
		must(t, d.QueryRowContext(ctx, `SELECT count(*) FROM insight_texts WHERE checked_by IS NOT NULL OR checked_at IS NOT NULL`).Scan(&decided))
		if n != 14 || other != 0 || meets != 0 || decided != 0 {
			t.Errorf("%d texts, %d of the question that nine answered, %d with the number of a response, %d decided", n, other, meets, decided)
		}
		must(t, s.Insight.TakeTexts(ctx, code))
		must(t, d.QueryRowContext(ctx, `SELECT count(*) FROM insight_texts`).Scan(&n))
		if n != 14 {
			t.Errorf("copied twice there are %d", n)
		}
		must(t, d.QueryRowContext(ctx, `SELECT count(*) FROM jobs WHERE state = 'dead'`).Scan(&n))
		if n > 0 {
			t.Errorf("%d jobs have failed", n)
		}
	})
}
