package people

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/i18n"
)

// upload sends files as a form does.
func (r *reader) upload(path string, files map[string]string) (status int, body, at string) {
	r.p.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, text := range files {
		f, _ := w.CreateFormFile(name, name+".csv")
		_, _ = f.Write([]byte(text))
	}
	w.Close()
	req, _ := http.NewRequest("POST", r.p.site.URL+path, &b)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Accept-Language", "en")
	res, err := r.c.Do(req)
	if err != nil {
		r.p.t.Fatal(err)
	}
	defer res.Body.Close()
	var out bytes.Buffer
	_, _ = out.ReadFrom(res.Body)
	return res.StatusCode, out.String(), res.Request.URL.Path
}

var listsField = regexp.MustCompile(`name="lists" value="(\d+)"`)

func TestACoordinatorSeesTheDifferenceBeforeTheListComesIn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("dina@hva.example", Coordinator, "")
		dina := p.as("dina@hva.example")
		status, body, at := dina.upload("/people/import", map[string]string{"units": countyUnits, "people": countyPeople})
		if status != 200 || !strings.Contains(body, "New people (4)") || !strings.Contains(body, "Bo Åberg, bo@hva.example, Osasto (A1)") && !strings.Contains(body, "Ward (A1)") {
			t.Fatalf("dry run: %d %s", status, body)
		}
		if n := countLive(p); n != 1 {
			t.Fatalf("people after the dry run: %d, want 1", n)
		}
		lists := listsField.FindStringSubmatch(body)[1]
		if status, _ := p.as("dina@hva.example").get(at); status != 200 {
			t.Errorf("the uploader on another device: %d", status)
		}
		p.grant("other@hva.example", Coordinator, "")
		if status, _ := p.as("other@hva.example").get(at); status != 404 {
			t.Errorf("another coordinator: %d, want 404", status)
		}
		if status, body := dina.post(at, url.Values{"lists": {lists}}); status != 200 || !strings.Contains(body, "The list is in. People: new 4, moved 1, ") {
			t.Errorf("confirming: %d %s", status, body)
		}
		if status, _ := dina.post(at, url.Values{"lists": {lists}}); status != 404 {
			t.Errorf("confirming twice: %d, want 404", status)
		}
		_, body, at = dina.upload("/people/import", map[string]string{"units": countyUnits, "people": countyPeople})
		if !strings.Contains(body, "Nothing. The list is the same as before.") || strings.Contains(body, "new 0") {
			t.Errorf("the same list once more: %s", body)
		}
		lists = listsField.FindStringSubmatch(body)[1]
		if _, body := dina.post(at, url.Values{"lists": {lists}}); !strings.Contains(body, "The list is in. Nothing changed.") {
			t.Errorf("bringing the same list in: %s", body)
		}
	})
}

func TestFaultsAreShownAndBadRowsAreLeftOutOnlyWhenAskedFor(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.grant("root@hva.example", Administrator, "")
		root := p.as("root@hva.example")
		status, body, at := root.upload("/people/import", map[string]string{"units": countyUnits, "people": countyPeople + "x@,X,A1,sh,\n"})
		if status != 200 || !strings.Contains(body, "people.csv, line 7, column email") || !strings.Contains(body, "is not valid") {
			t.Fatalf("%d %s", status, body)
		}
		lists := listsField.FindStringSubmatch(body)[1]
		if status, body := root.post(at, url.Values{"lists": {lists}}); status != 422 || !strings.Contains(body, `href="#skip"`) {
			t.Errorf("without the box: %d %s", status, body)
		}
		// Another list comes between.
		p.bring(county())
		if status, _ := root.post(at, url.Values{"lists": {lists}, "skip": {"1"}}); status != 409 {
			t.Errorf("after another list: %d, want 409", status)
		}
		_, body = root.get(at)
		lists = listsField.FindStringSubmatch(body)[1]
		if status, body := root.post(at, url.Values{"lists": {lists}, "skip": {"1"}}); status != 200 {
			t.Errorf("with the box: %d %s", status, body)
		}
		if status, body, _ := root.upload("/people/import", map[string]string{"people": "PK\x03\x04"}); status != 200 || !strings.Contains(body, "workbook") || strings.Contains(body, "Bring the list in</button>") {
			t.Errorf("a workbook: %d %s", status, body)
		}
		if status, _, _ := root.upload("/people/import", nil); status != 422 {
			t.Errorf("no file: %d, want 422", status)
		}
	})
}

