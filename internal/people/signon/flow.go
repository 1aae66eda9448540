package signon

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

var (
	errNoToken    = errors.New("the answer has no id_token")
	errNoSubject  = errors.New("the token has no sub")
	errNonce      = errors.New("the token was made for another sign-in")
	errOtherParty = errors.New("the token was made for another party")
)

// attempt is what a browser keeps while its visitor is at the provider. It is no secret from the browser itself: it ties the answer to
// the browser that asked.
type attempt struct {
	State, Nonce, Verifier string
	Next                   string
}

const attemptLives = 10 * time.Minute

// begin leads the visitor to the provider.
func (s *Service) begin(w http.ResponseWriter, r *http.Request) error {
	next := s.Kit.Local(r.URL.Query().Get("next"))
	if web.VisitorOf(r).ID != 0 {
		return web.See(w, r, orStart(next))
	}
	p, err := s.provider(r.Context())
	if err != nil {
		slog.WarnContext(r.Context(), "the county's sign-in does not answer", "err", err)
		return web.See(w, r, signInPath("away", next))
	}
	a := attempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: next}
	if err := s.keep(w, a); err != nil {
		return err
	}
	more := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier), oauth2.SetAuthURLParam("ui_locales", s.Kit.Lang(r))}
	if r.URL.Query().Has("other") {
		more = append(more, oauth2.SetAuthURLParam("prompt", "login")) // not the account that is signed in there already
	}
	return web.See(w, r, p.oauth.AuthCodeURL(a.State, more...))
}

func orStart(next string) string {
	if next == "" {
		return "/"
	}
	return next
}

// signInPath is the sign-in page with a word on what became of a try.
func signInPath(note, next string) string {
	to := "/sign-in?signon=" + note
	if next != "" {
		to += "&next=" + next
	}
	return to
}

// cookie is where an attempt is kept. Over TLS its name keeps other hosts of the same domain from setting it.
func (s *Service) cookie(value string, seconds int) *http.Cookie {
	c := &http.Cookie{Name: "signon", Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: s.Kit.Secure, SameSite: http.SameSiteLaxMode}
	if s.Kit.Secure {
		c.Name = "__Host-signon"
	}
	return c
}

func (s *Service) keep(w http.ResponseWriter, a attempt) error {
	b, err := json.Marshal(a)
	if err == nil {
		http.SetCookie(w, s.cookie(base64.RawURLEncoding.EncodeToString(b), int(attemptLives/time.Second)))
	}
	return err
}

// take returns this browser's attempt and forgets it: each is good for one answer.
func (s *Service) take(w http.ResponseWriter, r *http.Request) (a attempt, ok bool) {
	empty := s.cookie("", -1)
	c, err := r.Cookie(empty.Name)
	if err != nil {
		return a, false
	}
	http.SetCookie(w, empty)
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	return a, err == nil && json.Unmarshal(b, &a) == nil && a.State != "" && a.Nonce != "" && a.Verifier != ""
}

// callback is where the provider leads the visitor back to. What does not belong to an attempt of this browser is refused before
// anything is asked or read.
func (s *Service) callback(w http.ResponseWriter, r *http.Request) error {
	a, ok := s.take(w, r)
	q := r.URL.Query()
	if !ok && web.VisitorOf(r).ID != 0 {
		return web.See(w, r, "/") // the page was loaded again
	}
	if !ok || subtle.ConstantTimeCompare([]byte(a.State), []byte(q.Get("state"))) != 1 || q.Has("iss") && q.Get("iss") != s.Settings.Issuer {
		return s.again(w, r, a.Next)
	}
	switch q.Get("error") {
	case "":
	case "access_denied":
		return web.See(w, r, signInPath("stopped", s.Kit.Local(a.Next)))
	default:
		slog.WarnContext(r.Context(), "the county's sign-in answered with an error", "error", q.Get("error"))
		return web.See(w, r, signInPath("away", s.Kit.Local(a.Next)))
	}
	p, err := s.provider(r.Context())
	if err != nil {
		return web.See(w, r, signInPath("away", s.Kit.Local(a.Next)))
	}
	who, err := s.exchange(r.Context(), p, a, q.Get("code"))
	if err != nil {
		slog.WarnContext(r.Context(), "a sign-in was refused", "err", err)
		if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.Response.StatusCode >= 500 || timedOut(err) {
			return web.See(w, r, signInPath("away", s.Kit.Local(a.Next)))
		}
		return s.again(w, r, a.Next)
	}
	return s.enter(w, r, who, s.Kit.Local(a.Next))
}

func timedOut(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && t.Timeout()
}

// exchange turns the code into a token and checks it.
func (s *Service) exchange(ctx context.Context, p *provider, a attempt, code string) (account, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	t, err := p.oauth.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return account{}, err
	}
	raw, ok := t.Extra("id_token").(string)
	if !ok {
		return account{}, errNoToken
	}
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return account{}, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.Nonce)) != 1 {
		return account{}, errNonce
	}
	return accountOf(id, s.Settings.ClientID)
}

// enter signs in whose account it is.
func (s *Service) enter(w http.ResponseWriter, r *http.Request, who account, next string) error {
	in, err := s.admit(r.Context(), who)
	if stop, ok := errors.AsType[stranger](err); ok {
		return s.showStranger(w, r, stop, next)
	}
	if err != nil {
		return err
	}
	if err := s.Kit.SignIn(r, in.person.ID, in.person.Epoch); err != nil {
		return err
	}
	s.Kit.Sessions.Put(r.Context(), people.ByCounty, true)
	if err := begun(r.Context(), s.DB, s.Kit.SessionKey(r.Context()), in.identity, who, s.Now()); err != nil {
		return err
	}
	return web.See(w, r, orStart(next))
}
