package signon

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
)

// logoutAge is how old a logout token may be, and how far its clock may be before ours.
const logoutAge = 10 * time.Minute

var errBadLogout = errors.New("not a logout token for now")

// backChannel is where the provider tells that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0).
func (s *Service) backChannel(w http.ResponseWriter, r *http.Request) error {
	err := s.heed(r.Context(), r.PostFormValue("logout_token"))
	if err != nil && errs.KindOf(err) == errs.Internal {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		slog.WarnContext(r.Context(), "a logout of the county's sign-in was refused", "err", err)
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_request"}`)) // a provider that went away is no fault of ours
		return nil
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// heed checks a logout token and ends the sessions that it speaks of. That there are none is well.
func (s *Service) heed(ctx context.Context, raw string) (err error) {
	p, err := s.provider(ctx)
	if err != nil {
		return errs.Because(err, errs.Invalid, "signon.away")
	}
	t, err := p.verifier.VerifyLogout(ctx, raw)
	if err != nil {
		return errs.Because(err, errs.Invalid, "signon.bad-logout")
	}
	now := s.Now()
	if age := now.Sub(t.IssuedAt); age > logoutAge || age < -logoutAge {
		return errs.Because(errBadLogout, errs.Invalid, "signon.bad-logout")
	}
	defer errs.Wrap(&err, "signon.heed")
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		fresh, err := firstSeen(ctx, tx, t.Issuer, t.TokenID, now.Add(2*logoutAge))
		if err == nil && !fresh {
			err = errs.Because(errBadLogout, errs.Invalid, "signon.bad-logout")
		}
		if err != nil {
			return err
		}
		var whose []int64
		if t.SessionID != "" {
			whose, err = endSid(ctx, tx, t.Issuer, t.SessionID, t.Subject, now)
		} else {
			whose, err = endSub(ctx, tx, t.Issuer, t.Subject)
		}
		for _, id := range whose {
			if err := people.Audit(ctx, tx, now, 0, "people.audit-signout-county", object(id), ""); err != nil {
				return err
			}
		}
		return err
	})
}

// endURL is where the visitor can end the session at the provider too (OpenID Connect RP-Initiated Logout 1.0); "" when it offers no such
// thing. We keep no id_token to send along, so the provider asks the visitor before it does so.
func (s *Service) endURL(ctx context.Context) string {
	p, err := s.provider(ctx)
	if err != nil || p.end == "" {
		return ""
	}
	u, err := url.Parse(p.end)
	if err != nil || u.Scheme != "https" && !loopback(u.Hostname()) {
		return ""
	}
	q := u.Query()
	q.Set("client_id", s.Settings.ClientID)
	q.Set("post_logout_redirect_uri", s.BaseURL+"/")
	u.RawQuery = q.Encode()
	return u.String()
}
