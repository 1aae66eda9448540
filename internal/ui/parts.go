package ui

import (
	"context"
	"maps"

	"github.com/a-h/templ"
)

// Kind is how much weight a button has. One primary button a page.
type Kind string

const (
	Primary Kind = ""
	Quiet   Kind = "quiet"
	Danger  Kind = "danger"
	Small   Kind = "quiet small" // in a table row or beside a heading
)

// Tone is what a notice or a tag means.
type Tone string

const (
	Info    Tone = "info"
	OK      Tone = "ok"
	Warning Tone = "warning"
	Wrong   Tone = "wrong"
)

// FieldError is one line of an error summary: ID is the id of the control it
// leads to.
type FieldError struct{ ID, Text string }

// Bar is a piece of long work. URL is where its state is read again every
// Seconds: the answer is any page that holds an element with the same ID.
// Seconds is 0 when the work is done; then nothing is read again. Without
// JavaScript a link to URL stands there instead.
type Bar struct {
	ID         string
	Label      string
	Silent     bool // a heading above says the label already
	Value, Max int
	Text       string // "120/480 viestiä lähetetty"; empty draws "25 %"
	URL        string
	Seconds    int
}

// Step is one of a numbered list: where somebody is in a task, or a guide.
type Step struct {
	Title, Text, URL string
	Done, Current    bool
}

// Fact is one row of a definition list.
type Fact struct{ Term, Value string }

// Node is a unit in a tree.
type Node struct {
	Label, URL string
	Count      string // "48", "alle 5"; empty draws none
	Open       bool   // its children are shown
	Current    bool
	Children   []Node
}

// attributes joins the optional last argument of a component.
func attributes(all []templ.Attributes) templ.Attributes {
	joined := templ.Attributes{}
	for _, a := range all {
		maps.Copy(joined, a)
	}
	return joined
}

// text is the bar in words.
func (b Bar) text(ctx context.Context) string {
	if b.Text != "" {
		return b.Text
	}
	return say(ctx, "ui.percent", "n", 100*min(b.Value, b.Max)/max(b.Max, 1))
}
