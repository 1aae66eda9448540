package ui

import (
	"context"
	"strconv"

	"github.com/a-h/templ"
)

// SurveyPage is the form of one part of a survey. With SaveURL every change is
// sent there at once by survey.js; without JavaScript the answers go with the
// form. URLs may carry the respondent's token, so nothing else does.
type SurveyPage struct {
	ID      string // of the form
	Action  string // POST
	SaveURL string // POST, JSON; empty does not save by itself
	Ballot  string // says whose answers these are; also sent as field "ballot"
	Shared  bool   // a shared device: unsent answers are kept in memory only

	// Revisions of the items' answers, two characters for each item in the
	// order of the page: what another device may have changed meanwhile. They
	// go with the form as field "revisions".
	Revisions string

	// Known is the answers on other pages that a condition may ask about, as
	// JSON: {"b1":["nurse"]}. May be empty.
	Known string
}

// SurveyPart is how far the respondent is.
type SurveyPart struct {
	Part, Parts     int
	Answered, Total int // in the whole survey
	OnPage          int // how many of Answered are on this page
}

// Item is one question of a survey. Its ID is the name of its inputs.
type Item struct {
	ID     string
	Number string // "17"; may be empty
	Text   string
	Help   string
	Error  string
	Values []string // what is answered already
	Mine   Mine     // what was answered on this page and not taken

	// ShowIf is the condition of the instrument as JSON, for survey.js to show
	// and hide the item as one answers: {"item":"b1","any_of":["nurse"]},
	// {"item":"years","at_least":5,"at_most":20}. The server decides in any
	// case.
	ShowIf string
}

// Mine is an answer that was given on this device and not taken, because there
// is a newer one from another. It is shown beside that one, with a button named
// "take" whose value is the item; the answer goes along in hidden fields with
// "mine_" before the item. Without Values there is none.
type Mine struct {
	Label  string
	Values []string
}

// Point is one box of a response scale: Label is its meaning in words.
type Point struct{ Value, Label string }

// Scale is 2 to 11 points. NotConcerned is a choice under the boxes; an empty
// Value draws none. Plain stacks the points with their labels in full.
type Scale struct {
	Points       []Point
	NotConcerned Point
	Plain        bool
}

// NumberBox is the frame of a number item; the limits are only shown to the
// browser, the server checks.
type NumberBox struct {
	Min, Max string
	Unit     string // "vuotta"
}

// SurveyNav is the bar at the foot of a survey page. Both are submit buttons
// named "go", with the values next and previous, so that going back keeps the
// answers as well.
type SurveyNav struct {
	Next     string
	Previous string // empty on the first part
}

func (i Item) has(value string) bool {
	for _, v := range i.Values {
		if v == value {
			return true
		}
	}
	return false
}

func (i Item) value() string {
	if len(i.Values) == 0 {
		return ""
	}
	return i.Values[0]
}

// attrs are what survey.js and a screen reader need of the card of an item.
func (i Item) attrs() templ.Attributes {
	a := templ.Attributes{"data-item": i.ID}
	if by := describedBy(i.ID, i.Help != "", i.Error != ""); by != "" {
		a["aria-describedby"] = by
	}
	if i.ShowIf != "" {
		a["data-show-if"] = i.ShowIf
	}
	return a
}

// control is the attributes of a text or number box.
func (i Item) control() templ.Attributes {
	a := templ.Attributes{"id": i.ID, "name": i.ID}
	if by := describedBy(i.ID, i.Help != "", i.Error != ""); by != "" {
		a["aria-describedby"] = by
	}
	if i.Error != "" {
		a["aria-invalid"] = "true"
	}
	return a
}

// card is the attributes of an item that is no fieldset: the box carries its
// own description.
func (i Item) card() templ.Attributes {
	a := i.attrs()
	delete(a, "aria-describedby")
	return a
}

// selected marks the options that are answered.
func (i Item) selected(options []Option) []Option {
	marked := make([]Option, len(options))
	for n, o := range options {
		o.Selected = i.has(o.Value)
		marked[n] = o
	}
	return marked
}

// pointsClass says how many columns a scale has; CSS cannot count.
func (s Scale) pointsClass() string { return "points-" + strconv.Itoa(len(s.Points)) }

// labelled tells whether there is room for a label under every box.
func (s Scale) labelled() bool { return !s.Plain && len(s.Points) <= 5 }

// answer is one box of a scale as it is drawn.
type answer struct {
	id, name, box, label string
	value                string
	checked              bool
}

func (i Item) answer(n int, p Point) answer {
	return answer{
		id: optionID(i.ID, n), name: i.ID, box: p.Value, label: p.Label,
		value: p.Value, checked: i.has(p.Value),
	}
}

// surveyTexts are the sentences survey.js says, with {time}, {done} and
// {total} for it to fill in.
func (p SurveyPage) texts(ctx context.Context) templ.Attributes {
	offline, held := "ui.save-offline", "ui.hold-page"
	if p.Shared {
		offline, held = "ui.save-offline-shared", "ui.hold-page-shared"
	}
	return templ.Attributes{
		"data-text-saving":  say(ctx, "ui.saving"),
		"data-text-saved":   say(ctx, "ui.saved-at", "time", "{time}"),
		"data-text-offline": say(ctx, offline),
		"data-text-held":    say(ctx, held),
		"data-text-wait":    say(ctx, "ui.hold-wait"),
		"data-text-mine":    say(ctx, "ui.mine"),
		"data-text-take":    say(ctx, "ui.take-mine"),
		"data-text-newer":   say(ctx, "ui.answered-elsewhere"),
		"data-text-other":   say(ctx, "ui.other-page"),
		"data-text-failed":  say(ctx, "ui.save-failed"),
		"data-text-ended":   say(ctx, "ui.save-ended"),
		"data-text-link":    say(ctx, "ui.continue"),
	}
}

// sendTexts are those for the page that hands the answers in.
func (p SurveyPage) sendTexts(ctx context.Context) templ.Attributes {
	t := p.texts(ctx)
	t["data-text-held"] = say(ctx, "ui.hold-send")
	t["data-text-wait"] = say(ctx, "ui.hold-sending")
	return t
}
