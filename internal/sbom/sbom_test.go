package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// allowed are the licences under which parts of the program may stand. They ask to be named; MPL-2.0 besides that changes to its own
// files be published, and we change none.
var allowed = []string{"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "MPL-2.0", "blessing", "Unlicense"}

func TestThePartsOfTheProgramStandUnderLicencesThatAreAllowed(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "taitorinki")
	if out, err := exec.Command("go", "build", "-ldflags=-w", "-o", binary, "taitorinki/cmd/taitorinki").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := list(binary)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Components) < 20 {
		t.Errorf("only %d modules", len(b.Components))
	}
	for _, c := range b.Components {
		for _, l := range c.Licenses {
			if !slices.Contains(allowed, l.License.ID) {
				t.Errorf("%s stands under %s", c.Ref, l.License.ID)
			}
		}
	}
}

func TestALicenceIsToldByItsText(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"Permission is hereby granted, free of charge, to any\n person obtaining a copy", []string{"MIT"}},
		{"Redistributions in binary form must reproduce ...\n * Neither the name of", []string{"BSD-3-Clause"}},
		{"Redistributions in binary form must reproduce", []string{"BSD-2-Clause"}},
		{"Mozilla Public License, version 2.0 ... the GNU General Public License", []string{"MPL-2.0"}},
		{"GNU GENERAL PUBLIC LICENSE", []string{"GPL-3.0-only"}},
		{"all rights reserved", nil},
	} {
		if got := recognise(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %v, want %v", c.text, got, c.want)
		}
	}
}
