package app_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

// inFile tells of every column that refers to a person where the file of their own data has its rows. A path that ends in + has these
// rows among others.
var inFile = map[string]string{
	"audit_log.person_id":               "log+",
	"roles.person_id":                   "roles",
	"person_identities.person_id":       "more.county_accounts",
	"survey_invitations.person_id":      "more.surveys",
	"mentoring_wishes.person_id":        "more.mentoring",
	"mentoring_mentors.person_id":       "more.mentor",
	"mentoring_requests.asked_by":       "more.requests.asked",
	"mentoring_request_turns.person_id": "more.requests.came",
	"insight_findings.marked_by":        "more.findings.marked",
	"insight_finding_events.person_id":  "more.findings.done",
	"meeting_people.person_id":          "more.meetings.meetings",
	"meeting_topics.person_id":          "more.meetings.topics",
	"meeting_votes.person_id":           "more.meetings.votes",
	"meeting_decisions.owner_id":        "more.meetings.decisions",
	"event_signups.person_id":           "more.events",
	"event_invited.person_id":           "more.invitations.direct",
	"event_speakers.person_id":          "more.talks",
	"live_rooms.host_id":                "more.rooms",

	// Of them as a mentor.
	"mentoring_mentor_units.mentor_id":  "more.mentor.units",
	"mentoring_mentor_events.mentor_id": "more.mentor.history",
	"mentoring_entries.mentor_id":       "more.supportlog",
	"training_done.mentor_id":           "more.training.done",
	"training_badges.mentor_id":         "more.training.badges",
}

// notInFile are the columns whose rows are not in the file, and why.
var notInFile = map[string]string{
	"staff_uploads.person_id":          "an upload of others' data, a day at most",
	"mentoring_uploads.person_id":      "the same",
	"signins.person_id":                "a link that was asked for, two hours at most",
	"erasure_asks.person_id":           "the log tells of it",
	"calendar_feeds.person_id":         "a hash; the log tells since when, and the page of the calendar",
	"meeting_letters.person_id":        "numbers of mail; the mail itself is among the mails",
	"event_signup_letters.person_id":   "the same",
	"event_material_letters.person_id": "the same",
	"about_letters.person_id":          "the same",
	"mentoring_asks.person_id":         "the same",
	"event_holders.person_id":          "what was told of an event to which the file shows the invitation or the sign-up",

	// Work for the county, each act of which the log tells.
	"catalog_news.person_id":            "words about a service",
	"mentoring_focuses.person_id":       "what mentors are to look at",
	"mentoring_mentor_events.person_id": "what was done to another mentor, whose data it is",
	"training_paths.person_id":          "published the path",
	"training_done.person_id":           "ticked another's step",
	"training_badges.person_id":         "gave another's badge",
	"training_badges.revoked_by":        "took another's badge back",
	"meetings.made_by":                  "planned a meeting",
	"events.made_by":                    "planned an event",
	"event_tasks.done_by":               "did a task of an event",
	"about_feedback.answered_by":        "answered in the county's name",

	"mentoring_requests.mentor_id":      "of a request that another made; more.requests.came has that it came",
	"mentoring_request_turns.mentor_id": "the same as its person_id",
	"mentoring_thanks.mentor_id":        "counts of thanks, which are told from three on",
	"mentoring_asks.mentor_id":          "who was asked about them",
	"training_walks.mentor_id":          "more.training has its version and steps",
}

// referring are the columns that refer to a table, by the schema itself.
func referring(t *testing.T, to string) (out []string) {
	t.Helper()
	all, err := db.Rows(t.Context(), dbtest.SQLite(t), func(r *sql.Rows, s *string) error { return r.Scan(s) },
		`SELECT m.name || '.' || f."from" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f."table" = $1 ORDER BY 1`, to)
	must(t, err)
	return all
}

func TestTheFileOfOnesOwnDataHasEveryRowThatRefersToThePerson(t *testing.T) {
	persons, mentors := referring(t, "persons"), referring(t, "mentoring_mentors")
	if len(persons) < 35 || len(mentors) < 8 {
		t.Fatalf("the schema says that %d columns refer to people and %d to mentors", len(persons), len(mentors))
	}
	for _, c := range slices.Concat(persons, mentors) {
		if (inFile[c] == "") == (notInFile[c] == "") {
			t.Errorf("%s refers to a person: say where the file has it, or why not", c)
		}
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l := lived(t, d)
		page := l.As(zorvaneEmail).Get("/me/data.json").Want(t, 200, zorvane, zorvaneEmail, zorvaneNumber)
		var file map[string]any
		must(t, json.Unmarshal([]byte(page.Body), &file))
		for _, x := range []struct {
			columns []string
			id      int64
		}{{persons, l.who.ID}, {mentors, l.mentor}} {
			for _, c := range x.columns {
				table, column, _ := strings.Cut(c, ".")
				rows := count(t, d, fmt.Sprintf(`SELECT count(*) FROM %s WHERE %s = %d`, table, column, x.id))
				if path, in := inFile[c]; in {
					compareRows(t, c, rows, file, path)
				} else if rows == 0 && !slices.Contains(unseen, c) {
					t.Errorf("the person has nothing in %s: let them live it", c)
				}
			}
		}
		if n, got := count(t, d, `SELECT count(*) FROM mail_messages WHERE address = '`+zorvaneEmail+`'`), size(file, "mails"); n == 0 || got < n {
			t.Errorf("the file has %d mails, want %d", got, n)
		}
	})
}

// unseen are columns in which the person of the test has nothing, of those that are not in the file.
var unseen = []string{
	"event_signup_letters.person_id", // somebody who signs up as a guest is asked to use their account
	"mentoring_requests.mentor_id",   // they passed the request on
	"mentoring_thanks.mentor_id",
	"mentoring_asks.mentor_id",
}

func compareRows(t *testing.T, column string, rows int, file map[string]any, path string) {
	t.Helper()
	path, more := strings.CutSuffix(path, "+")
	got := size(file, path)
	switch {
	case rows == 0:
		t.Errorf("the person has nothing in %s: let them live it", column)
	case got != rows && !(more && got > rows):
		t.Errorf("%s has %d rows of the person, and the file %d at %s", column, rows, got, path)
	}
}

// size is how many rows the file has at a path: of a list its length, of one thing 1.
func size(file any, path string) int {
	for _, key := range strings.Split(path, ".") {
		m, _ := file.(map[string]any)
		file = m[key]
	}
	switch v := file.(type) {
	case nil:
		return 0
	case []any:
		return len(v)
	case map[string]any:
		if strings.HasSuffix(path, "done") {
			return len(v)
		}
	}
	return 1
}
