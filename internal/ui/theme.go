package ui

import (
	"fmt"
	"math"
	"strings"
)

// tone is one custom property and its colour.
type tone struct {
	name   string
	colour rgb
}

// Theme makes a county's palette out of its one brand colour: custom
// properties for light and dark that take the place of those in app.css. The
// contrasts hold for every colour: what is given too light or too dark is
// moved until it can be read. Colours that mean something (errors, the heat
// scale) are never a county's.
func Theme(brand string) (string, error) {
	c, err := parseHex(brand)
	if err != nil {
		return "", err
	}
	base := c.lch()
	var css strings.Builder
	css.WriteString(":root {\n")
	writeTones(&css, lightTones(base), "  ")
	css.WriteString("}\n@media screen and (prefers-color-scheme: dark) {\n  :root {\n")
	writeTones(&css, darkTones(base), "    ")
	css.WriteString("  }\n}\n")
	return css.String(), nil
}

func writeTones(css *strings.Builder, tones []tone, indent string) {
	for _, t := range tones {
		fmt.Fprintf(css, "%s--%s: %s;\n", indent, t.name, t.colour.hex())
	}
}

func lightTones(base lch) []tone {
	at := func(l, most float64) rgb { return lch{l, min(base.c, most), base.h}.rgb() }
	surface := rgb{1, 1, 1}
	bg, sunken, tint := at(.975, .006), at(.95, .009), at(.945, .025)
	primary := readable(lch{min(base.l, .52), base.c, base.h}, -.004, 5, surface, bg, sunken, tint)
	hover := primary.lch()
	ink := at(.25, .025)
	return []tone{
		{"bg", bg}, {"surface", surface}, {"sunken", sunken}, {"ink", ink},
		{"muted", readable(lch{.46, min(base.c, .025), base.h}, -.004, 5.5, surface, bg, sunken, tint)},
		{"line", at(.86, .012)},
		{"control", readable(lch{.58, min(base.c, .02), base.h}, -.004, 3.6, surface, bg)},
		{"primary", primary}, {"primary-hover", lch{hover.l * .8, hover.c, hover.h}.rgb()}, {"on-primary", surface},
		{"tint", tint}, {"focus", ink}, {"chart-link", at(.80, .045)},
	}
}

func darkTones(base lch) []tone {
	at := func(l, most float64) rgb { return lch{l, min(base.c, most), base.h}.rgb() }
	bg, surface, sunken, tint := at(.19, .014), at(.235, .016), at(.285, .018), at(.31, .045)
	primary := readable(lch{.74, min(base.c, .11), base.h}, .004, 5, surface, bg, sunken, tint)
	hover := primary.lch()
	return []tone{
		{"bg", bg}, {"surface", surface}, {"sunken", sunken}, {"ink", at(.94, .008)},
		{"muted", readable(lch{.74, min(base.c, .015), base.h}, .004, 5.5, surface, bg, sunken, tint)},
		{"line", at(.38, .02)},
		{"control", readable(lch{.6, min(base.c, .02), base.h}, .004, 3.6, surface, bg)},
		{"primary", primary}, {"primary-hover", lch{min(.92, hover.l+.08), hover.c, hover.h}.rgb()}, {"on-primary", at(.17, .02)},
		{"tint", tint}, {"focus", rgb{1, 1, 1}}, {"chart-link", at(.50, .05)},
	}
}

// readable is c, made darker or lighter by step until it stands out from every
// ground by the ratio. At the end of the way it is black or white.
func readable(c lch, step, ratio float64, grounds ...rgb) rgb {
	for ; c.l > 0 && c.l < 1; c.l += step {
		colour := c.rgb()
		least := math.Inf(1)
		for _, ground := range grounds {
			least = min(least, contrast(colour, ground))
		}
		if least >= ratio {
			return colour
		}
	}
	return lch{math.Round(c.l), 0, 0}.rgb()
}
