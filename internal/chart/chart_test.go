package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func finnish(v float64) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', 1, 64), ".", ",", 1)
}

func percent(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) + " %" }

var about = About{ID: "pr", Title: "Oma profiili", Desc: "Vahvin on asiakaslähtöisyys 4,4."}

var (
	bars = Bars{About: about, Scale: Scale{1, 5}, Format: finnish, NoValue: "ei tulosta", ValueName: "Sinä", RefName: "Yksikön keskiarvo", Rows: []BarRow{
		{Label: "Asiakaslähtöisyys", Value: new(4.4), Ref: new(3.9), Low: new(4.1), High: new(4.7)}, {Label: "Verkostot ja mentorointi", Value: new(1.0)},
		{Label: "Monialainen vuorovaikutusosaaminen ja yhteiskehittäminen", Value: new(5.0), Ref: new(5.0)}, {Label: "Palautuminen", Ref: new(2.6)}}}
	dumbbell = Dumbbell{About: about, Scale: Scale{1, 5}, Format: finnish, NoValue: "ei tulosta", PreName: "Kevät 2026", PostName: "Syksy 2026", DownName: "Tulos heikkeni", Rows: []DumbbellRow{
		{"Yhteinen suunta", new(3.6), new(4.1)}, {"Palautuminen", new(2.9), new(1.0)}, {"Digitaidot", nil, new(5.0)},
		{"Johtamisen tuki", new(4.5), nil}, {"Kokeileva kehittäminen", new(1.5), nil}, {"Verkostot", nil, nil}, {"Sama", new(3.0), new(3.0)}}}
	distribution = Distribution{About: about, Format: percent, NoValue: "ei tulosta",
		Segments: []string{"Täysin eri mieltä", "Eri mieltä", "Siltä väliltä", "Samaa mieltä", "Täysin samaa mieltä"}, Rows: []DistributionRow{
			{"Saan apua, kun tarvitsen sitä", []float64{2, 10, 20, 40, 29}}, {"Palautuminen", nil}, {"Digitaidot", []float64{0, 0, 0, 0, 100}}}}
)

// element is one start tag with the drawing it stands in.
type element struct {
	name, drawing string
	attr          map[string]string
}

func (e element) number(t fataler, name string) float64 {
	v, err := strconv.ParseFloat(e.attr[name], 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		t.Fatalf("%s %s = %q", e.name, name, e.attr[name])
	}
	return v
}

type fataler interface {
	Fatalf(format string, args ...any)
}

// parse reads the markup as XML and checks what holds for every chart.
func parse(t fataler, svg string) (elements []element, texts []string) {
	d := xml.NewDecoder(strings.NewReader(svg))
	ids, drawing := map[string]bool{}, ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v in %s", err, svg)
		}
		switch token := token.(type) {
		case xml.CharData:
			texts = append(texts, string(token))
		case xml.StartElement:
			e := element{token.Name.Local, drawing, map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			if e.name == "svg" {
				drawing = e.attr["class"]
				e.drawing = drawing
			}
			if id := e.attr["id"]; id != "" {
				if ids[id] {
					t.Fatalf("id %s stands twice", id)
				}
				ids[id] = true
			}
			elements = append(elements, e)
		}
	}
	check(t, elements, ids)
	return elements, texts
}

var allowedClass = regexp.MustCompile(`^(chart-box|chart wide|chart narrow|c-(grid|zero|tick|label|val|track|bar|ref|range|pre|post|note)|c-link (up|down)|c-seg[1-5](-t)?)$`)

