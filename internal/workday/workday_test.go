package workday

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// at reads a Finnish clock time.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	got, err := time.ParseInLocation("2006-01-02 15:04", s, helsinki)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestADayIsTheDayInFinland(t *testing.T) {
	late := time.Date(2026, 12, 31, 22, 30, 0, 0, time.UTC) // 0.30 of New Year's Day
	if key, ok := Holiday(late); key != NewYearsDay || !ok || Is(late) {
		t.Errorf("Holiday(%v) = %q, %v; Is = %v", late, key, ok, Is(late))
	}
	if early := late.Add(-time.Hour); !Is(early) {
		t.Errorf("%v is still Thursday the 31st in Finland", early)
	}
}

func TestAddGoesOnByWorkingDays(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-11-20 14:05", 0, "2026-11-20 14:05"},
		{"2026-11-20 14:05", 1, "2026-11-23 14:05"}, // over a weekend
		{"2026-11-21 14:05", 0, "2026-11-23 00:00"}, // a Saturday is Monday's first moment
		{"2026-11-21 14:05", 1, "2026-11-24 00:00"},
		{"2026-11-21 14:05", -1, "2026-11-20 00:00"},
		{"2026-11-23 09:00", -1, "2026-11-20 09:00"},
		{"2026-04-02 23:59", 1, "2026-04-07 23:59"}, // over Easter
		{"2026-04-03 08:00", 0, "2026-04-07 00:00"}, // on Good Friday
		{"2026-06-18 12:00", 1, "2026-06-22 12:00"}, // over Midsummer
		{"2026-12-23 16:00", 1, "2026-12-28 16:00"}, // over Christmas
		{"2026-12-23 16:00", 5, "2027-01-04 16:00"}, // and New Year's Day, a Friday
		{"2026-03-27 03:30", 1, "2026-03-30 03:30"}, // the clock goes on between, on Sunday the 29th
		{"2026-03-29 04:00", 0, "2026-03-30 00:00"}, // on that Sunday itself
		{"2026-10-23 03:30", 1, "2026-10-26 03:30"}, // the clock goes back between
		{"2026-10-25 03:30", 0, "2026-10-26 00:00"},
		{"2026-10-26 03:30", -1, "2026-10-23 03:30"},
	} {
		from, want := at(t, c.from), at(t, c.want)
		for _, in := range []time.Time{from, from.UTC()} {
			if got := Add(in, c.n); !got.Equal(want) || got.Location() != helsinki {
				t.Errorf("Add(%v, %d) = %v, want %v", in, c.n, got, want)
			}
		}
	}
}

func TestAddKeepsTheClockWhenTheHoursBetweenDoNot(t *testing.T) {
	for from, want := range map[string]time.Duration{"2026-03-27 12:00": 71 * time.Hour, "2026-10-23 12:00": 73 * time.Hour, "2026-11-20 12:00": 72 * time.Hour} {
		f := at(t, from)
		if got := Add(f, 1).Sub(f); got != want {
			t.Errorf("Friday %s to Monday takes %v, want %v", from, got, want)
		}
	}
}

func TestBetweenCountsWorkingDays(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"2026-11-19 23:00", "2026-11-20 01:00", 1},
		{"2026-11-20 01:00", "2026-11-20 23:00", 0},
		{"2026-11-20 08:00", "2026-11-23 08:00", 1},
		{"2026-11-21 08:00", "2026-11-23 08:00", 0},
		{"2026-11-23 08:00", "2026-11-20 08:00", -1},
		// The years as counted by hand: weekdays less the days off that fall on one.
		{"2025-01-01 00:00", "2026-01-01 00:00", 261 - 10}, // 1.1. 6.1. 18.4. 21.4. 1.5. 29.5. 20.6. 24.12. 25.12. 26.12.
		{"2026-01-01 00:00", "2027-01-01 00:00", 261 - 9},  // 1.1. 6.1. 3.4. 6.4. 1.5. 14.5. 19.6. 24.12. 25.12.
		{"2027-01-01 00:00", "2028-01-01 00:00", 261 - 8},  // 1.1. 6.1. 26.3. 29.3. 6.5. 25.6. 6.12. 24.12.
	} {
		if got := Between(at(t, c.a), at(t, c.b)); got != c.want {
			t.Errorf("Between(%s, %s) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// moments are the times of about eighty years, to the second.
var moments = rapid.Custom(func(t *rapid.T) time.Time {
	return time.Unix(rapid.Int64Range(946684800, 3500000000).Draw(t, "unix"), 0)
})

var steps = rapid.IntRange(-60, 60)

func TestAddAlwaysEndsOnAWorkingDayAtTheSameTimeOfDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, n := moments.Draw(t, "from").In(helsinki), steps.Draw(t, "n")
		got := Add(from, n)
		if !Is(got) {
			t.Fatalf("Add(%v, %d) = %v, a day off", from, n, got)
		}
		h, m, s := got.Clock()
		wantH, wantM, wantS := from.Clock()
		if !Is(from) {
			wantH, wantM, wantS = 0, 0, 0
		}
		if h != wantH || m != wantM || s != wantS {
			t.Fatalf("Add(%v, %d) = %v", from, n, got)
		}
	})
}

func TestTwoStepsAreOneOfTheirSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, a, b := moments.Draw(t, "from"), steps.Draw(t, "a"), steps.Draw(t, "b")
		if twice, once := Add(Add(from, a), b), Add(from, a+b); !twice.Equal(once) {
			t.Fatalf("from %v: %d then %d gives %v, %d gives %v", from, a, b, twice, a+b, once)
		}
	})
}

func TestAddKeepsTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, n := moments.Draw(t, "from"), steps.Draw(t, "n")
		later := from.Add(time.Duration(rapid.Int64Range(0, 10*24*3600).Draw(t, "seconds")) * time.Second)
		if Add(later, n).Before(Add(from, n)) {
			t.Fatalf("%v is before %v, but Add(..., %d) is %v and %v", from, later, n, Add(from, n), Add(later, n))
		}
		if !Add(from, n+1).After(Add(from, n)) {
			t.Fatalf("Add(%v, %d) = %v is not before the next, %v", from, n, Add(from, n), Add(from, n+1))
		}
	})
}

func TestBetweenCountsWhatAddGoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, n := moments.Draw(t, "from"), steps.Draw(t, "n")
		if got := Between(from, Add(from, n)); got != n {
			t.Fatalf("Between(%v, Add(..., %d)) = %d", from, n, got)
		}
		b, c := moments.Draw(t, "b"), moments.Draw(t, "c")
		if got, want := Between(from, b)+Between(b, c), Between(from, c); got != want {
			t.Fatalf("%v to %v to %v: %d, straight %d", from, b, c, got, want)
		}
	})
}
