package mentoring

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// uploadLives is how long a list waits for the word to bring it in.
const uploadLives = 24 * time.Hour

// upload is a list between its dry run and the word to bring it in.
type upload struct {
	ID   int64
	Name string
	Data []byte
}

// saveUpload keeps a list and returns its id. An earlier one of the same person is forgotten.
func saveUpload(ctx context.Context, tx *db.Tx, now time.Time, person int64, u upload) (id int64, err error) {
	defer errs.Wrap(&err, "mentoring.saveUpload")
	if _, err := tx.ExecContext(ctx, `DELETE FROM mentoring_uploads WHERE person_id = $1`, person); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO mentoring_uploads (person_id, name, data, created_at) VALUES ($1, $2, $3, $4) RETURNING id`,
		person, u.Name, u.Data, db.At(now)).Scan(&id)
	return id, err
}

// loadUpload returns a list of a person's own.
func loadUpload(ctx context.Context, q db.Q, now time.Time, person, id int64) (u upload, err error) {
	defer errs.Wrap(&err, "mentoring.loadUpload(%d)", id)
	u.ID = id
	err = q.QueryRowContext(ctx, `SELECT name, data FROM mentoring_uploads WHERE id = $1 AND person_id = $2 AND created_at > $3`,
		id, person, db.At(now.Add(-uploadLives))).Scan(&u.Name, &u.Data)
	if errors.Is(err, sql.ErrNoRows) {
		err = errs.Because(err, errs.NotFound, "people.upload-gone")
	}
	return u, err
}

// takeUpload loads a list to bring it in, and forgets it in the same transaction.
func takeUpload(ctx context.Context, tx *db.Tx, now time.Time, person, id int64) (upload, error) {
	u, err := loadUpload(ctx, tx, now, person, id)
	if err != nil {
		return u, err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `DELETE FROM mentoring_uploads WHERE id = $1`, id))
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "people.upload-gone")
	}
	return u, err
}

func pruneUploads(ctx context.Context, q db.Q, now time.Time) (err error) {
	defer errs.Wrap(&err, "mentoring.pruneUploads")
	_, err = q.ExecContext(ctx, `DELETE FROM mentoring_uploads WHERE created_at < $1`, db.At(now.Add(-uploadLives)))
	return err
}

// mark tells two changes apart: what somebody has looked at and agreed to is done, and nothing else.
func (c *listChange) mark() (string, error) {
	b, err := json.Marshal(c.Rows)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// errFaults refuses a list with faults.
var errFaults = errs.New(errs.Invalid, "mentoring.list-faults")

// bringIn takes a list that somebody uploaded and does all of it, or nothing. The mark is that of the changes that were seen.
func (s *Service) bringIn(ctx context.Context, v web.Visitor, id int64, mark string) (c *listChange, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		u, err := takeUpload(ctx, tx, s.Now(), v.ID, id)
		if err != nil {
			return err
		}
		if c, err = readList(ctx, tx, u.Name, u.Data, v); err != nil {
			return err
		}
		now, err := c.mark()
		if err != nil {
			return err
		}
		switch {
		case len(c.Faults) > 0:
			return errFaults
		case now != mark:
			return errs.New(errs.Conflict, "people.upload-old")
		}
		for i := range c.Rows {
			if err := s.bringInRow(ctx, tx, v.ID, &c.Rows[i]); err != nil {
				return err
			}
		}
		return people.Audit(ctx, tx, s.Now(), v.ID, "mentor.list", "", people.Detail("n", len(c.Rows)))
	})
	return c, err
}

func (s *Service) bringInRow(ctx context.Context, tx *db.Tx, by int64, c *rowChange) error {
	m := c.After
	if c.Before != nil {
		return s.change(ctx, tx, by, m.ID, c.Before.Version, Listed, c.Why, func(now *Mentor) error {
			now.State, now.Minutes, now.Starts, now.Ends, now.Units = m.State, m.Minutes, m.Starts, m.Ends, m.Units
			now.Areas, now.Services, now.Langs, now.Reach = m.Areas, m.Services, m.Langs, m.Reach
			now.AwayFrom, now.AwayTo, now.NoteOff = m.AwayFrom, m.AwayTo, m.NoteOff
			return nil
		})
	}
	m.Since = s.Now()
	made, err := insertMentor(ctx, tx, &m)
	if err == nil && !made {
		err = errs.New(errs.Conflict, "people.upload-old")
	}
	if err != nil {
		return err
	}
	if err := s.keepRole(ctx, tx, by, &m); err != nil {
		return err
	}
	return s.record(ctx, tx, Event{Mentor: m.ID, At: s.Now(), By: by, Kind: Listed, State: m.State, Why: c.Why, Grant: m.grant()})
}
