package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/insight"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// areas is a county of two service areas, with units large, small and too small to be told of.
var areas = []struct {
	code, parent, name string
	staff, level       int // how low its people place themselves
}{{"H", "", "Shores", 0, 0}, {"A", "H", "Home care", 0, 0}, {"A1", "A", "Home care north", 30, 0}, {"A2", "A", "Home care south", 24, 1},
	{"B", "H", "Health centre", 0, 0}, {"B1", "B", "Ward", 30, 3}, {"B2", "B", "Office", 3, 3}}

// measured is a site with a closed round of that county and its result.
func measured(t *testing.T, d *db.DB) (*apptest.Site, string) {
	t.Helper()
	s := apptest.New(t, d)
	units, staff := "code,parent,name_fi,name_sv,name_en\n", "email,name,unit,language\n"
	for _, u := range areas {
		units += fmt.Sprintf("%s,%s,%s,%s,%s\n", u.code, u.parent, u.name, u.name, u.name)
		for i := range u.staff {
			staff += fmt.Sprintf("%s-%d@shores.example,Aino %s %d,%s,en\n", strings.ToLower(u.code), i, u.code, i, u.code)
		}
	}
	_, err := s.People.Import(t.Context(), people.Files{Units: people.File{Name: "units.csv", Data: []byte(units)}, People: people.File{Name: "people.csv", Data: []byte(staff)}},
		people.ImportOptions{})
	must(t, err)
	id := unsentRound(t, s, "taitorinki-pulse")
	respondAll(t, s, id)
	must(t, s.Survey.CloseRound(t.Context(), id, 0))
	s.Work()
	r, err := survey.RoundByID(t.Context(), d, id)
	must(t, err)
	return s, r.Code
}

// respondAll lets everybody answer everything, each unit at its own level.
func respondAll(t *testing.T, s *apptest.Site, round int64) {
	t.Helper()
	ctx := context.Background()
	links, err := s.Survey.Links(ctx, round)
	must(t, err)
	tree, err := people.LoadTree(ctx, s.DB)
	must(t, err)
	level := map[int64]int{}
	for _, u := range areas {
		unit, _ := tree.ByCode(u.code)
		level[unit.ID] = u.level
	}
	for i, l := range links {
		sh, err := s.Survey.Sheet(ctx, l.URL[strings.LastIndex(l.URL, "/")+1:])
		must(t, err)
		who, err := people.PersonByID(ctx, s.DB, l.PersonID)
		must(t, err)
		var all []survey.Given
		for _, it := range sh.Instrument.Items {
			if steps := it.Steps(); len(steps) > 0 {
				n := min(level[who.UnitID]+(i+it.Index)%3, len(steps)-1)
				if it.Reversed {
					n = len(steps) - 1 - n
				}
				all = append(all, survey.Given{Item: it.Index, Values: []string{fmt.Sprint(steps[n].Value)}})
			}
		}
		_, err = s.Survey.Save(ctx, sh, all)
		must(t, err)
		_, err = s.Survey.Submit(ctx, sh, uint64(i+1))
		must(t, err)
	}
}

// found is a site with a result and its people: the coordinator and the supervisors of A and of B.
type found struct {
	*apptest.Site
	code       string
	snap       *insight.Snapshot
	boss, a, b *apptest.Reader
}

func finding(t *testing.T, d *db.DB) *found {
	t.Helper()
	s, code := measured(t, d)
	s.Grant("a-boss@shores.example", people.Supervisor, "A")
	s.Grant("b-boss@shores.example", people.Supervisor, "B")
	snap, err := s.Insight.Snapshot(t.Context(), code)
	must(t, err)
	return &found{s, code, snap, s.Role(people.Coordinator), s.As("a-boss@shores.example"), s.As("b-boss@shores.example")}
}

// unit is the index of a unit in the snapshot.
func (f *found) unit(code string) int {
	for i, u := range f.snap.Units {
		if u.Code == code {
			return i
		}
	}
	return -1
}

// aim is the address where help is aimed at the first area of a unit.
func (f *found) aim(code string) string {
	return fmt.Sprintf("/findings/new?area=%s&round=%s&unit=%d", f.snap.Areas[0].ID, f.code, f.snap.Units[f.unit(code)].ID)
}