func check(t fataler, elements []element, ids map[string]bool) {
	var height float64
	for _, e := range elements {
		for name, value := range e.attr {
			if name == "style" || name == "fill" || name == "stroke" || strings.Contains(value, "NaN") || strings.Contains(value, "Inf") {
				t.Fatalf("%s %s = %q", e.name, name, value)
			}
		}
		if class, ok := e.attr["class"]; ok && !allowedClass.MatchString(class) {
			t.Fatalf("the stylesheet has no class %q", class)
		}
		width := map[string]float64{"chart wide": 720, "chart narrow": 340}[e.drawing]
		switch e.name {
		case "svg":
			box := strings.Fields(e.attr["viewBox"])
			if len(box) != 4 || box[2] != num(width) || e.attr["role"] != "img" {
				t.Fatalf("svg %v", e.attr)
			}
			height, _ = strconv.ParseFloat(box[3], 64)
			for id := range strings.FieldsSeq(e.attr["aria-labelledby"] + " " + e.attr["aria-describedby"]) {
				if !ids[id] {
					t.Fatalf("there is no id %s", id)
				}
			}
		case "rect":
			x, y, w, h := e.number(t, "x"), e.number(t, "y"), e.number(t, "width"), e.number(t, "height")
			if x < 0 || w < 0 || x+w > width+0.11 || y < 0 || y+h > height {
				t.Fatalf("%s: rect %v of height %g", e.drawing, e.attr, height)
			}
		case "line":
			if e.number(t, "x1") < 0 || e.number(t, "x2") > width || e.number(t, "y1") < 0 || e.number(t, "y2") > height {
				t.Fatalf("%s: line %v of height %g", e.drawing, e.attr, height)
			}
		case "circle":
			if x, r := e.number(t, "cx"), e.number(t, "r"); x-r < 0 || x+r > width || e.number(t, "cy")+r > height {
				t.Fatalf("%s: circle %v of height %g", e.drawing, e.attr, height)
			}
		case "text", "tspan":
			if x, y := e.number(t, "x"), e.number(t, "y"); x < 0 || x > width || y < 0 || y > height {
				t.Fatalf("%s: text %v of height %g", e.drawing, e.attr, height)
			}
		}
	}
}

func count(elements []element, drawing, class string) (n int) {
	for _, e := range elements {
		if e.drawing == drawing && e.attr["class"] == class {
			n++
		}
	}
	return n
}

func TestEveryChartIsDrawnTwiceWithItsParts(t *testing.T) {
	for _, test := range []struct {
		name, svg string
		parts     map[string]int // class -> how many in each drawing, legend included
		say       []string
	}{
		{"bars", bars.SVG(), map[string]int{"c-track": 3, "c-bar": 4, "c-ref": 3, "c-val": 3, "c-label": 4}, []string{"4,4", "ei tulosta", "Sinä", "Yksikön keskiarvo"}},
		{"dumbbell", dumbbell.SVG(), map[string]int{"c-pre": 6, "c-post": 5, "c-link up": 1, "c-link down": 2, "c-val": 4, "c-grid": 5, "c-label": 7}, []string{"4,1", "ei tulosta", "Kevät 2026", "Tulos heikkeni", "5"}},
		{"distribution", distribution.SVG(), map[string]int{"c-seg1": 2, "c-seg3": 2, "c-seg5": 3, "c-seg5-t": 2, "c-label": 3}, []string{"40 %", "100 %", "ei tulosta", "Siltä väliltä"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			elements, texts := parse(t, test.svg)
			for _, drawing := range []string{"chart wide", "chart narrow"} {
				for class, want := range test.parts {
					if got := count(elements, drawing, class); got != want {
						t.Errorf("%s: got %d of %s, want %d", drawing, got, class, want)
					}
				}
			}
			all := strings.Join(texts, "\n") + "\n"
			for _, s := range test.say {
				if strings.Count(all, s+"\n") < 2 {
					t.Errorf("%q is not said in both drawings: %s", s, all)
				}
			}
		})
	}
}

func TestBarsStandInTheirTracks(t *testing.T) {
	elements, _ := parse(t, bars.SVG())
	var track element
	for _, e := range elements {
		switch {
		case e.attr["class"] == "c-track":
			track = e
		case e.attr["class"] == "c-bar" && track.name != "" && e.attr["y"] == track.attr["y"]:
			if e.attr["x"] != track.attr["x"] || e.number(t, "width") > track.number(t, "width") {
				t.Errorf("bar %v in track %v", e.attr, track.attr)
			}
		}
	}
}

func TestALineUnderABarSpansItsRange(t *testing.T) {
	elements, _ := parse(t, bars.SVG())
	spans := 0
	for _, e := range elements {
		if e.attr["class"] != "c-range" || e.attr["y1"] != e.attr["y2"] {
			continue
		}
		spans++
		if low, high := e.number(t, "x1"), e.number(t, "x2"); high <= low {
			t.Errorf("from %g to %g", low, high)
		}
	}
	if spans != 2 { // one in each drawing: only one row has a range, and the legend does not speak of it
		t.Errorf("%d lines, want 2", spans)
	}
}

