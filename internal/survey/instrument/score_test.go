package instrument

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAScoreIsTheMeanOfTheAnsweredItemsAfterReverseKeying(t *testing.T) {
	in := small(t)
	for _, test := range []struct {
		name  string
		given []string
		scale int
		pct   int
		want  Score
	}{
		{"all answered, one reversed", []string{"r1=5", "r2=4", "r3=1"}, 0, 80, Score{0, 14.0 / 3, 3, 3, true}},
		{"two of three are 66 percent", []string{"r1=5", "r2=4"}, 0, 80, Score{0, 0, 2, 3, false}},
		{"two of three are enough for 50", []string{"r1=5", "r2=4"}, 0, 50, Score{0, 4.5, 2, 3, true}},
		{"one of two is exactly 50 percent", []string{"d2=2"}, 1, 50, Score{1, 2, 1, 2, true}},
		{"one of three is not", []string{"r3=1"}, 0, 50, Score{0, 0, 1, 3, false}},
		{"not applicable is no answer", []string{"r1=na", "r2=4", "r3=2"}, 0, 100, Score{0, 0, 2, 3, false}},
		{"nothing answered", nil, 0, 50, Score{0, 0, 0, 3, false}},
		{"a scale that begins at nought", []string{"e1=0", "e2=0"}, 2, 80, Score{2, 0, 2, 2, true}},
		{"steps with gaps", []string{"e1=10", "e2=5"}, 2, 80, Score{2, 7.5, 2, 2, true}},
		{"a hidden item's answer does not count", []string{"s1=5", "s2=4"}, 4, 50, Score{4, 5, 1, 2, true}},
		{"a shown one's does", []string{"s1=2", "s2=5"}, 4, 80, Score{4, 3.5, 2, 2, true}},
	} {
		in.Scales[test.scale].MinAnsweredPct = test.pct
		got := in.Scores(answers(t, in, test.given...))[test.scale]
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %v at %d%% (-want +got):\n%s", test.name, test.given, test.pct, diff)
		}
	}
}

func TestAMeanStaysWithinItsScaleAndCountsWhatWasAnswered(t *testing.T) {
	in := small(t)
	rapid.Check(t, func(t *rapid.T) {
		a := drawAnswers(t, in)
		scores := in.Scores(a)
		if len(scores) != len(in.Scales) {
			t.Fatalf("%d scores, want %d", len(scores), len(in.Scales))
		}
		for i, score := range scores {
			s := in.Scales[i]
			if score.OK && (score.Mean < float64(s.Min()) || score.Mean > float64(s.Max())) {
				t.Fatalf("scale %s: mean %v", s.ID, score.Mean)
			}
			if score.OK != (score.Answered > 0 && score.Answered*100 >= s.MinAnsweredPct*score.Of) {
				t.Fatalf("scale %s: %+v", s.ID, score)
			}
		}
		if diff := cmp.Diff(scores, in.Scores(in.Clean(a))); diff != "" {
			t.Fatalf("cleaning changes the scores:\n%s", diff)
		}
	})
}

func TestTheWordsAreThoseOfTheLastBandReached(t *testing.T) {
	s := small(t).Scales[0] // bands from 1, 2.5 and 3.5
	for _, test := range []struct {
		mean float64
		want string
	}{
		{1, "thin en"}, {2.4999, "thin en"}, {2.5, "growing en"}, {3.4, "growing en"}, {3.5, "strong en"}, {5, "strong en"},
		{0, "thin en"}, {math.NaN(), "thin en"},
	} {
		if got := s.Words(test.mean, "en"); got != test.want {
			t.Errorf("%v: got %q, want %q", test.mean, got, test.want)
		}
	}
}

// told gives the ids of strengths and the texts of next steps.
func told(p Profile) (strengths, steps []string) {
	for _, s := range p.Strengths {
		strengths = append(strengths, s.ID)
	}
	for _, n := range p.NextSteps {
		steps = append(steps, n.Text)
	}
	return strengths, steps
}

