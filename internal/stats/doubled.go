package stats

import "math"

// doubled adds numbers and products as if in twice the working precision, then rounds once: a sum whose terms cancel keeps
// its digits. Source: Ogita, Rump and Oishi (2005), Accurate sum and dot product, SIAM J. Sci. Comput. 26.
type doubled struct{ sum, rest float64 }

// add adds v without error in the sum; what the sum cannot hold goes to rest (TwoSum of Knuth).
func (d *doubled) add(v float64) {
	s := d.sum + v
	part := s - d.sum
	d.rest += (d.sum - (s - part)) + (v - part)
	d.sum = s
}

// addProduct adds a·b, whose rounding error is a fused multiply-add away.
func (d *doubled) addProduct(a, b float64) {
	p := a * b
	d.add(p)
	d.rest += math.FMA(a, b, -p)
}

func (d *doubled) value() float64 { return d.sum + d.rest }

// sumOf is Σ v.
func sumOf(values []float64) float64 {
	var d doubled
	for _, v := range values {
		d.add(v)
	}
	return d.value()
}

// sumOfProducts is Σ a·b of two lists of one length.
func sumOfProducts(a, b []float64) float64 {
	var d doubled
	for i, v := range a {
		d.addProduct(v, b[i])
	}
	return d.value()
}

// sumOfSquares is Σ v², in the square of the unit of the values.
func sumOfSquares(values []float64) float64 { return sumOfProducts(values, values) }
