// Package about holds the pages in which the service speaks of itself: the accessibility statement, with a channel for what does not
// work for somebody, and the privacy notice. Both come with the platform, and each county may write its own.
//
// Feedback on accessibility needs no account. The law gives fourteen days to answer (306/2019, section 9): those who answer are told at
// once, when ten days have passed and when the time is over.
package about

import (
	"context"
	"embed"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/jobs"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Locales are the words of these pages.
//
//go:embed locales
var Locales embed.FS

// Service serves the pages.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox
	Now     func() time.Time
	BaseURL string // where links begin, without a slash at the end
	// County is what the county says of itself, with a name of the controller.
	County func(ctx context.Context, lang string) (people.County, error)
}

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("tell of feedback on accessibility that waits", time.Hour, s.remind)
	w.Every("forget feedback on accessibility", 24*time.Hour, s.prune)
}

// Mails adds the writers of the messages.
func (s *Service) Mails() {
	s.Outbox.Handle(toldKind, s.writeTold)
	s.Outbox.Handle(answerKind, s.writeAnswer)
}
