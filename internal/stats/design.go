package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// Predictor is a term of a regression: one column, or one for each level but the reference. Names are the names of the
// coefficients, one for each column.
type Predictor struct {
	Term    string
	Names   []string
	Columns []Column
}

// Intercept is the name of the first coefficient of every regression.
const Intercept = "(Intercept)"

const (
	// sameColumn is how near a column may come to the columns before it, in parts of its own length, before it counts as
	// their linear combination. It is that of R's lm.
	sameColumn = 1e-7
	// tooLarge keeps squares and their sums within a float64; what differs by less than tooSmall does not differ.
	tooLarge, tooSmall = 1e150, 1e-150
)

// design is the model matrix of the complete rows: the intercept first, then every column of every term.
//
// Each predictor is shifted and scaled, x = (raw - shift)/scale, so that neither its place nor its unit costs digits. Shift
// is near the mean and scale near the range, both short numbers (scale is a power of two), so that x is exact for ordinary
// data. The columns are then x = q·r with orthonormal q (Householder). Everything else works with theta = r·(scaled
// coefficients): a coefficient in the raw unit is functional(j)·theta.
type design struct {
	names        []string // of the coefficients
	terms        []string
	owner        []int // the term of each column; -1 for the intercept
	shift, scale []float64
	x, q         blas64.General    // rows x coefficients
	r            blas64.Triangular // coefficients x coefficients
	y            []float64         // the outcome of the complete rows
}

// newDesign keeps the rows where the outcome and every column are known (listwise; a value that is not finite is missing).
// It refuses a model with as many coefficients as rows, a predictor without variance, and one that is a linear combination
// of the others.
func newDesign(y Column, terms []Predictor) (*design, error) {
	d := &design{names: []string{Intercept}, owner: []int{-1}}
	columns, err := d.flatten(len(y.Values), terms)
	if err != nil {
		return nil, err
	}
	rows := completeRows(append([]Column{y}, columns...))
	if len(rows) <= len(d.names) {
		return nil, Refusal(fmt.Sprintf("Too few rows are complete: %d for %d coefficients.", len(rows), len(d.names)))
	}
	d.y = pick(y, rows)
	if err := d.fill(columns, rows); err != nil {
		return nil, err
	}
	d.q, d.r = orthogonal(d.x)
	return d, d.checkRank()
}

// flatten notes the names and the terms of the columns and returns the columns in their order.
func (d *design) flatten(rows int, terms []Predictor) ([]Column, error) {
	var columns []Column
	for i, term := range terms {
		if len(term.Columns) == 0 || len(term.Names) != len(term.Columns) {
			return nil, Refusal(fmt.Sprintf("The predictor %s has %d columns and %d names.", term.Term, len(term.Columns), len(term.Names)))
		}
		if slices.Contains(d.terms, term.Term) {
			return nil, Refusal(fmt.Sprintf("Two predictors are called %s.", term.Term))
		}
		d.terms = append(d.terms, term.Term)
		for j, c := range term.Columns {
			if slices.Contains(d.names, term.Names[j]) {
				return nil, Refusal(fmt.Sprintf("Two coefficients are called %s.", term.Names[j]))
			}
			if len(c.Values) != rows {
				return nil, Refusal(fmt.Sprintf("The predictor %s has %d rows and the outcome %d.", term.Names[j], len(c.Values), rows))
			}
			d.names, d.owner, columns = append(d.names, term.Names[j]), append(d.owner, i), append(columns, c)
		}
	}
	return columns, nil
}

// fill writes the scaled columns into x.
func (d *design) fill(columns []Column, rows []int) error {
	n, p := len(rows), len(d.names)
	d.x = blas64.General{Rows: n, Cols: p, Stride: p, Data: make([]float64, n*p)}
	d.shift, d.scale = make([]float64, p), make([]float64, p)
	d.scale[0] = 1
	for i := range n {
		d.x.Data[i*p] = 1
	}
	for j, c := range columns {
		values := pick(c, rows)
		if slices.Max(values) > tooLarge || slices.Min(values) < -tooLarge {
			return Refusal(fmt.Sprintf("The predictor %s has values that are too large.", d.names[j+1]))
		}
		if constant(values) {
			return Refusal(fmt.Sprintf("The predictor %s has the same value in every complete row.", d.names[j+1]))
		}
		shift, scale := shortScale(values)
		d.shift[j+1], d.scale[j+1] = shift, scale
		for i, v := range values {
			d.x.Data[i*p+j+1] = (v - shift) / scale
		}
	}
	return nil
}

