package survey

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/survey/remind"
	"taitorinki/internal/survey/seal"
)

// Population is whom a round invites, with the tree as it stands.
type Population struct {
	Units  []PopulationUnit // parents before or after their children
	People []Invitee
}

// PopulationUnit is a unit of the tree.
type PopulationUnit struct {
	ID, Parent int64 // Parent 0: a root
	Code       string
	Names      Words
}

// Invitee is a person to be invited.
type Invitee struct {
	PersonID, UnitID int64
	Profession       string
	Address          string // "": no mail can be sent
	Name, Lang       string
}

// KindInvite is the kind of invitation messages in the outbox; their ref is the invitation.
const KindInvite = "survey.invite"

// CreateRound makes a draft with a plan of reminders.
func (s *Service) CreateRound(ctx context.Context, r *Round, plan ...remind.Reminder) (err error) {
	defer errs.Wrap(&err, "survey.CreateRound")
	var random [4]byte
	rand.Read(random[:])
	r.Code, r.State = link.RoundCode(random), Draft
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := insertRound(ctx, tx, r); err != nil {
			return err
		}
		for _, x := range plan {
			if err := remind.Save(ctx, tx, r.ID, &x); err != nil {
				return err
			}
		}
		return nil
	})
}

// UpdateRound stores the settings of a draft. An opened round is errs.Conflict.
func (s *Service) UpdateRound(ctx context.Context, r *Round) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return updateDraft(ctx, tx, r) })
}

// DeleteDraft forgets a round that has not opened. An opened round is errs.Conflict.
func (s *Service) DeleteDraft(ctx context.Context, id int64) (err error) {
	defer errs.Wrap(&err, "survey.DeleteDraft(%d)", id)
	r, err := RoundByID(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if r.State != Draft {
		return errs.New(errs.Conflict, "survey.locked")
	}
	if err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := remind.Forget(ctx, tx, id); err != nil {
			return err
		}
		n, err := db.Changed(tx.ExecContext(ctx, `DELETE FROM survey_rounds WHERE id = $1 AND state = 'draft'`, id))
		if err == nil && n == 0 {
			return errs.New(errs.Conflict, "survey.locked")
		}
		return err
	}); err != nil {
		return err
	}
	// An opening that failed may have left keys.
	return errors.Join(s.Vault.Destroy(r.Code), s.Vault.Destroy(seal.Series(r.Code)))
}

// grouping is what a response will say of its respondent.
type grouping struct {
	units  []PopulationUnit
	groups []sdc.Group
	of     []int // by invitee
	merges []sdc.Merge
	profs  []string // by category
	direct []int    // invited people by unit
}

// group coarsens the declared attributes until every combination holds LeastGroup invited people.
func group(set *Settings, pop Population) (*grouping, error) {
	g := &grouping{units: pop.Units, direct: make([]int, len(pop.Units))}
	index := map[int64]int{}
	for i, u := range pop.Units {
		index[u.ID] = i
	}
	parents := make([]int, len(pop.Units))
	for i, u := range pop.Units {
		parents[i] = sdc.NoParent
		if p, ok := index[u.Parent]; ok {
			parents[i] = p
		}
	}
	category := map[string]int{}
	if set.ByProf {
		for _, p := range pop.People {
			if _, ok := category[p.Profession]; !ok && p.Profession != "" {
				category[p.Profession] = 0
				g.profs = append(g.profs, p.Profession)
			}
		}
		slices.Sort(g.profs)
		for i, p := range g.profs {
			category[p] = i
		}
	}
	members := make([]sdc.Member, len(pop.People))
	for i, p := range pop.People {
		m := sdc.Member{Node: index[p.UnitID], Category: sdc.NoCategory}
		g.direct[m.Node]++
		if c, ok := category[p.Profession]; ok {
			m.Category = c
		}
		members[i] = m
	}
	if !set.ByUnit { // everybody answers as the whole
		parents, members = flatten(members)
	}
	c, err := sdc.Coarsen(parents, members, LeastGroup)
	if err != nil {
		return nil, errs.Because(err, errs.Invalid, "survey.too-few-invited", "n", LeastGroup)
	}
	g.groups, g.of = c.Groups, c.Of
	if set.ByUnit {
		g.merges = c.Units
	} else {
		for i := range g.groups {
			g.groups[i].Node = sdc.NoParent
		}
	}
	return g, nil
}

func flatten(members []sdc.Member) ([]int, []sdc.Member) {
	out := slices.Clone(members)
	for i := range out {
		out[i].Node = 0
	}
	return []int{sdc.NoParent}, out
}

func (g *grouping) unitID(node int) int64 {
	if node == sdc.NoParent {
		return 0
	}
	return g.units[node].ID
}

// OpenRound locks a draft, makes its key, and writes the tree, the invitations, the ballots and the wish to send the
// invitations, all in one transaction. By is the person who opens, 0 the operator.
func (s *Service) OpenRound(ctx context.Context, id, by int64, pop Population) (err error) {
	defer errs.Wrap(&err, "survey.OpenRound(%d)", id)
	r, err := RoundByID(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if r.State != Draft {
		return errs.New(errs.Conflict, "survey.locked")
	}
	in, err := s.Instrument(ctx, r.InstrumentID)
	if err != nil {
		return err
	}
	g, err := group(r.Settings, pop)
	if err != nil {
		return err
	}
	key, err := s.Vault.Create(r.Code)
	if err != nil {
		return err
	}
	if r.Settings.Waves && r.Settings.Series == 0 {
		if _, err := s.Vault.Create(seal.Series(r.Code)); err != nil {
			return err
		}
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := db.Changed(tx.ExecContext(ctx, `UPDATE survey_rounds SET state = 'open', opened_at = $2, invited = $3 WHERE id = $1 AND state = 'draft'`,
			id, db.At(s.Now()), len(pop.People)))
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "survey.locked")
		}
		if err := publishInstrument(ctx, tx, r.InstrumentID, s.Now()); err != nil {
			return err
		}
		if err := writeTree(ctx, tx, id, g); err != nil {
			return err
		}
		groupOf := map[int64]int{}
		for i, p := range pop.People {
			groupOf[p.PersonID] = g.of[i]
		}
		if err := s.writeInvitations(ctx, tx, &r, in, key, groupOf, pop.People); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "round.open", "round:"+r.Code, "")
	})
	if err == nil && s.Outbox != nil {
		s.Outbox.Wake()
	}
	return err
}

