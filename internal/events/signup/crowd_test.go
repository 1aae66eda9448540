package signup_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/events/signup"
)

// crowd is a staff list of many people.
func crowd(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "p%d@shores.example,Etu%c%c Suku%c%c%c,A,fi,nurse\n", i, 'a'+i%26, 'a'+i/26%26, 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26)
	}
	return b.String()
}

func TestTheLastTenPlacesAreNeverSoldTwiceToTenThousand(t *testing.T) {
	const places, tries, persons, hands = 10, 10_000, 400, 40
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, crowd(persons))
		ctx := t.Context()
		e := s.in(72, places+2, forAll, func(p *events.Plan) { p.Anonymous = true })
		s.signUp(e, "a1")
		s.signUp(e, "a2")
		ids := make([]int64, persons)
		for i := range ids {
			ids[i] = s.id(fmt.Sprintf("p%d", i))
		}
		var won, waiting, refused atomic.Int64
		var next atomic.Int64
		var all sync.WaitGroup
		for range hands {
			all.Go(func() {
				for i := next.Add(1); i <= tries; i = next.Add(1) {
					var x signup.Signup
					var err error
					if i%(tries/persons) == 0 { // some with an account, who then wait
						x, err = s.Signups.SignUp(ctx, e.ID, ids[i/(tries/persons)-1])
					} else {
						x, _, err = s.Signups.TakeNumber(ctx, &e)
					}
					switch {
					case errs.KindOf(err) == errs.Conflict && err != nil:
						refused.Add(1)
					case err != nil:
						t.Errorf("try %d: %v", i, err)
					case x.State == signup.Placed:
						won.Add(1)
					case x.State == signup.Waiting:
						waiting.Add(1)
					}
				}
			})
		}
		all.Wait()
		n, err := s.Signups.Counts(ctx, d, e.ID)
		s.ok(err)
		if won.Load() != places || n.Placed != places+2 || int64(n.Waiting) != waiting.Load() || won.Load()+waiting.Load()+refused.Load() != tries {
			t.Errorf("%d got the last %d places, %d wait, %d were refused; stored are %+v", won.Load(), places, waiting.Load(), refused.Load(), n)
		}
		s.countsAgree(e)
	})
}

func TestWithManyComingAndGoingAtOnceNoPlaceIsLostOrDoubled(t *testing.T) {
	const places, persons, rounds = 5, 30, 6
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, crowd(persons))
		ctx := t.Context()
		e := s.in(72, places)
		var all sync.WaitGroup
		for i := range persons {
			id := s.id(fmt.Sprintf("p%d", i))
			all.Go(func() {
				for range rounds {
					x, err := s.Signups.SignUp(ctx, e.ID, id)
					if err == nil && (i+rounds)%3 != 0 {
						err = s.Signups.Withdraw(ctx, x.ID)
					}
					if err != nil && errs.KindOf(err) != errs.Conflict {
						t.Errorf("person %d: %v", i, err)
					}
				}
			})
		}
		all.Wait()
		n, err := s.Signups.Counts(ctx, d, e.ID)
		s.ok(err)
		if n.Placed+n.Offered != places || n.Placed+n.Offered+n.Waiting != persons/3 {
			t.Errorf("afterwards %+v, want %d places of %d people", n, places, persons/3)
		}
		s.countsAgree(e)
	})
}

// countsAgree fails unless the row that counts places says what the sign-ups say.
func (s *site) countsAgree(e events.Event) {
	s.t.Helper()
	var taken, capacity, held int
	s.ok(s.DB.QueryRowContext(s.t.Context(), `SELECT taken, capacity, (SELECT count(*) FROM event_signups s WHERE s.event_id = p.event_id AND state IN ('place', 'offered'))
		FROM event_places p WHERE event_id = $1`, e.ID).Scan(&taken, &capacity, &held))
	if taken != held || taken > capacity {
		s.t.Errorf("%d of %d places are counted as taken, %d are held", taken, capacity, held)
	}
}

// BenchmarkSignUpsAtFiftyASecond sends sign-ups to the handler, 50 a second for ten seconds, at the last 10 places of one event after
// another, with 18,000 staff, and tells how long half of them and all but one in a hundred took.
func BenchmarkSignUpsAtFiftyASecond(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { signUpsAtFifty(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { signUpsAtFifty(b, dbtest.Postgres(b)) })
}

func signUpsAtFifty(b *testing.B, d *db.DB) {
	const perSecond, seconds, persons = 50, 10, 50
	s := newSite(b, d, crowd(18_000))
	cookies := make([][]*http.Cookie, persons)
	at, err := url.Parse(s.URL)
	s.ok(err)
	for i := range cookies {
		cookies[i] = s.As(fmt.Sprintf("p%d@shores.example", i)).HTTP.Jar.Cookies(at)
	}
	h := s.Handler()
	for b.Loop() {
		took := make([]time.Duration, perSecond*seconds)
		var es []events.Event
		for range len(took) / persons {
			es = append(es, s.in(72, 10))
		}
		var all sync.WaitGroup
		for tick := range took {
			e, who := es[tick/persons], cookies[tick%persons]
			all.Go(func() {
				req := httptest.NewRequest(http.MethodPost, s.URL+e.Path("/sign-up"), nil)
				for _, c := range who {
					req.AddCookie(c)
				}
				rec := httptest.NewRecorder()
				began := time.Now()
				h.ServeHTTP(rec, req)
				took[tick] = time.Since(began)
				if rec.Code != http.StatusSeeOther {
					b.Errorf("status %d: %s", rec.Code, rec.Body)
				}
			})
			time.Sleep(time.Second / perSecond)
		}
		all.Wait()
		for i := range es {
			n, err := s.Signups.Counts(b.Context(), s.DB, es[i].ID)
			if s.ok(err); n.Placed != 10 || n.Waiting != persons-10 {
				b.Errorf("event %d has %+v", es[i].ID, n)
			}
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	}
}
