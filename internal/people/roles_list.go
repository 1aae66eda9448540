package people

import (
	"context"
	"strings"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/sheet"
	"taitorinki/internal/web"
)

var roleListColumns = []sheet.Column{
	peopleColumns[0],
	{Key: "role", Names: []string{"role", "rooli", "roll"}, Required: true},
	{Key: "unit", Names: []string{"unit", "unit code", "yksikkö", "yksikkökoodi", "yksikön koodi", "yksikön tunnus", "enhet", "enhetskod"}},
}

// roleWords are the roles as people write them.
var roleWords = map[string]string{
	"administrator": Administrator, "admin": Administrator, "ylläpitäjä": Administrator, "pääkäyttäjä": Administrator, "administratör": Administrator,
	"coordinator": Coordinator, "koordinaattori": Coordinator, "kehittäjä": Coordinator, "koordinator": Coordinator, "samordnare": Coordinator,
	"supervisor": Supervisor, "esihenkilö": Supervisor, "esimies": Supervisor, "chef": Supervisor, "förman": Supervisor,
	"mentor": Mentor, "mentori": Mentor, "digimentori": Mentor, "digimentor": Mentor,
	"expert": Expert, "asiantuntija": Expert, "sakkunnig": Expert,
	"researcher": Researcher, "tutkija": Researcher, "forskare": Researcher,
	"dpo": DPO, "data protection officer": DPO, "tietosuojavastaava": DPO, "dataskyddsombud": DPO,
	"member": Member, "jäsen": Member, "medlem": Member,
	"partner": Partner, "kumppani": Partner, "samarbetspart": Partner,
}

// RolesChange is what a list of roles gives.
type RolesChange struct {
	Given    []RoleChange
	Same     int // roles of the list that the person holds already
	Problems Problems
}

// roleRow is a good row of the list.
type roleRow struct {
	person Person
	role   string
	unit   Unit // the zero Unit: the whole organisation
}

// ImportRoles gives the roles of a file with the columns email, role and, for a role that is not over the whole
// organisation, unit. It takes none back. Any fault refuses the whole list, unless SkipBad leaves those rows out; the
// error is then Problems. A person (opt.By) gives only what they may give on the pages.
func (s *Service) ImportRoles(ctx context.Context, f File, opt ImportOptions) (c *RolesChange, err error) {
	by := web.Visitor{}
	if opt.By != 0 {
		p, err := PersonByID(ctx, s.DB, opt.By)
		if err != nil {
			return nil, err
		}
		if by, err = s.Identify(ctx, p.ID, p.Epoch); err != nil {
			return nil, err
		}
	}
	if opt.DryRun {
		_, c, err = readRoles(ctx, s.DB, f, by)
		if err == nil && !opt.SkipBad {
			err = c.Problems.err()
		}
		return c, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err = s.giveRoles(ctx, tx, f, by, opt.SkipBad)
		return err
	})
	return c, err
}

func (s *Service) giveRoles(ctx context.Context, tx *db.Tx, f File, by web.Visitor, skipBad bool) (*RolesChange, error) {
	rows, c, err := readRoles(ctx, tx, f, by)
	if err != nil {
		return nil, err
	}
	if len(c.Problems) > 0 && !skipBad {
		return c, c.Problems
	}
	for _, r := range rows {
		if _, err := Grant(ctx, tx, s.Now(), by.ID, r.person.ID, r.role, r.unit.ID); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// readRoles reads the list and says what it gives. A fault of the whole file is the error, faults of rows are in the
// change.
func readRoles(ctx context.Context, q db.Q, f File, by web.Visitor) ([]roleRow, *RolesChange, error) {
	t := openTable(named(f, "roles"), f.Data, roleListColumns)
	if t.problems.Fatal() {
		return nil, nil, t.problems
	}
	k, err := loadRoleCheck(ctx, q, by)
	if err != nil {
		return nil, nil, err
	}
	c := &RolesChange{}
	var rows []roleRow
	seen := map[RoleChange]bool{}
	for _, r := range t.Rows {
		t.begin(r)
		row := k.row(t)
		if t.bad {
			continue
		}
		rows = append(rows, row)
		given := RoleChange{Name: row.person.Name, Email: row.person.Email, Role: row.role, Unit: row.unit.Code}
		if seen[given] || k.held[roleKey{row.person.ID, row.role, row.unit.ID}] {
			c.Same++
		} else {
			c.Given = append(c.Given, given)
		}
		seen[given] = true
	}
	c.Problems = t.problems.inOrder()
	return rows, c, nil
}

type roleKey struct {
	person int64
	role   string
	unit   int64
}

// roleCheck is what a list of roles is checked against.
type roleCheck struct {
	by     web.Visitor
	people map[string]Person
	units  map[string]Unit
	held   map[roleKey]bool
	reach  map[web.Action]map[int64]bool
}

func loadRoleCheck(ctx context.Context, q db.Q, by web.Visitor) (k *roleCheck, err error) {
	defer errs.Wrap(&err, "people.loadRoleCheck")
	now, err := LoadCurrent(ctx, q)
	if err != nil {
		return nil, err
	}
	k = &roleCheck{by: by, people: map[string]Person{}, units: map[string]Unit{}, held: map[roleKey]bool{}, reach: map[web.Action]map[int64]bool{}}
	var live []Unit
	for _, u := range now.Units {
		if u.Ended.IsZero() {
			k.units[u.Code] = u
			live = append(live, u)
		}
	}
	for _, p := range now.People {
		k.people[p.folded] = p
	}
	for _, r := range now.Roles {
		k.held[roleKey{r.PersonID, r.Role, r.UnitID}] = !r.Listed
	}
	t := newTree(live, nil)
	for _, a := range []web.Action{GrantRoles, GrantAdministrator} {
		k.reach[a] = map[int64]bool{0: by.ID == 0 || by.Everywhere(a)}
		ids, _ := t.Within(by, a)
		for _, id := range ids {
			k.reach[a][id] = true
		}
	}
	return k, nil
}

func (k *roleCheck) row(t *table) roleRow {
	var row roleRow
	email := t.get("email")
	p, known := k.people[i18n.Fold(email)]
	switch {
	case !known:
		t.fail("email", "people.row-stranger", "value", email)
	case !p.Left.IsZero():
		t.fail("email", "people.row-left", "value", email)
	}
	row.person = p
	said := t.get("role")
	if row.role = roleWords[strings.ReplaceAll(i18n.Fold(said), "_", " ")]; row.role == "" {
		t.fail("role", "people.bad-role", "value", said)
	}
	if code := t.get("unit"); code != "" {
		var ok bool
		if row.unit, ok = k.units[code]; !ok {
			t.fail("unit", "people.row-unit", "value", code)
		}
	}
	if !t.bad && !k.mayGive(row) {
		t.fail("role", "people.may-not-grant")
	}
	return row
}

func (k *roleCheck) mayGive(row roleRow) bool {
	a := GrantRoles
	if row.role == Administrator {
		a = GrantAdministrator
	}
	return k.by.ID == 0 || k.reach[a][0] || k.reach[a][row.unit.ID]
}
