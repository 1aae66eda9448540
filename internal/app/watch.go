package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/jobs"
	"taitorinki/internal/watch"
	"taitorinki/internal/web"
)

const (
	slowRequest = time.Second      // a request that takes as long is logged
	stuck       = 15 * time.Minute // a job or a mail that has been due for as long has nobody who does it
	answerSoon  = 2 * time.Second  // the database's time for each question of whether the server is ready
)

// Watch counts for an operator what the platform does from now on. It is called before the first request.
func (a *App) Watch() *watch.Watch {
	w := watch.New(a.Config.Version, watch.Sources{
		InFlight: a.Kit.InFlight, Listeners: a.Live.Listeners, Pools: a.Config.DB.Pools, Jobs: a.queues, Mail: a.mailQueue,
	})
	a.Config.DB.Committed = w.Committed
	a.Kit.Seen = func(s web.Seen) {
		if s.Route == web.PrivateRoute {
			w.PrivateRequest(s.Status, s.Took)
			return
		}
		w.Request(s.Route, s.Method, s.Status, s.Took)
	}
	return w
}

// SlowQueries logs statements that take as long: their text with placeholders, never their values. It is for development: the times
// at which answers are saved are not to be written down while a round is open.
func SlowQueries(least time.Duration) db.Ran {
	if least <= 0 {
		return nil
	}
	return func(ctx context.Context, query string, took time.Duration) {
		if took < least {
			return
		}
		slog.WarnContext(ctx, "slow query", "took", took.Round(time.Millisecond), "route", web.RouteOf(ctx), "statement", strings.Join(strings.Fields(query), " "))
	}
}

func (a *App) queues(ctx context.Context) ([]watch.Jobs, error) {
	now := a.Config.Now()
	list, err := jobs.Queues(ctx, a.Config.DB, now)
	var out []watch.Jobs
	for _, q := range list {
		x := watch.Jobs{Kind: q.Kind, Waiting: q.Waiting, Running: q.Running, Dead: q.Dead}
		if !q.Due.IsZero() {
			x.Oldest = now.Sub(q.Due)
		}
		out = append(out, x)
	}
	return out, err
}

func (a *App) mailQueue(ctx context.Context) (watch.Mail, error) {
	q, err := a.Outbox.Queued(ctx, time.Time{})
	return watch.Mail{States: q.States, Oldest: q.Oldest, Down: a.Outbox.Trouble() != ""}, err
}

// Leave makes the server say that it is not ready any more, while it goes on to answer.
func (a *App) Leave() { a.leaving.Store(true) }

// readyz tells whether a load balancer is to send people here: 200, or 503 with a line for each thing that is not as it must be.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if not := a.NotReady(r.Context()); len(not) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, strings.Join(not, "\n"))
		return
	}
	fmt.Fprintln(w, "ready")
}

// NotReady lists in English what keeps the server from being ready; nothing when it is.
func (a *App) NotReady(ctx context.Context) (not []string) {
	if a.leaving.Load() {
		not = append(not, "shutting down: what has begun is finished, nothing new is to come here")
	}
	ctx, stop := context.WithTimeout(ctx, answerSoon)
	defer stop()
	has, knows, err := a.Config.DB.Schema(ctx)
	if err != nil {
		return append(not, "database: it does not answer")
	}
	if has != knows {
		not = append(not, fmt.Sprintf("migrations: the database is at %d, this program at %d", has, knows))
	}
	return append(not, a.stuckQueues(ctx)...)
}

// stuckQueues tells which queue nobody works off. What was due before this program started counts from its start, so that a server
// that comes back after a day is ready to do the day's work.
func (a *App) stuckQueues(ctx context.Context) (not []string) {
	now := a.Config.Now()
	list, err := jobs.Queues(ctx, a.Config.DB, now)
	if err != nil {
		return []string{"jobs: the queue cannot be read"}
	}
	var oldest time.Duration
	for _, q := range list {
		if !q.Due.IsZero() {
			oldest = max(oldest, now.Sub(later(q.Due, a.started)))
		}
	}
	if oldest > stuck {
		not = append(not, "jobs: the oldest has been due for "+oldest.Round(time.Second).String())
	}
	mail, err := a.Outbox.Queued(ctx, a.started)
	if err != nil {
		return append(not, "mail: the queue cannot be read")
	}
	if mail.Oldest > stuck {
		not = append(not, "mail: the oldest has been due for "+mail.Oldest.Round(time.Second).String()+", and nothing holds it up")
	}
	return not
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
