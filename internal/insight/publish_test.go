package insight

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"taitorinki/internal/sdc"
	"taitorinki/internal/sdc/sdcattack"
)

// county is a made-up closed round: a whole with areas of units, and professions. Answered says how many of the staff of each
// unit have answered.
func county(seed uint64, units ...[2]int) *Source {
	rng := rand.New(rand.NewPCG(seed, 1))
	s := &Source{Head: Head{Code: "abcde", Name: Words{"fi": "Kierros"}}}
	s.Units = []Unit{{ID: 1, Parent: sdc.NoParent, Code: "H"}, {ID: 2, Parent: 0, Code: "A"}, {ID: 3, Parent: 0, Code: "B"}}
	for i := range 2 {
		s.Areas = append(s.Areas, Area{ID: fmt.Sprint("area", i), Title: Words{"fi": fmt.Sprint("Alue ", i)}, Support: i == 1, Min: 1, Max: 5})
	}
	v := Variable{ID: "profession", Categories: []Category{{Value: "nurse"}, {Value: "doctor"}, {}}}
	for i, u := range units {
		s.Units = append(s.Units, Unit{ID: int64(10 + i), Parent: 1 + i%2, Code: fmt.Sprint("U", i), Staff: u[0], Heads: u[0]})
		s.Invited += u[0]
		for range u[1] {
			r := Response{Unit: 3 + i, Values: []int{rng.IntN(3)}}
			for range s.Areas {
				r.Scores = append(r.Scores, 1+float64(rng.IntN(17))/4+float64(i%3)/8)
			}
			for a := range r.Scores {
				r.Scores[a] = min(5, r.Scores[a])
				r.Answers = append(r.Answers, fmt.Sprint(r.Scores[a]))
			}
			s.Responses = append(s.Responses, r)
		}
	}
	s.Variables = []Variable{v}
	return s
}

func published(t *testing.T, s, before *Source) *Snapshot {
	t.Helper()
	var earlier *Snapshot
	if before != nil {
		earlier = published(t, before, nil)
	}
	snap, err := Publish(t.Context(), "test", s, before, earlier, nil)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func TestTheSameDataGiveTheSameBytesInWhateverOrder(t *testing.T) {
	s := county(1, [2]int{60, 50}, [2]int{40, 31}, [2]int{12, 7}, [2]int{9, 3}, [2]int{30, 24})
	first, err := published(t, s, nil).Encode()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		rand.Shuffle(len(s.Responses), func(i, j int) { s.Responses[i], s.Responses[j] = s.Responses[j], s.Responses[i] })
		again, err := published(t, s, nil).Encode()
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("got %v and\n%s\nwant\n%s", err, again, first)
		}
	}
	read, err := Decode(first)
	if err != nil {
		t.Fatal(err)
	}
	if once, _ := read.Encode(); !bytes.Equal(once, first) {
		t.Errorf("read and written again:\n%s\nwant\n%s", once, first)
	}
}

func TestAnAttackerFindsNothingInAnySnapshot(t *testing.T) {
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var units [][2]int
		for range 2 + rng.IntN(7) {
			staff := 5 + rng.IntN(30)
			units = append(units, [2]int{staff, rng.IntN(staff + 1)})
		}
		snap := published(t, county(seed, units...), nil)
		if leaks := sdcattack.Attack(snap.Catalogue(), snap.Least, sdcattack.Moment{Publication: snap.Publication()}); len(leaks) > 0 {
			t.Errorf("seed %d, units %v: %v", seed, units, leaks)
		}
	}
}

// A round in which hardly anybody answered has a snapshot, too: one in which nothing is told.
func TestOfTooFewNothingIsTold(t *testing.T) {
	lone := &Source{Units: []Unit{{Parent: sdc.NoParent, Staff: 30, Heads: 30}}, Areas: county(1).Areas}
	one := *lone
	one.Responses = []Response{{Scores: []float64{3, 4}, Answers: []string{"3", "4"}}}
	for name, s := range map[string]*Source{
		"no answers": county(1, [2]int{20, 0}), "one tree of one unit": lone, "one answer": &one, "nine answers": county(2, [2]int{40, 9}),
	} {
		snap := published(t, s, nil)
		if snap.Whole() != nil || len(snap.Cells) > 0 || len(snap.Spreads) > 0 || snap.Change != nil {
			t.Errorf("%s: %+v", name, snap)
		}
	}
}

func TestEverybodyInOneUnitIsTheWhole(t *testing.T) {
	snap := published(t, county(3, [2]int{60, 40}), nil)
	whole, unit := snap.Whole(), snap.Of(3)
	if whole == nil || unit == nil || whole.N != 40 || unit.N != 40 || *whole.Means[0] != *unit.Means[0] {
		t.Errorf("the whole %+v, its only unit %+v", whole, unit)
	}
	if snap.Standing(3, 0, 0) != Near {
		t.Errorf("stands %v to itself", snap.Standing(3, 0, 0))
	}
}

func TestRaisedLimitsHold(t *testing.T) {
	s := county(4, [2]int{80, 60}, [2]int{80, 60}, [2]int{30, 14}, [2]int{30, 14})
	s.Least, s.Full = 8, 20
	snap := published(t, s, nil)
	if snap.Least != 8 || snap.Full != 20 {
		t.Errorf("limits %d and %d", snap.Least, snap.Full)
	}
	for _, c := range snap.Cells {
		if !c.Placed && c.N < 20 {
			t.Errorf("%+v is told under the limit of 20", c)
		}
	}
	if c := snap.Of(5); c == nil || !c.Placed {
		t.Errorf("14 of 30: %+v, want a placing", c)
	}
}

