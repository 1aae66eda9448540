package people

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
)

func TestTheSameListTwiceChangesNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.wantLine(p.bring(county()), "5 new, 0 moved, 0 renamed, 0 left", "6 new, 0 moved, 0 renamed, 0 left")
		before, err := LoadCurrent(p.ctx, d)
		p.must(err)
		p.clock.add(time.Hour)
		c := p.bring(county())
		p.wantLine(c, none, none)
		if !c.Empty() {
			t.Errorf("changes: %+v", c.Summary())
		}
		after, err := LoadCurrent(p.ctx, d)
		p.must(err)
		if d := cmp.Diff(before, after, cmp.AllowUnexported(Person{})); d != "" {
			t.Error(d)
		}
	})
}

func TestTheSampleOrganisationComesInTwice(t *testing.T) {
	const dir = "/work/shared/org/small/"
	if _, err := os.Stat(dir); err != nil {
		t.Skip(err)
	}
	read := func(name string) File { b, _ := os.ReadFile(dir + name); return File{name, b} }
	f := Files{read("org.csv"), read("people.csv"), read("professions.csv")}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.wantLine(p.bring(f), "300 new, 0 moved, 0 renamed, 0 left", "41 new, 0 moved, 0 renamed, 0 left")
		c := p.bring(f)
		p.wantLine(c, none, none)
		got := c.NoteLines()
		want := []string{`The role "coordinator" is not given by a staff list: 10 rows.`, `The role "county_admin" is not given by a staff list: 1 row.`}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if h, err := Holders(p.ctx, d, Supervisor); err != nil || len(h) != 36 {
			t.Errorf("supervisors: %d, %v; want 36", len(h), err)
		}
	})
}

func TestPeopleMoveAreRenamedLeaveAndComeBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		anna := p.person("anna@hva.example")

		c := p.bring(people("bo@", "bo@hva.example,Bo Åberg,B1,sh,", "carl@", "carl@hva.example,Carl West,A2,lh,"))
		p.wantLine(c, "0 new, 1 moved, 1 renamed, 0 left", none)
		if b := p.person("bo@hva.example"); b.UnitID != p.unitID("B1") {
			t.Errorf("Bo is in unit %d, want %d", b.UnitID, p.unitID("B1"))
		}

		c = p.bring(people("anna@", ""))
		if c.Summary().Left != 1 || len(c.RolesTaken) != 1 {
			t.Errorf("left %d, roles taken %d; want 1, 1", c.Summary().Left, len(c.RolesTaken))
		}
		if _, err := p.Identify(p.ctx, anna.ID, anna.Epoch); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the session of one who left: %v, want not found", err)
		}
		if r, err := RolesOf(p.ctx, d, anna.ID); err != nil || len(r) != 0 {
			t.Errorf("roles of one who left: %v, %v", r, err)
		}

		c = p.bring(county())
		if n := c.Summary(); n.Back != 1 || n.New != 0 || c.Line()[:5] != "1 new" {
			t.Errorf("back: %+v, %s", n, c.Line())
		}
		back := p.person("anna@hva.example")
		if back.ID != anna.ID || !back.Left.IsZero() {
			t.Errorf("Anna came back as %+v, was %d", back, anna.ID)
		}
		if _, err := p.Identify(p.ctx, anna.ID, anna.Epoch); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a session from before: %v, want not found", err)
		}
		if v, err := p.Identify(p.ctx, back.ID, back.Epoch); err != nil || !v.May(ReadResults) {
			t.Errorf("back again: %+v, %v", v, err)
		}
	})
}

func TestUnitsMoveAreRenamedAndEnd(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		units := strings.NewReplacer("A2,A,Osasto", "A2,B,Osasto", "B1,B,Tiimi,Team,Team", "B1,B,Tiimi,Teamet,Team", "A1,A,Osasto,Avdelning,Ward,\n", "").Replace(countyUnits) + "C,H,Uusi,Ny,New,3\n"
		list := strings.ReplaceAll(countyPeople, ",A1,", ",C,")
		c := p.bring(Files{Units: file(units), People: file(list)})
		p.wantLine(c, "0 new, 2 moved, 0 renamed, 0 left", "1 new, 1 moved, 1 renamed, 1 left")
		tree, err := LoadTree(p.ctx, d)
		p.must(err)
		if got := tree.Total(p.unitID("B")); got != 3 {
			t.Errorf("people under B: %d, want 3", got)
		}
		if len(tree.Path(p.unitID("A2"))) != 3 || tree.Path(p.unitID("A2"))[1].Code != "B" {
			t.Errorf("path of A2: %v", tree.Path(p.unitID("A2")))
		}
		// It comes back with the old list, under the same id.
		c = p.bring(county())
		p.wantLine(c, "0 new, 2 moved, 0 renamed, 0 left", "1 new, 1 moved, 1 renamed, 1 left")
		p.wantLine(p.bring(county()), none, none)
	})
}