func writeTree(ctx context.Context, tx *db.Tx, round int64, g *grouping) error {
	var rows [][]any
	for i, u := range g.units {
		as := int64(0)
		if g.merges != nil {
			as = g.unitID(g.merges[i].Into)
		}
		rows = append(rows, []any{round, u.ID, null(u.Parent), u.Code, u.Names.In("fi"), u.Names.In("sv"), u.Names.In("en"), g.direct[i], null(as)})
	}
	if err := tx.Insert(ctx, `INSERT INTO survey_round_units (round_id, unit_id, parent_id, code, name_fi, name_sv, name_en, invited, answers_as) VALUES`, 9, rows); err != nil {
		return err
	}
	rows = nil
	for i, x := range g.groups {
		prof := sql.NullString{}
		if x.Category >= 0 {
			prof = sql.NullString{String: g.profs[x.Category], Valid: true}
		}
		rows = append(rows, []any{round, i, null(g.unitID(x.Node)), prof, x.Size})
	}
	return tx.Insert(ctx, `INSERT INTO survey_groups (round_id, grp, unit_id, profession, invited) VALUES`, 5, rows)
}

// writeInvitations writes for each of some people an invitation, an empty ballot of the group and the wish for a mail.
func (s *Service) writeInvitations(ctx context.Context, tx *db.Tx, r *Round, in *instrument.Instrument, key *seal.Key, groupOf map[int64]int, all []Invitee) error {
	var rows [][]any
	address := map[int64]string{}
	for _, p := range all {
		rows = append(rows, []any{r.ID, p.PersonID, null(p.UnitID)})
		address[p.PersonID] = p.Address
	}
	if err := tx.Insert(ctx, `INSERT INTO survey_invitations (round_id, person_id, unit_id) VALUES`, 3, rows); err != nil {
		return err
	}
	invs, err := invitations(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	invs = slices.DeleteFunc(invs, func(inv Invitation) bool { _, now := groupOf[inv.PersonID]; return !now })
	groups := map[seal.BallotID]int{}
	var items []outbox.Item
	for _, inv := range invs {
		groups[key.Ballot(key.Token(inv.ID))] = groupOf[inv.PersonID]
		if a := address[inv.PersonID]; a != "" {
			items = append(items, outbox.Item{Topic: r.Topic(), Kind: KindInvite, Ref: inv.ID, Address: a})
		}
	}
	if err := layBallots(ctx, tx, r.ID, in, key, groups); err != nil {
		return err
	}
	at := s.Now()
	if r.OpensAt.After(at) {
		at = r.OpensAt
	}
	return outbox.Add(ctx, tx, at, items)
}

// layBallots writes the first states of ballots, given with the groups that they will name.
func layBallots(ctx context.Context, tx *db.Tx, round int64, in *instrument.Instrument, key *seal.Key, groups map[seal.BallotID]int) error {
	rows := make([][]any, 0, len(groups))
	for ballot, group := range groups {
		plain, err := newBallot(in, group).encode(in)
		if err != nil {
			return err
		}
		id := key.State(ballot, 0)
		rows = append(rows, []any{id[:], round, key.Seal(id, plain)})
	}
	// In the order of their ids, so that where a ballot lies says nothing of whose it is.
	slices.SortFunc(rows, func(a, b []any) int { return bytes.Compare(a[0].([]byte), b[0].([]byte)) })
	return tx.Insert(ctx, `INSERT INTO survey_ballots (id, round_id, sealed) VALUES`, 3, rows)
}

// Link is a personal link, for a coordinator who sends the invitations by other means.
type Link struct {
	PersonID int64
	URL      string
}

// Links returns the personal links of an open round in the order of the invitations.
func (s *Service) Links(ctx context.Context, id int64) (_ []Link, err error) {
	defer errs.Wrap(&err, "survey.Links(%d)", id)
	r, err := RoundByID(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	if r.State != Open {
		return nil, errs.New(errs.Conflict, "survey.not-open")
	}
	key, err := s.key(r.Code)
	if err != nil {
		return nil, err
	}
	invs, err := invitations(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	out := make([]Link, len(invs))
	for i, inv := range invs {
		out[i] = Link{inv.PersonID, s.InvitationURL(r.Code, key.Token(inv.ID))}
	}
	return out, nil
}

// CheckAndOpen opens a round unless the pre-flight list says that it cannot.
func (s *Service) CheckAndOpen(ctx context.Context, id, by int64) error {
	rd, err := RoundByID(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if rd.State != Draft {
		return errs.New(errs.Conflict, "survey.locked")
	}
	c, err := s.Preflight(ctx, &rd, "fi")
	if err != nil {
		return err
	}
	for _, i := range c.Issues {
		if i.Blocking {
			return errs.New(errs.Invalid, i.Key, i.Args...)
		}
	}
	pop, err := PopulationOf(ctx, s.DB, rd.Settings)
	if err != nil {
		return err
	}
	return s.OpenRound(ctx, id, by, pop)
}
