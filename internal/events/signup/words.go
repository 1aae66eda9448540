package signup

import (
	"strconv"
	"strings"

	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/web"
)

// translate gives a text in the reader's language.
type translate = func(key string, args ...any) string

// span is a sitting's day and hours by the Finnish clock.
func span(x *events.Sitting, lang string, t translate) string {
	day := t("events.weekday-"+strconv.Itoa(int(x.Start.In(i18n.Zone()).Weekday()))) + " "
	if i18n.Date(lang, x.Start) != i18n.Date(lang, x.End) {
		return day + i18n.Time(lang, x.Start) + " – " + i18n.Time(lang, x.End)
	}
	end := web.ClockOf(x.End)
	if lang == "en" {
		end = strings.Replace(end, ".", ":", 1)
	}
	return day + i18n.Time(lang, x.Start) + "–" + end
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
