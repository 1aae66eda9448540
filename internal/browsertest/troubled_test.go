package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/survey"
)

// troubled is a site where things go wrong: its mail server refuses some addresses, hangs up on one and puts half of them
// off, and a round has lost its key.
type troubled struct {
	*Site
	sending, lost, kinds, spoilt *survey.Round
	lostLink                     string
}

func newTroubled(t *testing.T) *troubled {
	t.Helper()
	server := apptest.NewSMTP(t)
	post, err := mail.NewSMTP(server.URL, "kysely@kaislaranta.example")
	must(t, err)
	s := &troubled{Site: staffed(t, dbtest.SQLite(t), post)}
	half := len(s.County.People) / 2
	server.Refuse(s.County.People[0].Email)
	server.Refuse(s.County.People[1].Email)
	server.HangUp(s.County.People[2].Email)
	for _, p := range s.County.People[half:] {
		server.PutOff(p.Email, 99)
	}
	s.sending = s.opened(t, pulse, nil)
	s.halfSent(t, half)
	data, err := os.ReadFile(filepath.Join("..", "survey", "instrument", "testdata", "small.json"))
	must(t, err)
	_, _, err = s.App.Survey.ImportInstrument(t.Context(), data)
	must(t, err)
	s.kinds, s.lost, s.spoilt = s.quiet(t, "small"), s.quiet(t, pulse), s.quiet(t, pulse)
	s.lostLink = s.blank(t, s.lost.ID, 1)[0]
	keys := s.App.Config.Keys
	for _, dir := range []string{keys, filepath.Join(keys, "copy")} {
		must(t, os.Remove(filepath.Join(dir, "round-"+s.lost.Code+".key")))
	}
	s.App.Survey.Vault.Forget()
	return s
}

// quiet is an open round of which no mail is sent.
func (s *troubled) quiet(t *testing.T, instrument string) *survey.Round {
	t.Helper()
	r := s.draft(t, instrument, nil)
	must(t, outbox.Pause(t.Context(), s.App.Config.DB, r.Topic(), true))
	must(t, s.App.Survey.CheckAndOpen(t.Context(), r.ID, 0))
	return r
}

// halfSent waits until the first round's mail stands still: the rest is put off.
func (s *troubled) halfSent(t *testing.T, half int) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		c, err := outbox.Count(t.Context(), s.App.Config.DB, s.sending.Topic())
		must(t, err)
		if c.All()-c.Waiting == half {
			if c.Refused != 2 || c.Unclear != 1 {
				t.Fatalf("the mail stands at %+v", c)
			}
			return
		}
	}
	t.Fatal("the mail never stands still")
}

func (s *troubled) walks(t *testing.T) []walk {
	t.Helper()
	return []walk{{"troubled coordinator", s.Site, s.coordinatorsStops(t)}, {"troubled respondent", s.Site, s.respondentsStops(t)}}
}

