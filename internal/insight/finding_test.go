package insight_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/insight"
	"taitorinki/internal/jobs"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
	"taitorinki/internal/web"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// county is a closed round of a county: two service areas with units of various sizes, and two areas of competence.
func county(code, earlier string) *insight.Source {
	s := &insight.Source{Head: insight.Head{Code: code, Earlier: earlier, Name: insight.Words{"en": "Round " + code}, ClosedAt: time.Unix(1_800_000_000, 0)},
		Areas: []insight.Area{{ID: "remote", Title: insight.Words{"en": "Remote"}, Min: 1, Max: 5}, {ID: "ethics", Title: insight.Words{"en": "Ethics"}, Min: 1, Max: 5}}}
	rng := rand.New(rand.NewPCG(1, 2))
	for i, u := range []struct {
		name      string
		parent, n int
		mean      float64
	}{{"H", sdc.NoParent, 0, 0}, {"A", 0, 0, 0}, {"A1", 1, 40, 2.2}, {"A2", 1, 7, 2.0}, {"A3", 1, 30, 3}, {"B", 0, 0, 0}, {"B1", 5, 60, 4}, {"B2", 5, 3, 3}, {"B3", 5, 4, 3}} {
		s.Units = append(s.Units, insight.Unit{ID: int64(i + 1), Parent: u.parent, Code: u.name, Name: insight.Words{"en": "Unit " + u.name}, Staff: u.n + 2, Heads: u.n + 2})
		s.Invited += u.n + 2
		for range u.n {
			score := func(mean float64) float64 { return min(5, max(1, mean+rng.NormFloat64()*.8)) }
			s.Responses = append(s.Responses, insight.Response{Unit: i, Scores: []float64{score(u.mean), score(3.5)}})
		}
	}
	return s
}

// service has the snapshots of round r1 and of the wave after it, r2, and three people.
func service(t *testing.T, d *db.DB) (s *insight.Service, who [3]int64) {
	t.Helper()
	ctx, now := t.Context(), time.Unix(1_900_000_000, 0).UTC()
	sources := map[string]*insight.Source{"r1": county("r1", ""), "r2": county("r2", "r1")}
	s = &insight.Service{DB: d, Now: func() time.Time { return now }, Worker: &jobs.Worker{DB: d, Now: func() time.Time { return now }},
		Rounds: func(context.Context) ([]insight.Head, error) {
			return []insight.Head{sources["r2"].Head, sources["r1"].Head}, nil
		},
		Source: func(_ context.Context, code string) (*insight.Source, error) { return sources[code], nil }}
	s.Jobs()
	must(t, s.AskMissing(ctx))
	for ran := true; ran; {
		var err error
		ran, err = s.Worker.Step(ctx)
		must(t, err)
	}
	must(t, d.InTx(ctx, func(tx *db.Tx) error {
		for i := range who {
			p, err := people.EnsurePerson(ctx, tx, fmt.Sprintf("p%d@shores.example", i), "", "en")
			if err != nil {
				return err
			}
			who[i] = p.ID
		}
		return nil
	}))
	return s, who
}

// reader is somebody who may read and mark in some units, 0 for all.
func reader(id int64, scopes ...int64) *web.Visitor {
	return &web.Visitor{ID: id, Scopes: map[web.Action][]int64{people.ReadResults: scopes, people.ManageFindings: scopes}}
}

func ids(all []insight.Finding) (out []int64) {
	for _, f := range all {
		out = append(out, f.ID)
	}
	return out
}

