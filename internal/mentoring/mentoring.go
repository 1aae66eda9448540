// Package mentoring finds the county's digimentors and keeps them: people tell whether they would be one, come forward, are confirmed
// by a supervisor and appointed by the coordinator, and help, pause and end.
//
// A wish is a named answer, given freely and with consent, apart from every survey. The rule that shapes it: nothing stored
// with it tells when it was given, or whether its giver has answered a survey. So a wish has no time, no round and no number
// of its own, everybody may give one at any time, and the same address leads to it from everywhere.
package mentoring

import (
	"context"
	"embed"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/jobs"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Locales are the words of the feature.
//
//go:embed locales
var Locales embed.FS

// WishPath is the page where a person gives, changes and takes back a wish. It is the same in every mail and on every page:
// from an address of its own one could tell where somebody came from.
const WishPath = "/wishes"

// Service is the mentoring feature.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox
	Now     func() time.Time
	BaseURL string // where links in mail begin, without a slash at the end
	// Suspect reports whether a text seems to tell who somebody is: by an address, a phone number or an identity code.
	Suspect func(text string) bool
}

// The answers to whether somebody would be a digimentor.
const (
	Yes   = "yes"
	Maybe = "maybe" // tell me more
	No    = "no"    // not now
)

// Answers and Ways are in the order in which pages show them.
var (
	Answers = []string{Yes, Maybe, No}
	Ways    = []string{"webinar", "text", "hands-on", "video", "course"}
)

// Wish is what a person has told.
type Wish struct {
	PersonID int64
	Mentor   string
	Ways     []string // preferred ways of learning
}

// Willing reports whether the wish puts its giver on the coordinator's list.
func (w Wish) Willing() bool { return w.Mentor == Yes || w.Mentor == Maybe }

// Save stores a person's wish in place of an older one.
func (s *Service) Save(ctx context.Context, w Wish) error {
	if !slices.Contains(Answers, w.Mentor) {
		return errs.New(errs.Invalid, "mentoring.choose-answer")
	}
	var ways []string
	for _, way := range Ways { // in our order, so that the order of ticking is not kept
		if slices.Contains(w.Ways, way) {
			ways = append(ways, way)
		}
	}
	w.Ways = ways
	return store(ctx, s.DB, w)
}

// Withdraw forgets a person's wish.
func (s *Service) Withdraw(ctx context.Context, personID int64) error {
	return forget(ctx, s.DB, personID)
}

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("forget the wishes of people who have left", 24*time.Hour, s.forgetLeft)
	w.Every("keep digimentors up to date", 10*time.Minute, s.Upkeep)
}

func (s *Service) forgetLeft(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "mentoring.forgetLeft")
	all, err := wishes(ctx, s.DB)
	if err != nil {
		return err
	}
	here, err := people.PersonsByID(ctx, s.DB, givers(all))
	if err != nil {
		return err
	}
	there := map[int64]bool{}
	for _, p := range here {
		there[p.ID] = true
	}
	for _, w := range all {
		if !there[w.PersonID] {
			if err := forget(ctx, s.DB, w.PersonID); err != nil {
				return err
			}
		}
	}
	return nil
}

func givers(all []Wish) []int64 {
	ids := make([]int64, len(all))
	for i, w := range all {
		ids[i] = w.PersonID
	}
	return ids
}

// Part is what "my data" shows of the wish.
func (s *Service) Part(ctx context.Context, personID int64, t func(key string, args ...any) string) (people.Part, error) {
	p := people.Part{Name: "mentoring", Title: t("mentoring.wishes"), Link: t("mentoring.to-wishes"), URL: WishPath}
	w, has, err := wishOf(ctx, s.DB, personID)
	if err != nil || !has {
		p.Facts = []ui.Fact{{Term: t("mentoring.mentor"), Value: t("mentoring.no-wish")}}
		return p, err
	}
	p.Facts = []ui.Fact{{Term: t("mentoring.mentor"), Value: t("mentoring.mentor-" + w.Mentor)}, {Term: t("mentoring.ways"), Value: inWords(w.Ways, t)}}
	p.Value = struct {
		Mentor string   `json:"mentor"`
		Ways   []string `json:"ways"`
	}{w.Mentor, w.Ways}
	return p, nil
}
