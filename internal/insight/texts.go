package insight

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/jobs"
	"taitorinki/internal/sdc"
)

// LeastTexts is how many texts a question must have before any of them is shown. Below it nobody is told anything, not even
// that there are some.
const LeastTexts = 10

// The states of a text.
const (
	Waiting  = "waiting"
	Released = "released"
	Withheld = "withheld"
)

// Question is an open question of a closed round.
type Question struct {
	Round, Item string
	Words       Words
	Batch       int // at least so many texts are shown at a time
	Fewest      int // and in all
}

// Text is an answer to an open question.
type Text struct {
	ID     int64
	Item   string
	Body   string // as it was written
	State  string
	Masked string // as it may be shown
	Shown  bool   // readers see it
}

// ShownText is a text as readers get it.
type ShownText struct{ Item, Text string }

type textsJob struct {
	Round string `json:"round"`
}

// Kind names the job.
func (textsJob) Kind() string { return "insight.texts" }

func (s *Service) takeTexts(ctx context.Context, j textsJob, _ *jobs.Progress) error {
	return s.TakeTexts(ctx, j.Round)
}

// TakeTexts copies a closed round's open answers to where they are checked, once. They lose all that joins them to their
// responses and to one another: every text gets a random number, which is its place.
func (s *Service) TakeTexts(ctx context.Context, code string) (err error) {
	defer errs.Wrap(&err, "insight.TakeTexts(%s)", code)
	source, err := s.Source(ctx, code)
	if err != nil {
		return err
	}
	questions, texts := source.texts()
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		first, err := markTaken(ctx, tx, code, s.Now())
		if err != nil || !first {
			return err
		}
		return insertTexts(ctx, tx, questions, texts)
	})
}

// texts are the open questions with enough answers, and their answers in the order of random numbers.
func (s *Source) texts() (questions []Question, texts []Text) {
	least := max(s.Least, sdc.LeastGroup)
	fewest := max(LeastTexts, least, s.Full)
	for i, it := range s.Items {
		if it.Kind != TextItem || it.Background {
			continue // a background says who somebody is
		}
		var own []Text
		for _, r := range s.Responses {
			if body := strings.TrimSpace(r.Answers[i]); says(body) {
				own = append(own, Text{ID: db.RandomID(), Item: it.ID, Body: body, State: Waiting})
			}
		}
		if len(own) >= fewest {
			questions = append(questions, Question{Round: s.Code, Item: it.ID, Words: it.Text, Batch: least, Fewest: fewest})
			texts = append(texts, own...)
		}
	}
	slices.SortFunc(texts, func(a, b Text) int { return cmp.Compare(a.ID, b.ID) })
	return questions, texts
}

// says reports whether a text says anything: a dash is no answer.
func says(text string) bool {
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters > 1
}

// Decision is what a person who checks decides of a text.
type Decision struct {
	ID     int64
	State  string // Released or Withheld
	Masked string // of a released one: as it may be shown
}

// Decide notes what a person has decided, and shows what then may be shown: texts in batches only, so that a new one is never
// alone. A withheld text is gone from the pages at once.
func (s *Service) Decide(ctx context.Context, code string, by int64, all []Decision) (err error) {
	defer errs.Wrap(&err, "insight.Decide(%s)", code)
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		// One after the other: two who check at once would both count the other's texts as waiting.
		if err := lockTexts(ctx, tx, code); err != nil {
			return err
		}
		for _, d := range all {
			if err := decide(ctx, tx, code, d, by, s.Now()); err != nil {
				return err
			}
		}
		return showBatches(ctx, tx, code)
	})
}

// showBatches shows the released texts of every question of which enough have gathered.
func showBatches(ctx context.Context, tx *db.Tx, code string) error {
	questions, err := Questions(ctx, tx, code)
	if err != nil {
		return err
	}
	for _, q := range questions {
		p, err := progressOf(ctx, tx, q)
		if err != nil {
			return err
		}
		if err := show(ctx, tx, q, batch(q, p)); err != nil {
			return err
		}
	}
	return nil
}

// batch is how many of the released texts that are not shown yet may be shown now. While some are still waiting a batch is held
// back, so that what is released last is not too little to be shown.
func batch(q Question, p Progress) int {
	n := p.Released - p.Shown
	if p.Waiting > 0 {
		n -= q.Batch
	}
	if n < q.Batch || p.Shown+n < q.Fewest {
		return 0
	}
	return n
}

// Progress is how far the checking of a question is.
type Progress struct{ Waiting, Released, Withheld, Shown int }

// All is how many texts there are.
func (p Progress) All() int { return p.Waiting + p.Released + p.Withheld }

// Checked is of how many it is decided.
func (p Progress) Checked() int { return p.Released + p.Withheld }
