package app_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// posting sends a body as a page's script does, and tells what became of it and where.
func posting(r *apptest.Reader, path, body string) (status int, at string, err error) {
	req, err := http.NewRequest(http.MethodPost, r.Site.URL+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := r.HTTP.Do(req)
	if err != nil {
		return 0, "", err
	}
	return res.StatusCode, res.Request.URL.Path, res.Body.Close()
}

// fuzzed is a site for fuzzing, with the small staff list in.
func fuzzed(f *testing.F) *apptest.Site {
	f.Helper()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // each refusal is a line
	s := apptest.New(f, dbtest.SQLite(f))
	s.Import("testdata/units.csv", "testdata/people.csv")
	return s
}

// An answer that a page's script posts is stored, or refused with a word; never is the server at a loss, and nothing that was not
// refused makes the sheet unreadable.
func FuzzAnswerPosted(f *testing.F) {
	s := fuzzed(f)
	row, err := survey.InstrumentByVersion(f.Context(), s.DB, "taitorinki-pulse", "1.0")
	must(f, err)
	in, err := s.Survey.Instrument(f.Context(), row.ID)
	must(f, err)
	r := &survey.Round{InstrumentID: row.ID, Settings: s.Survey.DefaultSettings(in), ClosesAt: s.Clock.Now().Add(14 * 24 * time.Hour)}
	must(f, s.Survey.CreateRound(f.Context(), r))
	must(f, s.Survey.CheckAndOpen(f.Context(), r.ID, 0))
	s.Work()
	link := links(s)[0]
	who := s.Anonymous()
	page := who.Get(link).Want(f, 200)
	save, _ := strings.CutSuffix(page.Path, "/1")
	tag := page.Form(f, page.Path).Values.Get("ballot")
	item := "q_" + in.Items[0].ID
	for _, body := range []string{`{"ballot":"TAG","item":"ITEM","value":["3"],"seen":1}`, `{"ballot":"TAG","item":"ITEM","value":[],"seen":0}`, `{"ballot":"TAG","item":"ITEM","value":["3","4"]}`, `{"ballot":"TAG","item":"none","value":["3"]}`,
		`{"ballot":"","item":"ITEM","value":["3"]}`, "", "{", "[]", "null", `{"ballot":7}`, `{"seen":999}`, `{"seen":-1}`, `{"ballot":"TAG","item":"ITEM","value":["\u0000"]}`, `{"ballot":"TAG","item":"ITEM","value":null}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		body = strings.NewReplacer("TAG", tag, "ITEM", item).Replace(body)
		status, _, err := posting(who, save+"/save", body)
		if err != nil || status >= 500 {
			t.Fatalf("%q: status %d, %v", body, status, err)
		}
		if _, err := s.Survey.Sheet(t.Context(), link[strings.LastIndex(link, "/")+1:]); err != nil {
			t.Fatalf("%q: the sheet cannot be read any more: %v", body, err)
		}
	})
}

// Entries that a device has kept are taken one by one, or refused; never is the server at a loss.
func FuzzEntriesPosted(f *testing.F) {
	s := fuzzed(f)
	ctx := f.Context()
	who := s.Person("a1@shores.example")
	tree, err := people.LoadTree(ctx, s.DB)
	must(f, err)
	unit, _ := tree.ByCode("A")
	id, err := s.Mentors.SignUp(ctx, who.ID, who.ID, mentoring.Profile{Langs: []string{"en"}}, []mentoring.Place{{Unit: unit.ID, Below: true}})
	must(f, err)
	must(f, s.Mentors.Confirm(ctx, 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: "2026-01-01"}))
	must(f, s.Mentors.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Appointment, ""))
	reader := s.As("a1@shores.example")
	for _, body := range []string{`{"entries":[{"key":"key-0123456789abcdef","area":"remote","way":"phone","minutes":15,"unit":2,"ago":0}]}`, `{"entries":[{"key":"key-0123456789abcdef","ago":-9223372036854775808}]}`,
		`{"entries":[{"key":"key-0123456789abcdef","ago":9223372036854775807,"minutes":-1,"unit":-1}]}`, `{"entries":[]}`, `{"entries":null}`, "", "{", "[]", `{"entries":{}}`, `{"entries":[{"key":"\u0000"}]}`, `{"entries":[{"note":"a@b.example 040 123 4567"}]}`,
		`{"entries":[{"key":"key-0123456789abcdeg","area":"remote","way":"group","minutes":99999999999,"unit":2}]}`, `{"entries":[{"key":"key-0123456789abcdeh","area":"remote","way":"phone","minutes":15,"unit":2,"service":9}]}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		status, at, err := posting(reader, "/log/entries", body)
		if err != nil || status >= 500 || at != "/log/entries" {
			t.Fatalf("%q: status %d at %s, %v", body, status, at, err)
		}
	})
}
