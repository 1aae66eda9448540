package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// SMTP sends through a mail server.
type SMTP struct {
	Limits Limits

	host, port string
	from       string
	tls        *tls.Config // of a connection that is encrypted from its first byte, else nil
	opts       []gomail.Option
}

// Limits are how long a mail server may be silent. One that hangs must not hold the queue for ever; one that looks for
// viruses at the end of a message may take minutes, and a message that we give up then is unclear.
type Limits struct {
	Connect time.Duration // until the server is ready for the first message
	Step    time.Duration // for the answer to each command
	Body    time.Duration // until it has read a message
	End     time.Duration // for its word on the whole message
	Stop    time.Duration // for all that is left of a message when our own program ends
}

// limits are below those that RFC 5321 (4.5.3.2) asks for, five minutes a step and ten at the end: it speaks of servers all
// over the world, and ours is the county's own.
var limits = Limits{Connect: time.Minute, Step: time.Minute, Body: 2 * time.Minute, End: 5 * time.Minute, Stop: 10 * time.Second}

// LongestSend is more than a Send takes at the most.
const LongestSend = 12 * time.Minute

// NewSMTP reads addr, smtp://[user:password@]host[:port] (STARTTLS when the server offers it) or smtps:// (TLS from the
// first byte), and the address that messages come from.
func NewSMTP(addr, from string) (*SMTP, error) {
	u, err := url.Parse(addr)
	if err != nil || !hostOnly(u) || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("mail server: want smtp://host:port or smtps://host:port, with the signs % / ? # @ : of a password written as %25 %2F %3F %23 %40 %3A") // without the address, which may hold a password
	}
	if err := CheckAddress(from); err != nil {
		return nil, fmt.Errorf("sender address %q: %w", from, err)
	}
	s := &SMTP{Limits: limits, host: u.Hostname(), port: "25", from: from, opts: []gomail.Option{gomail.WithTLSPolicy(gomail.TLSOpportunistic)}}
	if u.Scheme == "smtps" {
		s.port = "465"
		s.tls = &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	}
	if p := u.Port(); p != "" {
		if _, err = strconv.ParseUint(p, 10, 16); err != nil {
			return nil, fmt.Errorf("mail server %s: bad port", s.host)
		}
		s.port = p
	}
	if u.User != nil {
		pw, _ := u.User.Password()
		s.opts = append(s.opts, gomail.WithUsername(u.User.Username()), gomail.WithPassword(pw), gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover))
	}
	if ip := net.ParseIP(s.host); ip != nil && ip.IsLoopback() && s.tls == nil {
		s.opts = append(s.opts, gomail.WithTLSPolicy(gomail.NoTLS)) // a relay on this machine
	}
	return s, nil
}

// hostOnly reports whether an address names a host and goes no further. Where a sign in a password has cut it, a piece of the password
// stands for the host, the path or what follows.
func hostOnly(u *url.URL) bool {
	h := u.Hostname()
	return h != "" && !strings.Contains(h, "@") && (!strings.Contains(h, ":") || net.ParseIP(h) != nil) && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == ""
}

// CheckAddress reports what is wrong with an e-mail address.
func CheckAddress(a string) error { return gomail.NewMsg().To(a) }

// Dial opens a connection and goes as far as the server's readiness for a message. Its errors are *Failure.
func (s *SMTP) Dial(ctx context.Context) (Conn, error) {
	c, err := s.dial(ctx)
	if err != nil {
		return nil, &Failure{Outcome: NotNow, Broken: true, Err: err}
	}
	return c, nil
}

func (s *SMTP) dial(ctx context.Context) (_ *smtpConn, err error) {
	c := &smtpConn{limits: s.Limits, from: s.from}
	ctx, stop := context.WithTimeoutCause(ctx, s.Limits.Connect, errSilent)
	defer stop()
	if c.conn, err = new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(s.host, s.port)); err != nil {
		return nil, err
	}
	// The library's own limits are for each part of this; ours is for the whole, and holds when the program ends too.
	defer context.AfterFunc(ctx, c.cut)()
	if c.c, err = s.greet(ctx, c.conn); err == nil {
		err = c.conn.SetDeadline(time.Time{}) // from here on each step has a limit of its own
	}
	if err != nil {
		c.cut()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		} else if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
			err = errSilent // the library's limit, which is as long, was over a moment before ours
		}
		return nil, err
	}
	return c, nil
}

// greet does all that comes before the first message.
func (s *SMTP) greet(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	dialled := func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	if s.tls != nil {
		dialled = func(ctx context.Context, _, _ string) (net.Conn, error) {
			t := tls.Client(conn, s.tls)
			return t, t.HandshakeContext(ctx)
		}
	}
	client, err := gomail.NewClient(s.host, append(slices.Clone(s.opts), gomail.WithTimeout(s.Limits.Connect), gomail.WithDialContextFunc(dialled))...)
	if err != nil {
		return nil, err
	}
	return client.DialToSMTPClientWithContext(ctx)
}

