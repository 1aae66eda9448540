package ical

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a server without the system's time zones must not write wrong hours

	ics "github.com/arran4/golang-ical"
)

const (
	zoneName = "Europe/Helsinki"
	product  = "-//Taitorinki//Taitorinki//EN"

	// How often a calendar is asked to read a feed anew. Most choose for themselves.
	refresh = "PT1H"
)

// helsinki is the zone of all times but those that its clock shows twice.
var helsinki = func() *time.Location {
	z, err := time.LoadLocation(zoneName)
	if err != nil {
		panic(err) // the zones are inside the program
	}
	return z
}()

// Publish writes events to download into somebody's own calendar. Cancelled ones are marked so. Its errors are ErrEvent.
func Publish(events ...Event) ([]byte, error) {
	return write(newCalendar(ics.MethodPublish), events, nil)
}

// Feed writes a calendar to subscribe to, with its name and all its events. Cancelled events should stay in it until their time
// is over, so that readers see that they are. In a name without , and ; no reader shows a backslash. Its errors are ErrEvent.
func Feed(name string, events []Event) ([]byte, error) {
	c := newCalendar(ics.MethodPublish)
	c.SetName(oneLine(name))
	c.SetRefreshInterval(refresh)
	c.SetXPublishedTTL(refresh)
	return write(c, events, nil)
}

// Request invites somebody to an event, or tells them of its change, by mail. Its errors are ErrEvent.
func Request(e Event, to Person) ([]byte, error) {
	if e.Cancelled {
		return nil, fmt.Errorf("%w: %q: a cancelled event takes no invitation", ErrEvent, e.UID)
	}
	return write(newCalendar(ics.MethodRequest), []Event{e}, &to)
}

// Cancel takes an event out of the calendar of somebody who was invited. Its Sequence is above that of the last Request. Its
// errors are ErrEvent.
func Cancel(e Event, to Person) ([]byte, error) {
	e.Cancelled = true
	return write(newCalendar(ics.MethodCancel), []Event{e}, &to)
}

func newCalendar(m ics.Method) *ics.Calendar {
	c := ics.NewCalendar()
	c.SetProductId(product)
	c.SetCalscale("GREGORIAN")
	c.SetMethod(m)
	z := c.AddTimezone(zoneName)
	z.Components = append(z.Components,
		&ics.Standard{ComponentBase: clock("EET", "19701025T040000", "+0300", "+0200", "10")},
		&ics.Daylight{ComponentBase: clock("EEST", "19700329T030000", "+0200", "+0300", "3")})
	return c
}

// clock is one half of the year's time. Outlook passes over changes that are listed one by one, so they are a rule.
func clock(name, since, from, to, month string) (b ics.ComponentBase) {
	b.AddProperty("DTSTART", since)
	b.AddProperty("TZOFFSETFROM", from)
	b.AddProperty("TZOFFSETTO", to)
	b.AddProperty("TZNAME", name)
	b.AddProperty("RRULE", "FREQ=YEARLY;BYMONTH="+month+";BYDAY=-1SU")
	return b
}

func write(c *ics.Calendar, events []Event, to *Person) ([]byte, error) {
	for _, e := range events {
		if err := e.check(); err != nil {
			return nil, err
		}
		v := c.AddEvent(e.UID)
		e.fill(v)
		if to == nil {
			continue // RFC 5546 (3.2.1) has no attendees in what is published
		}
		if err := checkEmail(to.Email); err != nil {
			return nil, fmt.Errorf("%w: %q: attendee: %w", ErrEvent, e.UID, err)
		}
		addPerson(v, "ATTENDEE", *to, ";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE")
	}
	var b bytes.Buffer
	err := c.SerializeTo(&b, ics.WithNewLineWindows, ics.WithLineLength(75))
	return b.Bytes(), err
}

func (e Event) fill(v *ics.VEvent) {
	v.SetSequence(e.Sequence)
	v.SetDtStampTime(e.Stamp)
	e.setTimes(v)
	v.SetStatus(e.status())
	v.SetSummary(oneLine(e.Summary))
	set := func(name ics.ComponentProperty, text string) {
		if text != "" {
			v.SetProperty(name, text)
		}
	}
	set(ics.ComponentPropertyDescription, e.text())
	set(ics.ComponentPropertyLocation, e.place())
	set(ics.ComponentPropertyUrl, e.URL)
	addPerson(v, "ORGANIZER", e.Organizer, "")
}

func (e Event) status() ics.ObjectStatus {
	if e.Cancelled {
		return ics.ObjectStatusCancelled
	}
	return ics.ObjectStatusConfirmed
}

// setTimes writes both times on the Finnish clock, or both in UTC when the clock shows one of them twice, on the autumn's last
// night of summer time: readers differ in which of the two they take.
func (e Event) setTimes(v *ics.VEvent) {
	start, end := second(e.Start), second(e.End)
	layout, zone := "20060102T150405", []ics.PropertyParameter{ics.WithTZID(zoneName)}
	if twice(start) || twice(end) {
		layout, zone = layout+"Z", nil
		start, end = start.UTC(), end.UTC()
	}
	v.SetProperty(ics.ComponentPropertyDtStart, start.Format(layout), zone...)
	v.SetProperty(ics.ComponentPropertyDtEnd, end.Format(layout), zone...)
}

// twice reports whether the Finnish clock shows what it shows at t an hour before or after too.
func twice(t time.Time) bool {
	const wall = "2006-01-02 15:04:05"
	shown := t.In(helsinki).Format(wall)
	return shown == t.Add(time.Hour).In(helsinki).Format(wall) || shown == t.Add(-time.Hour).In(helsinki).Format(wall)
}

// addPerson writes the parameters as a part of the property's name, because the library puts backslashes into their values, which
// RFC 5545 (3.2) does not know: readers would show them in names such as "Virtanen, Aino".
func addPerson(v *ics.VEvent, property string, p Person, params string) {
	if name := oneLine(p.Name); name != "" {
		property += `;CN="` + quotable.Replace(name) + `"`
	}
	v.AddProperty(ics.ComponentProperty(property+params), "mailto:"+p.Email)
}

// quotable replaces what has a meaning between quotation marks: these themselves, the sign that RFC 6868 gave one later, and the
// backslash, which has none but which readers take for a line end before an n.
var quotable = strings.NewReplacer(`"`, "\u201d", "^", "\u02c6", `\`, "/")
