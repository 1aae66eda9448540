package survey_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/survey/seal"
)

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// fixture is a service with people to invite.
type fixture struct {
	t   *testing.T
	s   *survey.Service
	d   *db.DB
	dir string // of the keys
	clk *clock
	pop survey.Population
}

// newFixture makes a tree of one root with the given number of units below it, each with people.
func newFixture(t *testing.T, d *db.DB, units, people int) *fixture {
	t.Helper()
	f := &fixture{t: t, d: d, dir: t.TempDir(), clk: &clock{at: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}}
	f.s = f.restarted()
	t.Cleanup(func() { f.s.Settle() })
	must(t, d.InTx(t.Context(), func(tx *db.Tx) error {
		us := [][]any{{1, nil, "root", "Root", "Root", "Root"}}
		ps := [][]any{}
		f.pop.Units = []survey.PopulationUnit{{ID: 1, Code: "root", Names: survey.Words{"fi": "Root"}}}
		for u := range units {
			id := int64(u + 2)
			code := fmt.Sprint("u", id)
			us = append(us, []any{id, 1, code, code, code, code})
			f.pop.Units = append(f.pop.Units, survey.PopulationUnit{ID: id, Parent: 1, Code: code, Names: survey.Words{"fi": code}})
			for range people {
				p := int64(len(ps) + 1)
				mail := fmt.Sprintf("p%d@example.fi", p)
				ps = append(ps, []any{p, mail, mail, "P", "p", id, "fi", true})
				f.pop.People = append(f.pop.People, survey.Invitee{PersonID: p, UnitID: id, Address: mail})
			}
		}
		if err := tx.Insert(t.Context(), `INSERT INTO units (id, parent_id, code, name_fi, name_sv, name_en) VALUES`, 6, us); err != nil {
			return err
		}
		return tx.Insert(t.Context(), `INSERT INTO persons (id, email, email_fold, name, name_fold, unit_id, lang, listed) VALUES`, 8, ps)
	}))
	return f
}

// restarted is the service as a new process would have it: nothing remembered.
func (f *fixture) restarted() *survey.Service {
	return &survey.Service{DB: f.d, Vault: &seal.Vault{Dir: f.dir}, Now: f.clk.now, BaseURL: "https://example.fi"}
}

func (f *fixture) draft(source string, change func(r *survey.Round)) survey.Round {
	f.t.Helper()
	ctx := f.t.Context()
	var key struct{ Key, Version string }
	must(f.t, json.Unmarshal([]byte(source), &key))
	if in, err := instrument.Parse([]byte(source)); err != nil {
		f.t.Fatal(in, err)
	}
	var id int64
	must(f.t, f.d.InTx(ctx, func(tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `INSERT INTO survey_instruments (ikey, version, source, created_at) VALUES ($1, $2, $3, 1)
			ON CONFLICT (ikey, version) DO UPDATE SET source = excluded.source RETURNING id`, key.Key, key.Version, source).Scan(&id)
	}))
	r := survey.Round{InstrumentID: id, Settings: &survey.Settings{
		Name: survey.Words{"fi": "Kierros"}, Languages: []string{"fi"}, ByUnit: true,
	}}
	if change != nil {
		change(&r)
	}
	must(f.t, f.s.CreateRound(ctx, &r))
	return r
}

func (f *fixture) open(source string, change func(r *survey.Round)) survey.Round {
	f.t.Helper()
	r := f.draft(source, change)
	must(f.t, f.s.OpenRound(f.t.Context(), r.ID, 0, f.pop))
	return f.round(r.ID)
}

func (f *fixture) round(id int64) survey.Round {
	f.t.Helper()
	r, err := survey.RoundByID(f.t.Context(), f.d, id)
	must(f.t, err)
	return r
}

// codes are the codes of the personal links, in the order of the population.
func (f *fixture) codes(id int64) []string {
	f.t.Helper()
	links, err := f.s.Links(f.t.Context(), id)
	must(f.t, err)
	of := map[int64]string{}
	for _, l := range links {
		of[l.PersonID] = l.URL[strings.LastIndex(l.URL, "/")+1:]
	}
	out := make([]string, len(f.pop.People))
	for i, p := range f.pop.People {
		out[i] = of[p.PersonID]
	}
	return out
}

func (f *fixture) sheet(code string) *survey.Sheet {
	f.t.Helper()
	sh, err := f.s.Sheet(f.t.Context(), code)
	if err != nil {
		f.t.Fatalf("opening a sheet: %v", err)
	}
	return sh
}

// save stores answers by item id.
func (f *fixture) save(sh *survey.Sheet, answers map[string]string) {
	f.t.Helper()
	problems, err := f.s.Save(f.t.Context(), sh, givens(sh.Instrument, answers))
	f.saved(problems, err)
}

// saveOne stores an answer as it is given, leave a page that has been saved so.
func (f *fixture) saveOne(sh *survey.Sheet, item, value string) {
	f.t.Helper()
	problems, err := f.s.SaveOne(f.t.Context(), sh, givens(sh.Instrument, map[string]string{item: value})[0])
	f.saved(problems, err)
}

