// Package calendar brings events into people's own calendars: as files, as parts of mails, and as a feed to subscribe to.
//
// A feed is read by whoever has its address, without signing in. So the address holds a secret that is stored as a hash only, shown
// once, and of no use any more when the person revokes it, makes another or leaves.
package calendar

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"io"
	"net/url"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/ical"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Locales are the words of calendars.
//
//go:embed locales
var Locales embed.FS

// Entry is something in a person's feed: an event of ours, or something that another feature has made ready.
type Entry struct {
	Event int64 // 0: Ready holds what it is
	Ready ical.Event
}

// Service writes calendar files and serves the feeds.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Events  *events.Service
	Now     func() time.Time
	BaseURL string    // where links begin, without a slash at the end
	Rand    io.Reader // where secrets come from; nil is the machine's own source

	// Mine are what a person's feed holds: each function tells of its own, and what is told twice stands in the feed once.
	Mine []func(ctx context.Context, person int64) ([]Entry, error)
}

// KeepPast is how long an event stays in a feed after it is over.
const KeepPast = 90 * 24 * time.Hour

// Part is the calendar part of a mail to somebody about one sitting, with its method. It is an invitation, which a later one with a
// higher sequence changes; or, for a sitting that was called off or with cancel, a cancellation. Its errors are ical.ErrEvent and
// those of the database.
func (s *Service) Part(ctx context.Context, e *events.Event, x *events.Sitting, to ical.Person, cancel bool) (file []byte, method string, err error) {
	all, err := s.sittings(ctx, e, true)
	if err != nil {
		return nil, "", err
	}
	var c ical.Event
	for _, each := range all {
		if each.UID == x.UID {
			c = each
		}
	}
	c.Stamp = s.Now() // of mail it is the moment at which it was written (RFC 5545, 3.8.7.2)
	if c.Cancelled {
		file, err = ical.Cancel(c, to)
		return file, "CANCEL", err
	}
	if cancel {
		c.Sequence++
		file, err = ical.Cancel(c, to)
		return file, "CANCEL", err
	}
	file, err = ical.Request(c, to)
	return file, "REQUEST", err
}

// Comings are the entries of the events that a person was invited to or has a place at, speaks at or hosts.
func (s *Service) Comings(ctx context.Context, person int64) (out []Entry, err error) {
	all, err := events.ComingTo(ctx, s.DB, person, s.Now().Add(-KeepPast))
	for _, e := range all {
		out = append(out, Entry{Event: e.ID})
	}
	return out, err
}

// sittings are an event's sittings as calendars have them, those that were called off too. Only whoever may come is told where to
// join.
func (s *Service) sittings(ctx context.Context, e *events.Event, join bool) ([]ical.Event, error) {
	by, err := s.organizer(ctx, e)
	if err != nil {
		return nil, err
	}
	page := s.BaseURL + e.PublicPath("")
	address := page
	if join && e.Link != "" {
		address = e.Link
	}
	var out []ical.Event
	for _, x := range e.Sittings {
		c := ical.Event{UID: x.UID, Sequence: e.Sequence, Stamp: e.Stamp, Start: x.Start, End: x.End, Summary: e.Title, Description: text(e, page),
			Location: e.Place, URL: address, Organizer: by, Cancelled: x.Cancelled || e.State == events.Cancelled}
		if c.Cancelled && c.Sequence == 0 {
			c.Sequence = 1 // it was called off before anybody knew of it
		}
		out = append(out, c)
	}
	return out, nil
}

// text is what a calendar says of an event.
func text(e *events.Event, page string) string {
	out := ""
	for _, part := range []string{e.Why, e.Lead} {
		if part != "" {
			out += part + "\n\n"
		}
	}
	return out + page
}

// organizer is who made the event. Calendars need an address: without one of a person it is one that nobody reads.
func (s *Service) organizer(ctx context.Context, e *events.Event) (ical.Person, error) {
	p, err := people.PersonByID(ctx, s.DB, e.MadeBy)
	if err != nil {
		return ical.Person{}, err
	}
	if p.Email != "" && p.Left.IsZero() {
		return ical.Person{Name: p.Name, Email: p.Email}, nil
	}
	host := "localhost"
	if u, err := url.Parse(s.BaseURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return ical.Person{Name: s.Kit.Service, Email: "noreply@" + host}, nil
}

// make gives a person a new feed, which ends the old one, and returns its secret.
func (s *Service) make(ctx context.Context, person int64) (token string, err error) {
	defer errs.Wrap(&err, "calendar.make(%d)", person)
	b := make([]byte, 16)
	source := s.Rand
	if source == nil {
		source = rand.Reader
	}
	if _, err := io.ReadFull(source, b); err != nil {
		return "", err
	}
	token = hex.EncodeToString(b)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := putFeed(ctx, tx, person, web.TokenHash(token), s.Now()); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), person, "calendar.make", "", "")
	})
	return token, err
}

// Revoke ends a person's feed, if there is one.
func (s *Service) Revoke(ctx context.Context, person int64) (err error) {
	defer errs.Wrap(&err, "calendar.Revoke(%d)", person)
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := dropFeed(ctx, tx, person)
		if err != nil || n == 0 {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), person, "calendar.revoke", "", "")
	})
}
