// Package results draws the pages of insight: the county, its units, waves, quality and what can be taken along. It reads
// snapshots only, so that no page can show what was not decided to be published.
package results

import (
	"context"
	"math"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Pages are the result pages.
type Pages struct {
	*insight.Service
	// Helpers shows who helps in a unit, and who helps there with an area. nil shows nothing.
	Helpers func(ctx context.Context, p web.Page, unit int64) (shown templ.Component, strong func(area string) templ.Component, err error)
	// Focus shows what is done about a finding elsewhere, for whoever manages it. nil shows nothing.
	Focus func(ctx context.Context, p web.Page, f *insight.Finding) (templ.Component, error)
}

// Routes adds the pages.
func (s *Pages) Routes() {
	read := func(pattern string, h func(http.ResponseWriter, *http.Request, *view) error) {
		s.Kit.Handle(pattern, people.ReadResults, s.viewed(h))
	}
	s.Kit.Handle("GET /results", people.ReadResults, s.list)
	read("GET /results/{code}", s.overview)
	read("GET /results/{code}/table.csv", s.csv)
	read("GET /results/{code}/units", s.heat)
	read("GET /results/{code}/units.csv", s.heatCSV)
	read("GET /results/{code}/units/{id}", s.unit)
	read("GET /results/{code}/waves", s.waves)
	read("GET /results/{code}/quality", s.quality)
	read("GET /results/{code}/factors", s.factors)
	read("GET /results/{code}/profiles", s.profiles)
	read("GET /results/{code}/methods", s.methods)
	read("GET /results/{code}/take", s.take)
	read("GET /results/{code}/ledger.csv", s.ledger)
	s.Kit.Handle("GET /results/{code}/microdata/{file}", people.ReadMicrodata, s.microdata)
	s.textRoutes()
	s.findingRoutes()
}

// view is a page about one round's results.
type view struct {
	web.Page
	*insight.Snapshot
	reach
	Crumbs []ui.NavItem      // way back; nil: from the round
	Texts  bool              // there are open answers for this visitor
	Before *insight.Snapshot // of the wave before; nil: there is none, or it is being made
}

// reach is which units' results a visitor may see. The whole is open to everybody who may see results at all.
type reach struct {
	Everything bool
	scopes     []int64
}

// Reaches reports whether the visitor may see a unit's results.
func (v *view) Reaches(unit int) bool {
	if v.Everything || unit == 0 {
		return true
	}
	for u := unit; u >= 0; u = v.Units[u].Parent {
		if slices.Contains(v.scopes, v.Units[u].ID) {
			return true
		}
	}
	return false
}

// Mine are the uppermost units that the visitor may see besides the whole.
func (v *view) Mine() (out []int) {
	if v.Everything {
		return nil
	}
	for i, u := range v.Units {
		if slices.Contains(v.scopes, u.ID) {
			out = append(out, i)
		}
	}
	v.byName(out)
	return out
}

// byName sorts units by their names, which is the order of every list with hidden rows (D10).
func (v *view) byName(units []int) {
	i18n.Sort(v.Lang, units, func(u int) string { return v.UnitName(u) })
}

// UnitName is the name of a unit of the round.
func (v *view) UnitName(unit int) string { return i18n.In(v.Units[unit].Name, v.Lang) }

// RoundName is the name of the round.
func (v *view) RoundName() string { return i18n.In(v.Name, v.Lang) }

// AreaName is the title of an area.
func (v *view) AreaName(area int) string { return i18n.In(v.Areas[area].Title, v.Lang) }

// URL is the address of a page of this round.
func (v *view) URL(rest string) string { return "/results/" + v.Code + rest }

// Number writes a figure as the reader's language does.
func (v *view) Number(x float64, decimals int) string { return i18n.Decimal(v.Lang, x, decimals) }

// Percent writes a share.
func (v *view) Percent(n int) string { return i18n.Int(v.Lang, n) + "\u00a0%" }

// Signed writes a difference with its sign.
func (v *view) Signed(x float64, decimals int) string {
	text := i18n.Decimal(v.Lang, math.Abs(x), decimals)
	switch {
	case text == i18n.Decimal(v.Lang, 0, decimals):
		return text
	case x < 0:
		return "\u2212" + text
	}
	return "+" + text
}

// viewed reads the snapshot and notes that the visitor looks at it. While it is being made, the page says so.
func (s *Pages) viewed(h func(http.ResponseWriter, *http.Request, *view) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		code := r.PathValue("code")
		snap, err := s.Snapshot(r.Context(), code)
		if err != nil {
			return err
		}
		visitor := web.VisitorOf(r)
		if snap == nil {
			return s.notYet(w, r, code)
		}
		if err := s.Note(r.Context(), visitor.ID, "result.view", code); err != nil {
			return err
		}
		v := &view{Page: s.Kit.Page(r, "insight.county"), Snapshot: snap,
			reach: reach{Everything: visitor.Everywhere(people.ReadResults), scopes: visitor.Scopes[people.ReadResults]}}
		if v.Texts, err = s.HasTexts(r.Context(), code, checks(visitor)); err != nil {
			return err
		}
		if snap.Earlier != "" {
			if v.Before, err = s.Snapshot(r.Context(), snap.Earlier); err != nil {
				return err
			}
		}
		return h(w, r, v)
	}
}

