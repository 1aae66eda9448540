package people

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// Audit notes that a person changed or viewed something; personID 0 is the operator at the command line, or the platform
// itself. The action is a message key, or a word like "round.open" for which there is a key people.audit-round-open, so
// that the log reads in every language; object is a kind and an id ("person:12"); detail is made by Detail and fills the
// message's placeholders, or is plain text shown after it.
func Audit(ctx context.Context, tx db.Q, at time.Time, personID int64, action, object, detail string) (err error) {
	defer errs.Wrap(&err, "people.Audit(%s)", action)
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_log (at, person_id, action, object, detail) VALUES ($1, $2, $3, $4, $5)`,
		db.At(at), null(personID), action, object, detail)
	return err
}

func objectOf(kind string, id int64) string { return fmt.Sprintf("%s:%d", kind, id) }

// Entry is a line of the audit log.
type Entry struct {
	ID                     int64
	At                     time.Time
	PersonID               int64
	Person                 string // the name, "" for the operator
	Action, Object, Detail string
}

// auditKinds are what the log can be limited to, as patterns of actions. An action may be of two kinds: whoever fetches the
// links of a round exports, and does it to a round.
var auditKinds = []struct {
	name     string
	patterns []string
}{
	{"rounds", []string{"round.%", "instrument.%"}},
	{"findings", []string{"finding.%"}},
	{"mentors", []string{"mentor.%", "mentoring.%", "catalog.%", "training.%", "meeting.%"}},
	{"events", []string{"event.%", "live.%", "room.%", "calendar.%"}},
	{"viewed", []string{"people.audit-view", "%.view"}},
	{"exported", []string{"%.export", "result.microdata", "round.links", "round.refused"}},
	{"people", []string{"people.audit-import", "people.audit-grant", "people.audit-revoke", "county.%"}},
	{"signin", []string{"people.audit-sign%"}},
}

// ofKind is the condition of a kind; another name is no limit.
func ofKind(kind string) (where string, args []any) {
	for _, k := range auditKinds {
		if k.name != kind {
			continue
		}
		var any []string
		for _, p := range k.patterns {
			args = append(args, p)
			any = append(any, fmt.Sprintf("a.action LIKE $%d", len(args)))
		}
		return " WHERE " + strings.Join(any, " OR "), args
	}
	return "", nil
}

// AuditLog returns a page of the log, the newest first, and how many entries there are. A kind limits it.
func AuditLog(ctx context.Context, q db.Q, kind string, limit, offset int) (_ []Entry, total int, err error) {
	defer errs.Wrap(&err, "people.AuditLog")
	where, args := ofKind(kind)
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM audit_log a`+where, args...).Scan(&total); err != nil {
		return nil, 0, err
	}
	all, err := db.Rows(ctx, q, func(r *sql.Rows, e *Entry) error {
		return r.Scan(&e.ID, (*moment)(&e.At), (*number)(&e.PersonID), (*text)(&e.Person), &e.Action, &e.Object, &e.Detail)
	}, `SELECT a.id, a.at, a.person_id, p.name, a.action, a.object, a.detail
		FROM audit_log a LEFT JOIN persons p ON p.id = a.person_id`+where+
		fmt.Sprintf(` ORDER BY a.at DESC, a.id DESC LIMIT $%d OFFSET $%d`, len(args)+1, len(args)+2), append(args, limit, offset)...)
	return all, total, err
}

// entriesOf returns what a person has done and what was done to them, the oldest first.
func entriesOf(ctx context.Context, q db.Q, personID int64) (_ []Entry, err error) {
	defer errs.Wrap(&err, "people.entriesOf(%d)", personID)
	return db.Rows(ctx, q, func(r *sql.Rows, e *Entry) error {
		return r.Scan(&e.ID, (*moment)(&e.At), &e.Action, &e.Object, &e.Detail)
	}, `SELECT id, at, action, object, detail FROM audit_log WHERE person_id = $1 OR object = $2 ORDER BY id`, personID, objectOf("person", personID))
}
