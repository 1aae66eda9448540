package survey_test

import (
	"fmt"
	"reflect"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey"
)

// seen gives an answer that takes the place of the one that a sheet shows.
func seen(sh *survey.Sheet, item, value string) survey.Given {
	g := givens(sh.Instrument, map[string]string{item: value})[0]
	g.Seen = sh.Revision(g.Item)
	return g
}

func TestAnAnswerThatWasNotSeenIsKeptAndTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		code := f.codes(f.open(manyItems("i", 3, 3, mixedPage()), nil).ID)[0]
		old, other := f.sheet(code), f.sheet(code)
		problems, err := f.s.SaveOne(t.Context(), other, seen(other, "text", "toinen"))
		f.saved(problems, err)

		stale := []survey.Given{seen(old, "text", "vanha"), seen(old, "q0", "4")}
		problems, err = f.s.Save(t.Context(), old, stale)
		if err != nil || len(problems) != 1 || problems[0].Where != "text" || problems[0].Key != "ui.answered-elsewhere" {
			t.Errorf("problems %v, %v; want the text alone", problems, err)
		}
		want := map[string]string{"text": "toinen", "q0": "4"}
		if got := answersOf(f.sheet(code)); !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if got := answersOf(old); !reflect.DeepEqual(got, want) {
			t.Errorf("the sheet that was refused shows %v, want %v", got, want)
		}
		// Now it has been seen. The same again, because the receipt got lost, is no conflict.
		again := seen(old, "text", "vanha")
		for range 2 {
			problems, err = f.s.SaveOne(t.Context(), f.sheet(code), again)
			f.saved(problems, err)
		}
		if got := answersOf(f.sheet(code))["text"]; got != "vanha" {
			t.Errorf("the text is %q, want the one that was chosen", got)
		}
	})
}

func TestARefusedAnswerCostsTheSameRowsAsATakenOne(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		codes := f.codes(f.open(manyItems("i", 4, 4), nil).ID)
		rows := func(code string, refuse bool) int {
			old := f.sheet(code)
			if refuse {
				f.save(f.sheet(code), map[string]string{"q2": "5"})
			}
			f.s.Settle()
			before := f.count(`SELECT count(*) FROM survey_ballots`)
			problems, err := f.s.SaveOne(t.Context(), old, seen(old, "q2", "1"))
			if must(t, err); (len(problems) > 0) != refuse {
				t.Errorf("problems %v, want some: %v", problems, refuse)
			}
			f.s.Settle()
			return f.count(`SELECT count(*) FROM survey_ballots`) - before
		}
		taken, refused := rows(codes[0], false), rows(codes[1], true)
		if taken != refused || taken != 3 {
			t.Errorf("%d rows when taken, %d when refused; want 3 both times: two questions were passed over", taken, refused)
		}
		if n := f.count(`SELECT count(DISTINCT length(sealed)) FROM survey_ballots`); n != 1 {
			t.Errorf("rows of %d lengths", n)
		}
	})
}

func TestOnlyAChangeMakesARevisionAndTheyComeRound(t *testing.T) {
	f := newFixture(t, dbtest.SQLite(t), 1, 6)
	code := f.codes(f.open(manyItems("i", 1, 1), nil).ID)[0]
	sh := f.sheet(code)
	first := sh.Revision(0)
	for i := range 255 {
		before := sh.Revision(0)
		for range 2 {
			f.save(sh, map[string]string{"q0": fmt.Sprint(i%2 + 1)})
		}
		if now := f.sheet(code).Revision(0); now == before || now == 0 {
			t.Fatalf("after change %d the revision is %d, and was %d", i, now, before)
		}
	}
	if got := sh.Revision(0); got != first {
		t.Errorf("after 255 changes the revision is %d, want %d again", got, first)
	}
}

func TestAPageFromBeforeAWithdrawalBringsNothingBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 6)
		code := f.codes(f.open(manyItems("i", 3, 3), nil).ID)[0]
		f.save(f.sheet(code), map[string]string{"q0": "2"})
		old, now := f.sheet(code), f.sheet(code)
		must(t, f.s.Withdraw(t.Context(), now))
		problems, err := f.s.Save(t.Context(), old, []survey.Given{seen(old, "q1", "3"), seen(now, "q2", "4")})
		for _, p := range problems {
			if p.Where != "q1" {
				t.Errorf("%v", p)
			}
		}
		if must(t, err); len(problems) != 1 {
			t.Errorf("problems %v, want q1", problems)
		}
		if got := answersOf(f.sheet(code)); !reflect.DeepEqual(got, map[string]string{"q2": "4"}) {
			t.Errorf("got %v", got)
		}
	})
}
