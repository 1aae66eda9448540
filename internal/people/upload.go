package people

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

const uploadLives = 24 * time.Hour

// upload is a list between its dry run and the word to bring it in. It is its uploader's alone.
type upload struct {
	ID    int64
	Files Files
}

// The kinds of lists.
const (
	staffUpload = "staff"
	rolesUpload = "roles" // its file stands as People
)

// saveUpload keeps a list and returns its id. An earlier one of the same person and kind is forgotten.
func saveUpload(ctx context.Context, tx *db.Tx, now time.Time, personID int64, kind string, f Files) (id int64, err error) {
	defer errs.Wrap(&err, "people.saveUpload")
	if _, err := tx.ExecContext(ctx, `DELETE FROM staff_uploads WHERE person_id = $1 AND kind = $2`, personID, kind); err != nil {
		return 0, err
	}
	names, err := json.Marshal([]string{f.Units.Name, f.People.Name, f.Professions.Name})
	if err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO staff_uploads (person_id, kind, units, people, professions, names, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		personID, kind, f.Units.Data, f.People.Data, f.Professions.Data, string(names), db.At(now)).Scan(&id)
	return id, err
}

func loadUpload(ctx context.Context, q db.Q, now time.Time, personID, id int64, kind string) (u upload, err error) {
	defer errs.Wrap(&err, "people.loadUpload(%d)", id)
	var names string
	err = q.QueryRowContext(ctx, `SELECT units, people, professions, names FROM staff_uploads
		WHERE id = $1 AND person_id = $2 AND kind = $3 AND created_at > $4`, id, personID, kind, db.At(now.Add(-uploadLives))).
		Scan(&u.Files.Units.Data, &u.Files.People.Data, &u.Files.Professions.Data, &names)
	if errors.Is(err, sql.ErrNoRows) {
		return u, errs.Because(err, errs.NotFound, "people.upload-gone")
	}
	if err != nil {
		return u, err
	}
	var list [3]string
	err = json.Unmarshal([]byte(names), &list)
	u.ID, u.Files.Units.Name, u.Files.People.Name, u.Files.Professions.Name = id, list[0], list[1], list[2]
	return u, err
}

// takeUpload loads a list to bring it in, and forgets it in the same transaction.
func takeUpload(ctx context.Context, tx *db.Tx, now time.Time, personID, id int64, kind string) (upload, error) {
	u, err := loadUpload(ctx, tx, now, personID, id, kind)
	if err != nil {
		return u, err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `DELETE FROM staff_uploads WHERE id = $1`, id))
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "people.upload-gone")
	}
	return u, err
}

// listsSoFar is how many staff lists have been brought in.
func listsSoFar(ctx context.Context, q db.Q) (n int64, err error) {
	defer errs.Wrap(&err, "people.listsSoFar")
	err = q.QueryRowContext(ctx, `SELECT imports FROM staff_lists WHERE id = 1`).Scan(&n)
	return n, err
}

func pruneUploads(ctx context.Context, q db.Q, now time.Time) (err error) {
	defer errs.Wrap(&err, "people.pruneUploads")
	_, err = q.ExecContext(ctx, `DELETE FROM staff_uploads WHERE created_at < $1`, db.At(now.Add(-uploadLives)))
	return err
}
