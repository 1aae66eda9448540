package feedback

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/mask"
	"taitorinki/internal/sdc"
	"taitorinki/internal/web"
)

// MostText is the longest comment, in characters, and mostAnswers how many answers an event takes: more is no audience of ours.
const (
	MostText    = 500
	mostAnswers = 5000
)

// Answer is what one person says of an event.
type Answer struct {
	Useful             int // for their own work, 0 to 10
	Keep, Change, Next string
}

// Question is what a comment answers.
type Question string

// The questions. They are stored: never change one.
const (
	Keep   Question = "keep"
	Change Question = "change"
	Next   Question = "next"
)

// Questions lists them in the order in which pages ask them.
var Questions = []Question{Keep, Change, Next}

// texts are an answer's comments by question.
func (a *Answer) texts() map[Question]*string {
	return map[Question]*string{Keep: &a.Keep, Change: &a.Change, Next: &a.Next}
}

// NewDevice is a secret for a device's cookie.
func NewDevice() string { return rand.Text() }

// trace is what is stored of a device that has answered: without its secret nobody can tell which it is, nor that two traces are of one.
func trace(device string, event int64) string {
	h := hmac.New(sha256.New, []byte(device))
	h.Write([]byte(strconv.FormatInt(event, 10)))
	return hex.EncodeToString(h.Sum(nil))
}

// finder finds what everybody is known by; it has no list of names.
var finder = mask.New(nil)

// clean notes what is wrong with a free text: too long, or something by which a person is known.
func clean(bad *errs.Fields, field, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		bad.Add(field, "feedback.too-long", "most", most)
		return
	}
	for _, x := range finder.Find(text) {
		bad.Add(field, "feedback.found-"+x.Kind.String(), "found", text[x.Start:x.End])
		return
	}
}

func (a *Answer) check(bad *errs.Fields) {
	if a.Useful < 0 || a.Useful > 10 {
		bad.Add("useful", "feedback.no-number")
	}
	texts := a.texts()
	for _, q := range Questions {
		*texts[q] = web.Lines(*texts[q])
		clean(bad, string(q), *texts[q], MostText)
	}
}

// Give stores an answer from a device that has given none: errs.Fields when something is wrong with it, errs.Conflict when feedback
// is not open or the device has answered.
func (s *Service) Give(ctx context.Context, e *events.Event, device string, a Answer) error {
	if !Open(e, s.Now()) {
		return errs.New(errs.Conflict, "feedback.not-open")
	}
	bad := errs.Fields{}
	if a.check(&bad); bad.Err() != nil {
		return bad.Err()
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		defer errs.Wrap(&err, "feedback.Give(%d)", e.ID)
		first, err := noteDevice(ctx, tx, e.ID, trace(device, e.ID))
		if err == nil && !first {
			err = errs.New(errs.Conflict, "feedback.given")
		}
		if err != nil {
			return err
		}
		waiting, told, err := count(ctx, tx, e.ID)
		if err == nil && waiting+told > mostAnswers {
			err = errs.New(errs.Conflict, "feedback.full")
		}
		if err != nil {
			return err
		}
		if err := insertWaiting(ctx, tx, e.ID, a); err != nil || waiting < sdc.LeastGroup {
			return err
		}
		return release(ctx, tx, e.ID)
	})
}

// release turns what waits into counts and comments. The comments are mixed: their new random numbers are their order.
func release(ctx context.Context, tx *db.Tx, event int64) error {
	all, err := takeWaiting(ctx, tx, event)
	if err != nil {
		return err
	}
	var counts Counts
	var comments []Comment
	for _, a := range all {
		counts[a.Useful]++
		for q, text := range a.texts() {
			if *text != "" {
				comments = append(comments, Comment{ID: db.RandomID(), Question: q, Text: *text})
			}
		}
	}
	slices.SortFunc(comments, func(a, b Comment) int { return cmp.Compare(a.ID, b.ID) })
	if err := addCounts(ctx, tx, event, counts); err != nil {
		return err
	}
	return insertComments(ctx, tx, event, comments)
}
