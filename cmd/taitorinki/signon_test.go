package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func parsedServe(t *testing.T, args ...string) serveCmd {
	t.Helper()
	var c cli
	parser, err := kong.New(&c, kong.DefaultEnvars("TAITORINKI"), kong.Vars{"version": "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(append([]string{"serve", "--smtp", "smtp://localhost", "--mail-from", "a@hva.example"}, args...)); err != nil {
		t.Fatal(err)
	}
	return c.Serve
}

func TestTheCountysSignInIsSetByFlagsEnvironmentAndAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TAITORINKI_OIDC_CLIENT_ID", "ours")
	t.Setenv("TAITORINKI_OIDC_ROLES", "Taitorinki.Coordinator=coordinator;Taitorinki.DPO=dpo")
	c := parsedServe(t, "--oidc-issuer", "https://login.example/v2.0", "--oidc-secret-file", file, "--oidc-button", "fi=Kirjaudu;sv=Logga in")
	s, err := c.settings()
	if err != nil {
		t.Fatal(err)
	}
	if s.Issuer != "https://login.example/v2.0" || s.ClientID != "ours" || s.Secret != "s3cret" || s.Labels["sv"] != "Logga in" || s.Roles["Taitorinki.DPO"] != "dpo" || len(s.Roles) != 2 {
		t.Errorf("got %+v", s)
	}
}

func TestWrongSettingsOfTheCountysSignInAreToldAtTheStart(t *testing.T) {
	whole := []string{"--oidc-issuer", "https://login.example", "--oidc-client-id", "ours", "--oidc-secret", "x"}
	for want, args := range map[string][]string{
		"want https://":         {"--oidc-issuer", "http://login.example", "--oidc-client-id", "ours", "--oidc-secret", "x"},
		"a secret are needed":   {"--oidc-issuer", "https://login.example", "--oidc-client-id", "ours"},
		`no role "boss"`:        append(whole[:6:6], "--oidc-roles", "A=boss"),
		`no language "no"`:      append(whole[:6:6], "--oidc-button", "no=Logg inn"),
		"give one of them":      append(whole[:6:6], "--oidc-secret-file", "x"),
		"no such file":          {"--oidc-issuer", "https://login.example", "--oidc-client-id", "ours", "--oidc-secret-file", "/nowhere/at/all"},
		"client id and a secre": {"--oidc-issuer", "https://login.example", "--oidc-secret", "x"},
	} {
		c := parsedServe(t, args...)
		if _, err := c.settings(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
	c := parsedServe(t)
	if s, err := c.settings(); err != nil || s.Issuer != "" {
		t.Errorf("without any: %+v %v", s, err)
	}
}
