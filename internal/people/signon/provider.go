package signon

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	patience = 5 * time.Second // with a provider that does not answer
	respite  = 5 * time.Second // before it is asked again, so that not everybody waits for it
)

// provider is what its discovery document says.
type provider struct {
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	end      string // end_session_endpoint; "" when there is none
	client   *http.Client
}

// provider asks the provider who it is, until it has answered once.
func (s *Service) provider(ctx context.Context) (*provider, error) {
	s.asking.Lock()
	defer s.asking.Unlock()
	if s.found != nil {
		return s.found, nil
	}
	if s.why != nil && s.Now().Sub(s.failed) < respite {
		return nil, s.why
	}
	// Whoever asks first and goes away must not make it look as if the provider did not answer.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer stop()
	s.found, s.why = s.discover(ctx)
	s.failed = s.Now()
	return s.found, s.why
}

func (s *Service) discover(ctx context.Context) (*provider, error) {
	client := &http.Client{Timeout: patience, Transport: &sparing{now: s.Now, asked: map[string]time.Time{}}}
	at, err := oidc.NewProvider(oidc.ClientContext(ctx, client), s.Settings.Issuer)
	if err != nil {
		return nil, err
	}
	var more struct {
		End  string   `json:"end_session_endpoint"`
		Auth []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := at.Claims(&more); err != nil {
		return nil, err
	}
	p := &provider{end: more.End, client: client,
		verifier: at.Verifier(&oidc.Config{ClientID: s.Settings.ClientID, Now: s.Now}),
		oauth: oauth2.Config{ClientID: s.Settings.ClientID, ClientSecret: s.Settings.Secret, Endpoint: at.Endpoint(),
			RedirectURL: s.BaseURL + callbackPath, Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}} // Entra ID tells tid and oid with profile only
	p.oauth.Endpoint.AuthStyle = oauth2.AuthStyleInHeader // what OpenID Connect takes for granted
	if len(more.Auth) > 0 && !slices.Contains(more.Auth, "client_secret_basic") {
		p.oauth.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return p, nil
}

var errSpared = errors.New("the provider was asked for this a moment ago")

// sparing asks the provider for the same document once in a while only. A token that names a key which we do not have makes us read the
// keys anew, and anybody can send such a token to the address for logouts.
type sparing struct {
	now   func() time.Time
	mu    sync.Mutex
	asked map[string]time.Time
}

// RoundTrip refuses to read again what was read a moment ago. What is sent always goes through.
func (s *sparing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet && !s.due(r.URL.String()) {
		return nil, errSpared
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (s *sparing) due(url string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if last, ok := s.asked[url]; ok && now.Sub(last) < respite {
		return false
	}
	s.asked[url] = now
	return true
}
