package survey

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/survey/seal"
)

// InstrumentRow is a stored instrument.
type InstrumentRow struct {
	ID           int64
	Key, Version string
	Source       string
	CreatedAt    time.Time
	PublishedAt  time.Time
}

// Published reports whether the instrument can be used in a round, and so never changes again.
func (r InstrumentRow) Published() bool { return !r.PublishedAt.IsZero() }

const instrumentCols = `id, ikey, version, source, created_at, published_at`

func scanInstrument(r interface{ Scan(...any) error }, in *InstrumentRow) error {
	var c, p db.Time
	err := r.Scan(&in.ID, &in.Key, &in.Version, &in.Source, &c, &p)
	in.CreatedAt, in.PublishedAt = c.Time, p.Time
	return err
}

// InstrumentByID returns a stored instrument.
func InstrumentByID(ctx context.Context, q db.Q, id int64) (in InstrumentRow, err error) {
	defer errs.Wrap(&err, "survey.InstrumentByID(%d)", id)
	err = scanInstrument(q.QueryRowContext(ctx, `SELECT `+instrumentCols+` FROM survey_instruments WHERE id = $1`, id), &in)
	return in, missing(err, "survey.no-instrument")
}

// InstrumentByVersion returns a stored instrument by its key and version.
func InstrumentByVersion(ctx context.Context, q db.Q, key, version string) (in InstrumentRow, err error) {
	defer errs.Wrap(&err, "survey.InstrumentByVersion(%s, %s)", key, version)
	err = scanInstrument(q.QueryRowContext(ctx, `SELECT `+instrumentCols+` FROM survey_instruments WHERE ikey = $1 AND version = $2`, key, version), &in)
	return in, missing(err, "survey.no-instrument")
}

// Instruments lists the stored instruments, the newest first.
func Instruments(ctx context.Context, q db.Q) (_ []InstrumentRow, err error) {
	defer errs.Wrap(&err, "survey.Instruments")
	return db.Rows(ctx, q, func(r *sql.Rows, in *InstrumentRow) error { return scanInstrument(r, in) },
		`SELECT `+instrumentCols+` FROM survey_instruments ORDER BY id DESC`)
}

// saveInstrument stores a new instrument, or replaces one of the same version that is not published.
func saveInstrument(ctx context.Context, tx *db.Tx, key, version, source string, now time.Time) (id int64, err error) {
	defer errs.Wrap(&err, "survey.saveInstrument(%s, %s)", key, version)
	err = tx.QueryRowContext(ctx, `INSERT INTO survey_instruments (ikey, version, source, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (ikey, version) DO UPDATE SET source = excluded.source
		WHERE survey_instruments.published_at IS NULL OR survey_instruments.source = excluded.source RETURNING id`,
		key, version, source, db.At(now)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, errs.New(errs.Conflict, "survey.instrument-published", "key", key, "version", version)
	}
	return id, err
}

func publishInstrument(ctx context.Context, tx *db.Tx, id int64, now time.Time) (err error) {
	defer errs.Wrap(&err, "survey.publishInstrument(%d)", id)
	_, err = tx.ExecContext(ctx, `UPDATE survey_instruments SET published_at = $2 WHERE id = $1 AND published_at IS NULL`, id, db.At(now))
	return err
}

const roundCols = `r.id, r.code, r.instrument_id, r.state, r.settings, r.opens_at, r.closes_at, r.opened_at, r.closed_at, r.invited, r.responses`

func scanRound(r interface{ Scan(...any) error }, x *Round) error {
	var opens, closes, opened, closed db.Time
	var settings string
	var responses sql.NullInt64
	if err := r.Scan(&x.ID, &x.Code, &x.InstrumentID, &x.State, &settings, &opens, &closes, &opened, &closed, &x.Invited, &responses); err != nil {
		return err
	}
	x.OpensAt, x.ClosesAt, x.OpenedAt, x.ClosedAt, x.Responses = opens.Time, closes.Time, opened.Time, closed.Time, int(responses.Int64)
	x.Settings = &Settings{}
	return json.Unmarshal([]byte(settings), x.Settings)
}

// RoundByID returns a round.
func RoundByID(ctx context.Context, q db.Q, id int64) (r Round, err error) {
	defer errs.Wrap(&err, "survey.RoundByID(%d)", id)
	err = scanRound(q.QueryRowContext(ctx, `SELECT `+roundCols+` FROM survey_rounds r WHERE r.id = $1`, id), &r)
	return r, missing(err, "survey.no-round")
}

// lockedRound is RoundByID of an opened round for whatever is done for each of many people: the settings, which no longer change,
// are parsed once.
func (s *Service) lockedRound(ctx context.Context, id int64) (r Round, err error) {
	set, err := s.SettingsOf(ctx, id)
	if err != nil {
		return r, err
	}
	err = scanRound(s.DB.HotRow(ctx, `SELECT `+strings.Replace(roundCols, "r.settings", "'{}'", 1)+` FROM survey_rounds r WHERE r.id = $1`, id), &r)
	errs.Wrap(&err, "survey.lockedRound(%d)", id)
	r.Settings = set
	return r, missing(err, "survey.no-round")
}

