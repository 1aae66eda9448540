package instrument

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// NotApplicable is the canonical answer of a scale item whose extra choice was taken.
const NotApplicable = "na"

// Answers holds one canonical string for each item, in Items order; "" is not answered. A scale item holds the step's
// value or NotApplicable, a single item its option's value, a multiple item the values chosen in option order joined by
// commas, a number its decimal digits, a text the text without control characters and outer space.
type Answers []string

func (a Answers) at(i int) string {
	if i < len(a) {
		return a[i]
	}
	return ""
}

// Blank gives answers where nothing is answered.
func (in *Instrument) Blank() Answers { return make(Answers, len(in.Items)) }

// Canonical turns the form values given to item i into its one canonical answer. The error is a Problem whose Where is
// the item's id. Empty values are no answer.
func (in *Instrument) Canonical(i int, raw []string) (string, error) {
	it := in.Items[i]
	given := raw
	if empty := func(s string) bool { return strings.TrimSpace(s) == "" }; slices.ContainsFunc(raw, empty) {
		given = slices.DeleteFunc(slices.Clone(raw), empty)
	}
	if len(given) == 0 {
		return "", nil
	}
	if it.Type == TypeMultiple {
		return it.chosen(given)
	}
	if len(given) > 1 {
		return "", it.problem("instrument.answer-one")
	}
	switch it.Type {
	case TypeNumber:
		return it.number(given[0])
	case TypeText:
		return it.freeText(given[0])
	default:
		if it.choice(given[0]) == 0 {
			return "", it.problem("instrument.answer-choice", "got", clip(tidy(given[0])))
		}
		return given[0], nil
	}
}

func (it *Item) problem(key string, args ...any) Problem {
	return Problem{Where: it.ID, Key: key, Args: named(args)}
}

// choice numbers the choices of a scale or single item from 1, "not applicable" last; 0 is none of them.
func (it *Item) choice(answer string) int {
	if it.Type == TypeSingle {
		for i := range it.Options {
			if it.Options[i].Value == answer {
				return i + 1
			}
		}
		return 0
	}
	if answer == NotApplicable && it.response.NotApplicable != nil {
		return len(it.response.Steps) + 1
	}
	n, err := strconv.Atoi(answer)
	if err != nil || strconv.Itoa(n) != answer {
		return 0 // "+1" and "01" are no choices
	}
	for i := range it.response.Steps {
		if it.response.Steps[i].Value == n {
			return i + 1
		}
	}
	return 0
}

func (it *Item) chosen(given []string) (string, error) {
	for _, g := range given {
		if !slices.ContainsFunc(it.Options, func(o Option) bool { return o.Value == g }) {
			return "", it.problem("instrument.answer-choice", "got", clip(tidy(g)))
		}
	}
	var values []string
	for _, o := range it.Options {
		if slices.Contains(given, o.Value) {
			values = append(values, o.Value)
		}
	}
	return strings.Join(values, ","), nil
}

func (it *Item) number(given string) (string, error) {
	// Phones and word processors write a real minus sign.
	n, err := strconv.Atoi(strings.Replace(strings.TrimSpace(given), "−", "-", 1))
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return "", it.problem("instrument.answer-whole", "min", *it.Min, "max", *it.Max)
	}
	if err != nil || n < *it.Min || n > *it.Max {
		return "", it.problem("instrument.answer-range", "min", *it.Min, "max", *it.Max)
	}
	return strconv.Itoa(n), nil
}

func (it *Item) freeText(given string) (string, error) {
	s := tidy(given)
	if n := utf8.RuneCountInString(s); n > it.MaxLength {
		return "", it.problem("instrument.answer-long", "got", n, "max", it.MaxLength)
	}
	return s, nil
}

// tidy makes the one stored form of a text: browsers send line ends as \r\n, and control characters break exports.
func tidy(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if r != '\r' && unwanted(r) {
			return -1
		}
		return r
	}, s)
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSpace(strings.ReplaceAll(s, "\r", "\n"))
}

// Visible tells whether item i is shown to someone who answered a. A condition on a hidden item is not met, whatever
// was answered to it before it was hidden.
func (in *Instrument) Visible(i int, a Answers) bool {
	cond := in.Items[i].ShowIf
	return cond == nil || in.Visible(cond.item.Index, a) && cond.met(a.at(cond.item.Index))
}

// shown is Visible of all items; conditions look backwards only, so one pass is enough.
func (in *Instrument) shown(a Answers) []bool {
	shown := make([]bool, len(in.Items))
	for i, it := range in.Items {
		cond := it.ShowIf
		shown[i] = cond == nil || shown[cond.item.Index] && cond.met(a.at(cond.item.Index))
	}
	return shown
}

func (cond *Condition) met(answer string) bool {
	if answer == "" {
		return false
	}
	if len(cond.AnyOf) == 0 {
		n, err := strconv.Atoi(answer) // "not applicable" is no number
		return err == nil && cond.within(n)
	}
	if cond.item.Type != TypeMultiple {
		return slices.Contains(cond.AnyOf, answer)
	}
	return slices.ContainsFunc(strings.Split(answer, ","), func(s string) bool { return slices.Contains(cond.AnyOf, s) })
}

func (cond *Condition) within(n int) bool {
	return (cond.AtLeast == nil || n >= *cond.AtLeast) && (cond.AtMost == nil || n <= *cond.AtMost)
}

// Clean gives a copy of the answers without those of hidden items.
func (in *Instrument) Clean(a Answers) Answers {
	clean := in.Blank()
	for i, shown := range in.shown(a) {
		if shown {
			clean[i] = a.at(i)
		}
	}
	return clean
}

// Answered counts the items shown and those of them that have an answer; "not applicable" is one here.
func (in *Instrument) Answered(a Answers) (answered, of int) {
	for i, shown := range in.shown(a) {
		if !shown {
			continue
		}
		of++
		if a.at(i) != "" {
			answered++
		}
	}
	return answered, of
}
