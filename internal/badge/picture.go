package badge

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// Picture is what a badge looks like: a round seal with a check mark, the name of the achievement and the county's.
type Picture struct {
	Title  string
	Issuer string
	Colour color.RGBA // the county's; zero: the product's blue
}

// The seal is drawn on a square of this side, in SVG's units and in pixels.
const (
	side   = 512
	centre = side / 2
)

// The parts of the seal from the outside in: a ring, a line, the ground that the text stands on. All radii from the centre.
const (
	outer  = 248
	inner  = 228
	hair   = 218
	ground = 214
)

// field is where a text stands: it gets smaller until it fits on its lines. Browsers set the SVG in another font, which may be an
// eighth wider, so the widths leave that much before the line of the seal.
type field struct {
	middle   int     // of its lines, from the top
	width    int     // of a line
	rows     int     // at most
	largest  float64 // sizes in pixels
	smallest float64
	colour   color.RGBA
}

var (
	titleField  = field{296, 330, 3, 38, 16, ink}
	issuerField = field{410, 230, 2, 21, 13, muted}
)

// check is the mark: three points of a stroke.
var check = [][2]float32{{206, 168}, {242, 204}, {310, 124}}

const checkWidth = 26

var (
	blue  = color.RGBA{0x0b, 0x54, 0x70, 0xff}
	paper = color.RGBA{0xff, 0xff, 0xff, 0xff}
	ink   = color.RGBA{0x15, 0x24, 0x2b, 0xff}
	muted = color.RGBA{0x4a, 0x5b, 0x64, 0xff}
)

func (p Picture) colour() color.RGBA {
	if p.Colour == (color.RGBA{}) {
		return blue
	}
	return p.Colour
}

// line is one line of text, in the middle of the seal.
type line struct {
	text     string
	size     float64
	baseline int
	colour   color.RGBA
}

// SVG draws the picture as an SVG file that needs nothing else, with its title for those who can't see it.
func (p Picture) SVG() ([]byte, error) {
	lines, err := p.lines()
	if err != nil {
		return nil, err
	}
	main := hexColour(p.colour())
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="%s" viewBox="0 0 %d %d" width="%d" height="%d" role="img">`+"\n", svgSpace, side, side, side, side)
	fmt.Fprintf(&b, "<title>%s</title>\n", escapeXML(strings.TrimSuffix(p.Title+", "+p.Issuer, ", ")))
	fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="%d" fill="%s"/>`+"\n", centre, centre, outer, main)
	fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="%d" fill="%s"/>`+"\n", centre, centre, inner, hexColour(paper))
	fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="%d" fill="%s"/>`+"\n", centre, centre, hair, main)
	fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="%d" fill="%s"/>`+"\n", centre, centre, ground, hexColour(paper))
	fmt.Fprintf(&b, `<path d="M%g %gL%g %gL%g %g" fill="none" stroke="%s" stroke-width="%d" stroke-linecap="round" stroke-linejoin="round"/>`+"\n",
		check[0][0], check[0][1], check[1][0], check[1][1], check[2][0], check[2][1], main, checkWidth)
	for _, l := range lines {
		fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="%g" font-weight="500" text-anchor="middle" fill="%s" `+
			`font-family="Go, 'Source Sans 3', 'Segoe UI', Roboto, system-ui, sans-serif">%s</text>`+"\n",
			centre, l.baseline, l.size, hexColour(l.colour), escapeXML(l.text))
	}
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}