func TestAUnitWithPeopleWhomTheListDoesNotNameDoesNotEnd(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		c := p.bring(Files{Units: file(strings.Replace(countyUnits, "A1,A,Osasto,Avdelning,Ward,\n", "", 1))})
		p.wantLine(c, none, none)
		if got := c.NoteLines(); len(got) != 1 || !strings.Contains(got[0], "A1") {
			t.Errorf("notes: %q", got)
		}
	})
}

func TestAnyFaultRefusesTheWholeListUnlessBadRowsAreLeftOut(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		bad := people("anna@", "anna@hva.example,Anna Aho,NOWHERE,sh,supervisor", "bo@", "bo@,Bo Åberg,A1,sh,", "carl@", "", "dina@", "new@hva.example,Ny Person,B1,lh,")
		c, err := p.Import(p.ctx, bad, ImportOptions{})
		if ps, ok := err.(Problems); !ok || len(ps) != 2 || errs.KindOf(err) != errs.Invalid {
			t.Fatalf("error %v, want two faults", err)
		}
		if c == nil || c.Summary().Problems != 2 {
			t.Errorf("change: %+v", c)
		}
		if n := countLive(p); n != 5 {
			t.Errorf("live people %d, want 5", n)
		}
		c, err = p.Import(p.ctx, bad, ImportOptions{SkipBad: true})
		p.must(err)
		p.wantLine(c, "1 new, 0 moved, 0 renamed, 2 left", none)
		for _, kept := range []string{"anna@hva.example", "bo@hva.example"} {
			if x := p.person(kept); !x.Left.IsZero() || x.UnitID != p.unitID("A1") {
				t.Errorf("%s did not stay: %+v", kept, x)
			}
		}
		if r, _ := RolesOf(p.ctx, d, p.person("anna@hva.example").ID); len(r) != 1 {
			t.Errorf("Anna's roles: %v, want one", r)
		}
	})
}

func TestNobodyLeavesWhenARowCannotBeRead(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		c, err := p.Import(p.ctx, people("anna@", `anna@hva.example,"Anna"x,A1,sh,supervisor`, "bo@", ""), ImportOptions{SkipBad: true})
		p.must(err)
		p.wantLine(c, none, none)
		if got := strings.Join(c.NoteLines(), " "); !strings.Contains(got, "2 people are missing") {
			t.Errorf("notes: %s", got)
		}
	})
}

func TestAUnitWhoseRowIsBadStaysWithItsPeople(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		f := county()
		f.Units = file(strings.Replace(countyUnits, "A1,A,Osasto,Avdelning,Ward,", "A1,A,,,,", 1) + "N,,,,,x\n")
		f.People = file(countyPeople + "ny@hva.example,Ny,N,sh,\n")
		c, err := p.Import(p.ctx, f, ImportOptions{SkipBad: true})
		p.must(err)
		p.wantLine(c, none, none)
		if got := keysOf(c.Problems); !slices.Contains(got, "7:3 row-unit-bad") {
			t.Errorf("faults: %v", got)
		}
	})
}

func TestStaffNumbersTellPeopleApart(t *testing.T) {
	const head = "staff_number,email,name,unit\n"
	list := func(rows string) Files { return Files{Units: file("code,name\nA,A\n"), People: file(head + rows)} }
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(list("1,a@b.fi,Anna,A\n2,b@b.fi,Bo,A\n"))
		anna, bo := p.person("a@b.fi"), p.person("b@b.fi")

		// Two people change addresses with one another.
		p.wantLine(p.bring(list("1,b@b.fi,Anna,A\n2,a@b.fi,Bo,A\n")), "0 new, 0 moved, 2 renamed, 0 left", none)
		if p.person("b@b.fi").ID != anna.ID || p.person("a@b.fi").ID != bo.ID {
			t.Error("the addresses did not change places")
		}
		// A new number under the same address and name is the same person.
		p.wantLine(p.bring(list("1,b@b.fi,Anna,A\n22,a@b.fi,Bo,A\n")), "0 new, 0 moved, 1 renamed, 0 left", none)
		// The same address with another number and name is somebody else.
		c := p.bring(list("1,b@b.fi,Anna,A\n3,a@b.fi,Other,A\n"))
		p.wantLine(c, "1 new, 0 moved, 0 renamed, 1 left", none)
		if p.person("a@b.fi").ID == bo.ID {
			t.Error("the new holder of the address got the old one's id")
		}
		// The one whose address went away comes back with another.
		c = p.bring(list("1,b@b.fi,Anna,A\n3,a@b.fi,Other,A\n22,bo@b.fi,Bo,A\n"))
		if c.Summary().Back != 1 || p.person("bo@b.fi").ID != bo.ID {
			t.Errorf("back: %+v", c.Summary())
		}
		// A list without numbers knows them by their addresses and keeps the numbers.
		p.wantLine(p.bring(Files{People: file("email,name,unit\nb@b.fi,Anna,A\na@b.fi,Other,A\nbo@b.fi,Bo,A\n")}), none, none)
		if n := p.person("bo@b.fi").StaffNumber; n != "22" {
			t.Errorf("number %q, want 22", n)
		}
	})
}

