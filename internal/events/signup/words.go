package signup

import (
	"strconv"
	"strings"

	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
)

// translate gives a text in the reader's language.
type translate = func(key string, args ...any) string

// span is a sitting's day and hours by the Finnish clock.
func span(x *events.Sitting, lang string, t translate) string {
	return t("events.weekday-"+strconv.Itoa(int(x.Start.In(i18n.Zone()).Weekday()))) + " " + i18n.Span(lang, x.Start, x.End)
}

// times are the days and hours of the sittings that are held, one a line; of an event that was called off those it had.
func times(e *events.Event, lang string, t translate) string {
	held := e.Held()
	if len(held) == 0 {
		held = e.Sittings
	}
	var all []string
	for i := range held {
		all = append(all, span(&held[i], lang, t))
	}
	return strings.Join(all, "\n")
}
