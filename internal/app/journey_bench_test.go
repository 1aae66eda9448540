package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// BenchmarkJourney measures one respondent's way through the survey without a network: for profiles.
func BenchmarkJourney(b *testing.B) {
	d := dbtest.SQLite(b)
	a, err := app.New(app.Config{DB: d, Mail: &mail.Recorder{}, Now: time.Now, BaseURL: "http://x", Keys: filepath.Join(b.TempDir(), "keys")})
	if err != nil {
		b.Fatal(err)
	}
	c := county.Make(county.Small, 1)
	if _, err := a.People.Import(b.Context(), people.Files{Units: people.File{Name: "u", Data: c.UnitsCSV()}, People: people.File{Name: "p", Data: c.PeopleCSV()}}, people.ImportOptions{}); err != nil {
		b.Fatal(err)
	}
	if err := a.Survey.ImportShipped(b.Context()); err != nil {
		b.Fatal(err)
	}
	row, err := survey.InstrumentByVersion(b.Context(), d, "taitorinki", "1.0")
	if err != nil {
		b.Fatal(err)
	}
	in, err := a.Survey.Instrument(b.Context(), row.ID)
	if err != nil {
		b.Fatal(err)
	}
	r := &survey.Round{InstrumentID: row.ID, Settings: a.Survey.DefaultSettings(in)}
	if err := a.Survey.CreateRound(b.Context(), r); err != nil {
		b.Fatal(err)
	}
	if err := a.Survey.CheckAndOpen(b.Context(), r.ID, 0); err != nil {
		b.Fatal(err)
	}
	links, err := a.Survey.Links(b.Context(), r.ID)
	if err != nil {
		b.Fatal(err)
	}
	h := a.Handler()
	revisionsIn := regexp.MustCompile(`name="revisions" value="([0-9a-f]+)"`)
	tagIn := regexp.MustCompile(`name="ballot" value="([0-9a-f]+)"`)
	i := 0
	for b.Loop() {
		jar := map[string]string{}
		do := func(method, path, body string) *httptest.ResponseRecorder {
			req := httptest.NewRequest(method, path, strings.NewReader(body))
			if body != "" {
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			for k, v := range jar {
				req.AddCookie(&http.Cookie{Name: k, Value: v})
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			for _, ck := range w.Result().Cookies() {
				jar[ck.Name] = ck.Value
			}
			return w
		}
		u := links[i%len(links)].URL
		i++
		at := do("GET", u[len("http://x"):], "").Header().Get("Location")
		for n := range in.Pages {
			w := do("GET", at, "")
			tag := tagIn.FindStringSubmatch(w.Body.String())
			if tag == nil {
				b.Fatalf("%s: %d %s", at, w.Code, w.Body)
			}
			f := url.Values{"ballot": {tag[1]}, "go": {"next"}, "revisions": {revisionsIn.FindStringSubmatch(w.Body.String())[1]}}
			for _, it := range in.Pages[n].Items {
				if len(it.Steps()) > 0 {
					f.Set("q_"+it.ID, fmt.Sprint(1+(i+n)%5))
				}
			}
			at = do("POST", at, f.Encode()).Header().Get("Location")
		}
	}
}
