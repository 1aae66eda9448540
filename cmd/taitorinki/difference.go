package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"taitorinki/internal/people"
)

const mostLines = 20

// writeChange tells what a staff list changes: the lists first, and last the line that sums it up.
func writeChange(w io.Writer, c *people.Change, dry, skipBad bool) {
	bad := "bad row:"
	if skipBad {
		bad = "left out:"
	}
	for _, p := range c.Problems {
		fmt.Fprintln(w, bad, p.Error())
	}
	list(w, "unit moved", c.UnitsMoved, func(u people.UnitChange) string {
		return fmt.Sprintf("%s %s: %s -> %s", u.Code(), u.Name("en"), u.Before.Parent, u.After.Parent)
	})
	list(w, "unit renamed", c.UnitsRenamed, func(u people.UnitChange) string {
		return fmt.Sprintf("%s: %s -> %s", u.Code(), u.Before.NameFI, u.After.NameFI)
	})
	list(w, "unit left", c.UnitsEnded, func(u people.UnitChange) string { return u.Code() + " " + u.Name("en") })
	list(w, "moved", c.Moved, func(p people.PersonChange) string {
		return fmt.Sprintf("%s: %s -> %s", p.Name(), p.Before.Unit, p.After.Unit)
	})
	list(w, "renamed", c.Renamed, func(p people.PersonChange) string {
		return fmt.Sprintf("%s <%s> -> %s <%s>", p.Before.Name, p.Before.Email, p.After.Name, p.After.Email)
	})
	list(w, "left", c.Left, func(p people.PersonChange) string { return p.Name() + " (" + p.Before.Unit + ")" })
	for _, n := range c.NoteLines() {
		fmt.Fprintln(w, "note:", n)
	}
	refused := len(c.Problems) > 0 && !skipBad
	switch {
	case refused:
		fmt.Fprintln(w, "Nothing was changed. Without the bad rows the list would change:")
	case dry:
		fmt.Fprintln(w, "A dry run: nothing was changed.")
	}
	for _, x := range [][2]string{{"Units:", c.UnitLine()}, {"Roles:", c.RoleLine()}, {"Otherwise:", c.OtherLine()}} {
		if line := nonzero(x[1]); line != "" {
			fmt.Fprintln(w, x[0], line)
		}
	}
	if c.Empty() && !refused {
		fmt.Fprintln(w, "The list is the same as before: nothing changes.")
	}
	fmt.Fprintln(w, "People:", c.Line()) // whole, also with zeros: scripts read it
}

// refusal tells in one line why a list was not brought in: the first fault, and how many there are.
func refusal(ps people.Problems) error {
	return fmt.Errorf("%w Faults in all: %d. Nothing was changed: put them right, or leave bad rows out with --skip-bad", ps[0], len(ps))
}

// nonzero leaves the zeros out of counts such as "0 new, 2 moved".
func nonzero(counts string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(counts, ", "), func(c string) bool { return strings.HasPrefix(c, "0 ") }), ", ")
}

func list[T any](w io.Writer, what string, all []T, text func(T) string) {
	for i, x := range all {
		if i == mostLines {
			fmt.Fprintf(w, "%s: and %d more\n", what, len(all)-i)
			return
		}
		fmt.Fprintf(w, "%s: %s\n", what, text(x))
	}
}
