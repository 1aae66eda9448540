// Package fair holds events of the kind fair: exhibitors with a card and demonstrations, and what visitors take home.
//
// A visitor needs no account and is nobody to us: a cookie that goes to the pages of one fair only joins the cards that were taken
// along and the places that were reserved, and is forgotten 30 days after the fair. Exhibitors see numbers. Who wants to be contacted
// leaves an address themself, to one exhibitor; it is kept until the mail has gone.
package fair

import (
	"context"
	"embed"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mask"
	"taitorinki/internal/outbox"
	"taitorinki/internal/pace"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Locales are the words of fairs.
//
//go:embed locales
var Locales embed.FS

// The longest texts, in characters, and the largest numbers.
const (
	MostName       = 120
	MostWhat       = 500
	MostLine       = 200
	MostPlace      = 80
	MostAsk        = 300 // of a visitor's text
	MostExhibitors = 200
	MostSlots      = 40 // of an exhibitor
	MostPlaces     = 500
	MostMinutes    = 240
	LeastShown     = 5 // cards that were taken along, before their number is told
)

// After is how long a fair's pages work after it: cards can be taken and read, and exhibitors asked. Then the cookies are forgotten.
const After = 30 * 24 * time.Hour

// Service runs fairs and serves their pages.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox
	Now     func() time.Time
	BaseURL string // where links begin, without a slash at the end
	Events  *events.Service

	begins  pace.Each  // visits
	drawing sync.Mutex // one picture at a time: each may take a hundred megabytes while it is open
}

// Exhibitor is who shows something at a fair.
type Exhibitor struct {
	ID, Event int64
	Card
	Place   string // hall or square
	Spot    string // in the place; "" when not said
	Cards   int    // how often the card was taken along
	Picture bool   // there is one
	Version int
	Slots   []Slot // first to last
}

// Card is what an exhibitor says of themself.
type Card struct {
	Name    string
	What    string // they show
	Whom    string // it is for
	Service int64  // digital service; 0 for none
	Contact string // who answers questions
	Reach   string // how to reach them, as it is shown
	Email   string // where requests for contact go; not shown
	Lang    string // of mail to them
}

// Slot is a demonstration in which places can be reserved.
type Slot struct {
	ID, Exhibitor          int64
	Start                  time.Time
	Minutes, Places, Taken int
	Cancelled              bool
}

// End is when a demonstration ends.
func (x Slot) End() time.Time { return x.Start.Add(time.Duration(x.Minutes) * time.Minute) }

// Free is how many places are left.
func (x Slot) Free() int { return x.Places - x.Taken }

// Open reports whether places can be reserved.
func (x Slot) Open(now time.Time) bool { return !x.Cancelled && x.Start.After(now) }

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("forget visitors of fairs", time.Hour, s.prune)
	w.Every("forget addresses that were handed to exhibitors", time.Minute, s.forgetContacts)
}

// ends is when a fair's pages stop taking anything.
func ends(e *events.Event) time.Time { return e.End.Add(After) }

// open tells why nothing can be taken from a fair now; nil when it can.
func (s *Service) open(e *events.Event) error {
	switch {
	case e.Kind != events.Fair || e.State == events.Draft:
		return errs.New(errs.NotFound, "events.no-event")
	case e.State == events.Cancelled:
		return errs.New(errs.Conflict, "fair.cancelled")
	case !s.Now().Before(ends(e)):
		return errs.New(errs.Conflict, "fair.over")
	}
	return nil
}

// isFair tells that an event has no exhibitors.
func isFair(e events.Event, err error) (events.Event, error) {
	if err == nil && e.Kind != events.Fair {
		err = errs.New(errs.NotFound, "events.no-event")
	}
	return e, err
}

// Floor is the exhibitors of one place.
type Floor struct {
	Place string
	All   []Exhibitor
}

