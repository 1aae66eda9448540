package coverage

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"taitorinki/internal/catalog"
	"taitorinki/internal/chart"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// listPage is the table of coverage as far as the reader may see.
type listPage struct {
	web.Page
	Units, Gaps int // in which people work, within what the reader may see
	Rows        []row
	Pages       ui.Pages
	Unders      []ui.Option
	Areas       []ui.Option
	Map         string
	query       url.Values
	all         []row
}

// row is one unit.
type row struct {
	people.Unit
	*Figure
	Name, Path string
	Thin       []string // areas that are thin here and in which no mentor is strong
	Focus      []string // areas that mentors are asked to look at first
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) error {
	p, err := s.listed(r)
	if err != nil {
		return err
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page")) // no number is the first
	p.Pages = ui.Pages{Pages: max(1, (len(p.all)+ui.PageSize-1)/ui.PageSize), Total: len(p.all), URL: p.pageURL}
	p.Pages.Page = min(max(1, page), p.Pages.Pages)
	from := (p.Pages.Page - 1) * ui.PageSize
	p.Rows = p.all[from:min(len(p.all), from+ui.PageSize)]
	return s.Kit.Show(w, r, p.Page, listView(p))
}

func (s *Service) about(w http.ResponseWriter, r *http.Request) error {
	p := s.Kit.Page(r, "coverage.about")
	p.Shell.Narrow = true
	return s.Kit.Show(w, r, p, aboutView(p))
}

// listed reads the table with its filters: under (a unit), area, thin and gaps.
func (s *Service) listed(r *http.Request) (*listPage, error) {
	ctx := r.Context()
	p := &listPage{Page: s.Kit.Page(r, "coverage.title"), query: url.Values{}}
	for _, name := range []string{"under", "area", "thin", "gaps"} {
		if v := r.URL.Query().Get(name); v != "" {
			p.query.Set(name, v)
		}
	}
	n, err := s.Mentors.Network(ctx)
	if err != nil {
		return nil, err
	}
	areas, err := catalog.Areas(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	p.options(n, areas)
	figures := Count(n, p.query.Get("area"))
	for _, id := range p.reach(n) {
		u, _ := n.Tree.Unit(id)
		f := figures[id]
		p.all = append(p.all, row{Unit: u, Figure: f, Name: u.Name(p.Lang), Path: above(n.Tree, id, p.Lang)})
		if f.Direct > 0 {
			p.Units++
		}
		if f.Gap() {
			p.Gaps++
		}
	}
	p.Map = p.draw(n)
	if err := s.thin(ctx, p, n); err != nil {
		return nil, err
	}
	if err := s.focused(ctx, p, n, areas); err != nil {
		return nil, err
	}
	p.all = slices.DeleteFunc(p.all, func(x row) bool {
		return p.query.Get("gaps") != "" && !x.Gap() || p.query.Get("thin") != "" && len(x.Thin) == 0
	})
	p.sort()
	return p, nil
}

// reach are the units that the reader may see and the filter lets through.
func (p *listPage) reach(n *mentoring.Network) []int64 {
	ids, _ := n.Tree.Within(p.Who, people.ReadCoverage)
	under, _ := strconv.ParseInt(p.query.Get("under"), 10, 64) // no number is no limit
	if under == 0 {
		return ids
	}
	in := map[int64]bool{}
	for _, id := range n.Tree.Subtree(under) {
		in[id] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return !in[id] })
}

// options are what the table can be limited to.
func (p *listPage) options(n *mentoring.Network, areas []catalog.Area) {
	p.Unders = []ui.Option{{Label: p.T("coverage.anywhere")}}
	for _, top := range n.Tree.Tops(p.Who, people.ReadCoverage, p.Lang) {
		for _, u := range append([]people.Unit{top}, n.Tree.SortedChildren(top.ID, p.Lang)...) {
			p.Unders = append(p.Unders, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name(p.Lang)})
		}
	}
	p.Areas = []ui.Option{{Label: p.T("coverage.any-area")}}
	for _, a := range areas {
		if !a.Support {
			p.Areas = append(p.Areas, ui.Option{Value: a.ID, Label: i18n.In(a.Name, p.Lang)})
		}
	}
}

// thin marks the units in which an area is thin and no mentor is strong in it.
func (s *Service) thin(ctx context.Context, p *listPage, n *mentoring.Network) error {
	if s.Thin == nil {
		return nil
	}
	all, err := s.Thin(ctx, p.Who)
	if err != nil {
		return err
	}
	at := make(map[string]*row, len(p.all))
	for i := range p.all {
		at[p.all[i].Code] = &p.all[i]
	}
	by := map[string]map[int64]*Figure{}
	for _, t := range all {
		x := at[t.UnitCode]
		if wanted := p.query.Get("area"); x == nil || wanted != "" && wanted != t.Area {
			continue
		}
		if by[t.Area] == nil {
			by[t.Area] = Count(n, t.Area)
		}
		if by[t.Area][x.ID].Mentors == 0 && !slices.Contains(x.Thin, t.AreaName) {
			x.Thin = append(x.Thin, t.AreaName)
		}
	}
	return nil
}

