package demo_test

import (
	"html"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/demo"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/insight"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
	"taitorinki/internal/sdc/sdcattack"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/survey/remind"
	"taitorinki/internal/survey/wavecode"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// filled is a demonstration of a county.
func filled(t testing.TB, size county.Size) *demo.Demo {
	t.Helper()
	d, dir := demo.New(size), t.TempDir()
	var err error
	d.App, err = app.New(app.Config{DB: dbtest.SQLite(t), Mail: d.Mail, Now: d.Clock.Now, BaseURL: "http://demo.example", Keys: filepath.Join(dir, "keys"),
		Demo: true, Words: []fs.FS{demo.Locales}})
	must(t, err)
	d.Routes()
	began := time.Now()
	must(t, d.Fill(t.Context()))
	t.Logf("filled in %v", time.Since(began))
	for { // the server's worker makes the results
		ran, err := d.App.Worker.Step(t.Context())
		must(t, err)
		if !ran {
			return d
		}
	}
}

// The county is filled once for all that is asked of it; what only looks comes first.
func TestTheSmallCounty(t *testing.T) {
	d := filled(t, county.Small)
	t.Run("has requests in all states and at all levels", func(t *testing.T) { hasRequestsInAllStates(t, d) })
	t.Run("has findings that tell what became of them", func(t *testing.T) { hasFindingsThatTell(t, d) })
	t.Run("has live rooms of its events", func(t *testing.T) { hasRoomsOfEvents(t, d) })
	t.Run("names all that its log speaks of", func(t *testing.T) { namesAllItLogs(t, d) })
	t.Run("has lived its story", func(t *testing.T) { hasLivedItsStory(t, d) })
}

// What the page /demo tells must be there when somebody looks.
func hasLivedItsStory(t *testing.T, d *demo.Demo) {
	ctx, db := t.Context(), d.App.Config.DB
	rounds, err := survey.Rounds(ctx, db)
	must(t, err)
	if len(rounds) != 3 {
		t.Fatalf("%d rounds, want 3", len(rounds))
	}
	open, second, first := rounds[0], rounds[1], rounds[2]
	if first.State != survey.Closed || second.State != survey.Closed || open.State != survey.Open || second.FirstOfSeries() != first.ID || open.FirstOfSeries() != first.ID {
		t.Errorf("states %s, %s, %s, series %d and %d of %d", first.State, second.State, open.State, second.FirstOfSeries(), open.FirstOfSeries(), first.ID)
	}
	if now := time.Now(); !open.OpenedAt.Before(now) || !open.ClosesAt.After(now) || d.Clock.Now().Sub(now).Abs() > time.Minute {
		t.Errorf("open from %v to %v, by a clock at %v", open.OpenedAt, open.ClosesAt, d.Clock.Now())
	}
	for _, r := range []survey.Round{first, second} {
		if rate := float64(r.Responses) / float64(r.Invited); rate < 0.5 || rate > 0.75 {
			t.Errorf("%s: %d of %d answered", r.Code, r.Responses, r.Invited)
		}
	}

	t.Run("the second survey shows a change where help was aimed", func(t *testing.T) {
		snap, err := d.App.Insight.Snapshot(ctx, second.Code)
		must(t, err)
		if snap.Change == nil || snap.Change.Units[0].N < 50 || snap.Change.Units[0].N >= first.Responses {
			t.Fatalf("the change is %+v", snap.Change)
		}
		c := snap.Change.Units[0]
		t.Logf("%d of %d matched", c.N, first.Responses)
		for a, f := range c.Areas {
			id, low, high := snap.Areas[a].ID, -0.15, 0.15
			switch id {
			case "remote", "digital":
				low, high = 0.2, 0.6
			case "organisation":
				low, high = -0.3, -0.01
			}
			if f == nil {
				t.Errorf("the change in %s is not told", id)
				continue
			}
			t.Logf("%-12s %+.2f", id, f.Diff)
			if f.Diff < low || f.Diff > high {
				t.Errorf("%s changed by %.2f, want %.2f to %.2f", id, f.Diff, low, high)
			}
		}
	})

	t.Run("an attacker finds nothing in what is published, and the same answers give the same again", func(t *testing.T) {
		for _, r := range []survey.Round{first, second} {
			snap, err := d.App.Insight.Snapshot(ctx, r.Code)
			must(t, err)
			if snap == nil || snap.Whole() == nil || len(snap.Cells) < 20 {
				t.Fatalf("%s: %+v", r.Code, snap)
			}
			attack(t, d, r.Code, snap)
			if same, _, err := d.App.Insight.Same(ctx, r.Code); err != nil || !same {
				t.Errorf("%s made once more: the same %v, %v", r.Code, same, err)
			}
		}
	})

	t.Run("about half have answered the open round, and the nurse has not", func(t *testing.T) {
		links, err := d.App.Survey.Links(ctx, open.ID)
		must(t, err)
		nurse, err := people.PersonByEmail(ctx, db, county.Make(county.Small, 2026).Cast.MentorCandidate)
		must(t, err)
		sent, begun := 0, 0
		for _, l := range links {
			sh, err := d.App.Survey.Sheet(ctx, l.URL[strings.LastIndex(l.URL, "/")+1:])
			if sh == nil {
				t.Fatal(err)
			}
			answered, _ := sh.Instrument.Answered(sh.Answers)
			if sh.Submitted {
				sent++
			} else if answered > 0 {
				begun++
			}
			if l.PersonID == nurse.ID && answered > 0 {
				t.Error("the nurse has begun")
			}
		}
		if rate := float64(sent) / float64(len(links)); rate < 0.4 || rate > 0.6 || begun == 0 {
			t.Errorf("%d of %d have answered, %d have begun", sent, len(links), begun)
		}
		if open.Invited <= len(links) {
			t.Errorf("%d invited with %d links: no paper slips", open.Invited, len(links))
		}
	})

	t.Run("open answers of the first round are read, those of the second wait", func(t *testing.T) { readTexts(t, d, first, second) })

	t.Run("the day's response rates are told", func(t *testing.T) {
		rates, err := survey.RatesOf(ctx, db, open.ID)
		must(t, err)
		all := rates.Under("fi", 0)
		if len(all) < 4 || all[0].Percent < 40 || all[0].Percent > 60 {
			t.Errorf("rates of %v: %+v", rates.Day, all)
		}
	})

	t.Run("mail has gone out, with troubles and a reminder", func(t *testing.T) {
		all, err := outbox.Troubles(ctx, db, open.Topic())
		must(t, err)
		said := map[string]int{}
		for _, x := range all {
			word, _, _ := strings.Cut(x.Error, " ")
			said[x.State+" "+word]++
		}
		if said["refused 550"] != 2 || said["refused 452"] != 1 || len(all) != 4 {
			t.Errorf("the troubles are %v", said)
		}
		if c, err := outbox.Count(ctx, db, open.Topic()); err != nil || c.Waiting > 0 || c.Sent < 270 {
			t.Errorf("the invitations stand %+v, %v", c, err)
		}
		if n := len(d.Mail.Sent()); n < open.Invited*5/4 || n > open.Invited*2 {
			t.Errorf("%d mails for %d invited", n, open.Invited)
		}
		for i, r := range rounds {
			plan, err := remind.Plan(ctx, db, r.ID)
			must(t, err)
			ran := 0
			for _, x := range plan {
				if x.State == remind.Ran {
					ran++
				}
			}
			if want := min(i+1, 2); ran != want {
				t.Errorf("%d reminders of round %s have run, want %d", ran, r.Code, want)
			}
		}
	})

	t.Run("the county was reorganised between the waves", func(t *testing.T) {
		was, is := tree(t, d, first.ID), tree(t, d, second.ID)
		gone, fresh, moved, renamed := 0, 0, 0, 0
		for code, u := range is {
			switch before, known := was[code]; {
			case !known:
				fresh++
			case before.parent != u.parent:
				moved++
			case before.name != u.name:
				renamed++
			}
		}
		for code := range was {
			if _, still := is[code]; !still {
				gone++
			}
		}
		if gone != 2 || fresh != 1 || moved != 1 || renamed != 3 {
			t.Errorf("%d units gone, %d new, %d moved, %d renamed; want 2, 1, 1, 3", gone, fresh, moved, renamed)
		}
	})

	t.Run("the log tells who opened, printed and looked", func(t *testing.T) {
		all, _, err := people.AuditLog(ctx, db, "", 1000, 0)
		must(t, err)
		seen := map[string]bool{}
		for _, e := range all {
			seen[e.Action] = true
		}
		for _, want := range []string{"people.audit-import", "people.audit-grant", "county.change", "round.open", "round.slips", "round.remind", "round.close-due", "result.view", "result.export"} {
			if !seen[want] {
				t.Errorf("the log has no %s", want)
			}
		}
	})

	t.Run("the page tells the story, and the nurse's code brings back the earlier times", func(t *testing.T) { checkPage(t, d) })
}

// get is a page as an anonymous visitor gets it.
func get(t *testing.T, d *demo.Demo, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	d.App.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://demo.example"+path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d", path, w.Code)
	}
	return w.Body.String()
}

