package survey

import (
	"encoding/hex"
	"slices"

	"taitorinki/internal/survey/instrument"
)

// Revision counts how often an item's answer has changed. A page gets the revisions of its answers and sends them back
// with what is answered on it: so a page that has lain open while another device answered cannot overwrite what it has
// never shown. Only equality matters, so one byte is enough: it comes round after 255 changes of one answer, and then one
// page that has lain open for just as many could put its answer in place of one. 0 is no revision of any answer.
type Revision byte

func (r Revision) next() Revision { return r%255 + 1 }

func firstRevisions(n int) []Revision { return slices.Repeat([]Revision{1}, n) }

// AnsweredElsewhere is the key of the problem that an item has an answer which the giver of another has not seen.
const AnsweredElsewhere = "ui.answered-elsewhere"

// wish is a valid answer, and the revision of the one that it takes the place of.
type wish struct {
	answer string
	seen   Revision
}

// take puts answers into the ballot, and tells for which items it keeps its own because they are newer. An answer that
// says the same is no conflict: it may be the same one, sent again because its receipt got lost.
func (b *ballot) take(in *instrument.Instrument, wishes map[int]wish) (elsewhere []instrument.Problem) {
	for i, it := range in.Items {
		w, given := wishes[i]
		switch {
		case !given || w.answer == b.answers[i]:
		case w.seen != 0 && w.seen != b.revisions[i]:
			elsewhere = append(elsewhere, instrument.Problem{Where: it.ID, Key: AnsweredElsewhere})
		default:
			b.answers[i], b.revisions[i] = w.answer, b.revisions[i].next()
		}
	}
	return elsewhere
}

// Revision is the revision of an item's answer in the sheet.
func (sh *Sheet) Revision(item int) Revision { return sh.ballot.revisions[item] }

// PageRevisions are the revisions of a page's answers as its form carries them: two hexadecimal digits for each item.
func (sh *Sheet) PageRevisions(page *instrument.Page) string {
	raw := make([]byte, len(page.Items))
	for i, it := range page.Items {
		raw[i] = byte(sh.Revision(it.Index))
	}
	return hex.EncodeToString(raw)
}

// SeenOn reads what PageRevisions wrote. A text of another page is false.
func SeenOn(page *instrument.Page, text string) ([]Revision, bool) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(page.Items) {
		return nil, false
	}
	out := make([]Revision, len(raw))
	for i, b := range raw {
		out[i] = Revision(b)
	}
	return out, true
}
