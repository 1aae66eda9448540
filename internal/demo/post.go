package demo

import (
	"context"
	"errors"
	"net/textproto"
	"slices"
	"sync"

	"taitorinki/internal/demo/county"
	"taitorinki/internal/mail"
)

// Post is the demonstration's mail server and everybody's mailbox. It takes messages to all but a few addresses.
type Post struct {
	mu    sync.Mutex
	sent  []mail.Message
	moods map[string]mood
	told  func(n int) // of each message that comes, nil: nobody is; see watch
	since int
}

// mood is how the mail server takes messages to an address.
type mood int

const (
	taken    mood = iota
	unknown       // nobody has that address: refused for good
	mailFull      // the mailbox is full: not now
	breaks        // once the connection breaks just when a message has gone out
)

// Dial returns the post itself.
func (p *Post) Dial(context.Context) (mail.Conn, error) { return p, nil }

// Close does nothing.
func (p *Post) Close() error { return nil }

// Send keeps a message, unless its address is one of the few.
func (p *Post) Send(_ context.Context, m mail.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.moods[m.To] {
	case unknown:
		return &mail.Failure{Outcome: mail.Refused, Err: &textproto.Error{Code: 550, Msg: "5.1.1 User unknown"}}
	case mailFull:
		return &mail.Failure{Outcome: mail.TryAgain, Err: &textproto.Error{Code: 452, Msg: "4.2.2 Mailbox full"}}
	case breaks:
		delete(p.moods, m.To)
		return &mail.Failure{Outcome: mail.Unclear, Broken: true, Err: errors.New("the connection broke")}
	}
	p.sent = append(p.sent, m)
	if p.told != nil {
		p.told(len(p.sent) - p.since)
	}
	return nil
}

// watch tells f of each message how many have come by then, until it is stopped.
func (p *Post) watch(f func(n int)) (stop func()) {
	set := func(f func(int)) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.told, p.since = f, len(p.sent)
	}
	set(f)
	return func() { set(nil) }
}

// Sent returns the messages that are kept, the oldest first.
func (p *Post) Sent() []mail.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]mail.Message(nil), p.sent...)
}

// empty throws away the messages of a round that has closed: their links lead nowhere.
func (p *Post) empty() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = nil
}

func (p *Post) feel(address string, m mood) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.moods == nil {
		p.moods = map[string]mood{}
	}
	p.moods[address] = m
}

// reaches reports whether messages to an address arrive.
func (p *Post) reaches(address string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.moods[address]
	return m == taken || m == breaks
}

// pickTroubles picks the few addresses that make trouble.
func (d *Demo) pickTroubles() {
	counts := map[mood]int{unknown: 11, mailFull: 4}
	if d.Size == county.Small {
		counts = map[mood]int{unknown: 2, mailFull: 1}
	}
	for _, m := range []mood{unknown, mailFull} {
		for range counts[m] {
			d.Mail.feel(d.somebody(), m)
		}
	}
}

// somebody is an address that has made no trouble yet, of nobody in the cast.
func (d *Demo) somebody() string {
	for {
		p := d.after.People[d.rng.IntN(len(d.after.People))]
		if !d.cast(p.Email) && d.Mail.reaches(p.Email) {
			return p.Email
		}
	}
}

// cast reports whether an address is of somebody whom a visitor can be.
func (d *Demo) cast(address string) bool { return slices.Contains(d.before.Cast.All(), address) }