func TestAnIntervalIsFullWhereItLeavesZeroOut(t *testing.T) {
	elements, texts := parse(t, Intervals{About: about, Furthest: 0.4, ClearName: "clear", UnsureName: "unsure", RangeName: "range", Rows: []IntervalRow{
		{"up", 0.2, 0.1, 0.3}, {"down", -0.2, -0.3, -0.1}, {"neither", 0.1, -0.1, 0.3}}}.SVG())
	var full, hollow []float64
	zero := -1.0
	for _, e := range elements {
		if e.drawing != "chart wide" {
			continue
		}
		switch e.attr["class"] {
		case "c-post":
			full = append(full, e.number(t, "cx"))
		case "c-pre":
			hollow = append(hollow, e.number(t, "cx"))
		case "c-zero":
			zero = e.number(t, "x1")
		}
	}
	// The first of each is the legend's.
	if len(full) != 3 || len(hollow) != 2 || !(full[2] < zero && zero < hollow[1] && hollow[1] < full[1]) {
		t.Fatalf("got full dots at %v, hollow at %v, zero at %g", full, hollow, zero)
	}
	if want := (full[1] + full[2]) / 2; math.Abs(zero-want) > 0.1 {
		t.Errorf("got zero at %g, want it at %g, between two estimates as far from it", zero, want)
	}
	for _, want := range []string{"-0.4", "-0.2", "0", "0.2", "0.4"} {
		if !slices.Contains(texts, want) {
			t.Errorf("%q is not written", want)
		}
	}
}

func TestSegmentsFillTheWholeBar(t *testing.T) {
	elements, _ := parse(t, Distribution{About: about, Segments: []string{"a", "b", "c"}, Rows: []DistributionRow{{"x", []float64{33, 33, 33}}}}.SVG())
	last := 0.0
	for _, e := range elements {
		if e.drawing == "chart wide" && e.name == "rect" && e.attr["height"] == "26" {
			last = e.number(t, "x") + e.number(t, "width")
		}
	}
	if last < 713 || last > 716 {
		t.Errorf("the last segment ends at %g, want 714.5", last)
	}
}

func TestClassesSpreadOverFiveColours(t *testing.T) {
	for n, want := range map[int]string{1: "3", 2: "15", 3: "135", 4: "1245", 5: "12345", 6: "123345", 7: "1223445"} {
		got := ""
		for i := range n {
			got += strings.TrimPrefix(segmentClass(i, n), "c-seg")
		}
		if got != want {
			t.Errorf("%d classes: got %s, want %s", n, got, want)
		}
	}
}

func TestTextsAreEscapedAndIdsAreTheCallers(t *testing.T) {
	evil := `<script>"'&` + "\x00\x1b\xff]]>"
	b := bars
	b.About = About{ID: `x"onload="y`, Title: evil, Desc: evil}
	b.NoValue, b.ValueName, b.RefName, b.Format = evil, evil, evil, func(float64) string { return evil }
	b.Rows = []BarRow{{Label: evil, Value: new(3.0)}, {Label: evil}}
	svg := b.SVG()
	parse(t, svg)
	if strings.Contains(svg, "<script") || strings.Contains(svg, `onload="`) {
		t.Errorf("not escaped: %s", svg)
	}
	one, two := bars, bars
	two.ID = "other"
	parse(t, "<div>"+one.SVG()+two.SVG()+"</div>")
}

func TestLongLabelsGoOntoMoreLines(t *testing.T) {
	for _, test := range []struct {
		in   string
		want []string
	}{
		{"", []string{""}},
		{"Palautuminen", []string{"Palautuminen"}},
		{"Monialainen vuorovaikutusosaaminen", []string{"Monialainen", "vuorovaikutusosaaminen"}},
		{"Työhyvinvointi- ja vuorovaikutusosaamisen", []string{"Työhyvinvointi- ja", "vuorovaikutusosaamisen"}},
		{"Asiakaslähtöisyysosaamiskokonaisuus", []string{"Asiakaslähtöisyysosaa-", "miskokonaisuus"}},
		{"Asiakas\u00ADlähtöisyys\u00ADosaamiskokonaisuus", []string{"Asiakas\u00ADlähtöisyys-", "osaamiskokonaisuus"}},
	} {
		got := wrap(test.in, labelWidth, labelSize)
		if strings.Join(got, "|") != strings.Join(test.want, "|") {
			t.Errorf("wrap(%q): got %q, want %q", test.in, got, test.want)
		}
	}
}