func TestPagesReachAsFarAsTheReadersRole(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		p.grant("anna@hva.example", Supervisor, "A")
		p.grant("root@hva.example", Administrator, "")
		p.grant("local@hva.example", Coordinator, "A")
		unit := func(code string) string { return unitURL(p.unitID(code)) }
		person := func(name string) string { return personURL(p.person(name + "@hva.example").ID) }
		tests := []struct {
			who, path string
			want      int
		}{
			{"anna", "/units", 200}, {"anna", unit("A"), 200}, {"anna", unit("A2"), 200}, {"anna", unit("H"), 403}, {"anna", unit("B1"), 403},
			{"anna", person("bo"), 200}, {"anna", person("dina"), 403}, {"anna", person("root"), 403}, {"anna", "/people/import", 403}, {"anna", "/audit", 403},
			{"anna", "/roles/import", 403}, {"anna", "/me", 200}, {"anna", "/units/999", 404}, {"anna", "/people/x", 404},
			{"bo", "/units", 403}, {"bo", "/people", 403}, {"bo", person("bo"), 403}, {"bo", "/me", 200},
			{"root", unit("B1"), 200}, {"root", person("root"), 200}, {"root", "/audit", 200}, {"root", "/people/import", 200}, {"root", "/roles/import", 200},
			{"local", "/people/import", 403}, {"local", "/roles/import", 200}, {"local", person("bo"), 200}, {"local", person("dina"), 403},
		}
		readers := map[string]*reader{}
		for _, test := range tests {
			if readers[test.who] == nil {
				readers[test.who] = p.as(test.who + "@hva.example")
			}
			for _, lang := range i18n.Langs {
				readers[test.who].get("/me?lang=" + lang)
				got, body := readers[test.who].get(test.path)
				if got != test.want {
					t.Errorf("%s %s in %s: %d, want %d", test.who, test.path, lang, got, test.want)
				}
				if i := strings.Index(body, ">people."); i >= 0 {
					t.Errorf("%s in %s has an untranslated text: %s", test.path, lang, body[i:i+60])
				}
			}
		}
		_, body := readers["anna"].get("/people")
		if strings.Contains(body, "Dina") || !strings.Contains(body, "Carl") {
			t.Error("Anna's search does not end at her units")
		}
	})
}

func TestASearchFindsNamesAndAddressesWithoutRegardToCase(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		p.grant("root@hva.example", Administrator, "")
		root := p.as("root@hva.example")
		for q, want := range map[string]string{"ÅBERG": "Bo Åberg", "äijö ee": "Eeva Äijö", "CARL@HVA": "Carl Öst"} {
			if _, body := root.get("/people?q=" + url.QueryEscape(q)); !strings.Contains(body, want) || strings.Contains(body, "Anna Aho") {
				t.Errorf("%q does not find just %s", q, want)
			}
		}
		for _, q := range []string{"%", "_", "100%", "zzz", "'"} {
			if _, body := root.get("/people?q=" + url.QueryEscape(q)); !strings.Contains(body, "Nobody found") {
				t.Errorf("%q finds somebody", q)
			}
		}
		// Finnish order, whatever the engine.
		_, body := root.get("/people")
		at := -1
		for _, name := range []string{"Anna Aho", "Bo Åberg", "Carl Öst", "Dina Ek", "Eeva Äijö"} {
			i := strings.Index(body, ">"+name+"<")
			if i <= at {
				t.Errorf("%s is out of order", name)
			}
			at = i
		}
	})
}

