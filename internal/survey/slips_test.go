package survey_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/survey"
)

func (f *fixture) slips(r survey.Round, unit int64, n int) []string {
	f.t.Helper()
	sheet, err := f.s.AddSlips(f.t.Context(), r.ID, unit, n, 0)
	must(f.t, err)
	got, codes, err := f.s.SlipCodes(f.t.Context(), &r, sheet)
	must(f.t, err)
	if got != unit || len(codes) != n {
		f.t.Fatalf("a sheet of %d slips for unit %d, want %d for %d", len(codes), got, n, unit)
	}
	return codes
}

func TestASlipIsUsedOnceAndItsOwnerComesBackByAnotherLink(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 2, 8)
		r := f.open(manyItems("i", 5, 5), nil)
		codes := f.slips(r, 2, 3)
		if got := f.round(r.ID).Invited; got != 16+3 {
			t.Errorf("%d are invited, want 19", got)
		}
		if _, err := f.s.Sheet(t.Context(), codes[0]); !errors.Is(err, survey.ErrMistyped) {
			t.Errorf("a slip's code as a personal link: %v", err)
		}
		own, err := f.s.TakeSlip(t.Context(), codes[0], 7)
		must(t, err)
		if again, err := f.s.TakeSlip(t.Context(), codes[0], 7); err != nil || again != own {
			t.Errorf("the same form sent twice: %q, %v; want %q", again, err, own)
		}
		if _, err := f.s.TakeSlip(t.Context(), codes[0], 8); !errors.Is(err, survey.ErrSlipTaken) {
			t.Errorf("somebody else with the slip: %v", err)
		}
		f.answer(own, map[string]string{"q0": "4"})
		if _, err := f.s.TakeSlip(t.Context(), codes[0], 7); !errors.Is(err, survey.ErrSlipTaken) {
			t.Errorf("the slip after its answer: %v", err)
		}
		sh, err := f.s.Sheet(t.Context(), own)
		if !errors.Is(err, survey.ErrUsed) {
			t.Fatal(err)
		}
		must(t, f.s.Withdraw(t.Context(), sh))
		if _, err := f.s.TakeSlip(t.Context(), codes[0], 9); !errors.Is(err, survey.ErrSlipTaken) {
			t.Errorf("the slip after the withdrawal: %v", err)
		}
		f.answer(own, map[string]string{"q0": "2"})
		f.answer(f.codes(r.ID)[0], map[string]string{"q0": "5"})
		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
		sameSets(t, f.responses(r.ID), []map[string]string{{"q0": "2"}, {"q0": "5"}})
		if _, err := f.s.TakeSlip(t.Context(), codes[1], 1); !errors.Is(err, survey.ErrOver) {
			t.Errorf("a slip of a closed round: %v", err)
		}
	})
}

func TestOfManyWhoScanOneSlipAtOnceOneGetsIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 1, 8)
		r := f.open(manyItems("i", 5, 5), nil)
		for _, code := range f.slips(r, 2, 10) {
			var got atomic.Int32
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					_, err := f.s.TakeSlip(context.Background(), code, uint64(i))
					if err == nil {
						got.Add(1)
					} else if !errors.Is(err, survey.ErrSlipTaken) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if got.Load() != 1 {
				t.Fatalf("%d people have the slip, want 1", got.Load())
			}
		}
	})
}

func TestAFewSlipsAnswerAsAGroupOfOthers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 3, 8)
		for i := range f.pop.People {
			f.pop.People[i].Profession = "nurse"
		}
		r := f.open(manyItems("i", 5, 5), func(r *survey.Round) { r.Settings.ByProf = true })
		f.slips(r, 2, 4)
		if n := f.count(fmt.Sprintf(`SELECT invited FROM survey_groups WHERE round_id = %d AND unit_id = 2 AND profession IS NULL`, r.ID)); n != 12 {
			t.Errorf("a group of %d, want 4 slips with the 8 people of the unit, whose profession is not told any more", n)
		}
	})
}

func TestSlipsStandForThoseOfTheUnitWithoutAnAddressFirst(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 2, 8)
		for i := range 3 { // of unit 2
			f.pop.People[i].Address = ""
			_, err := d.ExecContext(t.Context(), `UPDATE persons SET email = '', email_fold = name_fold || id WHERE id = $1`, f.pop.People[i].PersonID)
			must(t, err)
		}
		r := f.open(manyItems("i", 5, 5), nil)
		for _, test := range []struct {
			unit          int64
			n             int
			invited, ofIt int
		}{{2, 2, 16, 8}, {3, 1, 17, 9}, {2, 4, 20, 11}, {2, 1, 21, 12}} {
			f.slips(r, test.unit, test.n)
			if got := f.round(r.ID).Invited; got != test.invited {
				t.Errorf("%d are invited after %d slips for unit %d, want %d", got, test.n, test.unit, test.invited)
			}
			if n := f.count(fmt.Sprintf(`SELECT invited FROM survey_round_units WHERE round_id = %d AND unit_id = %d`, r.ID, test.unit)); n != test.ofIt {
				t.Errorf("%d are invited in unit %d, want %d", n, test.unit, test.ofIt)
			}
		}
	})
}

func TestTheAnswerOfASlipNamesAGroupOfFiveOrMore(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d, 3, 8)
		for i := range f.pop.People {
			f.pop.People[i].Profession = "nurse"
		}
		r := f.open(manyItems("i", 5, 5), func(r *survey.Round) { r.Settings.ByProf = true })
		codes := append(f.slips(r, 2, 5), f.slips(r, 2, 1)...)
		for i, code := range codes {
			own, err := f.s.TakeSlip(t.Context(), code, 1)
			must(t, err)
			f.answer(own, map[string]string{"q0": fmt.Sprint(i%5 + 1)})
		}
		must(t, f.s.CloseRound(t.Context(), r.ID, 0))
		if n := f.count(fmt.Sprintf(`SELECT count(*) FROM survey_responses a JOIN survey_groups g ON g.round_id = a.round_id AND g.grp = a.grp
			WHERE a.round_id = %d AND g.unit_id = 2 AND g.profession IS NULL AND g.invited = 6`, r.ID)); n != 6 {
			t.Errorf("%d of 6 answers name the slips' group", n)
		}
		for _, bad := range []struct {
			unit int64
			n    int
			kind errs.Kind
			key  string
		}{{2, 5, errs.Conflict, "survey.not-open"}, {2, 0, errs.Invalid, "survey.slips-number"}} {
			if _, err := f.s.AddSlips(t.Context(), r.ID, bad.unit, bad.n, 0); !isKey(err, bad.kind, bad.key) {
				t.Errorf("%d slips for unit %d: %v, want %s", bad.n, bad.unit, err, bad.key)
			}
		}
	})
}