// Floors groups exhibitors by place, in the order in which one walks: hall 2 comes before hall 10.
func Floors(all []Exhibitor, lang string) (out []Floor) {
	all = slices.Clone(all)
	order := collate.New(language.Make(lang), collate.Numeric)
	slices.SortStableFunc(all, func(a, b Exhibitor) int {
		for _, x := range [][2]string{{a.Place, b.Place}, {a.Spot, b.Spot}, {a.Name, b.Name}} {
			if c := order.CompareString(x[0], x[1]); c != 0 {
				return c
			}
		}
		return 0
	})
	for _, x := range all {
		if n := len(out); n == 0 || out[n-1].Place != x.Place {
			out = append(out, Floor{Place: x.Place})
		}
		at := &out[len(out)-1]
		at.All = append(at.All, x)
	}
	return out
}

// Demo is a demonstration with who gives it.
type Demo struct {
	Slot
	By Exhibitor
}

// Coming are the next demonstrations in which places can be reserved, by time.
func Coming(all []Exhibitor, now time.Time, most int) (out []Demo) {
	for _, x := range all {
		for _, slot := range x.Slots {
			if slot.Open(now) {
				out = append(out, Demo{slot, x})
			}
		}
	}
	inTime(out)
	return out[:min(most, len(out))]
}

func inTime(all []Demo) {
	slices.SortStableFunc(all, func(a, b Demo) int { return a.Start.Compare(b.Start) })
}

func tooLong(bad *errs.Fields, field, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		bad.Add(field, "fair.too-long", "most", most)
	}
}

// identifies notes the first piece of a text that is of one of the kinds.
func identifies(bad *errs.Fields, field, text string, kinds ...mask.Kind) {
	for _, x := range mask.New(nil).Find(text) {
		if slices.Contains(kinds, x.Kind) {
			bad.Add(field, "fair.names-"+x.Kind.String(), "text", text[x.Start:x.End])
			return
		}
	}
}

// check trims a card and tells everything that is wrong with it.
func (c *Card) check(bad *errs.Fields) {
	c.Name, c.What, c.Whom, c.Contact, c.Reach, c.Email = web.Line(c.Name), web.Lines(c.What), web.Line(c.Whom), web.Line(c.Contact), web.Line(c.Reach), strings.TrimSpace(c.Email)
	if c.Name == "" {
		bad.Add("name", "fair.no-name")
	}
	for _, x := range []struct {
		field, text string
		most        int
	}{{"name", c.Name, MostName}, {"what", c.What, MostWhat}, {"whom", c.Whom, MostLine}, {"contact", c.Contact, MostName}, {"reach", c.Reach, MostLine}} {
		tooLong(bad, x.field, x.text, x.most)
		identifies(bad, x.field, x.text, mask.Identity)
	}
	if c.Email != "" && !people.GoodEmail(c.Email) {
		bad.Add("email", "fair.bad-email")
	}
	if !i18n.Known(c.Lang) {
		bad.Add("lang", "fair.no-lang")
	}
}

// checkPlace trims where an exhibitor is and tells what is wrong with it.
func (x *Exhibitor) checkPlace(bad *errs.Fields) {
	x.Place, x.Spot = web.Line(x.Place), web.Line(x.Spot)
	for field, text := range map[string]string{"place": x.Place, "spot": x.Spot} {
		tooLong(bad, field, text, MostPlace)
		identifies(bad, field, text, mask.Identity)
	}
}

// conflict tells that somebody else was faster.
func conflict() error { return errs.New(errs.Conflict, "fair.changed") }

// React moves demonstrations with the sitting of the fair in which they are.
func (s *Service) React(ctx context.Context, tx *db.Tx, _ int64, before, after *events.Event) error {
	if before == nil || after.Kind != events.Fair {
		return nil
	}
	for _, old := range before.Sittings {
		i := slices.IndexFunc(after.Sittings, func(x events.Sitting) bool { return x.ID == old.ID })
		if i < 0 || after.Sittings[i].Start.Equal(old.Start) {
			continue
		}
		if err := moveSlots(ctx, tx, after.ID, old, after.Sittings[i].Start.Sub(old.Start)); err != nil {
			return err
		}
	}
	return nil
}
