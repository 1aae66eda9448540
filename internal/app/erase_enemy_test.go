package app_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

// cell is a value in a table that is of the person, or says something of them.
type cell struct{ column, value string }

// everywhere searches every column of every table for some words. It reads a backup, which is everything and alike on both engines.
func everywhere(t *testing.T, d *db.DB, words ...string) (found []cell) {
	t.Helper()
	var b bytes.Buffer
	must(t, d.Backup(t.Context(), &b))
	z, err := gzip.NewReader(&b)
	must(t, err)
	in := bufio.NewScanner(z)
	in.Buffer(nil, 1<<26)
	var head struct {
		Table   string
		Columns []string
	}
	for in.Scan() {
		if in.Bytes()[0] == '{' {
			must(t, json.Unmarshal(in.Bytes(), &head))
			continue
		}
		var row []any
		must(t, json.Unmarshal(in.Bytes(), &row))
		for i, v := range row {
			text := plainly(t, v)
			for _, w := range words {
				if strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
					found = append(found, cell{head.Table + "." + head.Columns[i], text})
				}
			}
		}
	}
	must(t, in.Err())
	if head.Table == "" {
		t.Fatal("nothing was read")
	}
	return found
}

// plainly is a value of a backup as text; bytes are read as such, and as what they were before they were packed.
func plainly(t *testing.T, v any) string {
	t.Helper()
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprint(v)
	}
	b, err := base64.StdEncoding.DecodeString(fmt.Sprint(m["b"]))
	must(t, err)
	if z, err := gzip.NewReader(bytes.NewReader(b)); err == nil {
		var out bytes.Buffer
		if _, err := out.ReadFrom(z); err == nil {
			return out.String()
		}
	}
	return string(b)
}

// remains are what an erasure leaves, by column, with a piece of what stands there. doc/privacy.md tells it in words: names that others
// typed, and words that were written for others and lead to nobody.
var remains = map[string]string{
	"meetings.expert":            zorvane, // typed by whoever planned the meeting
	"event_speakers.name":        zorvane, // typed by a host, without the account
	"live_questions.name":        zorvane, // typed in a room with names; 60 days
	"fair_exhibitors.contact":    zorvane, // an exhibitor's own card
	"fair_exhibitors.reach":      "own-exhibitor",
	"fair_exhibitors.email":      zorvaneEmail,
	"catalog_services.owner":     zorvane, // who answers for a service
	"county_settings.settings":   zorvane, // whom to ask in the county
	"insight_findings.note":      "own-finding",
	"insight_finding_events.why": "own-state",
	"catalog_news.text":          "own-news",
	"meeting_topics.text":        "own-topic",      // never had a name
	"about_feedback.text":        "own-feedback",   // about a page; two years
	"audit_log.detail":           "own-revocation", // why a badge was taken back; as long as the log
}

func TestOfAnErasedPersonNothingIsFoundButWhatIsSaidToStay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l := lived(t, d)
		words := []string{"zorvane", "qvistbergh", zorvaneNumber, "own-"}
		before := everywhere(t, d, words...)
		for _, c := range []string{"persons.name", "persons.email", "event_speakers.name", "mentoring_requests.text", "event_needs.text", "mail_messages.address",
			"mentoring_mentors.reach", "staff_uploads.people", "mentoring_uploads.data", "person_identities.subject", "meeting_decisions.owner", "mentoring_entries.note"} {
			if !slices.ContainsFunc(before, func(x cell) bool { return x.column == c }) {
				t.Errorf("there was nothing in %s to be erased", c)
			}
		}

		l.staff(false)
		boss := l.As(l.boss.Email)
		path := fmt.Sprintf("/people/%d/erase", l.who.ID)
		boss.Get(path).Want(t, 200, zorvane).Form(t, path).Send().Want(t, 200, "The person is erased")
		l.Work()

		boss.Get("/audit").Want(t, 200, "Erased a person").Without(t, "Zorvane", zorvaneEmail)
		if p := l.read.Get("/me"); p.Path != "/sign-in" {
			t.Errorf("an erased person still reads %s", p.Path)
		}
		if n := count(t, d, fmt.Sprintf(`SELECT count(*) FROM event_speakers WHERE person_id = %d AND name <> '–'`, l.who.ID)); n != 0 {
			t.Errorf("%d times they are a speaker by name", n)
		}
		after := everywhere(t, d, words...)
		for _, c := range after {
			if stays := remains[c.column]; stays == "" || !strings.Contains(c.value, stays) {
				t.Errorf("%s still holds %.200q", c.column, c.value)
			}
		}
		for column := range remains {
			if !slices.ContainsFunc(after, func(c cell) bool { return c.column == column }) {
				t.Errorf("%s is said to stay, but nothing is there", column)
			}
		}
	})
}
