package chart

// Units shows many things of two kinds, one small square each, in rows by group: a filled square and a hollow one, which differ by
// their border too.
type Units struct {
	About
	FilledName, HollowName string // legend
	Groups                 []UnitGroup
}

// UnitGroup is a row of squares.
type UnitGroup struct {
	Label  string
	Filled []bool // a square each
}

// SVG draws the chart.
func (c Units) SVG() string {
	const size, step = 13, 19
	mark := func(d *drawing, filled bool, x, y float64) {
		if filled {
			d.rect("c-unit", x, y, size, size, 0)
		} else {
			d.rect("c-gap", x+1, y+1, size-2, size-2, 0)
		}
	}
	return pair(c.About, func(d *drawing) float64 {
		left := labelWidth + 18.0
		if d.narrow {
			left = 4
		}
		y := d.legend(left, entry{c.FilledName, func(x, y float64) { mark(d, true, x, y-size/2) }}, entry{c.HollowName, func(x, y float64) { mark(d, false, x, y-size/2) }})
		across := int((d.width - left) / step)
		for _, g := range c.Groups {
			lines := (len(g.Filled) + across - 1) / across
			top, next := d.row(g.Label, left, y, float64(lines*step))
			for i, filled := range g.Filled {
				mark(d, filled, left+float64(i%across*step), top+float64(i/across*step))
			}
			y = next
		}
		return y
	})
}
