package calendar_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taitorinki/internal/ical"
)

// found is what another program's reader finds in a file. Times are seconds since 1970.
type found struct {
	Method, Name string
	Zones        []string
	Events       []foundEvent
}

type foundEvent struct {
	UID                                 string
	Sequence                            int
	Status                              string
	Stamp, Start, End                   int64
	Summary, Description, Location, URL string
	Organizer, Attendee                 ical.Person
}

// agree has two programs of others read files, and fails when either finds anything else than is wanted.
func agree(t *testing.T, files map[string][]byte, want map[string]found) {
	t.Helper()
	in := map[string]string{}
	for name, file := range files {
		in[name] = string(file)
	}
	asked, err := json.Marshal(in)
	must(t, err)
	root := filepath.Join("..", "..", "..")
	library, err := filepath.Abs(filepath.Join(root, ".cache", "node_modules", "ical.js", "dist", "ical.js"))
	must(t, err)
	scripts := filepath.Join(root, "internal", "ical", "testdata")
	for reader, args := range map[string][]string{
		"ical.js": {"node", filepath.Join(scripts, "read.mjs"), library},
		"vobject": {"/usr/bin/python3", filepath.Join(scripts, "read.py")},
	} {
		t.Run(reader, func(t *testing.T) {
			if err := there(t, reader, library); err != nil {
				if os.Getenv("CI") != "" {
					t.Fatal(err)
				}
				t.Skip(err)
			}
			c := exec.CommandContext(t.Context(), args[0], args[1:]...)
			var out, said bytes.Buffer
			c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(asked), &out, &said
			if err := c.Run(); err != nil {
				t.Fatalf("%v\n%s", err, said.String())
			}
			got := map[string]found{}
			must(t, json.Unmarshal(out.Bytes(), &got))
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("want -, got +\n%s", d)
			}
		})
	}
}

// there reports whether a reader is installed.
func there(t *testing.T, reader, library string) error {
	if reader == "ical.js" {
		_, err := os.Stat(library)
		return err
	}
	if err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", "import vobject").Run(); err != nil {
		return fmt.Errorf("python3-vobject: %w", err)
	}
	return nil
}
