package survey_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/sdc"
	"taitorinki/internal/survey"
)

// rates are the latest rates of a round, by unit.
func (f *fixture) rates(r survey.Round) map[int64]sdc.Rate {
	f.t.Helper()
	got, err := survey.RatesOf(f.t.Context(), f.d, r.ID)
	must(f.t, err)
	out := map[int64]sdc.Rate{}
	for _, x := range got.Under("fi", 0) {
		out[x.Unit] = x.Rate
	}
	return out
}

func (f *fixture) countRates() {
	f.t.Helper()
	must(f.t, f.s.CountRates(f.t.Context()))
}

func (f *fixture) wantRates(r survey.Round, when string, want map[int64]sdc.Rate) {
	f.t.Helper()
	got := f.rates(r)
	if len(got) != len(want) {
		f.t.Errorf("%s: rates %v, want %v", when, got, want)
	}
	for unit, x := range want {
		if got[unit] != x {
			f.t.Errorf("%s: unit %d has %+v, want %+v", when, unit, got[unit], x)
		}
	}
}

func TestRatesAreCountedOnceADayAndNeverInPartsOfOne(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 3, 20)           // unit 1 is the root, 2 to 4 have 20 people each
		r := f.open(manyItems("i", 5, 5), nil) // on a Monday at 10 in Finland
		codes := f.codes(r.ID)
		for i := range 12 {
			f.answer(codes[i], map[string]string{"q0": "3"})
		}
		f.sheet(codes[20])
		f.save(f.sheet(codes[21]), map[string]string{"q0": "3"}) // a draft
		f.countRates()
		f.wantRates(r, "on the day of the opening", nil)

		f.clk.move(18*time.Hour + 59*time.Minute) // Tuesday, 4.59
		f.countRates()
		f.wantRates(r, "before five in the morning", nil)

		f.clk.move(time.Minute)
		f.countRates()
		tuesday := map[int64]sdc.Rate{1: {Percent: 20, Bound: sdc.About}, 2: {Percent: 60, Bound: sdc.About},
			3: {Percent: 10, Bound: sdc.OrLess}, 4: {Percent: 10, Bound: sdc.OrLess}}
		f.wantRates(r, "on Tuesday", tuesday)
		if got, err := survey.RatesOf(t.Context(), d, r.ID); err != nil || got.Day.Format(time.DateOnly) != "2026-03-03" {
			t.Errorf("rates of %v, %v; want those of 3 March", got.Day, err)
		}

		for i := 20; i < 40; i++ {
			f.answer(codes[i], map[string]string{"q0": "3"})
		}
		sh, err := f.s.Sheet(t.Context(), codes[0])
		if err == nil {
			t.Fatal("a submitted ballot opened as if it were not")
		}
		must(t, f.s.Withdraw(t.Context(), sh))
		f.clk.move(23 * time.Hour)
		f.countRates()
		f.wantRates(r, "later on Tuesday", tuesday)

		f.clk.move(time.Hour)
		f.countRates()
		f.countRates()
		f.wantRates(r, "on Wednesday", map[int64]sdc.Rate{1: {Percent: 50, Bound: sdc.About}, 2: {Percent: 55, Bound: sdc.About},
			3: {Percent: 90, Bound: sdc.OrMore}, 4: {Percent: 10, Bound: sdc.OrLess}})

		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
		f.wantRates(r, "after the closing", nil)
		f.clk.move(24 * time.Hour)
		f.countRates()
		f.wantRates(r, "a day after the closing", nil)
	})
}

func TestRatesCountSlipsAndLeaveOutUnitsOfFew(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 3, 19)
		f.pop.People = f.pop.People[:2*19+6] // 19, 19 and 6 people
		r := f.open(manyItems("i", 5, 5), nil)
		for _, code := range f.slips(r, 2, 6) {
			own, err := f.s.TakeSlip(t.Context(), code, 1)
			must(t, err)
			f.answer(own, map[string]string{"q0": "3"})
		}
		f.clk.move(24 * time.Hour)
		f.countRates()
		f.wantRates(r, "with slips", map[int64]sdc.Rate{1: {Percent: 10, Bound: sdc.About}, 2: {Percent: 25, Bound: sdc.About}})
		got, err := survey.RatesOf(t.Context(), d, r.ID)
		must(t, err)
		if x, ok := got.Nearest(4); !ok || x.Unit != 1 {
			t.Errorf("a unit of 6 is told as %+v, %v; want the unit above it", x, ok)
		}
		var order []int64
		for _, x := range got.Under("fi", 0) {
			order = append(order, x.Unit)
		}
		if !slices.IsSortedFunc(order, cmp.Compare[int64]) {
			t.Errorf("the tree is in the order %v", order)
		}
	})
}
