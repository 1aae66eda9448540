package web

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"taitorinki/internal/db"
)

// plain is a manager as the library makes it: with a store in memory and a goroutine that tidies that. Ours are copies with a
// store of their own, so that there is one such goroutine in all.
var plain = scs.New()

// NewSessions keeps sessions in the database, by the hash of their token. A session ends after an hour without use
// and after twelve in any case: workstations are shared.
func NewSessions(d *db.DB, now func() time.Time, secure bool) *scs.SessionManager {
	s := *plain
	s.Store = sessionStore{d, now}
	s.HashTokenInStore = true
	s.Lifetime = 12 * time.Hour
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

func (s sessionStore) FindCtx(ctx context.Context, token string) (b []byte, found bool, err error) {
	err = s.db.HotRow(ctx, `SELECT data FROM sessions WHERE id = $1 AND expires_at > $2`, []byte(token), db.At(s.now())).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return b, err == nil, err
}

func (s sessionStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	_, err := s.db.Save(ctx, `INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`, []byte(token), b, db.At(expiry))
	return err
}

func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.db.Save(ctx, `DELETE FROM sessions WHERE id = $1`, []byte(token))
	return err
}

func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s sessionStore) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// PruneSessions forgets sessions that have ended.
func PruneSessions(ctx context.Context, d *db.DB, now time.Time) error {
	_, err := d.ExecContext(ctx, `DELETE FROM sessions WHERE expires_at < $1`, db.At(now))
	return err
}