// mark aims help at the first area of a unit, and returns the page of the finding.
func (f *found) mark(t *testing.T, who *apptest.Reader, code, note string) *apptest.Page {
	t.Helper()
	return who.Get(f.aim(code)).Want(t, 200).Form(t, "/findings").Set("note", note).Send().Want(t, 200, "The finding has been marked", note)
}

func TestACoordinatorAimsHelpFromACellAndTellsWhatBecameOfIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := finding(t, d)
		cell := f.snap.Of(f.unit("A1"))
		if cell == nil || cell.Placed {
			t.Fatalf("of A1 %+v is told", cell)
		}
		f.boss.Get("/findings").Want(t, 200, "There are no findings yet")
		table := f.boss.Get("/results/"+f.code+"/units").Want(t, 200, strings.ReplaceAll(f.aim("A1"), "&", "&amp;"),
			"Home care north, "+f.snap.Areas[0].Title["en"]+": ", ": aim help here")
		if n, want := strings.Count(table.Body, "/findings/new?"), len(f.snap.Areas)*2; n < want {
			t.Errorf("%d cells lead to a finding, want %d at least", n, want)
		}
		f.boss.Get("/results/"+f.code).Want(t, 200, `href="/findings/new?round=`)
		p := f.mark(t, f.boss, "A1", "Somebody shows how a remote appointment goes.")
		mean := fmt.Sprintf("Mean %.*f (whole county %.2f): below the county", cell.Decimals(), *cell.Means[0], *f.snap.Whole().Means[0])
		p.Want(t, 200, mean, "the-coordinator@apptest.example marked the finding", "open")

		state := p.Form(t, "/state")
		state.Send().Want(t, http.StatusUnprocessableEntity, "Choose a new state", "Write why the state changes")
		f.Clock.Move(3600e9)
		state.Set("state", "done").Set("why", "Six talks at the weekly meeting.").Send().Want(t, 200, "The state has been saved", "marked the finding as done", "Six talks")
		state.Set("state", "dropped").Send().Want(t, http.StatusConflict, "changed the finding meanwhile")
		f.boss.Get(p.Path).Want(t, 200).Form(t, "/note").Set("note", "Ask the digimentor.").Send().Want(t, 200, "The note has been saved", "edited the note", "Ask the digimentor.").
			Without(t, "Somebody shows")

		f.boss.Get("/findings").Want(t, 200, "Home care north", mean, "done")
		f.boss.Get(fmt.Sprintf("/results/%s/units/%d", f.code, f.snap.Units[f.unit("A1")].ID)).Want(t, 200, `href="`+p.Path+`"`)
		f.boss.Get("/me").Want(t, 200, "Findings that you have marked")
		f.boss.Get("/me/data.json").Want(t, 200, "Ask the digimentor.", "Six talks")
	})
}

func TestASupervisorAimsHelpWithinTheOwnUnitsOnly(t *testing.T) {
	f := finding(t, dbtest.SQLite(t))
	whole := f.mark(t, f.boss, "H", "All learn the chat.").Path
	elsewhere := f.mark(t, f.b, "B1", "A second screen.").Path
	own := f.mark(t, f.a, "A1", "An hour with the digimentor.").Path

	for _, code := range []string{"B", "B1", "B2", "H"} {
		f.a.Get(f.aim(code)).Want(t, 403)
		f.a.Post("/findings", url.Values{"round": {f.code}, "unit": {fmt.Sprint(f.snap.Units[f.unit(code)].ID)}, "area": {f.snap.Areas[0].ID}, "note": {"x"}, "sent_as": {code}}).Want(t, 403)
	}
	f.a.Get("/findings").Want(t, 200, own, whole).Without(t, elsewhere)
	f.a.Get("/findings/list.csv").Want(t, 200, "An hour with", "All learn").Without(t, "A second screen")
	f.a.Get(elsewhere).Want(t, 403)
	f.a.Post(elsewhere+"/state", url.Values{"version": {"1"}, "state": {"done"}, "why": {"x"}}).Want(t, 403)
	f.a.Get(whole).Want(t, 200, "All learn").Without(t, "<textarea")
	f.a.Post(whole+"/note", url.Values{"version": {"1"}, "note": {"x"}}).Want(t, 403)
	f.a.Get("/results/"+f.code).Want(t, 200, `href="`+whole+`"`).Without(t, "/findings/new?")

	researcher := f.Role(people.Researcher)
	researcher.Get("/findings").Want(t, 200, own, elsewhere, whole)
	researcher.Get("/results/"+f.code+"/units").Want(t, 200).Without(t, "/findings/new?")
	researcher.Get(f.aim("A1")).Want(t, 403)
}