func TestWhoHasAStaffNumberNeedsNoAddress(t *testing.T) {
	const head = "staff_number,email,name,unit,supervisor_of\n"
	list := func(rows string) Files { return Files{Units: file("code,name\nA,A\nB,B\n"), People: file(head + rows)} }
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		rows := "1,,Anna,A,B\n2,,Bo,A,\n3,c@b.fi,Cia,A,\n"
		p.wantLine(p.bring(list(rows)), "3 new, 0 moved, 0 renamed, 0 left", "2 new, 0 moved, 0 renamed, 0 left")
		p.wantLine(p.bring(list(rows)), none, none)
		var supervisor string
		p.must(d.QueryRowContext(p.ctx, `SELECT p.name FROM roles r JOIN persons p ON p.id = r.person_id`).Scan(&supervisor))
		if supervisor != "Anna" {
			t.Errorf("the supervisor is %q, want Anna", supervisor)
		}
		if _, err := PersonByEmail(p.ctx, d, ""); errs.KindOf(err) != errs.NotFound {
			t.Errorf("no address finds somebody: %v", err)
		}
		// An address comes, another passes to a colleague, and one that the list leaves out stays.
		p.wantLine(p.bring(list("1,a@b.fi,Anna,A,B\n2,c@b.fi,Bo,B,\n3,,Cia,A,\n")), "0 new, 1 moved, 3 renamed, 0 left", none)
		p.wantLine(p.bring(list("1,,Anna,A,B\n2,c@b.fi,Bo,B,\n3,,Cia,A,\n")), none, none)
		if got := p.person("a@b.fi").StaffNumber + p.person("c@b.fi").StaffNumber; got != "12" {
			t.Errorf("the addresses belong to %s, want 12", got)
		}
		_, err := p.Import(p.ctx, list("1,a@b.fi,Anna,A,\n,,Dan,A,\n"), ImportOptions{})
		if err == nil || !strings.Contains(err.Error(), "line 3, column email") {
			t.Errorf("neither number nor address: %v", err)
		}
	})
}

func TestSomebodyMadeByHandIsNeverMarkedLeftUntilListed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("it@hva.example", Administrator, "")
		p.grant("Dina@hva.example", Coordinator, "")
		p.wantLine(p.bring(county()), "4 new, 1 moved, 1 renamed, 0 left", "6 new, 0 moved, 0 renamed, 0 left")
		if x := p.person("it@hva.example"); x.Listed || !x.Left.IsZero() {
			t.Errorf("by hand: %+v", x)
		}
		dina := p.person("dina@hva.example")
		if r, _ := RolesOf(p.ctx, d, dina.ID); !dina.Listed || len(r) != 1 || r[0].Role != Coordinator {
			t.Errorf("Dina: %+v, %v", dina, r)
		}
		p.wantLine(p.bring(people("dina@", "")), "0 new, 0 moved, 0 renamed, 1 left", none)
	})
}

