// Package survey runs survey rounds: instruments, invitations, answering, private feedback, closing.
//
// The rule that shapes it: nothing in the database or its logs joins a response to an invitation. While a round is open
// every answer lies sealed in rows that only the round's key finds and opens; when it closes, the responses are
// written in random order under random keys, and the key is destroyed. doc/privacy.md says what is stored where.
package survey

import (
	"context"
	"embed"
	"errors"
	"maps"
	"sync"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/jobs"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/survey/seal"
	"taitorinki/internal/web"
)

// Locales are the words of the survey pages and mails.
//
//go:embed locales
var Locales embed.FS

// LeastGroup is how many invited people share whatever a response keeps of its respondent.
const LeastGroup = 5

// Service is the survey feature.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox
	Worker  *jobs.Worker
	Vault   *seal.Vault
	Now     func() time.Time
	BaseURL string // without a slash at the end
	// County is what privacy notices say of the county; nil says it in general words.
	County func(ctx context.Context) (people.County, error)
	// Closed is told of a round as it closes, in the same transaction; nil: nobody wants to know.
	Closed func(ctx context.Context, tx *db.Tx, r *Round) error
	// Forgetting is asked before a round's responses are deleted, in the same transaction, and forgets what others copied of them. It
	// reports whether all that is made of them has been made; nil: yes.
	Forgetting func(ctx context.Context, tx *db.Tx, round string) (bool, error)
	// WishPath is the page where people tell whether they would be digimentors. Nothing of the survey may stand in it.
	WishPath string

	mu          sync.Mutex
	instruments map[int64]*instrument.Instrument // published ones, which never change
	settings    map[int64]*Settings              // of opened rounds, which never change
	states      stateMemory
	cover       cover
	reminded    whose
}

// State is where a round is in its life.
type State string

// A round goes through these states in this order. Closing lasts until the responses stand and the key is gone.
const (
	Draft   State = "draft"
	Open    State = "open"
	Closing State = "closing"
	Closed  State = "closed"
)

// Words is one text in several languages.
type Words map[string]string

// In gives the text in lang, else in the first language that has it.
func (w Words) In(lang string) string { return i18n.In(w, lang) }

// Settings is what a round's coordinator decides before it opens. With the opening they are locked.
type Settings struct {
	Name        Words    `json:"name"`
	Languages   []string `json:"languages"`
	Units       []int64  `json:"units"`       // the invited are the staff of these units and all under them; none: everybody
	Professions []string `json:"professions"` // only these; none: all
	ByUnit      bool     `json:"by_unit"`     // results may be broken down by unit
	ByProf      bool     `json:"by_profession"`
	ByItems     []string `json:"by_items"`        // and by these background questions
	Least       int      `json:"least,omitempty"` // group of which anything is told; 0, or less than sdc.LeastGroup, is that
	Full        int      `json:"full,omitempty"`  // group of which means are told; 0, or less than sdc.LeastFull, is that
	Subject     Words    `json:"subject"`         // of the invitation
	Invitation  Words    `json:"invitation"`
	Privacy     Words    `json:"privacy"` // the notice, see web_notice.go
	Waves       bool     `json:"waves"`   // respondents are offered a code that pairs this round with the others of its series
	Series      int64    `json:"series"`  // the first round of the series; 0: this one
}

// LeastShown is the least number of responses of a group of which results tell anything.
func (s *Settings) LeastShown() int { return max(s.Least, sdc.LeastGroup) }

// FullShown is the least number of responses of a group of which results tell means.
func (s *Settings) FullShown() int { return max(s.Full, sdc.LeastFull, s.LeastShown()) }

// Round is one instrument version sent to one population.
type Round struct {
	ID           int64
	Code         string
	InstrumentID int64
	State        State
	Settings     *Settings
	OpensAt      time.Time // zero: at once
	ClosesAt     time.Time // zero: when the coordinator closes it
	OpenedAt     time.Time
	ClosedAt     time.Time
	Invited      int
	Responses    int // known when closed
}

// Topic is the round's topic in the outbox.
func (r *Round) Topic() string { return "round:" + r.Code }

// Started reports whether answering has begun at the given time.
func (r *Round) Started(now time.Time) bool { return r.OpensAt.IsZero() || !now.Before(r.OpensAt) }

