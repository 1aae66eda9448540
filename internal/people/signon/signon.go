// Package signon lets people sign in with the county's own accounts, by OpenID Connect.
//
// An account is known by its issuer and subject, at Microsoft Entra ID by tenant and object. It becomes somebody's when a verified
// address names a person who is here already; signing in makes nobody. No token outlives the request that brought it, and the provider
// is first asked when somebody wants to sign in, so the platform runs without it.
package signon

import (
	"context"
	"embed"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/i18n"
	"taitorinki/internal/jobs"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Locales are the words of these pages.
//
//go:embed locales
var Locales embed.FS

// Settings say which provider is asked and what its words mean. The zero value is no provider.
type Settings struct {
	Issuer   string            // as the provider's discovery document has it
	ClientID string            // what the provider knows us by
	Secret   string            // what we prove it with
	Labels   map[string]string // what the button says, by language
	Roles    map[string]string // role of ours by the provider's word in the claim "roles"
}

// Check tells what an operator has set wrongly.
func (s Settings) Check() error {
	if s.Issuer == "" {
		return nil
	}
	u, err := url.Parse(s.Issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return fmt.Errorf("OIDC issuer %q: want https://host/path", s.Issuer)
	}
	if s.ClientID == "" || s.Secret == "" {
		return fmt.Errorf("OIDC issuer %s: a client id and a secret are needed too", s.Issuer)
	}
	for lang := range s.Labels {
		if !i18n.Known(lang) {
			return fmt.Errorf("OIDC button: no language %q", lang)
		}
	}
	for word, role := range s.Roles {
		if !people.KnownRole(role) {
			return fmt.Errorf("OIDC role %s: no role %q, want one of %v", word, role, people.Roles)
		}
	}
	return nil
}

// loopback tells the machine itself, where a test's provider is, and no wire that could be listened to.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Service serves the sign-in.
type Service struct {
	DB       *db.DB
	Kit      *web.Kit
	Now      func() time.Time
	BaseURL  string // without a slash at the end
	Settings Settings
	// County is what the county says of itself: its contact is shown to whoever can't come in.
	County func(ctx context.Context) (people.County, error)
	// Renew keeps a visitor signed in whose own doing has ended their sessions.
	Renew func(r *http.Request, personID int64) error

	asking sync.Mutex
	found  *provider
	failed time.Time // when the provider last did not answer
	why    error
}

const (
	beginPath    = "/sign-in/county"
	callbackPath = beginPath + "/callback"
	logoutPath   = beginPath + "/logout"
	outPath      = "/sign-out/county"
	accountPath  = "/me/county-account"
)

// Offer is what the sign-in page shows of it, nil without a provider.
func (s *Service) Offer() *people.Signon {
	if s.Settings.Issuer == "" {
		return nil
	}
	return &people.Signon{Labels: s.Settings.Labels, Path: beginPath, Out: outPath}
}

// Routes adds the pages: without a provider only those for accounts that were linked before.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET "+accountPath, web.SignedIn, s.showAccount)
	k.Handle("POST "+accountPath+"/forget", web.SignedIn, s.forgetAccount)
	if s.Settings.Issuer == "" {
		return
	}
	k.HandleOpen("GET "+beginPath, s.begin)
	k.HandleOpen("GET "+callbackPath, s.callback)
	k.HandleOpen("POST "+logoutPath, s.backChannel)
	k.HandleOpen("GET "+outPath, s.showOut)
}

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("prune accounts of the county's sign-in", time.Hour, func(ctx context.Context) error { return prune(ctx, s.DB, s.Now()) })
}

// roles are ours for the provider's words, each once.
func (s *Service) roles(words []string) (out []string) {
	for _, w := range words {
		if role := s.Settings.Roles[w]; role != "" && !slices.Contains(out, role) {
			out = append(out, role)
		}
	}
	return out
}