func (f *fixture) oneByOne(sh *survey.Sheet, page int, answers map[string]string) {
	f.t.Helper()
	for _, it := range sh.Instrument.Pages[page].Items {
		if v := answers[it.ID]; v != "" {
			f.saveOne(sh, it.ID, v)
		}
	}
}

func (f *fixture) leave(sh *survey.Sheet, page int, answers map[string]string) {
	f.t.Helper()
	problems, err := f.s.LeavePage(f.t.Context(), sh, page, givens(sh.Instrument, answers))
	f.saved(problems, err)
}

func (f *fixture) saved(problems []instrument.Problem, err error) {
	f.t.Helper()
	if err != nil || len(problems) > 0 {
		f.t.Fatalf("saving: %v, problems %v", err, problems)
	}
}

func givens(in *instrument.Instrument, answers map[string]string) []survey.Given {
	var out []survey.Given
	for _, it := range in.Items {
		v, ok := answers[it.ID]
		if !ok {
			continue
		}
		vals := []string{v}
		if it.Type == instrument.TypeMultiple {
			vals = strings.Split(v, ",")
		}
		out = append(out, survey.Given{Item: it.Index, Values: vals})
	}
	return out
}

// answer saves and submits.
func (f *fixture) answer(code string, answers map[string]string) link.Secret {
	f.t.Helper()
	sh := f.sheet(code)
	f.save(sh, answers)
	secret, err := f.s.Submit(f.t.Context(), sh, 1)
	must(f.t, err)
	return secret
}

func answersOf(sh *survey.Sheet) map[string]string {
	m := map[string]string{}
	for i, v := range sh.Answers {
		if v != "" {
			m[sh.Instrument.Items[i].ID] = v
		}
	}
	return m
}

func (f *fixture) count(query string, args ...any) (n int) {
	f.t.Helper()
	must(f.t, f.d.QueryRowContext(f.t.Context(), query, args...).Scan(&n))
	return n
}

func (f *fixture) responses(id int64) []map[string]string {
	f.t.Helper()
	rs, err := survey.Responses(f.t.Context(), f.d, id)
	must(f.t, err)
	var out []map[string]string
	for _, r := range rs {
		out = append(out, r.Answers)
	}
	return out
}

// sameSets fails unless both hold the same answer sets, each as often.
func sameSets(t *testing.T, got, want []map[string]string) {
	t.Helper()
	text := func(ms []map[string]string) []string {
		var out []string
		for _, m := range ms {
			b, _ := json.Marshal(m)
			out = append(out, string(b))
		}
		slices.Sort(out)
		return out
	}
	if g, w := text(got), text(want); !slices.Equal(g, w) {
		t.Errorf("%d responses, want %d:\ngot  %.600v\nwant %.600v", len(g), len(w), g, w)
	}
}

func isKey(err error, kind errs.Kind, key string) bool {
	e, ok := errors.AsType[*errs.E](err)
	return ok && e.Kind == kind && e.Key == key
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// manyItems writes an instrument of n scale items on pages of per, followed by what extra holds (whole pages).
func manyItems(key string, n, per int, extra ...map[string]any) string {
	word := func(s string) map[string]string { return map[string]string{"fi": s} }
	var pages []any
	for len(pages)*per < n {
		var items []any
		for i := len(pages) * per; i < min(n, (len(pages)+1)*per); i++ {
			items = append(items, map[string]any{"id": fmt.Sprint("q", i), "type": "scale", "text": word("q"), "response": "r", "scale": "s"})
		}
		pages = append(pages, map[string]any{"title": word("p"), "items": items})
	}
	for _, e := range extra {
		pages = append(pages, e)
	}
	var steps []any
	for v := 1; v <= 5; v++ {
		steps = append(steps, map[string]any{"value": v, "label": word(fmt.Sprint(v))})
	}
	b, err := json.Marshal(map[string]any{
		"format": instrument.Format, "key": key, "version": "1", "languages": []string{"fi"}, "title": word("t"), "description": word("d"),
		"licence": "CC0", "attribution": word("a"), "minutes": 1,
		"response_scales": []any{map[string]any{"id": "r", "steps": steps}},
		"scales": []any{map[string]any{"id": "s", "kind": "competence", "title": word("s"), "about": word("a"), "min_answered_pct": 50,
			"bands": []any{map[string]any{"from": 1, "words": word("b")}}, "strength": word("st"), "next_steps": []any{word("n")}}},
		"pages": pages,
	})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// mixedPage has an item of each other kind.
func mixedPage() map[string]any {
	word := func(s string) map[string]string { return map[string]string{"fi": s} }
	option := func(v string) map[string]any { return map[string]any{"value": v, "label": word(v)} }
	return map[string]any{"title": word("mixed"), "items": []any{
		map[string]any{"id": "many", "type": "multiple", "text": word("m"), "options": []any{option("a"), option("b"), option("c"), option("d")}},
		map[string]any{"id": "number", "type": "number", "text": word("n"), "min": 0, "max": 99999},
		map[string]any{"id": "text", "type": "text", "text": word("t"), "max_length": 120},
	}}
}

// inParallel runs f for 0..n-1 at once.
func inParallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() { <-start; f(i) })
	}
	close(start)
	wg.Wait()
}