func TestTheListGivesAndTakesSupervisorsOnly(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		p.grant("bo@hva.example", Supervisor, "A2")
		p.grant("anna@hva.example", Mentor, "A1")
		c := p.bring(Files{People: file("email,name,unit,supervisor_of\nanna@hva.example,Anna Aho,A1,\nbo@hva.example,Bo Åberg,A1,A1 A2\ncarl@hva.example,Carl Öst,A2,\ndina@hva.example,Dina Ek,B1,\neeva@hva.example,Eeva Äijö,B,B\n")})
		if c.RoleLine() != "1 given, 1 taken" {
			t.Errorf("roles: %s: %+v %+v", c.RoleLine(), c.RolesGiven, c.RolesTaken)
		}
		var got []string
		for _, h := range must(Holders(p.ctx, d, Supervisor)) {
			u, _ := UnitByID(p.ctx, d, h.Role.UnitID)
			got = append(got, h.Person.Name+" "+u.Code)
		}
		if d := cmp.Diff([]string{"Bo Åberg A2", "Bo Åberg A1", "Eeva Äijö B"}, got); d != "" {
			t.Error(d)
		}
		// A file that says nothing of roles takes none.
		if c := p.bring(Files{People: file("email,name,unit\nanna@hva.example,Anna Aho,A1\nbo@hva.example,Bo Åberg,A1\ncarl@hva.example,Carl Öst,A2\ndina@hva.example,Dina Ek,B1\neeva@hva.example,Eeva Äijö,B\n")}); !c.Empty() {
			t.Errorf("changes: %+v", c.Summary())
		}
	})
}

func TestAnAddressThatComesBackUnderAnotherNameHasNoOldRoles(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		p.grant("dina@hva.example", Coordinator, "")
		p.bring(people("dina@", ""))
		p.bring(people("dina@", "dina@hva.example,Dina Other,B1,lh,"))
		if r, err := RolesOf(p.ctx, d, p.person("dina@hva.example").ID); err != nil || len(r) != 0 {
			t.Errorf("roles %v, %v; want none", r, err)
		}
	})
}

func TestThePersonsOwnLanguageStays(t *testing.T) {
	list := Files{Units: file("code,name\nA,A\n"), People: file("email,name,unit,language\na@b.fi,Anna,A,fi\nb@b.fi,Bo,A,sv\n")}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(list)
		p.must(p.setLang(p.ctx, p.person("a@b.fi").ID, "en"))
		if c := p.bring(list); !c.Empty() || p.person("a@b.fi").Lang != "en" {
			t.Errorf("changes %+v, language %s", c.Summary(), p.person("a@b.fi").Lang)
		}
	})
}

func TestAPeopleFileAloneIsCheckedAgainstTheUnitsOfToday(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		_, err := p.Import(p.ctx, Files{People: file(countyPeople + "x@hva.example,X,Z,,\ny@hva.example,Y,A1,,\n")}, ImportOptions{})
		ps, _ := err.(Problems)
		if d := cmp.Diff([]string{"7:3 row-unit"}, keysOf(ps)); d != "" {
			t.Error(d)
		}
		if want := `list.csv, line 7, column unit: The unit "Z" is not known. Give the unit's code, not its name.`; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}

func TestADryRunChangesNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		c, err := p.Import(p.ctx, county(), ImportOptions{DryRun: true})
		p.must(err)
		p.wantLine(c, "5 new, 0 moved, 0 renamed, 0 left", "6 new, 0 moved, 0 renamed, 0 left")
		if n := countLive(p); n != 0 {
			t.Errorf("people: %d", n)
		}
		if got := len(c.ProfessionsNew); got != 2 {
			t.Errorf("new professions: %d, want 2 named by their codes", got)
		}
	})
}

func TestACountyOf18000ComesInWithinSeconds(t *testing.T) {
	var units, people strings.Builder
	units.WriteString("code,parent,name\nH,,County\n")
	people.WriteString("staff_number,email,name,unit,profession,supervisor_of\n")
	for u := range 600 {
		fmt.Fprintf(&units, "U%d,H,Unit %d\n", u, u)
	}
	for i := range 18000 {
		lead := ""
		if i < 600 {
			lead = fmt.Sprint("U", i)
		}
		fmt.Fprintf(&people, "%d,p%d@hva.example,Person Numero %d,U%d,sh,%s\n", i+1, i, i, i%600, lead)
	}
	f := Files{Units: file(units.String()), People: file(people.String())}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		start := time.Now()
		p.bring(f)
		first := time.Since(start)
		start = time.Now()
		p.wantLine(p.bring(f), none, none)
		t.Logf("first %v, again %v", first, time.Since(start))
		if first > time.Minute {
			t.Errorf("took %v", first)
		}
		start = time.Now()
		moved := Files{People: file(strings.ReplaceAll(people.String(), ",U1", ",U2"))}
		c, err := p.Import(p.ctx, moved, ImportOptions{SkipBad: true})
		p.must(err)
		t.Logf("%s in %v", c.Line(), time.Since(start))
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func countLive(p *place) (n int) {
	p.must(p.DB.QueryRowContext(p.ctx, `SELECT count(*) FROM persons WHERE left_at IS NULL`).Scan(&n))
	return n
}
