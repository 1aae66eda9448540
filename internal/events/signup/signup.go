// Package signup gives out the places of events: who has one, who waits for one, and who came.
//
// The places are counted in one row for each event, which every change of a place locks first. So no place is given twice, whoever
// asks at the same moment and on whichever server, and who waits the longest is next. A place that is offered counts as taken.
//
// Of a guest no more is kept than name, address and what they need, and none of it for long. A place by number knows neither.
package signup

import (
	"context"
	"crypto/rand"
	"embed"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mask"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Locales are the words of signing up.
//
//go:embed locales
var Locales embed.FS

// Service gives out places, sends the mail about one's own place and serves the pages of signing up.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox
	Now     func() time.Time
	BaseURL string // where links begin, without a slash at the end
	Events  *events.Service

	// Calendar is the part of a mail that a calendar reads: the sitting as it is now, or its cancellation for who gave the place up.
	// nil, or a nil part, leaves the text alone.
	Calendar func(ctx context.Context, e *events.Event, sitting *events.Sitting, to events.Recipient, cancel bool) (part []byte, method string, err error)

	Cards []events.Card // what other parts show of an event to everybody who has its link

	// Hold and Release note who has a place, in the same transaction, so that they are told of changes from then on, and Told that a
	// mail about a place tells how a sitting stands now. nil notes nothing.
	Hold    func(ctx context.Context, tx *db.Tx, e *events.Event, to events.Recipient, sequence int) error
	Release func(ctx context.Context, tx *db.Tx, e *events.Event, to events.Recipient) error
	Told    func(ctx context.Context, e *events.Event, sitting *events.Sitting, to events.Recipient) error
}

// State is how far a sign-up is.
type State string

// The states. They are stored: never change one.
const (
	Asked   State = "asked"   // a guest has not confirmed it by the mailed link
	Waiting State = "waiting" // on the waiting list
	Offered State = "offered" // a place is held for them until they answer
	Placed  State = "place"
	Gone    State = "gone" // withdrawn, taken off the list, or not answered in time
)

// Signup is one person's, guest's or number's way to an event.
type Signup struct {
	ID, Event  int64
	Person     int64 // 0 for a guest or a number
	Unit       int64 // whose link a guest came by; 0 for none
	Name       string
	Email      string
	Lang       string
	Number     int // of a place without a name; 0 otherwise
	State      State
	Queue      int64
	OfferUntil time.Time
	Made       time.Time
	Placed     time.Time
	Came       time.Time
	How        string // they said that they came: link, code or list
}

// The longest texts, in characters.
const (
	MostName  = 120
	MostNeeds = 300
)

// How often something may be tried with one event within an hour. The limits belong to the event and not to an address: whole
// workplaces share one.
const (
	mostAsks    = 300 // mails to people who have not asked for them are the harm
	mostNumbers = 600
	mostCodes   = 100
	mostLetters = 3 // to one guest who asks again and again
)

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("offers and reminders of events", time.Minute, s.tick)
	w.Every("forget what events no longer need of guests", time.Hour, s.prune)
}

func (s *Service) tick(ctx context.Context) error {
	if err := s.lapse(ctx); err != nil {
		return err
	}
	return s.remind(ctx)
}

// wake lets mail go out at once that a change has asked for.
func (s *Service) wake(err error) error {
	if err == nil {
		s.Outbox.Wake()
	}
	return err
}

// newCode is a code of six figures, for typing.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	text := n.String()
	return strings.Repeat("0", 6-len(text)) + text, nil
}

// checkName notes what is wrong with a guest's name.
func checkName(bad *errs.Fields, name string) {
	if utf8.RuneCountInString(name) > MostName {
		bad.Add("name", "signup.too-long", "most", MostName)
	}
	if strings.Contains(name, "://") { // who wants to be read by the host
		bad.Add("name", "signup.names-link", "text", name)
		return
	}
	identifies(bad, "name", name, mask.Identity)
}

// checkEmail notes an address to which no mail can go.
func checkEmail(bad *errs.Fields, email string) {
	if !people.GoodEmail(email) {
		bad.Add("email", "signup.bad-email")
	}
}

// checkNeeds trims what somebody needs and notes what is wrong with it. Who they are is known already.
func checkNeeds(bad *errs.Fields, text string) string {
	text = web.Lines(text)
	if utf8.RuneCountInString(text) > MostNeeds {
		bad.Add("needs", "signup.too-long", "most", MostNeeds)
	}
	identifies(bad, "needs", text, mask.Identity, mask.Email, mask.Phone, mask.Link)
	return text
}

// identifies notes the first piece of a text that is of one of the kinds.
func identifies(bad *errs.Fields, field, text string, kinds ...mask.Kind) {
	for _, x := range mask.New(nil).Find(text) {
		for _, k := range kinds {
			if x.Kind == k {
				bad.Add(field, "signup.names-"+k.String(), "text", text[x.Start:x.End])
				return
			}
		}
	}
}

// shut tells why nobody can sign up for an event now; nil when somebody can.
func (s *Service) shut(e *events.Event) error {
	switch {
	case e.Elsewhere != "":
		return errs.New(errs.Conflict, "signup.elsewhere")
	case e.State == events.Cancelled:
		return errs.New(errs.Conflict, "signup.cancelled")
	case e.State != events.Published:
		return errs.New(errs.NotFound, "events.no-event")
	case !s.Now().Before(e.Closes()):
		return errs.New(errs.Conflict, "signup.closed")
	}
	return nil
}

// May tells why somebody with an account cannot sign up for an event now; nil when they can.
func (s *Service) May(ctx context.Context, q db.Q, e *events.Event, p *people.Person) error {
	if err := s.shut(e); err != nil || e.Open != events.ForTarget {
		return err
	}
	ok, err := e.Target.Has(ctx, q, p)
	if err == nil && !ok {
		err = errs.New(errs.Forbidden, "signup.not-for-you")
	}
	return err
}

// conflict tells that somebody else was faster.
func conflict() error { return errs.New(errs.Conflict, "signup.changed") }
