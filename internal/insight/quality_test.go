package insight_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"taitorinki/internal/insight"
	"taitorinki/internal/sdc"
)

// measured is a made-up round: two competence areas and two support factors of four items each, the last item of each turned
// round, and a profession of three kinds. Who has much of the first support factor is stronger in the first area.
func measured(n int) *insight.Source {
	random := rand.New(rand.NewPCG(1, 2))
	s := &insight.Source{Head: insight.Head{Code: "M", Invited: 2 * n},
		Units: []insight.Unit{{ID: 1, Parent: sdc.NoParent, Code: "W", Staff: 2 * n, Heads: 2 * n}},
		Variables: []insight.Variable{{ID: "profession", Categories: []insight.Category{
			{Value: "nurse", Heads: n}, {Value: "doctor", Heads: n / 2}, {Value: "clerk", Heads: n / 2}, {}}}}}
	for a := range 4 {
		s.Areas = append(s.Areas, insight.Area{ID: fmt.Sprint("a", a), Support: a >= 2, Min: 1, Max: 5, MinAnswered: 80})
		for i := range 4 {
			s.Items = append(s.Items, insight.Item{ID: fmt.Sprintf("a%d-%d", a, i), Kind: insight.ScaleItem, Area: a, Reversed: i == 3, Min: 1, Max: 5,
				Text: insight.Words{"en": fmt.Sprintf("Statement %d of area %d", i, a)}})
		}
	}
	for p := range n {
		support := [2]float64{random.NormFloat64(), random.NormFloat64()}
		level := []float64{3 + .8*support[0] + .3*random.NormFloat64(), 3 + random.NormFloat64(), 3 + support[0], 3 + support[1]}
		r := insight.Response{Values: []int{[]int{0, 0, 1, 2}[p%4]}}
		for i := range s.Items {
			x := math.Max(1, math.Min(5, math.Round(level[i/4]+.5*random.NormFloat64())))
			if s.Items[i].Reversed {
				x = 6 - x
			}
			r.Answers = append(r.Answers, strconv.Itoa(int(x)))
		}
		s.Responses = append(s.Responses, r)
	}
	rescore(s)
	return s
}

// rescore counts the scores from the answers: four of five items answered, that is all four.
func rescore(s *insight.Source) {
	for p := range s.Responses {
		r := &s.Responses[p]
		r.Scores = nil
		for a := range s.Areas {
			sum, answered, of := 0.0, 0, 0
			for i, it := range s.Items {
				if it.Area != a {
					continue
				}
				of++
				if x, err := strconv.Atoi(r.Answers[i]); err == nil {
					if it.Reversed {
						x = 6 - x
					}
					sum, answered = sum+float64(x), answered+1
				}
			}
			if answered*100 < 80*of || answered == 0 {
				r.Scores = append(r.Scores, math.NaN())
				continue
			}
			r.Scores = append(r.Scores, sum/float64(answered))
		}
	}
}

