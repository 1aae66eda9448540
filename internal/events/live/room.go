package live

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mask"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Settings are what a host chooses of a room.
type Settings struct {
	Event     int64 // 0: none
	Title     string
	Moderated bool
	Anonymous bool
}

// Create makes a room for a host who may have one. Without a title an event's own is taken.
func (s *Service) Create(ctx context.Context, v web.Visitor, set Settings) (r Room, err error) {
	if set.Event != 0 {
		e, err := s.Event(ctx, set.Event)
		if err != nil {
			return r, err
		}
		if err := s.MayHost(ctx, v, set.Event); err != nil {
			return r, err
		}
		if strings.TrimSpace(set.Title) == "" {
			set.Title = e.Title
		}
	}
	if err := checkSettings(&set); err != nil {
		return r, err
	}
	r = Room{Event: set.Event, Title: set.Title, Host: v.ID, Moderated: set.Moderated, Anonymous: set.Anonymous, State: Waiting, Made: s.Now(), seal: make([]byte, 32)}
	rand.Read(r.seal)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		for made := false; !made; {
			r.Code = newCode()
			if made, err = insertRoom(ctx, tx, &r); err != nil {
				return err
			}
		}
		return people.Audit(ctx, tx, s.Now(), v.ID, "room.make", objectOf(&r), "")
	})
	return r, err
}

func objectOf(r *Room) string { return fmt.Sprintf("room:%d", r.ID) }

func checkSettings(set *Settings) error {
	var bad errs.Fields
	set.Title = oneLine(set.Title)
	if set.Title == "" {
		bad.Add("title", "live.title-missing")
	}
	checkText(&bad, "title", set.Title, MostTitle)
	return bad.Err()
}

// oneLine is a text without line breaks and other control characters, and with single spaces.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// finder knows no names: a question may be for somebody by name.
var finder = mask.New(nil)

// checkText refuses what is too long, and what identifies somebody.
func checkText(bad *errs.Fields, field, text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		bad.Add(field, "live.too-long", "most", most, "n", n)
		return
	}
	for _, span := range finder.Find(text) {
		if span.Certainty >= mask.Likely {
			bad.Add(field, "live.no-"+span.Kind.String())
			return
		}
	}
}

// hosted is a room that a visitor may lead: their own, or that of an event that they may host.
func (s *Service) hosted(ctx context.Context, v web.Visitor, id int64) (Room, error) {
	r, err := roomByID(ctx, s.DB, id)
	if err != nil {
		return r, err
	}
	return r, s.leads(ctx, v, &r)
}

func (s *Service) leads(ctx context.Context, v web.Visitor, r *Room) error {
	switch {
	case r.Host == v.ID && v.May(people.HostEvents):
		return nil
	case r.Event != 0:
		return s.MayHost(ctx, v, r.Event)
	}
	return errs.New(errs.Forbidden, "web.forbidden")
}

// RoomsOf are the rooms that a visitor may lead, the newest first.
func (s *Service) RoomsOf(ctx context.Context, v web.Visitor) (out []Room, err error) {
	all, err := roomsWhere(ctx, s.DB, ` ORDER BY id DESC`)
	for _, r := range all {
		err := s.leads(ctx, v, &r)
		if kind := errs.KindOf(err); err != nil && kind != errs.Forbidden && kind != errs.NotFound {
			return nil, err
		}
		if err == nil {
			out = append(out, r)
		}
	}
	return out, err
}

// change reads a room that the visitor leads, lets f change it and stores it. An action that is not "" is noted.
func (s *Service) change(ctx context.Context, v web.Visitor, id int64, version int, action string, f func(tx *db.Tx, r *Room) error) (r Room, err error) {
	if r, err = s.hosted(ctx, v, id); err != nil {
		return r, err
	}
	if version != 0 && version != r.Version {
		return r, errs.New(errs.Conflict, "live.changed")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := f(tx, &r); err != nil {
			return err
		}
		if err := updateRoom(ctx, tx, &r); err != nil || action == "" {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), v.ID, action, objectOf(&r), "")
	})
	if err == nil {
		s.changed(r.ID)
	}
	return r, err
}

