package events

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// SpeakerRole is what somebody does at an event.
type SpeakerRole string

// The roles of speakers. They are stored: never change one.
const (
	Expert       SpeakerRole = "expert"       // knows the subject
	Practitioner SpeakerRole = "practitioner" // does the work themself
	Host         SpeakerRole = "host"         // leads it, and looks after it with the hosts of its unit
)

// SpeakerRoles lists them in the order in which pages show them.
var SpeakerRoles = []SpeakerRole{Practitioner, Expert, Host}

// Consent is whether a speaker may be shown by name.
type Consent string

// Consent is stored: never change one.
const (
	NotAsked Consent = "open"
	Shown    Consent = "yes"
	Unshown  Consent = "no"
)

// Speaker is somebody who does something at an event.
type Speaker struct {
	ID, Event int64
	Person    int64 // 0: somebody without an account
	Name      string
	Title     string // what they do, and where
	Role      SpeakerRole
	Consent   Consent
	Asked     time.Time // when consent was given or refused
}

// SpeakersOf returns the speakers of an event in the order in which they were added.
func SpeakersOf(ctx context.Context, q db.Q, event int64) (_ []Speaker, err error) {
	defer errs.Wrap(&err, "events.SpeakersOf(%d)", event)
	return speakers(ctx, q, `event_id = $1 ORDER BY id`, event)
}

func speakers(ctx context.Context, q db.Q, where string, args ...any) ([]Speaker, error) {
	return db.Rows(ctx, q, func(r *sql.Rows, x *Speaker) error {
		var person sql.NullInt64
		var at db.Time
		err := r.Scan(&x.ID, &x.Event, &person, &x.Name, &x.Title, &x.Role, &x.Consent, &at)
		x.Person, x.Asked = person.Int64, at.Time
		return err
	}, `SELECT id, event_id, person_id, name, title, role, consent, consent_at FROM event_speakers WHERE `+where, args...)
}

// AddSpeaker names somebody who does something at an event. Who has an account says themself whether they are shown; for others the
// host says what was agreed.
func (s *Service) AddSpeaker(ctx context.Context, by int64, x Speaker) error {
	x.Name, x.Title = web.Line(x.Name), web.Line(x.Title)
	bad := errs.Fields{}
	if x.Name == "" {
		bad.Add("name", "events.no-name")
	}
	tooLong(&bad, "name", x.Name, MostTitle)
	tooLong(&bad, "title", x.Title, MostLine)
	noIdentity(&bad, "title", x.Title)
	if !slices.Contains(SpeakerRoles, x.Role) {
		bad.Add("role", "events.no-speaker-role")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if x.Person != 0 || x.Consent == "" {
		x.Consent = NotAsked
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := ByID(ctx, tx, x.Event); err != nil {
			return err
		}
		if x.Person != 0 {
			if _, err := people.PersonByID(ctx, tx, x.Person); err != nil {
				return err
			}
		}
		at := db.Time{}
		if x.Consent != NotAsked {
			at = db.At(s.Now())
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO event_speakers (event_id, person_id, name, title, role, consent, consent_at, made_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, x.Event, db.OrNull(x.Person), x.Name, x.Title, x.Role, x.Consent, at, db.At(s.Now()))
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "event.speaker", x.Event)
	})
}

// RemoveSpeaker takes a speaker away from an event.
func (s *Service) RemoveSpeaker(ctx context.Context, by, event, id int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := db.Changed(tx.ExecContext(ctx, `DELETE FROM event_speakers WHERE id = $1 AND event_id = $2`, id, event))
		if err == nil && n == 0 {
			err = errs.New(errs.NotFound, "events.no-speaker")
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "event.speaker-removed", event)
	})
}

// Agree stores whether a speaker may be shown by name. Who has an account says so themself.
func (s *Service) Agree(ctx context.Context, by, event, id int64, yes bool) error {
	consent := Unshown
	if yes {
		consent = Shown
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := db.Changed(tx.ExecContext(ctx, `UPDATE event_speakers SET consent = $1, consent_at = $2 WHERE id = $3 AND event_id = $4
			AND (person_id IS NULL OR person_id = $5)`, consent, db.At(s.Now()), id, event, by))
		if err == nil && n == 0 {
			err = errs.New(errs.Forbidden, "events.own-consent")
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "event.consent", event)
	})
}
