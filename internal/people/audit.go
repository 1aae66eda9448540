package people

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
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

// AuditLog returns a page of the log, the newest first, and how many entries there are.
func AuditLog(ctx context.Context, q db.Q, limit, offset int) (_ []Entry, total int, err error) {
	defer errs.Wrap(&err, "people.AuditLog")
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM audit_log`).Scan(&total); err != nil {
		return nil, 0, err
	}
	all, err := db.Rows(ctx, q, func(r *sql.Rows, e *Entry) error {
		return r.Scan(&e.ID, (*moment)(&e.At), (*number)(&e.PersonID), (*text)(&e.Person), &e.Action, &e.Object, &e.Detail)
	}, `SELECT a.id, a.at, a.person_id, p.name, a.action, a.object, a.detail
		FROM audit_log a LEFT JOIN persons p ON p.id = a.person_id ORDER BY a.id DESC LIMIT $1 OFFSET $2`, limit, offset)
	return all, total, err
}

// entriesOf returns what a person has done and what was done to them, the oldest first.
func entriesOf(ctx context.Context, q db.Q, personID int64) (_ []Entry, err error) {
	defer errs.Wrap(&err, "people.entriesOf(%d)", personID)
	return db.Rows(ctx, q, func(r *sql.Rows, e *Entry) error {
		return r.Scan(&e.ID, (*moment)(&e.At), &e.Action, &e.Object, &e.Detail)
	}, `SELECT id, at, action, object, detail FROM audit_log WHERE person_id = $1 OR object = $2 ORDER BY id`, personID, objectOf("person", personID))
}

// auditPage is a page of the log.
type auditPage struct {
	web.Page
	Lines []auditLine
	Pages ui.Pages
}

type auditLine struct {
	At, Who, What, Object, URL string
}

func (s *Service) showAudit(w http.ResponseWriter, r *http.Request) error {
	// The log tells of everybody: a role over a part does not open it.
	if err := s.mustCover(r.Context(), web.VisitorOf(r), ReadAudit, 0); err != nil {
		return err
	}
	ctx := r.Context()
	var total int
	if err := s.DB.QueryRowContext(ctx, `SELECT count(*) FROM audit_log`).Scan(&total); err != nil {
		return err
	}
	p := auditPage{Page: s.Kit.Page(r, "people.audit")}
	var offset int
	p.Pages, offset = pagesOf(r, total)
	entries, _, err := AuditLog(ctx, s.DB, ui.PageSize, offset)
	if err != nil {
		return err
	}
	for _, e := range entries {
		line := auditLine{At: i18n.Time(p.Lang, e.At), Who: firstOf(e.Person, p.T("people.operator")), What: p.told(e)}
		if line.Object, line.URL, err = s.object(ctx, e.Object, p.Lang); err != nil {
			return err
		}
		p.Lines = append(p.Lines, line)
	}
	return s.Kit.Show(w, r, p.Page, auditView(p))
}

// told puts an entry into words: its detail fills the placeholders of its action, or stands after it.
func (p auditPage) told(e Entry) string {
	key := e.Action
	if ours := "people.audit-" + strings.ReplaceAll(key, ".", "-"); p.T(ours) != ours {
		key = ours
	}
	var m map[string]any
	if json.Unmarshal([]byte(e.Detail), &m) != nil {
		return strings.TrimSpace(p.T(key) + " " + e.Detail)
	}
	var args []any
	for name, v := range m {
		switch x := v.(type) {
		case string:
			if strings.HasPrefix(x, "people.") {
				v = p.T(x) // a role, say
			}
		case float64:
			v = int(x)
		}
		args = append(args, name, v)
	}
	return p.T(key, args...)
}

// object names what an entry is about.
func (s *Service) object(ctx context.Context, object, lang string) (name, url string, err error) {
	kind, num, _ := strings.Cut(object, ":")
	id, bad := strconv.ParseInt(num, 10, 64)
	if bad != nil {
		return firstOf(num, object), "", nil // a round's code, say
	}
	switch kind {
	case "person":
		p, err := PersonByID(ctx, s.DB, id)
		if errs.KindOf(err) == errs.NotFound {
			return object, "", nil
		}
		return p.Name, personURL(id), err
	case "unit":
		u, err := UnitByID(ctx, s.DB, id)
		if errs.KindOf(err) == errs.NotFound {
			return object, "", nil
		}
		return u.Name(lang), unitURL(id), err
	}
	return num, "", nil
}