func hexColour(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// PNG draws the same picture, 512 pixels wide, on a transparent ground.
func (p Picture) PNG() ([]byte, error) {
	lines, err := p.lines()
	if err != nil {
		return nil, err
	}
	canvas := image.NewRGBA(image.Rect(0, 0, side, side))
	for _, c := range []struct {
		radius float32
		colour color.RGBA
	}{{outer, p.colour()}, {inner, paper}, {hair, p.colour()}, {ground, paper}} {
		fill(canvas, c.colour, func(r *vector.Rasterizer) { circle(r, centre, centre, c.radius) })
	}
	for _, part := range strokes() {
		fill(canvas, p.colour(), part)
	}
	for _, l := range lines {
		if err := write(canvas, l); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, canvas) // a twentieth larger, twice as fast
	return b.Bytes(), err
}

func fill(canvas *image.RGBA, c color.RGBA, shape func(*vector.Rasterizer)) {
	r := vector.NewRasterizer(side, side)
	shape(r)
	r.Draw(canvas, canvas.Bounds(), image.NewUniform(c), image.Point{})
}

// circle is four Bézier curves; the factor makes them differ from a circle by less than three ten-thousandths of the radius.
func circle(r *vector.Rasterizer, x, y, radius float32) {
	k := radius * 0.5523
	r.MoveTo(x+radius, y)
	r.CubeTo(x+radius, y+k, x+k, y+radius, x, y+radius)
	r.CubeTo(x-k, y+radius, x-radius, y+k, x-radius, y)
	r.CubeTo(x-radius, y-k, x-k, y-radius, x, y-radius)
	r.CubeTo(x+k, y-radius, x+radius, y-k, x+radius, y)
	r.ClosePath()
}

// strokes are the parts of the check mark: two bars, and three dots that round their ends. They overlap, and are filled one by one:
// in one outline, parts that run in opposite directions would cancel out.
func strokes() (out []func(*vector.Rasterizer)) {
	const half = checkWidth / 2
	for i, p := range check {
		out = append(out, func(r *vector.Rasterizer) { circle(r, p[0], p[1], half) })
		if i > 0 {
			out = append(out, func(r *vector.Rasterizer) { bar(r, check[i-1], p, half) })
		}
	}
	return out
}

// bar is a straight stroke between two points.
func bar(r *vector.Rasterizer, a, b [2]float32, half float32) {
	length := float32(math.Hypot(float64(b[0]-a[0]), float64(b[1]-a[1])))
	dx, dy := (b[0]-a[0])/length*half, (b[1]-a[1])/length*half
	r.MoveTo(a[0]+dy, a[1]-dx)
	r.LineTo(a[0]-dy, a[1]+dx)
	r.LineTo(b[0]-dy, b[1]+dx)
	r.LineTo(b[0]+dy, b[1]-dx)
	r.ClosePath()
}

// write sets a line of text with the Go font, which has the letters of Finnish, Swedish and the Sámi languages.
func write(canvas *image.RGBA, l line) error {
	face, err := newFace(l.size)
	if err != nil {
		return err
	}
	defer face.Close()
	d := font.Drawer{Dst: canvas, Src: image.NewUniform(l.colour), Face: face}
	d.Dot = fixed.Point26_6{X: fixed.I(centre) - d.MeasureString(l.text)/2, Y: fixed.I(l.baseline)}
	d.DrawString(l.text)
	return nil
}

// goMedium parses the font once: a picture measures its words in many sizes.
var goMedium = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(gomedium.TTF) })

func newFace(size float64) (font.Face, error) {
	f, err := goMedium()
	if err != nil {
		return nil, fmt.Errorf("badge: font: %w", err)
	}
	return opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
}

// lines are the title and the issuer, each on as many lines as it takes.
func (p Picture) lines() ([]line, error) {
	title, err := titleField.set(p.Title)
	if err != nil {
		return nil, err
	}
	issuer, err := issuerField.set(p.Issuer)
	return append(title, issuer...), err
}

// set finds the largest size in which a text fits. What is too long even in the smallest is cut.
func (f field) set(text string) (out []line, err error) {
	for size := f.largest; ; size-- {
		face, err := newFace(size)
		if err != nil {
			return nil, err
		}
		rows, fits := f.wrap(face, text)
		if !fits && size <= f.smallest {
			rows, fits = f.cut(face, rows), true
		}
		face.Close()
		if fits {
			return f.place(rows, size), nil
		}
	}
}

// place puts lines around the middle: a baseline stands about a third of the size below the middle of its letters.
func (f field) place(rows []string, size float64) (out []line) {
	step := size * 1.2
	first := float64(f.middle) - step*float64(len(rows)-1)/2 + size*0.35
	for i, text := range rows {
		out = append(out, line{text, size, int(first + step*float64(i)), f.colour})
	}
	return out
}

// wrap breaks a text at its spaces, and tells whether it fits.
func (f field) wrap(face font.Face, text string) (rows []string, fits bool) {
	fits = true
	for _, word := range strings.Fields(text) {
		last := len(rows) - 1
		if last >= 0 && f.narrow(face, rows[last]+" "+word) {
			rows[last] += " " + word
			continue
		}
		rows = append(rows, word)
		fits = fits && f.narrow(face, word)
	}
	return rows, fits && len(rows) <= f.rows
}

// cut drops the lines that are too many, and the ends of lines that are too long.
func (f field) cut(face font.Face, rows []string) []string {
	if len(rows) > f.rows {
		rows = rows[:f.rows]
		rows[f.rows-1] += "…"
	}
	for i, row := range rows {
		for letters := []rune(strings.TrimSuffix(row, "…")); !f.narrow(face, row); row = string(letters) + "…" {
			letters = letters[:len(letters)-1]
		}
		rows[i] = row
	}
	return rows
}

func (f field) narrow(face font.Face, text string) bool {
	return font.MeasureString(face, text).Ceil() <= f.width
}
