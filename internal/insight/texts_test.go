package insight

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// written is a round with three open questions that so many of 300 people have answered, and one about who they are.
func written(n ...int) *Source {
	s := &Source{Head: Head{Code: "abcde"}}
	for i := range n {
		s.Items = append(s.Items, Item{ID: fmt.Sprintf("q%d", i), Kind: TextItem, Text: Words{"en": "What?"}})
	}
	s.Items = append(s.Items, Item{ID: "title", Kind: TextItem, Background: true}, Item{ID: "s", Kind: ScaleItem})
	for p := range 300 {
		r := Response{Answers: make([]string, len(s.Items))}
		for i, of := range n {
			if p < of {
				r.Answers[i] = fmt.Sprintf(" text %03d of %d", p, i)
			} else {
				r.Answers[i] = []string{"", "-", " . ", "4"}[p%4]
			}
		}
		r.Answers[len(n)], r.Answers[len(n)+1] = "chief physician", "3"
		s.Responses = append(s.Responses, r)
	}
	return s
}

func TestQuestionsThatFewHaveAnsweredAreNotKept(t *testing.T) {
	questions, texts := written(10, 9, 300).texts()
	if len(questions) != 2 || questions[0].Item != "q0" || questions[1].Item != "q2" || len(texts) != 310 {
		t.Fatalf("%d texts of %+v", len(texts), questions)
	}
	raised := written(20, 24, 25)
	raised.Least = 25
	if questions, texts := raised.texts(); len(questions) != 1 || len(texts) != 25 || questions[0].Batch != 25 || questions[0].Fewest != 25 {
		t.Errorf("with a limit of 25: %d texts of %+v", len(texts), questions)
	}
}

// tau is Kendall's rank correlation of an order with the one in which things stood.
func tau(order []int) float64 {
	sum := 0
	for i := range order {
		for j := range i {
			if order[j] < order[i] {
				sum++
			} else {
				sum--
			}
		}
	}
	return float64(sum) / float64(len(order)*(len(order)-1)/2)
}

func TestTheOrderOfTextsTellsNothing(t *testing.T) {
	_, texts := written(300, 300).texts()
	at := map[string][]int{}
	for _, x := range texts {
		var person, question int
		if _, err := fmt.Sscanf(x.Body, "text %d of %d", &person, &question); err != nil {
			t.Fatal(err)
		}
		at[x.Item] = append(at[x.Item], person)
	}
	// For 300 in random order tau has a standard deviation of 0.039.
	if x := tau(at["q0"]); x > 0.25 || x < -0.25 {
		t.Errorf("the texts stand as the responses do: tau %.2f", x)
	}
	place := make([]int, 300)
	for i, p := range at["q1"] {
		place[p] = i
	}
	for i, p := range at["q0"] {
		at["q0"][i] = place[p]
	}
	if x := tau(at["q0"]); x > 0.25 || x < -0.25 {
		t.Errorf("the texts of one question stand as those of the other: tau %.2f", x)
	}
	_, again := written(300, 300).texts()
	if slices.EqualFunc(texts, again, func(a, b Text) bool { return a.Body == b.Body }) {
		t.Error("the same order twice: it is not random")
	}
}

// Whatever is decided, in whatever steps: what readers see grows by k or more at a time and has at least the fewest, and in the
// end nothing that could be shown is left behind.
func TestTextsAreShownInBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Question{Batch: rapid.IntRange(5, 9).Draw(t, "k")}
		q.Fewest = max(LeastTexts, q.Batch)
		p := Progress{Waiting: rapid.IntRange(10, 80).Draw(t, "texts")}
		for p.Waiting > 0 {
			yes := rapid.IntRange(0, min(p.Waiting, 12)).Draw(t, "released")
			no := rapid.IntRange(0, min(p.Waiting-yes, 3)).Draw(t, "withheld")
			p.Waiting, p.Released, p.Withheld = p.Waiting-yes-no, p.Released+yes, p.Withheld+no
			n := batch(q, p)
			if n != 0 && (n < q.Batch || p.Shown+n < q.Fewest || p.Shown+n > p.Released) {
				t.Fatalf("%d more are shown with %+v of %+v", n, p, q)
			}
			p.Shown += n
		}
		if want := p.Released; p.Shown != want && want >= q.Fewest {
			t.Fatalf("%d of %d are shown in the end", p.Shown, want)
		}
		if p.Released < q.Fewest && p.Shown > 0 {
			t.Fatalf("%d are shown", p.Shown)
		}
	})
}
