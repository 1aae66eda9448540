package survey

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
)

// InviteLate invites those whom a later staff list has brought into the population of an open round, each once. Who has
// left gets nothing, and who has been invited is not invited again.
func (s *Service) InviteLate(ctx context.Context) error {
	rounds, err := Rounds(ctx, s.DB)
	if err != nil {
		return err
	}
	var all error
	for _, r := range rounds {
		if r.State == Open && !r.Over(s.Now()) {
			all = errors.Join(all, s.inviteLate(ctx, &r))
		}
	}
	return all
}

func (s *Service) inviteLate(ctx context.Context, r *Round) (err error) {
	defer errs.Wrap(&err, "survey.inviteLate(%d)", r.ID)
	if late, err := newcomers(ctx, s.DB, r); err != nil || len(late) == 0 {
		return err
	}
	key, err := s.keyWhileOpen(ctx, r)
	if err != nil || key == nil {
		return err
	}
	in, err := s.Instrument(ctx, r.InstrumentID)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		// The row is held, so that the round does not close meanwhile and nobody is invited by two processes.
		n, err := db.Changed(tx.ExecContext(ctx, `UPDATE survey_rounds SET invited = invited WHERE id = $1 AND state = 'open'`, r.ID))
		if err != nil || n == 0 {
			return err
		}
		late, err := newcomers(ctx, tx, r)
		if err != nil || len(late) == 0 {
			return err
		}
		groupOf, err := joinGroups(ctx, tx, r, late)
		if err != nil {
			return err
		}
		if err := s.writeInvitations(ctx, tx, r, in, key, groupOf, late); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE survey_rounds SET invited = invited + $2 WHERE id = $1`, r.ID, len(late)); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), 0, "round.late", "round:"+r.Code, people.Detail("n", len(late)))
	})
	if err == nil && s.Outbox != nil {
		s.Outbox.Wake()
	}
	return err
}

// newcomers are those of a round's population of today who have no invitation. The unit of each is the nearest that the round
// knows, 0 where it knows none.
func newcomers(ctx context.Context, q db.Q, r *Round) (late []Invitee, err error) {
	ids, err := people.PopulationIDs(ctx, q, r.Settings.Units, r.Settings.Professions)
	if err != nil {
		return nil, err
	}
	invs, err := invitations(ctx, q, r.ID)
	if err != nil {
		return nil, err
	}
	invited := make(map[int64]bool, len(invs))
	for _, inv := range invs {
		invited[inv.PersonID] = true
	}
	ids = slices.DeleteFunc(ids, func(id int64) bool { return invited[id] })
	if len(ids) == 0 {
		return nil, nil
	}
	staff, err := people.PersonsByID(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range staff {
		late = append(late, inviteeOf(p))
	}
	units, err := RoundUnits(ctx, q, r.ID)
	if err != nil {
		return nil, err
	}
	parent := map[int64]int64{}
	tree, err := people.Units(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, u := range tree {
		parent[u.ID] = u.ParentID
	}
	for i := range late {
		p := &late[i]
		for p.UnitID != 0 && !slices.ContainsFunc(units, func(u RoundUnit) bool { return u.ID == p.UnitID }) {
			p.UnitID = parent[p.UnitID]
		}
	}
	return late, nil
}

// roundGroups are the groups of an open round as disclosure control counts with them.
type roundGroups struct {
	units   []RoundUnit
	parents []int
	into    []int
	groups  []sdc.Group
	profs   []string // by category
}

func (g *roundGroups) node(unit int64) int {
	return slices.IndexFunc(g.units, func(u RoundUnit) bool { return u.ID == unit }) // -1 is NoParent
}

func (g *roundGroups) unitID(node int) int64 {
	if node == sdc.NoParent {
		return 0
	}
	return g.units[node].ID
}

func loadGroups(ctx context.Context, q db.Q, round int64) (g *roundGroups, err error) {
	g = &roundGroups{}
	if g.units, err = RoundUnits(ctx, q, round); err != nil {
		return nil, err
	}
	for _, u := range g.units {
		g.parents = append(g.parents, g.node(u.Parent))
		g.into = append(g.into, g.node(u.AnswersAs))
	}
	g.groups, err = db.Rows(ctx, q, func(r *sql.Rows, x *sdc.Group) error {
		var unit sql.NullInt64
		var prof sql.NullString
		if err := r.Scan(&unit, &prof, &x.Size); err != nil {
			return err
		}
		x.Node, x.Category = g.node(unit.Int64), sdc.NoCategory
		if prof.Valid {
			x.Category = len(g.profs)
			if i := slices.Index(g.profs, prof.String); i >= 0 {
				x.Category = i
			} else {
				g.profs = append(g.profs, prof.String)
			}
		}
		return nil
	}, `SELECT unit_id, profession, invited FROM survey_groups WHERE round_id = $1 ORDER BY grp`, round)
	return g, err
}

// joinGroups gives those who are invited late a group among those of the round.
func joinGroups(ctx context.Context, tx *db.Tx, r *Round, late []Invitee) (groupOf map[int64]int, err error) {
	g, err := loadGroups(ctx, tx, r.ID)
	if err != nil {
		return nil, err
	}
	members := make([]sdc.Member, len(late))
	for i, p := range late {
		members[i] = sdc.Member{Node: g.node(p.UnitID), Category: slices.Index(g.profs, p.Profession)} // -1 is NoCategory
	}
	of, err := g.join(ctx, tx, r.ID, members)
	if err != nil {
		return nil, err
	}
	groupOf = map[int64]int{}
	for i, p := range late {
		groupOf[p.PersonID] = of[i]
		if _, err := tx.ExecContext(ctx, `UPDATE survey_round_units SET invited = invited + 1 WHERE round_id = $1 AND unit_id = $2`, r.ID, p.UnitID); err != nil {
			return nil, err
		}
	}
	return groupOf, nil
}

// join gives newcomers a group each, and writes what that changes of the round's groups.
func (g *roundGroups) join(ctx context.Context, tx *db.Tx, round int64, members []sdc.Member) (of []int, err error) {
	j, err := sdc.Join(g.parents, g.into, g.groups, members, LeastGroup)
	if err != nil {
		return nil, err
	}
	return j.Of, g.write(ctx, tx, round, j)
}

func (g *roundGroups) write(ctx context.Context, tx *db.Tx, round int64, j sdc.Joined) error {
	for i, x := range j.Groups {
		if i < len(g.groups) && x == g.groups[i] {
			continue
		}
		prof := sql.NullString{}
		if x.Category >= 0 {
			prof = sql.NullString{String: g.profs[x.Category], Valid: true}
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO survey_groups (round_id, grp, unit_id, profession, invited) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (round_id, grp) DO UPDATE SET unit_id = excluded.unit_id, profession = excluded.profession, invited = excluded.invited`,
			round, i, null(g.unitID(x.Node)), prof, x.Size); err != nil {
			return err
		}
	}
	for i, as := range j.Into {
		if as == g.into[i] {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE survey_round_units SET answers_as = $3 WHERE round_id = $1 AND unit_id = $2`,
			round, g.units[i].ID, null(g.unitID(as))); err != nil {
			return err
		}
	}
	return nil
}