func published(t *testing.T, s *insight.Source) *insight.Snapshot {
	t.Helper()
	snap, err := insight.Publish(context.Background(), "test", s, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// answerAll gives an item the same answer everywhere.
func answerAll(s *insight.Source, item int, answer func(person int) string) *insight.Source {
	for p := range s.Responses {
		s.Responses[p].Answers[item] = answer(p)
	}
	rescore(s)
	return s
}

func TestQualityTellsHowTheItemsHoldTogether(t *testing.T) {
	snap := published(t, measured(300))
	if snap.Quality == nil {
		t.Fatal("nothing is told of quality")
	}
	for a, x := range snap.Quality.Areas {
		r := x.Reliability
		switch {
		case r == nil || r.Alpha == nil || r.Omega == nil || r.KMO == nil || len(r.Eigenvalues) != 3:
			t.Fatalf("area %d: %+v", a, r)
		case *r.Alpha < .8 || *r.Alpha > .98 || *r.Low >= *r.Alpha || *r.High <= *r.Alpha || math.Abs(*r.Omega-*r.Alpha) > .03:
			t.Errorf("area %d: alpha %g (%g to %g), omega %g", a, *r.Alpha, *r.Low, *r.High, *r.Omega)
		case x.N != nil:
			t.Errorf("area %d: %d answered all of it, which are all", a, *x.N)
		case len(x.Items) != 4 || x.Items[0].ID != fmt.Sprintf("a%d-0", a):
			t.Errorf("area %d has the items %+v", a, x.Items)
		}
		for _, it := range x.Items {
			if it.Mean == nil || it.SD == nil || it.RDrop == nil || *it.RDrop < .5 || it.IfDropped == nil || *it.IfDropped >= *r.Alpha+.01 {
				t.Errorf("area %d: item %+v", a, it)
			}
			if it.Missing != nil || it.Floor == nil || *it.Floor < 2 || it.Ceiling == nil {
				t.Errorf("area %d: of %s missing %v, floor %v, ceiling %v", a, it.ID, it.Missing, it.Floor, it.Ceiling)
			}
		}
	}
}

func TestAFewMissingAnswersLookLikeNone(t *testing.T) {
	for _, missing := range []int{0, 1, 4, 5, 60} {
		s := answerAll(measured(300), 0, func(p int) string {
			if p < missing {
				return "na"
			}
			return strconv.Itoa(1 + p%5)
		})
		a := published(t, s).Quality.Areas[0]
		told := a.Items[0].Missing
		if missing < 5 && (told != nil || a.N != nil) || missing >= 5 && (told == nil || *told != sdc.Percent(missing, 300) || a.N == nil || *a.N != 300-missing) {
			t.Errorf("%d missing: told %v percent, n %v", missing, told, a.N)
		}
	}
	large := published(t, measured(1000))
	if x := large.Quality.Areas[0].Items[0].Missing; x == nil || *x != 0 {
		t.Errorf("of a thousand, where one to four would be 0 percent as well, %v is told", x)
	}
}

func TestAnItemThatNearlyAllAnswerAlikeIsNotTold(t *testing.T) {
	s := answerAll(measured(300), 1, func(p int) string { return []string{"4", "2"}[max(0, 1-p)] })
	a := published(t, s).Quality.Areas[0]
	if it := a.Items[1]; it.Mean != nil || it.SD != nil || it.Floor != nil || it.Ceiling != nil || it.RDrop != nil || it.IfDropped != nil {
		t.Errorf("all but one are alike, and it is told: %+v", it)
	}
	if a.Items[0].Mean == nil || a.Reliability == nil {
		t.Errorf("the others are hidden too: %+v", a)
	}
}

func TestEndsOfTheScaleAreToldOfManyOnly(t *testing.T) {
	for _, it := range published(t, measured(90)).Quality.Areas[0].Items {
		if it.Mean == nil || it.Floor != nil || it.Ceiling != nil {
			t.Errorf("of ninety: %+v", it)
		}
	}
}

func TestAnItemThatNobodyAnsweredLeavesTheRestOfTheRound(t *testing.T) {
	snap := published(t, answerAll(measured(300), 0, func(int) string { return "" }))
	if a := snap.Quality.Areas[0]; a != nil && (a.Reliability != nil || a.Items[0].Mean != nil || a.Items[0].Missing != nil) {
		t.Errorf("told of it: %+v", a)
	}
	if snap.Quality.Areas[1] == nil || snap.Factors == nil || len(snap.Factors.Models) != 1 || snap.Profiles == nil {
		t.Errorf("quality %v, factors %v, profiles %v", snap.Quality.Areas[1], snap.Factors, snap.Profiles)
	}
}

func TestAScaleOfOneItemHasNoReliability(t *testing.T) {
	s := measured(300)
	for i := range s.Items {
		if s.Items[i].Area == 0 && i > 0 {
			s.Items[i].Area = -1
		}
	}
	rescore(s)
	snap := published(t, s)
	if a := snap.Quality.Areas[0]; a == nil || a.Reliability != nil || len(a.Items) != 1 || a.Items[0].Mean == nil || a.Items[0].RDrop != nil {
		t.Errorf("got %+v", a)
	}
	if snap.Factors == nil || snap.Profiles == nil {
		t.Error("factors or profiles are missing")
	}
}

func TestWithFewOrEqualAnswersNothingBreaksAndNothingIsTold(t *testing.T) {
	for _, n := range []int{0, 1, 4, 9} {
		if snap := published(t, measured(n)); snap.Quality != nil || snap.Factors != nil || snap.Profiles != nil {
			t.Errorf("of %d persons: %+v %+v %+v", n, snap.Quality, snap.Factors, snap.Profiles)
		}
	}
	s := measured(50)
	for i := range s.Items {
		answerAll(s, i, func(int) string { return "3" })
	}
	snap := published(t, s)
	if snap.Factors != nil || snap.Profiles != nil {
		t.Errorf("everybody is alike: %+v %+v", snap.Factors, snap.Profiles)
	}
	if q := snap.Quality; q != nil && slices.ContainsFunc(q.Areas, func(a *insight.AreaQuality) bool { return a != nil }) {
		t.Errorf("everybody is alike: %+v", q)
	}
	if snap := published(t, measured(12)); snap.Factors != nil {
		t.Errorf("twelve persons are too few for two factors: %+v", snap.Factors)
	}
}

func TestARegressionFindsTheFactorThatGoesAlong(t *testing.T) {
	f := published(t, measured(400)).Factors
	if f == nil || len(f.Models) != 2 || len(f.Controls) != 1 {
		t.Fatalf("got %+v", f)
	}
	if c := f.Controls[0]; c.Reference != 0 || !slices.Equal(c.Categories, []int{1, 2}) {
		t.Errorf("the categories are %+v", c)
	}
	first, second := f.Models[0], f.Models[1]
	if x := first.Terms[0]; x.Factor != 2 || x.B < .6 || x.B > 1 || x.Low > x.B || x.High < x.B || x.Low <= 0 || x.P != 0 || x.Beta < .7 {
		t.Errorf("the factor that goes along: %+v", x)
	}
	if x := second.Terms[0]; x.Low > 0 || x.High < 0 || second.R2 > .05 || first.R2 < .5 {
		t.Errorf("the area that nothing goes along with: %+v, R2 %g and %g", x, first.R2, second.R2)
	}
}

func TestFactorsPutSmallCategoriesTogetherAndLeaveOutAVariableWithAFewOver(t *testing.T) {
	for _, test := range []struct {
		doctors, clerks, unknown int
		want                     []int // nil: the variable is left out
	}{{100, 20, 0, []int{1, 2}}, {3, 3, 0, []int{insight.Rest}}, {20, 0, 200, []int{1, insight.Rest}}, {3, 0, 0, nil}, {0, 0, 0, nil}} {
		s := measured(300)
		for p := range s.Responses {
			s.Responses[p].Values = []int{0}
			if p < test.doctors {
				s.Responses[p].Values[0] = 1
			} else if p < test.doctors+test.clerks {
				s.Responses[p].Values[0] = 2
			} else if p >= 300-test.unknown {
				s.Responses[p].Values[0] = 3
			}
		}
		f := published(t, s).Factors
		if f == nil || (test.want == nil) != (len(f.Controls) == 0) || test.want != nil && !slices.Equal(f.Controls[0].Categories, test.want) {
			t.Errorf("%d doctors and %d clerks: got %+v, want %v", test.doctors, test.clerks, f, test.want)
		}
		if len(f.Controls) > 0 && f.Controls[0].Reference != 0 {
			t.Errorf("%d doctors and %d clerks are compared with %+v", test.doctors, test.clerks, f.Controls)
		}
	}
}

func TestARegressionLeavesBackgroundOutWhereThereAreTooFewForIt(t *testing.T) {
	f := published(t, measured(25)).Factors
	if f == nil || len(f.Controls) != 0 || len(f.Models[0].Terms) != 2 {
		t.Errorf("25 persons, two factors and two categories: %+v", f)
	}
}

func TestAFactorTwiceIsNotToldOf(t *testing.T) {
	s := measured(300)
	for p := range s.Responses {
		copy(s.Responses[p].Answers[12:], s.Responses[p].Answers[8:12])
	}
	rescore(s)
	if f := published(t, s).Factors; f != nil {
		t.Errorf("two factors say the same, and got %+v", f)
	}
}

func TestProfilesAreGroupsOfPeopleAlike(t *testing.T) {
	p := published(t, measured(400)).Profiles
	if p == nil || len(p.Sets) != 5 {
		t.Fatalf("got %+v", p)
	}
	for i, set := range p.Sets {
		share := 0
		for j, x := range set.Profiles {
			share += x.Share
			if j > 0 && x.Share > set.Profiles[j-1].Share {
				t.Errorf("%d groups are not in order of size: %+v", set.K, set.Profiles)
			}
			for a, m := range x.Means {
				if m == nil || *m < 1 || *m > 5 || math.Abs(*m*10-math.Round(*m*10)) > 1e-9 {
					t.Errorf("%d groups: mean %d of group %d is %v", set.K, a, j, m)
				}
			}
		}
		if set.K != i+2 || len(set.Profiles) != set.K || share < 97 || share > 103 || set.Silhouette <= 0 || i > 0 && set.Between <= p.Sets[i-1].Between {
			t.Errorf("got %+v", set)
		}
	}
}

func TestAClusteringWithAFewInAGroupIsNotThere(t *testing.T) {
	for _, test := range []struct {
		far  int
		want string
	}{{3, "[]"}, {5, "[2 3 4 5 6]"}, {0, "[2 3 4 5 6]"}} {
		s := measured(300)
		for p := range s.Responses { // some far away from a dense rest
			for i, it := range s.Items {
				x := 2 + (p/(1+i%3)+i)%2
				if p < test.far {
					x = 5
				}
				if p == 0 && test.far > 0 && i%4 == 0 { // so that not all of them are alike
					x = 4
				}
				if it.Reversed {
					x = 6 - x
				}
				s.Responses[p].Answers[i] = strconv.Itoa(x)
			}
		}
		rescore(s)
		told := []int{}
		if p := published(t, s).Profiles; p != nil {
			for _, set := range p.Sets {
				told = append(told, set.K)
			}
		}
		if got := fmt.Sprint(told); got != test.want {
			t.Errorf("%d are far from the others: told of %s groups, want %s", test.far, got, test.want)
		}
	}
}

func TestASnapshotIsTheSameWhateverTheOrderOfTheResponses(t *testing.T) {
	s := measured(120)
	first, err := published(t, s).Encode()
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(s.Responses)
	second, err := published(t, s).Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Errorf("two snapshots of the same data differ:\n%s\n%s", first, second)
	}
	back, err := insight.Decode(first)
	if err != nil || back.Quality == nil || back.Factors == nil || back.Profiles == nil {
		t.Errorf("read back: %+v, %v", back, err)
	}
}
