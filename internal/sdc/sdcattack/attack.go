// Package sdcattack plays a reader who wants to know what a publication hides. It is for tests only.
//
// It is written against the rules D1 to D9 of the project's DISCLOSURE document and knows nothing of how a publication
// was made. All that it reports is proved from the published figures, so that there is no false alarm; what it may miss
// is said in the comments of the files: exact.go for counts, means.go for means.
package sdcattack

import (
	"cmp"
	"fmt"
	"slices"

	"taitorinki/internal/sdc"
)

// Moment is a publication together with whom it speaks of. Moments of one wave that are not Matched are successive
// snapshots in the order given: a later one has everybody of the earlier one. A Matched one speaks of the people who
// answered in both waves, with their means in its Wave; then there may be two waves only.
type Moment struct {
	sdc.Publication
	Wave    int
	Matched bool
	Heads   []int // public head counts of the wave; nil: those of the catalogue
	// Missing: not everybody has a score in every area. A mean is then of k to n persons, and of how many is told by
	// Scored alone, by area, for the cells that it has. Without Missing every mean is of n persons.
	Missing bool
	Scored  map[sdc.Cell][]int
}

// Kind is a kind of leak.
type Kind string

// The kinds of leak.
const (
	Small      Kind = "small"      // D1: a figure of fewer than k persons is shown
	SameGroup  Kind = "same group" // the same people are hidden in one place and shown in another, or with another figure
	Difference Kind = "difference" // D2, D4, D6, D7: a published group less disjoint published parts leaves 1..k-1 persons
	Count      Kind = "count"      // D2: a hidden group that may have 1..k-1 persons is known too exactly
	Mean       Kind = "mean"       // D2: so is its mean
	End        Kind = "end"        // D8: all, or all but one, are at an end of the scale
	Precision  Kind = "precision"  // D9: a mean has too many decimals
	Conflict   Kind = "conflict"   // the figures contradict each other, and nothing else can be said
)

// Leak is something that a reader can find out and should not.
type Leak struct {
	Kind   Kind
	Cell   sdc.Cell
	Group  string // which of its people, such as "snapshot 2 less snapshot 1"
	Direct bool   // only those who belong to the unit itself
	Area   int    // of Mean, End, Precision
	Lo, Hi int    // what is known of n: of Difference and Count
	Text   string
}

func (l Leak) String() string {
	own := ""
	if l.Direct {
		own = " (own staff)"
	}
	return fmt.Sprintf("%s: unit %d variable %d category %d%s, %s: %s", l.Kind, l.Cell.Unit, l.Cell.Variable, l.Cell.Category, own, l.Group, l.Text)
}

// Attack finds what a reader of all the moments together can find out and should not, with least group size k.
func Attack(c sdc.Catalogue, k int, moments ...Moment) []Leak {
	m := newModel(c, k, moments)
	leaks := slices.Concat(m.shownSmall(), m.sameGroups(), m.tooExact(), m.atTheEnd())
	if !m.counts() {
		return append(leaks, Leak{Kind: Conflict, Text: "the numbers contradict each other"})
	}
	leaks = slices.Concat(leaks, m.narrowCounts(), m.remainders(), m.means())
	slices.SortStableFunc(leaks, func(a, b Leak) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Cell.Unit, b.Cell.Unit), cmp.Compare(a.Cell.Variable, b.Cell.Variable), cmp.Compare(a.Cell.Category, b.Cell.Category))
	})
	return leaks
}
