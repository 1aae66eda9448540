// Package demo shows the platform on an invented county: it fills an empty database through the same functions as users'
// data, and adds pages for stepping into any role and reading the mail that went nowhere.
//
// Only the demo command uses it. A county's server has none of these routes.
package demo

import (
	"context"
	"embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
)

// Locales are the words of the demo pages.
//
//go:embed locales
var Locales embed.FS

// Clock is the demonstration's time: the filler sets it back while it makes the past.
type Clock struct{ back atomic.Int64 }

// Now is the time.
func (c *Clock) Now() time.Time { return time.Now().Add(-time.Duration(c.back.Load())) }

func (c *Clock) ago(d time.Duration) { c.back.Store(int64(d)) }

// Demo is a demonstration.
type Demo struct {
	App    *app.App
	Mail   *mail.Recorder
	Clock  *Clock
	Size   county.Size
	county *county.County

	mu   sync.Mutex
	step string
	done int
	of   int
	err  error
	full bool
}

// New makes a demonstration of a size.
func New(size county.Size) *Demo {
	return &Demo{Mail: &mail.Recorder{}, Clock: &Clock{}, Size: size, county: county.Make(size, 2026)}
}

func (d *Demo) tell(step string, done, of int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.step, d.done, d.of = step, done, of
}

// Fill makes the county: staff, roles, a closed round and an open one. A database that holds people already is left as it
// is.
func (d *Demo) Fill(ctx context.Context) (err error) {
	defer func() {
		d.Clock.ago(0)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.err, d.full = err, err == nil
	}()
	if units, err := people.Units(ctx, d.App.Config.DB); err != nil || len(units) > 0 {
		return err
	}
	d.Clock.ago(60 * 24 * time.Hour)
	d.tell("staff", 0, 1)
	if err := d.staff(ctx); err != nil {
		return err
	}
	if err := d.App.Survey.ImportShipped(ctx); err != nil {
		return err
	}
	in, err := survey.InstrumentByVersion(ctx, d.App.Config.DB, "taitorinki", "1.0")
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(1, 2))
	closed, err := d.round(ctx, in, map[string]string{"fi": "Digiosaaminen, kevät", "sv": "Digikompetens, våren", "en": "Digital competence, spring"}, 21*24*time.Hour)
	if err != nil {
		return err
	}
	if err := d.answer(ctx, "closed", closed, rng, 1); err != nil {
		return err
	}
	d.tell("closing", 0, 1)
	if err := d.App.Survey.CloseRound(ctx, closed, 0); err != nil {
		return err
	}
	d.Clock.ago(6 * 24 * time.Hour)
	open, err := d.round(ctx, in, map[string]string{"fi": "Digiosaaminen, syksy", "sv": "Digikompetens, hösten", "en": "Digital competence, autumn"}, 21*24*time.Hour)
	if err != nil {
		return err
	}
	return d.answer(ctx, "open", open, rng, 0.5)
}

func (d *Demo) staff(ctx context.Context) error {
	c := d.county
	_, err := d.App.People.Import(ctx, people.Files{
		Units:       people.File{Name: "org.csv", Data: c.UnitsCSV()},
		People:      people.File{Name: "people.csv", Data: c.PeopleCSV()},
		Professions: people.File{Name: "professions.csv", Data: c.ProfessionsCSV()},
	}, people.ImportOptions{})
	if err != nil {
		return err
	}
	for _, r := range d.roles() {
		if err := d.grant(ctx, r.Email, r.Role); err != nil {
			return err
		}
	}
	return nil
}

// Role is somebody whom a visitor of the demonstration can be.
type Role struct{ Email, Role string }

func (d *Demo) roles() []Role {
	c := d.county.Cast
	return []Role{
		{c.Coordinator, people.Coordinator}, {c.Administrator, people.Administrator}, {c.Supervisor, people.Supervisor},
		{c.DataProtectionOfficer, people.DPO}, {c.Researcher, people.Researcher}, {c.Expert, people.Expert}, {c.MentorCandidate, people.Member},
	}
}

