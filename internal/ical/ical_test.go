package ical

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// lines are the lines of a file, as they are before what was folded is put together.
func lines(file []byte) []string {
	return strings.Split(strings.TrimSuffix(string(file), "\r\n"), "\r\n")
}

// unfolded are the lines of a file, put together.
func unfolded(file []byte) []string {
	return lines(bytes.ReplaceAll(file, []byte("\r\n "), nil))
}

func TestTheFileOfACancellationIsThis(t *testing.T) {
	e := clinic()
	e.Sequence, e.Location, e.URL = 3, "", "https://meet.example.fi/x?a=1,2;3"
	got := strings.Join(unfolded(made(t)(Cancel(e, eero))), "\n")
	want := `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Taitorinki//Taitorinki//EN
CALSCALE:GREGORIAN
METHOD:CANCEL
BEGIN:VTIMEZONE
TZID:Europe/Helsinki
BEGIN:STANDARD
DTSTART:19701025T040000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
TZNAME:EET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
TZNAME:EEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:clinic-1@example.fi
SEQUENCE:3
DTSTAMP:20261101T080000Z
DTSTART;TZID=Europe/Helsinki:20261120T140000
DTEND;TZID=Europe/Helsinki:20261120T153000
STATUS:CANCELLED
SUMMARY:Digital clinic
DESCRIPTION:Bring your phone.\n\nhttps://meet.example.fi/x?a=1\,2\;3
LOCATION:https://meet.example.fi/x?a=1\,2\;3
URL:https://meet.example.fi/x?a=1,2;3
ORGANIZER;CN="Aino Määttä":mailto:aino@example.fi
ATTENDEE;CN="Virtanen, Eero; ”O'Brien”: c/d";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:eero.virtanen+x@example.fi
END:VEVENT
END:VCALENDAR`
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("want -, got +\n%s", d)
	}
}

func TestAFeedSaysWhenToReadItAnew(t *testing.T) {
	all := unfolded(made(t)(Feed("Digituki, Åbo", []Event{clinic()})))
	for _, want := range []string{`NAME:Digituki\, Åbo`, `X-WR-CALNAME:Digituki\, Åbo`, "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"} {
		if strings.Count("\n"+strings.Join(all, "\n")+"\n", "\n"+want+"\n") != 1 {
			t.Errorf("no line, or more than one, is %q in\n%s", want, strings.Join(all, "\n"))
		}
	}
}

func TestTheJoinLinkIsWhereSomebodyLooks(t *testing.T) {
	const link = "https://meet.example.fi/x"
	for _, c := range []struct{ description, location, wantDescription, wantLocation string }{
		{"", "", link, link},
		{"Welcome.", "Room 2", "Welcome.\n\n" + link, "Room 2"},
		{"Join: " + link + " at ten", "", "Join: " + link + " at ten", link},
	} {
		e := clinic()
		e.Description, e.Location, e.URL = c.description, c.location, link
		got := parsed(t, made(t)(Publish(e)))
		if got.Description != c.wantDescription || got.Location != c.wantLocation || got.URL != link {
			t.Errorf("description %q and location %q became %+v", c.description, c.location, got)
		}
	}
}

func TestAnHourThatComesTwiceIsWrittenInUTC(t *testing.T) {
	night := utc(2026, 10, 25, 0, 30) // 3.30 in summer time; at 1.30 UTC it is 3.30 again
	for start, want := range map[time.Time]string{
		night.Add(-time.Hour):    "DTSTART;TZID=Europe/Helsinki:20261025T023000",
		night:                    "DTSTART:20261025T003000Z",
		night.Add(time.Hour):     "DTSTART:20261025T013000Z",
		night.Add(2 * time.Hour): "DTSTART;TZID=Europe/Helsinki:20261025T043000",
	} {
		e := clinic()
		e.Start, e.End = start, start.Add(10*time.Minute)
		if got := string(made(t)(Publish(e))); !strings.Contains(got, "\r\n"+want+"\r\n") || !strings.Contains(got, "BEGIN:VTIMEZONE") {
			t.Errorf("%v: want %s in\n%s", start, want, got)
		}
	}
}