// shortScale returns a shift near the mean and a power of two near the largest distance from it. The shift is a multiple of
// a 4096th of that power, so that subtracting it rounds nothing away from ordinary values. The values differ.
func shortScale(values []float64) (shift, scale float64) {
	low, mean := slices.Min(values), 0.0
	for _, v := range values {
		mean += (v - low) / float64(len(values))
	}
	mean += low
	_, exponent := math.Frexp(max(slices.Max(values)-mean, mean-low))
	step := math.Ldexp(1, exponent-12)
	return math.Round(mean/step) * step, math.Ldexp(1, exponent)
}

// orthogonal returns the thin QR factors of x by Householder reflections; x stays as it is.
func orthogonal(x blas64.General) (q blas64.General, r blas64.Triangular) {
	p := x.Cols
	q = blas64.General{Rows: x.Rows, Cols: p, Stride: p, Data: slices.Clone(x.Data)}
	tau, size := make([]float64, p), make([]float64, 1)
	lapack64.Geqrf(q, tau, size, -1)
	work := make([]float64, max(int(size[0]), p))
	lapack64.Geqrf(q, tau, work, len(work))
	r = blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: p, Stride: p, Data: make([]float64, p*p)}
	for i := range p {
		copy(r.Data[i*p+i:(i+1)*p], q.Data[i*p+i:(i+1)*p])
	}
	lapack64.Orgqr(q, tau, work, len(work))
	return q, r
}

// checkRank refuses a column that the columns before it explain. Row 0 of r is the part of the intercept, the rest is the
// column about its mean.
func (d *design) checkRank() error {
	p := d.r.N
	for j := 1; j < p; j++ {
		length := 0.0
		for i := 1; i <= j; i++ {
			length = math.Hypot(length, d.r.Data[i*p+j])
		}
		if !(math.Abs(d.r.Data[j*p+j]) > sameColumn*length) {
			return Refusal(fmt.Sprintf("The predictor %s is a linear combination of the other predictors.", d.names[j]))
		}
	}
	return nil
}

// functional returns the vector t for which t·theta is coefficient j in the raw unit. The intercept is the fit where every
// raw predictor is 0.
func (d *design) functional(j int) []float64 {
	t := make([]float64, len(d.names))
	if j > 0 {
		t[j] = 1 / d.scale[j]
	} else {
		t[0] = 1
		for k := 1; k < len(t); k++ {
			t[k] = -d.shift[k] / d.scale[k]
		}
	}
	backSolve(d.r, blas.Trans, t)
	return t
}

// row returns row i of q.
func (d *design) row(i int) []float64 { return row(d.q, i) }

func row(m blas64.General, i int) []float64 { return m.Data[i*m.Stride : i*m.Stride+m.Cols] }

// backSolve replaces b by the solution of r·b or, with blas.Trans, of rᵀ·b.
func backSolve(r blas64.Triangular, trans blas.Transpose, b []float64) {
	blas64.Trsv(trans, r, vector(b))
}

func vector(v []float64) blas64.Vector { return blas64.Vector{N: len(v), Inc: 1, Data: v} }

func dot(a, b []float64) float64 { return blas64.Dot(vector(a), vector(b)) }

// spreadOf returns the SD (divisor n-1) of predictor j in its raw unit.
func (d *design) spreadOf(j int) float64 {
	p, square := d.r.N, 0.0
	for i := 1; i <= j; i++ {
		square += d.r.Data[i*p+j] * d.r.Data[i*p+j]
	}
	return math.Sqrt(square/float64(len(d.y)-1)) * d.scale[j]
}
