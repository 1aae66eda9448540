package watch

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Sources are asked for what stands somewhere already, each time that somebody reads the metrics. Each must be set.
type Sources struct {
	InFlight  func() int64
	Listeners func() int // streams of live rooms
	Pools     func() map[string]sql.DBStats
	Jobs      func(ctx context.Context) ([]Jobs, error)
	Mail      func(ctx context.Context) (Mail, error)
}

// Jobs are the unfinished jobs of a kind.
type Jobs struct {
	Kind                   string
	Waiting, Running, Dead int
	Oldest                 time.Duration // for how long the oldest has been due
}

// Mail is the mail that is not sent.
type Mail struct {
	States map[string]int
	Oldest time.Duration // for how long the oldest message has been due that nothing holds up
	Down   bool          // the mail server takes nothing from this process at present
}

// patience is how long the database may take for its answers.
const patience = 5 * time.Second

// asker asks the sources when it is read.
type asker struct{ s Sources }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prefix+name, help, labels, nil)
}

var (
	inFlight  = describe("requests_in_flight", "Requests being answered now, streams of live rooms among them.")
	listeners = describe("live_listeners", "Streams of live rooms that this process sends.")
	jobs      = describe("jobs", "Unfinished jobs in the whole queue; a dead one was given up.", "kind", "state")
	jobsAge   = describe("jobs_oldest_due_seconds", "For how long the oldest job of a kind has been due.", "kind")
	mail      = describe("mail_messages", "Mail that is not sent: waiting, handing, refused, unclear.", "state")
	mailAge   = describe("mail_oldest_due_seconds", "For how long the oldest message has been due that no pause, pace, hour or mail server holds up.")
	mailDown  = describe("mail_server_down", "1 while the mail server takes nothing from this process, else 0.")
	poolOpen  = describe("db_connections", "Open connections to the database.", "pool", "state")
	poolMost  = describe("db_connections_most", "Connections that a pool may open, 0 without a limit.", "pool")
	poolWaits = describe("db_waits_total", "How often somebody waited for a connection.", "pool")
	poolWait  = describe("db_wait_seconds_total", "How long all waited for connections together.", "pool")
	answers   = describe("db_answers", "1 when the queues could be read from the database for these metrics, else 0.")
)

// Describe is for Prometheus.
func (a *asker) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{inFlight, listeners, jobs, jobsAge, mail, mailAge, mailDown, poolOpen, poolMost, poolWaits, poolWait, answers} {
		out <- d
	}
}

// Collect is for Prometheus. A database that is gone costs the metrics from there only.
func (a *asker) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(inFlight, float64(a.s.InFlight()))
	gauge(listeners, float64(a.s.Listeners()))
	for name, p := range a.s.Pools() {
		gauge(poolOpen, float64(p.InUse), name, "used")
		gauge(poolOpen, float64(p.Idle), name, "idle")
		gauge(poolMost, float64(p.MaxOpenConnections), name)
		out <- prometheus.MustNewConstMetric(poolWaits, prometheus.CounterValue, float64(p.WaitCount), name)
		out <- prometheus.MustNewConstMetric(poolWait, prometheus.CounterValue, p.WaitDuration.Seconds(), name)
	}
	ok := 1.0
	if err := a.queues(gauge); err != nil {
		slog.Error("the queues cannot be read for the metrics", "err", err)
		ok = 0
	}
	gauge(answers, ok)
}

func (a *asker) queues(gauge func(d *prometheus.Desc, v float64, labels ...string)) error {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	kinds, err := a.s.Jobs(ctx)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		gauge(jobs, float64(k.Waiting), k.Kind, "waiting")
		gauge(jobs, float64(k.Running), k.Kind, "running")
		gauge(jobs, float64(k.Dead), k.Kind, "dead")
		gauge(jobsAge, k.Oldest.Seconds(), k.Kind)
	}
	m, err := a.s.Mail(ctx)
	if err != nil {
		return err
	}
	for state, n := range m.States {
		gauge(mail, float64(n), state)
	}
	gauge(mailAge, m.Oldest.Seconds())
	down := 0.0
	if m.Down {
		down = 1
	}
	gauge(mailDown, down)
	return nil
}
