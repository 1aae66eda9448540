package insight

import "testing"

// twoWaves is a round of n responses after one of was, of which the first matched are the same people, each a step better.
func twoWaves(was, n, matched int) *Round {
	score := func(i int) float64 { return 2 + float64(i%3)/2 }
	r := &Round{Code: "later", Invited: 2 * n, Responses: n, Areas: []Area{{ID: "remote", Min: 1, Max: 5}}}
	for i := range n {
		r.Areas[0].Scores = append(r.Areas[0].Scores, score(i)+1)
	}
	var m MatchedArea
	for i := range matched {
		m.Before, m.After = append(m.Before, score(i)), append(m.After, score(i)+1)
	}
	r.Earlier = &Wave{Code: "first", Responses: was, Matched: matched, Areas: []MatchedArea{m}}
	return r
}

func TestTheChangeIsThatOfTheMatchedAndTellsHowManyTheyAre(t *testing.T) {
	c := Count(twoWaves(40, 50, 30)).Change
	f := c.Rows[0]
	if !c.Enough || c.Matched != 30 || c.Responses != 40 || c.Kept != 75 {
		t.Fatalf("got %+v", c)
	}
	if f.Before == nil || *f.Before != 2.5 || *f.After != 3.5 || *f.Diff != 1 {
		t.Errorf("before %v, after %v, difference %v; want 2.5, 3.5, 1", f.Before, f.After, f.Diff)
	}
	if f.Scores != nil || c.Areas != nil {
		t.Error("the published change still holds single scores")
	}
}

func TestNoChangeIsToldWhereTheMatchedOrTheOthersAreFew(t *testing.T) {
	for _, x := range []struct {
		was, n, matched int
		enough          bool
	}{{40, 40, 9, false}, {40, 40, 10, true}, {40, 40, 36, false}, {40, 40, 35, true}, {40, 60, 38, false}, {60, 40, 36, false}, {40, 40, 40, true}} {
		c := Count(twoWaves(x.was, x.n, x.matched)).Change
		if c.Enough != x.enough {
			t.Errorf("%d of %d matched with %d: told %v, want %v", x.matched, x.was, x.n, c.Enough, x.enough)
		}
		if !c.Enough && (c.Matched != 0 || c.Responses != 0 || len(c.Rows) > 0) {
			t.Errorf("%d of %d matched: told %+v", x.matched, x.was, c)
		}
	}
	if c := Count(round(2, 2, 2.4, 3, 3, 3.6, 4, 4, 4.5, 5)); c.Change != nil {
		t.Error("a first wave tells a change")
	}
}