// find is what a pattern's group holds in a text.
func find(t *testing.T, pattern, text string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no %s in %s", pattern, text)
	}
	return html.UnescapeString(m[1])
}

func checkPage(t *testing.T, d *demo.Demo) {
	ctx := t.Context()
	page := get(t, d, "/demo")
	for _, want := range []string{"Toinen mittaus näyttää muutoksen", "Noora Niemelä", `value="/audit"`, `value="/mentors/willing"`, `/slips"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not tell %q", want)
		}
	}
	mails := get(t, d, find(t, `href="(/demo/mail\?to=[^"]*)"`, page))
	invitation := get(t, d, find(t, `href="(/demo/mail/[0-9]+)"`, mails))
	personal := find(t, `href="http://demo.example/v/([^"]*)"`, invitation)
	if !strings.Contains(page, personal) {
		t.Error("the page leads to another survey than the nurse's mail")
	}
	sh, err := d.App.Survey.Sheet(ctx, personal)
	must(t, err)
	var all []survey.Given
	for _, it := range sh.Instrument.Items {
		if it.Scale != "" {
			all = append(all, survey.Given{Item: it.Index, Values: []string{"4"}})
		}
	}
	_, err = d.App.Survey.Save(ctx, sh, all)
	must(t, err)
	code, err := wavecode.Parse(find(t, `own-link">([^<]*)<`, page))
	must(t, err)
	secret, err := d.App.Survey.SubmitWith(ctx, sh, 1, code)
	must(t, err)
	f, err := d.App.Survey.FeedbackOf(ctx, link.Format(link.Feedback, sh.Round.Code, secret))
	must(t, err)
	if len(f.Earlier) != 2 {
		t.Errorf("the feedback shows %d earlier times, want 2", len(f.Earlier))
	}
}

