package app

import (
	"taitorinki/internal/events"
)

// joinEvents puts the parts of events together: what one needs, another offers.
func (a *App) joinEvents() {
	c := a.Config
	a.Events = &events.Service{DB: c.DB, Kit: a.Kit, Now: c.Now, BaseURL: c.BaseURL, Sent: a.Outbox.Wake}
}

// runEvents adds the pages, mails and jobs of events.
func (a *App) runEvents() {
}
