package chart

import "math"

// Intervals shows estimates on both sides of zero, such as coefficients of a regression: a dot a row on the line of its interval,
// and a line through zero. The dot is full where the interval leaves zero out.
type Intervals struct {
	About
	Format     func(float64) string // writes a value: "+0,3"
	ClearName  string               // legend of the full dot
	UnsureName string               // legend of the hollow dot
	RangeName  string               // legend of the line
	Furthest   float64              // how far from zero the plot goes to either side; above 0
	Rows       []IntervalRow
}

// IntervalRow is one estimate and the ends of its interval.
type IntervalRow struct {
	Label            string
	Value, Low, High float64
}

func (r IntervalRow) clear() bool { return r.Low > 0 || r.High < 0 }

// SVG draws the chart.
func (c Intervals) SVG() string {
	format := formatter(c.Format)
	// The ends of the plot count too, so that charts of the same plot have zero in the same place.
	valueWidth := math.Max(textWidth(format(c.Furthest), labelSize), textWidth(format(-c.Furthest), labelSize))
	for _, r := range c.Rows {
		valueWidth = math.Max(valueWidth, textWidth(format(r.Value), labelSize))
	}
	return pair(c.About, func(d *drawing) float64 {
		left, to := 222.0, d.width-valueWidth-24
		if d.narrow {
			left = 4
		}
		from := left + 14 // the lowest tick is written around the lower end
		y := c.legend(d, left)
		for _, r := range c.Rows {
			y = c.row(d, r, left, from, to, y, format)
		}
		for _, v := range c.ticks() {
			d.text("c-tick", middle, c.position(v, from, to), y+17, tickLabel(v, format))
		}
		return y + 26
	})
}

func (c Intervals) ticks() []float64 {
	return []float64{-c.Furthest, -c.Furthest / 2, 0, c.Furthest / 2, c.Furthest}
}

func (c Intervals) position(v, from, to float64) float64 {
	return Scale{-c.Furthest, c.Furthest}.position(v, from, to)
}

func (c Intervals) legend(d *drawing, x float64) (bottom float64) {
	return d.legend(x,
		entry{c.ClearName, func(x, y float64) { d.circle("c-post", x+8, y, 7) }},
		entry{c.UnsureName, func(x, y float64) { d.circle("c-pre", x+8, y, 6.5) }},
		entry{c.RangeName, func(x, y float64) { d.span(x, x+16, y) }})
}

func (c Intervals) row(d *drawing, r IntervalRow, left, from, to, y float64, format func(float64) string) (nextRow float64) {
	const height = 22
	top, nextRow := d.row(r.Label, left, y, height)
	if d.narrow {
		c.grid(d, from, to, top-3, nextRow) // not through the label
	} else {
		c.grid(d, from, to, y, nextRow)
	}
	y = top + height/2
	d.span(c.position(r.Low, from, to), c.position(r.High, from, to), y)
	if r.clear() {
		d.circle("c-post", c.position(r.Value, from, to), y, 7)
	} else {
		d.circle("c-pre", c.position(r.Value, from, to), y, 6.5)
	}
	d.text("c-val", end, d.width-4, y+5, format(r.Value))
	return nextRow
}

func (c Intervals) grid(d *drawing, from, to, top, bottom float64) {
	for _, v := range c.ticks() {
		class, x := "c-grid", c.position(v, from, to)
		if v == 0 {
			class = "c-zero"
		}
		d.line(class, x, top, x, bottom)
	}
}
