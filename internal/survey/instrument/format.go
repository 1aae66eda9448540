// Package instrument reads the questionnaire file described in doc/instrument-format.md and says what answers to it mean.
//
// It is pure: it knows no database, no request, no clock and no language but those in the file. An Instrument that Parse
// has returned is never changed afterwards, so any number of goroutines may read the same one. Everything that depends on
// which questions are shown (scores, progress, what is stored) goes through one rule, Visible: a hidden question has no
// answer, whatever was given before it was hidden.
package instrument

import (
	"maps"
	"slices"
)

// Format is the only value of the file's "format" key that this package reads.
const Format = "taitorinki-instrument/1"

// The limits keep a file readable for people and an encoded answer set small. doc/instrument-format.md lists them.
const (
	MaxBytes         = 2 << 20 // of a whole file
	maxKey           = 40
	maxVersion       = 20
	maxID            = 30
	maxLanguages     = 10
	maxMinutes       = 180
	maxText          = 5000 // characters in one language
	maxName          = 200  // characters in the licence
	maxGroups        = 60   // response scales, scales, pages
	minSteps         = 2
	maxSteps         = 11
	maxStepValue     = 1000
	maxBands         = 11
	maxNextSteps     = 10
	maxPageItems     = 30
	maxItems         = 500
	minOptions       = 2
	maxOptions       = 60
	maxNumber        = 1_000_000_000
	maxLength        = 2000
	defaultMaxLength = 500
)

// Text is one text in every language of the instrument.
type Text map[string]string

// In gives the text in lang, or the nearest there is: Finnish, Swedish, English, then whichever language sorts first.
// A page that shows a whole instrument asks Instrument.Language first, so that it never mixes languages.
func (t Text) In(lang string) string {
	for _, l := range []string{lang, "fi", "sv", "en"} {
		if s := t[l]; s != "" {
			return s
		}
	}
	for _, l := range slices.Sorted(maps.Keys(t)) {
		if s := t[l]; s != "" {
			return s
		}
	}
	return ""
}

// Instrument is a questionnaire with its scales.
type Instrument struct {
	Format         string           `json:"format"`
	Key            string           `json:"key"`
	Version        string           `json:"version"`
	Languages      []string         `json:"languages"`
	Title          Text             `json:"title"`
	Description    Text             `json:"description"`
	Licence        string           `json:"licence"`
	Attribution    Text             `json:"attribution"`
	Minutes        int              `json:"minutes"`
	ResponseScales []*ResponseScale `json:"response_scales"`
	Scales         []*Scale         `json:"scales"`
	Pages          []*Page          `json:"pages"`

	Items []*Item `json:"-"` // every item, in page order

	fingerprint string
}

// ResponseScale is a row of steps that scale items are answered on.
type ResponseScale struct {
	ID            string `json:"id"`
	Steps         []Step `json:"steps"`
	NotApplicable Text   `json:"not_applicable,omitempty"`
}

// Step is one choice of a response scale.
type Step struct {
	Value int  `json:"value"`
	Label Text `json:"label"`
}

// Kind says what a scale is about: the person's own competence or the support the workplace gives.
type Kind string

// The kinds of scale.
const (
	KindCompetence Kind = "competence"
	KindSupport    Kind = "support"
)

// Scale is what several items measure together.
type Scale struct {
	ID             string `json:"id"`
	Kind           Kind   `json:"kind"`
	Title          Text   `json:"title"`
	About          Text   `json:"about"`
	MinAnsweredPct int    `json:"min_answered_pct"`
	Bands          []Band `json:"bands"`
	Strength       Text   `json:"strength"`
	NextSteps      []Text `json:"next_steps"`

	Index int     `json:"-"` // in Instrument.Scales
	Items []*Item `json:"-"` // at least one

	response *ResponseScale
}

// Band holds the words for a score that is From or more.
type Band struct {
	From  float64 `json:"from"`
	Words Text    `json:"words"`
}

// Page is a group of items shown together.
type Page struct {
	Title Text    `json:"title"`
	Intro Text    `json:"intro,omitempty"`
	Items []*Item `json:"items"`
}

// Type says how an item is answered.
type Type string

// The types of item.
const (
	TypeScale    Type = "scale"
	TypeSingle   Type = "single"
	TypeMultiple Type = "multiple"
	TypeNumber   Type = "number"
	TypeText     Type = "text"
)

// Item is one question or statement.
type Item struct {
	ID         string     `json:"id"`
	Type       Type       `json:"type"`
	Text       Text       `json:"text"`
	Help       Text       `json:"help,omitempty"`
	ShowIf     *Condition `json:"show_if,omitempty"`
	Response   string     `json:"response,omitempty"` // scale items only
	Scale      string     `json:"scale,omitempty"`    // scale items only
	Reversed   bool       `json:"reversed,omitempty"`
	Options    []Option   `json:"options,omitempty"` // single and multiple
	Background bool       `json:"background,omitempty"`
	Min        *int       `json:"min,omitempty"` // never nil for a number
	Max        *int       `json:"max,omitempty"` // never nil for a number
	MaxLength  int        `json:"max_length,omitempty"`

	Index      int `json:"-"` // in Instrument.Items
	Page       int `json:"-"` // in Instrument.Pages
	ScaleIndex int `json:"-"` // in Instrument.Scales, -1 when it measures none

	response *ResponseScale
}

// Option is one choice of a single or multiple item.
type Option struct {
	Value string `json:"value"`
	Label Text   `json:"label"`
}

// Condition tells when an item is shown: AnyOf, or one or both limits.
type Condition struct {
	Item    string   `json:"item"`
	AnyOf   []string `json:"any_of,omitempty"`
	AtLeast *int     `json:"at_least,omitempty"`
	AtMost  *int     `json:"at_most,omitempty"`

	item *Item
}

// Language gives the language to show the whole instrument in: the reader's, or the instrument's first.
func (in *Instrument) Language(reader string) string {
	if slices.Contains(in.Languages, reader) {
		return reader
	}
	return in.Languages[0]
}

// Fingerprint is the SHA-256 of the bytes the instrument was read from, in hexadecimal.
func (in *Instrument) Fingerprint() string { return in.fingerprint }

// Background lists the background questions in page order.
func (in *Instrument) Background() []*Item {
	var items []*Item
	for _, it := range in.Items {
		if it.Background {
			items = append(items, it)
		}
	}
	return items
}

// ResponseScale is what a scale item is answered on, nil for other types.
func (it *Item) ResponseScale() *ResponseScale { return it.response }

// Steps lists the steps of a scale item, nil for other types.
func (it *Item) Steps() []Step {
	if it.response == nil {
		return nil
	}
	return it.response.Steps
}

// NotApplicable labels the extra choice of a scale item, nil when there is none.
func (it *Item) NotApplicable() Text {
	if it.response == nil {
		return nil
	}
	return it.response.NotApplicable
}

// Keyed turns a step value so that more always means more of what the scale measures.
func (it *Item) Keyed(value int) int {
	if it.Reversed {
		return it.response.min() + it.response.max() - value
	}
	return value
}

// Min is the least value a score on the scale can have.
func (s *Scale) Min() int { return s.response.min() }

// Max is the greatest value a score on the scale can have.
func (s *Scale) Max() int { return s.response.max() }

func (r *ResponseScale) min() int { return r.Steps[0].Value }
func (r *ResponseScale) max() int { return r.Steps[len(r.Steps)-1].Value }