// Over reports whether answering has ended at the given time.
func (r *Round) Over(now time.Time) bool {
	return r.State == Closing || r.State == Closed || !r.ClosesAt.IsZero() && !now.Before(r.ClosesAt)
}

// Instrument returns an instrument by its id.
func (s *Service) Instrument(ctx context.Context, id int64) (*instrument.Instrument, error) {
	s.mu.Lock()
	in := s.instruments[id]
	s.mu.Unlock()
	if in != nil {
		return in, nil
	}
	row, err := InstrumentByID(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	in, err = instrument.Parse([]byte(row.Source))
	if err != nil {
		return nil, err
	}
	if row.Published() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.instruments == nil {
			s.instruments = map[int64]*instrument.Instrument{}
		}
		s.instruments[id] = in
	}
	return in, nil
}

// SettingsOf returns the settings of an opened round, which are parsed once.
func (s *Service) SettingsOf(ctx context.Context, id int64) (*Settings, error) {
	s.mu.Lock()
	set := s.settings[id]
	s.mu.Unlock()
	if set != nil {
		return set, nil
	}
	r, err := RoundByID(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	if r.State != Draft {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.settings == nil {
			s.settings = map[int64]*Settings{}
		}
		s.settings[id] = r.Settings
	}
	return r.Settings, nil
}

// DefaultSettings are what a new round begins with: our own words in three languages.
func (s *Service) DefaultSettings(in *instrument.Instrument) *Settings {
	set := &Settings{Name: Words{}, ByUnit: true, Waves: true, Subject: Words{}, Invitation: Words{}, Privacy: Words{}}
	for _, l := range i18n.Langs {
		if _, has := in.Title[l]; !has {
			continue
		}
		set.Languages = append(set.Languages, l)
		set.Name[l] = in.Title[l]
		set.Subject[l] = s.Kit.Words.T(l, "survey.invite-subject", "minutes", in.Minutes)
		set.Invitation[l] = s.Kit.Words.T(l, "survey.invite-text", "takes", s.Kit.Words.T(l, "survey.before-minutes", "n", in.Minutes))
		set.Privacy[l] = s.Kit.Words.T(l, "survey.privacy-text")
	}
	return set
}

// Clone copies the settings and their texts, so that a change of the copy leaves the first as it is.
func (s *Settings) Clone() *Settings {
	c := *s
	c.Name, c.Subject, c.Invitation, c.Privacy = maps.Clone(s.Name), maps.Clone(s.Subject), maps.Clone(s.Invitation), maps.Clone(s.Privacy)
	return &c
}

// Text is one of a round's texts, in its languages.
type Text struct {
	Name  string
	Words Words
}

// Texts are the round's texts by the name of their field, in the order of the form.
func (s *Settings) Texts() []Text {
	return []Text{{"name", s.Name}, {"subject", s.Subject}, {"invitation", s.Invitation}, {"privacy", s.Privacy}}
}

// InvitationURL is the personal link of an invitation.
func (s *Service) InvitationURL(round string, token link.Secret) string {
	return s.BaseURL + "/v/" + link.Format(link.Invitation, round, token)
}

// FeedbackURL is the link by which a respondent finds the own feedback again.
func (s *Service) FeedbackURL(round string, secret link.Secret) string {
	return s.BaseURL + "/f/" + link.Format(link.Feedback, round, secret)
}

// key loads a round's key.
func (s *Service) key(round string) (*seal.Key, error) {
	k, err := s.Vault.Load(round)
	if errors.Is(err, seal.ErrNoKey) {
		return nil, errs.Because(err, errs.Conflict, "survey.key-missing")
	}
	return k, err
}

// MayManage reports whether somebody looks after a round with these settings: all whom it invites must be in their units.
func (s *Service) MayManage(ctx context.Context, v web.Visitor, set *Settings) (bool, error) {
	if v.Everywhere(people.ManageRounds) {
		return true, nil
	}
	for _, u := range set.Units {
		if ok, err := people.Covers(ctx, s.DB, v, people.ManageRounds, u); err != nil || !ok {
			return false, err
		}
	}
	return len(set.Units) > 0 && v.May(people.ManageRounds), nil
}
