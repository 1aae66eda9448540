// Package live holds live rooms: during an event everybody asks, votes and answers polls on their own phone, without an account.
//
// In an anonymous room no row joins a question or a vote to a person, a session, an address or a device, and no two votes of one
// device can be joined by who holds the database. A device holds a random secret in a cookie of the room; the server keeps
// SHA-256(secret, kind, number of the question or poll) as the voter's key, which is enough to count a device once. A question
// has no author, and no row has a time. Twelve hours after a room was closed, or when its summary is published, the keys are
// deleted and only counts are left; the cookie is taken back on the next visit.
//
// What is not protected: the order in which questions came is seen by all. PostgreSQL keeps rows where they were written until
// it tidies up, so whoever copies its files while the room is open can see in which order votes came, without their devices.
// Who reads the memory of the running server sees the secrets that come in. What somebody writes may give them away. Two
// browsers are two devices. In a room with names the name is what its writer says, it is shown, and it is forgotten after 60 days.
package live

import (
	"context"
	"embed"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/jobs"
	"taitorinki/internal/pace"
	"taitorinki/internal/web"
)

// Locales are the words of live rooms.
//
//go:embed locales
var Locales embed.FS

// Event is what a room needs to know of the event it belongs to.
type Event struct {
	ID         int64
	Title      string
	Start, End time.Time
	HostPath   string // where those who look after it find it
}

// Service keeps rooms and serves their pages.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Now     func() time.Time
	BaseURL string // where links begin, without a slash at the end
	// Event is an event that a room is made for; errs.NotFound when there is none.
	Event func(ctx context.Context, id int64) (Event, error)
	// MayHost is nil when the visitor may host an event, and errs.Forbidden when not.
	MayHost func(ctx context.Context, v web.Visitor, event int64) error
	// MaySpeak is nil when the visitor is named as a speaker of an event or may host it, and errs.Forbidden when not.
	MaySpeak func(ctx context.Context, v web.Visitor, event int64) error

	hub   hub
	guess pace.Bucket
	joins pace.Each
	pace  paces
}

// State is how far a room has come. It is stored: never change one.
type State string

// The states. A closed room may be opened again; an ended one has forgotten who has voted.
const (
	Waiting State = "waiting"
	Open    State = "open"
	Closed  State = "closed"
	Ended   State = "ended"
)

// Room is a live room.
type Room struct {
	ID        int64
	Code      string
	Event     int64 // 0: a room of its own
	Title     string
	Host      int64 // person who made it
	Moderated bool
	Anonymous bool
	State     State
	Made      time.Time
	Closed    time.Time
	Published bool
	Version   int

	seal, present, speak []byte
}

// Over reports whether nobody can ask or vote any more.
func (r *Room) Over() bool { return r.State == Closed || r.State == Ended }

// HasSpeaker and HasScreen report whether there is a link for the speaker, or for the shared screen.
func (r *Room) HasSpeaker() bool { return len(r.speak) > 0 }

// HasScreen reports whether there is a link for the shared screen.
func (r *Room) HasScreen() bool { return len(r.present) > 0 }

// The states of a question. They are stored: never change one.
const (
	Pending  = "waiting" // the host has not looked at it
	Shown    = "shown"
	Answered = "answered"
	Hidden   = "hidden" // the host does not show it
)

// Question is a question with the number of those who want it answered.
type Question struct {
	ID     int64
	Text   string
	Name   string
	State  string
	Answer string // written afterwards
	Votes  int
	Pinned bool // the host takes it up next
	Mine   bool // the reader has voted for it
}

// The kinds of polls. They are stored: never change one.
const (
	Single   = "single"
	Multiple = "multiple"
	Scale    = "scale" // 1 to 5
	Words    = "words"
)

// Kinds are in the order in which pages show them.
var Kinds = []string{Single, Multiple, Scale, Words}

// The states of a poll. They are stored: never change one.
const (
	Draft   = "draft"
	Running = "open"
	Over    = "ended"
)

// Poll is a poll.
type Poll struct {
	ID      int64
	Kind    string
	Title   string
	Options []string // of a scale the words of its ends
	State   string
	Shown   bool // results are shown to everybody

	turn int // of the room's starts, the number of its last; 0: never started
}

// The longest texts, in characters, and the most of what a room holds.
const (
	MostQuestion  = 300
	MostAnswer    = 2000
	MostName      = 60
	MostTitle     = 120
	MostOption    = 80
	MostOptions   = 10
	MostWord      = 40
	MostWords     = 3 // of one device in one poll
	MostQuestions = 2000
	MostPolls     = 50
)

// channel is where processes on one database tell each other which room has changed.
const channel = "live"

// keyLife is how long after closing voters' keys are kept, so that a room closed by mistake can be opened again.
const keyLife = 12 * time.Hour

// nameLife is how long names are kept.
const nameLife = 60 * 24 * time.Hour

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("forget who voted in live rooms", time.Hour, s.forget)
}

// Run hears of changes that other processes make, until ctx is done; then it ends all streams.
func (s *Service) Run(ctx context.Context) {
	defer s.hub.close()
	s.DB.Listen(ctx, channel, s.heard)
}
