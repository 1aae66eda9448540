package insight

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/web"
)

const findingColumns = `id, round_code, unit_id, unit_code, area, origin, note, state, version, marked_by, marked_at, changed_at`

func scanFinding(r *sql.Rows, f *Finding) error {
	var origin string
	var marked, changed db.Time
	if err := r.Scan(&f.ID, &f.Round, &f.UnitID, &f.UnitCode, &f.Area, &origin, &f.Note, &f.State, &f.Version, &f.MarkedBy, &marked, &changed); err != nil {
		return err
	}
	f.MarkedAt, f.ChangedAt = marked.Time, changed.Time
	return json.Unmarshal([]byte(origin), &f.Origin)
}

// FindingFilter limits a list of findings; its zero value lets all through.
type FindingFilter struct {
	States   []FindingState // any of these
	Area     string         // id
	Under    int64          // unit and all below it, by the tree of each finding's round
	Round    string         // code
	UnitCode string         // the unit alone, in any round
	Reader   *web.Visitor   // what this visitor may see
}

func (x FindingFilter) lets(f *Finding) bool {
	return (len(x.States) == 0 || slices.Contains(x.States, f.State)) && f.Under(x.Under) && (x.Reader == nil || f.ReadableBy(*x.Reader))
}

// Findings returns the findings that a filter lets through, the newest first. The order tells nothing of any figure.
func (s *Service) Findings(ctx context.Context, x FindingFilter) (out []Finding, err error) {
	defer errs.Wrap(&err, "insight.Findings")
	all, err := db.Rows(ctx, s.DB, scanFinding, `SELECT `+findingColumns+` FROM insight_findings
		WHERE ($1 = '' OR area = $1) AND ($2 = '' OR round_code = $2) AND ($3 = '' OR unit_code = $3)
		ORDER BY marked_at DESC, id DESC`, x.Area, x.Round, x.UnitCode)
	for _, f := range all {
		if x.lets(&f) {
			out = append(out, f)
		}
	}
	return out, err
}

// FindingByID returns a finding; errs.NotFound when there is none.
func (s *Service) FindingByID(ctx context.Context, id int64) (Finding, error) {
	return findingByID(ctx, s.DB, id)
}

func findingByID(ctx context.Context, q db.Q, id int64) (f Finding, err error) {
	defer errs.Wrap(&err, "insight.findingByID(%d)", id)
	all, err := db.Rows(ctx, q, scanFinding, `SELECT `+findingColumns+` FROM insight_findings WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "insight.no-finding")
	}
	if err != nil {
		return f, err
	}
	return all[0], nil
}

// FindingEvents returns what has been done to a finding, the oldest first.
func (s *Service) FindingEvents(ctx context.Context, id int64) (_ []FindingEvent, err error) {
	defer errs.Wrap(&err, "insight.FindingEvents(%d)", id)
	return findingEvents(ctx, s.DB, `finding_id = $1 ORDER BY id`, id)
}

func findingEvents(ctx context.Context, q db.Q, where string, args ...any) ([]FindingEvent, error) {
	return db.Rows(ctx, q, func(r *sql.Rows, e *FindingEvent) error {
		var at db.Time
		err := r.Scan(&e.Finding, &at, &e.By, &e.Kind, &e.State, &e.Why)
		e.At = at.Time
		return err
	}, `SELECT finding_id, at, person_id, kind, state, why FROM insight_finding_events WHERE `+where, args...)
}

// findingsOf are the findings that a person has marked, and all that the person has done to findings, the oldest first.
func findingsOf(ctx context.Context, q db.Q, person int64) (marked []Finding, done []FindingEvent, err error) {
	defer errs.Wrap(&err, "insight.findingsOf(%d)", person)
	marked, err = db.Rows(ctx, q, scanFinding, `SELECT `+findingColumns+` FROM insight_findings WHERE marked_by = $1 ORDER BY id`, person)
	if err != nil {
		return nil, nil, err
	}
	done, err = findingEvents(ctx, q, `person_id = $1 ORDER BY id`, person)
	return marked, done, err
}

// insertFinding stores a finding and gives it its id; made is false when its form has been sent before, which gives the id of then.
func insertFinding(ctx context.Context, tx *db.Tx, f *Finding, sentAs string) (made bool, err error) {
	defer errs.Wrap(&err, "insight.insertFinding")
	origin, err := json.Marshal(f.Origin)
	if err != nil {
		return false, err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO insight_findings (round_code, unit_id, unit_code, area, origin, note, state, version, marked_by, marked_at, changed_at, sent_as)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11) ON CONFLICT DO NOTHING`,
		f.Round, f.UnitID, f.UnitCode, f.Area, string(origin), f.Note, string(f.State), f.Version, f.MarkedBy, db.At(f.MarkedAt), sentAs))
	if err != nil {
		return false, err
	}
	return n == 1, tx.QueryRowContext(ctx, `SELECT id FROM insight_findings WHERE sent_as = $1`, sentAs).Scan(&f.ID)
}

// updateFinding stores what can change of a finding, unless it is of another version by now.
func updateFinding(ctx context.Context, tx *db.Tx, f *Finding, version int) (err error) {
	defer errs.Wrap(&err, "insight.updateFinding(%d)", f.ID)
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE insight_findings SET note = $3, state = $4, changed_at = $5, version = version + 1 WHERE id = $1 AND version = $2`,
		f.ID, version, f.Note, string(f.State), db.At(f.ChangedAt)))
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "insight.finding-changed")
	}
	return err
}

func insertFindingEvent(ctx context.Context, tx *db.Tx, e FindingEvent) (err error) {
	defer errs.Wrap(&err, "insight.insertFindingEvent(%d)", e.Finding)
	_, err = tx.ExecContext(ctx, `INSERT INTO insight_finding_events (finding_id, at, person_id, kind, state, why) VALUES ($1, $2, $3, $4, $5, $6)`,
		e.Finding, db.At(e.At), e.By, string(e.Kind), string(e.State), e.Why)
	return err
}
