package demo_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/demo/county"
)

// BenchmarkPagesOfAMediumCounty times the pages that a coordinator opens in a county of 9,000 people, as a browser gets them: the
// promise is 100 ms for 95 of 100.
func BenchmarkPagesOfAMediumCounty(b *testing.B) {
	d := filled(b, county.Medium)
	srv := httptest.NewServer(d.App.Handler())
	defer srv.Close()
	jar, err := cookiejar.New(nil)
	must(b, err)
	c := &http.Client{Jar: jar}
	r, err := c.PostForm(srv.URL+"/demo/as", url.Values{"email": {"helmi.saarela@" + county.Domain}})
	must(b, err)
	r.Body.Close()
	for _, path := range []string{"/", "/mentors", "/mentors/coverage", "/mentors/coverage?gaps=1&thin=1", "/mentors/confirm", "/mentors/alive", "/help", "/meetings", "/log/themes", "/training/manage",
		"/mentors/willing", "/events"} {
		b.Run(strings.Trim(strings.NewReplacer("/", "-", "?", "-", "&", "-", "=", "").Replace(path), "-"), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				r, err := c.Get(srv.URL + path)
				must(b, err)
				r.Body.Close()
				if r.StatusCode != http.StatusOK {
					b.Fatalf("%s: status %d", path, r.StatusCode)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}
