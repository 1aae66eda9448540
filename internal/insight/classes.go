package insight

import (
	"math"

	"taitorinki/internal/i18n"
)

// Class is a range of scores, From <= score < To; the last class holds its To as well.
type Class struct{ From, To float64 }

const mostClasses = 5

// Classes are the ranges whose shares are shown: one around each step of a scale of up to five steps, else five of equal
// width.
func Classes(low, high int) []Class {
	var out []Class
	if high-low < mostClasses {
		for v := low; v <= high; v++ {
			out = append(out, Class{math.Max(float64(v)-0.5, float64(low)), math.Min(float64(v)+0.5, float64(high))})
		}
		return out
	}
	width := float64(high-low) / mostClasses
	for i := range mostClasses {
		out = append(out, Class{float64(low) + float64(i)*width, float64(low) + float64(i+1)*width})
	}
	return out
}

func classOf(score float64, low, high int) int {
	all := Classes(low, high)
	for i, c := range all {
		if score < c.To-tiny {
			return i
		}
	}
	return len(all) - 1
}

// Name writes a class: "2,5–3,4".
func (c Class) Name(lang string, last bool) string {
	to := c.To
	if !last {
		to -= 0.1
	}
	return i18n.Decimal(lang, c.From, 1) + "–" + i18n.Decimal(lang, to, 1)
}
