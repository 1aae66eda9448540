package feedback_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events/feedback"
)

// dump is every row of a table as text.
func dump(t *testing.T, d *db.DB, table string) (rows []string) {
	t.Helper()
	r, err := d.QueryContext(t.Context(), `SELECT * FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cols, _ := r.Columns()
	for r.Next() {
		cells := make([]any, len(cols))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := r.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for i := range cells {
			fmt.Fprintf(&b, "%s=%v;", cols[i], *cells[i].(*any))
		}
		rows = append(rows, b.String())
	}
	return rows
}

func TestWhoReadsTheDatabaseAsAnEnemyFindsNobody(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.over(nil)
		// One by one, in a known order, each says who they are in the number and in all three texts.
		var devices []string
		for i := range 15 {
			devices = append(devices, feedback.NewDevice())
			s.ok(s.Feedback.Give(t.Context(), &e, devices[i], feedback.Answer{Useful: i % 11, Keep: fmt.Sprintf("keep %02d", i), Change: fmt.Sprintf("change %02d", i), Next: fmt.Sprintf("next %02d", i)}))
			s.Clock.Move(time.Second)
		}
		allowed := map[string][]string{
			"event_feedback_waiting":  {"id", "event_id", "useful", "keep_text", "change_text", "next_text"},
			"event_feedback_counts":   {"event_id", "useful", "n"},
			"event_feedback_comments": {"id", "event_id", "question", "text", "theme_id", "hidden"},
			"event_feedback_devices":  {"event_id", "device"},
			"event_feedback":          {"event_id", "waiting", "told"},
		}
		for table, want := range allowed {
			r, err := d.QueryContext(t.Context(), `SELECT * FROM `+table)
			s.ok(err)
			cols, _ := r.Columns()
			r.Close()
			if !slices.Equal(cols, want) {
				t.Errorf("%s has the columns %v: an answer may be joined to more than %v", table, cols, want)
			}
		}
		if rows := dump(t, d, "event_feedback_waiting"); len(rows) != 0 {
			t.Errorf("answers that were told still stand whole: %v", rows)
		}
		for _, row := range dump(t, d, "event_feedback_devices") {
			for _, secret := range devices {
				if strings.Contains(row, secret) {
					t.Errorf("a device's secret is stored: %s", row)
				}
			}
		}
		enemyFindsNoOrder(t, d)
	})
}

// enemyFindsNoOrder looks whether comments, by number or as the table gives them, follow the order in which they were given, or
// whether two texts of one person always stand equally far apart.
func enemyFindsNoOrder(t *testing.T, d *db.DB) {
	t.Helper()
	for _, order := range []string{"", " ORDER BY id"} {
		texts, err := db.Rows(t.Context(), d, func(r *sql.Rows, x *string) error { return r.Scan(x) }, `SELECT text FROM event_feedback_comments`+order)
		if err != nil || len(texts) != 45 {
			t.Fatalf("there are %d comments (%v), want 45", len(texts), err)
		}
		for batch := range 3 {
			var seen []string
			for _, x := range texts {
				var who int
				var question string
				if _, err := fmt.Sscanf(x, "%s %d", &question, &who); err == nil && who/5 == batch {
					seen = append(seen, x)
				}
			}
			if slices.IsSortedFunc(seen, func(a, b string) int { return strings.Compare(a[len(a)-2:], b[len(b)-2:]) }) {
				t.Errorf("the comments of batch %d stand in the order in which they came: %v", batch, seen)
			}
			apart := map[int]bool{}
			for who := range 5 {
				at := func(q string) int { return slices.Index(seen, fmt.Sprintf("%s %02d", q, batch*5+who)) }
				apart[at("keep")-at("change")] = true
			}
			if len(apart) == 1 {
				t.Errorf("two texts of a person stand equally far apart in batch %d: %v", batch, seen)
			}
		}
	}
}
