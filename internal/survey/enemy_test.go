package survey_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/survey/seal"
)

// The enemy of this file has read everything that is stored, at any time, and has sat beside people while they answered:
// who answered as the how-manieth is known, and how far the log was when each began and ended. What must stay
// unknown is which response is whose.

const (
	textMark = "zQ7-oma-teksti-"
	least    = 0.45
	most     = 0.55
)

// respondent is one who answered: the truth that the enemy looks for.
type respondent struct {
	person   int // in the population
	code     string
	answers  map[string]string
	one      bool // answers were saved one by one
	secret   link.Secret
	ballot   seal.BallotID
	from, to int64          // how long the log was when they began and ended
	own      []seal.StateID // rows of the log, which the enemy does not know
	response int64          // its id
}

// campaign is a round that people have answered, and all that was stored of it.
type campaign struct {
	f                  *fixture
	round              survey.Round
	who                []*respondent // in the order of answering
	spy                spy
	mid, before, after dump
	rows               []logRow
	seen               []glance // how the log grew, while people answered
	copies             [][]byte // backups of mid-round
	needles            *needles
	around             func(r *respondent, answer func()) // what people do before and after answering; nil is nothing
	runs               [][]reminderRow                    // the reminders of mid-round
}

func enemyInstrument() string { return manyItems("enemy", 10, 5, mixedPage()) }

const pages = 3 // of it

func newCampaign(t *testing.T, d *db.DB, units, each int) *campaign {
	t.Helper()
	c := &campaign{f: newFixture(t, d, units, each)}
	c.f.s.Now = time.Now // the rows that cover skipped questions follow the pace of answering
	c.spy = newSpy(t, d)
	rng := rand.New(rand.NewPCG(2026, uint64(units*each)))
	// Invitations in an order that has nothing to do with that of answering, nor with that of the staff list.
	rng.Shuffle(len(c.f.pop.People), func(i, j int) {
		p := c.f.pop.People
		p[i], p[j] = p[j], p[i]
	})
	c.round = c.f.open(enemyInstrument(), nil)
	codes := c.f.codes(c.round.ID)
	numbers := rng.Perm(99_999)
	for _, p := range rng.Perm(len(codes))[:len(codes)*9/10] {
		c.who = append(c.who, &respondent{person: p, code: codes[p], one: rng.IntN(8) > 0, answers: randomAnswers(rng, numbers[p])})
	}
	c.spy.mark()
	return c
}

// randomAnswers leaves out some questions, sometimes whole pages. The number is the test's own mark of whose they are.
func randomAnswers(rng *rand.Rand, number int) map[string]string {
	a := map[string]string{"number": fmt.Sprint(number)}
	level := rng.Float64() // of diligence: people differ in how much they answer
	for page := range 2 {
		if rng.IntN(8) == 0 {
			continue
		}
		for q := page * 5; q < page*5+5; q++ {
			if rng.Float64() < 0.3+0.7*level {
				a[fmt.Sprint("q", q)] = fmt.Sprint(rng.IntN(5) + 1)
			}
		}
	}
	var many []string
	for _, o := range []string{"a", "b", "c", "d"} {
		if rng.IntN(2) == 0 {
			many = append(many, o)
		}
	}
	if len(many) > 0 {
		a["many"] = strings.Join(many, ",")
	}
	if rng.Float64() < 0.3+0.5*level {
		a["text"] = textMark + strings.Repeat("x", rng.IntN(100))
	}
	return a
}

// steps are the requests that a respondent's browser sends.
func (c *campaign) steps(r *respondent) (steps []func()) {
	f := c.f
	in := f.sheet(r.code).Instrument
	for page := range in.Pages {
		for _, it := range in.Pages[page].Items {
			v := r.answers[it.ID]
			switch {
			case r.one && v != "":
				steps = append(steps, func() { f.saveOne(f.sheet(r.code), it.ID, v) })
			case r.one: // who skips a question reads it too
				steps = append(steps, func() {})
			}
		}
		steps = append(steps, func() {
			sh := f.sheet(r.code)
			if answers := onPage(sh, page, r.answers); r.one {
				f.leave(sh, page, answers)
			} else {
				f.save(sh, answers)
			}
		})
	}
	return append(steps, func() {
		sh := f.sheet(r.code)
		var err error
		r.ballot = sh.Ballot()
		r.secret, err = f.s.Submit(f.t.Context(), sh, rand.Uint64())
		must(f.t, err)
	})
}

