package people

import (
	"strconv"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

func TestARoleThatIsGivenCountsAtTheNextRequest(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		r := p.as("carl@hva.example")
		if status, _ := r.get("/people"); status != 403 {
			t.Fatalf("without a role: status %d, want 403", status)
		}
		p.grant("carl@hva.example", Coordinator, "")
		if status, _ := r.get("/people"); status != 200 {
			t.Errorf("with a role: status %d, want 200: the session goes on", status)
		}
	})
}

func TestARoleThatIsTakenEndsItsSessions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		p.grant("carl@hva.example", Coordinator, "")
		p.grant("dina@hva.example", Coordinator, "")
		boss, desk, phone := p.as("dina@hva.example"), p.as("carl@hva.example"), p.as("carl@hva.example")
		waiting, err := p.SigninLink(p.ctx, p.person("carl@hva.example").ID)
		p.must(err)
		who := p.person("carl@hva.example").ID
		role := p.roleID("carl@hva.example")
		if status, _ := boss.post(personURL(who)+"/roles/"+role+"/revoke", nil); status != 200 {
			t.Fatalf("revoking: status %d", status)
		}
		for name, r := range map[string]*reader{"desk": desk, "phone": phone} {
			if _, body := r.get("/"); body != "home of " {
				t.Errorf("%s is signed in still: %s", name, body)
			}
		}
		if _, body := boss.get("/"); body != "home of Dina Ek" {
			t.Errorf("who took the role was signed out: %s", body)
		}
		if _, body := p.reader().post(waiting[len(p.BaseURL):], nil); body != "home of Carl Öst" {
			t.Errorf("a link of the person's own no longer works: %s", body)
		}
	})
}

func TestWhoGivesUpTheirOwnRoleLosesItsRightsEverywhereAndStaysSignedIn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		p.grant("dina@hva.example", Coordinator, "")
		here, elsewhere := p.as("dina@hva.example"), p.as("dina@hva.example")
		here.post(personURL(p.person("dina@hva.example").ID)+"/roles/"+p.roleID("dina@hva.example")+"/revoke", nil)
		for name, r := range map[string]*reader{"here": here, "elsewhere": elsewhere} {
			if status, _ := r.get("/people"); status != 403 {
				t.Errorf("%s: status %d, want 403", name, status)
			}
			if _, body := r.get("/"); body != "home of Dina Ek" {
				t.Errorf("%s: %s", name, body)
			}
		}
	})
}

func TestAStaffListThatTakesARoleEndsItsSessions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		was, gone, same := p.as("anna@hva.example"), p.as("bo@hva.example"), p.as("eeva@hva.example")
		p.bring(people("anna@", "anna@hva.example,Anna Aho,A1,sh,employee", "bo@", ""))
		for name, x := range map[string]struct {
			r    *reader
			want string
		}{"no longer a supervisor": {was, "home of "}, "has left": {gone, "home of "}, "as before": {same, "home of Eeva Äijö"}} {
			if _, body := x.r.get("/"); body != x.want {
				t.Errorf("%s: %q, want %q", name, body, x.want)
			}
		}
	})
}

// roleID is the person's first role, as addresses have it.
func (p *place) roleID(email string) string {
	p.t.Helper()
	all, err := RolesOf(p.ctx, p.DB, p.person(email).ID)
	p.must(err)
	if len(all) == 0 {
		p.t.Fatalf("%s has no role", email)
	}
	return strconv.FormatInt(all[0].ID, 10)
}
