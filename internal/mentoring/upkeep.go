package mentoring

import (
	"context"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
)

// keepEnded is how long after a mentor's time has ended their own words, their strengths and the reasons are kept. That they were a
// mentor, and when, stays: what they have done for others refers to it.
const keepEnded = 365 * 24 * time.Hour

// Upkeep lets mentors follow what has happened around them: who has left the county ends, units that are no more are replaced,
// a grant that is over lets its mentor rest; and supervisors who have not answered are reminded. Several servers may do it at once.
func (s *Service) Upkeep(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "mentoring.Upkeep")
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	all, err := readMentors(ctx, s.DB, ` WHERE m.state <> 'ended' ORDER BY m.id`)
	if err != nil {
		return err
	}
	for i := range all { // of several things to do for one mentor the next are done the next time
		if err := s.keepUp(ctx, tree, &all[i]); err != nil {
			return err
		}
	}
	if err := s.remind(ctx); err != nil {
		return err
	}
	if err := forgetEnded(ctx, s.DB, s.Now().Add(-keepEnded)); err != nil {
		return err
	}
	if err := pruneAsks(ctx, s.DB); err != nil {
		return err
	}
	if err := pruneUploads(ctx, s.DB, s.Now()); err != nil {
		return err
	}
	return s.pruneMails(ctx)
}

// keepUp does what there is to do for one mentor. What somebody else has changed meanwhile is looked at the next time.
func (s *Service) keepUp(ctx context.Context, tree *people.Tree, m *Mentor) error {
	var err error
	switch {
	case m.Person.Name == "":
		err = s.platformMoves(ctx, m, LeftCounty)
	case !slices.Equal(unitsNow(tree, m), m.Units):
		err = s.replaceUnits(ctx, tree, m)
	case m.May(GrantOver) && m.Ends != "" && m.Ends < s.today():
		err = s.platformMoves(ctx, m, GrantOver)
	}
	if errs.KindOf(err) == errs.Conflict {
		return nil
	}
	return err
}

// platformMoves moves a mentor to another state in nobody's name.
func (s *Service) platformMoves(ctx context.Context, m *Mentor, kind EventKind) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.move(ctx, tx, 0, m.ID, m.Version, kind, "") })
}

// replaceUnits puts the unit where the mentor works now in the place of one that is no more, such as one that was merged into it.
// Where the mentor has no unit of today either, the place is dropped.
func (s *Service) replaceUnits(ctx context.Context, tree *people.Tree, m *Mentor) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return s.change(ctx, tx, 0, m.ID, m.Version, UnitEnded, "", func(now *Mentor) error {
			now.Units = unitsNow(tree, m)
			return nil
		})
	})
}

// unitsNow are the units that a mentor serves with those that have ended replaced.
func unitsNow(tree *people.Tree, m *Mentor) (out []Place) {
	add := func(p Place) {
		i := slices.IndexFunc(out, func(x Place) bool { return x.Unit == p.Unit })
		if i < 0 {
			out = append(out, p)
		} else {
			out[i].Below = out[i].Below || p.Below
		}
	}
	gone := slices.ContainsFunc(m.Units, func(p Place) bool { _, there := tree.Unit(p.Unit); return !there })
	if !gone {
		return m.Units
	}
	_, works := tree.Unit(m.Person.UnitID)
	for _, p := range m.Units {
		_, there := tree.Unit(p.Unit)
		if !there {
			p.Unit = m.Person.UnitID
		}
		if there || works {
			add(p)
		}
	}
	return out
}
