package results

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/sdc"
	"taitorinki/internal/sheet"
	"taitorinki/internal/ui"
)

// heatPage is the table of units by areas.
type heatPage struct {
	*view
	Query  string
	Under  int // index of the unit whose units are listed; 0: all
	Told   bool
	Rows   []heatRow
	Pages  ui.Pages
	Unders []ui.Option
	Levels []string
	Sort   int // area by which the units shown are sorted, -1: by name
	Down   bool
}

type heatRow struct {
	Title, Path  string
	URL, N       string
	Cells        []heatCell
	Hidden       bool   // nothing is told
	Aim, AimName string // where help is aimed at the unit, and the name of that link; "" for a visitor who may not
}

type heatCell struct {
	Text  string
	Level int // 0: hidden

	Aim, AimName string // as of a row, at this area
}

// told is whether the visitor wants only units of which something is told. They may be sorted by a figure then, since the list has
// no hidden rows (D10).
func (s *Pages) heat(w http.ResponseWriter, r *http.Request, v *view) error {
	p := v.heatOf(r.URL.Query())
	return s.show(w, r, v, v.T("insight.tab-units"), heatResult(p))
}

func (v *view) heatOf(q url.Values) *heatPage {
	p := &heatPage{view: v, Query: strings.TrimSpace(q.Get("q")), Told: q.Get("told") != "", Sort: -1, Down: q.Get("down") != ""}
	if id, err := strconv.ParseInt(q.Get("under"), 10, 64); err == nil {
		p.Under = max(0, v.UnitByID(id))
	}
	if a := slices.IndexFunc(v.Areas, func(a insight.Area) bool { return a.ID == q.Get("sort") }); a >= 0 && p.Told {
		p.Sort = a
	}
	p.Levels = []string{v.T("insight.heat-1"), v.T("insight.heat-2"), v.T("insight.heat-3"), v.T("insight.heat-4"), v.T("insight.heat-5")}
	units := p.chosen()
	p.sort(units)
	page, _ := strconv.Atoi(q.Get("page"))
	p.Pages = ui.Pages{Pages: max(1, (len(units)+ui.PageSize-1)/ui.PageSize), Total: len(units), URL: func(page int) string { return p.address("page", strconv.Itoa(page)) }}
	p.Pages.Page = min(max(1, page), p.Pages.Pages)
	from := (p.Pages.Page - 1) * ui.PageSize
	for _, u := range units[from:min(len(units), from+ui.PageSize)] {
		p.Rows = append(p.Rows, p.row(u))
	}
	p.Unders = p.unders()
	return p
}

// chosen are the units that the filters let through, of those the visitor may see.
func (p *heatPage) chosen() (out []int) {
	query := i18n.Fold(p.Query)
	for u := range p.Units {
		if u == 0 && len(p.Units) > 1 || !p.Reaches(u) || !p.Within(u, p.Under) {
			continue
		}
		if query != "" && !strings.Contains(i18n.Fold(p.UnitName(u)+" "+p.Units[u].Code), query) {
			continue
		}
		if p.Told && !p.figures(u) {
			continue
		}
		out = append(out, u)
	}
	return out
}

// figures reports whether means of a unit are told, in the area of the sorting if there is one.
func (p *heatPage) figures(u int) bool {
	c := p.Of(u)
	return c != nil && !c.Placed && (p.Sort < 0 || c.Means[p.Sort] != nil)
}

