package signup

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/people"
)

// How long before a sitting begins and after it has ended people may say that they are there.
const (
	hereBefore = 30 * time.Minute
	hereAfter  = 2 * time.Hour
)

// Meeting reports whether people may say now that they are at an event.
func (s *Service) Meeting(e *events.Event) bool {
	now := s.Now()
	if e.State != events.Published {
		return false
	}
	for _, x := range e.Held() {
		if !now.Before(x.Start.Add(-hereBefore)) && !now.After(x.End.Add(hereAfter)) {
			return true
		}
	}
	return false
}

// Come notes that somebody with a place is at the event: by link, or by a code that was checked.
func (s *Service) Come(ctx context.Context, e *events.Event, signup int64, how string) error {
	if !s.Meeting(e) {
		return errs.New(errs.Conflict, "signup.not-now")
	}
	n, err := s.DB.Save(ctx, `UPDATE event_signups SET came_at = coalesce(came_at, $1), came_how = $2 WHERE id = $3 AND event_id = $4 AND state = 'place'`,
		db.At(s.Now()), how, signup, e.ID)
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "signup.no-place")
	}
	return err
}

// ComeByCode notes that somebody is at the event who types the code that its host shows. So many wrong codes an hour are taken for
// guessing, whoever they came from; then the host ticks.
func (s *Service) ComeByCode(ctx context.Context, e *events.Event, signup int64, code string) error {
	if !s.Meeting(e) {
		return errs.New(errs.Conflict, "signup.not-now")
	}
	n, err := tries(ctx, s.DB, e.ID, "code", s.Now())
	if err == nil && n >= mostCodes {
		err = errs.New(errs.Conflict, "signup.too-many-codes")
	}
	if err != nil {
		return err
	}
	m, err := marksOf(ctx, s.DB, e.ID)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(strings.Join(strings.Fields(code), "")), []byte(m.Code)) == 1 {
		return s.Come(ctx, e, signup, "code")
	}
	if _, err := s.tried(ctx, e.ID, "code", mostCodes); err != nil {
		return err
	}
	bad := errs.Fields{}
	bad.Add("code", "signup.wrong-code")
	return bad.Err()
}

// ComeAs notes that a guest is at the event who opened its link and gives their address or the number of their place. An address that
// is not on the list changes nothing and is answered as one that is.
func (s *Service) ComeAs(ctx context.Context, e *events.Event, who string) error {
	who = strings.TrimSpace(who)
	x, has, err := byEmail(ctx, s.DB, e.ID, who)
	if err == nil && !has {
		x, has, err = found(read(ctx, s.DB, `WHERE event_id = $1 AND number = $2`, e.ID, atoi(who)))
	}
	if err != nil || !has || x.State != Placed {
		return err
	}
	return s.Come(ctx, e, x.ID, "link")
}

// Tick stores who of some on the list came. Of those who are not among them nothing changes.
func (s *Service) Tick(ctx context.Context, by int64, e *events.Event, shown, came []int64) error {
	if s.Now().Before(e.Start.Add(-hereBefore)) {
		return errs.New(errs.Conflict, "signup.not-now")
	}
	is := map[int64]bool{}
	for _, id := range came {
		is[id] = true
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		defer errs.Wrap(&err, "signup.Tick(%d)", e.ID)
		for _, id := range shown {
			if is[id] {
				_, err = tx.ExecContext(ctx, `UPDATE event_signups SET came_at = $1, came_how = 'list' WHERE id = $2 AND event_id = $3 AND state = 'place' AND came_at IS NULL`,
					db.At(s.Now()), id, e.ID)
			} else {
				_, err = tx.ExecContext(ctx, `UPDATE event_signups SET came_at = NULL, came_how = '' WHERE id = $1 AND event_id = $2`, id, e.ID)
			}
			if err != nil {
				return err
			}
		}
		return people.Audit(ctx, tx, s.Now(), by, "event.attendance", objectOf(e), "")
	})
}