func (d *Demo) grant(ctx context.Context, email, role string) error {
	if role == people.Supervisor || role == people.Member {
		return nil // the staff list has said it
	}
	p, err := people.PersonByEmail(ctx, d.App.Config.DB, email)
	if err != nil {
		return fmt.Errorf("%s: %w", email, err)
	}
	return d.App.Config.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := people.Grant(ctx, tx, d.Clock.Now(), 0, p.ID, role, 0)
		return err
	})
}

func (d *Demo) round(ctx context.Context, row survey.InstrumentRow, name survey.Words, lasts time.Duration) (int64, error) {
	d.tell("opening", 0, 1)
	in, err := d.App.Survey.Instrument(ctx, row.ID)
	if err != nil {
		return 0, err
	}
	set := d.App.Survey.DefaultSettings(in)
	set.Name = name
	r := &survey.Round{InstrumentID: row.ID, Settings: set, ClosesAt: d.Clock.Now().Add(lasts).In(i18n.Zone()).Truncate(time.Hour)}
	if err := d.App.Survey.CreateRound(ctx, r, d.App.Survey.DefaultPlan(in)...); err != nil {
		return 0, err
	}
	return r.ID, d.App.Survey.CheckAndOpen(ctx, r.ID, 0)
}

// answer lets the county's people answer a round, in random order, eight at a time. share is how many of those who would
// respond have done so by now.
func (d *Demo) answer(ctx context.Context, step string, round int64, rng *rand.Rand, share float64) error {
	links, err := d.App.Survey.Links(ctx, round)
	if err != nil {
		return err
	}
	type job struct {
		url    string
		person int
		seed   uint64
	}
	var todo []job
	for _, l := range links {
		p, err := people.PersonByID(ctx, d.App.Config.DB, l.PersonID)
		if err != nil {
			return err
		}
		i, ok := d.county.Person(p.Email)
		if ok && d.county.Responds(rng, i) && rng.Float64() < share {
			todo = append(todo, job{l.URL, i, rng.Uint64()})
		}
	}
	rng.Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
	jobs := make(chan job)
	errc := make(chan error, 8)
	var done atomic.Int64
	for range 8 {
		go func() {
			for j := range jobs {
				if err := d.respond(ctx, j.url, j.person, j.seed); err != nil {
					errc <- err
					return
				}
				d.tell(step, int(done.Add(1)), len(todo))
			}
			errc <- nil
		}()
	}
	for _, j := range todo {
		select {
		case jobs <- j:
		case err := <-errc:
			close(jobs)
			return err
		}
	}
	close(jobs)
	for range 8 {
		if err := <-errc; err != nil {
			return err
		}
	}
	return nil
}

func (d *Demo) respond(ctx context.Context, url string, person int, seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 7))
	sh, err := d.App.Survey.Sheet(ctx, url[len(url)-35:])
	if err != nil {
		return err
	}
	var all []survey.Given
	for _, it := range sh.Instrument.Items {
		if v := d.pick(rng, person, it); v != "" {
			all = append(all, survey.Given{Item: it.Index, Values: []string{v}})
		}
	}
	if _, err := d.App.Survey.Save(ctx, sh, all); err != nil {
		return err
	}
	_, err = d.App.Survey.Submit(ctx, sh, rng.Uint64())
	return err
}

func (d *Demo) pick(rng *rand.Rand, person int, it *instrument.Item) string {
	switch it.Type {
	case instrument.TypeScale:
		steps := it.Steps()
		switch a := d.county.Answer(rng, person, it.Scale, it.Reversed, len(steps)); a {
		case county.Skipped:
			return ""
		case county.DoesNotConcern:
			return instrument.NotApplicable
		default:
			return strconv.Itoa(steps[a-1].Value)
		}
	case instrument.TypeSingle:
		if rng.Float64() < 0.05 {
			return ""
		}
		return it.Options[rng.IntN(len(it.Options))].Value
	}
	return ""
}

// mails returns what would have been sent, the newest first.
func (d *Demo) mails() []mail.Message {
	all := d.Mail.Sent()
	slices.Reverse(all)
	return all
}