func (p *heatPage) sort(units []int) {
	p.byName(units)
	if p.Sort < 0 {
		return
	}
	slices.SortStableFunc(units, func(a, b int) int {
		x, y := *p.Of(a).Means[p.Sort], *p.Of(b).Means[p.Sort]
		if p.Down {
			x, y = y, x
		}
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
}

func (p *heatPage) row(u int) heatRow {
	c := p.Of(u)
	row := heatRow{Hidden: c == nil, Title: p.UnitName(u), URL: p.unitURL(u), N: p.T("insight.hidden")}
	if up := p.Units[u].Parent; up > 0 {
		row.Path = p.UnitName(up)
	}
	if c != nil && c.Placed {
		row.N = p.T("insight.n-band", "k", p.Least, "full", p.Full-1)
	} else if c != nil {
		row.N = i18n.Int(p.Lang, c.N)
	}
	row.Aim, row.AimName = p.aimURL(u, -1), p.T("insight.aim-unit", "unit", row.Title, "said", p.T("insight.hidden"))
	for a := range p.Areas {
		cell := heatCell{Text: p.figure(c, a), Level: p.level(c, a)}
		if c != nil && c.Placed && cell.Level > 0 {
			cell.Text = p.Levels[cell.Level-1]
		}
		cell.Aim, cell.AimName = p.aimURL(u, a), p.T("insight.aim-cell", "unit", row.Title, "area", p.AreaName(a), "said", p.heard(cell))
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// heard is what a cell says to who does not see its colour.
func (p *heatPage) heard(c heatCell) string {
	if c.Level == 0 || c.Text == p.Levels[c.Level-1] {
		return c.Text
	}
	return c.Text + ", " + p.Levels[c.Level-1]
}

// level is the colour of a cell: how far it is from the whole, in halves of a step of a scale of 1 to 5.
func (p *heatPage) level(c *insight.Cell, a int) int {
	const half = 1.0 / 8
	whole := p.Whole().Means[a]
	switch {
	case c == nil:
		return 0
	case c.Placed && c.Bands[a] == sdc.NoPlacing:
		return 0
	case c.Placed:
		return 3 + c.Bands[a]
	case c.Means[a] == nil || whole == nil:
		return 0
	}
	off := (*c.Means[a] - *whole) / float64(p.Areas[a].Max-p.Areas[a].Min)
	switch {
	case off <= -half:
		return 1
	case off <= -p.Near:
		return 2
	case off < p.Near:
		return 3
	case off < half:
		return 4
	}
	return 5
}

// unders are the units under which a list can be cut: those that have units below them.
func (p *heatPage) unders() []ui.Option {
	var units []int
	for u := range p.Units {
		if u > 0 && len(p.Snapshot.Under(u)) > 0 && p.Reaches(u) {
			units = append(units, u)
		}
	}
	p.byName(units)
	out := []ui.Option{{Value: "", Label: p.T("insight.all-units")}}
	for _, u := range units {
		out = append(out, ui.Option{Value: itoa(p.Units[u].ID), Label: p.UnitName(u), Selected: u == p.Under})
	}
	return out
}

// address is this page's with one thing changed.
func (p *heatPage) address(key, value string) string {
	q := url.Values{}
	set := func(k, v string) {
		if v != "" {
			q.Set(k, v)
		}
	}
	set("q", p.Query)
	if p.Under > 0 {
		set("under", itoa(p.Units[p.Under].ID))
	}
	if p.Told {
		set("told", "1")
	}
	if p.Sort >= 0 {
		set("sort", p.Areas[p.Sort].ID)
	}
	if p.Down {
		set("down", "1")
	}
	q.Del(key)
	set(key, value)
	return p.URL("/units?" + q.Encode())
}

// sortURL sorts by an area: the lowest first, and the other way round when pressed again.
func (p *heatPage) sortURL(a int) string {
	same := p.Sort == a && !p.Down
	q := *p
	q.Sort, q.Down = a, same
	return q.address("page", "")
}

func (p *heatPage) direction(a int) string {
	switch {
	case p.Sort != a:
		return ""
	case p.Down:
		return "descending"
	}
	return "ascending"
}

// heatCSV is the whole of the filtered table, as it is told.
func (s *Pages) heatCSV(w http.ResponseWriter, r *http.Request, v *view) error {
	if err := s.noteExport(r, v); err != nil {
		return err
	}
	p := v.heatOf(r.URL.Query())
	head := []string{p.T("insight.code"), p.T("insight.unit"), p.T("insight.under"), p.T("insight.csv-n")}
	for a := range p.Areas {
		head = append(head, p.AreaName(a))
	}
	units := p.chosen()
	p.sort(units)
	var rows [][]string
	for _, u := range units {
		x := p.row(u)
		row := []string{p.Units[u].Code, x.Title, x.Path, x.N}
		for _, c := range x.Cells {
			row = append(row, c.Text)
		}
		rows = append(rows, row)
	}
	return sendCSV(w, "units-"+v.Code, head, rows)
}

func (s *Pages) noteExport(r *http.Request, v *view) error {
	return s.Note(r.Context(), v.Who.ID, "result.export", v.Code)
}

func sendCSV(w http.ResponseWriter, name string, head []string, rows [][]string) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	return sheet.WriteCSV(w, head, rows)
}

// csv is the overview's figures.
func (s *Pages) csv(w http.ResponseWriter, r *http.Request, v *view) error {
	if err := s.noteExport(r, v); err != nil {
		return err
	}
	head := []string{v.T("insight.area"), v.T("insight.kind"), v.T("insight.mean"), v.T("insight.low"), v.T("insight.high"), v.T("insight.csv-n"), v.T("insight.csv-rate"), v.T("insight.csv-round")}
	var rows [][]string
	whole := v.Whole()
	for a, area := range v.Areas {
		if whole == nil {
			break
		}
		_, kind := v.kindName(area.Support)
		row := []string{v.AreaName(a), kind, v.mean(whole, a), v.T("insight.hidden"), v.T("insight.hidden"), strconv.Itoa(whole.N), strconv.Itoa(sdc.Percent(whole.N, v.Invited)), v.RoundName()}
		spread := v.Spread(0, a)
		if spread != nil {
			row[3], row[4] = v.Number(spread.Low, 2), v.Number(spread.High, 2)
		}
		for i, c := range insight.Classes(area.Min, area.Max) {
			if a == 0 {
				head = append(head, v.T("insight.share-of")+" "+c.Name(v.Lang, i == len(insight.Classes(area.Min, area.Max))-1))
			}
			share := v.T("insight.hidden")
			if spread != nil {
				share = strconv.Itoa(spread.Shares[i])
			}
			row = append(row, share)
		}
		rows = append(rows, row)
	}
	return sendCSV(w, "results-"+v.Code, head, rows)
}

// csvURL is the same table as a file.
func (p *heatPage) csvURL() string {
	return strings.Replace(p.address("page", ""), "/units?", "/units.csv?", 1)
}