// focused marks the units in which a focus holds today.
func (s *Service) focused(ctx context.Context, p *listPage, n *mentoring.Network, areas []catalog.Area) error {
	all, err := mentoring.FocusesOn(ctx, s.DB, n.Day)
	if err != nil {
		return err
	}
	in := map[int64][]string{}
	for _, f := range all {
		name := catalog.AreaName(areas, f.Area, p.Lang)
		for _, u := range n.Tree.Subtree(f.Unit) {
			if !slices.Contains(in[u], name) {
				in[u] = append(in[u], name)
			}
		}
	}
	for i := range p.all {
		p.all[i].Focus = in[p.all[i].ID]
	}
	return nil
}

// sort puts the gaps first, the largest first, and the rest by name.
func (p *listPage) sort() {
	i18n.Sort(p.Lang, p.all, func(x row) string { return x.Name })
	slices.SortStableFunc(p.all, func(a, b row) int {
		switch {
		case a.Gap() && b.Gap():
			return cmp.Compare(b.Direct, a.Direct)
		case a.Gap():
			return -1
		case b.Gap():
			return 1
		}
		return 0
	})
}

// draw is the picture of what the table tells: a group for each service area, a mark for each unit in which people work.
func (p *listPage) draw(n *mentoring.Network) string {
	c := chart.Network{About: chart.About{ID: "network", Title: p.T("coverage.map"), Desc: p.T("coverage.map-desc", "gaps", p.Gaps, "units", p.Units)},
		CoveredName: p.T("coverage.map-covered"), GapName: p.T("coverage.map-gap")}
	at := map[int64]int{}
	for _, x := range p.all {
		if x.Direct == 0 {
			continue
		}
		area := n.ServiceArea(x.ID)
		if _, ok := at[area]; !ok {
			at[area] = len(c.Groups)
			u, _ := n.Tree.Unit(area)
			c.Groups = append(c.Groups, chart.NetworkGroup{Name: u.Name(p.Lang)})
		}
		g := &c.Groups[at[area]]
		g.Units = append(g.Units, chart.NetworkUnit{Size: x.Direct, Covered: x.Covered})
	}
	i18n.Sort(p.Lang, c.Groups, func(g chart.NetworkGroup) string { return g.Name })
	return c.SVG()
}

// above names the units over a unit, but for the county itself.
func above(t *people.Tree, id int64, lang string) (out string) {
	path := t.Path(id)
	for i := 1; i < len(path)-1; i++ {
		if out != "" {
			out += " › "
		}
		out += path[i].Name(lang)
	}
	return out
}

func (p *listPage) pageURL(n int) string {
	q := url.Values{"page": {strconv.Itoa(n)}}
	for k, v := range p.query {
		q[k] = v
	}
	return "/mentors/coverage?" + q.Encode()
}

func (p *listPage) csvURL() string { return "/mentors/coverage/list.csv?" + p.query.Encode() }

func (p *listPage) hours(x row) string { return i18n.Decimal(p.Lang, x.Hours(), 1) }

// per100 writes a figure for each 100 people; a dash where nobody works.
func (p *listPage) per100(x row, value float64) string {
	per, ok := x.Per100(value)
	if !ok {
		return "–"
	}
	return i18n.Decimal(p.Lang, per, 1)
}

func (s *Service) csv(w http.ResponseWriter, r *http.Request) error {
	p, err := s.listed(r)
	if err != nil {
		return err
	}
	yes := map[bool]string{true: p.T("coverage.yes"), false: p.T("coverage.no")}
	rows := make([][]string, len(p.all))
	for i, x := range p.all {
		rows[i] = []string{x.Code, x.Name, x.Path, strconv.Itoa(x.Direct), strconv.Itoa(x.Staff), yes[x.Gap()], strconv.Itoa(x.Mentors), p.hours(x),
			p.per100(x, x.Hours()), p.per100(x, float64(x.Mentors)), strconv.Itoa(x.Gaps), strconv.Itoa(x.Ending)}
	}
	var head []string
	for _, key := range []string{"code", "unit", "path", "direct", "staff", "gap", "mentors", "hours", "hours-100", "mentors-100", "gaps", "ending"} {
		head = append(head, p.T("coverage."+key))
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="coverage.csv"`)
	return sheet.WriteCSV(w, head, rows)
}
