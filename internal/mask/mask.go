// Package mask finds what names or identifies a person in free text: e-mail addresses, Finnish phone numbers, personal
// identity codes, addresses of personal pages on the web, and names from a given list in their Finnish and Swedish forms.
//
// It helps a person who checks, and refuses what must not be stored; it does not make a text anonymous. "The one with the red
// hair on ward 3" is found by people only.
package mask

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is what a piece of text gives away.
type Kind int

// The kinds, those first that win where two overlap.
const (
	Email Kind = iota
	Link
	Identity // a personal identity code
	Phone
	Name
)

// String is the kind as a word, for message keys.
func (k Kind) String() string { return [...]string{"email", "link", "identity", "phone", "name"}[k] }

// Certainty is how sure it is that a span is what its kind says.
type Certainty int

const (
	// Possible is a word that may be something else: a name in lower case, or at the start of a sentence. It is shown to
	// the person who checks, and not masked by itself.
	Possible Certainty = iota + 1
	// Likely is masked unless the person who checks takes it back.
	Likely
	// Sure is what can hardly be anything else.
	Sure
)

// Span is a piece of a text, in bytes; it never cuts a rune.
type Span struct {
	Start, End int
	Kind       Kind
	Certainty  Certainty
}

// Finder finds spans. It may be used by many at once.
type Finder struct{ names *names }

// New makes a finder that knows people's names: first names, last names or both in each string.
func New(people []string) *Finder { return &Finder{newNames(people)} }

// Find returns what it finds, in the order of the text and without overlap.
func (f *Finder) Find(text string) []Span {
	var all []Span
	all = append(all, emails(text)...)
	all = append(all, f.links(text)...)
	all = append(all, identities(text)...)
	all = append(all, phones(text)...)
	all = append(all, f.names.find(text)...)
	slices.SortStableFunc(all, func(a, b Span) int { return cmp.Compare(a.Kind, b.Kind) })
	var out []Span
	for _, s := range all {
		if !slices.ContainsFunc(out, func(o Span) bool { return s.Start < o.End && o.Start < s.End }) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	return out
}

// Apply puts a mark in the place of every span of at least a certainty. The spans are those of Find.
func Apply(text string, spans []Span, least Certainty, mark func(Kind) string) string {
	var b strings.Builder
	at := 0
	for _, s := range spans {
		if s.Certainty >= least {
			b.WriteString(text[at:s.Start])
			b.WriteString(mark(s.Kind))
			at = s.End
		}
	}
	b.WriteString(text[at:])
	return b.String()
}

// An address may be hidden from machines: "etunimi.sukunimi(at)alue.fi".
var emailShape = regexp.MustCompile(`(?i)[\pL\pM\pN._%+-]+ ?(?:@|\(at\)|\[at\]|\(ät\)|\[ät\]|\(a\)|\[a\]) ?[\pL\pM\pN-]+(?:\.[\pL\pM\pN-]+)*\.[\pL\pM]{2,}`)

func emails(text string) (out []Span) {
	if !strings.ContainsAny(text, "@([") {
		return nil // the shape is slow to look for
	}
	for _, at := range emailShape.FindAllStringIndex(text, -1) {
		out = append(out, Span{at[0], at[1], Email, Sure})
	}
	return out
}

var linkShape = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s<>"]+`)

// links are addresses on the web with a name in them: a personal page. Others give nobody away.
func (f *Finder) links(text string) (out []Span) {
	for _, at := range linkShape.FindAllStringIndex(text, -1) {
		end := at[0] + len(strings.TrimRight(text[at[0]:at[1]], ".,;:!?)]}'"))
		if f.names.within(text[at[0]:end]) {
			out = append(out, Span{at[0], end, Link, Likely})
		}
	}
	return out
}

// before and after are the runes around a place; utf8.RuneError at the ends.
func before(text string, at int) rune {
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	return r
}

func after(text string, at int) rune {
	r, _ := utf8.DecodeRuneInString(text[at:])
	return r
}