func TestWhatNoCalendarCanHoldIsRefused(t *testing.T) {
	for name, change := range map[string]func(*Event){
		"ends before it starts":      func(e *Event) { e.End = e.Start.Add(-time.Second) },
		"ends as it starts":          func(e *Event) { e.End = e.Start.Add(time.Millisecond) },
		"no times":                   func(e *Event) { e.Start, e.End = time.Time{}, time.Time{} },
		"last century":               func(e *Event) { e.Start = utc(1995, 10, 1, 12, 0) },
		"five figures":               func(e *Event) { e.End = utc(10000, 2, 1, 12, 0) },
		"no UID":                     func(e *Event) { e.UID = "" },
		"a UID with a line end":      func(e *Event) { e.UID = "x\r\nSUMMARY:y" },
		"a long UID":                 func(e *Event) { e.UID = strings.Repeat("x", 256) },
		"a sequence below 0":         func(e *Event) { e.Sequence = -1 },
		"cancelled without a change": func(e *Event) { e.Cancelled = true },
		"no stamp":                   func(e *Event) { e.Stamp = time.Time{} },
		"no summary":                 func(e *Event) { e.Summary = " \n\x01" },
		"no organizer":               func(e *Event) { e.Organizer = Person{} },
		"an organizer of two":        func(e *Event) { e.Organizer.Email = "a@example.fi, b@example.fi" },
		"an organizer with a name":   func(e *Event) { e.Organizer.Email = "Aino <a@example.fi>" },
		"a quoted organizer":         func(e *Event) { e.Organizer.Email = `"a;b"@example.fi` },
		"a script":                   func(e *Event) { e.URL = "javascript:alert(1)" },
		"half an address":            func(e *Event) { e.URL = "meet.example.fi/x" },
		"an address with a line end": func(e *Event) { e.URL = "https://example.fi/x\nSUMMARY:y" },
		"an address with a space":    func(e *Event) { e.URL = "https://example.fi/x y" },
	} {
		e := clinic()
		change(&e)
		_, err1 := Publish(clinic(), e)
		_, err2 := Feed("x", []Event{e})
		_, err3 := Request(e, eero)
		if !errors.Is(err1, ErrEvent) || !errors.Is(err2, ErrEvent) || !errors.Is(err3, ErrEvent) {
			t.Errorf("%s: %v, %v, %v", name, err1, err2, err3)
		}
	}
	_, err1 := Request(clinic(), Person{Name: "Nobody"})
	_, err2 := Cancel(clinic(), eero) // the Sequence is that of the invitation
	off := clinic()
	off.Sequence, off.Cancelled = 1, true
	_, err3 := Request(off, eero)
	if !errors.Is(err1, ErrEvent) || !errors.Is(err2, ErrEvent) || !errors.Is(err3, ErrEvent) {
		t.Errorf("%v, %v, %v", err1, err2, err3)
	}
}

// parsed reads a file's only event as the library does.
func parsed(t interface{ Fatal(...any) }, file []byte) (r readEvent) {
	c, err := ics.ParseCalendar(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err, string(file))
	}
	events := c.Events()
	if len(events) != 1 || len(c.Components) != 2 {
		t.Fatal(fmt.Sprintf("%d events, %d parts in\n%s", len(events), len(c.Components), file))
	}
	v := events[0]
	text := func(name ics.ComponentProperty) string {
		if p := v.GetProperty(name); p != nil {
			return p.Value
		}
		return ""
	}
	person := func(name ics.ComponentProperty) (p Person) {
		if f := v.GetProperty(name); f != nil {
			p.Email = strings.TrimPrefix(f.Value, "mailto:")
			p.Name = strings.Join(f.ICalParameters["CN"], "+")
		}
		return p
	}
	start, err1 := v.GetStartAt()
	end, err2 := v.GetEndAt()
	stamp, err3 := v.GetDtStampTime()
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	fmt.Sscan(text(ics.ComponentPropertySequence), &r.Sequence)
	r.UID, r.Status = v.Id(), text(ics.ComponentPropertyStatus)
	r.Stamp, r.Start, r.End = stamp.Unix(), start.Unix(), end.Unix()
	r.Summary, r.Description, r.Location = text(ics.ComponentPropertySummary), text(ics.ComponentPropertyDescription), text(ics.ComponentPropertyLocation)
	r.URL, r.Organizer, r.Attendee = text(ics.ComponentPropertyUrl), person(ics.ComponentPropertyOrganizer), person(ics.ComponentPropertyAttendee)
	return r
}