type smtpConn struct {
	limits Limits
	from   string
	conn   net.Conn // under c: whoever waits for an answer waits no longer when it is closed
	c      *smtp.Client
}

func (c *smtpConn) cut() { c.conn.Close() }

// errSilent tells that the server's time was over.
var errSilent = errors.New("the mail server does not answer")

var errBye = errors.New("421 the mail server closed the connection")

// within runs one step of the talk, which ends at the limit because the connection does.
func (c *smtpConn) within(limit time.Duration, step func() error) error {
	over := false
	ended := make(chan struct{})
	t := time.AfterFunc(limit, func() { over = true; c.cut(); close(ended) })
	err := step()
	if !t.Stop() {
		<-ended
	}
	if err != nil && over {
		return errSilent
	}
	return err
}

// Close takes leave.
func (c *smtpConn) Close() error {
	defer c.cut()
	return c.within(min(c.limits.Step, c.limits.Stop), c.c.Quit)
}

// Send says of a message what the server said, at the step that it said it.
func (c *smtpConn) Send(ctx context.Context, m Message) error {
	from, to, text, err := c.write(m)
	if err != nil {
		return &Failure{Outcome: Refused, Err: err}
	}
	done := make(chan struct{})
	defer close(done)
	defer context.AfterFunc(ctx, func() { c.hurry(done) })()
	// MAIL is about us and not about the message: who refuses it would refuse all.
	if err := c.within(c.limits.Step, func() error { return c.c.Mail(from) }); err != nil {
		return &Failure{Outcome: NotNow, Broken: true, Err: err}
	}
	if err := c.within(c.limits.Step, func() error { return c.c.Rcpt(to[0]) }); err != nil {
		return c.notTaken(err)
	}
	// Up to here and while it goes out nothing of the message is at the server, because its last line is missing.
	end, err := c.body(text)
	if err != nil {
		return c.notTaken(err)
	}
	err = c.within(c.limits.End, end)
	switch {
	case err == nil:
		return nil
	case codeOf(err) < 400:
		return &Failure{Outcome: Unclear, Broken: true, Err: err}
	}
	return c.notTaken(err)
}

// body writes a message out but for its end.
func (c *smtpConn) body(text []byte) (end func() error, err error) {
	err = c.within(c.limits.Step+c.limits.Body, func() error {
		w, err := c.c.Data()
		if err != nil {
			return err
		}
		end = w.Close
		_, err = w.Write(text)
		return err
	})
	return end, err
}

// notTaken judges a failure that leaves nothing at the server. After the server's word the connection can go on.
func (c *smtpConn) notTaken(err error) *Failure {
	f := &Failure{Outcome: TryAgain, Err: err}
	switch code := codeOf(err); {
	case code == 421: // it closes the connection, whatever the message; its words are told as trouble and are to name nobody
		return &Failure{Outcome: NotNow, Broken: true, Err: errBye}
	case code >= 500:
		f.Outcome = Refused
	case code < 400:
		f.Broken = true
		return f
	}
	f.Broken = c.within(c.limits.Step, c.c.Reset) != nil
	return f
}

// hurry gives what is left of a message a short while, because the program ends.
func (c *smtpConn) hurry(done <-chan struct{}) {
	select {
	case <-done:
	case <-time.After(c.limits.Stop):
		c.cut()
	}
}

// write makes the message as it goes over the wire.
func (c *smtpConn) write(m Message) (from string, to []string, text []byte, err error) {
	msg := gomail.NewMsg()
	if err := errors.Join(msg.From(c.from), msg.To(m.To)); err != nil {
		return "", nil, nil, err
	}
	msg.SetMessageIDWithValue(m.ID)
	msg.SetDate()
	msg.Subject(m.Subject)
	// A mail program must not answer for the reader.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if len(m.Calendar) > 0 {
		if err := addCalendar(msg, m); err != nil {
			return "", nil, nil, err
		}
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return "", nil, nil, err
	}
	from, err1 := msg.GetSender(false)
	to, err2 := msg.GetRecipients()
	return from, to, b.Bytes(), errors.Join(err1, err2)
}

// addCalendar gives the calendar as another form of the text, which Outlook and most others show as an invitation with buttons,
// and as a file for those that only save it. The file has a type of its own, so that no program takes it for a second invitation.
// Both go in base64: no server on the way may touch their lines.
func addCalendar(msg *gomail.Msg, m Message) error {
	form := gomail.ContentType("text/calendar; method=" + m.CalendarMethod)
	msg.AddAlternativeString(form, string(m.Calendar), gomail.WithPartCharset(gomail.CharsetUTF8), gomail.WithPartEncoding(gomail.EncodingB64))
	return msg.AttachReader("invite.ics", bytes.NewReader(m.Calendar), gomail.WithFileContentType("application/ics"))
}