func TestAProfileNamesTheStrongestAndTheThinnest(t *testing.T) {
	in := small(t)
	high := []string{"r1=5", "r2=5", "r3=1"}
	for _, test := range []struct {
		name             string
		given            []string
		strengths, steps []string
	}{
		{"nothing answered", nil, nil, nil},
		{"only support answered", []string{"s1=4", "s2=4"}, nil, nil},
		{"one scale gives both its steps", []string{"d1=2", "d2=2"}, nil, []string{"data step 1 en", "data step 2 en"}},
		{"one scale with one step gives one", []string{"e1=5", "e2=5"}, nil, []string{"ethics step 1 en"}},
		{"of two scales one is the strength and the other gives both steps", append([]string{"d1=2", "d2=2"}, high...), []string{"remote"}, []string{"data step 1 en", "data step 2 en"}},
		{"of three scales one is the strength", append([]string{"d1=2", "d2=2", "t1=3"}, high...), []string{"remote"}, []string{"data step 1 en", "team step 1 en"}},
		{"four scales are kept apart", append([]string{"d1=2", "d2=2", "t1=3", "e1=10", "e2=5"}, high...), []string{"remote", "ethics"}, []string{"data step 1 en", "team step 1 en"}},
		{"ties go by the file's order", []string{"r1=3", "r2=3", "r3=3", "d1=3", "d2=3", "e1=5", "e2=5", "t1=3"}, []string{"remote", "data"}, []string{"ethics step 1 en", "team step 1 en"}},
		{"support is never among them", append([]string{"d1=2", "d2=2", "s1=1", "t1=3"}, high...), []string{"remote"}, []string{"data step 1 en", "team step 1 en"}},
	} {
		strengths, steps := told(in.Profile(answers(t, in, test.given...), "en"))
		if diff := cmp.Diff([][]string{test.strengths, test.steps}, [][]string{strengths, steps}); diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", test.name, test.given, diff)
		}
	}
}

func TestAProfileHasARowForEveryScale(t *testing.T) {
	in := small(t)
	p := in.Profile(answers(t, in, "d1=2", "d2=3", "s1=5"), "de")
	var rows []string
	for _, r := range p.Rows {
		rows = append(rows, r.Scale.ID+" "+strconv.FormatBool(r.Score.OK)+" "+r.Words)
	}
	want := []string{"remote false ", "data true growing fi", "ethics false ", "team false ", "support false "}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAStoredProfileCanBeShownAgainEvenWhenScoresAreMissing(t *testing.T) {
	in := small(t)
	a := answers(t, in, "r1=5", "r2=5", "r3=1", "d1=2", "d2=2", "t1=3", "e1=10", "e2=5")
	want, wantSteps := told(in.Profile(a, "sv"))
	scores := in.Scores(a)
	scores[0], scores[3] = scores[3], scores[0] // their order does not matter
	scores = append(scores, Score{Scale: 99, OK: true}, Score{Scale: -1, OK: true})
	got, gotSteps := told(in.ProfileOf(scores, "sv"))
	if diff := cmp.Diff([][]string{want, wantSteps}, [][]string{got, gotSteps}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p := in.ProfileOf(nil, "sv"); len(p.Rows) != len(in.Scales) || p.Rows[0].Score.OK || p.Rows[0].Score.Of != 3 {
		t.Errorf("without scores: %+v", p.Rows)
	}
}

func TestNoScaleIsBothAStrengthAndANextStep(t *testing.T) {
	in := small(t)
	rapid.Check(t, func(t *rapid.T) {
		p := in.Profile(drawAnswers(t, in), "fi")
		scored := 0
		for _, r := range p.Rows {
			if r.Score.OK && r.Scale.Kind == KindCompetence {
				scored++
			}
		}
		if len(p.Strengths) != min(2, scored/2) || scored >= 3 && len(p.NextSteps) != 2 {
			t.Fatalf("%d scored: %d strengths, %d next steps", scored, len(p.Strengths), len(p.NextSteps))
		}
		for _, n := range p.NextSteps {
			for _, s := range p.Strengths {
				if n.Scale == s {
					t.Fatalf("%s is both", s.ID)
				}
			}
		}
	})
}

func ExampleScale_Words() {
	all, _ := Shipped()
	s := all[0].Scales[0]
	fmt.Println(s.Min(), s.Max(), s.Words(5, "en") == s.Bands[len(s.Bands)-1].Words.In("en"))
	// Output: 1 5 true
}
