package remind

import (
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
)

func local(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, i18n.Zone())
}

func TestAReminderIsDueOnAMorningWhileAnsweringGoesOn(t *testing.T) {
	starts := local(3, 20, 14)
	for _, test := range []struct {
		name   string
		days   int
		closes time.Time
		want   time.Time
	}{
		{"after a week", 7, local(4, 10, 16), local(3, 27, 9)},
		{"after a change to summer time", 10, local(4, 10, 16), local(3, 30, 9)},
		{"without an end", 7, time.Time{}, local(3, 27, 9)},
		{"after the end", 7, local(3, 26, 16), time.Time{}},
		{"on the very morning of the end", 7, local(3, 27, 9), time.Time{}},
		{"the last day", 0, local(4, 10, 16), local(4, 10, 9)},
		{"the last day ends at midnight", 0, local(4, 11, 0), local(4, 10, 9)},
		{"the last day ends at noon", 0, local(4, 10, 12), local(4, 9, 9)},
		{"the last day of who knows when", 0, time.Time{}, time.Time{}},
		{"the last day is the first", 0, local(3, 20, 20), time.Time{}},
	} {
		if got := (Reminder{AfterDays: test.days}).Due(starts, test.closes); !got.Equal(test.want) {
			t.Errorf("%s: due %v, want %v", test.name, got, test.want)
		}
	}
}

func TestOfSeveralThatAreDueTheLatestRuns(t *testing.T) {
	starts, closes := local(3, 2, 8), local(3, 16, 16)
	plan := []Reminder{{N: 1, AfterDays: 7, State: Ran}, {N: 2, State: Planned}, {N: 3, AfterDays: 10, State: Planned}, {N: 4, AfterDays: 14, State: Planned}}
	for _, test := range []struct {
		now    time.Time
		run    int
		passed []int
	}{
		{local(3, 12, 8), 0, nil},
		{local(3, 12, 9), 3, nil},
		{local(3, 16, 10), 2, []int{3, 4}}, // the server stood still for days; and the last day's words are the right ones
	} {
		run, passed := Next(plan, starts, closes, test.now)
		got := 0
		if run != nil {
			got = run.N
		}
		if got != test.run || len(passed) != len(test.passed) {
			t.Errorf("at %v: %d runs, passed %v; want %d, %v", test.now, got, passed, test.run, test.passed)
		}
	}
}

func TestWhatHasRunCannotBeChanged(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		for _, q := range []string{
			`INSERT INTO survey_instruments (id, ikey, version, source, created_at) VALUES (1, 'i', '1', '{}', 1)`,
			`INSERT INTO survey_rounds (id, code, instrument_id, state, settings) VALUES (1, 'abcde', 1, 'open', '{}')`,
		} {
			if _, err := d.ExecContext(ctx, q); err != nil {
				t.Fatal(err)
			}
		}
		in := func(f func(tx *db.Tx) error) error { return d.InTx(ctx, f) }
		a, b := Reminder{AfterDays: 7, Subject: map[string]string{"fi": "Hei"}, Text: map[string]string{"fi": "Vastaa"}}, Reminder{}
		if err := in(func(tx *db.Tx) error {
			if err := Save(ctx, tx, 1, &a); err != nil {
				return err
			}
			return Save(ctx, tx, 1, &b)
		}); err != nil {
			t.Fatal(err)
		}
		ran := 0
		for range 2 {
			if err := in(func(tx *db.Tx) error {
				ok, err := Settle(ctx, tx, 1, a.N, Ran, local(3, 9, 9))
				if ok {
					ran++
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		if ran != 1 {
			t.Errorf("ran %d times, want 1", ran)
		}
		a.AfterDays = 3
		if err := in(func(tx *db.Tx) error { return Save(ctx, tx, 1, &a) }); errs.KindOf(err) != errs.Conflict {
			t.Errorf("changed: %v", err)
		}
		if err := in(func(tx *db.Tx) error { return Remove(ctx, tx, 1, a.N) }); errs.KindOf(err) != errs.Conflict {
			t.Errorf("removed: %v", err)
		}
		if err := in(func(tx *db.Tx) error { return Remove(ctx, tx, 1, b.N) }); err != nil {
			t.Error(err)
		}
		plan, err := Plan(ctx, d, 1)
		if err != nil || len(plan) != 1 || plan[0].AfterDays != 7 || plan[0].Text["fi"] != "Vastaa" || !plan[0].RanAt.Equal(local(3, 9, 9)) {
			t.Errorf("plan %+v, %v", plan, err)
		}
		for range Most {
			err = in(func(tx *db.Tx) error { return Save(ctx, tx, 1, &Reminder{AfterDays: 5}) })
		}
		if errs.KindOf(err) != errs.Conflict {
			t.Errorf("one too many: %v", err)
		}
	})
}
