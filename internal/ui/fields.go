package ui

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Field is one question of a form. Every field is required unless Optional
// says otherwise: the label then says so in words, which is kinder than stars.
// The error of a field is drawn with it, and is to be repeated in the
// ErrorSummary with the same ID.
type Field struct {
	Name     string
	ID       string // empty is Name
	Label    string
	Help     string
	Error    string
	Value    string
	Optional bool
	Short    bool // a narrow box: codes, numbers, dates

	MaxLength    int
	Rows         int    // TextArea; 0 is 4
	Autocomplete string // "email", "one-time-code", "off"
	Accept       string // FileField: ".xlsx,.csv"
	Checked      bool   // Checkbox
	Attrs        templ.Attributes
}

// Option is one choice of a select, a group or a survey item.
type Option struct {
	Value, Label, Help string
	Selected           bool
}

func (f Field) id() string {
	if f.ID == "" {
		return f.Name
	}
	return f.ID
}

// describedBy is the ids of what explains the field, the error first.
func describedBy(id string, help, wrong bool) string {
	var ids []string
	if wrong {
		ids = append(ids, id+"-error")
	}
	if help {
		ids = append(ids, id+"-help")
	}
	return strings.Join(ids, " ")
}

// attrs are the attributes every control shares.
func (f Field) attrs() templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	if by := describedBy(f.id(), f.Help != "", f.Error != ""); by != "" {
		a["aria-describedby"] = by
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if f.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(f.MaxLength)
	}
	if f.Autocomplete != "" {
		a["autocomplete"] = f.Autocomplete
	}
	if f.Accept != "" {
		a["accept"] = f.Accept
	}
	return attributes([]templ.Attributes{a, f.Attrs})
}

func (f Field) rows() string {
	if f.Rows == 0 {
		return "4"
	}
	return strconv.Itoa(f.Rows)
}

// optionID is the id of the n-th choice of a group. The first has the id of
// the group itself, so that the error summary leads to something that takes
// the focus.
func optionID(id string, n int) string {
	if n == 0 {
		return id
	}
	return id + "-" + strconv.Itoa(n+1)
}

// numeric asks a phone for its number keys.
func numeric(f Field) Field {
	f.Short = true
	f.Attrs = attributes([]templ.Attributes{{"inputmode": "decimal", "autocomplete": "off"}, f.Attrs})
	return f
}

func orOne(value string) string {
	if value == "" {
		return "1"
	}
	return value
}