// Configure changes the settings. Whether names are asked for is fixed once somebody may have written in the room.
func (s *Service) Configure(ctx context.Context, v web.Visitor, id int64, version int, set Settings) (Room, error) {
	if err := checkSettings(&set); err != nil {
		return Room{}, err
	}
	return s.change(ctx, v, id, version, "", func(_ *db.Tx, r *Room) error {
		r.Title, r.Moderated = set.Title, set.Moderated
		if r.State == Waiting {
			r.Anonymous = set.Anonymous
		}
		return nil
	})
}

var errEnded = errs.New(errs.Conflict, "live.has-ended")

// Begin opens a room, also one that was closed by mistake.
func (s *Service) Begin(ctx context.Context, v web.Visitor, id int64) (Room, error) {
	return s.change(ctx, v, id, 0, "room.open", func(_ *db.Tx, r *Room) error {
		if r.State == Ended {
			return errEnded
		}
		r.State = Open
		return nil
	})
}

// Close ends asking and voting.
func (s *Service) Close(ctx context.Context, v web.Visitor, id int64) (Room, error) {
	return s.change(ctx, v, id, 0, "room.close", func(tx *db.Tx, r *Room) error {
		if r.State != Open {
			return nil
		}
		r.State, r.Closed = Closed, s.Now()
		return endPolls(ctx, tx, r.ID)
	})
}

// Publish makes the summary of a closed room public, or takes it back. What was published once cannot be opened again.
func (s *Service) Publish(ctx context.Context, v web.Visitor, id int64, public bool) (Room, error) {
	action := "room.publish"
	if !public {
		action = "room.unpublish"
	}
	return s.change(ctx, v, id, 0, action, func(tx *db.Tx, r *Room) error {
		if !r.Over() {
			return errs.New(errs.Conflict, "live.still-open")
		}
		r.Published = public
		return s.end(ctx, tx, r)
	})
}

// end forgets who has voted in a closed room.
func (s *Service) end(ctx context.Context, tx *db.Tx, r *Room) error {
	if r.State == Ended {
		return nil
	}
	r.State = Ended
	return dropKeys(ctx, tx, r.ID)
}

// forget ends rooms that were closed long enough ago, and names that are older than they may be.
func (s *Service) forget(ctx context.Context) error {
	old, err := roomsWhere(ctx, s.DB, ` WHERE state = 'closed' AND closed_at < $1`, db.At(s.Now().Add(-keyLife)))
	if err != nil {
		return err
	}
	for _, r := range old {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			if err := s.end(ctx, tx, &r); err != nil {
				return err
			}
			return updateRoom(ctx, tx, &r)
		})
		if err != nil && errs.KindOf(err) != errs.Conflict { // somebody has opened it again
			return err
		}
		s.changed(r.ID)
	}
	return forgetNames(ctx, s.DB, s.Now().Add(-nameLife))
}

// The links that a host may hand out.
const (
	ForScreen  = "present"
	ForSpeaker = "speak"
)

// NewLink makes a link for the shared screen or for the speaker; one that was there before works no more. The secret in it is
// told once and kept as a hash.
func (s *Service) NewLink(ctx context.Context, v web.Visitor, id int64, kind string) (path string, err error) {
	secret, hash := newSecret()
	r, err := s.setLink(ctx, v, id, kind, hash)
	return "/live/" + r.Code + "/" + kind + "/" + secret, err
}

// DropLink makes a link work no more.
func (s *Service) DropLink(ctx context.Context, v web.Visitor, id int64, kind string) error {
	_, err := s.setLink(ctx, v, id, kind, nil)
	return err
}

func (s *Service) setLink(ctx context.Context, v web.Visitor, id int64, kind string, hash []byte) (Room, error) {
	return s.change(ctx, v, id, 0, "", func(_ *db.Tx, r *Room) error {
		switch kind {
		case ForScreen:
			r.present = hash
		case ForSpeaker:
			r.speak = hash
		default:
			return errs.New(errs.NotFound, "web.not-found")
		}
		return nil
	})
}
