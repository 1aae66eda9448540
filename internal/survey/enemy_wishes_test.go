package survey_test

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/mail"
	"taitorinki/internal/survey"
)

// People who answer anonymously also tell under their own name whether they would be digimentors: some right before they
// answer, some right after, as the links in the invitation and on the last page invite them to. The enemy has all that this
// leaves behind: the wish, asking for a link, the mail, the sign-in, the session.

// when somebody tells a wish.
const (
	never = iota
	beforeAnswering
	afterAnswering
)

// site is the whole platform over the campaign's database, for what people do under their own names.
type site struct {
	t     *testing.T
	app   *app.App
	mail  *mail.Recorder
	url   string
	c     *campaign
	told  atomic.Int64
	order []float64 // of telling, by respondent; -1 is never
}

func newSite(t *testing.T, c *campaign) *site {
	t.Helper()
	s := &site{t: t, mail: &mail.Recorder{}, url: "http://127.0.0.1", c: c}
	var err error
	s.app, err = app.New(app.Config{DB: c.f.d, Mail: s.mail, Now: time.Now, BaseURL: s.url, Keys: c.f.dir})
	must(t, err)
	return s
}

// RoundTrip answers a browser's request without a network, for which no bubble of time would wait.
func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	s.app.Handler().ServeHTTP(w, in)
	res := w.Result()
	res.Request = r
	return res, nil
}

// wish signs somebody in and tells a wish. Every third signs in by the link in the mail, which leads to the page; the others
// by a link from the operator, which costs the test less time.
func (s *site) wish(p survey.Invitee, n int, byMail bool) {
	jar, err := cookiejar.New(nil)
	must(s.t, err)
	browser := &http.Client{Jar: jar, Transport: s}
	if byMail {
		s.post(browser, "/sign-in", url.Values{"email": {p.Address}, "next": {"/wishes"}})
		s.post(browser, s.linkTo(p.Address), nil)
	} else {
		link, err := s.app.People.SigninLink(s.t.Context(), p.PersonID)
		must(s.t, err)
		s.post(browser, strings.TrimPrefix(link, s.url), nil)
	}
	ways := [][]string{{"video"}, {"course", "text"}, {"webinar", "hands-on"}, nil}
	s.post(browser, "/wishes", url.Values{"mentor": {[]string{"yes", "maybe", "no"}[n%3]}, "ways": ways[n%4], "consent": {"1"}})
}

func (s *site) linkTo(email string) string {
	for range 1000 {
		_, err := s.app.Outbox.Step(s.t.Context())
		must(s.t, err)
		for _, m := range s.mail.Sent() {
			if at := strings.Index(m.Text, s.url+"/sign-in/"); m.To == email && at >= 0 {
				return strings.Fields(m.Text[at+len(s.url):])[0]
			}
		}
		time.Sleep(time.Millisecond)
	}
	s.t.Errorf("no mail came to %s", email)
	return "/"
}

func (s *site) post(browser *http.Client, path string, v url.Values) {
	res, err := browser.PostForm(s.url+path, v)
	if err != nil {
		s.t.Errorf("%s: %v", path, err)
		return
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK || path == "/wishes" && res.Request.URL.Path != "/wishes" {
		s.t.Errorf("POST %s leads to %s with status %d", path, res.Request.URL.Path, res.StatusCode)
	}
}

// tellWishes makes a third of the people tell a wish right before they answer and a third right after.
func (s *site) tellWishes(c *campaign) {
	when := map[*respondent]int{}
	index := map[*respondent]int{}
	s.order = make([]float64, len(c.who))
	for i, r := range c.who {
		r.one = false // the pages are saved as a whole: this test is about what comes beside the answers
		when[r], index[r], s.order[i] = i%3, i, -1
	}
	tell := func(r *respondent) {
		i := index[r]
		s.wish(c.f.pop.People[r.person], r.person, i/3%3 == 0)
		s.order[i] = float64(s.told.Add(1))
	}
	c.around = func(r *respondent, answer func()) {
		if when[r] == beforeAnswering {
			tell(r)
		}
		answer()
		if when[r] == afterAnswering {
			tell(r)
		}
	}
}

// ofNames is what the enemy finds of each respondent in what has a name on it.
func (c *campaign) ofNames(s *site) []feature {
	n := len(c.who)
	person, address := map[int64]int{}, map[string]int{}
	order := feature{"order of answering", make([]float64, n)}
	for i, r := range c.who {
		person[c.f.pop.People[r.person].PersonID], address[c.f.pop.People[r.person].Address] = i, i
		order.of[i] = float64(i)
	}
	out := []feature{order, {"order of wishing", s.order}}
	for k, d := range []dump{c.mid, c.before, c.after} {
		when := []string{"mid-round", "before closing", "after closing"}[k]
		for _, name := range slices.Sorted(maps.Keys(d)) {
			tb := d[name]
			who := func([]any) int { return -1 }
			if at := tb.col("person_id"); at >= 0 {
				who = func(row []any) int {
					id, _ := row[at].(int64)
					return lookup(person, id)
				}
			} else if at := tb.col("address"); at >= 0 {
				who = func(row []any) int { return lookup(address, fmt.Sprint(row[at])) }
			} else if name == "sessions" {
				at := tb.col("data")
				who = func(row []any) int { return lookup(person, personOf(row[at].([]byte))) }
			}
			out = append(out, columns(when, name, tb, n, who)...)
		}
	}
	return someKnown(out)
}

// personOf reads whose a session is.
func personOf(data []byte) int64 {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return 0
	}
	id, _ := values["person"].(int64)
	return id
}