// show draws a page of the round with its tabs.
func (s *Pages) show(w http.ResponseWriter, r *http.Request, v *view, title string, c templ.Component) error {
	v.Shell.Title = title + ": " + v.RoundName()
	return s.Kit.Show(w, r, v.Page, framed(v, title, r.URL.Path, c))
}

type notYetPage struct {
	web.Page
	Failed bool
	Bar    ui.Bar
}

func (s *Pages) notYet(w http.ResponseWriter, r *http.Request, code string) error {
	st, err := s.Status(r.Context(), code)
	if err != nil {
		return err
	}
	p := notYetPage{Page: s.Kit.Page(r, "insight.making"), Failed: st.Failed}
	p.Bar = ui.Bar{ID: "making", Label: p.T("insight.making"), Silent: true, Value: st.Done, Max: max(st.Total, 1), URL: "/results/" + code, Seconds: 2}
	return s.Kit.Show(w, r, p.Page, notYet(p))
}

// crumbs lead back from a page to the list of results.
func (v *view) crumbs(title, at string) []ui.NavItem {
	results := ui.NavItem{Label: v.T("insight.results"), URL: "/results"}
	switch {
	case v.Crumbs != nil:
		return v.Crumbs
	case at == v.URL(""):
		return []ui.NavItem{results, {Label: v.RoundName()}}
	}
	return []ui.NavItem{results, {Label: v.RoundName(), URL: v.URL("")}, {Label: title}}
}

// tabs are the pages of a round's results.
func (v *view) tabs(at string) (out []ui.NavItem) {
	for _, x := range []struct {
		key, path string
		show      bool
	}{
		{"insight.tab-county", "", true},
		{"insight.tab-units", "/units", len(v.Units) > 1},
		{"insight.tab-waves", "/waves", v.Earlier != ""},
		{"insight.tab-texts", "/texts", v.Texts},
		{"insight.tab-quality", "/quality", true},
		{"insight.tab-factors", "/factors", len(v.areasOf(true)) > 0 && len(v.areasOf(false)) > 0},
		{"insight.tab-profiles", "/profiles", len(v.Areas) > 1},
		{"insight.tab-methods", "/methods", true},
		{"insight.tab-take", "/take", true},
	} {
		if x.show && v.Whole() != nil {
			out = append(out, ui.NavItem{Label: v.T(x.key), URL: v.URL(x.path), Current: at == v.URL(x.path)})
		}
	}
	return out
}
