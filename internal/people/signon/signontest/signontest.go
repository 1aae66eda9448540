// Package signontest runs an OpenID provider of others' making for tests: oidc-provider, by node, on this machine.
//
// It needs the packages that .ci/need oidc installs. Where they are missing its tests are skipped, and fail when CI is set.
package signontest

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/people/signon"
)

//go:embed provider.mjs
var script []byte

// Tenant is the tenant that the provider's issuer names, as Entra ID's does.
const Tenant = "11111111-2222-3333-4444-555555555555"

// Provider is a running provider.
type Provider struct {
	Issuer string
	stop   func()
}

// once is the provider of all tests of a package: starting one takes a second.
var once = sync.OnceValues(func() (*Provider, error) { return start("0") })

// Shared is the package's provider. It ends with the process.
func Shared(t testing.TB) *Provider {
	t.Helper()
	p, err := once()
	return p.orSkip(t, err)
}

// Start is a provider of the test's own, which Stop ends.
func Start(t testing.TB) *Provider {
	t.Helper()
	p, err := start("0")
	p = p.orSkip(t, err)
	t.Cleanup(func() { p.Stop() })
	return p
}

// Again starts a provider that has ended anew, at the same address. It has forgotten everything.
func (p *Provider) Again(t testing.TB) {
	t.Helper()
	u, err := url.Parse(p.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	again, err := start(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	p.stop = again.stop
}

func (p *Provider) orSkip(t testing.TB, err error) *Provider {
	t.Helper()
	if os.IsNotExist(err) && os.Getenv("CI") == "" {
		t.Skipf("%v: run .ci/need oidc", err)
	}
	if err != nil {
		t.Fatalf("%v: run .ci/need oidc", err)
	}
	return p
}

// Stop ends the provider: it answers nobody any more.
func (p *Provider) Stop() { p.stop() }

func start(port string) (*Provider, error) {
	modules, err := modules()
	if err != nil {
		return nil, err
	}
	// A module is read from a file; data: addresses could not load what it needs.
	dir, err := os.MkdirTemp("", "signontest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "provider.mjs")
	if err := os.WriteFile(file, script, 0o600); err != nil {
		return nil, err
	}
	node := exec.Command("node", file, modules, port)
	// The provider ends when this pipe does, so also when a test panics.
	in, err := node.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := node.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var complaints bytes.Buffer
	node.Stderr = &complaints
	if err := node.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if issuer := lines.Text(); strings.HasPrefix(issuer, "http://") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return &Provider{Issuer: issuer, stop: sync.OnceFunc(func() { in.Close(); _ = node.Wait() })}, nil
		}
	}
	_ = node.Wait()
	return nil, fmt.Errorf("the provider did not start: %s", complaints.String())
}

// modules is the folder into which .ci/need has installed the provider.
func modules() (string, error) {
	at, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			at = filepath.Join(at, ".cache", "oidc")
			_, err := os.Stat(filepath.Join(at, "node_modules", "oidc-provider", "package.json"))
			return at, err
		}
		if at == filepath.Dir(at) {
			return "", os.ErrNotExist
		}
	}
}

// Claims are what a token says of an account.
type Claims map[string]any

// Account makes an account, or changes what the provider says of it.
func (p *Provider) Account(t testing.TB, login string, c Claims) {
	t.Helper()
	p.ask(t, "account", map[string]any{"login": login, "claims": c})
}

// Lie makes the provider change the next token that it hands out, and sign it in the way how: "" with its own key, "stranger" with
// another one under the same name, "none" not at all.
func (p *Provider) Lie(t testing.TB, how string, set Claims) {
	t.Helper()
	p.ask(t, "lie", map[string]any{"how": how, "set": set})
}

// Sign is a token with these claims and the provider's issuer, signed in the way that Lie tells.
func (p *Provider) Sign(t testing.TB, how string, set Claims) string {
	t.Helper()
	return p.ask(t, "sign", map[string]any{"how": how, "set": set})
}

// Asked counts the requests that the provider has had.
func (p *Provider) Asked(t testing.TB) int {
	t.Helper()
	n, err := strconv.Atoi(p.ask(t, "asked", nil))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Origin is where the provider is.
func (p *Provider) Origin() string {
	u, _ := url.Parse(p.Issuer)
	return u.Scheme + "://" + u.Host
}

func (p *Provider) ask(t testing.TB, what string, v any) string {
	t.Helper()
	return p.post(t, p.Origin()+"/test/"+what, v)
}

func (p *Provider) post(t testing.TB, at string, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Timeout: 30 * time.Second}
	res, err := client.Post(at, "application/json", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err = io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s: %d %v %s", at, res.StatusCode, err, b)
	}
	return string(b)
}

// Register makes a site known to the provider, by OpenID Connect's own registration, and returns the settings with which it asks.
func (p *Provider) Register(t testing.TB, site string) signon.Settings {
	t.Helper()
	var c struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	said := p.post(t, p.Issuer+"/reg", map[string]any{
		"redirect_uris": []string{site + "/sign-in/county/callback"}, "post_logout_redirect_uris": []string{site + "/"},
		"backchannel_logout_uri": site + "/sign-in/county/logout", "backchannel_logout_session_required": true,
		"grant_types": []string{"authorization_code"}, "response_types": []string{"code"}, "client_name": "Taitorinki",
	})
	if err := json.Unmarshal([]byte(said), &c); err != nil {
		t.Fatal(err)
	}
	return signon.Settings{Issuer: p.Issuer, ClientID: c.ID, Secret: c.Secret,
		Roles: map[string]string{"Taitorinki.Coordinator": "coordinator", "Taitorinki.DPO": "dpo"}}
}
