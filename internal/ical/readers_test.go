package ical

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// read is what another program's reader finds in a file. Times are seconds since 1970.
type read struct {
	Method, Name string
	Zones        []string
	Events       []readEvent
}

type readEvent struct {
	UID                                 string
	Sequence                            int
	Status                              string
	Stamp, Start, End                   int64
	Summary, Description, Location, URL string
	Organizer, Attendee                 Person
}

// readers are programs of others that read calendars: they are what the files are for.
var readers = map[string]func(t *testing.T) *exec.Cmd{
	"ical.js": func(t *testing.T) *exec.Cmd {
		name, err := filepath.Abs(filepath.Join("..", "..", ".cache", "node_modules", "ical.js", "dist", "ical.js"))
		must(t, err)
		if _, err := os.Stat(name); err != nil {
			missing(t, err)
		}
		return exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "read.mjs"), name)
	},
	"vobject": func(t *testing.T) *exec.Cmd {
		const python = "/usr/bin/python3" // Debian's own, which has its packages
		if err := exec.CommandContext(t.Context(), python, "-c", "import vobject").Run(); err != nil {
			missing(t, fmt.Errorf("python3-vobject: %w", err))
		}
		return exec.CommandContext(t.Context(), python, filepath.Join("testdata", "read.py"))
	},
}

