package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// separationOfPairs decides separation for an intercept and two whole-number predictors of full rank without rounding. The
// directions with a_i·b >= 0 for all i form a pointed cone; if it is more than 0 it has an edge, and an edge is at right angles to
// two of the rows, so their cross products are all that need be tried. The sum of the edges is inside the cone: the separation is
// complete when it is above 0 for all rows.
func separationOfPairs(rows [][3]int) separation {
	var inside [3]int
	found := false
	for i := range rows {
		for k := range i {
			a, b := rows[i], rows[k]
			edge := [3]int{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
			for _, sign := range []int{1, -1} {
				if edge != [3]int{} && everyProduct(rows, edge, sign, 0) {
					found = true
					for j := range inside {
						inside[j] += sign * edge[j]
					}
				}
			}
		}
	}
	switch {
	case !found:
		return overlap
	case everyProduct(rows, inside, 1, 1):
		return complete
	}
	return quasiComplete
}

// everyLimitIsFound needs both profile limits of each coefficient, and that 1.96²/2 of the log-likelihood is lost there.
func everyLimitIsFound(t *rapid.T, y Column, terms []Predictor) {
	d, err := newDesign(y, terms)
	if err != nil {
		t.Fatal(err)
	}
	l := &likelihood{q: d.q, y: d.y, eta: make([]float64, len(d.y))}
	top, ok := l.climb(make([]float64, len(d.names)), nil)
	if !ok {
		t.Fatal("no peak")
	}
	for j, name := range d.names {
		fixed := d.functional(j)
		for _, side := range []float64{-1, 1} {
			limit := l.profileLimit(top, fixed, side)
			if limit == nil {
				t.Fatalf("%s has no limit on side %g", name, side)
			}
			along, variance := top.along(fixed)
			start := slices.Clone(top.theta)
			for k := range start {
				start[k] += (*limit - dot(fixed, top.theta)) / variance * along[k]
			}
			moveTo(*limit, start, fixed)
			if there, ok := l.climb(start, fixed); ok && math.Abs(2*(top.loglik-there.loglik)-3.841458820694124) > 1e-8 {
				t.Errorf("%s on side %g loses %.12g at %g", name, side, 2*(top.loglik-there.loglik), *limit)
			}
		}
	}
}

func everyProduct(rows [][3]int, b [3]int, sign, least int) bool {
	for _, a := range rows {
		if sign*(a[0]*b[0]+a[1]*b[1]+a[2]*b[2]) < least {
			return false
		}
	}
	return true
}

func TestSeparationIsThatOfExactArithmetic(t *testing.T) {
	seen := map[separation]int{}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 14).Draw(t, "n")
		width := rapid.IntRange(1, 9).Draw(t, "width")
		y, x, z := make([]float64, n), make([]float64, n), make([]float64, n)
		rows := make([][3]int, n)
		yes := 0
		for i := range n {
			a, b := rapid.IntRange(0, width).Draw(t, "x"), rapid.IntRange(0, width).Draw(t, "z")
			sign := 2*rapid.IntRange(0, 1).Draw(t, "y") - 1
			y[i], x[i], z[i] = float64((sign+1)/2), float64(a), float64(b)
			rows[i] = [3]int{sign, sign * a, sign * b}
			yes += (sign + 1) / 2
		}
		got, err := Logistic(plain(y...), []Predictor{single("x", x...), single("z", z...)})
		if err != nil {
			if yes > 0 && yes < n && !constant(x) && !constant(z) && !collinear(rows) {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		want := separationOfPairs(rows)
		seen[want]++
		if got.Separated != (want != overlap) || got.Separated && got.Error != want.sentence() {
			t.Fatalf("got %v %q, want %q", got.Separated, got.Error, want.sentence())
		}
		if want == overlap {
			everyLimitIsFound(t, plain(y...), []Predictor{single("x", x...), single("z", z...)})
		}
	})
	if seen[overlap] == 0 || seen[quasiComplete] == 0 || seen[complete] == 0 {
		t.Errorf("not every kind was met: %v", seen)
	}
}

func collinear(rows [][3]int) bool {
	for i := range rows {
		for j := range i {
			for k := range j {
				a, b, c := rows[i], rows[j], rows[k]
				if a[0]*(b[1]*c[2]-b[2]*c[1])-a[1]*(b[0]*c[2]-b[2]*c[0])+a[2]*(b[0]*c[1]-b[1]*c[0]) != 0 {
					return false
				}
			}
		}
	}
	return true
}
