package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/events"
	"taitorinki/internal/events/signup"
	"taitorinki/internal/people"
)

// usualCrowd is how many come to an event without a limit when its share is 1.
const usualCrowd = 40

// together is how many sign up within one transaction: the past need not reach the disk for each of them.
const together = 40

// demoNeeds are what people need to take part.
var demoNeeds = []string{"Viittomakielen tulkkaus", "Tekstitys videoihin", "Esteetön kulku pyörätuolilla", "Svensk tolkning", "Lyhyt tauko tunnin kohdalla"}

// partners are guests without an account.
var partners = []string{"toiminta@omaishoitajat.example", "neuvonta@senioriverkko.example", "info@naapuriapu.example", "kansli@byagard.example", "ohjaaja@digitupa.example"}

// signUps lets people sign up for all events that are answered here.
func (d *Demo) signUps(ctx context.Context) error {
	all, err := events.Between(ctx, d.App.Config.DB, day(-1000, 0), day(400, 0))
	if err != nil {
		return err
	}
	for i := range all {
		share := 0.4 + 0.22*float64(i%5) // to 1.28: some have a waiting list
		if err := d.signUp(ctx, &all[i], share); err != nil {
			return err
		}
	}
	return nil
}

// signUp lets people sign up for an event from the day it was published until it began, or until today, and come if it has been held.
// The share is that of its places; above 1 some wait.
func (d *Demo) signUp(ctx context.Context, e *events.Event, share float64) error {
	if e.Elsewhere != "" || e.State != events.Published {
		return nil
	}
	c := crowd{d: d, e: e, rng: rand.New(rand.NewPCG(uint64(e.ID), 6)), until: day(0, 0)}
	if e.Closes().Before(c.until) {
		c.until = e.Closes()
	}
	group, err := e.Target.Group(ctx, d.App.Config.DB)
	if err != nil || !e.Stamp.Before(c.until) {
		return err
	}
	c.rng.Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
	n := usualCrowd
	if e.Capacity > 0 {
		n = e.Capacity
	}
	group = group[:min(len(group), int(share*float64(n)))]
	if err := c.enter(ctx, group); err != nil {
		return err
	}
	return c.live(ctx)
}

// crowd is the people of one event.
type crowd struct {
	d     *Demo
	e     *events.Event
	rng   *rand.Rand
	until time.Time // the last of them signs up
}

// enter signs people up, group after group.
func (c *crowd) enter(ctx context.Context, group []people.Person) error {
	parts := slices.Collect(slices.Chunk(group, together))
	for i, part := range parts {
		c.d.Clock.to(c.e.Stamp.Add(c.until.Sub(c.e.Stamp) * time.Duration(i+1) / time.Duration(len(parts)+1)))
		err := c.d.App.Config.DB.InTx(ctx, func(tx *db.Tx) error {
			for _, p := range part {
				if _, err := c.d.App.Signups.SignUpIn(ctx, tx, c.e, p.ID); err != nil {
					return fmt.Errorf("%s, event %d: %w", p.Email, c.e.ID, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// live lets guests come along, some tell what they need, some withdraw, and most come.
func (c *crowd) live(ctx context.Context) error {
	s := c.d.App.Signups
	host := c.d.ids[c.d.before.Cast.Coordinator]
	c.d.Clock.to(c.until.Add(-time.Hour))
	if c.e.Open == events.ForAll {
		for _, email := range partners {
			if _, err := s.AddByHost(ctx, host, c.e, email, "fi"); err != nil {
				return err
			}
		}
	}
	all, err := s.List(ctx, c.e.ID)
	if err != nil {
		return err
	}
	for _, x := range all {
		switch c.rng.IntN(25) {
		case 0:
			err = s.Withdraw(ctx, x.ID)
		case 1:
			err = s.SetNeeds(ctx, x.ID, demoNeeds[c.rng.IntN(len(demoNeeds))])
		}
		if err != nil {
			return err
		}
	}
	return c.come(ctx, host)
}

// come ticks those who came to an event that has been held.
func (c *crowd) come(ctx context.Context, host int64) error {
	if c.e.End.After(day(0, 0)) {
		return nil
	}
	c.d.Clock.to(c.e.End)
	all, err := c.d.App.Signups.List(ctx, c.e.ID)
	if err != nil {
		return err
	}
	share := 0.6 + 0.3*c.rng.Float64()
	var shown, came []int64
	for _, x := range all {
		if x.State != signup.Placed {
			continue
		}
		shown = append(shown, x.ID)
		if c.rng.Float64() < share {
			came = append(came, x.ID)
		}
	}
	return c.d.App.Signups.Tick(ctx, host, c.e, shown, came)
}
