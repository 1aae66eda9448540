package ui

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var property = regexp.MustCompile(`--([a-z0-9-]+):\s*(#[0-9a-fA-F]{3,6})\b`)

// palettes reads the light and the dark colours of a sheet; dark inherits what
// it does not say.
func palettes(t interface{ Fatalf(string, ...any) }, css string) (light, dark map[string]rgb) {
	lightCSS, darkCSS, ok := strings.Cut(css, "@media screen and (prefers-color-scheme: dark)")
	if !ok {
		t.Fatalf("no dark part in %s", css)
	}
	light, dark = map[string]rgb{}, map[string]rgb{}
	read := func(part string, into map[string]rgb) {
		for _, m := range property.FindAllStringSubmatch(part, -1) {
			c, err := parseHex(m[2])
			if err != nil {
				t.Fatalf("--%s: %v", m[1], err)
			}
			into[m[1]] = c
		}
	}
	read(lightCSS, light)
	read(lightCSS, dark)
	read(darkCSS, dark)
	return light, dark
}

// unreadable lists the pairs of a palette that do not stand out enough.
func unreadable(p map[string]rgb) []string {
	var bad []string
	check := func(front, ground string, ratio float64) {
		a, ok := p[front]
		b, also := p[ground]
		if got := contrast(a, b); !ok || !also || got < ratio {
			bad = append(bad, fmt.Sprintf("%s on %s: got %.2f, want %.1f", front, ground, got, ratio))
		}
	}
	for _, ground := range []string{"bg", "surface", "sunken", "tint"} {
		check("ink", ground, 7)
		check("muted", ground, 4.5)
		check("primary", ground, 4.5)
	}
	for _, ground := range []string{"bg", "surface"} {
		check("control", ground, 3)
		check("error", ground, 4.5)
		check("ok", ground, 4.5)
		check("warn", ground, 4.5)
		check("chart-down", ground, 4.5) // .c-note is text
		check("focus", ground, 3)
	}
	for _, pair := range [][2]string{
		{"on-primary", "primary"}, {"on-primary", "primary-hover"}, {"on-error", "error"}, {"on-error", "error-hover"},
		{"error", "error-tint"}, {"ok", "ok-tint"}, {"warn", "warn-tint"}, {"ink", "warn-tint"}, {"ink", "error-tint"}, {"primary", "warn-tint"},
	} {
		check(pair[0], pair[1], 4.5)
	}
	for level := 1; level <= 5; level++ {
		check(fmt.Sprintf("heat-%d-text", level), fmt.Sprintf("heat-%d", level), 4.5)
	}
	check("primary", "line", 3) // a progress bar against its track
	return bad
}

func tokens(t interface{ Fatalf(string, ...any) }) string {
	css, err := embedded.ReadFile("static/css/1-tokens.css")
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(css)
}

func TestOurOwnColoursCanBeRead(t *testing.T) {
	light, dark := palettes(t, tokens(t))
	for name, p := range map[string]map[string]rgb{"light": light, "dark": dark} {
		for _, pair := range unreadable(p) {
			t.Errorf("%s: %s", name, pair)
		}
	}
}

func TestEveryColourThatIsUsedIsDefined(t *testing.T) {
	sheet := string(files().files["app.css"].plain)
	defined := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)(--[a-z0-9-]+):`).FindAllStringSubmatch(sheet, -1) {
		defined[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`var\((--[a-z0-9-]+)`).FindAllStringSubmatch(sheet, -1) {
		if !defined[m[1]] {
			t.Errorf("%s is used and not defined", m[1])
		}
	}
	for _, modern := range []string{"light-dark(", "color-mix(", "oklch(", "rgb(from", "&"} {
		if strings.Contains(regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(sheet, ""), modern) {
			t.Errorf("older phones do not know %q", modern)
		}
	}
}

func TestAThemeOfAnyColourCanBeRead(t *testing.T) {
	own := tokens(t)
	ownLight, ownDark, _ := strings.Cut(own, "@media screen")
	try := func(t interface {
		Fatalf(string, ...any)
		Errorf(string, ...any)
	}, brand string) {
		css, err := Theme(brand)
		if err != nil {
			t.Fatalf("%s: %v", brand, err)
		}
		light, dark, _ := strings.Cut(css, "@media screen and (prefers-color-scheme: dark)")
		// The theme comes after our own sheet, light over light and dark over dark.
		l, d := palettes(t, ownLight+light+"@media screen and (prefers-color-scheme: dark)"+ownDark+dark)
		for name, p := range map[string]map[string]rgb{"light": l, "dark": d} {
			for _, pair := range unreadable(p) {
				t.Errorf("%s %s: %s", brand, name, pair)
			}
		}
	}
	for _, brand := range []string{"#0b5470", "#0000bf", "#e4003a", "#ffc61e", "#00a887", "#7a2a7f", "#1a1a1a", "#f5a3c7", "#000", "#fff", "#ff0", "#0f0"} {
		try(t, brand)
	}
	rapid.Check(t, func(t *rapid.T) {
		try(t, fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(t, "brand")))
	})
}

func TestAThemeOnlyReplacesWhatOurSheetHas(t *testing.T) {
	css, _ := Theme("#7a2a7f")
	light, dark := palettes(t, css)
	ownLight, _ := palettes(t, tokens(t))
	for name := range light {
		if _, ok := ownLight[name]; !ok {
			t.Errorf("--%s is not a colour of app.css", name)
		}
	}
	if len(light) != len(dark) || len(light) != 13 {
		t.Errorf("got %d light and %d dark colours, want 13 of each", len(light), len(dark))
	}
}

func TestWhatIsNoColourIsRefused(t *testing.T) {
	for _, text := range []string{"", "blue", "#12", "#12345", "#1234567", "#gggggg", "0b5470", "#+12345", "#0b5470;}", "#ää12"} {
		if css, err := Theme(text); err == nil {
			t.Errorf("Theme(%q): got %q, want an error", text, css)
		}
	}
}

func TestAColourSurvivesTheWayThroughOKLCH(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(t, "colour"))
		c, _ := parseHex(want)
		if got := c.lch().unclipped().hex(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

var (
	inDark = regexp.MustCompile(`@media[^{]*prefers-color-scheme[^{]*\{\s*:root \{([^{}]*)\}\s*\}`)
	colour = regexp.MustCompile(`^(--[a-z0-9-]+: #[0-9a-fA-F]{3,6}|color-scheme: dark)$`)
)

// The walk of all pages asks in the dark only what reads colours: see look.js of browsertest.
func TestInTheDarkNothingButColoursIsOther(t *testing.T) {
	theme, err := Theme("#0a6ea1")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for name, css := range map[string]string{"app.css": string(files().files["app.css"].plain), "a county's theme": theme} {
		parts := inDark.FindAllStringSubmatch(css, -1)
		if n := strings.Count(css, "prefers-color-scheme"); n != len(parts) {
			t.Errorf("%s: %d parts for a colour scheme, of which %d change :root alone", name, n, len(parts))
		}
		for _, part := range parts {
			for _, line := range strings.Split(part[1], ";") {
				if line = strings.TrimSpace(line); line == "" {
					continue
				}
				if seen++; !colour.MatchString(line) {
					t.Errorf("%s: in the dark %q is other", name, line)
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d colours were seen", seen)
	}
}