func TestALongListHasPages(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		var b strings.Builder
		b.WriteString("email,name,unit\n")
		for i := range 120 {
			fmt.Fprintf(&b, "p%03d@hva.example,Person %03d,A\n", i, i)
		}
		p.bring(Files{Units: file("code,name\nA,A\n"), People: file(b.String())})
		p.grant("root@hva.example", Administrator, "")
		root := p.as("root@hva.example")
		for _, path := range []string{"/people", unitURL(p.unitID("A"))} {
			_, first := root.get(path)
			_, third := root.get(path + "?page=3")
			if !strings.Contains(first, "Person 000") || strings.Contains(first, "Person 050") || !strings.Contains(third, "Person 100") || strings.Contains(third, "Person 099") {
				t.Errorf("%s is cut at other places", path)
			}
		}
	})
}

func TestRolesAreGivenAndRevokedWithinOnesOwn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		p.grant("local@hva.example", Coordinator, "A")
		p.grant("dina@hva.example", Coordinator, "")
		p.grant("root@hva.example", Administrator, "")
		bo := p.person("bo@hva.example")
		give := func(who, role, unit string) int {
			status, _ := p.as(who+"@hva.example").post(personURL(bo.ID)+"/roles", url.Values{"role": {role}, "unit": {fmt.Sprint(p.unitID(unit))}})
			return status
		}
		tests := []struct {
			who, role, unit string
			want            int
		}{
			{"local", Mentor, "A1", 200}, {"local", Mentor, "B1", 403}, {"local", Mentor, "", 403}, {"local", Administrator, "A1", 403},
			{"dina", Administrator, "", 403}, {"dina", Researcher, "", 200}, {"root", Administrator, "", 200}, {"dina", "king", "", 422}, {"anna", Mentor, "A1", 403},
		}
		for _, test := range tests {
			if got := give(test.who, test.role, test.unit); got != test.want {
				t.Errorf("%s gives %s over %q: %d, want %d", test.who, test.role, test.unit, got, test.want)
			}
		}
		held := map[string]Role{}
		for _, r := range must(RolesOf(p.ctx, d, bo.ID)) {
			held[r.Role] = r
		}
		if len(held) != 3 {
			t.Fatalf("held: %v", held)
		}
		revoke := func(who, role string) int {
			status, _ := p.as(who+"@hva.example").post(fmt.Sprintf("%s/roles/%d/revoke", personURL(bo.ID), held[role].ID), nil)
			return status
		}
		if got := revoke("dina", Administrator); got != 403 {
			t.Errorf("a coordinator revokes an administrator: %d", got)
		}
		if got := revoke("local", Researcher); got != 403 {
			t.Errorf("a local coordinator revokes a role over everything: %d", got)
		}
		if got := revoke("local", Mentor); got != 200 {
			t.Errorf("a local coordinator revokes a mentor: %d", got)
		}
		anna := p.person("anna@hva.example")
		listed := must(RolesOf(p.ctx, d, anna.ID))[0]
		if status, _ := p.as("root@hva.example").post(fmt.Sprintf("%s/roles/%d/revoke", personURL(anna.ID), listed.ID), nil); status != 409 {
			t.Errorf("a role of the staff list: %d, want 409", status)
		}
		_, body := p.as("root@hva.example").get("/audit")
		for _, want := range []string{"Gave a role: digital mentor, A1", "Removed a role: digital mentor, A1", "Brought in the staff list. New 5", "Signed in"} {
			if !strings.Contains(body, want) {
				t.Errorf("the log does not say %q", want)
			}
		}
	})
}

