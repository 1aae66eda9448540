package main

import (
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// odd are passwords that somebody has not written as an address wants them; "first" and "last" must be seen of none. What is made of each
// sign is tested in settings.
var odd = []string{"first#last", `first"last`, "first/last", "first@last", "first%zzlast", "12#first last"}

// wantHidden fails the test if a piece of a password is in what was said.
func wantHidden(t *testing.T, said, how string) {
	t.Helper()
	if strings.Contains(said, "first") || strings.Contains(said, "last") {
		t.Errorf("%s tells of the password:\n%s", how, said)
	}
}

func TestNoCommandTellsAPassword(t *testing.T) {
	dir := t.TempDir()
	for _, pw := range odd {
		for name, values := range map[string][]string{
			"smtp": {"smtp://u:" + pw + "@127.0.0.1:1", "smtps://u@county.example:" + pw + "@127.0.0.1:1", "smtp://u:" + pw + "@127.0.0.1:x", "http://u:" + pw + "@h"},
			"db": {"postgres://u:" + pw + "@127.0.0.1:1/n?connect_timeout=1", "postgres://u:" + pw + "@127.0.0.1:x/n", "mysql://u:" + pw + "@h/n", "Postgres://u:" + pw + "@h/n",
				"postgres:/u:" + pw + "@h/n", "host=127.0.0.1 port=1 user=u password='" + pw + "'", "postgres://127.0.0.1:1/n?user=u&sslmode=never&password=" + url.QueryEscape(pw)},
			"oidc-secret": {pw}, "master-key": {pw},
		} {
			for i, v := range values {
				rest := []string{"--addr", "256.0.0.1:1", "--keys", filepath.Join(dir, "keys"), "--mail-from", "a@county.example"}
				if name != "smtp" {
					rest = append(rest, "--smtp", "smtp://127.0.0.1:1")
				}
				if name != "db" {
					rest = append(rest, "--db", filepath.Join(dir, "t.db"))
				}
				env := "TAITORINKI_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
				_, said := told(t, []string{env + "=" + v}, append([]string{"config"}, rest...)...)
				wantHidden(t, said, "config, environment, "+name+" = "+v)
				code, said := told(t, nil, append([]string{"serve", "--" + name + "=" + v}, rest...)...)
				if wantHidden(t, said, "serve, flag, "+name+" = "+v); code == 0 {
					t.Errorf("serve ran with %s = %s", name, v)
				}
				if i == 0 {
					_, said = told(t, nil, append([]string{"config", "--config", conf(t, name+" = "+v+"\n")}, rest...)...)
					wantHidden(t, said, "config, file, "+name+" = "+v)
				}
				if name == "db" {
					for _, args := range [][]string{{"backup", "--db", v, filepath.Join(dir, "b.gz")}, {"check", "--db", v, "--smtp", "smtp://127.0.0.1:1", "--mail-from", "a@county.example"}} {
						_, said = told(t, nil, args...)
						wantHidden(t, said, strings.Join(args, " "))
					}
				}
			}
		}
	}
}

// Every flag of serve is known here: a new one that holds a secret must be hidden by its name or be an address.
func TestEveryFlagOfServeIsOpenOrHidden(t *testing.T) {
	open := []string{"help", "config", "addr", "admin", "base-url", "mail-from", "keys", "keys-copy", "master-key-file", "oidc-issuer", "oidc-client-id", "oidc-secret-file", "oidc-button", "oidc-roles",
		"drain", "log", "proxy", "slow-query"}
	hidden := []string{"master-key", "oidc-secret"}
	addresses := []string{"db", "smtp"}
	for _, name := range flagsOf(reflect.TypeFor[serveCmd]()) {
		if !slices.Contains(slices.Concat(open, hidden, addresses), name) {
			t.Errorf("--%s: is it a secret?", name)
		}
	}
	_, said := told(t, nil, "config", "--master-key=first", "--oidc-secret=last", "--db=postgres://u:first@h/n", "--smtp=smtp://u:last@h")
	wantHidden(t, said, "config")
	if n := strings.Count(said, "(hidden)"); n != len(hidden)+len(addresses) {
		t.Errorf("%d values are hidden, want %d:\n%s", n, len(hidden)+len(addresses), said)
	}
}

// flagsOf are the names of a command's flags, as kong makes them.
func flagsOf(of reflect.Type) (out []string) {
	for f := range of.Fields() {
		switch {
		case f.Anonymous:
			out = append(out, flagsOf(f.Type)...)
		case f.Tag.Get("name") != "":
			out = append(out, f.Tag.Get("name"))
		case f.Tag.Get("help") != "":
			out = append(out, dashed(f.Name))
		}
	}
	return out
}

// dashed is the flag of a field: MasterKeyFile is master-key-file.
func dashed(name string) string {
	var b strings.Builder
	for i, c := range name {
		if upper := c >= 'A' && c <= 'Z'; upper && i > 0 && (name[i-1] >= 'a' && name[i-1] <= 'z' || i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z') {
			b.WriteByte('-')
		}
		b.WriteRune(c)
	}
	return strings.ToLower(b.String())
}
