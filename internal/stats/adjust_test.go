package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Benjamini and Hochberg (1995), JRSS B 57, section 3.2: fifteen p values of a trial of thrombolysis, of which Bonferroni
// finds three and their method four at 0.05.
var thrombolysis = []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000}

func TestAdjustedPValuesAreThoseOfThePaper(t *testing.T) {
	var names []string
	var p []*float64
	for i := range thrombolysis {
		names, p = append(names, fmt.Sprint("t", i)), append(p, &thrombolysis[i])
	}
	got := AdjustP(append(names, "none"), append(p, nil))
	count := map[string]int{}
	for name := range got.P {
		for method, adjusted := range map[string]map[string]*float64{"holm": got.Holm, "bh": got.BH, "bonferroni": got.Bonferroni} {
			if adjusted[name] != nil && *adjusted[name] <= 0.05 {
				count[method]++
			}
		}
	}
	if count["bonferroni"] != 3 || count["holm"] != 3 || count["bh"] != 4 {
		t.Errorf("found %v", count)
	}
	agrees(t, "bh", got.BH["t3"], 0.0095*15/4, 1e-15)
	agrees(t, "holm", got.Holm["t3"], 0.0095*12, 1e-15)
	agrees(t, "bonferroni", got.Bonferroni["t3"], 0.0095*15, 1e-15)
	agrees(t, "bh of a later step", got.BH["t5"], 0.0344*15/8, 0.02)
	if v, there := got.Holm["none"]; v != nil || !there || got.P["none"] != nil {
		t.Error("a missing p is not null")
	}
}

func TestAdjustedPValuesKeepTheirOrderAndBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOf(rapid.Float64Range(-0.2, 1.2)).Draw(t, "p")
		var names []string
		var p []*float64
		m := 0.0
		for i, v := range drawn {
			names, p = append(names, fmt.Sprint(i)), append(p, &v)
			if v >= 0 && v <= 1 {
				m++
			}
		}
		got := AdjustP(names, p)
		for i, v := range drawn {
			name := names[i]
			if v < 0 || v > 1 {
				if got.P[name] != nil || got.BH[name] != nil {
					t.Fatalf("%g was adjusted", v)
				}
				continue
			}
			holm, bh := 0.0, 1.0
			for _, w := range drawn {
				if w < 0 || w > 1 {
					continue
				}
				under, upTo := 0.0, 0.0
				for _, u := range drawn {
					if u >= 0 && u < w {
						under++
					}
					if u >= 0 && u <= w {
						upTo++
					}
				}
				if w <= v {
					holm = max(holm, min(1, (m-under)*w))
				}
				if w >= v {
					bh = min(bh, m/upTo*w)
				}
			}
			if math.Abs(*got.Holm[name]-holm) > 1e-12 || math.Abs(*got.BH[name]-bh) > 1e-12 || *got.Bonferroni[name] < *got.Holm[name] || *got.Holm[name] < *got.BH[name] {
				t.Fatalf("%g: holm %g, want %g; bh %g, want %g", v, *got.Holm[name], holm, *got.BH[name], bh)
			}
		}
	})
	if text, err := json.Marshal(AdjustP(nil, nil)); err != nil || string(text) != `{"p":{},"holm":{},"bh":{},"bonferroni":{}}` {
		t.Errorf("%s %v", text, err)
	}
	if got := AdjustP([]string{"a", "b"}, []*float64{new(math.NaN())}); got.P["a"] != nil || len(got.BH) != 2 {
		t.Errorf("%+v", got)
	}
}