func (s *troubled) coordinatorsStops(t *testing.T) []stop {
	past := s.draft(t, whole, func(r *survey.Round) {
		r.ClosesAt = time.Now().Add(-time.Hour)
		r.Settings.Subject["sv"], r.Settings.Invitation["en"] = "", ""
	})
	few := s.draft(t, whole, func(r *survey.Round) { r.Settings.Professions = []string{"nobody"} })
	file := func(name, text string) string {
		name = filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	staff := file("people.csv", string(s.County.PeopleCSV())+"T1,ei-osoite,Aino,TUNTEMATON,,fi,\nT2,b@kaislaranta.example,,X,,fi,\n")
	roles := file("roles.csv", "email,role,unit\n"+s.County.Cast.Expert+",asiantuntija,\ntuntematon@kaislaranta.example,mentori,\n"+s.County.Cast.Expert+",keisari,X\n")
	useless := file("useless.csv", "a,b\n1,2\n")
	broken := file("broken.json", `{"format": "taitorinki-instrument/1", "key": "X", "pages": [{}]}`)
	bring := func(page, field, file string) func(b *Browser) {
		return func(b *Browser) { b.Open(page); b.upload(field, file); b.Go("main form button") }
	}
	confirm := func(b *Browser) { b.Go(`main form[method="post"] button`); b.mustHave("[data-error-summary]") }
	return []stop{
		{"start", func(b *Browser) { b.as(s.County.Cast.Coordinator) }},
		{"sending half done, with troubles", func(b *Browser) { b.Open(rd(s.sending, "")); b.mustHave("[data-refresh-seconds]", "details li") }},
		{"sending paused", func(b *Browser) { b.Go(`form[action$="/pause"] button`); b.mustHave(`input[name="paused"][value="0"]`) }},
		at(rd(s.sending, "/resend")),
		{"round without its key", func(b *Browser) { b.Open(rd(s.lost, "")); b.mustHave(".notice.wrong") }},
		{"opening blocked by its time", func(b *Browser) { b.Open(rd(past, "/open")); b.mustHave(".notice.wrong", ".notice.warning") }},
		{"opening blocked by its size", func(b *Browser) { b.Open(rd(few, "/open")); b.mustHave(".notice.wrong") }},
		{"staff list with problems, not ticked", func(b *Browser) { bring("/people/import", "#people", staff)(b); confirm(b) }},
		{"staff list of no use", bring("/people/import", "#people", useless)},
		{"no list of roles", func(b *Browser) {
			b.Open("/roles/import")
			b.Go("main form button")
			b.mustHave("[data-error-summary]")
		}},
		{"list of roles with problems", bring("/roles/import", "#roles", roles)},
		{"list of roles with problems, not ticked", confirm},
		{"list of roles of no use", bring("/roles/import", "#roles", useless)},
		{"instrument with problems", func(b *Browser) { bring("/instruments", "#file", broken)(b); b.mustHave("[data-error-summary]") }},
		at(fmt.Sprintf("/instruments/%d?in=sv", s.kinds.InstrumentID)),
		{"page that fails", func(b *Browser) { s.failing(b, past, "/rounds") }},
	}
}

func (s *troubled) respondentsStops(t *testing.T) []stop {
	links, spoilt := s.blank(t, s.kinds.ID, 2), s.blank(t, s.spoilt.ID, 1)[0]
	return []stop{
		{"link of a round without its key", func(b *Browser) { b.Open(s.lostLink); b.status(http.StatusConflict) }},
		{"page that fails", func(b *Browser) { s.failing(b, s.spoilt, spoilt) }},
		{"questions of every kind", func(b *Browser) {
			b.Open(links[0])
			b.Choose("role", "nurse")
			b.Choose("tools", "video")
			b.Saved()
			b.mustHave("textarea#q_more")
		}},
		{"answer out of range", func(b *Browser) { b.Fill("#q_years", "999"); b.Keys("\t"); b.saving("failed") }},
		{"answer out of range without JavaScript", func(b *Browser) {
			b.NoScript(true)
			b.Open(links[1])
			b.Fill("#q_years", "999")
			b.Go(`button[value="next"]`)
			b.NoScript(false)
			b.status(http.StatusUnprocessableEntity)
			b.mustHave("[data-error-summary]", `#q_years[aria-invalid="true"]`)
		}},
		{"answer out of range with JavaScript", func(b *Browser) {
			b.Open(links[1])
			b.Fill("#q_years", "999")
			b.Go(`button[value="next"]`)
			b.mustHave("[data-error-summary]")
		}},
		{"answered on another device", func(b *Browser) {
			b.Open(links[1])
			s.elsewhere(b.t, links[1], "7")
			b.Fill("#q_years", "12")
			b.Keys("\t")
			b.mustHave(".mine button")
		}},
		{"answered on another device, without JavaScript", func(b *Browser) {
			b.NoScript(true)
			b.Open(links[1])
			s.elsewhere(b.t, links[1], "8")
			b.Fill("#q_years", "13")
			b.Go(`button[value="next"]`)
			b.NoScript(false)
			b.status(http.StatusUnprocessableEntity)
			b.mustHave("[data-error-summary]", `.mine button[name="take"]`)
		}},
		{"answers wait for a connection", func(b *Browser) {
			b.Open(links[1])
			b.Offline(true)
			b.Choose("role", "other")
			b.saving("waiting")
			b.Click(`button[value="next"]`)
			b.mustHave(".bar .held")
		}},
		{"survey over while it is answered", func(b *Browser) {
			b.Offline(false)
			b.Until(`location.pathname.endsWith("/2") && document.readyState === "complete"`)
			must(b.t, s.App.Survey.CloseRound(context.Background(), s.kinds.ID, 0))
			b.Choose("r1", "4")
			b.mustHave("#survey-ended")
		}},
		{"survey over", func(b *Browser) { b.Open(links[0]) }},
	}
}

// elsewhere answers how many years on another device.
func (s *troubled) elsewhere(t testing.TB, url, years string) {
	t.Helper()
	sh, err := s.App.Survey.Sheet(t.Context(), code(url))
	must(t, err)
	for _, it := range sh.Instrument.Items {
		if it.ID == "years" {
			_, err := s.App.Survey.SaveOne(t.Context(), sh, survey.Given{Item: it.Index, Values: []string{years}})
			must(t, err)
		}
	}
}

// saving waits until the line that says how saving goes says this.
func (b *Browser) saving(state string) {
	b.t.Helper()
	b.Until(`document.getElementById("survey-saved")?.dataset.state === "` + state + `"`)
}

// mustHave waits for elements without which the walk would look at another state than it says.
func (b *Browser) mustHave(all ...string) {
	b.t.Helper()
	for _, sel := range all {
		b.Until(`document.querySelector(` + strconv.Quote(sel) + `)`)
	}
}

// status fails the walk where the page came with another status than the state has.
func (b *Browser) status(want int) {
	b.t.Helper()
	if got := JS[int](b, `performance.getEntriesByType("navigation")[0].responseStatus`); got != want {
		b.t.Fatalf("status %d, want %d (at %s)", got, want, b.where())
	}
}

// failing opens a page that reads a row which is spoilt for the moment, as a fault of ours might.
func (s *troubled) failing(b *Browser, r *survey.Round, page string) {
	b.t.Helper()
	set := func(settings string) {
		_, err := s.App.Config.DB.ExecContext(context.Background(), `UPDATE survey_rounds SET settings = $2 WHERE id = $1`, r.ID, settings)
		must(b.t, err)
	}
	whole, err := json.Marshal(r.Settings)
	must(b.t, err)
	set("{")
	defer set(string(whole))
	b.Open(page)
	b.status(http.StatusInternalServerError)
}
