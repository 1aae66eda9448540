package results

import (
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/chart"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/sdc"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// changeRow is the change of an area from the wave before.
type changeRow struct {
	Area, Way                  int // way: 1 has risen, -1 fallen, 0 not clear
	Title, Before, After, Diff string
	Interval, Effect, P, Words string
	before, after              *float64
}

// changes compares a unit with the wave before, those who answered then and now taken as different people.
func (v *view) changes(unit int) (out []changeRow) {
	if v.Before == nil {
		return nil
	}
	for a := range v.Areas {
		c := v.Compare(v.Before, unit, a)
		if !c.Known {
			continue
		}
		row := changeRow{Area: a, Title: v.AreaName(a), Before: v.Number(c.Before.Mean, c.Before.Decimals), After: v.Number(c.After.Mean, c.After.Decimals),
			Diff: v.Signed(c.Diff, min(c.Before.Decimals, c.After.Decimals)), before: &c.Before.Mean, after: &c.After.Mean}
		row.Words = v.T("insight.change-unsure")
		if c.Low != 0 || c.High != 0 {
			row.Interval = v.Signed(c.Low, 2) + " – " + v.Signed(c.High, 2)
			switch {
			case c.Sure && c.Diff > 0:
				row.Way, row.Words = 1, v.T("insight.change-up")
			case c.Sure:
				row.Way, row.Words = -1, v.T("insight.change-down")
			}
		}
		out = append(out, row)
	}
	return out
}

// moved says in a sentence what has risen and what has fallen for sure.
func (v *view) moved(rows []changeRow) string {
	var up, down []string
	for _, r := range rows {
		name := r.Title + " (" + r.Diff + ")"
		switch r.Way {
		case 1:
			up = append(up, name)
		case -1:
			down = append(down, name)
		}
	}
	switch {
	case len(up) > 0 && len(down) > 0:
		return v.T("insight.moved-both", "up", v.and(up), "down", v.and(down))
	case len(up) > 0:
		return v.T("insight.moved-up", "up", v.and(up))
	case len(down) > 0:
		return v.T("insight.moved-down", "down", v.and(down))
	}
	return v.T("insight.moved-none")
}

func (v *view) dumbbell(id, title string, rows []changeRow) string {
	c := chart.Dumbbell{
		About:  chart.About{ID: id, Title: title, Desc: v.T("insight.chart-desc")},
		Format: func(x float64) string { return v.Number(x, 2) }, NoValue: v.T("insight.hidden"),
		PreName: i18n.In(v.Before.Name, v.Lang), PostName: v.RoundName(), DownName: v.T("insight.fell"),
	}
	for _, r := range rows {
		c.Scale = chart.Scale{Min: float64(v.Areas[r.Area].Min), Max: float64(v.Areas[r.Area].Max)}
		c.Rows = append(c.Rows, chart.DumbbellRow{Label: r.Title, Pre: r.before, Post: r.after})
	}
	return c.SVG()
}

// wavesPage compares a round with the one before.
type wavesPage struct {
	*view
	All     []changeRow // everybody, as different people
	N, Was  int
	Matched *matched
	Units   []waveUnit
}

type matched struct {
	insight.Matched
	Kept int // percent
	Rows []changeRow
}

// waveUnit tells whether a unit can be compared.
type waveUnit struct {
	Title, URL, Was, Now string
	New                  bool
}

func (s *Pages) waves(w http.ResponseWriter, r *http.Request, v *view) error {
	p := wavesPage{view: v}
	if v.Before != nil && v.Before.Whole() != nil && v.Whole() != nil {
		p.All, p.N, p.Was = v.changes(0), v.Whole().N, v.Before.Whole().N
		p.Matched = v.matched(0)
		p.Units = v.waveUnits()
	}
	return s.show(w, r, v, v.T("insight.tab-waves"), wavesResult(p))
}

// matched are those of a unit who are known to have answered both times; nil: nothing is told of them.
func (v *view) matched(unit int) *matched {
	if v.Snapshot.Change == nil || v.Before == nil {
		return nil
	}
	at := slices.IndexFunc(v.Snapshot.Change.Units, func(x insight.Matched) bool { return x.Unit == unit })
	if at < 0 {
		return nil
	}
	m := &matched{Matched: v.Snapshot.Change.Units[at]}
	if m.Before > 0 {
		m.Kept = sdc.Percent(m.N, m.Before)
	}
	for a, x := range m.Areas {
		if x == nil {
			continue
		}
		decimals := sdc.Decimals(m.N)
		row := changeRow{Area: a, Title: v.AreaName(a), Before: v.Number(x.Before, decimals), After: v.Number(x.After, decimals), Diff: v.Signed(x.Diff, decimals), before: &x.Before, after: &x.After}
		if t := x.Test; t != nil {
			v.tested(&row, t)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// tested writes a paired t test.
func (v *view) tested(row *changeRow, t *insight.PairedTest) {
	row.Interval, row.Effect, row.P = v.Signed(t.Low, 2)+" – "+v.Signed(t.High, 2), v.Signed(t.DAv, 2), v.Number(t.P, 3)
	if t.P < 0.001 {
		row.P = v.T("insight.p-under", "p", v.Number(0.001, 3))
	}
	switch {
	case t.Low > 0:
		row.Way = 1
	case t.High < 0:
		row.Way = -1
	}
}

// waveUnits are the units right under the whole, now and then: a reorganisation never rewrites an earlier result.
func (v *view) waveUnits() (out []waveUnit) {
	units := append([]int(nil), v.Under(0)...)
	v.byName(units)
	for _, u := range units {
		x := waveUnit{Title: v.UnitName(u), Now: v.mean0(v.Snapshot, u), Was: v.T("insight.hidden")}
		if v.Reaches(u) {
			x.URL = v.unitURL(u)
		}
		was := v.Before.SameUnit(v.Units[u])
		x.New = was < 0
		if was >= 0 {
			x.Was = v.mean0(v.Before, was)
		}
		out = append(out, x)
	}
	return out
}

// mean0 writes how many answered in a unit, where that is told.
func (v *view) mean0(s *insight.Snapshot, unit int) string {
	if c := s.Of(unit); c != nil && !c.Placed {
		return i18n.Int(v.Lang, c.N)
	}
	return v.T("insight.hidden")
}