// The row of a hidden figure says nothing of why it is hidden, and there is no figure to be had by marking.
func TestHelpIsAimedInWordsWhereNothingIsShown(t *testing.T) {
	f := finding(t, dbtest.SQLite(t))
	if f.snap.Of(f.unit("B2")) != nil {
		t.Fatalf("of three people %+v is told", f.snap.Of(f.unit("B2")))
	}
	unit := fmt.Sprintf("/results/%s/units/%d", f.code, f.snap.Units[f.unit("B2")].ID)
	choose := fmt.Sprintf("/findings/new?round=%s&unit=%d", f.code, f.snap.Units[f.unit("B2")].ID)
	f.b.Get(unit).Want(t, 200, strings.ReplaceAll(choose, "&", "&amp;"))
	form := f.b.Get(choose).Want(t, 200, f.snap.Areas[0].Title["en"]+": not shown").Form(t, "/findings").Set("note", "We need a quiet room for calls.")
	form.Set("area", "").Send().Want(t, http.StatusUnprocessableEntity, "Choose an area", "We need a quiet room")
	p := form.Set("area", f.snap.Areas[0].ID).Send().Want(t, 200, "Made in words, not from a figure").Without(t, "Mean", "the county")
	if again := form.Send(); again.Path != p.Path {
		t.Errorf("the form sent twice leads to %s and to %s", p.Path, again.Path)
	}
	f.boss.Get("/findings").Want(t, 200, "Made in words, not from a figure")
	f.b.Get(f.aim("B2")).Want(t, 200, "The result is not shown").Form(t, "/findings").Send().Want(t, http.StatusUnprocessableEntity, "Write what help is needed")
}

func TestTheListOfFindingsIsLimitedAndTakenAlong(t *testing.T) {
	f := finding(t, dbtest.SQLite(t))
	f.mark(t, f.boss, "A1", "=Practise together.")
	f.Clock.Move(3600e9)
	second := f.mark(t, f.boss, "B1", "A second screen.")
	second.Form(t, "/state").Set("state", "underway").Set("why", "Ordered.").Send().Want(t, 200)
	list := f.boss.Get("/findings").Want(t, 200)
	if _, table, _ := strings.Cut(list.Body, "<tbody>"); strings.Index(table, "Ward") > strings.Index(table, "Home care north") {
		t.Errorf("the newest is not the first:\n%s", list.Text())
	}
	under := fmt.Sprintf("under=%d", f.snap.Units[f.unit("A")].ID)
	for query, want := range map[string][2]string{ // there, not there
		"state=open": {"A1", "B1"}, "state=underway": {"B1", "A1"}, under: {"A1", "B1"}, under + "&state=unfinished": {"A1", "B1"},
		"area=" + f.snap.Areas[0].ID + "&state=underway": {"B1", "A1"},
	} {
		csv := f.boss.Get("/findings/list.csv?"+query).Want(t, 200, ";"+want[0]+";").Without(t, ";"+want[1]+";")
		if strings.Count(csv.Body, "\n") != 2 {
			t.Errorf("%s gives\n%s", query, csv.Body)
		}
		f.boss.Get("/findings?"+query).Want(t, 200, map[string]string{"A1": "Home care north", "B1": "Ward"}[want[0]])
	}
	f.boss.Get("/findings?state=done").Want(t, 200, "No findings were found")
	if csv := f.boss.Get("/findings/list.csv").Want(t, 200, "Practise together."); strings.Contains(csv.Body, ";=Practise") {
		t.Errorf("a spreadsheet would reckon with the note:\n%s", csv.Body)
	}

	dpo := f.Role(people.DPO)
	dpo.Get("/audit?kind=findings").Want(t, 200, "Marked a finding", "Changed the state of a finding", "Looked at findings", "Downloaded the findings", "Ward").Without(t, `href="/findings/`)
	dpo.Get("/findings").Want(t, 403)
	f.boss.Get("/audit?kind=findings").Want(t, 200, `href="`+second.Path+`"`)
}
