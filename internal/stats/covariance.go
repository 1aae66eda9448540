package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// covariances is the covariance matrix of k items, divisor n-1, and the persons behind it.
type covariances struct {
	matrix *mat.SymDense
	n      int // listwise: persons with every item; pairwise: all rows
	fewest int // pairwise: the fewest persons behind any pair of items
}

// covariancesOf returns the covariance matrix of the items (item 4), listwise or pairwise. It refuses fewer than two
// items, fewer than two persons behind any figure, and values whose squares are too large for a float64.
func covariancesOf(items []Column, pairwise bool) (covariances, error) {
	if len(items) < 2 {
		return covariances{}, Refusal("At least two items are needed.")
	}
	if err := sameLength(items); err != nil {
		return covariances{}, err
	}
	var c covariances
	if pairwise {
		c = pairwiseCovariances(items)
	} else {
		c = listwiseCovariances(items)
	}
	if !pairwise && c.n < 2 {
		return c, Refusal(fmt.Sprintf("At least two persons who answered every item are needed, and there are %d.", c.n))
	}
	if pairwise && c.fewest < 2 {
		return c, Refusal("At least two persons are needed behind every pair of items.")
	}
	for i := range items {
		for j := range items {
			if notFinite(c.matrix.At(i, j)) {
				return c, Refusal("The values are too large to compute with.")
			}
		}
	}
	return c, nil
}

func sameLength(columns []Column) error {
	for _, c := range columns {
		if len(c.Values) != len(columns[0].Values) || len(c.Present) != len(c.Values) {
			return Refusal("The columns do not have the same number of rows.")
		}
	}
	return nil
}

// completeValues returns the values of the persons who have all of the columns, column by column, and how many they are.
func completeValues(columns []Column) (values [][]float64, n int) {
	values = make([][]float64, len(columns))
	if len(columns) == 0 {
		return values, 0
	}
	rows := completeRows(columns)
	for j, c := range columns {
		values[j] = pick(c, rows)
	}
	return values, len(rows)
}

// completeRows returns the rows where every column has a finite value.
func completeRows(columns []Column) []int {
	missing := make([]bool, len(columns[0].Values))
	for _, c := range columns {
		for i := range missing {
			if !c.has(i) {
				missing[i] = true
			}
		}
	}
	rows := make([]int, 0, len(missing))
	for i, not := range missing {
		if !not {
			rows = append(rows, i)
		}
	}
	return rows
}

// pick returns the values of these rows.
func pick(c Column, rows []int) []float64 {
	values := make([]float64, len(rows))
	for i, row := range rows {
		values[i] = c.Values[row]
	}
	return values
}

func listwiseCovariances(items []Column) covariances {
	values, n := completeValues(items)
	c := covariances{matrix: mat.NewSymDense(len(items), nil), n: n, fewest: n}
	if n < 2 {
		return c
	}
	distances := make([][]float64, len(items))
	for i := range items {
		_, distances[i] = centred(values[i])
		for j := range i + 1 {
			c.matrix.SetSym(i, j, sumOfProducts(distances[i], distances[j])/float64(n-1))
		}
	}
	return c
}

// pairwiseCovariances takes each covariance from the persons who have both items, with the means of these persons, and
// each variance from all who have the item.
func pairwiseCovariances(items []Column) covariances {
	n := len(items[0].Values)
	p := newPairSums(items)
	for start := 0; start < n; start += blockSize {
		p.add(items, start, min(blockSize, n-start))
	}
	c := covariances{matrix: mat.NewSymDense(len(items), nil), n: n, fewest: n}
	for i := range items {
		for j := range i + 1 {
			both := p.persons[i][j].value()
			c.fewest = min(c.fewest, int(both))
			if both >= 2 {
				shared := p.sums[i][j].value() * p.sums[j][i].value() / both
				c.matrix.SetSym(i, j, (p.products[i][j].value()-shared)/(both-1))
			}
		}
	}
	return c
}

// pairSums are what the covariance of every pair of items needs, of the persons who have both. Distances are from the mean of
// all who have the item, so that little cancels. Persons come in blocks that stay in the processor's cache.
type pairSums struct {
	means     []float64
	distances [][]float64 // of the block; 0 where missing
	present   [][]float64 // 1 or 0
	persons   [][]doubled
	sums      [][]doubled // [i][j]: of the distances of i among those who have j
	products  [][]doubled
}

func newPairSums(items []Column) pairSums {
	k := len(items)
	p := pairSums{means: make([]float64, k), distances: make([][]float64, k), present: make([][]float64, k),
		persons: make([][]doubled, k), sums: make([][]doubled, k), products: make([][]doubled, k)}
	for i, item := range items {
		if known := usable(item.Known()); len(known) > 0 {
			p.means[i], _ = centred(known)
		}
		p.distances[i], p.present[i] = make([]float64, blockSize), make([]float64, blockSize)
		p.persons[i], p.sums[i], p.products[i] = make([]doubled, k), make([]doubled, k), make([]doubled, k)
	}
	return p
}

// add adds so many persons from start on.
func (p pairSums) add(items []Column, start, size int) {
	for i, item := range items {
		p.distances[i], p.present[i] = p.distances[i][:size], p.present[i][:size]
		for row := range size {
			p.distances[i][row], p.present[i][row] = 0, 0
			if item.has(start + row) {
				p.distances[i][row], p.present[i][row] = item.Values[start+row]-p.means[i], 1
			}
		}
	}
	for i := range items {
		for j := range items {
			p.sums[i][j].add(dot(p.distances[i], p.present[j]))
			if j <= i {
				p.products[i][j].add(dot(p.distances[i], p.distances[j]))
				p.persons[i][j].add(dot(p.present[i], p.present[j]))
			}
		}
	}
}

// correlations is cov2cor of a covariance matrix: C_ij / sqrt(C_ii·C_jj). An item without variance has none: nil.
func correlations(c *mat.SymDense) *mat.SymDense {
	k := c.SymmetricDim()
	r := mat.NewSymDense(k, nil)
	for i := range k {
		if !(c.At(i, i) > 0) {
			return nil
		}
		r.SetSym(i, i, 1)
		for j := range i {
			r.SetSym(i, j, c.At(i, j)/math.Sqrt(c.At(i, i))/math.Sqrt(c.At(j, j)))
		}
	}
	return r
}

// without returns the matrix without row and column drop.
func without(c *mat.SymDense, drop int) *mat.SymDense {
	var kept []int
	for i := range c.SymmetricDim() {
		if i != drop {
			kept = append(kept, i)
		}
	}
	var sub mat.SymDense
	sub.SubsetSym(c, kept)
	return &sub
}
