// Package ical writes calendar files that Outlook, Teams and phones update and cancel correctly.
//
// An event is known by its UID and Sequence for ever: whoever changes or cancels one keeps the UID, raises the Sequence and gives
// a new Stamp, else calendars keep the old event beside the new one. Every file carries the rules of the Finnish clock, those with
// a cancellation too, because a calendar that does not find them takes the times for its own. Texts are plain, without HTML.
// The format is that of RFC 5545, the methods those of RFC 5546, a feed's own fields those of RFC 7986.
package ical

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Event is something that takes place once.
type Event struct {
	UID         string    // the same for ever, 1 to 255 letters a-z, figures and . _ - @
	Sequence    int       // 0 at first, higher after each change, a cancellation too
	Stamp       time.Time // when this version of the event was made
	Start, End  time.Time // exact moments, to the second, in the years 2000 to 9999; written in Finnish time
	Summary     string    // the event's name, on one line
	Description string    // may have several lines, and may be ""
	Location    string    // a place; an event without one takes place at its URL
	URL         string    // where to join or to read more, https://... or http://...; may be ""
	Organizer   Person
	Cancelled   bool // shown as cancelled; its Sequence is above 0
}

// Person is somebody with an e-mail address. The name may be "".
type Person struct{ Name, Email string }

// ErrEvent tells that an event cannot be written.
var ErrEvent = errors.New("no calendar can hold this event")

// The years that an event may be in: since 1996 Finland's clock goes by the rules that the files carry.
const firstYear, lastYear = 2000, 9999

func (e Event) check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %q: "+format, append([]any{ErrEvent, e.UID}, args...)...)
	}
	switch start, end := second(e.Start), second(e.End); {
	case e.UID == "" || len(e.UID) > 255 || strings.Trim(e.UID, idLetters) != "":
		return bad("want a UID of 1 to 255 letters, figures and . _ - @")
	case e.Sequence < 0 || e.Cancelled && e.Sequence == 0:
		return bad("sequence %d, cancelled %v", e.Sequence, e.Cancelled)
	case e.Stamp.IsZero():
		return bad("no stamp")
	case !end.After(start):
		return bad("it ends at %v and starts at %v", end, start)
	case start.Year() < firstYear || end.Year() > lastYear:
		return bad("it starts at %v and ends at %v, want years from %d to %d", start, end, firstYear, lastYear)
	case oneLine(e.Summary) == "":
		return bad("no summary")
	}
	if err := checkEmail(e.Organizer.Email); err != nil {
		return bad("organizer: %w", err)
	}
	if err := checkURL(e.URL); err != nil {
		return bad("address: %w", err)
	}
	return nil
}

const idLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@"

// checkEmail takes a bare address without letters that have a meaning in a calendar file.
func checkEmail(s string) error {
	a, err := mail.ParseAddress(s)
	if err == nil && (a.Address != s || strings.ContainsAny(s, "\",;:\\") || plain(s) != s) {
		err = fmt.Errorf("want a bare e-mail address, not %q", s)
	}
	return err
}

func checkURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err == nil && (u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || oneLine(s) != s || strings.ContainsAny(s, " \"")) {
		err = fmt.Errorf("want https://..., not %q", s)
	}
	return err
}

func second(t time.Time) time.Time { return t.Truncate(time.Second).In(helsinki) }

// plain makes a text that every reader takes in as it is: valid UTF-8, lines ended by \n, and no control characters, of which
// some readers take a few for line ends.
func plain(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n").Replace(strings.ToValidUTF8(s, "\ufffd"))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r) || r == '\ufeff':
			return -1
		}
		return r
	}, s)
}

// oneLine is a text without line ends and needless spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(plain(s)), " ") }

// paragraphs is a text without needless spaces within its lines and needless lines at its ends: of many spaces in a row folding
// would make lines of nothing else, which are easily lost on the way.
func paragraphs(s string) string {
	lines := strings.Split(plain(s), "\n")
	for i, l := range lines {
		lines[i] = oneLine(l)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// place is where the event is, for calendars that show a line of it.
func (e Event) place() string {
	if p := oneLine(e.Location); p != "" {
		return p
	}
	return e.URL
}

// text is the description with the URL, because not every calendar shows the URL itself.
func (e Event) text() string {
	text := paragraphs(e.Description)
	if e.URL == "" || strings.Contains(text, e.URL) {
		return text
	}
	return strings.TrimLeft(text+"\n\n"+e.URL, "\n")
}
