package coverage

import (
	"context"
	"slices"

	"taitorinki/internal/catalog"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/web"
)

// marks are what is said of units besides their figures.
type marks struct {
	thin, focus map[int64][]string // names of areas by unit
}

// marks reads which units open findings and focuses are about; area limits both, "" does not. A finding or a focus of a unit is one
// of everything under it too, but for that of the whole.
func (s *Service) marks(ctx context.Context, p web.Page, n *mentoring.Network, areas []catalog.Area, area string) (out marks, err error) {
	out = marks{map[int64][]string{}, map[int64][]string{}}
	put := func(to map[int64][]string, units []int64, id string) {
		if area != "" && area != id {
			return
		}
		name := catalog.AreaName(areas, id, p.Lang)
		for _, u := range units {
			if !slices.Contains(to[u], name) {
				to[u] = append(to[u], name)
			}
		}
	}
	if s.Thin != nil {
		all, err := s.Thin(ctx, p.Who)
		if err != nil {
			return out, err
		}
		for _, t := range all {
			units := n.Tree.Subtree(t.Unit)
			if t.Whole {
				units = []int64{t.Unit} // on every line it would say nothing
			}
			put(out.thin, units, t.Area)
		}
	}
	all, err := mentoring.FocusesOn(ctx, s.DB, n.Day)
	for _, f := range all {
		put(out.focus, n.Tree.Subtree(f.Unit), f.Area)
	}
	return out, err
}
