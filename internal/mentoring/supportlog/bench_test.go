package supportlog_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// BenchmarkEntriesAtFiftyASecond sends entries with a note to the handler, 50 a second for ten seconds, on SQLite with 18,000 staff,
// and tells how long half of them and all but one in a hundred took.
func BenchmarkEntriesAtFiftyASecond(b *testing.B) {
	const perSecond, seconds, mentors = 50, 10, 20
	s := apptest.New(b, dbtest.SQLite(b))
	var staff strings.Builder
	staff.WriteString("email,name,unit,language\n")
	for i := range 18000 {
		fmt.Fprintf(&staff, "p%d@shores.example,Etu%c%c Suku%c%c%c,A1,fi\n", i, 'a'+i%26, 'a'+i/26%26, 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26)
	}
	_, err := s.People.Import(b.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(units)}, People: people.File{Name: "p.csv", Data: []byte(staff.String())}}, people.ImportOptions{})
	must(b, err)
	cookies := make([][]*http.Cookie, mentors)
	unit := ""
	for i := range cookies {
		email := fmt.Sprintf("p%d@shores.example", i)
		p := s.Person(email)
		unit = fmt.Sprint(p.UnitID)
		id, err := s.Mentors.SignUp(b.Context(), p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}}, []mentoring.Place{{Unit: p.UnitID}})
		must(b, err)
		must(b, s.Mentors.Confirm(b.Context(), 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 60, From: "2026-01-01"}))
		must(b, s.Mentors.Move(b.Context(), 0, id, mentoring.AnyVersion, mentoring.Appointment, ""))
		must(b, s.Mentors.WantNote(b.Context(), id, false))
		at, err := url.Parse(s.URL)
		must(b, err)
		cookies[i] = s.As(email).HTTP.Jar.Cookies(at)
	}
	h := s.Handler()
	send := func(i int) time.Duration {
		body := fmt.Sprintf(`{"entries":[{"key":"bench-%016d","area":"skills","way":"phone","minutes":15,"unit":%s,"ago":0,"note":"Näytin ajanvarauksen uuden näkymän"}]}`, i, unit)
		req := httptest.NewRequest(http.MethodPost, s.URL+"/log/entries", strings.NewReader(body))
		for _, c := range cookies[i%mentors] {
			req.AddCookie(c)
		}
		rec := httptest.NewRecorder()
		began := time.Now()
		h.ServeHTTP(rec, req)
		took := time.Since(began)
		if rec.Code != 200 || !strings.Contains(rec.Body.String(), `"saved":true`) {
			b.Errorf("status %d: %s", rec.Code, rec.Body)
		}
		return took
	}
	send(1 << 40) // learns the names, as the server's first job does
	n := 0
	for b.Loop() {
		took := make([]time.Duration, perSecond*seconds)
		var all sync.WaitGroup
		for tick := range took {
			n++
			id := n
			all.Go(func() { took[tick] = send(id) })
			time.Sleep(time.Second / perSecond)
		}
		all.Wait()
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	}
}