func TestWrappedTextKeepsEveryLetterAndItsWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.StringOf(rapid.RuneFrom([]rune("aäbkstöoi mW-/\u0301\u00AD😀"))).Draw(t, "text")
		width := rapid.Float64Range(0, 300).Draw(t, "width")
		lines := wrap(in, width, labelSize)
		strip := func(s string) string { return strings.NewReplacer(" ", "", "-", "", "\u00AD", "").Replace(s) }
		if got := strip(strings.Join(lines, "")); got != strip(in) {
			t.Fatalf("got %q, want %q", got, strip(in))
		}
		for _, line := range lines {
			if width > 40 && textWidth(line, labelSize) > width {
				t.Fatalf("%q is wider than %g", line, width)
			}
		}
	})
}

func TestNoValueBreaksAChart(t *testing.T) {
	numbers := []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1e308, 1e308, 0, 1, 3, 5, -3, 2.5}
	number := rapid.SampledFrom(numbers)
	optional := rapid.Custom(func(t *rapid.T) *float64 {
		if rapid.Bool().Draw(t, "none") {
			return nil
		}
		return new(number.Draw(t, "value"))
	})
	label := rapid.StringOf(rapid.RuneFrom([]rune("aä <&\"'kok")))
	rapid.Check(t, func(t *rapid.T) {
		scale := Scale{number.Draw(t, "min"), number.Draw(t, "max")}
		b := Bars{About: about, Scale: scale, Format: finnishShort, NoValue: "–"}
		c := Dumbbell{About: about, Scale: scale, Format: finnishShort, NoValue: "–", PreName: label.Draw(t, "pre"), PostName: "b"}
		s := Distribution{About: about, NoValue: "–", Format: finnishShort, Segments: rapid.SliceOfN(label, 0, 7).Draw(t, "segments")}
		iv := Intervals{About: about, Format: finnishShort, ClearName: label.Draw(t, "clear"), Furthest: number.Draw(t, "furthest")}
		for range rapid.IntRange(0, 6).Draw(t, "rows") {
			name := label.Draw(t, "label")
			b.Rows = append(b.Rows, BarRow{Label: name, Value: optional.Draw(t, "value"), Ref: optional.Draw(t, "ref"), Low: optional.Draw(t, "low"), High: optional.Draw(t, "high")})
			c.Rows = append(c.Rows, DumbbellRow{name, optional.Draw(t, "pre"), optional.Draw(t, "post")})
			iv.Rows = append(iv.Rows, IntervalRow{name, number.Draw(t, "value"), number.Draw(t, "low"), number.Draw(t, "high")})
			s.Rows = append(s.Rows, DistributionRow{name, rapid.SliceOfN(number, 0, 8).Draw(t, "shares")})
		}
		for _, svg := range []string{b.SVG(), c.SVG(), s.SVG(), iv.SVG()} {
			parse(t, svg)
		}
	})
}

// finnishShort keeps absurd numbers from being absurdly wide.
func finnishShort(v float64) string { return strconv.FormatFloat(v, 'g', 2, 64) }

func TestLongWordsMayBeCutBeforeSyllables(t *testing.T) {
	for text, want := range map[string]string{
		"Ihmisläheinen etäohjaus": "Ihmis-lä-hei-nen etäoh-jaus", "Johtaminen": "Joh-ta-mi-nen", "Vastauksia": "Vas-tauk-sia", "Handledning": "Hand-led-ning",
		"Kotihoidon Kirjaus": "Koti-hoi-don Kirjaus", "Neuvolat": "Neuvolat", "": "",
	} {
		if got := strings.ReplaceAll(SoftHyphens(text), "\u00ad", "-"); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