func TestASmallUnitIsOnlyPlaced(t *testing.T) {
	snap := published(t, county(5, [2]int{90, 70}, [2]int{90, 70}, [2]int{20, 7}, [2]int{20, 7}), nil)
	c := snap.Of(5)
	if c == nil || !c.Placed || c.N != 0 || c.Means != nil || len(c.Bands) != 2 {
		t.Fatalf("seven answers: %+v", c)
	}
	text, err := snap.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte(`"n":7,`)) {
		t.Error("the snapshot holds the number of a group that is only placed")
	}
}

func TestTheLedgerHoldsEveryCellAndTheTreeItsHeads(t *testing.T) {
	snap := published(t, county(6, [2]int{60, 50}, [2]int{40, 31}, [2]int{9, 3}), nil)
	var ledger, tree strings.Builder
	if err := snap.WriteLedger(&ledger); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(ledger.String())).ReadAll()
	if err != nil || len(rows) != 1+6*4 || !slices.Equal(rows[0], []string{"unit", "profession", "n", "mean_area0", "mean_area1", "band_area0", "band_area1"}) {
		t.Errorf("%v, %d rows:\n%s", err, len(rows), ledger.String())
	}
	if rows[1][0] != "H" || rows[1][1] != "*" || rows[1][2] != "84" {
		t.Errorf("the whole: %v", rows[1])
	}
	if err := snap.WriteTree(&tree); err != nil {
		t.Fatal(err)
	}
	if want := "code,parent,headcount\nH,,109\nA,H,69\nB,H,40\nU0,A,60\nU1,B,40\nU2,A,9\n"; tree.String() != want {
		t.Errorf("got\n%s\nwant\n%s", tree.String(), want)
	}
}

// Of two waves the same people, as far as their codes tell, and the means of all.
func TestWavesAreComparedAsTheyStood(t *testing.T) {
	before, now := county(7, [2]int{90, 60}, [2]int{60, 50}), county(8, [2]int{90, 70}, [2]int{60, 40})
	for i := range 45 {
		before.Responses[i].Pair, now.Responses[i].Pair = fmt.Sprint("p", i), fmt.Sprint("p", i)
	}
	before.Responses[50].Pair, now.Responses[50].Pair, now.Responses[51].Pair = "twice", "twice", "twice"
	now.Areas[1].Max = 7 // asked on another scale this time
	for i := range now.Responses {
		now.Responses[i].Scores[1]++
	}
	now.Units[4].Code = "NEW"
	first, snap := published(t, before, nil), published(t, now, before)
	if snap.Change == nil || snap.Change.Units[0].N != 45 || snap.Change.Units[0].Before != 110 {
		t.Fatalf("matched: %+v", snap.Change)
	}
	var pairs strings.Builder
	if err := snap.WriteMatched(&pairs); err != nil {
		t.Fatal(err)
	}
	if rows, err := csv.NewReader(strings.NewReader(pairs.String())).ReadAll(); err != nil || len(rows) != 1+len(snap.Units) || !slices.Equal(rows[1][:4], []string{"H", "1&2", "45", "110"}) {
		t.Errorf("the matched as CSV: %v\n%s", err, pairs.String())
	}
	m := snap.Change.Units[0].Areas
	if m[0] == nil || m[1] != nil || m[0].Test == nil || m[0].Test.Low > m[0].Diff || m[0].Test.High < m[0].Diff || math.Abs(m[0].After-m[0].Before-m[0].Diff) > 1e-9 {
		t.Errorf("areas of the matched: %+v, %+v", m[0], m[1])
	}
	if c := snap.Compare(first, 0, 0); !c.Known || c.Before.N != 110 || c.After.N != 110 || c.Low >= c.Diff || c.High <= c.Diff {
		t.Errorf("the whole: %+v", c)
	}
	if c := snap.Compare(first, 0, 1); c.Known {
		t.Errorf("another scale: %+v", c)
	}
	if c := snap.Compare(first, 4, 0); c.Known {
		t.Errorf("a unit that was not there: %+v", c)
	}
}

func TestFewMatchedOrFewUnmatchedTellNothing(t *testing.T) {
	for name, n := range map[string]int{"nine matched": 9, "all but three matched": 57} {
		before, now := county(9, [2]int{90, 60}), county(10, [2]int{90, 60})
		for i := range n {
			before.Responses[i].Pair, now.Responses[i].Pair = fmt.Sprint("p", i), fmt.Sprint("p", i)
		}
		if snap := published(t, now, before); snap.Change != nil {
			t.Errorf("%s: %+v", name, snap.Change.Units[0])
		}
	}
}

func TestEveryScoreFallsInOneClassAndTheClassesCoverTheScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.IntRange(-3, 3).Draw(t, "low")
		high := low + rapid.IntRange(1, 10).Draw(t, "width")
		all := Classes(low, high)
		if all[0].From != float64(low) || math.Abs(all[len(all)-1].To-float64(high)) > 1e-9 || len(all) > 5 {
			t.Fatalf("classes of %d..%d: %v", low, high, all)
		}
		score := rapid.Float64Range(float64(low), float64(high)).Draw(t, "score")
		c := all[classOf(score, low, high)]
		if score < c.From-1e-6 || score > c.To+1e-6 {
			t.Fatalf("%v fell in %v", score, c)
		}
	})
}
