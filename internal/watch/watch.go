// Package watch shows an operator how the program is doing: metrics for Prometheus, profiles, and a log without personal data.
//
// What it counts must not tell of a respondent. Of private routes it learns neither the route nor whether the request was a look, a
// save or a sending, and their numbers move by fifty at a time (crowd), as do those of group commits, of which a save is one: a coarse
// sum over everybody says that the service is used and how fast it answers, which an operator must see, and who reads these series
// every second cannot say from them when one person came or what they did. A fault of ours is counted at once: it says nothing of
// answering, and somebody must look. That the machine works at all, its processor and its network tell in any case.
package watch

import (
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Watch counts.
type Watch struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	commits  prometheus.Histogram

	mu     sync.Mutex
	held   []answered // of private routes, until there are crowd
	shared []int      // statements of group commits, until there are crowd
}

type answered struct {
	class string
	took  time.Duration
}

// crowd is how many answers of private routes, or group commits, are counted together.
const crowd = 50

const prefix = "taitorinki_"

// New counts for a version of the program, and asks s when it is asked itself.
func New(version string, s Sources) *Watch {
	w := &Watch{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: prefix + "request_seconds",
			Help:    "How long requests took to answer, by the route's pattern; respondents' routes are one, counted in fifties.",
			Buckets: []float64{.005, .02, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route", "method", "class"}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{Name: prefix + "group_commit_statements",
			Help: "How many statements shared one flush of the disk (SQLite).", Buckets: []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512}}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: prefix + "build_info", Help: "Which program this is: always 1.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()}})
	build.Set(1)
	w.registry.MustRegister(w.requests, w.commits, build, &asker{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return w
}

// Request counts an answered request. The route is a pattern, never a path.
func (w *Watch) Request(route, method string, status int, took time.Duration) {
	w.requests.WithLabelValues(route, method, class(status)).Observe(took.Seconds())
}

// PrivateRequest counts an answered request of a respondent: which one of their routes it was is not asked.
func (w *Watch) PrivateRequest(status int, took time.Duration) {
	if status >= 500 {
		w.private("5xx", took)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = append(w.held, answered{privateClass(status), took})
	if len(w.held) < crowd {
		return
	}
	for _, a := range w.held {
		w.private(a.class, a.took)
	}
	w.held = w.held[:0]
}

func (w *Watch) private(class string, took time.Duration) {
	w.requests.WithLabelValues("private", "any", class).Observe(took.Seconds())
}

// Committed counts a group commit.
func (w *Watch) Committed(statements int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shared = append(w.shared, statements)
	if len(w.shared) < crowd {
		return
	}
	for _, n := range w.shared {
		w.commits.Observe(float64(n))
	}
	w.shared = w.shared[:0]
}

func class(status int) string {
	if status < 100 || status > 599 {
		return "other"
	}
	return [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}[status/100-1]
}

// privateClass does not tell a page from what is answered to a sent form, which is a redirect.
func privateClass(status int) string {
	if status < 400 {
		return "2xx"
	}
	return class(status)
}
