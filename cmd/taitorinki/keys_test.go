package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey/seal"
)

func TestKeysAreEncryptedAndWithoutTheMasterKeyNothingStartsOrIsLost(t *testing.T) {
	dir := t.TempDir()
	keys := filepath.Join(dir, "keys")
	k, err := (&seal.Vault{Dir: keys}).Create("abcde")
	must(t, err)
	file := func(name string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(ok(t, "keys", "new")), 0o600))
		return path
	}
	one, two := file("one"), file("two")
	ok(t, "keys", "rotate", "--keys", keys, "--to", one) // from plain files
	held := func() []byte {
		b, err := os.ReadFile(filepath.Join(keys, "round-abcde.key"))
		must(t, err)
		return b
	}
	before := held()
	if bytes.Contains(before, []byte("abcde")) {
		t.Errorf("the file is not encrypted: %q", before)
	}
	serve := []string{"serve", "--db", filepath.Join(dir, "t.db"), "--keys", keys, "--addr", "127.0.0.1:0", "--smtp", "smtp://127.0.0.1", "--mail-from", "a@b.fi"}
	for _, args := range [][]string{serve, append(serve, "--master-key-file", two), {"keys", "rotate", "--keys", keys, "--master-key-file", two, "--to", two}} {
		if r := command(t, args...); r.code != 2 || !strings.Contains(r.errOut, "master key") || strings.Count(r.errOut, "\n") != 1 {
			t.Errorf("%v: exit %d, %s", args, r.code, r.errOut)
		}
	}
	if !bytes.Equal(held(), before) {
		t.Error("the file was changed")
	}
	db := filepath.Join(dir, "t.db")
	ok(t, "migrate", "--db", db)
	saved := filepath.Join(dir, "keys.zip")
	ok(t, "backup", "--db", db, "--keys", keys, "--master-key-file", one, "--keys-out", saved, filepath.Join(dir, "b.gz"))
	ok(t, "keys", "rotate", "--keys", keys, "--master-key-file", one, "--to", two)
	other := filepath.Join(dir, "other")
	ok(t, "keys", "new", other)
	if r := command(t, "restore", "--db", filepath.Join(dir, "none.db"), "--keys", filepath.Join(dir, "none"), "--master-key-file", other, "--keys-in", saved, filepath.Join(dir, "b.gz")); r.code != 2 {
		t.Errorf("restoring keys of another master key: exit %d\n%s%s", r.code, r.out, r.errOut)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "none*")); len(left) > 0 {
		t.Errorf("a restore that was refused left %v", left)
	}
	restored := filepath.Join(dir, "restored")
	ok(t, "restore", "--db", filepath.Join(dir, "n.db"), "--keys", restored, "--master-key-file", one, "--keys-in", saved, filepath.Join(dir, "b.gz"))
	for path, master := range map[string]string{keys: two, restored: one} {
		v, err := (keysFlag{Keys: path, masterFlag: masterFlag{MasterKeyFile: master}}).vault()
		must(t, err)
		if again, err := v.Load("abcde"); err != nil || again.Token(1) != k.Token(1) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAMasterKeyIsWrittenForItsOwnerAloneAndNeverOverAnother(t *testing.T) {
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	ok(t, "keys", "new", one)
	ok(t, "keys", "new", two, "--old", one)
	b, err := os.ReadFile(one)
	must(t, err)
	both, err := os.ReadFile(two)
	must(t, err)
	info, err := os.Stat(two)
	must(t, err)
	if !bytes.HasSuffix(both, b) || len(both) != 2*len(b) || info.Mode().Perm() != 0o600 {
		t.Errorf("%d bytes with mode %v, want the new key before the old one's %d, and 0600", len(both), info.Mode(), len(b))
	}
	if r := command(t, "keys", "new", one); r.code != 2 {
		t.Errorf("over one that is there: exit %d %s", r.code, r.errOut)
	}
	if after, err := os.ReadFile(one); err != nil || !bytes.Equal(after, b) {
		t.Errorf("the first has changed, %v", err)
	}
	if r := command(t, "keys", "new", filepath.Join(dir, "three"), "--old", filepath.Join(dir, "none")); r.code != 2 {
		t.Errorf("with an old one that is not there: exit %d %s", r.code, r.errOut)
	}
}

func TestCheckTellsOfAKeyUnderAnotherMasterKeyWhatToDo(t *testing.T) {
	c := opened(t, dbtest.SQLiteFile(t), 5)
	one := filepath.Join(t.TempDir(), "one")
	ok(t, "keys", "new", one)
	ok(t, "keys", "rotate", "--keys", c.keys, "--to", one)
	c.wants(t, []string{"check", "--db", c.url, "--keys", c.keys}, 2, "Give that one with --master-key-file")
	c.wants(t, []string{"check", "--db", c.url, "--keys", c.keys, "--master-key-file", one}, 0, "both copies are there")
}

func TestTheAuditLogIsVerifiedAndExportedAtTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "t.db")
	ok(t, "user", "grant", "--db", file, "boss@a.example", "administrator")
	log := filepath.Join(dir, "log.jsonl")
	out := ok(t, "audit", "export", "--db", file, log)
	_, head, found := strings.Cut(out, "Head: ")
	head, _, _ = strings.Cut(head, "\n")
	b, err := os.ReadFile(log)
	must(t, err)
	if !found || !strings.Contains(string(b), head) || !strings.Contains(string(b), "people.audit-grant") {
		t.Errorf("printed %s\nwrote %s", out, b)
	}
	ok(t, "audit", "verify", "--db", file, "--head", head)
	for _, wrong := range []string{strings.Repeat("00", 31) + "01", "x"} {
		if r := command(t, "audit", "verify", "--db", file, "--head", wrong); r.code != 2 || strings.Count(r.errOut, "\n") != 1 {
			t.Errorf("--head %s: exit %d, %s", wrong, r.code, r.errOut)
		}
	}
}
