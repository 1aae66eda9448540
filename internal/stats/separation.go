package stats

import (
	"math"
	"slices"
)

// separation tells whether some combination of the predictors parts the yes from the no.
type separation int

const (
	overlap       separation = iota // the maximum likelihood estimates exist and are unique
	quasiComplete                   // a combination parts them but for ties on the border
	complete                        // a combination parts them all
)

// separated classifies the data by linear programming. Let a_i be row i of the model matrix, times -1 where the outcome is no.
//
// Albert and Anderson (1984, Biometrika 71) show that finite estimates exist if and only if no direction b ≠ 0 has a_i·b >= 0
// for all i (overlap); the separation is complete when some b has a_i·b > 0 for all i. Konis (2007, Linear programming algorithms
// for detecting separated data in binary logistic regression models, thesis, Oxford) decides the first by maximising Σ a_i·b under
// a_i·b >= 0 and |b| <= 1. We solve the dual, which has as many rows as coefficients: are there w_i >= 1 with Σ w_i·a_i = 0
// (Stiemke)? If not, the prices of the simplex method are such a direction. The second question is, again by its dual (Gordan):
// are there w_i >= 0 with Σ w_i = 1 and Σ w_i·a_i = 0?
//
// The rows are those of the orthonormal q and have length 1; a row within 1e-9 of the border is on it. The answer is false when
// rounding kept the simplex method from an end.
func (d *design) separated() (separation, bool) {
	n, p := d.q.Rows, d.q.Cols
	rows, target := make([][]float64, n), make([]float64, p)
	for i := range rows {
		rows[i] = slices.Clone(d.row(i))
		length := math.Sqrt(dot(rows[i], rows[i]))
		if d.y[i] == 0 {
			length = -length
		}
		for k := range p {
			rows[i][k] /= length
			target[k] -= rows[i][k] / float64(n)
		}
	}
	prices, ok := cheapest(rows, target)
	// The prices are 0, or one of them is 1 or -1 and then a row has |a_i·b| >= 1/sqrt(p), because Σ (q_i·b)² = |b|².
	if !ok || farthest(rows, prices) < 0.5/math.Sqrt(float64(p)) {
		return overlap, ok
	}
	for i := range rows {
		rows[i] = append(rows[i], 1)
	}
	prices, ok = cheapest(rows, append(make([]float64, p), 1))
	if ok && prices[p] > borderline {
		return complete, true
	}
	return quasiComplete, true
}

// farthest is the largest -a_i·b.
func farthest(rows [][]float64, b []float64) float64 {
	far := 0.0
	for _, a := range rows {
		far = max(far, -dot(a, b))
	}
	return far
}

// borderline is the distance from a border, for rows of length 1, under which a row counts as on it.
const borderline = 1e-9

// cheapest is the first phase of the revised simplex method (Dantzig 1963): it minimises Σ|s| under Σ v_i·rows_i + s = target,
// v >= 0, where an s that has reached 0 stays there, and returns the prices y of the end: y·rows_i <= 0 for all i, and y·target is that
// minimum, so that it is 0 if and only if target is a combination of rows with v >= 0. It is false when no end is reached.
func cheapest(rows [][]float64, target []float64) (prices []float64, ok bool) {
	s := newSimplex(target)
	for step := range 20000 {
		s.price()
		// The steepest row is quick; with ties it can go in circles, the first row (Bland 1977) cannot.
		enter := s.entering(rows, step > 100*len(target))
		if enter < 0 {
			return s.prices, true
		}
		if !s.pivot(enter, rows[enter]) {
			return nil, false
		}
	}
	return nil, false
}

// simplex is a basis: basic[k] is the row of the data in place k, or an artificial variable (negative) that costs 1.
type simplex struct {
	basic   []int
	level   []float64   // of the basic variables
	inverse [][]float64 // of the matrix of the basic columns
	prices  []float64
}

func newSimplex(target []float64) *simplex {
	m := len(target)
	s := &simplex{basic: make([]int, m), level: make([]float64, m), inverse: make([][]float64, m), prices: make([]float64, m)}
	for k, t := range target {
		s.basic[k], s.level[k], s.inverse[k] = -1-k, math.Abs(t), make([]float64, m)
		s.inverse[k][k] = math.Copysign(1, t)
	}
	return s
}

// price sums the rows of the inverse that belong to artificial variables.
func (s *simplex) price() {
	clear(s.prices)
	for k, b := range s.basic {
		if b < 0 {
			for j, v := range s.inverse[k] {
				s.prices[j] += v
			}
		}
	}
}

// entering returns the row whose entry lowers the cost most (or the first that lowers it), -1 for none.
func (s *simplex) entering(rows [][]float64, first bool) int {
	best, gain := -1, borderline
	for i, a := range rows {
		if g := dot(s.prices, a); g > gain {
			best, gain = i, g
			if first {
				break
			}
		}
	}
	return best
}

// pivot takes row number enter into the basis in place of the variable that reaches 0 first; of several, the one with the lowest
// number (Bland), artificial ones before all.
func (s *simplex) pivot(enter int, a []float64) bool {
	m := len(s.basic)
	column := make([]float64, m)
	leave, least := -1, math.Inf(1)
	for k := range m {
		column[k] = dot(s.inverse[k], a)
		if column[k] <= borderline {
			continue
		}
		ratio := s.level[k] / column[k]
		if ratio < least || ratio == least && s.basic[k] < s.basic[leave] {
			leave, least = k, ratio
		}
	}
	if leave < 0 {
		return false
	}
	for j := range m {
		s.inverse[leave][j] /= column[leave]
	}
	for k := range m {
		if k == leave {
			continue
		}
		s.level[k] = max(0, s.level[k]-least*column[k])
		for j := range m {
			s.inverse[k][j] -= column[k] * s.inverse[leave][j]
		}
	}
	s.basic[leave], s.level[leave] = enter, least
	return true
}
