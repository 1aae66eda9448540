package db

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// older makes a database file as an earlier program left it.
func older(t *testing.T, file string, schema int64) {
	t.Helper()
	d, err := Open(file)
	must(t, err)
	defer d.Close()
	p, err := d.provider()
	must(t, err)
	_, err = p.UpTo(t.Context(), schema)
	must(t, err)
	_, err = d.ExecContext(t.Context(), `INSERT INTO units (code, name_fi, name_sv, name_en) VALUES ('A', 'Å', 'Å', 'Å')`)
	must(t, err)
}

func TestAnUpgradeMakesACopyFirst(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "t.db")
	older(t, file, newest()-1)
	for _, old := range []string{".before-00007", ".before-00011", ".before-x", "2.before-00001"} {
		must(t, os.WriteFile(file+old, nil, 0o600))
	}
	d, err := Open(file)
	must(t, err)
	defer d.Close()
	must(t, d.Migrate(t.Context()))
	must(t, d.Migrate(t.Context())) // nothing to do: no copy
	found, err := filepath.Glob(file + "*.before-*")
	must(t, err)
	name := file + fmt.Sprintf(".before-%05d", newest())
	if len(found) != 4 || !exists(name) || !exists(file+".before-00011") || exists(file+".before-00007") || !exists(file+"2.before-00001") {
		t.Errorf("copies: %v", found)
	}
	info, err := os.Stat(name)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	c, err := Open(name)
	must(t, err)
	defer c.Close()
	has, _, err := c.Schema(t.Context())
	must(t, err)
	var n int
	must(t, c.QueryRowContext(t.Context(), `SELECT count(*) FROM units`).Scan(&n))
	if has != newest()-1 || n != 1 {
		t.Errorf("the copy has schema %d and %d units", has, n)
	}
	must(t, c.Migrate(t.Context())) // it is a database like any other
	if left, _ := filepath.Glob(file + "*.part"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestANewFileIsNotCopied(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.db")
	d, err := Open(file)
	must(t, err)
	defer d.Close()
	must(t, d.Migrate(t.Context()))
	if found, _ := filepath.Glob(file + ".before-*"); len(found) > 0 {
		t.Errorf("copies: %v", found)
	}
}

func exists(name string) bool { _, err := os.Stat(name); return err == nil }
