package people

import (
	"context"
	"database/sql"
	"encoding/hex"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/web"
)

// Tree is the organisation of today. It is not changed after LoadTree.
type Tree struct {
	byID     map[int64]Unit
	children map[int64][]int64 // 0: the units at the top
	direct   map[int64]int
	total    map[int64]int
}

// LoadTree reads the units of today and how many people are in each.
func LoadTree(ctx context.Context, q db.Q) (_ *Tree, err error) {
	defer errs.Wrap(&err, "people.LoadTree")
	all, err := Units(ctx, q)
	if err != nil {
		return nil, err
	}
	type count struct {
		unit int64
		n    int
	}
	counts, err := db.Rows(ctx, q, func(r *sql.Rows, c *count) error { return r.Scan(&c.unit, &c.n) },
		`SELECT unit_id, count(*) FROM persons WHERE left_at IS NULL AND unit_id IS NOT NULL GROUP BY unit_id`)
	if err != nil {
		return nil, err
	}
	direct := make(map[int64]int, len(counts))
	for _, c := range counts {
		direct[c.unit] = c.n
	}
	return newTree(all, direct), nil
}

func newTree(all []Unit, direct map[int64]int) *Tree {
	t := &Tree{byID: map[int64]Unit{}, children: map[int64][]int64{}, direct: direct, total: map[int64]int{}}
	for _, u := range all {
		t.byID[u.ID] = u
	}
	for _, u := range all {
		parent := u.ParentID
		if _, live := t.byID[parent]; !live {
			parent = 0 // a unit whose parent has ended stands at the top
		}
		t.children[parent] = append(t.children[parent], u.ID)
	}
	for _, id := range t.children[0] {
		t.sum(id)
	}
	return t
}

func (t *Tree) sum(id int64) int {
	n := t.direct[id]
	for _, c := range t.children[id] {
		n += t.sum(c)
	}
	t.total[id] = n
	return n
}

// Unit returns a unit of today.
func (t *Tree) Unit(id int64) (Unit, bool) { u, ok := t.byID[id]; return u, ok }

// ByCode returns the unit of today with this code.
func (t *Tree) ByCode(code string) (Unit, bool) {
	for _, u := range t.byID {
		if u.Code == code {
			return u, true
		}
	}
	return Unit{}, false
}

// Len is the number of units.
func (t *Tree) Len() int { return len(t.byID) }

// Roots are the units at the top.
func (t *Tree) Roots() []Unit { return t.Children(0) }

// Children are the units directly under a unit, by code.
func (t *Tree) Children(id int64) []Unit {
	out := make([]Unit, len(t.children[id]))
	for i, c := range t.children[id] {
		out[i] = t.byID[c]
	}
	return out
}

// SortedChildren are the units directly under a unit in the order of their names; 0 gives those at the top.
func (t *Tree) SortedChildren(id int64, lang string) []Unit {
	out := t.Children(id)
	i18n.Sort(lang, out, func(u Unit) string { return u.Name(lang) })
	return out
}

// Subtree is a unit and everything under it, parents before their children. A unit that is not of today has none.
func (t *Tree) Subtree(id int64) []int64 {
	if _, ok := t.byID[id]; !ok {
		return nil
	}
	out := []int64{id}
	for i := 0; i < len(out); i++ {
		out = append(out, t.children[out[i]]...)
	}
	return out
}

// Under is the units of several subtrees, each once.
func (t *Tree) Under(ids []int64) []int64 {
	var out []int64
	seen := map[int64]bool{}
	for _, id := range ids {
		for _, u := range t.Subtree(id) {
			if !seen[u] {
				seen[u] = true
				out = append(out, u)
			}
		}
	}
	return out
}

// Path is the way from the top down to a unit, the unit itself last.
func (t *Tree) Path(id int64) []Unit {
	var out []Unit
	for u, ok := t.byID[id]; ok; u, ok = t.byID[u.ParentID] {
		out = append(out, u)
	}
	slices.Reverse(out)
	return out
}

// Direct is how many people are in a unit itself.
func (t *Tree) Direct(id int64) int { return t.direct[id] }

// Total is how many people are in a unit and everything under it.
func (t *Tree) Total(id int64) int { return t.total[id] }

// Staff is how many people are in all units.
func (t *Tree) Staff() int {
	n := 0
	for _, id := range t.children[0] {
		n += t.total[id]
	}
	return n
}

// Within is the units in which the visitor may do the action; all says that it is the whole organisation.
func (t *Tree) Within(v web.Visitor, a web.Action) (ids []int64, all bool) {
	if v.ID == 0 {
		return nil, false
	}
	if v.Everywhere(a) {
		for _, u := range t.children[0] {
			ids = append(ids, t.Subtree(u)...)
		}
		return ids, true
	}
	return t.Under(v.Scopes[a]), false
}

// Tops is the highest units in which the visitor may do the action, in the order of their names.
func (t *Tree) Tops(v web.Visitor, a web.Action, lang string) []Unit {
	ids, all := t.Within(v, a)
	if all {
		return t.SortedChildren(0, lang)
	}
	in := map[int64]bool{}
	for _, id := range ids {
		in[id] = true
	}
	var out []Unit
	for _, id := range ids {
		if u := t.byID[id]; !in[u.ParentID] {
			out = append(out, u)
		}
	}
	i18n.Sort(lang, out, func(u Unit) string { return u.Name(lang) })
	return out
}

// sorter makes keys that put names in the order of Finnish and Swedish letters, whichever engine compares them.
type sorter struct {
	c *collate.Collator
	b collate.Buffer
}

func newSorter() *sorter { return &sorter{c: collate.New(language.Finnish, collate.IgnoreCase)} }

func (s *sorter) key(name string) string {
	s.b.Reset()
	return hex.EncodeToString(s.c.KeyFromString(&s.b, name))
}

func sortKey(name string) string { return newSorter().key(name) }