// texts are any strings, and ones of what has a meaning in a file.
var texts = rapid.OneOf(rapid.String(), rapid.StringMatching(`([a-zåäö]{1,20}|[ ,;:\\"'^]{1,3}|\\[nN]|\n|\r\n|BEGIN:VEVENT|👩🏽‍⚕️|	){0,40}`), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))

var anyEvent = rapid.Custom(func(t *rapid.T) Event {
	e := clinic()
	e.Sequence = rapid.IntRange(0, 1000).Draw(t, "sequence")
	e.Cancelled = e.Sequence > 0 && rapid.Bool().Draw(t, "cancelled")
	e.Start = time.Unix(rapid.Int64Range(946684800, 4000000000).Draw(t, "start"), 0)
	e.End = e.Start.Add(time.Duration(rapid.Int64Range(1, 9*24*3600).Draw(t, "seconds")) * time.Second)
	e.Summary = "x" + texts.Draw(t, "summary")
	e.Description, e.Location = texts.Draw(t, "description"), texts.Draw(t, "location")
	e.Organizer.Name = texts.Draw(t, "organizer")
	return e
})

// tidied is what a reader should find of any event: its texts without what no calendar shows.
func tidied(e Event) readEvent {
	r := written(e, Person{})
	r.Summary, r.Location, r.Description = oneLine(e.Summary), oneLine(e.Location), paragraphs(e.Description)
	r.Organizer.Name = strings.NewReplacer(`"`, "”", `\`, "/", "^", "ˆ").Replace(oneLine(e.Organizer.Name))
	return r
}

func TestAnyTextComesBackFromTheFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyEvent.Draw(t, "event")
		file, err := Publish(e)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tidied(e), parsed(t, file)); d != "" {
			t.Fatalf("want -, got +\n%s%s", d, file)
		}
	})
}

func TestOtherProgramsReadAnyText(t *testing.T) {
	files, want := map[string][]byte{}, map[string]read{}
	for n := range 300 {
		e := anyEvent.Example(n)
		name := fmt.Sprint(n)
		files[name], want[name] = made(t)(Publish(e)), whole("PUBLISH", "", tidied(e))
	}
	agree(t, files, want)
}

func TestLinesAreOfAtMost75BytesAndCutNoLetter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyEvent.Draw(t, "event")
		e.Cancelled = false
		file, err := Request(e, Person{"x" + texts.Draw(t, "attendee"), "attendee.with.a.long.address@public.wellbeing.county.example.fi"})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(file, []byte("END:VCALENDAR\r\n")) {
			t.Fatalf("the end is missing in\n%s", file)
		}
		for _, l := range lines(file) {
			if len(l) > 75 || !utf8.ValidString(l) || strings.ContainsAny(l, "\r\n") || strings.TrimSpace(l) == "" {
				t.Fatalf("a line of %d bytes: %q", len(l), l)
			}
		}
	})
}

func TestTidyingKeepsLettersAndDropsWhatNoCalendarShows(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb\rc\nd":            "a\nb\nc\nd",
		"\n\n  a  b \t c \n\n\n":  "a b c",
		"a\x00\x07b\u007fc\ufeff": "abc",
		"a\u2028b\u2029c\u0085d":  "a\nb\nc\nd",
		"ä\xff\xfeö":              "ä\ufffdö",
		"a\n\nb":                  "a\n\nb",
		"1\u00a0000 €":            "1 000 €",
	} {
		if got := paragraphs(in); got != want {
			t.Errorf("paragraphs(%q) = %q, want %q", in, got, want)
		}
		if got, want := oneLine(in), strings.Join(strings.Fields(want), " "); got != want {
			t.Errorf("oneLine(%q) = %q, want %q", in, got, want)
		}
	}
}
