package db_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"taitorinki/internal/db"
)

func FuzzRestore(f *testing.F) {
	const head = `{"format":"taitorinki-backup/1","schema":3}` + "\n"
	for _, s := range []string{
		"", "\n", "[1]\n", "{}\n[1]\n", "null\n", `{"table":"units"}` + "\n[]\n", `{"table":"units; DROP TABLE units","columns":["id"]}` + "\n[1]\n",
		`{"table":"units","columns":["id","code","name_fi","name_sv","name_en"]}` + "\n" + `[1,"A","Å","Å","A"]` + "\n",
		`{"table":"units","columns":["id","parent_id","code","name_fi","name_sv","name_en"]}` + "\n" + `[1,7,"A","a","a","a"]` + "\n",
		`{"table":"sessions","columns":["id","data","expires_at"]}` + "\n" + `[{"b":"AAE="},{"b":"!"},1e400]` + "\n",
		`{"table":"mail_topics","columns":["topic","paused"]}` + "\n" + `["t",true]` + "\n" + `["t",false]` + "\n",
		`{"table":"persons","columns":["id","id"]}` + "\n[1,2]\n", `{"table":"units","columns":["id","code"` + "\n", "[[[[[[[[\n",
	} {
		f.Add(head + s)
	}
	f.Add(`{"format":"taitorinki-backup/1","schema":4}` + "\n")
	f.Add(`{"format":"other"}`)
	empty := migrated(f)
	f.Fuzz(func(t *testing.T, lines string) {
		path := filepath.Join(t.TempDir(), "t.db")
		if err := os.WriteFile(path, empty, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := db.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		var file bytes.Buffer
		z := gzip.NewWriter(&file)
		z.Write([]byte(lines))
		z.Close()
		if d.Restore(t.Context(), &file) == nil {
			return
		}
		for _, table := range []string{"units", "persons", "sessions", "mail_topics"} {
			var rows int
			if err := d.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&rows); err != nil || rows > 0 {
				t.Errorf("a backup that was refused left %d rows in %s (%v)\n%s", rows, table, err, lines)
			}
		}
	})
}

// migrated is the file of an empty database: migrating a new one for each input would be all that is done.
func migrated(f *testing.F) []byte {
	path := filepath.Join(f.TempDir(), "empty.db")
	d, err := db.Open(path)
	if err != nil {
		f.Fatal(err)
	}
	if err := d.Migrate(f.Context()); err != nil {
		f.Fatal(err)
	}
	if err := d.Close(); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	return b
}
