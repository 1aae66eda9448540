package chart

import (
	"math"
	"strconv"
)

// Dumbbell shows change: two dots a row, before and after, joined by a line that is dashed where the value fell.
type Dumbbell struct {
	About
	Scale
	Format   func(float64) string // writes a value: "3,6"
	NoValue  string               // said in rows without a later value: "ei tulosta"
	PreName  string               // legend of the earlier dot
	PostName string               // legend of the later dot
	DownName string               // legend of the dashed line, shown when some row fell; "" = not in the legend
	Rows     []DumbbellRow
}

// DumbbellRow is one pair of values.
type DumbbellRow struct {
	Label     string
	Pre, Post *float64 // nil = none
}

func (r DumbbellRow) fell() bool { return known(r.Pre) && known(r.Post) && *r.Post < *r.Pre }

// SVG draws the chart.
func (c Dumbbell) SVG() string {
	format := formatter(c.Format)
	valueWidth, falls := 0.0, false
	for _, r := range c.Rows {
		if known(r.Post) {
			valueWidth = math.Max(valueWidth, textWidth(format(*r.Post), labelSize))
		}
		falls = falls || r.fell()
	}
	return pair(c.About, func(d *drawing) float64 {
		// The value stands outside of the later dot: room is needed right of the plot, and left of it where one fell.
		left := 222.0
		if d.narrow {
			left = 14
		}
		from, to := left, d.width-valueWidth-20
		if falls {
			from += valueWidth + 8
		}
		top := c.legend(d, left, falls)
		// The grid lies under the dots but its height is known after them.
		rows := drawing{width: d.width, narrow: d.narrow}
		bottom := top
		for _, r := range c.Rows {
			bottom = c.row(&rows, r, left, from, to, bottom, format)
		}
		for _, v := range c.ticks() {
			x := c.position(v, from, to)
			d.line("c-grid", x, top, x, bottom)
			d.text("c-tick", middle, x, bottom+17, tickLabel(v, format))
		}
		d.body = append(d.body, rows.body...)
		return bottom + 26
	})
}

func (c Dumbbell) legend(d *drawing, x float64, falls bool) (bottom float64) {
	down := entry{c.DownName, func(x, y float64) { d.line("c-link down", x, y, x+18, y) }}
	if !falls {
		down.name = ""
	}
	return d.legend(x,
		entry{c.PreName, func(x, y float64) { d.circle("c-pre", x+8, y, 6.5) }},
		entry{c.PostName, func(x, y float64) { d.circle("c-post", x+8, y, 7) }}, down)
}

func (c Dumbbell) row(d *drawing, r DumbbellRow, left, from, to, y float64, format func(float64) string) (nextRow float64) {
	const height = 22
	top, nextRow := d.row(r.Label, left, y, height)
	y = top + height/2
	if !known(r.Post) {
		c.rowWithoutPost(d, r, from, to, y)
		return nextRow
	}
	post, side, gap := c.position(*r.Post, from, to), start, 14.0
	if r.fell() {
		side, gap = end, -14
	}
	if known(r.Pre) {
		pre := c.position(*r.Pre, from, to)
		switch {
		case r.fell():
			d.line("c-link down", pre, y, post, y)
		case *r.Post > *r.Pre:
			d.line("c-link up", pre, y, post, y)
		}
		d.circle("c-pre", pre, y, 7)
	}
	d.circle("c-post", post, y, 8)
	d.text("c-val", side, post+gap, y+5, format(*r.Post))
	return nextRow
}

// rowWithoutPost says the caller's words, beside the earlier dot if there is one, where there is more room.
func (c Dumbbell) rowWithoutPost(d *drawing, r DumbbellRow, from, to, y float64) {
	if !known(r.Pre) {
		d.text("c-tick", start, from, y+5, c.NoValue)
		return
	}
	pre := c.position(*r.Pre, from, to)
	d.circle("c-pre", pre, y, 7)
	if pre < (from+to)/2 {
		d.text("c-tick", start, pre+14, y+5, c.NoValue)
		return
	}
	d.text("c-tick", end, pre-14, y+5, c.NoValue)
}

// tickLabel writes whole numbers of a scale without decimals.
func tickLabel(v float64, format func(float64) string) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return strconv.Itoa(int(v))
	}
	return format(v)
}