func TestAFindingKeepsWhatWasPublishedAndWhatBecameOfIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s, who := service(t, d)
		ctx := t.Context()
		snap, err := s.Snapshot(ctx, "r1")
		must(t, err)
		id, err := s.Mark(ctx, who[0], insight.Marking{Round: "r1", Unit: 3, Area: "remote", Note: " Practise together. ", SentAs: "x"})
		must(t, err)
		again, err := s.Mark(ctx, who[0], insight.Marking{Round: "r1", Unit: 3, Area: "remote", Note: "Practise together.", SentAs: "x"})
		must(t, err)
		if again != id {
			t.Errorf("sent twice, it became %d and %d", id, again)
		}
		f, err := s.FindingByID(ctx, id)
		must(t, err)
		if f.Note != "Practise together." || f.State != insight.FindingOpen || f.UnitCode != "A1" || f.Origin.Path[1].ID != 2 || f.Whole() {
			t.Errorf("the finding is %+v", f)
		}
		cell := snap.Of(2)
		want := insight.Said{Standing: insight.Below, Mean: &insight.Figure{N: cell.N, Mean: *cell.Means[0], Decimals: cell.Decimals()},
			Whole: &insight.Figure{N: snap.Whole().N, Mean: *snap.Whole().Means[0], Decimals: 2}}
		if diff := cmp.Diff(want, f.Origin.Said); diff != "" {
			t.Errorf("what the result said (-want +got)\n%s", diff)
		}
		must(t, s.ChangeState(ctx, who[1], id, 1, insight.FindingUnderway, "A digimentor comes."))
		if err := s.ChangeState(ctx, who[2], id, 1, insight.FindingDropped, "No time."); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a change of what has changed meanwhile: %v", err)
		}
		must(t, s.EditNote(ctx, who[0], id, 2, "Practise every week."))
		must(t, s.ChangeState(ctx, who[1], id, 3, insight.FindingDone, "Six times."))
		var told []string
		events, err := s.FindingEvents(ctx, id)
		must(t, err)
		for _, e := range events {
			told = append(told, fmt.Sprint(e.By-who[0], " ", e.Kind, " ", e.State, " ", e.Why))
		}
		if diff := cmp.Diff([]string{"0 marked open ", "1 state underway A digimentor comes.", "0 note underway ", "1 state done Six times."}, told); diff != "" {
			t.Errorf("the story (-want +got)\n%s", diff)
		}
		log, _, err := people.AuditLog(ctx, d, "findings", 10, 0)
		must(t, err)
		if len(log) != 4 || log[3].Action != "finding.mark" || log[0].Action != "finding.state" || log[0].Object != fmt.Sprintf("finding:%d", id) || log[0].PersonID != who[1] {
			t.Errorf("the log holds %+v", log)
		}
		since, err := s.SinceFinding(ctx, &f, *reader(who[0], 2))
		must(t, err)
		if len(since) != 1 || since[0].Round != "r2" || !since[0].Said.Told() {
			t.Errorf("since then %+v", since)
		}
		if since, err = s.SinceFinding(ctx, &f, *reader(who[0], 6)); err != nil || len(since) > 0 {
			t.Errorf("a reader of another unit is told %+v, %v", since, err)
		}
	})
}

// What hides a figure must not be told by what was marked from it.
func TestAFindingWhereNothingIsPublishedLooksTheSameWhateverHidesIt(t *testing.T) {
	s, who := service(t, dbtest.SQLite(t))
	ctx := t.Context()
	snap, err := s.Snapshot(ctx, "r1")
	must(t, err)
	var seen []string
	for u, unit := range snap.Units {
		if snap.Of(u) != nil {
			continue
		}
		id, err := s.Mark(ctx, who[0], insight.Marking{Round: "r1", Unit: unit.ID, Area: "remote", Note: "Practise.", SentAs: unit.Code})
		must(t, err)
		f, err := s.FindingByID(ctx, id)
		must(t, err)
		if f.Origin.Said != (insight.Said{}) || f.Origin.Said.Told() {
			t.Errorf("%s: %+v is kept of what is hidden", unit.Code, f.Origin.Said)
		}
		var row string
		must(t, s.DB.QueryRowContext(ctx, `SELECT origin FROM insight_findings WHERE id = $1`, id).Scan(&row))
		seen = append(seen, row[strings.Index(row, `"area"`):])
	}
	if len(seen) < 2 {
		t.Fatalf("only %d units are hidden", len(seen))
	}
	for _, row := range seen {
		if row != seen[0] {
			t.Errorf("%s and %s differ", row, seen[0])
		}
	}
}

func TestASmallGroupsFindingKeepsItsBandAlone(t *testing.T) {
	s, who := service(t, dbtest.SQLite(t))
	snap, err := s.Snapshot(t.Context(), "r1")
	must(t, err)
	if c := snap.Of(3); c == nil || !c.Placed {
		t.Fatalf("the unit of 7 is told as %+v", c)
	}
	id, err := s.Mark(t.Context(), who[0], insight.Marking{Round: "r1", Unit: 4, Area: "remote", Note: "Practise.", SentAs: "x"})
	must(t, err)
	f, err := s.FindingByID(t.Context(), id)
	must(t, err)
	if want := (insight.Said{Standing: insight.Below}); f.Origin.Said != want {
		t.Errorf("it keeps %+v, want %+v", f.Origin.Said, want)
	}
}

