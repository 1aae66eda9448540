// Package mail hands messages to an SMTP server and says of each whether it was taken, refused, may be tried again, or
// cannot be known.
package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Message is one mail to one person, in plain text.
type Message struct {
	ID      string // the Message-ID without brackets; the same message has the same one whenever it is tried
	To      string
	Subject string
	Text    string
}

// Failure says why a message was not taken.
type Failure struct {
	Outcome Outcome
	Err     error
}

// Outcome is what is known of a message that was not plainly taken.
type Outcome int

// The outcomes.
const (
	TryAgain Outcome = iota // not taken; a later try may succeed
	Refused                 // the server will not take it, whenever it is tried
	Unclear                 // the connection broke after the message went out and before the server's word
)

// Error gives the server's own words where there are any, for a coordinator to read.
func (f *Failure) Error() string {
	se, ok := errors.AsType[*gomail.SendError](f.Err)
	if !ok || se.ErrorCode() == 0 {
		return f.Err.Error()
	}
	words, _, _ := strings.Cut(f.Err.Error(), ", affected ") // the library adds whom and what it was about, which is known
	return strings.TrimPrefix(words, se.Reason.String()+": ")
}

// Class is the first figure of the server's code, as "4xx" or "5xx", or "" when it gave none. Unlike the server's words it
// never names anybody.
func (f *Failure) Class() string {
	se, ok := errors.AsType[*gomail.SendError](f.Err)
	if !ok || se.ErrorCode() == 0 {
		return ""
	}
	return strconv.Itoa(se.ErrorCode()/100) + "xx"
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
	// Send returns nil when the server has taken the message, and a *Failure otherwise.
	Send(ctx context.Context, m Message) error
	Close() error
}

// SMTP sends through a mail server.
type SMTP struct {
	host string
	from string
	opts []gomail.Option
}

// NewSMTP reads addr, smtp://[user:password@]host[:port] (STARTTLS when the server offers it) or smtps:// (TLS from the
// first byte), and the address that messages come from.
func NewSMTP(addr, from string) (*SMTP, error) {
	u, err := url.Parse(addr)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, fmt.Errorf("mail server %q: want smtp://host:port or smtps://host:port", addr)
	}
	if err := CheckAddress(from); err != nil {
		return nil, fmt.Errorf("sender address %q: %w", from, err)
	}
	opts := []gomail.Option{gomail.WithTimeout(30 * time.Second), gomail.WithTLSPolicy(gomail.TLSOpportunistic)}
	port := 25
	if u.Scheme == "smtps" {
		port = 465
		opts = append(opts, gomail.WithSSL())
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil {
			return nil, fmt.Errorf("mail server %q: bad port", addr)
		}
	}
	opts = append(opts, gomail.WithPort(port))
	if u.User != nil {
		pw, _ := u.User.Password()
		opts = append(opts, gomail.WithUsername(u.User.Username()), gomail.WithPassword(pw), gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover))
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsLoopback() {
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS)) // a relay on this machine
	}
	return &SMTP{host: u.Hostname(), from: from, opts: opts}, nil
}

// CheckAddress reports what is wrong with an e-mail address.
func CheckAddress(a string) error { return gomail.NewMsg().To(a) }

// Dial opens a connection.
func (s *SMTP) Dial(ctx context.Context) (Conn, error) {
	c, err := gomail.NewClient(s.host, s.opts...)
	if err != nil {
		return nil, err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return nil, err
	}
	return &smtpConn{c, s.from}, nil
}

type smtpConn struct {
	c    *gomail.Client
	from string
}

func (c *smtpConn) Close() error { return c.c.Close() }

func (c *smtpConn) Send(_ context.Context, m Message) error {
	msg := gomail.NewMsg()
	if err := errors.Join(msg.From(c.from), msg.To(m.To)); err != nil {
		return &Failure{Refused, err}
	}
	msg.SetMessageIDWithValue(m.ID)
	msg.SetDate()
	msg.Subject(m.Subject)
	// A mail program must not answer for the reader.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	err := c.c.Send(msg)
	if err == nil || msg.IsDelivered() {
		return nil
	}
	return &Failure{outcome(err), err}
}

func outcome(err error) Outcome {
	se, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return TryAgain
	}
	code := se.ErrorCode()
	// The end of the message is sent by the last step: what breaks before it leaves nothing at the server.
	if se.Reason == gomail.ErrSMTPDataClose && code < 400 {
		return Unclear
	}
	if code >= 500 {
		return Refused
	}
	return TryAgain
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
