package coverage

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/catalog"
	"taitorinki/internal/chart"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// page is the coverage of the units that a visitor may see, as it is filtered.
type page struct {
	web.Page
	Filter
	Rows   []line
	Units  int // with people of their own
	Gaps   int
	Chart  string
	Within []ui.Option
	Areas  []ui.Option
	Pages  ui.Pages
}

// Filter limits the list.
type Filter struct {
	Under int64  // unit, with everything under it
	Area  string // only mentors with this strength count
	Gaps  bool   // only units without a mentor
	Thin  bool   // only units of an open finding; with an area, of that area
}

func (f Filter) query() url.Values {
	q := url.Values{}
	if f.Under != 0 {
		q.Set("under", strconv.FormatInt(f.Under, 10))
	}
	if f.Area != "" {
		q.Set("area", f.Area)
	}
	for name, on := range map[string]bool{"gaps": f.Gaps, "thin": f.Thin} {
		if on {
			q.Set(name, "1")
		}
	}
	return q
}

// line is a row with its words.
type line struct {
	Row
	Name, Path string
	Findings   []string // what is thin here, by area
	Focus      []string // what mentors look at first here
}

func filterOf(r *http.Request) (f Filter) {
	q := r.URL.Query()
	f.Under, _ = strconv.ParseInt(q.Get("under"), 10, 64)
	f.Area, f.Gaps, f.Thin = q.Get("area"), q.Get("gaps") != "", q.Get("thin") != ""
	return f
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	p, err := s.read(r)
	if err != nil {
		return err
	}
	p.Pages = ui.Pages{Page: 1, Pages: max(1, (len(p.Rows)+ui.PageSize-1)/ui.PageSize), Total: len(p.Rows), URL: func(n int) string {
		q := p.query()
		q.Set("page", strconv.Itoa(n))
		return "/mentors/coverage?" + q.Encode()
	}}
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil {
		p.Pages.Page = min(max(n, 1), p.Pages.Pages)
	}
	from := (p.Pages.Page - 1) * ui.PageSize
	p.Rows = p.Rows[from:min(from+ui.PageSize, len(p.Rows))]
	return s.Kit.Show(w, r, p.Page, coverageView(p))
}

// read counts the coverage and keeps what the visitor may see and has asked for.
func (s *Service) read(r *http.Request) (*page, error) {
	ctx := r.Context()
	p := &page{Page: s.Kit.Page(r, "coverage.title"), Filter: filterOf(r)}
	n, err := s.Mentors.Network(ctx)
	if err != nil {
		return nil, err
	}
	areas, err := catalog.Areas(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	marks, err := s.marks(ctx, p.Page, n, areas, p.Area)
	if err != nil {
		return nil, err
	}
	p.choices(n, areas)
	may := p.may(n)
	for _, row := range Count(n, mentoring.Day(s.Now().AddDate(0, 0, EndsSoon)), strong(p.Area)) {
		if !may[row.Unit.ID] {
			continue
		}
		if row.Own > 0 {
			p.Units++
			if row.Gap {
				p.Gaps++
			}
		}
		x := line{Row: row, Name: row.Unit.Name(p.Lang), Path: path(n.Tree, row.Unit.ID, p.Lang), Findings: marks.thin[row.Unit.ID], Focus: marks.focus[row.Unit.ID]}
		if (!p.Filter.Gaps || row.Gap) && (!p.Filter.Thin || len(x.Findings) > 0 && row.Gap) {
			p.Rows = append(p.Rows, x)
		}
	}
	p.Chart = p.picture(n, may)
	p.order()
	return p, nil
}

// strong keeps the mentors who have an area among their strengths.
func strong(area string) func(*mentoring.Mentor) bool {
	if area == "" {
		return nil
	}
	return func(m *mentoring.Mentor) bool { return m.Strong(area, 0) }
}

// may are the units that the visitor may see, and has not filtered out.
func (p *page) may(n *mentoring.Network) map[int64]bool {
	out := map[int64]bool{}
	ids, _ := n.Tree.Within(p.Who, people.ReadCoverage)
	for _, id := range ids {
		out[id] = true
	}
	if p.Under == 0 {
		return out
	}
	under := map[int64]bool{}
	for _, id := range n.Tree.Subtree(p.Under) {
		under[id] = out[id]
	}
	return under
}

// choices are the filters: the visitor's units down to the service areas, and the areas of competence.
func (p *page) choices(n *mentoring.Network, areas []catalog.Area) {
	p.Within = []ui.Option{{Label: p.T("coverage.all-units")}}
	for _, top := range n.Tree.Tops(p.Who, people.ReadCoverage, p.Lang) {
		p.within(top, "")
		for _, u := range n.Tree.SortedChildren(top.ID, p.Lang) {
			p.within(u, "\u2013 ")
		}
	}
	p.Areas = []ui.Option{{Label: p.T("coverage.all-strengths")}}
	for _, a := range areas {
		if !a.Support {
			p.Areas = append(p.Areas, ui.Option{Value: a.ID, Label: i18n.In(a.Name, p.Lang), Selected: a.ID == p.Area})
		}
	}
}

func (p *page) within(u people.Unit, before string) {
	p.Within = append(p.Within, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: before + u.Name(p.Lang), Selected: u.ID == p.Under})
}

