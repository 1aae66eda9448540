package main

import (
	"fmt"
	"io"

	"taitorinki/internal/people"
)

const mostLines = 20

// writeChange tells what a staff list changes: the lists first, and last the line that sums it up.
func writeChange(w io.Writer, c *people.Change, dry bool) {
	for _, p := range c.Problems {
		fmt.Fprintln(w, "left out:", p.Error())
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
	if dry {
		fmt.Fprintln(w, "A dry run: nothing was changed.")
	}
	fmt.Fprintln(w, "Units:", c.UnitLine())
	fmt.Fprintln(w, "Roles:", c.RoleLine())
	fmt.Fprintln(w, "People:", c.Line())
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
