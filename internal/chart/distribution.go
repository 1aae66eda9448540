package chart

import (
	"math"
	"strconv"
)

// Distribution shows how answers divide: a bar of 100 % a row, cut into the classes of the scale from low to high.
type Distribution struct {
	About
	Format   func(float64) string // writes a share: "24 %"
	NoValue  string               // said in rows without shares: "ei tulosta"
	Segments []string             // names of the classes, low to high, 1 to 7
	Rows     []DistributionRow
}

// DistributionRow is one bar.
type DistributionRow struct {
	Label  string
	Shares []float64 // by class, as they are to be written (whole percent); nil, or nothing above 0, = none
}

// SVG draws the chart. The bars are as long as the shares together, also when rounded shares add up to 99 or 101.
func (c Distribution) SVG() string {
	format := formatter(c.Format)
	return pair(c.About, func(d *drawing) float64 {
		from, to := 222.0, d.width-4
		if d.narrow {
			from = 4
		}
		var entries []entry
		for i, name := range c.Segments {
			entries = append(entries, entry{name, func(x, y float64) { d.rect(segmentClass(i, len(c.Segments)), x, y-7, 16, 14, 2) }})
		}
		legendFrom := from
		if len(c.Segments) > 3 {
			legendFrom = 4
		}
		y := d.legend(legendFrom, entries...)
		for _, r := range c.Rows {
			y = c.row(d, r, from, to, y, format)
		}
		return y + 4
	})
}

func (c Distribution) row(d *drawing, r DistributionRow, from, to, y float64, format func(float64) string) (nextRow float64) {
	const height, gap = 26, 1.5 // the gap keeps neighbours of one class apart
	top, nextRow := d.row(r.Label, from, y, height)
	shares, total := c.shares(r)
	if total <= 0 {
		d.text("c-tick", start, from, top+18, c.NoValue)
		return nextRow
	}
	x := from
	for i, share := range shares {
		if share == 0 {
			continue
		}
		width := share / total * (to - from)
		class := segmentClass(i, len(shares))
		d.rect(class, x, top, math.Max(width-gap, width/2), height, 0)
		if label := format(share); textWidth(label, tickSize)+10 <= width-gap {
			d.text(class+"-t", middle, x+(width-gap)/2, top+18, label)
		}
		x += width
	}
	return nextRow
}

// shares returns a share per class, those that are none as 0, and their sum.
func (c Distribution) shares(r DistributionRow) (shares []float64, total float64) {
	shares = make([]float64, len(c.Segments))
	for i := range min(len(shares), len(r.Shares)) {
		if v := r.Shares[i]; v > 0 && known(&v) {
			shares[i] = v
			total += v
		}
	}
	if math.IsInf(total, 0) {
		return nil, 0
	}
	return shares, total
}

// segmentClass is the colour class of class i of n: five, spread evenly from low to high; the ends of the scale always
// have the end colours, and the middle of an odd number the middle one.
func segmentClass(i, n int) string {
	if n < 2 {
		return "c-seg3"
	}
	return "c-seg" + strconv.Itoa(1+int(math.Round(4*float64(i)/float64(n-1))))
}