// RoundByCode returns a round by the code in its links.
func RoundByCode(ctx context.Context, q db.Q, code string) (r Round, err error) {
	defer errs.Wrap(&err, "survey.RoundByCode")
	err = scanRound(q.QueryRowContext(ctx, `SELECT `+roundCols+` FROM survey_rounds r WHERE r.code = $1`, code), &r)
	return r, missing(err, "survey.no-round")
}

// Rounds lists all rounds, the newest first.
func Rounds(ctx context.Context, q db.Q) (_ []Round, err error) {
	defer errs.Wrap(&err, "survey.Rounds")
	return db.Rows(ctx, q, func(r *sql.Rows, x *Round) error { return scanRound(r, x) },
		`SELECT `+roundCols+` FROM survey_rounds r ORDER BY r.id DESC`)
}

func insertRound(ctx context.Context, tx *db.Tx, r *Round) (err error) {
	defer errs.Wrap(&err, "survey.insertRound")
	set, err := json.Marshal(r.Settings)
	if err != nil {
		return err
	}
	return tx.QueryRowContext(ctx, `INSERT INTO survey_rounds (code, instrument_id, state, settings, opens_at, closes_at)
		VALUES ($1, $2, 'draft', $3, $4, $5) RETURNING id`, r.Code, r.InstrumentID, string(set), db.At(r.OpensAt), db.At(r.ClosesAt)).Scan(&r.ID)
}

// updateDraft stores the settings of a round that has not opened.
func updateDraft(ctx context.Context, tx *db.Tx, r *Round) (err error) {
	defer errs.Wrap(&err, "survey.updateDraft(%d)", r.ID)
	set, err := json.Marshal(r.Settings)
	if err != nil {
		return err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE survey_rounds SET settings = $2, opens_at = $3, closes_at = $4, instrument_id = $5
		WHERE id = $1 AND state = 'draft'`, r.ID, string(set), db.At(r.OpensAt), db.At(r.ClosesAt), r.InstrumentID))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "survey.locked")
	}
	return err
}

// feedbackRow returns a closed round's sealed feedback.
func feedbackRow(ctx context.Context, q db.Q, secret link.Secret) (sealed []byte, err error) {
	defer errs.Wrap(&err, "survey.feedbackRow")
	err = q.QueryRowContext(ctx, `SELECT sealed FROM survey_feedbacks WHERE id = $1`, seal.FeedbackID(secret)).Scan(&sealed)
	return sealed, missing(err, "survey.no-feedback")
}

// Invitation is one person's invitation to a round.
type Invitation struct {
	ID, PersonID int64
}

func invitations(ctx context.Context, q db.Q, round int64) (_ []Invitation, err error) {
	defer errs.Wrap(&err, "survey.invitations(%d)", round)
	return db.Rows(ctx, q, func(r *sql.Rows, i *Invitation) error { return r.Scan(&i.ID, &i.PersonID) },
		`SELECT id, person_id FROM survey_invitations WHERE round_id = $1 ORDER BY id`, round)
}

// RoundUnit is a unit as it stood when the round opened.
type RoundUnit struct {
	ID, Parent int64 // Parent 0: a root
	Code       string
	Names      Words
	Invited    int
	AnswersAs  int64 // 0: the whole population
	standing   int   // slips for people who are among the invited already
}

// RoundUnits returns the tree of a round as it stood at opening.
func RoundUnits(ctx context.Context, q db.Q, round int64) (_ []RoundUnit, err error) {
	defer errs.Wrap(&err, "survey.RoundUnits(%d)", round)
	return db.Rows(ctx, q, func(r *sql.Rows, u *RoundUnit) error {
		var parent, as sql.NullInt64
		var fi, sv, en string
		err := r.Scan(&u.ID, &parent, &u.Code, &fi, &sv, &en, &u.Invited, &as, &u.standing)
		u.Parent, u.AnswersAs, u.Names = parent.Int64, as.Int64, Words{"fi": fi, "sv": sv, "en": en}
		return err
	}, `SELECT unit_id, parent_id, code, name_fi, name_sv, name_en, invited, answers_as, standing FROM survey_round_units WHERE round_id = $1 ORDER BY unit_id`, round)
}

// Response is one answer set of a closed round.
type Response struct {
	Group   int
	Answers map[string]string // by item id; what was not answered is left out
	Pair    string            // bytes that stand for the respondent's code; "": none
}

// responsesOf asks for the responses of a closed round, in the order of their random keys.
const responsesOf = `SELECT grp, answers, pair FROM survey_responses WHERE round_id = $1 ORDER BY id`

// Responses returns the answers of a closed round, in the order of their random keys.
func Responses(ctx context.Context, q db.Q, round int64) (_ []Response, err error) {
	defer errs.Wrap(&err, "survey.Responses(%d)", round)
	return db.Rows(ctx, q, func(r *sql.Rows, x *Response) error {
		var answers string
		var pair []byte
		if err := r.Scan(&x.Group, &answers, &pair); err != nil {
			return err
		}
		x.Pair = string(pair)
		return json.Unmarshal([]byte(answers), &x.Answers)
	}, responsesOf, round)
}

// missing turns "no rows" into what the reader is told.
func missing(err error, key string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errs.Because(err, errs.NotFound, key)
	}
	return err
}

func null(id int64) sql.NullInt64 { return sql.NullInt64{Int64: id, Valid: id != 0} }
