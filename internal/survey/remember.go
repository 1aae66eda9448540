package survey

import (
	"context"
	"io"

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

// drawn draws a question, from memory where it was drawn in the same state before. The instruments of opened rounds
// never change and such a question has a handful of states, so the memory stays small; it halves the cost of a page.
func drawn(it answerItem) templ.Component {
	few := it.Type == instrument.TypeScale || it.Type == instrument.TypeSingle
	if it.service == nil || !few || it.Item.Error != "" {
		return question(it)
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if html, ok := it.service.cards.Load(it.key); ok {
			_, err := io.WriteString(w, html.(string))
			return err
		}
		html, err := templ.ToGoHTML(ctx, question(it))
		if err != nil {
			return err
		}
		it.service.cards.Store(it.key, string(html))
		_, err = io.WriteString(w, string(html))
		return err
	})
}
