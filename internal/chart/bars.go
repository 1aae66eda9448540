package chart

import "math"

// Bars is a profile: a bar per area on a common scale, with an optional mark of what it is compared with.
type Bars struct {
	About
	Scale
	Format    func(float64) string // writes a value: "3,6"
	NoValue   string               // said in rows without a value: "ei tulosta"
	ValueName string               // legend of the bar; "" = not in the legend
	RefName   string               // legend of the mark; "" = not in the legend
	RangeName string               // legend of the line under a bar; "" = not in the legend
	Rows      []BarRow
}

// BarRow is one bar.
type BarRow struct {
	Label string
	Value *float64 // nil = none; then the mark is not drawn either
	Ref   *float64 // nil = no mark
	// Low and High are the ends of a line under the bar: how exact the value is. Nil = no line.
	Low, High *float64
}

// SVG draws the chart.
func (b Bars) SVG() string {
	format := formatter(b.Format)
	valueWidth := 0.0
	for _, r := range b.Rows {
		if known(r.Value) {
			valueWidth = math.Max(valueWidth, textWidth(format(*r.Value), labelSize))
		}
	}
	return pair(b.About, func(d *drawing) float64 {
		from, to := 222.0, d.width-valueWidth-14
		if d.narrow {
			from = 4
		}
		y := d.legend(from,
			entry{b.ValueName, func(x, y float64) { d.rect("c-bar", x, y-6, 16, 12, 2) }},
			entry{b.RefName, func(x, y float64) { d.line("c-ref", x+8, y-9, x+8, y+9) }},
			entry{b.RangeName, func(x, y float64) { d.span(x, x+16, y) }})
		for _, r := range b.Rows {
			y = b.row(d, r, from, to, y, format)
		}
		return y + 4
	})
}

func (b Bars) row(d *drawing, r BarRow, from, to, y float64, format func(float64) string) (nextRow float64) {
	const height = 18
	top, nextRow := d.row(r.Label, from, y, height)
	if !known(r.Value) {
		d.text("c-tick", start, from, top+14, b.NoValue)
		return nextRow
	}
	d.rect("c-track", from, top, to-from, height, 3)
	// A value at the lower end still shows a sliver: an empty track would look like no value.
	d.rect("c-bar", from, top, math.Max(2, b.position(*r.Value, from, to)-from), height, 3)
	if known(r.Ref) {
		x := b.position(*r.Ref, from, to)
		d.line("c-ref", x, top-4, x, top+height+4)
	}
	if known(r.Low) && known(r.High) {
		d.span(b.position(*r.Low, from, to), b.position(*r.High, from, to), top+height+4)
	}
	d.text("c-val", start, to+8, top+14, format(*r.Value))
	return nextRow
}

// span is a line with an end on either side.
func (d *drawing) span(from, to, y float64) {
	const end = 3
	d.line("c-range", from, y, to, y)
	d.line("c-range", from, y-end, from, y+end)
	d.line("c-range", to, y-end, to, y+end)
}
