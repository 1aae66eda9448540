// Package chart draws charts as SVG in Go strings, without scripts, styles or colours of its own.
//
// Every chart is drawn twice, 720 and 340 units wide, in a <div class="chart-box">; the stylesheet shows the one that
// fits ("chart wide", "chart narrow") and gives all colours by class (c-bar, c-label ...), for the security policy allows
// no style attributes. Each drawing is one image with a title and a description; the table with the same figures stands
// after the chart and is the page's work. Texts are escaped, long labels go onto further lines and are never cut.
//
// A chart shows what it is given: figures come rounded and hidden ones as nil (package sdc), and a row without a figure
// says the caller's words and nothing else, so that it can't be told why there is none.
package chart

import (
	"html"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Widths of the two drawings in SVG units, and sizes of text as in the stylesheet.
const (
	wideWidth   = 720
	narrowWidth = 340
	labelSize   = 15.5 // c-label, c-val
	tickSize    = 14   // c-tick, c-seg*-t
	lineHeight  = 19
	labelWidth  = 204 // the column of labels in the wide drawing
)

// About names a chart for those who don't see it.
type About struct {
	ID    string // unique on the page, letters, digits and hyphens; ids in the chart begin with it
	Title string // short name
	Desc  string // what the chart tells, in a sentence or two
}

// Scale is the range of the values. Values outside are drawn at its end; when Max is not above Min, all are drawn at its
// beginning.
type Scale struct{ Min, Max float64 }

// drawing is one SVG while it is drawn.
type drawing struct {
	body   []byte
	width  float64
	narrow bool
}

// pair draws the chart in both widths. Draw returns the height it used.
func pair(about About, draw func(d *drawing) (height float64)) string {
	return drawn(about, draw, &drawing{width: wideWidth}, &drawing{width: narrowWidth, narrow: true})
}

// wideOnly draws the chart for a wide page; a narrow one shows nothing of it.
func wideOnly(about About, draw func(d *drawing) (height float64)) string {
	return drawn(about, draw, &drawing{width: wideWidth})
}

func drawn(about About, draw func(d *drawing) (height float64), all ...*drawing) string {
	var out strings.Builder
	out.WriteString(`<div class="chart-box">`)
	for _, d := range all {
		d.body = make([]byte, 0, 4096)
		class, suffix := "wide", "-w"
		if d.narrow {
			class, suffix = "narrow", "-n"
		}
		id := clean(about.ID) + suffix
		height := draw(d)
		out.WriteString(`<svg class="chart ` + class + `" viewBox="0 0 ` + num(d.width) + " " + num(height) +
			`" role="img" aria-labelledby="` + id + `-t" aria-describedby="` + id + `-d">` +
			`<title id="` + id + `-t">` + clean(about.Title) + `</title><desc id="` + id + `-d">` + clean(about.Desc) + `</desc>` +
			string(d.body) + `</svg>`)
	}
	out.WriteString(`</div>`)
	return out.String()
}

// shape writes an element without content: its name, class, and attributes by name and value in turn.
func (d *drawing) shape(name, class string, attrs ...attr) {
	d.open(name, class)
	d.attrs(attrs...)
	d.write("/>")
}

type attr struct {
	name  string
	value float64
}

func (d *drawing) write(s string) { d.body = append(d.body, s...) }

func (d *drawing) open(name, class string) {
	d.write("<")
	d.write(name)
	d.write(` class="`)
	d.write(class)
	d.write(`"`)
}

func (d *drawing) attrs(attrs ...attr) {
	for _, a := range attrs {
		d.write(" ")
		d.write(a.name)
		d.write(`="`)
		d.body = appendNum(d.body, a.value)
		d.write(`"`)
	}
}

func (d *drawing) rect(class string, x, y, w, h, radius float64) {
	all := [5]attr{{"x", x}, {"y", y}, {"width", w}, {"height", h}, {"rx", radius}}
	if radius > 0 {
		d.shape("rect", class, all[:]...)
	} else {
		d.shape("rect", class, all[:4]...)
	}
}

func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	d.shape("line", class, attr{"x1", x1}, attr{"y1", y1}, attr{"x2", x2}, attr{"y2", y2})
}

func (d *drawing) circle(class string, x, y, r float64) {
	d.shape("circle", class, attr{"cx", x}, attr{"cy", y}, attr{"r", r})
}

// anchor says which point of a text stands at x.
type anchor string

const (
	start  anchor = "start"
	middle anchor = "middle"
	end    anchor = "end"
)