// The medium county by unit and profession, both waves, each by itself: minutes.
func TestAnAttackerFindsNothingInTheMediumCounty(t *testing.T) {
	if os.Getenv("SDC_LONG") == "" {
		t.Skip("SDC_LONG is not set")
	}
	d := filled(t, county.Medium)
	rounds, err := survey.Rounds(t.Context(), d.App.Config.DB)
	must(t, err)
	if len(rounds) != 3 {
		t.Fatalf("%d rounds, want 3, the newest open", len(rounds))
	}
	for _, r := range rounds[1:] {
		snap, err := d.App.Insight.Snapshot(t.Context(), r.Code)
		must(t, err)
		attack(t, d, r.Code, snap)
	}
}

type placed struct{ parent, name string }

// tree is a round's tree by the codes of its units.
func tree(t *testing.T, d *demo.Demo, round int64) map[string]placed {
	t.Helper()
	units, err := survey.RoundUnits(t.Context(), d.App.Config.DB, round)
	must(t, err)
	code := map[int64]string{}
	for _, u := range units {
		code[u.ID] = u.Code
	}
	out := map[string]placed{}
	for _, u := range units {
		out[u.Code] = placed{code[u.Parent], u.Names["fi"]}
	}
	return out
}

// attack reads what is published of a round, knowing that some people have no score in some areas.
func attack(t *testing.T, d *demo.Demo, code string, snap *insight.Snapshot) {
	t.Helper()
	source, err := d.App.Insight.Source(t.Context(), code)
	must(t, err)
	var answers []sdc.Answer
	missing, means := 0, 0
	for _, r := range source.Responses {
		answers = append(answers, sdc.Answer{Unit: r.Unit, Values: r.Values, Scores: r.Scores})
		if slices.ContainsFunc(r.Scores, math.IsNaN) {
			missing++
		}
	}
	for _, c := range snap.Cells {
		for _, m := range c.Means {
			if m != nil {
				means++
			}
		}
	}
	began := time.Now()
	leaks := sdcattack.AttackWhereScoresAreMissing(snap.Catalogue(), snap.Least, answers, snap.Publication())
	t.Logf("%s: %d of %d lack a score, %d groups, %d means, %d leaks in %v", code, missing, len(answers), len(snap.Cells), means, len(leaks), time.Since(began))
	for _, leak := range leaks {
		t.Errorf("%s: %v", code, leak)
	}
}
