// Package mail hands messages to an SMTP server and says of each whether it was taken, refused, may be tried again, or
// cannot be known.
package mail

import (
	"context"
	"errors"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
)

// Message is one mail to one person, in plain text.
type Message struct {
	ID      string // the Message-ID without brackets; the same message has the same one whenever it is tried
	To      string
	Subject string
	Text    string

	// What a calendar reads of the message, if anything: a file in iCalendar, and the method that stands in it (REQUEST or CANCEL).
	Calendar       []byte
	CalendarMethod string
}

// Failure says why a message was not taken.
type Failure struct {
	Outcome Outcome
	Broken  bool // the connection is of no use any more
	Err     error
}

// Outcome is what is known of a message that was not plainly taken.
type Outcome int

// The outcomes.
const (
	TryAgain Outcome = iota // not taken; a later try may succeed
	Refused                 // the server will not take it, whenever it is tried
	Unclear                 // the connection broke after the message went out and before the server's word
	NotNow                  // the server takes nothing from us, whatever the message
)

// Error gives the server's own words where there are any, for a coordinator to read.
func (f *Failure) Error() string {
	if e, ok := errors.AsType[*textproto.Error](f.Err); ok {
		return strconv.Itoa(e.Code) + " " + strings.Join(strings.Fields(e.Msg), " ")
	}
	return f.Err.Error()
}

// Class is the first figure of the server's code, as "4xx" or "5xx", or "" when it gave none. Unlike the server's words it
// never names anybody.
func (f *Failure) Class() string {
	if code := codeOf(f.Err); code > 0 {
		return strconv.Itoa(code/100) + "xx"
	}
	return ""
}

func codeOf(err error) int {
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return e.Code
	}
	return 0
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }

// OutcomeOf classifies an error of Send.
func OutcomeOf(err error) Outcome {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f.Outcome
	}
	return TryAgain
}

// Sender hands over messages. A Conn is used by one goroutine and closed after use.
type Sender interface {
	Dial(ctx context.Context) (Conn, error)
}

// Conn is a connection to a mail server.
type Conn interface {
	// Send returns nil when the server has taken the message, and a *Failure otherwise. When ctx ends it finishes the
	// message at hand if that takes only a moment.
	Send(ctx context.Context, m Message) error
	Close() error
}

// Recorder keeps messages instead of sending them: the mailbox of tests and of the demo.
type Recorder struct {
	mu   sync.Mutex
	sent []Message
}

// Dial returns the recorder itself.
func (r *Recorder) Dial(context.Context) (Conn, error) { return r, nil }

// Send keeps m.
func (r *Recorder) Send(_ context.Context, m Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, m)
	return nil
}

// Close does nothing.
func (r *Recorder) Close() error { return nil }

// Sent returns all messages so far, the oldest first.
func (r *Recorder) Sent() []Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Message(nil), r.sent...)
}
