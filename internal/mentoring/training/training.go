// Package training is the digimentors' training path, and the badge that stands at its end.
//
// The path is a list of steps in three languages. A coordinator writes a draft and publishes it as a new version; a published version
// never changes, and who has begun one goes on with it. What a mentor has done is kept by the step's key, which stays the same from
// version to version.
//
// The badge is an Open Badge 3.0, see package badge. The keys that sign it lie in files, never in the database, and what anybody needs
// for checking a badge is published under /badges: the issuer, the keys, and the list of badges that were taken back.
package training

import (
	"context"
	"embed"
	"fmt"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Locales are the words of the pages and of the badge.
//
//go:embed locales
var Locales embed.FS

// Service is the training path.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Now     func() time.Time
	Mentors *mentoring.Service
	Keys    *Keyring
	Outbox  *outbox.Outbox
	BaseURL string // where badges are published, without a slash at the end; it stands in every badge, so it must stay

	// FirstSupport reports whether a mentor has logged a support; nil while nothing is logged anywhere.
	FirstSupport func(ctx context.Context, mentor int64) (bool, error)

	list     signedList
	pictures pictures
}

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("forget whom mails about badges went to", 24*time.Hour, func(ctx context.Context) error {
		return outbox.Prune(ctx, s.DB, mailTopic, s.Now().Add(-mailsKept))
	})
	w.Every("see who has come to the end of the training path", time.Hour, s.settleAll)
}

func mentorObject(id int64) string { return fmt.Sprintf("mentor:%d", id) }

// partValue is what the file of "my data" holds of the path.
type partValue struct {
	Version int               `json:"version"`
	Done    map[string]string `json:"done"` // step to time
	Badges  []partBadge       `json:"badges"`
}

type partBadge struct {
	Address string `json:"address"`
	Issued  string `json:"issued"`
	Revoked string `json:"revoked,omitempty"`
	Why     string `json:"why,omitempty"`
	Shown   bool   `json:"name_shown"`
	Token   string `json:"token"`
}

// Part is what "my data" shows of the path and the badge.
func (s *Service) Part(ctx context.Context, personID int64, t func(key string, args ...any) string) (people.Part, error) {
	p := people.Part{Name: "training", Title: t("training.path")}
	m, has, err := s.Mentors.MentorOf(ctx, personID)
	if err != nil || !has {
		p.Facts = []ui.Fact{{Term: t("training.progress"), Value: t("training.not-begun")}}
		return p, err
	}
	w, err := s.WalkOf(ctx, m.ID)
	if err != nil {
		return p, err
	}
	all, err := s.Badges(ctx, m.ID)
	if err != nil {
		return p, err
	}
	done, total := w.Count()
	p.Facts = []ui.Fact{{Term: t("training.progress"), Value: t("training.steps-done", "done", done, "total", total)}}
	v := partValue{Version: w.Path.Version, Done: map[string]string{}}
	for key, d := range w.Done {
		v.Done[key] = d.At.UTC().Format(time.RFC3339)
	}
	for _, b := range all {
		x := partBadge{Address: s.address(&b), Issued: b.Issued.UTC().Format(time.RFC3339), Shown: b.Shown, Why: b.Why, Token: b.Token}
		said := t("training.badge-holds")
		if !b.Revoked.IsZero() {
			x.Revoked, said = b.Revoked.UTC().Format(time.RFC3339), t("training.badge-revoked")
		}
		p.Facts = append(p.Facts, ui.Fact{Term: t("training.badge"), Value: said})
		v.Badges = append(v.Badges, x)
	}
	if len(all) > 0 {
		p.Link, p.URL = t("training.to-badge"), "/training/badge"
	}
	if len(w.Done) > 0 || len(all) > 0 {
		p.Value = v
	}
	return p, nil
}

// address is the public page of a badge.
func (s *Service) address(b *Badge) string { return s.BaseURL + badgesPath + "/" + b.Serial }