// path names the units above a unit, but for the county itself.
func path(t *people.Tree, unit int64, lang string) string {
	all := t.Path(unit)
	var names []string
	for i, u := range all {
		if i > 0 && i < len(all)-1 {
			names = append(names, u.Name(lang))
		}
	}
	return strings.Join(names, " › ")
}

// order puts gaps first, and the rest by name.
func (p *page) order() {
	i18n.Sort(p.Lang, p.Rows, func(l line) string { return l.Path + "\x00" + l.Name })
	rows := make([]Row, len(p.Rows))
	at := make(map[int64]line, len(p.Rows))
	for i, l := range p.Rows {
		rows[i] = l.Row
		at[l.Unit.ID] = l
	}
	gapsFirst(rows)
	for i, r := range rows {
		p.Rows[i] = at[r.Unit.ID]
	}
}

// picture draws each unit with people of its own as a square, in rows by service area.
func (p *page) picture(n *mentoring.Network, may map[int64]bool) string {
	c := chart.Units{About: chart.About{ID: "network", Title: p.T("coverage.picture"), Desc: p.T("coverage.picture-desc", "n", p.Gaps, "units", p.Units)},
		FilledName: p.T("coverage.helped"), HollowName: p.T("coverage.gap")}
	gap := map[int64]bool{}
	for _, row := range Count(n, "", strong(p.Area)) {
		gap[row.Unit.ID] = row.Gap
	}
	groups := map[int64]*chart.UnitGroup{}
	var order []int64
	for _, top := range n.Tree.Roots() {
		for _, id := range n.Tree.Subtree(top.ID) {
			if !may[id] || n.Tree.Direct(id) == 0 {
				continue
			}
			of := n.ServiceArea(id)
			g := groups[of]
			if g == nil {
				u, _ := n.Tree.Unit(of)
				g = &chart.UnitGroup{Label: u.Name(p.Lang)}
				groups[of] = g
				order = append(order, of)
			}
			g.Filled = append(g.Filled, !gap[id])
		}
	}
	for _, of := range order {
		g := groups[of]
		slices.SortStableFunc(g.Filled, func(a, b bool) int { // those without first
			switch {
			case a == b:
				return 0
			case !a:
				return -1
			}
			return 1
		})
		c.Groups = append(c.Groups, *g)
	}
	return c.SVG()
}

func (p *page) number(x float64) string { return i18n.Decimal(p.Lang, x, 1) }

func (s *Service) send(w http.ResponseWriter, r *http.Request) error {
	p, err := s.read(r)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, l := range p.Rows {
		gap := ""
		if l.Gap {
			gap = p.T("coverage.gap")
		}
		rows = append(rows, []string{l.Unit.Code, l.Name, l.Path, strconv.Itoa(l.Staff), strconv.Itoa(l.Mentors), p.number(l.Per100(float64(l.Mentors))), p.number(l.Minutes / 60), p.number(l.Per100(l.Minutes / 60)),
			strconv.Itoa(l.Gaps), strconv.Itoa(l.Ending), gap, strings.Join(l.Findings, ", "), strings.Join(l.Focus, ", ")})
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="coverage.csv"`)
	var head []string
	for _, key := range []string{"code", "unit", "path", "staff", "mentors", "mentors-100", "hours", "hours-100", "gaps", "ending", "gap", "thin", "focus"} {
		head = append(head, p.T("coverage.col-"+key))
	}
	return sheet.WriteCSV(w, head, rows)
}

// lead tells in a sentence how many units nobody helps.
func (p *page) lead() string {
	if p.Gaps == 0 {
		return p.T("coverage.lead-none", "units", p.Units)
	}
	return p.T("coverage.lead", "n", p.Gaps, "units", p.Units)
}
