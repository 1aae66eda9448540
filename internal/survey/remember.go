package survey

import (
	"context"
	"io"

	"github.com/a-h/templ"
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
		if it.service == nil {
			return question(it).Render(ctx, w)
		}
		if it.drawn == "" {
			html, err := templ.ToGoHTML(ctx, question(it))
			if err != nil {
				return err
			}
			it.drawn = string(html)
			it.service.cards.Store(it.key, it.drawn)
		}
		_, err := io.WriteString(w, it.drawn)
		return err
	})
}
