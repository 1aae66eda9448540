// Package chain seals the audit log: each entry's hash is made of the entry and of the hash before it, so that an entry that was
// changed, taken out, put in or moved afterwards is found by whoever counts the hashes again.
//
// Entries are not sealed in the transaction that writes them, as all such transactions would then wait for one another. A Sealer
// does so within seconds, strictly in the order of ids, and only up to an id below which no running transaction can add any more.
// An entry that is not sealed although later ones are was therefore put in by somebody else.
//
// Who can write to the database can also make the whole chain anew. Against that helps only a head that is kept elsewhere: the
// last hash, which `taitorinki audit verify` prints and takes back.
package chain

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// Hash is SHA-256 of the hash before and of an entry.
type Hash [sha256.Size]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Link is an entry of the log with its hash. At is in microseconds since 1970 UTC; Person is 0 for the platform and the operator.
type Link struct {
	ID     int64  `json:"entry"`
	At     int64  `json:"at"`
	Person int64  `json:"person"`
	Action string `json:"action"`
	Object string `json:"object"`
	Detail string `json:"detail"`
	Hash   Hash   `json:"-"`
}

// after is the hash of an entry that follows one with the hash before: SHA-256 of that hash and the six fields as text, each with
// its length in bytes and a colon before it and a comma after it, so that no two entries are written alike.
func (l *Link) after(before Hash) (h Hash) {
	b := append([]byte(nil), before[:]...)
	for _, field := range []string{strconv.FormatInt(l.ID, 10), strconv.FormatInt(l.At, 10), strconv.FormatInt(l.Person, 10), l.Action, l.Object, l.Detail} {
		b = strconv.AppendInt(b, int64(len(field)), 10)
		b = append(append(append(b, ':'), field...), ',')
	}
	return sha256.Sum256(b)
}

// Sealer seals what is new in the log. Several may work on one database.
type Sealer struct {
	DB *db.DB

	mu      sync.Mutex
	newest  int64    // the newest entry when writers was read; 0: nothing is waited for
	writers []string // who wrote then, and may still add an entry with a smaller id
}

const perSeal = 1000

// Seal seals all entries that can be sealed by now and returns how many they were. Entries that it leaves because somebody is
// still writing are for its next call.
func (s *Sealer) Seal(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "chain.Seal")
	s.mu.Lock()
	defer s.mu.Unlock()
	safe, err := s.safe(ctx)
	if err != nil || safe == 0 {
		return 0, err
	}
	for {
		some := 0
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			some, err = seal(ctx, tx, safe)
			return err
		})
		if n += some; err != nil || some < perSeal {
			return n, err
		}
	}
}

// safe is the id up to which every entry that will ever be there can be seen; 0 when nothing up to it is unsealed.
func (s *Sealer) safe(ctx context.Context) (int64, error) {
	var newest, sealed int64
	err := s.DB.QueryRowContext(ctx, `SELECT coalesce((SELECT max(id) FROM audit_log), 0), coalesce((SELECT max(id) FROM audit_chain), 0)`).Scan(&newest, &sealed)
	if err != nil || newest <= sealed {
		return 0, err
	}
	writers, err := s.DB.Writers(ctx, "audit_log")
	if err != nil {
		return 0, err
	}
	if len(writers) == 0 {
		s.newest = 0
		return newest, nil
	}
	var safe int64
	if s.newest != 0 && !slices.ContainsFunc(s.writers, func(w string) bool { return slices.Contains(writers, w) }) {
		safe, s.newest = s.newest, 0
	}
	if s.newest == 0 {
		s.newest, s.writers = newest, writers
	}
	return safe, nil
}

// seal adds links for at most perSeal entries.
func seal(ctx context.Context, tx *db.Tx, safe int64) (int, error) {
	at, err := lock(ctx, tx)
	if err != nil {
		return 0, err
	}
	head, err := headOf(ctx, tx, at)
	if err != nil {
		return 0, err
	}
	all, err := db.Rows(ctx, tx, func(r *sql.Rows, l *Link) error {
		return r.Scan(&l.ID, &l.At, &l.Person, &l.Action, &l.Object, &l.Detail)
	}, `SELECT id, at, coalesce(person_id, 0), action, object, detail FROM audit_log WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3`, head.ID, safe, perSeal)
	if err != nil {
		return 0, err
	}
	rows := make([][]any, len(all))
	hash := head.Hash
	for i := range all {
		hash = all[i].after(hash)
		all[i].Hash = hash
		rows[i] = []any{all[i].ID, all[i].Hash[:]}
	}
	return len(all), tx.Insert(ctx, `INSERT INTO audit_chain (id, hash) VALUES`, 2, rows)
}

// Point is a place in the chain: an entry and its hash. The zero Point is before the first entry.
type Point struct {
	ID   int64
	Hash Hash
}

// lock makes other sealers wait until tx ends, and returns where the chain begins.
func lock(ctx context.Context, tx *db.Tx) (p Point, err error) {
	if _, err := tx.ExecContext(ctx, `INSERT INTO audit_anchor (one, id, hash) VALUES (1, 0, $1) ON CONFLICT DO NOTHING`, p.Hash[:]); err != nil {
		return p, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE audit_anchor SET id = id WHERE one = 1`); err != nil {
		return p, err
	}
	return anchorOf(ctx, tx)
}

func anchorOf(ctx context.Context, q db.Q) (p Point, err error) {
	p, err = pointOf(q.QueryRowContext(ctx, `SELECT id, hash FROM audit_anchor`))
	return p, err
}

// headOf is the newest link, or the anchor where there is none.
func headOf(ctx context.Context, q db.Q, anchor Point) (Point, error) {
	p, err := pointOf(q.QueryRowContext(ctx, `SELECT id, hash FROM audit_chain ORDER BY id DESC LIMIT 1`))
	if err == nil && p.ID == 0 {
		p = anchor
	}
	return p, err
}

func pointOf(row *sql.Row) (p Point, err error) {
	var hash []byte
	if err := row.Scan(&p.ID, &hash); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return Point{}, err
	}
	if copy(p.Hash[:], hash) != len(p.Hash) {
		return p, fmt.Errorf("the hash of entry %d has %d bytes", p.ID, len(hash))
	}
	return p, nil
}

// Head returns the newest sealed entry, and how many entries are not sealed yet.
func Head(ctx context.Context, q db.Q) (p Point, waiting int, err error) {
	defer errs.Wrap(&err, "chain.Head")
	anchor, err := anchorOf(ctx, q)
	if err != nil {
		return p, 0, err
	}
	if p, err = headOf(ctx, q, anchor); err != nil {
		return p, 0, err
	}
	return p, waiting, q.QueryRowContext(ctx, `SELECT count(*) FROM audit_log WHERE id > $1`, p.ID).Scan(&waiting)
}
