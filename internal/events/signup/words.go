package signup

import (
	"strings"

	"taitorinki/internal/events"
)

// translate gives a text in the reader's language.
type translate = func(key string, args ...any) string

// times are the days and hours of the sittings that are held, one a line; of an event that was called off those it had.
func times(e *events.Event, lang string, t translate) string {
	held := e.Held()
	if len(held) == 0 {
		held = e.Sittings
	}
	var all []string
	for i := range held {
		all = append(all, held[i].When(lang, t))
	}
	return strings.Join(all, "\n")
}