func TestFindingsAreLimitedByStateAreaUnitRoundAndReader(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s, who := service(t, d)
		ctx := t.Context()
		mark := func(round string, unit int64, area string) int64 {
			id, err := s.Mark(ctx, who[0], insight.Marking{Round: round, Unit: unit, Area: area, Note: "x", SentAs: fmt.Sprint(round, unit, area)})
			must(t, err)
			return id
		}
		whole, a, a1, b1, later := mark("r1", 1, "ethics"), mark("r1", 2, "remote"), mark("r1", 3, "remote"), mark("r1", 7, "ethics"), mark("r2", 3, "ethics")
		must(t, s.ChangeState(ctx, who[0], b1, 1, insight.FindingDone, "x"))
		for name, x := range map[string]struct {
			filter insight.FindingFilter
			want   []int64
		}{
			"all":                 {insight.FindingFilter{}, []int64{later, b1, a1, a, whole}},
			"open":                {insight.FindingFilter{States: []insight.FindingState{insight.FindingOpen}}, []int64{later, a1, a, whole}},
			"of an area":          {insight.FindingFilter{Area: "remote"}, []int64{a1, a}},
			"under a unit":        {insight.FindingFilter{Under: 2}, []int64{later, a1, a}},
			"of a round":          {insight.FindingFilter{Round: "r2"}, []int64{later}},
			"of a unit":           {insight.FindingFilter{UnitCode: "A1"}, []int64{later, a1}},
			"of A's supervisor":   {insight.FindingFilter{Reader: reader(who[1], 2)}, []int64{later, a1, a, whole}},
			"of B1's supervisor":  {insight.FindingFilter{Reader: reader(who[1], 7)}, []int64{b1, whole}},
			"of somebody without": {insight.FindingFilter{Reader: reader(who[1])}, nil},
		} {
			got, err := s.Findings(ctx, x.filter)
			must(t, err)
			if diff := cmp.Diff(x.want, ids(got)); diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
		}
		f, err := s.FindingByID(ctx, whole)
		must(t, err)
		if f.ManagedBy(*reader(who[1], 2)) || !f.ManagedBy(*reader(who[1], 0)) || !f.Whole() {
			t.Errorf("a finding of the whole is for whoever is over the whole")
		}
	})
}

func TestWhatCannotBeMarkedIsRefused(t *testing.T) {
	s, who := service(t, dbtest.SQLite(t))
	s.Suspect = func(text string) bool { return strings.Contains(text, "@") }
	good := insight.Marking{Round: "r1", Unit: 3, Area: "remote", Note: strings.Repeat("ä", insight.MostNote), SentAs: "x"}
	for name, x := range map[string]struct {
		change func(m *insight.Marking)
		kind   errs.Kind
	}{
		"no round":        {func(m *insight.Marking) { m.Round = "r9" }, errs.NotFound},
		"no unit":         {func(m *insight.Marking) { m.Unit = 99 }, errs.NotFound},
		"no area":         {func(m *insight.Marking) { m.Area = "" }, errs.Invalid},
		"no note":         {func(m *insight.Marking) { m.Note = " \r\n" }, errs.Invalid},
		"too long a note": {func(m *insight.Marking) { m.Note += "ä" }, errs.Invalid},
		"an address":      {func(m *insight.Marking) { m.Note = "Ask a1@shores.example." }, errs.Invalid},
	} {
		m := good
		x.change(&m)
		if _, err := s.Mark(t.Context(), who[0], m); errs.KindOf(err) != x.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	id, err := s.Mark(t.Context(), who[0], good)
	must(t, err)
	for name, err := range map[string]error{
		"no reason":        s.ChangeState(t.Context(), who[0], id, 1, insight.FindingDone, ""),
		"no such state":    s.ChangeState(t.Context(), who[0], id, 1, "lost", "x"),
		"the same state":   s.ChangeState(t.Context(), who[0], id, 1, insight.FindingOpen, "x"),
		"an empty note":    s.EditNote(t.Context(), who[0], id, 1, ""),
		"a note with mail": s.EditNote(t.Context(), who[0], id, 1, "a@b"),
	} {
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if f, err := s.FindingByID(t.Context(), id); err != nil || f.Version != 1 {
		t.Errorf("refused changes have left %+v, %v", f, err)
	}
}
