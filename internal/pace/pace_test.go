package pace_test

import (
	"testing"
	"time"

	"taitorinki/internal/pace"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// taken is how many of a thousand tries at one moment pass.
func taken(e *pace.Each, now time.Time, id int64) (n int) {
	for range 1000 {
		if e.Take(now, id, 30, 2) {
			n++
		}
	}
	return n
}

func TestABucketLetsACrowdThroughAndThenSoManyASecond(t *testing.T) {
	e := &pace.Each{}
	for _, x := range []struct {
		after time.Duration
		id    int64
		want  int
	}{{0, 1, 30}, {0, 1, 0}, {0, 2, 30}, {5 * time.Second, 1, 10}, {time.Hour, 1, 30}, {time.Minute, 1, 0}} {
		if got := taken(e, start.Add(x.after), x.id); got != x.want {
			t.Errorf("after %v, of thing %d: %d passed, want %d", x.after, x.id, got, x.want)
		}
	}
}

func TestLookingTakesNothing(t *testing.T) {
	b := &pace.Bucket{}
	for range 5 {
		if !b.Room(start, 1, 0, false) {
			t.Fatal("looking emptied the bucket")
		}
	}
	if !b.Room(start, 1, 0, true) || b.Room(start, 1, 0, false) {
		t.Error("a bucket of one did not let exactly one through")
	}
}
