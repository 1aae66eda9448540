package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// told runs a command in its own folder with variables, and returns all it says.
func told(t *testing.T, env []string, args ...string) (code int, said string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env, cmd.Dir = env, t.TempDir()
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func conf(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "t.conf")
	must(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func TestAFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile(t *testing.T) {
	file := conf(t, "# a county\naddr = 127.0.0.1:1\nkeys = /file/keys\ndb = postgres://u:s3cret@h/n\nsmtp = smtp://u:s3cret@h\n")
	code, out := told(t, []string{"TAITORINKI_KEYS=/env/keys", "TAITORINKI_ADDR=127.0.0.1:2", "TAITORINKI_CONFIG=" + file}, "config", "--addr", "127.0.0.1:3")
	if code != 0 || strings.Contains(out, "s3cret") {
		t.Fatalf("exit %d\n%s", code, out)
	}
	said := map[string]string{}
	for l := range strings.Lines(out) {
		name, rest, _ := strings.Cut(strings.Join(strings.Fields(l), " "), " ")
		said[name] = rest
	}
	for name, want := range map[string]string{
		"addr": "127.0.0.1:3 flag", "keys": "/env/keys environment TAITORINKI_KEYS", "db": "postgres://u:(hidden)@h/n " + file + ":4",
		"smtp": "smtp://u:(hidden)@h " + file + ":5", "keys-copy": "- default", "mail-from": "- missing: serve needs it",
	} {
		if said[name] != want {
			t.Errorf("%s: got %q, want %q", name, said[name], want)
		}
	}
}

func TestTheFileServesEveryCommandOfACounty(t *testing.T) {
	dir := t.TempDir()
	file := conf(t, "db = "+filepath.Join(dir, "t.db")+"\n")
	ok(t, "migrate", "--config", file)
	ok(t, "user", "grant", "a@b.example", "coordinator", "--config", file)
	if _, err := os.Stat(filepath.Join(dir, "t.db")); err != nil {
		t.Error(err)
	}
	ok(t, "version", "--config", filepath.Join(dir, "none")) // which has nothing to read from it
}

func TestABadFileIsRefusedByItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"# x\nfrob = 1\n":                `:2: there is no setting "frob"`,
		"\n\nsmtp = smtp://u:s3cret@h:x": ":3: smtp: ",
		"smtp = http://u:s3cret@h":       ":1: smtp: ",
		"mail-from = nobody":             ":1: mail-from: ",
		"base-url = county.example":      ":1: base-url: ",
		"addr = 8080":                    ":1: addr: ",
		"s3cret":                         ":1: want a line",
		"addr = a:1\naddr = a:2":         `:2: "addr" stands in line 1`,
	} {
		file := conf(t, text)
		for _, cmd := range []string{"serve", "config", "check"} {
			r := command(t, cmd, "--config", file)
			if r.code != 2 || !strings.Contains(r.errOut, file+want) || strings.Count(r.errOut, "\n") != 1 || strings.Contains(r.errOut, "s3cret") {
				t.Errorf("%s with %q: exit %d, want 2 and %q\n%s", cmd, text, r.code, want, r.errOut)
			}
		}
	}
	if r := command(t, "serve", "--config", filepath.Join(t.TempDir(), "none")); r.code != 2 || strings.Count(r.errOut, "\n") != 1 {
		t.Errorf("no file: exit %d\n%s", r.code, r.errOut)
	}
}

func TestOurExampleOfAConfigurationFileIsRight(t *testing.T) {
	code, out := told(t, []string{"TAITORINKI_CONFIG=" + filepath.Join(folder(t), "../../deploy/taitorinki.conf")}, "config")
	if code != 0 || strings.Contains(out, "missing") || !strings.Contains(out, "https://taitorinki.county.example") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// folder is that of this package.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	must(t, err)
	return dir
}