// run plays the round from the first answer to after the closing.
func (c *campaign) run(t *testing.T) {
	t.Helper()
	half := len(c.who) / 2
	c.planReminders(t)
	c.answer(c.who[:half])
	c.remind(t)
	c.mid = takeDump(t, c.f.d, c.spy)
	c.runs = c.reminderRows(t, c.answeredByMid())
	for _, name := range c.spy.files() {
		if b, err := os.ReadFile(name); err == nil && !strings.Contains(name, "pg_wal") {
			c.copies = append(c.copies, b)
		}
	}
	c.answer(c.who[half:])
	c.before = takeDump(t, c.f.d, c.spy)
	ofRound := map[seal.StateID]bool{}
	tb := c.before["survey_ballots"]
	for _, row := range tb.rows {
		ofRound[seal.StateID(row[tb.col("id")].([]byte))] = row[tb.col("round_id")].(int64) == c.round.ID
	}
	c.rows = slices.DeleteFunc(c.spy.rows(), func(r logRow) bool { return !ofRound[r.id] })
	for i := range c.rows {
		c.rows[i].time = c.seen[sort.Search(len(c.seen)-1, func(k int) bool { return c.seen[k].length > c.rows[i].at })].time
	}
	c.whose(t)
	c.needles = c.secrets(t)
	c.close(t)
}

// whose finds out which rows of the log were whose.
func (c *campaign) whose(t *testing.T) {
	t.Helper()
	key, err := c.f.s.Vault.Load(c.round.Code)
	must(t, err)
	there := map[seal.StateID]bool{}
	for _, r := range c.rows {
		there[r.id] = true
	}
	for _, r := range c.who {
		for n := uint32(1); there[key.State(r.ballot, n)]; n++ {
			r.own = append(r.own, key.State(r.ballot, n))
		}
		want := pages + 1
		if r.one {
			want += len(r.answers)
		}
		if len(r.own) != want {
			t.Fatalf("the log shows %d rows of somebody who saved %d times", len(r.own), want)
		}
	}
}

// secrets are what must be nowhere, neither before nor after the closing.
func (c *campaign) secrets(t *testing.T) *needles {
	t.Helper()
	n := newNeedles()
	for _, code := range c.f.codes(c.round.ID) {
		token := tokenOf(t, code)
		n.secret("a token", token[:], code[5:31])
	}
	for _, r := range c.who {
		n.secret("a feedback's secret", r.secret[:], link.Format(link.Feedback, c.round.Code, r.secret)[5:31])
	}
	keys, err := c.f.s.Vault.Export()
	must(t, err)
	for _, data := range keys {
		raw, err := hex.DecodeString(strings.Split(string(data), "\n")[2])
		must(t, err)
		n.secret("the round's key", raw, "")
	}
	return n
}

func (c *campaign) close(t *testing.T) {
	t.Helper()
	must(t, c.f.s.CloseRound(t.Context(), c.round.ID, 0))
	c.after = takeDump(t, c.f.d, c.spy)
	owner := map[string]*respondent{}
	for _, r := range c.who {
		owner[r.answers["number"]] = r
	}
	tb := c.after["survey_responses"]
	for _, row := range tb.rows {
		owner[jsonMap(row[tb.col("answers")])["number"]].response = row[tb.col("id")].(int64)
	}
	if len(tb.rows) != len(c.who) {
		t.Fatalf("%d responses, want %d", len(tb.rows), len(c.who))
	}
}

// groups is the group of each respondent: false pairs are sought among those of equal stored attributes only.
func (c *campaign) groups() []int {
	out := make([]int, len(c.who))
	for i, r := range c.who {
		out[i] = int(c.f.pop.People[r.person].UnitID)
	}
	return out
}

