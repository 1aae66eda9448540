package people

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
)

const (
	signinTopic = "signin" // in the outbox
	signinKind  = "people.signin"
	linkLives   = 15 * time.Minute // from the moment the mail is written
	wishLives   = time.Hour        // a mail that is later than this is no longer waited for
	mostWishes  = 5                // of one person, within linkLives
	apart       = time.Minute      // as far ahead another server's clock may be; what is later was dated by a clock that has gone back since
)

// wish notes that somebody wants to sign in with an address, to come to the page next, and asks for the mail in a language. An address
// that nobody has, and one wish too many, take the same steps for nobody, so that neither the answer nor its time tells whose
// addresses are known.
func (s *Service) wish(ctx context.Context, email, next, lang string) (err error) {
	defer errs.Wrap(&err, "people.wish")
	now := s.Now()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := wisher(ctx, tx, email, now)
		if err != nil {
			return err
		}
		var id int64
		err = tx.QueryRowContext(ctx, `INSERT INTO signins (person_id, asked_at, next, lang) VALUES ($1, $2, $3, $4) RETURNING id`, null(p.ID), db.At(now), next, lang).Scan(&id)
		if err != nil {
			return err
		}
		// Due before all else: who signs in waits for it, and thousands of invitations may be on their way.
		return outbox.Add(ctx, tx, time.Unix(0, 0), []outbox.Item{{Topic: signinTopic, Kind: signinKind, Ref: id, Address: p.Email}})
	})
	if err == nil && s.Outbox != nil {
		s.Outbox.Wake()
	}
	return err
}

