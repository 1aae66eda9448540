package app

import (
	"context"
	"slices"
	"time"

	"taitorinki/internal/about"
	"taitorinki/internal/events"
	"taitorinki/internal/events/calendar"
	"taitorinki/internal/events/feedback"
	"taitorinki/internal/events/invite"
	"taitorinki/internal/events/materials"
	"taitorinki/internal/insight"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/meetings"
	"taitorinki/internal/mentoring/supportlog"
	"taitorinki/internal/mentoring/training"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/people/signon"
)

const mailsAtOnce = 5000 // addresses that are forgotten in one go

// joinKeeping tells people what the features delete, of a person and when its time is over.
func (a *App) joinKeeping() {
	a.Survey.Forgetting = insight.Forget
	a.People.Erasers = slices.Concat([]people.Eraser{a.Signups.Eraser()}, mentoring.Erasers(), a.Asking.Erasers(), training.Erasers(), meetings.Erasers(), events.Erasers(),
		materials.Erasers(), about.Erasers(), []people.Eraser{supportlog.Eraser(), calendar.Eraser(), invite.Eraser(), feedback.Eraser(), signon.Eraser()})
	a.People.Erased = &people.ErasedList{Dir: a.Config.Keys, Copy: a.Config.KeysCopy}
	a.People.Cleaners = []people.Cleaner{
		{What: "responses", Clean: a.Survey.Forget, Age: func(c people.County) (int, int) { return c.Months, 0 }},
		{What: "mails", Age: func(c people.County) (int, int) { return 0, c.Kept().MailDays },
			Clean: func(ctx context.Context, before time.Time) (int, error) {
				return outbox.ForgetAddresses(ctx, a.Config.DB, before, mailsAtOnce)
			}},
		{What: "jobs", Age: func(c people.County) (int, int) { return 0, c.Kept().JobDays },
			Clean: func(ctx context.Context, before time.Time) (int, error) {
				return jobs.ForgetDead(ctx, a.Config.DB, before)
			}},
	}
}
