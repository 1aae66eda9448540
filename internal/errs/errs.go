// Package errs says what kind of failure an error is, so that one place, package web, can choose the
// status, the page and what is logged.
//
// An error that nobody has classified is internal: its text is for the log and never for the reader.
package errs

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is a class of failure that pages tell apart.
type Kind int

// The five kinds.
const (
	Internal  Kind = iota // a fault of ours; the reader sees a plain apology
	NotFound              // no such thing, or not one this reader may know of
	Invalid               // the input needs changing; the form is shown again
	Forbidden             // known, but not for this reader
	Conflict              // the thing has changed or is already done
)

// E is a classified error. Key names the message that the reader sees, Args fill its placeholders
// (name, value, name, value ...), and Err is the cause, which is only logged.
type E struct {
	Kind Kind
	Key  string
	Args []any
	Err  error
}

// Error is for the log: the key, its arguments and the cause.
func (e *E) Error() string {
	var b strings.Builder
	b.WriteString(e.Key)
	for i := 0; i+1 < len(e.Args); i += 2 {
		fmt.Fprintf(&b, " %v=%v", e.Args[i], e.Args[i+1])
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *E) Unwrap() error { return e.Err }

// New returns a classified error whose message is key, with args as name, value pairs.
func New(k Kind, key string, args ...any) error { return &E{Kind: k, Key: key, Args: args} }

// Because is New with a cause for the log.
func Because(cause error, k Kind, key string, args ...any) error {
	return &E{Kind: k, Key: key, Args: args, Err: cause}
}

// KindOf reports err's kind: the outermost classification in its chain, Internal where there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*E](err); ok {
		return e.Kind
	}
	if _, ok := errors.AsType[*Fields](err); ok {
		return Invalid
	}
	return Internal
}

// Field is one thing wrong with one field of a form.
type Field struct {
	Name string // the field's id on the page
	Key  string
	Args []any
}

// Fields gathers what is wrong with a form, so that the reader sees all of it at once.
type Fields struct{ List []Field }

// Error is for the log.
func (f *Fields) Error() string {
	var names []string
	for _, x := range f.List {
		names = append(names, x.Name+": "+x.Key)
	}
	return "invalid form: " + strings.Join(names, ", ")
}

// Add notes one thing wrong.
func (f *Fields) Add(name, key string, args ...any) {
	f.List = append(f.List, Field{name, key, args})
}

// Err is f when something is wrong and nil otherwise.
func (f *Fields) Err() error {
	if len(f.List) == 0 {
		return nil
	}
	return f
}

// Fault is one thing wrong with one field of a form, as an error.
func Fault(name, key string, args ...any) error { return &Fields{List: []Field{{name, key, args}}} }

// Wrap adds context to *errp when it is not nil. Call it deferred at the edge of a store or a job:
//
//	defer errs.Wrap(&err, "survey.save(%d)", id)
func Wrap(errp *error, format string, args ...any) {
	if *errp != nil {
		*errp = fmt.Errorf(format+": %w", append(args, *errp)...)
	}
}