// wisher is the person who may have a link now, the zero Person for nobody.
func wisher(ctx context.Context, tx *db.Tx, email string, now time.Time) (Person, error) {
	p, err := PersonByEmail(ctx, tx, email)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return Person{}, err
	}
	// The lock makes the same person's wishes wait for one another, so that they are counted.
	if _, err := tx.ExecContext(ctx, `UPDATE persons SET epoch = epoch WHERE id = $1`, p.ID); err != nil {
		return Person{}, err
	}
	var open int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM signins WHERE person_id = $1 AND asked_at > $2 AND asked_at < $3`, p.ID, db.At(now.Add(-linkLives)), db.At(now.Add(apart))).Scan(&open); err != nil {
		return Person{}, err
	}
	if !p.Left.IsZero() || open >= mostWishes {
		return Person{}, nil
	}
	return p, nil
}

// writeSignin writes the mail of a wish with a token made now.
func (s *Service) writeSignin(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "people.writeSignin(%d)", ref)
	now := s.Now()
	var lang string
	err = s.DB.QueryRowContext(ctx, `SELECT p.email, coalesce(nullif(s.lang, ''), p.lang) FROM signins s JOIN persons p ON p.id = s.person_id
		WHERE s.id = $1 AND s.asked_at > $2 AND p.left_at IS NULL`, ref, db.At(now.Add(-wishLives))).Scan(&m.To, &lang)
	if errors.Is(err, sql.ErrNoRows) {
		return m, errs.Because(err, errs.NotFound, "people.link-bad")
	}
	if err != nil {
		return m, err
	}
	token, hash, err := s.newToken()
	if err != nil {
		return m, err
	}
	n, err := s.DB.Save(ctx, `UPDATE signins SET hash = $2, expires_at = $3 WHERE id = $1`, ref, hash, db.At(now.Add(linkLives)))
	if err != nil {
		return m, err
	}
	if n == 0 {
		return m, errs.New(errs.NotFound, "people.link-bad")
	}
	args := []any{"service", s.Kit.Service, "link", s.linkOf(token), "minutes", int(linkLives / time.Minute)}
	m.Subject = s.Kit.Words.T(lang, "people.mail-signin-subject", args...)
	m.Text = s.Kit.Words.T(lang, "people.mail-signin", args...)
	return m, nil
}

func (s *Service) linkOf(token string) string {
	return strings.TrimSuffix(s.BaseURL, "/") + "/sign-in/" + token
}

// letters are read aloud and typed without doubt, and no mail program cuts a link at one.
var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

func (s *Service) newToken() (token string, hash []byte, err error) {
	b := make([]byte, 16)
	if _, err := io.ReadFull(s.rand(), b); err != nil {
		return "", nil, err
	}
	token = strings.ToLower(letters.EncodeToString(b))
	return token, hashOf(token), nil
}

// hashOf is what is kept of a token. Looking the hash up takes a time that says nothing of the token.
func hashOf(token string) []byte {
	h := sha256.Sum256([]byte(strings.ToLower(token)))
	return h[:]
}

// SigninLink makes a link that signs a person in, for the operator to hand over.
func (s *Service) SigninLink(ctx context.Context, personID int64) (url string, err error) {
	defer errs.Wrap(&err, "people.SigninLink(%d)", personID)
	p, err := PersonByID(ctx, s.DB, personID)
	if err != nil {
		return "", err
	}
	if !p.Left.IsZero() {
		return "", errs.New(errs.NotFound, "people.person-left")
	}
	token, hash, err := s.newToken()
	if err != nil {
		return "", err
	}
	now := s.Now()
	_, err = s.DB.ExecContext(ctx, `INSERT INTO signins (person_id, hash, asked_at, expires_at) VALUES ($1, $2, $3, $4)`,
		personID, hash, db.At(now), db.At(now.Add(linkLives)))
	return s.linkOf(token), err
}

// linkEnds is between which times a link ends that can be used now.
func (s *Service) linkEnds() (from, to db.Time) {
	now := s.Now()
	return db.At(now), db.At(now.Add(linkLives + apart))
}

// linkGood reports whether a link can still be used. It uses nothing up.
func (s *Service) linkGood(ctx context.Context, token string) (good bool, err error) {
	defer errs.Wrap(&err, "people.linkGood")
	var n int
	from, to := s.linkEnds()
	err = s.DB.QueryRowContext(ctx, `SELECT count(*) FROM signins s JOIN persons p ON p.id = s.person_id
		WHERE s.hash = $1 AND s.expires_at > $2 AND s.expires_at < $3 AND p.left_at IS NULL`, hashOf(token), from, to).Scan(&n)
	return n > 0, err
}

// useLink uses a link up and returns whose it was and which page it was asked for. Of several who try at once one succeeds;
// the others get errs.NotFound, as does a link that is old or mistyped.
func (s *Service) useLink(ctx context.Context, token string) (p Person, next string, err error) {
	defer errs.Wrap(&err, "people.useLink")
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		var id int64
		from, to := s.linkEnds()
		err := tx.QueryRowContext(ctx, `DELETE FROM signins WHERE hash = $1 AND expires_at > $2 AND expires_at < $3 RETURNING person_id, next`,
			hashOf(token), from, to).Scan(&id, &next)
		if errors.Is(err, sql.ErrNoRows) {
			return errs.Because(err, errs.NotFound, "people.link-bad")
		}
		if err != nil {
			return err
		}
		p, err = PersonByID(ctx, tx, id)
		if err == nil && !p.Left.IsZero() {
			err = errs.New(errs.NotFound, "people.link-bad")
		}
		if err != nil {
			return err
		}
		return Audit(ctx, tx, s.Now(), id, "people.audit-signin", objectOf("person", id), "")
	})
	return p, next, err
}

// SignOutEverywhere ends all sessions of a person and the links that wait to be used.
func SignOutEverywhere(ctx context.Context, tx *db.Tx, personID int64) (err error) {
	defer errs.Wrap(&err, "people.SignOutEverywhere(%d)", personID)
	if err := endSessions(ctx, tx, personID); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM signins WHERE person_id = $1`, personID)
	return err
}

// endSessions ends all sessions of a person. Links that wait to be used stay good: they are the person's own.
func endSessions(ctx context.Context, tx *db.Tx, personID int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE persons SET epoch = epoch + 1 WHERE id = $1`, personID)
	return err
}

// pruneSignins forgets wishes and links that can no longer be used.
func pruneSignins(ctx context.Context, q db.Q, now time.Time) (err error) {
	defer errs.Wrap(&err, "people.pruneSignins")
	_, err = q.ExecContext(ctx, `DELETE FROM signins WHERE asked_at < $1 AND (expires_at IS NULL OR expires_at < $2)`,
		db.At(now.Add(-2*wishLives)), db.At(now))
	return err
}

// setLang keeps the language that a person chose, which a staff list then leaves alone.
func (s *Service) setLang(ctx context.Context, personID int64, lang string) error {
	if !i18n.Known(lang) {
		return errs.New(errs.Invalid, "people.bad-lang", "value", lang)
	}
	_, err := s.DB.ExecContext(ctx, `UPDATE persons SET lang = $2, own_lang = $3 WHERE id = $1`, personID, lang, true)
	if err != nil {
		err = fmt.Errorf("people.setLang(%d): %w", personID, err)
	}
	return err
}
