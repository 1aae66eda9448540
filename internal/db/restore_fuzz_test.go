package db_test

import (
	"bytes"
	"compress/gzip"
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
	f.Fuzz(func(t *testing.T, lines string) {
		d, err := db.Open(filepath.Join(t.TempDir(), "t.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
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