// someKnown keeps the features that are known of anybody. Who has no row is taken to come before all who have one.
func someKnown(all []feature) (out []feature) {
	for _, f := range all {
		known := false
		of := slices.Clone(f.of)
		for i, v := range of {
			if known = known || !math.IsNaN(v); math.IsNaN(v) {
				of[i] = math.Inf(-1)
			}
		}
		if known {
			out = append(out, feature{f.name, of})
		}
	}
	return out
}

// attackNames joins what has a name on it to responses and feedbacks, or those features alone whose names hold left and right.
func (c *campaign) attackNames(s *site, left, right string) []finding {
	holding := func(fs []feature, text string) []feature {
		return slices.DeleteFunc(fs, func(f feature) bool { return !strings.Contains(f.name, text) })
	}
	return attack(c.groups(), holding(c.ofNames(s), left), holding(c.ofResponses(c.after), right))
}

// attackWishes looks whether what we store in a wish tells when its giver answered, among those of whom there is one: that
// it is there tells everybody who has an older copy that it was told since. Where the engine puts the row is not ours either:
// PostgreSQL puts rows where they come, and attackNames has tried what that joins.
func (c *campaign) attackWishes(s *site) (out []finding) {
	for _, f := range c.ofNames(s) {
		if !strings.Contains(f.name, " mentoring_wishes.") || strings.Contains(f.name, "~") {
			continue
		}
		wish, order := feature{name: f.name}, feature{name: "order of answering"}
		var groups []int
		for i, g := range c.groups() {
			if !math.IsInf(f.of[i], -1) {
				wish.of, order.of, groups = append(wish.of, f.of[i]), append(order.of, float64(i)), append(groups, g)
			}
		}
		out = append(out, attack(groups, []feature{wish}, []feature{order})...)
	}
	return out
}