// text writes lines below each other, the first with its baseline at y.
func (d *drawing) text(class string, at anchor, x, y float64, lines ...string) {
	d.open("text", class)
	if at != start {
		d.write(` text-anchor="` + string(at) + `"`)
	}
	d.attrs(attr{"x", x}, attr{"y", y})
	d.write(">")
	for i, s := range lines {
		if i == 0 {
			d.write(clean(s))
			continue
		}
		d.write("<tspan")
		d.attrs(attr{"x", x}, attr{"y", y + float64(i)*lineHeight})
		d.write(">")
		d.write(clean(s))
		d.write("</tspan>")
	}
	d.write("</text>")
}

// row writes a row's label and tells where its figure goes: beside the label in the wide drawing, below it in the narrow
// one. Height is that of the figure; x is where the plot begins.
func (d *drawing) row(label string, x, y, height float64) (figureTop, nextRow float64) {
	if d.narrow {
		lines := wrap(label, d.width-8, labelSize)
		d.text("c-label", start, 4, y+15, lines...)
		figureTop = y + float64(len(lines))*lineHeight + 3
		return figureTop, figureTop + height + 12
	}
	lines := wrap(label, labelWidth, labelSize)
	textHeight := float64(len(lines)) * lineHeight
	rowHeight := math.Max(textHeight, height) + 15
	d.text("c-label", end, x-14, y+(rowHeight-textHeight)/2+14.5, lines...)
	return y + (rowHeight-height)/2, y + rowHeight
}

// entry is an entry of a legend: a mark 16 wide whose middle is at y, and its name.
type entry struct {
	name string
	mark func(x, y float64)
}

// legend writes the entries in as many lines as they need, from x on, and returns where the chart goes on. Entries
// without a name are left out.
func (d *drawing) legend(x float64, entries ...entry) (bottom float64) {
	const markWidth, gap = 23, 22
	at, y, used := x, 14.0, false
	for _, e := range entries {
		if e.name == "" {
			continue
		}
		lines := wrap(e.name, d.width-x-markWidth-4, tickSize)
		width := markWidth
		for _, s := range lines {
			width = max(width, markWidth+int(math.Ceil(textWidth(s, tickSize))))
		}
		if at > x && at+float64(width) > d.width {
			at, y = x, y+lineHeight+3
		}
		e.mark(at, y)
		d.text("c-tick", start, at+markWidth, y+5, lines...)
		if len(lines) > 1 {
			y += float64(len(lines)-1) * lineHeight
		}
		at, used = at+float64(width)+gap, true
	}
	if !used {
		return 4
	}
	return y + 18
}

// position is where v stands between the ends of the plot.
func (s Scale) position(v, from, to float64) float64 {
	share := (v - s.Min) / (s.Max - s.Min)
	if math.IsNaN(share) || !(s.Max > s.Min) {
		return from
	}
	return from + math.Min(1, math.Max(0, share))*(to-from)
}

// ticks are the whole numbers of a short scale, else the ends and quarters.
func (s Scale) ticks() []float64 {
	if !(s.Max > s.Min) || math.IsInf(s.Max-s.Min, 0) {
		return nil
	}
	step, steps := (s.Max-s.Min)/4, 4
	if span := s.Max - s.Min; span <= 10 && span == math.Trunc(span) {
		step, steps = 1, int(span)
	}
	var out []float64
	for i := range steps + 1 {
		out = append(out, s.Min+float64(i)*step)
	}
	return out
}

// known reports whether there is a figure to draw.
func known(v *float64) bool { return v != nil && !math.IsNaN(*v) && !math.IsInf(*v, 0) }

// formatter returns the caller's way to write numbers; without one they are written with a point.
func formatter(format func(float64) string) func(float64) string {
	if format != nil {
		return format
	}
	return func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
}

// num writes a coordinate with one decimal at most.
func num(v float64) string { return string(appendNum(nil, v)) }

func appendNum(b []byte, v float64) []byte {
	tenths := int64(math.Round(v * 10))
	if tenths < 0 {
		b, tenths = append(b, '-'), -tenths
	}
	b = strconv.AppendInt(b, tenths/10, 10)
	if tenths%10 != 0 {
		b = append(b, '.', byte('0'+tenths%10))
	}
	return b
}

// clean escapes text for markup and drops what can't stand in it: control characters, broken bytes, soft hyphens.
func clean(s string) string {
	if plain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' && r != '\n' || r == softHyphen || r == '\uFFFE' || r == '\uFFFF' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return html.EscapeString(s)
}

// plain reports whether s is as it must be already.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '<' || c == '>' || c == '&' || c == '\'' || c == '"' {
			return false
		}
	}
	return true
}