// ofInvitations is what the enemy knows of each respondent as a person.
func (c *campaign) ofInvitations(dumps ...dump) []feature {
	n := len(c.who)
	order := feature{"order of answering", make([]float64, n)}
	person, last := map[int64]int{}, map[seal.StateID]int{}
	watched := make([]watched, n)
	for i, r := range c.who {
		order.of[i] = float64(i)
		person[c.f.pop.People[r.person].PersonID] = i
		last[r.own[len(r.own)-1]] = i
		watched[i] = c.watched(r)
	}
	invitation := map[int64]int{}
	tb := c.mid["survey_invitations"]
	for _, row := range tb.rows {
		if i, ok := person[row[tb.col("person_id")].(int64)]; ok && row[tb.col("round_id")].(int64) == c.round.ID {
			invitation[row[tb.col("id")].(int64)] = i
		}
	}
	out := append([]feature{order}, logFeatures(c.rows, watched)...)
	for k, d := range dumps {
		when := []string{"mid-round", "before closing", "after closing"}[k]
		if tb := d["survey_ballots"]; tb != nil {
			at := tb.col("id")
			out = append(out, columns(when, "survey_ballots", tb, n, func(row []any) int { return lookup(last, seal.StateID(row[at].([]byte))) })...)
		}
		out = append(out, about(when, d, n, person, "persons", "person_id")...)
		out = append(out, about(when, d, n, invitation, "survey_invitations", "invitation_id", "ref")...)
	}
	return out
}

// about makes features of every table that has a row for each of some things.
func about(when string, d dump, n int, which map[int64]int, own string, cols ...string) (out []feature) {
	for _, name := range slices.Sorted(maps.Keys(d)) {
		tb := d[name]
		for _, col := range append([]string{"id"}, cols...) {
			at := tb.col(col)
			if at < 0 || (col == "id") != (name == own) {
				continue
			}
			out = append(out, columns(when, name, tb, n, func(row []any) int {
				if id, ok := row[at].(int64); ok {
					return lookup(which, id)
				}
				return -1
			})...)
		}
	}
	return out
}

func lookup[K comparable](m map[K]int, k K) int {
	if i, ok := m[k]; ok {
		return i
	}
	return -1
}

// ofResponses is what the enemy knows of each response and each feedback; whose they are is the truth's.
func (c *campaign) ofResponses(d dump) []feature {
	n := len(c.who)
	response, feedback := map[int64]int{}, map[string]int{}
	for i, r := range c.who {
		response[r.response] = i
		feedback[string(seal.FeedbackID(r.secret))] = i
	}
	out := about("", d, n, response, "survey_responses", "response_id")
	tb := d["survey_responses"]
	for what, f := range map[string]func(a map[string]string) float64{
		"answers":      func(a map[string]string) float64 { return float64(len(a)) },
		"text":         func(a map[string]string) float64 { return float64(len(a["text"])) },
		"ticks":        func(a map[string]string) float64 { return float64(len(a["many"])) },
		"first page":   func(a map[string]string) float64 { return float64(given(a, "q0", "q1", "q2", "q3", "q4")) },
		"second page":  func(a map[string]string) float64 { return float64(given(a, "q5", "q6", "q7", "q8", "q9")) },
		"first answer": func(a map[string]string) float64 { return float64(num(a["q0"])) },
	} {
		x := feature{"response: " + what, unknown(n)}
		for _, row := range tb.rows {
			x.of[response[row[tb.col("id")].(int64)]] = f(jsonMap(row[tb.col("answers")]))
		}
		out = append(out, x)
	}
	fb := d["survey_feedbacks"]
	return append(out, columns("", "survey_feedbacks", fb, n, func(row []any) int { return lookup(feedback, string(row[fb.col("id")].([]byte))) })...)
}

func given(a map[string]string, ids ...string) (n int) {
	for _, id := range ids {
		if a[id] != "" {
			n++
		}
	}
	return n
}

