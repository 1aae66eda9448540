package ui

import (
	"fmt"
	"math"
	"strconv"
)

// rgb is a colour of the screen, each part 0 to 1, gamma encoded as in hex.
type rgb [3]float64

// lch is a colour in OKLCH: how light it looks (0 to 1), how colourful, and
// which hue, in radians. Equal steps of lightness look equal whatever the hue,
// which is what makes one palette out of any brand colour possible.
type lch struct{ l, c, h float64 }

// parseHex reads "#0b5470"; a short "#05f" counts too.
func parseHex(text string) (rgb, error) {
	bad := fmt.Errorf("ui: %q is not a colour like #0b5470", text)
	if len(text) == 4 && text[0] == '#' {
		text = string([]byte{'#', text[1], text[1], text[2], text[2], text[3], text[3]})
	}
	if len(text) != 7 || text[0] != '#' {
		return rgb{}, bad
	}
	n, err := strconv.ParseUint(text[1:], 16, 32)
	if err != nil {
		return rgb{}, bad
	}
	return rgb{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, nil
}

func (c rgb) hex() string {
	part := func(v float64) int { return int(math.Round(255 * min(1, max(0, v)))) }
	return fmt.Sprintf("#%02x%02x%02x", part(c[0]), part(c[1]), part(c[2]))
}

// onScreen is the colour after rounding to hex, which is what is looked at:
// contrast is measured of it.
func (c rgb) onScreen() rgb {
	r, _ := parseHex(c.hex()) // hex is a colour
	return r
}

func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func encoded(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// luminance is WCAG's relative luminance.
func (c rgb) luminance() float64 {
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

// contrast is WCAG's contrast ratio, 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// The matrices are Björn Ottosson's, from the definition of Oklab.
func (c rgb) lch() lch {
	r, g, b := linear(c[0]), linear(c[1]), linear(c[2])
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	light := 0.2104542553*l + 0.7936177850*m - 0.0040720468*s
	x := 1.9779984951*l - 2.4285922050*m + 0.4505937099*s
	y := 0.0259040371*l + 0.7827717662*m - 0.8086757660*s
	return lch{light, math.Hypot(x, y), math.Atan2(y, x)}
}

// unclipped may lie outside what a screen can show.
func (c lch) unclipped() rgb {
	x, y := c.c*math.Cos(c.h), c.c*math.Sin(c.h)
	l := cube(c.l + 0.3963377774*x + 0.2158037573*y)
	m := cube(c.l - 0.1055613458*x - 0.0638541728*y)
	s := cube(c.l - 0.0894841775*x - 1.2914855480*y)
	return rgb{
		encoded(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		encoded(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		encoded(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
	}
}

func cube(v float64) float64 { return v * v * v }

// rgb is the colour on a screen: what is too colourful is made less so until
// it can be shown; lightness and hue stay.
func (c lch) rgb() rgb {
	low, high := 0.0, c.c
	if shown(c.unclipped()) {
		low = c.c
	}
	for high-low > 0.0005 {
		middle := (low + high) / 2
		if shown((lch{c.l, middle, c.h}).unclipped()) {
			low = middle
		} else {
			high = middle
		}
	}
	return (lch{c.l, low, c.h}).unclipped().onScreen()
}

func shown(c rgb) bool {
	for _, v := range c {
		if v < -0.0005 || v > 1.0005 || math.IsNaN(v) {
			return false
		}
	}
	return true
}
