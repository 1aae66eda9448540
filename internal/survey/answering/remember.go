package answering

import (
	"context"
	"io"
	"strings"

	"taitorinki/internal/survey"

	"github.com/a-h/templ"

	"taitorinki/internal/survey/instrument"
)

// itemKey is all that the card of a question with a few choices depends on.
type itemKey struct {
	instrument int64
	item       int
	lang       string
	plain      bool
	value      string
}

// drawn draws a question, or writes it as it was drawn in the same state before. The instruments of opened rounds never
// change and a question with a few choices has a handful of states, so the memory stays small; it halves the cost of a page.
func drawn(it answerItem) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if it.pages == nil {
			return question(it).Render(ctx, w)
		}
		if it.drawn == "" {
			html, err := templ.ToGoHTML(ctx, question(it))
			if err != nil {
				return err
			}
			it.drawn = string(html)
			it.pages.cards.Store(it.key, it.drawn)
		}
		_, err := io.WriteString(w, it.drawn)
		return err
	})
}

// blankKey is all that the questions of a page depend on before the first of them is answered, but for the ballot's tag
// and its revisions.
type blankKey struct {
	round  int64
	page   int
	lang   string
	plain  bool
	shared bool
	closes int64
	notice string // the county may change what it says of itself
}

// blank reports whether nothing on the page is answered, and no question on it depends on another.
func blank(page *instrument.Page, a instrument.Answers) bool {
	for _, it := range page.Items {
		if a[it.Index] != "" || it.ShowIf != nil {
			return false
		}
	}
	return true
}

// Where the tag and the revisions belong in a drawn page.
const (
	hole          = "\x00"
	tagHole       = hole + "t"
	revisionsHole = hole + "r"
)

// blankQuestions draws a page that everybody meets first in the same state, or writes it as it was drawn before with what
// is this ballot's in it.
func (s *Pages) blankQuestions(p answerPage, sh *survey.Sheet, page *instrument.Page) templ.Component {
	key := blankKey{sh.Round.ID, p.Number, p.Lang, p.Plain, p.Shared, p.Closes.UnixMicro(), noticeText(p.Notice)}
	tag, revisions := p.Form.Ballot, p.Form.Revisions
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		known, ok := s.blanks.Load(key)
		if !ok {
			p.Form.Ballot, p.Form.Revisions = tagHole, revisionsHole
			for _, it := range page.Items {
				p.Items = append(p.Items, s.answerItem(p, sh, it, ""))
			}
			html, err := templ.ToGoHTML(ctx, questions(p))
			if err != nil {
				return err
			}
			known = strings.Split(string(html), hole)
			s.blanks.Store(key, known)
		}
		for i, part := range known.([]string) {
			if i > 0 {
				mine := tag
				if part[0] == revisionsHole[1] {
					mine = revisions
				}
				if _, err := io.WriteString(w, mine); err != nil {
					return err
				}
				part = part[1:]
			}
			if _, err := io.WriteString(w, part); err != nil {
				return err
			}
		}
		return nil
	})
}
