package survey_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/remind"
	"taitorinki/internal/web"
)

// In mid-round two reminders run. What must stay unknown is who has answered by then. The enemy is given more than any log
// could tell: of each row of the run whether it was skipped.

const reminders = 2

// planReminders gives the round a plan, and lets its invitations have gone.
func (c *campaign) planReminders(t *testing.T) {
	t.Helper()
	must(t, c.f.d.InTx(t.Context(), func(tx *db.Tx) error {
		for day := 1; day <= reminders; day++ {
			if err := remind.Save(t.Context(), tx, c.round.ID, &remind.Reminder{AfterDays: day}); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(t.Context(), `UPDATE mail_messages SET state = 'sent'`)
		return err
	}))
}

// remind runs the plan in other processes, for which days pass.
func (c *campaign) remind(t *testing.T) {
	t.Helper()
	words, err := i18n.Load(survey.Locales)
	must(t, err)
	box := &mail.Recorder{}
	y, m, d := time.Now().In(i18n.Zone()).Date()
	for day := 1; day <= reminders; day++ {
		s := c.f.restarted()
		s.Now = func() time.Time { return time.Date(y, m, d+day, 12, 0, 0, 0, i18n.Zone()) }
		s.Kit = web.NewKit(words, web.NewSessions(c.f.d, s.Now, false))
		s.Outbox = &outbox.Outbox{DB: c.f.d, Sender: box, Now: s.Now, Host: "example.fi", Unpaced: true}
		s.Mails()
		must(t, s.RemindDue(t.Context()))
		for n := 1; n > 0; {
			n, err = s.Outbox.Step(t.Context())
			must(t, err)
		}
	}
	got := map[string]int{}
	for _, m := range box.Sent() {
		got[m.To]++
	}
	answered := c.answeredByMid()
	for i, p := range c.f.pop.People {
		if want := map[bool]int{false: reminders}[answered[i]]; got[p.Address] != want {
			t.Fatalf("%s was reminded %d times, want %d", p.Address, got[p.Address], want)
		}
	}
}

// answeredByMid tells of each person invited, in the order of the population, who had answered when the reminders ran.
func (c *campaign) answeredByMid() []bool {
	out := make([]bool, len(c.f.pop.People))
	for _, r := range c.who[:len(c.who)/2] {
		out[r.person] = true
	}
	return out
}

// reminderRow is a row of a run, with what nobody should know but the enemy is told.
type reminderRow struct {
	row        []any
	invitation int64
	skipped    float64 // 1: it was
}

// reminderRows are the rows of each run in the order in which they lie in the database, with the key's help.
func (c *campaign) reminderRows(t *testing.T, answered []bool) (out [][]reminderRow) {
	t.Helper()
	key, err := c.f.s.Vault.Load(c.round.Code)
	must(t, err)
	invitations := c.invitations()
	tb := c.mid["mail_messages"]
	for n := 1; n <= reminders; n++ {
		of := map[int64]int64{}
		pseudonym := key.Pseudonyms(fmt.Sprintf("reminder %d", n))
		for inv := range invitations {
			of[pseudonym(inv)] = inv
		}
		var run []reminderRow
		for _, row := range tb.rows {
			if row[tb.col("topic")] != fmt.Sprintf("%s:reminder:%d", c.round.Topic(), n) {
				continue
			}
			inv, known := of[row[tb.col("ref")].(int64)]
			if !known || row[tb.col("state")] != "sent" || row[tb.col("address")] != "" {
				t.Fatalf("a reminder's row is %v", row)
			}
			x := reminderRow{row: row, invitation: inv}
			if answered[invitations[inv]] {
				x.skipped = 1
			}
			run = append(run, x)
		}
		slices.SortFunc(run, func(a, b reminderRow) int {
			return cmp.Compare(a.row[tb.col("id")].(int64), b.row[tb.col("id")].(int64))
		})
		if len(run) != len(answered) {
			t.Fatalf("%d rows of a reminder, want %d", len(run), len(answered))
		}
		out = append(out, run)
	}
	return out
}

// invitations are the round's, by number, and whose they are in the population.
func (c *campaign) invitations() map[int64]int {
	person := map[int64]int{}
	for i, p := range c.f.pop.People {
		person[p.PersonID] = i
	}
	out := map[int64]int{}
	tb := c.mid["survey_invitations"]
	for _, row := range tb.rows {
		if row[tb.col("round_id")].(int64) == c.round.ID {
			out[row[tb.col("id")].(int64)] = person[row[tb.col("person_id")].(int64)]
		}
	}
	return out
}

// aligned are features that come of laying a run's rows beside lists of the people invited: the k-th row is the k-th person's,
// in whatever order people can be listed.
func (c *campaign) aligned(runs [][]reminderRow) (out [][]feature) {
	people := c.f.pop.People
	invitation := make([]int64, len(people))
	for inv, i := range c.invitations() {
		invitation[i] = inv
	}
	for name, less := range map[string]func(a, b int) bool{
		"invitation": func(a, b int) bool { return invitation[a] < invitation[b] },
		"person":     func(a, b int) bool { return people[a].PersonID < people[b].PersonID },
		"address":    func(a, b int) bool { return people[a].Address < people[b].Address },
	} {
		order := make([]int, len(people))
		for i := range order {
			order[i] = i
		}
		sort.Slice(order, func(a, b int) bool { return less(order[a], order[b]) })
		var same []feature // of one order, a feature a run
		for _, run := range runs {
			x := feature{"reminder rows beside the list by " + name, unknown(len(people))}
			for k, r := range run {
				x.of[order[k]] = r.skipped
			}
			same = append(same, x)
		}
		out = append(out, same)
	}
	return out
}

// participation tries to tell who had answered, by all that a dump of mid-round holds of each person and by the runs' rows.
func (c *campaign) participation(d dump, runs [][]reminderRow, answered []bool) (out []finding) {
	d = d.ofRound(c.round)
	person := map[int64]int{}
	for i, p := range c.f.pop.People {
		person[p.PersonID] = i
	}
	fs := about("mid-round", d, len(answered), person, "persons", "person_id")
	fs = append(fs, about("mid-round", d, len(answered), c.invitations(), "survey_invitations", "invitation_id", "ref")...)
	all := c.aligned(runs)
	for _, f := range fs {
		all = append(all, []feature{f})
	}
	seen := map[float64]bool{}
	for _, same := range all {
		sum, says := 0.0, false
		for _, f := range same {
			auc, ok := tells(f.of, answered)
			sum, says = sum+auc, says || ok
		}
		if x := (finding{same[0].name, sum / float64(len(same))}); says && !seen[x.auc] {
			seen[x.auc] = true
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b finding) int { return cmp.Compare(math.Abs(b.auc-0.5), math.Abs(a.auc-0.5)) })
	return out
}

// tells is how well a feature tells those of whom something is true: the share of pairs that it puts right. What is unknown of
// somebody is a mark too.
func tells(of []float64, truth []bool) (auc float64, ok bool) {
	rank := func(v float64) float64 {
		if math.IsNaN(v) {
			return math.Inf(-1)
		}
		return v
	}
	var yes, no []float64
	for i, v := range of {
		if truth[i] {
			yes = append(yes, rank(v))
		} else {
			no = append(no, rank(v))
		}
	}
	slices.Sort(no)
	sum := 0.0
	for _, v := range yes {
		below := sort.SearchFloat64s(no, v)
		upTo := below + sort.Search(len(no)-below, func(k int) bool { return no[below+k] > v })
		sum += float64(below) + float64(upTo-below)/2
		ok = ok || below > 0 || upTo < len(no)
	}
	return sum / float64(len(yes)) / float64(len(no)), ok
}

// ofRound leaves out what belongs to another round.
func (d dump) ofRound(r survey.Round) dump {
	out := d.clone()
	for _, tb := range out {
		round, topic := tb.col("round_id"), tb.col("topic")
		tb.rows = slices.DeleteFunc(tb.rows, func(row []any) bool {
			if round >= 0 && row[round] != r.ID {
				return true
			}
			return topic >= 0 && !strings.HasPrefix(fmt.Sprint(row[topic]), r.Topic())
		})
	}
	return out
}

// nobodyKnowsWhoAnswered plays the enemy who wants to know that, and shows that the same enemy wins when rows name people or
// lie in their order.
func (c *campaign) nobodyKnowsWhoAnswered(t *testing.T, answered []bool, runs [][]reminderRow) {
	t.Helper()
	found := c.participation(c.mid, runs, answered)
	t.Logf("who has answered: %d ways tried, the worst %v", len(found), found[:min(6, len(found))])
	if len(found) < 5 {
		t.Errorf("only %d ways were tried", len(found))
	}
	for _, f := range linking(found) {
		t.Errorf("AUC %v: tells who has answered", f)
	}
	tb := c.after["mail_messages"]
	for _, row := range tb.rows {
		if row[tb.col("kind")] == survey.KindRemind {
			t.Errorf("left after closing: %v", row)
		}
	}
	wins := func(name string, d dump, runs [][]reminderRow) {
		t.Run("the enemy wins when "+name, func(t *testing.T) {
			found := c.participation(d, runs, answered)
			t.Log(found)
			if len(linking(found)) == 0 {
				t.Errorf("not noticed: %v", found)
			}
		})
	}
	named := c.mid.clone()
	c.putNamesBack(named["mail_messages"], runs)
	wins("a reminder's row names the invitation and a skipped one looks otherwise", named, runs)
	var ordered [][]reminderRow
	for _, run := range runs {
		run = slices.Clone(run)
		slices.SortFunc(run, func(a, b reminderRow) int { return cmp.Compare(a.invitation, b.invitation) })
		ordered = append(ordered, run)
	}
	wins("a reminder's rows are written in the order of the invitations", c.mid, ordered)
}

// putNamesBack lets the rows of the reminders be as they would be without pseudonyms and without hiding what was skipped.
func (c *campaign) putNamesBack(tb *table, runs [][]reminderRow) {
	by := map[int64]reminderRow{}
	for _, run := range runs {
		for _, r := range run {
			by[r.row[tb.col("id")].(int64)] = r
		}
	}
	for _, row := range tb.rows {
		if r, ok := by[row[tb.col("id")].(int64)]; ok {
			row[tb.col("ref")] = r.invitation
			if r.skipped == 1 {
				row[tb.col("state")] = "skipped"
			}
		}
	}
}