var timeLike = regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}:[0-9]{2}|[0-9]{8,}`)

// wishFaults is all in a wish that is more than a person and an answer.
func wishFaults(tb *table, round survey.Round) (out []string) {
	for i, col := range tb.cols {
		if strings.HasPrefix(col, "~") || col == "person_id" {
			continue
		}
		if col != "mentor" && col != "ways" {
			out = append(out, "there is a column "+col)
		}
		for _, row := range tb.rows {
			text := fmt.Sprint(row[i])
			if _, is := row[i].(time.Time); is || timeLike.MatchString(text) {
				out = append(out, col+" holds a time: "+text)
				break
			}
			if strings.Contains(text, round.Code) || strings.Contains(text, "round") || text == fmt.Sprint(round.ID) {
				out = append(out, col+" holds the round: "+text)
				break
			}
		}
	}
	return out
}

func TestTheEnemyCannotJoinAResponseToAWishThatWasToldBesideIt(t *testing.T) {
	logged := captureLog(t)
	atThePaceOfPeople(t, func(t *testing.T, d *db.DB) *site {
		c := newCampaign(t, d, 20, 45)
		s := newSite(t, c)
		s.tellWishes(c)
		c.run(t)
		c.plainTextIsNowhere(t, logged)
		c.nothingInBackup(t)
		return s
	}, func(t *testing.T, s *site) {
		c := s.c
		for when, dump := range map[string]dump{"before closing": c.before, "after closing": c.after} {
			if got, want := len(dump["mentoring_wishes"].rows), len(c.who)*2/3; got != want {
				t.Errorf("%s: %d wishes, want %d", when, got, want)
			}
			for _, fault := range wishFaults(dump["mentoring_wishes"], c.round) {
				t.Errorf("%s: %s", when, fault)
			}
			c.namesKnowNoRound(t, when, dump)
		}
		found := c.attackNames(s, "", "")
		t.Logf("%d pairs tried, the worst %v", len(found), found[:min(8, len(found))])
		if len(found) < 250 {
			t.Errorf("only %d pairs of features were tried", len(found))
		}
		for _, f := range linking(found) {
			t.Errorf("AUC %v: joins a name to a response", f)
		}
		wishes := c.attackWishes(s)
		t.Logf("of the wishes themselves: %v", wishes)
		for _, f := range linking(wishes) {
			t.Errorf("AUC %v: a wish tells when its giver answered", f)
		}
		c.theEnemyOfWishesWins(t, s)
	})
}

// nothingInBackup makes a backup as the operator does and looks for secrets in it.
func (c *campaign) nothingInBackup(t *testing.T) {
	t.Helper()
	var b bytes.Buffer
	must(t, c.f.d.Backup(t.Context(), &b))
	for what, n := range c.needles.in(b.Bytes()) {
		t.Errorf("%s in a backup, %d times", what, n)
	}
}

// namesKnowNoRound looks for the round in what signing in and telling a wish leave behind.
func (c *campaign) namesKnowNoRound(t *testing.T, when string, d dump) {
	t.Helper()
	for _, name := range []string{"mentoring_wishes", "signins", "sessions"} {
		if strings.Contains(d[name].flat(), c.round.Code) {
			t.Errorf("%s: the round's code is in %s", when, name)
		}
	}
	tb := d["audit_log"]
	for _, row := range tb.rows {
		if row[tb.col("person_id")] != nil && row[tb.col("action")] != "people.audit-signin" {
			t.Errorf("%s: the log tells of %v", when, row)
		}
	}
}

// theEnemyOfWishesWins plants what must never be stored: a test that misses it would prove nothing.
func (c *campaign) theEnemyOfWishesWins(t *testing.T, s *site) {
	index := map[int64]int{}
	for i, r := range c.who {
		index[c.f.pop.People[r.person].PersonID] = i
	}
	// column adds a column to the wishes.
	column := func(c *campaign, name string, value func(i int) any) {
		tb := c.after["mentoring_wishes"]
		tb.cols = append(tb.cols, name)
		for k, row := range tb.rows {
			tb.rows[k] = append(row, value(index[row[tb.col("person_id")].(int64)]))
		}
	}
	began := time.Now().UnixMicro()
	planted := func(name string, joins bool, plant func(c *campaign)) {
		t.Run("the enemy wins when "+name, func(t *testing.T) {
			c := *c
			c.after = c.after.clone()
			plant(&c)
			if found := linking(c.attackWishes(s)); joins && len(found) == 0 {
				t.Error("no pair of features joins")
			}
			if faults := wishFaults(c.after["mentoring_wishes"], c.round); len(faults) == 0 {
				t.Error("nothing is said of what the wish holds")
			}
		})
	}
	planted("a wish has its time", true, func(c *campaign) {
		column(c, "at", func(i int) any { return began + int64(s.order[i])*1_000_000 })
	})
	planted("a wish has the hour of its day", true, func(c *campaign) {
		column(c, "h", func(i int) any { return int64(s.order[i]) / 60 })
	})
	planted("wishes are numbered", true, func(c *campaign) {
		column(c, "id", func(i int) any { return int64(s.order[i]) })
	})
	planted("a wish has its round", false, func(c *campaign) {
		column(c, "round_id", func(int) any { return c.round.ID })
	})
	planted("the round hides in the answer", false, func(c *campaign) {
		tb := c.after["mentoring_wishes"]
		for _, row := range tb.rows {
			row[tb.col("ways")] = fmt.Sprintf(`["video","%s"]`, c.round.Code)
		}
	})
	t.Run("the enemy wins when wishes and responses have marks of time", func(t *testing.T) {
		c := *c
		c.after = c.after.clone()
		column(&c, "at", func(i int) any { return int64(s.order[i]) })
		times := &table{cols: []string{"response_id", "at"}}
		for i, r := range c.who {
			times.rows = append(times.rows, []any{r.response, int64(i/100) * 3600})
		}
		c.after["response_times"] = times
		if len(linking(c.attackNames(s, "mentoring_wishes.at", "response_times.at"))) == 0 {
			t.Error("not noticed")
		}
	})
}
