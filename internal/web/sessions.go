package web

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"taitorinki/internal/db"
)

// plain is a manager as the library makes it: with a store in memory and a goroutine that tidies that. Ours are copies with a
// store of their own, so that there is one such goroutine in all.
var plain = scs.New()

// SessionLife is how long a session lasts at most. It ends after an hour without use too: workstations are shared.
const SessionLife = 12 * time.Hour

// NewSessions keeps sessions in the database, by the hash of their token.
func NewSessions(d *db.DB, now func() time.Time, secure bool) *scs.SessionManager {
	s := *plain
	s.Store = sessionStore{d, now}
	s.Lifetime = SessionLife
	s.IdleTimeout = time.Hour
	s.Cookie.Name = "session"
	s.Cookie.Persist = false
	s.Cookie.HttpOnly = true
	s.Cookie.Secure = secure
	s.Cookie.SameSite = http.SameSiteLaxMode
	return &s
}

type sessionStore struct {
	db  *db.DB
	now func() time.Time
}

// sessionKey is what is kept of a session's token.
func sessionKey(token string) string {
	h := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

func (s sessionStore) FindCtx(ctx context.Context, token string) (b []byte, found bool, err error) {
	err = s.db.HotRow(ctx, `SELECT data FROM sessions WHERE id = $1 AND expires_at > $2`, []byte(sessionKey(token)), db.At(s.now())).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return b, err == nil && len(b) > 0, err
}

// CommitCtx leaves a session alone that has ended: every request writes its session when it is over, and one that began before must
// not bring it back.
func (s sessionStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	_, err := s.db.Save(ctx, `INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at WHERE length(sessions.data) > 0`,
		[]byte(sessionKey(token)), b, db.At(expiry))
	return err
}

func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.db.Save(ctx, `UPDATE sessions SET data = $2 WHERE id = $1`, []byte(sessionKey(token)), []byte{})
	return err
}

func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s sessionStore) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// SessionKey names the session of a request: with it the session can be ended from elsewhere, and not used.
func (k *Kit) SessionKey(ctx context.Context) string { return sessionKey(k.Sessions.Token(ctx)) }

// EndSession ends the session that SessionKey named, also one whose first request is not over yet.
func EndSession(ctx context.Context, tx *db.Tx, key string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET data = excluded.data`, []byte(key), []byte{}, db.At(now.Add(SessionLife)))
	return err
}

// PruneSessions forgets sessions that have ended.
func PruneSessions(ctx context.Context, d *db.DB, now time.Time) error {
	_, err := d.ExecContext(ctx, `DELETE FROM sessions WHERE expires_at < $1`, db.At(now))
	return err
}