// attack tries all pairs of features, or those alone whose names begin as left and right say.
func (c *campaign) attack(left, right string) []finding {
	starting := func(fs []feature, with string) []feature {
		return slices.DeleteFunc(fs, func(f feature) bool { return !strings.HasPrefix(f.name, with) })
	}
	return attack(c.groups(), starting(c.ofInvitations(c.mid, c.before, c.after), left), starting(c.ofResponses(c.after), right))
}

// linking are the findings that join.
func linking(fs []finding) (out []finding) {
	for _, f := range fs {
		if !(f.auc >= least && f.auc <= most) {
			out = append(out, f)
		}
	}
	return out
}

func (d dump) clone() dump {
	out := dump{}
	for name, tb := range d {
		c := &table{cols: slices.Clone(tb.cols)}
		for _, r := range tb.rows {
			c.rows = append(c.rows, slices.Clone(r))
		}
		out[name] = c
	}
	return out
}

// laidInOrder gives the rows of a table new places, in the order that key says.
func (tb *table) laidInOrder(key func(row []any) int) {
	var own []int
	for i, c := range tb.cols {
		if strings.HasPrefix(c, "~") {
			own = append(own, i)
		}
	}
	var places [][]any
	for _, r := range tb.rows {
		var p []any
		for _, i := range own {
			p = append(p, r[i])
		}
		places = append(places, p)
	}
	slices.SortFunc(tb.rows, func(a, b []any) int { return key(a) - key(b) })
	for k, r := range tb.rows {
		for j, i := range own {
			r[i] = places[k][j]
		}
	}
}

func TestTheEnemyCannotJoinAResponseToAnInvitation(t *testing.T) {
	logged := captureLog(t)
	atThePaceOfPeople(t, func(t *testing.T, d *db.DB) *campaign {
		c := newCampaign(t, d, 20, 50)
		c.run(t)
		c.plainTextIsNowhere(t, logged)
		return c
	}, func(t *testing.T, c *campaign) {
		found := c.attack("", "")
		t.Logf("%d pairs tried, the worst %v", len(found), found[:12])
		if len(found) < 50 {
			t.Errorf("only %d pairs of features were tried", len(found))
		}
		for _, f := range linking(found) {
			t.Errorf("AUC %v: links responses to invitations", f)
		}
		c.nobodyKnowsWhoAnswered(t, c.answeredByMid(), c.runs)
		c.theEnemyWins(t)
	})
}

// captureLog collects what the program logs.
func captureLog(t *testing.T) func() []byte {
	t.Helper()
	var b lockedBuffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	return b.bytes
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}

func (c *campaign) plainTextIsNowhere(t *testing.T, logged func() []byte) {
	t.Helper()
	c.spy.settle()
	for what, n := range c.needles.inFiles(t, c.spy.files()) {
		t.Errorf("%s, %d times", what, n)
	}
	answers := newNeedles()
	answers.add("an answer's text", []byte(textMark))
	for _, b := range c.copies {
		for what, n := range merge(c.needles.in(b), answers.in(b)) {
			t.Errorf("%s in the backup of mid-round, %d times", what, n)
		}
	}
	for what, n := range merge(c.needles.in(logged()), answers.in(logged())) {
		t.Errorf("%s in the program's log, %d times", what, n)
	}
	ballots := newNeedles()
	for _, r := range c.who {
		ballots.secret("a ballot's id", r.ballot[:], "")
	}
	for when, d := range map[string]dump{"mid-round": c.mid, "before closing": c.before, "after closing": c.after} {
		for name, tb := range d {
			if name == "survey_responses" && when != "after closing" && len(tb.rows) > 0 {
				t.Errorf("%s: %d responses", when, len(tb.rows))
			}
			for what, n := range ballots.in(fmt.Append(nil, tb.flat())) {
				t.Errorf("%s: %s in %s, %d times", when, what, name, n)
			}
		}
	}
}