func TestLookingAtAnotherPersonIsInTheLogAndLookingAtOneselfIsNot(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		anna, bo, dina := p.person("anna@hva.example"), p.person("bo@hva.example"), p.person("dina@hva.example")
		reader := p.as("anna@hva.example")
		for id, want := range map[int64]int{anna.ID: 200, bo.ID: 200, dina.ID: 403} {
			if status, _ := reader.get(personURL(id)); status != want {
				t.Errorf("person %d: status %d, want %d", id, status, want)
			}
		}
		all, _, err := AuditLog(p.ctx, d, "", 100, 0)
		p.must(err)
		var got []string
		for _, e := range all {
			if e.Action == "people.audit-view" {
				got = append(got, fmt.Sprint(e.PersonID, " ", e.Object))
			}
		}
		if want := []string{fmt.Sprint(anna.ID, " ", objectOf("person", bo.ID))}; !slices.Equal(got, want) {
			t.Errorf("views in the log: %q, want %q", got, want)
		}
		p.grant("root@hva.example", Administrator, "")
		if _, body := p.as("root@hva.example").get("/audit"); !strings.Contains(body, "Looked at a person") {
			t.Error("the page of the log does not say that somebody looked at a person")
		}
		// Who is looked at sees that it happened.
		if own := must(p.myData(p.ctx, bo.ID, "en")); len(own.Log) != 1 || own.Log[0].Action != "people.audit-view" {
			t.Errorf("Bo's own log: %+v", own.Log)
		}
	})
}

func TestEverybodySeesAndTakesAlongTheirOwnData(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		anna := p.as("anna@hva.example")
		if _, body := anna.get("/me"); !strings.Contains(body, "Anna Aho") || !strings.Contains(body, "supervisor") {
			t.Errorf("/me: %s", body)
		}
		_, body := anna.get("/me/data.json")
		var got myData
		if err := json.Unmarshal([]byte(body), &got); err != nil || got.Email != "anna@hva.example" || got.UnitCode != "A1" || len(got.Roles) != 1 || len(got.Log) != 1 {
			t.Errorf("data: %v %+v", err, got)
		}
		if status, body := anna.post("/me/language", url.Values{"language": {"sv"}}); status != 200 || !strings.Contains(body, "Språket är sparat") {
			t.Errorf("language: %d", status)
		}
		if x := p.person("anna@hva.example"); x.Lang != "sv" || !x.OwnLang {
			t.Errorf("kept: %+v", x)
		}
		if status, _ := anna.post("/me/language", url.Values{"language": {"xx"}}); status != 422 {
			t.Errorf("a language that is none: %d", status)
		}
	})
}

func TestRolesComeInThroughThePagesToo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(county())
		p.grant("local@hva.example", Coordinator, "A")
		local := p.as("local@hva.example")
		status, body, at := local.upload("/roles/import", map[string]string{"roles": "email;role;unit\nbo@hva.example;mentor;A1\ncarl@hva.example;mentor;B1\n"})
		if status != 200 || !strings.Contains(body, "Bo Åberg") || !strings.Contains(body, "line 3") {
			t.Fatalf("dry run: %d %s", status, body)
		}
		if status, _ := local.post(at, nil); status != 422 {
			t.Errorf("with a fault: %d, want 422", status)
		}
		if status, body := local.post(at, url.Values{"skip": {"1"}}); status != 200 || !strings.Contains(body, "1 role was given") {
			t.Errorf("without the bad row: %d %s", status, body)
		}
		if h := must(Holders(p.ctx, d, Mentor)); len(h) != 1 {
			t.Errorf("mentors: %v", h)
		}
	})
}

func TestEveryRoleAllowsOnlyKnownActionsAndSomeAllowNone(t *testing.T) {
	for _, role := range []string{Member, Partner, "king"} {
		if a := Actions(role); len(a) != 0 {
			t.Errorf("%s may %v", role, a)
		}
	}
	for role := range allowed {
		if !KnownRole(role) {
			t.Errorf("%s is no role", role)
		}
	}
}

func TestTheLogAsksAFeatureAlsoForACodeOfDigits(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.ObjectName = func(_ context.Context, object, _ string) (name, url string, err error) {
			return map[string]string{"round:57552": "Spring survey"}[object], "", nil
		}
		for object, want := range map[string]string{"round:57552": "Spring survey", "round:k7m2": "k7m2", "person:999999": "person:999999", "unit:999999": "unit:999999", "unit:": "unit:"} {
			got, _, err := p.object(p.ctx, object, "en")
			if err != nil || got != want {
				t.Errorf("%s: got %q, %v; want %q", object, got, err, want)
			}
		}
	})
}
