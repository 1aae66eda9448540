package chain

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// Fault is the first entry that does not fit.
type Fault struct {
	Entry int64
	What  string // in English, for the operator
}

func (f Fault) Error() string { return fmt.Sprintf("entry %d %s", f.Entry, f.What) }

// Found is what a look through the whole log finds: where the chain begins and ends, how many entries are sealed and how many wait.
type Found struct {
	Begins, Head    Point
	Sealed, Waiting int
	Passed          bool // the hash that was asked for is one of the chain
}

// Verify counts all hashes again. It returns a Fault when an entry does not fit. kept is the hash of a head that was noted
// elsewhere, to be found in the chain; nil for none.
func Verify(ctx context.Context, d *db.DB, kept *Hash) (f Found, err error) {
	err = d.AtOneMoment(ctx, func(q db.Q) error {
		return walk(ctx, q, &f, func(l *Link) error {
			f.Passed = f.Passed || kept != nil && l.Hash == *kept
			return nil
		})
	})
	if kept != nil && f.Begins.Hash == *kept {
		f.Passed = true
	}
	return f, err
}

// Export writes the sealed entries as JSON, one a line, each with its hash, after a line that tells where the chain begins. It
// stops at an entry that does not fit.
func Export(ctx context.Context, d *db.DB, w io.Writer) (f Found, err error) {
	b := bufio.NewWriter(w)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	err = d.AtOneMoment(ctx, func(q db.Q) error {
		anchor, err := anchorOf(ctx, q)
		if err != nil {
			return err
		}
		if err := enc.Encode(struct {
			Format string `json:"format"`
			After  int64  `json:"after"`
			Hash   string `json:"hash"`
		}{"taitorinki-audit/1", anchor.ID, anchor.Hash.String()}); err != nil {
			return err
		}
		return walk(ctx, q, &f, func(l *Link) error {
			return enc.Encode(struct {
				*Link
				Hash string `json:"hash"`
			}{l, l.Hash.String()})
		})
	})
	if err == nil {
		err = b.Flush()
	}
	return f, err
}

// walk goes through the sealed entries in their order, counts each hash again, and calls use. f is written as it goes.
func walk(ctx context.Context, q db.Q, f *Found, use func(*Link) error) (err error) {
	defer errs.Wrap(&err, "chain.walk")
	if f.Begins, err = anchorOf(ctx, q); err != nil {
		return err
	}
	f.Head = f.Begins
	stray, err := strayEntry(ctx, q)
	if err != nil {
		return err
	}
	if err := eachLink(ctx, q, stray, use, f); err != nil {
		return err
	}
	if stray != 0 {
		return Fault{stray, "was put in: later ones had been sealed before"}
	}
	if err := toldOfAnchor(ctx, q, f.Begins); err != nil {
		return err
	}
	return q.QueryRowContext(ctx, `SELECT count(*) FROM audit_log WHERE id > $1`, f.Head.ID).Scan(&f.Waiting)
}

// strayEntry is the first entry that has no link although a later one has; 0 for none.
func strayEntry(ctx context.Context, q db.Q) (id int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(min(l.id), 0) FROM audit_log l LEFT JOIN audit_chain c ON c.id = l.id
		WHERE c.id IS NULL AND (l.id < (SELECT max(id) FROM audit_chain) OR l.id <= (SELECT max(id) FROM audit_anchor))`).Scan(&id)
	return id, err
}

// eachLink walks until a fault or, if it is not 0, until the stray entry.
func eachLink(ctx context.Context, q db.Q, stray int64, use func(*Link) error, f *Found) error {
	rows, err := q.QueryContext(ctx, `SELECT c.id, c.hash, l.id IS NOT NULL, coalesce(l.at, 0), coalesce(l.person_id, 0), coalesce(l.action, ''), coalesce(l.object, ''), coalesce(l.detail, '')
		FROM audit_chain c LEFT JOIN audit_log l ON l.id = c.id ORDER BY c.id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var l Link
		var hash []byte
		var there bool
		if err := rows.Scan(&l.ID, &hash, &there, &l.At, &l.Person, &l.Action, &l.Object, &l.Detail); err != nil {
			return err
		}
		if stray != 0 && stray < l.ID {
			return nil
		}
		l.Hash = l.after(f.Head.Hash)
		switch {
		case l.ID <= f.Begins.ID:
			return Fault{l.ID, "is sealed although the log begins after it"}
		case !there:
			return Fault{l.ID, "is missing"}
		case string(hash) != string(l.Hash[:]):
			return Fault{l.ID, "is not as it was sealed, or those before it are not"}
		}
		if err := use(&l); err != nil {
			return err
		}
		f.Sealed++
		f.Head = Point{l.ID, l.Hash}
	}
	return rows.Err()
}

// ForgetAction is the action of the entry that tells up to where old entries were deleted; its object is made by ForgetObject.
const ForgetAction = "audit.forget"

// ForgetObject names the last entry that was deleted.
func ForgetObject(id int64) string { return fmt.Sprintf("entry:%d", id) }

// toldOfAnchor looks for the entry that tells of the deletion: without it somebody else has moved the beginning.
func toldOfAnchor(ctx context.Context, q db.Q, p Point) error {
	if p.ID == 0 {
		return nil
	}
	var told bool
	err := q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM audit_log WHERE action = $1 AND object = $2)`, ForgetAction, ForgetObject(p.ID)).Scan(&told)
	if err == nil && !told {
		err = Fault{p.ID, "and those before it were deleted, and no entry tells of it"}
	}
	return err
}

// Forget deletes sealed entries that were made before a time in microseconds since 1970 UTC, the oldest first and at most most of
// them; the chain then begins after them. It returns how many went and the last of them; note writes the entry that tells of it,
// in the same transaction.
func Forget(ctx context.Context, d *db.DB, before int64, most int, note func(tx *db.Tx, n int, last int64) error) (n int, err error) {
	defer errs.Wrap(&err, "chain.Forget")
	err = d.InTx(ctx, func(tx *db.Tx) error {
		if _, err := lock(ctx, tx); err != nil {
			return err
		}
		ids, err := db.Rows(ctx, tx, func(r *sql.Rows, id *int64) error { return r.Scan(id) },
			`SELECT c.id FROM audit_chain c JOIN audit_log l ON l.id = c.id
			WHERE c.id < coalesce((SELECT min(id) FROM audit_log WHERE at >= $1), c.id + 1) ORDER BY c.id LIMIT $2`, before, most)
		if n = len(ids); err != nil || n == 0 {
			return err
		}
		last := ids[n-1]
		for _, query := range []string{
			`UPDATE audit_anchor SET id = $1, hash = (SELECT hash FROM audit_chain WHERE id = $1) WHERE one = 1`,
			`DELETE FROM audit_chain WHERE id <= $1`,
			`DELETE FROM audit_log WHERE id <= $1`,
		} {
			if _, err := tx.ExecContext(ctx, query, last); err != nil {
				return err
			}
		}
		return note(tx, n, last)
	})
	return n, err
}
