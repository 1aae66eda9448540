package chart

import "math"

// Network is a picture of groups of units: a filled square for a unit that somebody covers, a hollow circle for one that nobody does.
// Marks differ by shape, so that they do where colours are taken away. It is drawn wide only: a narrow page has the list alone.
type Network struct {
	About
	CoveredName, GapName string // legend
	Groups               []NetworkGroup
}

// NetworkGroup is a service area.
type NetworkGroup struct {
	Name  string
	Units []NetworkUnit
}

// NetworkUnit is a unit; its mark's area grows with its Size.
type NetworkUnit struct {
	Size    int
	Covered bool
}

const networkCell = 26 // a mark's place; the largest mark is 20 wide

// SVG draws the picture. Without groups there is none.
func (n Network) SVG() string {
	if len(n.Groups) == 0 {
		return ""
	}
	largest := 1
	for _, g := range n.Groups {
		for _, u := range g.Units {
			largest = max(largest, u.Size)
		}
	}
	return wideOnly(n.About, func(d *drawing) float64 {
		y := d.legend(4,
			entry{n.CoveredName, func(x, y float64) { d.rect("c-unit", x+2, y-6, 12, 12, 0) }},
			entry{n.GapName, func(x, y float64) { d.circle("c-gap", x+8, y, 6) }})
		for _, g := range n.Groups {
			y = d.group(g, y+8, largest)
		}
		return y + 4
	})
}

// group draws a name and under it the marks in rows.
func (d *drawing) group(g NetworkGroup, y float64, largest int) (bottom float64) {
	lines := wrap(g.Name, d.width-8, labelSize)
	d.text("c-label", start, 4, y+15, lines...)
	y += float64(len(lines))*lineHeight + 4
	across := int((d.width - 8) / networkCell)
	for i, u := range g.Units {
		x := 4 + networkCell*(float64(i%across)+.5)
		d.unit(u, x, y+networkCell*(float64(i/across)+.5), largest)
	}
	return y + networkCell*math.Ceil(float64(len(g.Units))/float64(across))
}

func (d *drawing) unit(u NetworkUnit, x, y float64, largest int) {
	half := 4 + 6*math.Sqrt(float64(max(u.Size, 0))/float64(largest))
	if u.Covered {
		d.rect("c-unit", x-half, y-half, 2*half, 2*half, 0)
	} else {
		d.circle("c-gap", x, y, half)
	}
}
