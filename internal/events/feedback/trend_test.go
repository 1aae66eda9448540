package feedback

import (
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"taitorinki/internal/events"
)

// someRuns are events at different hours, of different kinds and areas, with any answers.
func someRuns(t *rapid.T) (all []run) {
	n := rapid.IntRange(1, 12).Draw(t, "events")
	for i := range n {
		var c Counts
		for range rapid.IntRange(0, 14).Draw(t, "answers") {
			c[rapid.IntRange(0, 10).Draw(t, "useful")]++
		}
		e := events.Event{ID: int64(i + 1), Start: time.Date(2026, time.Month(1+i), 3+i, 8+i%3, 0, 0, 0, time.UTC)}
		e.Kind, e.Area = events.Kinds[i%3], rapid.SampledFrom([]string{"", "remote", "digital"}).Draw(t, "area")
		all = append(all, run{e, figureOf(c)})
	}
	return all
}

func TestWhoTakesToldFiguresAwayFromATrendFindsNoEventThatIsNotTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := someRuns(t)
		for _, by := range ways {
			for _, g := range gather(all, by) {
				left, events, sum := g.N, g.Events, 0.0
				for _, x := range all {
					if x.Shown && by.key(&x.Event) == g.Key {
						left, events, sum = left-x.N, events-1, sum+float64(x.N)*x.Mean
					}
				}
				if left != 0 || events != 0 || math.Abs(sum/float64(g.N)-g.Mean) > 0.0501 {
					t.Fatalf("by %s, %s: after the told events %d answers of %d events are left, and the mean %.2f is not %.4f", by, g.Key, left, events, g.Mean, sum/float64(g.N))
				}
				if g.N < 5 {
					t.Fatalf("by %s, %s tells of %d answers", by, g.Key, g.N)
				}
			}
		}
	})
}

func TestAnswersThatAreNotToldChangeNothingInATrend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := someRuns(t)
		var told []run
		for _, x := range all {
			if x.Shown {
				told = append(told, x)
			}
		}
		for _, by := range ways {
			if a, b := gather(all, by), gather(told, by); !reflect.DeepEqual(a, b) {
				t.Fatalf("by %s: with hidden events %+v, without them %+v", by, a, b)
			}
		}
	})
}

func TestAnAttackerFindsTheSmallEventInATotalThatHoldsIt(t *testing.T) {
	// The attack itself works: it is the rule that stops it. A total over all answers gives the small event away.
	large, small := Counts{5: 4, 8: 4, 9: 2}, Counts{1: 1}
	if f := figureOf(small); f.Shown {
		t.Fatalf("one answer tells %+v", f)
	}
	total := 0
	for v := range large {
		total += v * (large[v] + small[v])
	}
	f := figureOf(large)
	if left := float64(total) - float64(f.N)*f.Mean; left != 1 {
		t.Errorf("the attack finds %v, want the answer 1", left)
	}
	at := time.Date(2026, 5, 5, 9, 0, 0, 0, time.UTC)
	rows := gather([]run{{events.Event{Start: at}, f}, {events.Event{Start: at}, figureOf(small)}}, ByQuarter)
	if left := float64(rows[0].N)*rows[0].Mean - float64(f.N)*f.Mean; left != 0 || rows[0].Events != 1 {
		t.Errorf("the trend leaves %v to the attack: %+v", left, rows)
	}
}

func TestEventsAreGroupedByTheHourAndQuarterOfTheCounty(t *testing.T) {
	e := events.Event{Start: time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC)} // half past one on New Year's Day, a Friday
	for by, want := range map[By]string{ByWeekday: "5", ByHour: "01", ByQuarter: "2027-1"} {
		if got := by.key(&e); got != want {
			t.Errorf("by %s: %q, want %q", by, got, want)
		}
	}
}

func TestFiguresKeepTheirBandsForAnyAnswers(t *testing.T) {
	for n := range 5 {
		if f := figureOf(Counts{2: n}); f != (Figure{}) {
			t.Errorf("%d answers tell %+v", n, f)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		var c Counts
		n := 0
		for v := range c {
			c[v] = rapid.IntRange(0, 3).Draw(t, fmt.Sprint(v))
			n += c[v]
		}
		f := figureOf(c)
		if f.Shown && (n < 5 || f.N != n) || !f.Shown && f != (Figure{}) || f.Full && n < 10 || !f.Full && f.Shares != [11]int{} {
			t.Fatalf("%v tell %+v", c, f)
		}
	})
}