func missing(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	t.Skip(err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// agree fails when a reader finds anything else in the files than what is wanted of them.
func agree(t *testing.T, files map[string][]byte, want map[string]read) {
	t.Helper()
	in := map[string]string{}
	for name, file := range files {
		in[name] = string(file)
	}
	asked, err := json.Marshal(in)
	must(t, err)
	for reader, command := range readers {
		t.Run(reader, func(t *testing.T) {
			c := command(t)
			var out, said bytes.Buffer
			c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(asked), &out, &said
			if err := c.Run(); err != nil {
				t.Fatalf("%v\n%s", err, said.String())
			}
			got := map[string]read{}
			must(t, json.Unmarshal(out.Bytes(), &got))
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("want -, got +\n%s", d)
			}
		})
	}
}

// written is what a reader should find of an event whose texts need no tidying.
func written(e Event, to Person) readEvent {
	r := readEvent{
		UID: e.UID, Sequence: e.Sequence, Status: "CONFIRMED", Stamp: e.Stamp.Unix(), Start: e.Start.Unix(), End: e.End.Unix(),
		Summary: e.Summary, Description: e.Description, Location: e.Location, URL: e.URL, Organizer: e.Organizer, Attendee: to,
	}
	if e.Cancelled {
		r.Status = "CANCELLED"
	}
	return r
}

func whole(method, name string, events ...readEvent) read {
	return read{Method: method, Name: name, Zones: []string{"Europe/Helsinki"}, Events: events}
}

var (
	aino = Person{"Aino Määttä", "aino@example.fi"}
	eero = Person{`Virtanen, Eero; "O'Brien": c\d`, "eero.virtanen+x@example.fi"}
)

// clinic is an event as most are.
func clinic() Event {
	return Event{
		UID: "clinic-1@example.fi", Stamp: utc(2026, 11, 1, 8, 0), Start: utc(2026, 11, 20, 12, 0), End: utc(2026, 11, 20, 13, 30),
		Summary: "Digital clinic", Description: "Bring your phone.", Location: "Room 2", Organizer: aino,
	}
}

func utc(y int, m time.Month, d, h, min int) time.Time {
	return time.Date(y, m, d, h, min, 0, 0, time.UTC)
}

func made(t testing.TB) func(file []byte, err error) []byte {
	return func(file []byte, err error) []byte {
		t.Helper()
		must(t, err)
		return file
	}
}

func TestOtherProgramsReadInvitationChangeAndCancellation(t *testing.T) {
	first := clinic()
	changed := first
	changed.Sequence, changed.Stamp, changed.Start = 1, utc(2026, 11, 2, 8, 0), utc(2026, 11, 20, 12, 30)
	off := changed
	off.Sequence, off.Cancelled = 2, true
	eeroRead := eero
	eeroRead.Name = strings.NewReplacer(`"`, "”", `\`, "/").Replace(eero.Name)
	make := made(t)
	agree(t, map[string][]byte{
		"download": make(Publish(first, off)), "first": make(Request(first, eero)), "changed": make(Request(changed, eero)), "off": make(Cancel(off, eero)),
	}, map[string]read{
		"download": whole("PUBLISH", "", written(first, Person{}), written(off, Person{})),
		"first":    whole("REQUEST", "", written(first, eeroRead)),
		"changed":  whole("REQUEST", "", written(changed, eeroRead)),
		"off":      whole("CANCEL", "", written(off, eeroRead)),
	})
}

func TestOtherProgramsReadTextsLetterByLetter(t *testing.T) {
	long := strings.Repeat("Räätälöity, äänestetty; öljyä \\ ylähuulen / à la ", 6) + "loppu."
	if n := len([]rune(long)); n < 300 {
		t.Fatalf("%d letters", n)
	}
	files, want := map[string][]byte{}, map[string]read{}
	add := func(name string, change func(*Event)) {
		e := clinic()
		change(&e)
		files[name] = made(t)(Publish(e))
		want[name] = whole("PUBLISH", "", written(e, Person{}))
	}
	add("umlauts", func(e *Event) {
		e.Summary, e.Location = "Näin käytät älypuhelinta – åäö ÅÄÖ šž", "Sjöbergsgården, Åbo"
	})
	add("long", func(e *Event) {
		e.Summary, e.Location = long, long
		e.Description = long + "\n\n1) yksi, kaksi;\n2) \\n is no line end\\\n" + long + "\nBEGIN:VEVENT\nEND:VCALENDAR"
	})
	add("few", func(e *Event) { e.Description, e.Location = "", "" })
	for n := range 30 {
		add(fmt.Sprint("emoji ", n), func(e *Event) {
			e.Summary = strings.Repeat("x", 50+n) + "👩🏽‍⚕️🎉" + strings.Repeat("ä", 40) // neither letters nor their parts are cut
			e.Description = strings.Repeat("a ", 10+n) + strings.Repeat("👩🏽‍⚕️", 20)
		})
	}
	agree(t, files, want)
}

func TestOtherProgramsReadTheSameMomentsOnBothSidesOfBothChangesOfTheClock(t *testing.T) {
	files, want := map[string][]byte{}, map[string]read{}
	for _, year := range []int{2026, 2027, 2040} {
		for _, month := range []time.Month{time.March, time.October} {
			events := around(lastSunday(year, month))
			var found []readEvent
			for _, e := range events {
				found = append(found, written(e, Person{}))
			}
			name := fmt.Sprint(month, year)
			files[name] = made(t)(Publish(events...))
			want[name] = whole("PUBLISH", "", found...)
		}
	}
	agree(t, files, want)
}

// around are events that begin, end or both near a change of the clock.
func around(change time.Time) (events []Event) {
	for _, half := range []int{-48, -26, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 26, 48} {
		for _, long := range []time.Duration{30 * time.Minute, time.Hour, 90 * time.Minute, 3 * time.Hour, 30 * time.Hour} {
			e := clinic()
			e.UID = fmt.Sprintf("from%dfor%v@example.fi", half, long)
			e.Start = change.Add(time.Duration(half) * 30 * time.Minute)
			e.End = e.Start.Add(long)
			events = append(events, e)
		}
	}
	return events
}

// lastSunday is 1.00 UTC of a month's last Sunday, when all of Europe changes its clocks.
func lastSunday(year int, m time.Month) time.Time {
	last := time.Date(year, m+1, 0, 1, 0, 0, 0, time.UTC)
	return last.AddDate(0, 0, -int(last.Weekday()))
}

func TestOtherProgramsReadAFeedOfFifty(t *testing.T) {
	var events []Event
	var want []readEvent
	for n := range 50 {
		e := clinic()
		e.UID, e.Sequence, e.Cancelled = fmt.Sprintf("event-%d@example.fi", n), n, n%7 == 3
		e.Start = e.Start.AddDate(0, 0, 11*n)
		e.End = e.Start.Add(45 * time.Minute)
		events = append(events, e)
		want = append(want, written(e, Person{}))
	}
	name := "Hyvinvointialueen digituki – öljyä ja äyriäisiä" // ical.js reads no punctuation in names of calendars
	agree(t, map[string][]byte{"feed": made(t)(Feed(name, events)), "empty": made(t)(Feed(name, nil))},
		map[string]read{"feed": whole("PUBLISH", name, want...), "empty": {Method: "PUBLISH", Name: name, Zones: []string{"Europe/Helsinki"}, Events: []readEvent{}}})
}
