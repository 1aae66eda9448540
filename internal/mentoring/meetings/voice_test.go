package meetings

import (
	"testing"
	"time"

	"taitorinki/internal/i18n"
)

func on(t *testing.T, day string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation("2006-01-02 15:04", day+" 12:00", i18n.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheShareAnsweredInTimeCountsTopicsWhoseTimeIsUp(t *testing.T) {
	now := on(t, "2027-01-12")
	ago := func(days int) time.Time { return now.Add(-time.Duration(days) * 24 * time.Hour) }
	for _, x := range []struct {
		name string
		all  []Topic
		want Promise
	}{
		{"nothing asked", nil, Promise{}},
		{"answered fast, but the time is not up", []Topic{{At: ago(10), First: ago(9)}}, Promise{}},
		{"waiting, but the time is not up", []Topic{{At: ago(29)}}, Promise{}},
		{"answered on the last day", []Topic{{At: ago(60), First: ago(30)}}, Promise{1, 1}},
		{"answered a day late", []Topic{{At: ago(60), First: ago(29)}}, Promise{0, 1}},
		{"never answered", []Topic{{At: ago(31)}}, Promise{0, 1}},
		{"corrected later", []Topic{{At: ago(60), First: ago(50), Answered: ago(1)}}, Promise{1, 1}},
		{"of an earlier year", []Topic{{At: ago(366), First: ago(360)}}, Promise{}},
		{"two of three", []Topic{{At: ago(60), First: ago(50)}, {At: ago(90), First: ago(80)}, {At: ago(40)}}, Promise{2, 3}},
	} {
		if got := Kept(x.all, now); got != x.want {
			t.Errorf("%s: got %+v, want %+v", x.name, got, x.want)
		}
	}
	if got := (Promise{2, 3}).Percent(); got != 67 {
		t.Errorf("two of three are %d %%, want 67", got)
	}
}
