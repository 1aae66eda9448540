package signup

import (
	"strings"

	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/web"
)

// span is a sitting's day and hours by the Finnish clock.
func span(x *events.Sitting, lang string) string {
	if i18n.Date(lang, x.Start) != i18n.Date(lang, x.End) {
		return i18n.Time(lang, x.Start) + " – " + i18n.Time(lang, x.End)
	}
	end := web.ClockOf(x.End)
	if lang == "en" {
		end = strings.Replace(end, ".", ":", 1)
	}
	return i18n.Time(lang, x.Start) + "–" + end
}

// times are the days and hours of the sittings that are held, one a line; of an event that was called off those it had.
func times(e *events.Event, lang string) string {
	held := e.Held()
	if len(held) == 0 {
		held = e.Sittings
	}
	var all []string
	for i := range held {
		all = append(all, span(&held[i], lang))
	}
	return strings.Join(all, "\n")
}