// flat is all that a table holds, one after the other.
func (tb *table) flat() string {
	var b strings.Builder
	for _, r := range tb.rows {
		for _, v := range r {
			switch v := v.(type) {
			case []byte:
				b.Write(v)
			default:
				fmt.Fprint(&b, v)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func merge(ms ...map[string]int) map[string]int {
	out := map[string]int{}
	for _, m := range ms {
		maps.Copy(out, m)
	}
	return out
}

// theEnemyWins plants leaks in what was collected: an enemy who misses them would prove nothing.
func (c *campaign) theEnemyWins(t *testing.T) {
	order := map[int64]int{}
	feedback := map[string]int{}
	for i, r := range c.who {
		order[r.response] = i
		feedback[string(seal.FeedbackID(r.secret))] = i
	}
	wins := func(name, left, right string, plant func(c *campaign)) {
		t.Run("the enemy wins when "+name, func(t *testing.T) {
			c := *c
			c.after = c.after.clone()
			plant(&c)
			found := c.attack(left, right)
			t.Log(found)
			if len(linking(found)) == 0 {
				t.Errorf("not noticed: %v", found)
			}
		})
	}
	wins("responses are written in the order of answering", "order of answering", "survey_responses.~", func(c *campaign) {
		tb := c.after["survey_responses"]
		id := tb.col("id")
		tb.laidInOrder(func(row []any) int { return order[row[id].(int64)] })
	})
	wins("responses are written as they come in, some hundreds at a time", "order of answering", "survey_responses.~", func(c *campaign) {
		tb := c.after["survey_responses"]
		id := tb.col("id")
		tb.laidInOrder(func(row []any) int { return order[row[id].(int64)]/300*1_000_000 + int(row[id].(int64)%1_000_000) })
	})
	own := map[seal.StateID]bool{}
	for _, r := range c.who {
		for _, id := range r.own {
			own[id] = true
		}
	}
	wins("skipped questions cost no row", "log: ", "response: ", func(c *campaign) {
		c.rows = slices.DeleteFunc(slices.Clone(c.rows), func(r logRow) bool { return !own[r.id] })
	})
	wins("invitations and responses have marks of time", "after closing answered.at", "response_times.at", func(c *campaign) {
		marks := &table{cols: []string{"person_id", "at"}}
		times := &table{cols: []string{"response_id", "at"}}
		for i, r := range c.who {
			marks.rows = append(marks.rows, []any{c.f.pop.People[r.person].PersonID, int64(i/20) * 60})
			times.rows = append(times.rows, []any{r.response, int64(i/200) * 3600})
		}
		c.after["answered"], c.after["response_times"] = marks, times
	})
	wins("feedbacks are written when an answer is submitted", "order of answering", "survey_feedbacks.~", func(c *campaign) {
		tb := c.after["survey_feedbacks"]
		id := tb.col("id")
		tb.laidInOrder(func(row []any) int { return feedback[string(row[id].([]byte))] })
	})
}

func TestTheEnemyWinsWhenAnAnswerStandsInPlainText(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCampaign(t, d, 1, 20)
		key, err := c.f.s.Vault.Load(c.round.Code)
		must(t, err)
		id := key.State(c.f.sheet(c.who[0].code).Ballot(), 0)
		plain := append(binary.BigEndian.AppendUint64(nil, 1), fmt.Sprintf("%-600s", textMark)...)
		_, err = d.ExecContext(t.Context(), `UPDATE survey_ballots SET sealed = $2 WHERE id = $1`, id[:], plain)
		must(t, err)
		token := tokenOf(t, c.who[1].code)
		_, err = d.ExecContext(t.Context(), `UPDATE survey_rounds SET settings = $2 WHERE id = $1`, c.round.ID, "{\"x\": \""+c.who[1].code+"\"}")
		must(t, err)
		c.spy.settle()
		n := newNeedles()
		n.add("an answer's text", []byte(textMark))
		n.secret("a token", token[:], c.who[1].code[5:31])
		found := n.inFiles(t, c.spy.files())
		for _, what := range []string{"an answer's text", "a token in a link"} {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(found)), func(k string) bool { return strings.HasPrefix(k, what+" in ") }) {
				t.Errorf("%s was not found in %v; found %v", what, filepath.Dir(c.spy.files()[0]), found)
			}
		}
	})
}
