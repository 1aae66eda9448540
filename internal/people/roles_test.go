package people

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/web"
)

func TestPopulationAndTreeFollowSubtreesAndProfessions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		tests := []struct {
			units []int64
			jobs  []string
			want  string
		}{
			{nil, nil, "Anna Aho,Bo Åberg,Carl Öst,Dina Ek,Eeva Äijö"},
			{[]int64{p.unitID("A")}, nil, "Anna Aho,Bo Åberg,Carl Öst"},
			{[]int64{p.unitID("A1"), p.unitID("A"), p.unitID("B1")}, []string{"lh"}, "Carl Öst,Dina Ek"},
			{[]int64{999}, nil, ""},
			{nil, []string{"none"}, ""},
		}
		for _, test := range tests {
			var got []string
			for _, x := range must(Population(p.ctx, d, test.units, test.jobs)) {
				got = append(got, x.Name)
			}
			if s := strings.Join(got, ","); s != test.want {
				t.Errorf("%v %v: got %s, want %s", test.units, test.jobs, s, test.want)
			}
		}
		tree := must(LoadTree(p.ctx, d))
		if tree.Total(p.unitID("H")) != 5 || tree.Direct(p.unitID("B")) != 1 || tree.Staff() != 5 || len(tree.Subtree(p.unitID("A"))) != 3 {
			t.Errorf("counts: %d %d %d", tree.Total(p.unitID("H")), tree.Direct(p.unitID("B")), tree.Staff())
		}
	})
}

func TestARoleHoldsOverItsUnitAndEverythingUnderIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		p.grant("anna@hva.example", Supervisor, "A")
		p.grant("dpo@hva.example", DPO, "")
		p.grant("mentor@hva.example", Mentor, "A")
		see := func(email string) web.Visitor {
			x := p.person(email)
			return must(p.Identify(p.ctx, x.ID, x.Epoch))
		}
		tests := []struct {
			email  string
			action web.Action
			unit   string
			want   bool
		}{
			{"anna@hva.example", ReadPeople, "A", true}, {"anna@hva.example", ReadPeople, "A2", true},
			{"anna@hva.example", ReadPeople, "H", false}, {"anna@hva.example", ReadResults, "B1", false},
			{"anna@hva.example", ReadPeople, "", false}, {"anna@hva.example", ReadAudit, "A", false},
			{"eeva@hva.example", ReadResults, "B1", true}, {"eeva@hva.example", ReadResults, "A1", false},
			{"dpo@hva.example", ReadAudit, "B1", true}, {"dpo@hva.example", ReadAudit, "", true}, {"dpo@hva.example", ReadResults, "A", false},
			{"mentor@hva.example", ReadPeople, "A", false}, {"bo@hva.example", ReadPeople, "A1", false},
		}
		for _, test := range tests {
			got, err := Covers(p.ctx, d, see(test.email), test.action, p.unitID(test.unit))
			if err != nil || got != test.want {
				t.Errorf("%s %s over %q: got %v, %v; want %v", test.email, test.action, test.unit, got, err, test.want)
			}
			if reach := must(ReachOf(p.ctx, d, see(test.email), test.action)); reach.Has(p.unitID(test.unit)) != test.want {
				t.Errorf("%s %s reaches %q: got %v, want %v", test.email, test.action, test.unit, !test.want, test.want)
			}
		}
	})
}

func TestRolesComeFromAListToo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		p.grant("dina@hva.example", Coordinator, "")
		good := "sähköposti;rooli;yksikkö\nanna@hva.example;Digimentori;A1\nbo@hva.example;tutkija;\nbo@hva.example;tutkija;\n"
		c, err := p.ImportRoles(p.ctx, file(good), ImportOptions{DryRun: true})
		if err != nil || len(c.Given) != 2 || c.Same != 1 {
			t.Fatalf("dry run: %+v, %v", c, err)
		}
		bad := good + "x@hva.example;mentor;\ncarl@hva.example;king;\ncarl@hva.example;mentor;Z\ncarl@hva.example;administrator;\n"
		dina := p.person("dina@hva.example")
		_, err = p.ImportRoles(p.ctx, file(bad), ImportOptions{By: dina.ID})
		ps, _ := err.(Problems)
		if d := cmp.Diff([]string{"5:1 row-stranger", "6:2 bad-role", "7:3 row-unit", "8:2 may-not-grant"}, keysOf(ps)); d != "" {
			t.Error(d)
		}
		if h := must(Holders(p.ctx, d, Mentor)); len(h) != 0 {
			t.Errorf("mentors after a refused list: %v", h)
		}
		c, err = p.ImportRoles(p.ctx, file(bad), ImportOptions{By: dina.ID, SkipBad: true})
		if err != nil || len(c.Given) != 2 {
			t.Fatalf("%+v, %v", c, err)
		}
		if h := must(Holders(p.ctx, d, Mentor)); len(h) != 1 || h[0].Role.UnitID != p.unitID("A1") {
			t.Errorf("mentors: %v", h)
		}
		if c, err = p.ImportRoles(p.ctx, file("email,role\ncarl@hva.example,administrator\n"), ImportOptions{}); err != nil || len(c.Given) != 1 {
			t.Errorf("the operator: %+v, %v", c, err)
		}
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("a@b.fi", Administrator, "")
		first := must(Holders(p.ctx, d, Administrator))[0].Role.ID
		revoke := func() error {
			return d.InTx(p.ctx, func(tx *db.Tx) error { return Revoke(p.ctx, tx, p.Now(), 0, first) })
		}
		if err := revoke(); errs.KindOf(err) != errs.Conflict {
			t.Errorf("the last: %v, want conflict", err)
		}
		p.grant("b@b.fi", Administrator, "")
		p.must(revoke())
	})
}
