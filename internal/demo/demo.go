// Package demo shows the platform on an invented county: it fills an empty database through the same functions as users'
// data, and adds pages for stepping into any role and reading the mail that went nowhere.
//
// Only the demo command uses it. A county's server has none of these routes.
package demo

import (
	"context"
	"embed"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/wavecode"
)

// Locales are the words of the demo pages.
//
//go:embed locales
var Locales embed.FS

// Clock is the demonstration's time: the filler sets it back while it makes the past. The jobs of the server do not run until
// the past is made, so that none closes, reminds or sends by a clock that is about to move.
type Clock struct{ back atomic.Int64 }

// Now is the time.
func (c *Clock) Now() time.Time { return time.Now().Add(-time.Duration(c.back.Load())) }

// to sets the clock to a time, from which it goes on.
func (c *Clock) to(t time.Time) { c.back.Store(int64(time.Since(t))) }

func (c *Clock) present() { c.back.Store(0) }

// day is a full hour so many days from today, as the county's clocks show it.
func day(days, hour int) time.Time { return atHour(time.Now().AddDate(0, 0, days), hour) }

func atHour(t time.Time, hour int) time.Time {
	y, m, d := t.In(i18n.Zone()).Date()
	return time.Date(y, m, d, hour, 0, 0, 0, i18n.Zone())
}

// seed makes every demonstration of a size the same, but for what the platform draws itself.
const seed = 2026

// Demo is a demonstration.
type Demo struct {
	App   *app.App
	Mail  *Post
	Clock *Clock
	Size  county.Size

	before, after *county.County // the reorganisation
	rng           *rand.Rand
	kept          map[string]wavecode.Code // by staff number: the code of the latest wave
	ids           map[string]int64         // of the cast, by address

	mu   sync.Mutex
	step string
	done int
	of   int
	err  error
	full bool
	link string // the personal link of the cast's nurse in the open round
}

// New makes a demonstration of a size.
func New(size county.Size) *Demo {
	before := county.Make(size, seed).OnPaper()
	return &Demo{Mail: &Post{}, Clock: &Clock{}, Size: size, before: before, after: before.Reorganised(size, seed),
		rng: rand.New(rand.NewPCG(1, 5)), kept: map[string]wavecode.Code{}, ids: map[string]int64{}}
}

func (d *Demo) tell(step string, done, of int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.step, d.done, d.of = step, done, of
}

// Fill makes the county and its past: two closed waves of a series with a reorganisation between them, and a third that is
// open. A database that holds people already is left as it is.
func (d *Demo) Fill(ctx context.Context) (err error) {
	defer func() {
		d.Clock.present()
		if err == nil {
			err = d.findLink(ctx)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.err, d.full = err, err == nil
	}()
	d.pickTroubles()
	if units, err := people.Units(ctx, d.App.Config.DB); err != nil || len(units) > 0 {
		return err
	}
	first := wave{n: 1, county: d.before, opens: day(-395, 8), share: 1}
	second := wave{n: 2, county: d.after.Helped(1), opens: day(-200, 8), share: 1}
	third := wave{n: 3, county: d.after.Helped(1.3), opens: day(-9, 8), share: 0.78, open: true}
	for _, do := range []func() error{
		func() error { return d.begin(ctx, day(-745, 9)) },
		func() error { return d.services(ctx, day(-743, 12)) },
		func() error { return d.run(ctx, &first) },
		func() error { return d.recruit(ctx, &firstMentors) },
		func() error { return d.checkTexts(ctx, &first) },
		func() error { return d.find(ctx, &first, day(-368, 10), d.firstFindings()) },
		func() error { return d.reorganise(ctx, day(-260, 9)) },
		func() error { return d.recruit(ctx, &secondMentors) },
		func() error { second.series = first.round; return d.run(ctx, &second) },
		func() error { return d.find(ctx, &second, day(-172, 10), d.secondFindings()) },
		func() error { third.series = first.round; return d.run(ctx, &third) },
		func() error { return d.recruit(ctx, &newMentors) },
		func() error { return d.aimMentors(ctx) },
		func() error { return d.network(ctx) },
		func() error { return d.train(ctx) },
		func() error { return d.hold(ctx) },
		func() error { return d.wish(ctx, day(-2, 13)) },
		func() error { return d.askForHelp(ctx) },
		func() error { return d.logbook(ctx) },
		func() error { return d.speakUp(ctx) },
		func() error { d.Clock.present(); return d.App.Survey.CountRates(ctx) },
	} {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// findLink finds the personal link of the cast's nurse in the open round, if there still is one.
func (d *Demo) findLink(ctx context.Context) error {
	open, err := d.roundIn(ctx, survey.Open)
	if err != nil || open == nil {
		return err
	}
	nurse, err := people.PersonByEmail(ctx, d.App.Config.DB, d.before.Cast.MentorCandidate)
	if err != nil {
		return err
	}
	links, err := d.App.Survey.Links(ctx, open.ID)
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.PersonID == nurse.ID {
			d.mu.Lock()
			d.link = strings.TrimPrefix(l.URL, d.App.Config.BaseURL)
			d.mu.Unlock()
		}
	}
	return nil
}

// roundIn is the newest round in a state, nil when there is none.
func (d *Demo) roundIn(ctx context.Context, state survey.State) (*survey.Round, error) {
	all, err := survey.Rounds(ctx, d.App.Config.DB)
	for _, r := range all {
		if r.State == state {
			return &r, nil
		}
	}
	return nil, err
}
