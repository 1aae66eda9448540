package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// ChiSquareResult is the independence of the rows and columns of a table of counts (STATISTICS 10). What is for 2 x 2 only is
// nil for other tables.
type ChiSquareResult struct {
	N            int                            `json:"n"`
	Table        map[string]map[string]int      `json:"table"`
	ChiSq        *float64                       `json:"chisq"` // Σ(O-E)²/E, without correction (Pearson 1900)
	DF           int                            `json:"df"`    // (rows-1)(columns-1)
	P            *float64                       `json:"p"`
	ChiSqYates   *float64                       `json:"chisq_yates"` // Σ(|O-E|-min(1/2, |O-E|))²/E, 2 x 2 (Yates 1934)
	PYates       *float64                       `json:"p_yates"`
	G2           *float64                       `json:"g2"`            // 2·ΣO·ln(O/E)
	CramersV     *float64                       `json:"cramers_v"`     // sqrt(χ²/(n·min(rows-1, columns-1))), 0 to 1
	Phi          *float64                       `json:"phi"`           // (n11·n22-n12·n21)/sqrt of the product of the margins, -1 to 1, 2 x 2
	AdjResiduals map[string]map[string]*float64 `json:"adj_residuals"` // (O-E)/sqrt(E(1-row/n)(1-column/n)) (Haberman 1973)
	MinExpected  *float64                       `json:"min_expected"`
	FisherP      *float64                       `json:"fisher_p"`   // see fisher, 2 x 2
	OddsRatio    *float64                       `json:"odds_ratio"` // n11·n22/(n12·n21), 2 x 2; nil when a 0 is below
}

// counts is a table with its margins, all as floats.
type counts struct {
	cells      [][]float64
	rows, cols []float64
	n          float64
}

// ChiSquare takes table[i][j], how many are of row i and column j, with the levels that occur. It refuses fewer than two rows
// or columns, a row or column without anybody, equal names, and a table of another size than its names.
func ChiSquare(rows, cols []string, table [][]int) (ChiSquareResult, error) {
	c, err := countTable(rows, cols, table)
	if err != nil {
		return ChiSquareResult{}, err
	}
	r := ChiSquareResult{N: int(c.n), DF: (len(rows) - 1) * (len(cols) - 1), Table: map[string]map[string]int{}, AdjResiduals: map[string]map[string]*float64{}}
	var chi, g doubled
	least := math.Inf(1)
	for i, row := range rows {
		r.Table[row], r.AdjResiduals[row] = map[string]int{}, map[string]*float64{}
		for j, col := range cols {
			observed, expected := c.cells[i][j], c.rows[i]*c.cols[j]/c.n
			away := (observed*c.n - c.rows[i]*c.cols[j]) / c.n
			chi.add(away * away / expected)
			if observed > 0 {
				g.add(2 * observed * math.Log(observed/expected))
			}
			least = min(least, expected)
			r.Table[row][col] = table[i][j]
			r.AdjResiduals[row][col] = finite(away / math.Sqrt(expected*(1-c.rows[i]/c.n)*(1-c.cols[j]/c.n)))
		}
	}
	smaller := float64(min(len(rows), len(cols)) - 1)
	r.ChiSq, r.P = finite(chi.value()), finite(upperChi2(chi.value(), float64(r.DF)))
	r.G2, r.MinExpected = finite(max(0, g.value())), finite(least)
	r.CramersV = finite(min(1, math.Sqrt(chi.value()/(c.n*smaller))))
	if len(rows) == 2 && len(cols) == 2 {
		r.fourfold(c)
	}
	return r, nil
}

func countTable(rows, cols []string, table [][]int) (counts, error) {
	c := counts{rows: make([]float64, len(rows)), cols: make([]float64, len(cols))}
	if len(rows) < 2 || len(cols) < 2 {
		return c, Refusal("A table needs two rows and two columns at least.")
	}
	if len(table) != len(rows) || twice(rows) || twice(cols) {
		return c, Refusal("The table does not fit the names of its rows and columns.")
	}
	for i, line := range table {
		if len(line) != len(cols) {
			return c, Refusal("The table does not fit the names of its rows and columns.")
		}
		c.cells = append(c.cells, make([]float64, len(cols)))
		for j, count := range line {
			if count < 0 {
				return c, Refusal("A table has no counts below 0.")
			}
			c.cells[i][j] = float64(count)
			c.rows[i] += float64(count)
			c.cols[j] += float64(count)
			c.n += float64(count)
		}
	}
	for i, sum := range c.rows {
		if sum == 0 {
			return c, Refusal(fmt.Sprintf("Nobody is in the row %q.", rows[i]))
		}
	}
	for j, sum := range c.cols {
		if sum == 0 {
			return c, Refusal(fmt.Sprintf("Nobody is in the column %q.", cols[j]))
		}
	}
	return c, nil
}

func twice(names []string) bool {
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}

// fourfold fills what is for 2 x 2 only. There |O-E| is the same in all four cells.
func (r *ChiSquareResult) fourfold(c counts) {
	across, other := c.cells[0][0]*c.cells[1][1], c.cells[0][1]*c.cells[1][0]
	away := math.Abs(across-other) / c.n
	rest := max(0, away-0.5)
	yates := 0.0
	for i := range c.rows {
		for j := range c.cols {
			yates += rest * rest * c.n / (c.rows[i] * c.cols[j])
		}
	}
	r.ChiSqYates, r.PYates = finite(yates), finite(upperChi2(yates, 1))
	phi := (across - other) / (math.Sqrt(c.rows[0]*c.rows[1]) * math.Sqrt(c.cols[0]*c.cols[1]))
	r.Phi = finite(max(-1, min(1, phi)))
	r.OddsRatio = finite(across / other)
	r.FisherP = finite(fisher(int(c.cells[0][0]), int(c.rows[0]), int(c.rows[1]), int(c.cols[0])))
}

// fisher is the exact two-sided p of a 2 x 2 table: the sum of the probabilities, given the margins, of all tables that are
// at most as likely as the observed one, likely within a relative 1e-7 as in R (Fisher 1934). x is the first cell. The
// probabilities are taken relative to the most likely table and follow from their neighbours, so that no factorial is needed.
func fisher(x, row1, row2, col1 int) float64 {
	low, high := max(0, col1-row2), min(row1, col1)
	ratio := func(x int) float64 { // P(x+1)/P(x)
		return float64(row1-x) / float64(x+1) * (float64(col1-x) / float64(row2-col1+x+1))
	}
	top := int(float64(row1+1) * (float64(col1+1) / float64(row1+row2+2)))
	top = min(high, max(low, top))
	weights := make([]float64, high-low+1)
	weights[top-low] = 1
	for v := top; v < high; v++ {
		weights[v+1-low] = weights[v-low] * ratio(v)
	}
	for v := top; v > low; v-- {
		weights[v-1-low] = weights[v-low] / ratio(v-1)
	}
	var all, unlikely doubled
	limit := weights[x-low] * (1 + 1e-7)
	for _, w := range weights {
		all.add(w)
		if w <= limit {
			unlikely.add(w)
		}
	}
	return min(1, unlikely.value()/all.value())
}

// McNemarResult is the change of a yes or no in the same persons (STATISTICS 10); the first word is before, the second after.
type McNemarResult struct {
	N       int      `json:"n"`
	YesYes  int      `json:"yes_yes"`
	YesNo   int      `json:"yes_no"`
	NoYes   int      `json:"no_yes"`
	NoNo    int      `json:"no_no"`
	ChiSq   *float64 `json:"chisq"` // (b-c)²/(b+c), b and c those who changed (McNemar 1947); nil when nobody did
	P       *float64 `json:"p"`
	ChiSqCC *float64 `json:"chisq_cc"` // (|b-c|-1)²/(b+c), 0 when b = c (Edwards 1948)
	PCC     *float64 `json:"p_cc"`
	PExact  *float64 `json:"p_exact"` // twice the smaller tail of the binomial with 1/2, at most 1; 1 when nobody changed
}

// McNemar refuses counts below 0 and a table of nobody.
func McNemar(yesYes, yesNo, noYes, noNo int) (McNemarResult, error) {
	r := McNemarResult{N: yesYes + yesNo + noYes + noNo, YesYes: yesYes, YesNo: yesNo, NoYes: noYes, NoNo: noNo}
	switch {
	case min(yesYes, yesNo, noYes, noNo) < 0:
		return McNemarResult{}, Refusal("A table has no counts below 0.")
	case r.N == 0:
		return McNemarResult{}, Refusal("Nobody has both values.")
	case yesNo+noYes == 0:
		r.PExact = new(1.0)
		return r, nil
	}
	changed, apart := float64(yesNo+noYes), math.Abs(float64(yesNo-noYes))
	shorter := max(0, apart-1)
	r.ChiSq, r.P = finite(apart*apart/changed), finite(upperChi2(apart*apart/changed, 1))
	r.ChiSqCC, r.PCC = finite(shorter*shorter/changed), finite(upperChi2(shorter*shorter/changed, 1))
	fewer := float64(min(yesNo, noYes))
	r.PExact = finite(min(1, 2*mathext.RegIncBeta(changed-fewer, fewer+1, 0.5)))
	return r, nil
}

// ProportionResult is the share x/n of those who say yes, with its 95 % limits, all from 0 to 1 (STATISTICS 10).
type ProportionResult struct {
	N          int      `json:"n"`
	X          int      `json:"x"`
	P          *float64 `json:"p"`
	WilsonLow  *float64 `json:"wilson_low"` // (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²))/(1 + z²/n) (Wilson 1927)
	WilsonHigh *float64 `json:"wilson_high"`
	CPLow      *float64 `json:"clopper_pearson_low"`  // quantile .025 of Beta(x, n-x+1), 0 when x = 0 (Clopper and Pearson 1934)
	CPHigh     *float64 `json:"clopper_pearson_high"` // quantile .975 of Beta(x+1, n-x), 1 when x = n
}

// Proportion leaves all nil when n is 0, or x is not from 0 to n.
func Proportion(x, n int) ProportionResult {
	r := ProportionResult{N: n, X: x}
	if n <= 0 || x < 0 || x > n {
		return r
	}
	r.P = finite(float64(x) / float64(n))
	r.WilsonLow = finite(wilsonLow(float64(x), float64(n)))
	r.WilsonHigh = finite(1 - wilsonLow(float64(n-x), float64(n)))
	r.CPLow = finite(clopperPearsonLow(float64(x), float64(n)))
	r.CPHigh = finite(clopperPearsonHigh(float64(x), float64(n)))
	return r
}

// wilsonLow is the lower limit, as the product of the roots over the upper one: for few yes the difference would cancel.
func wilsonLow(x, n float64) float64 {
	const z2 = z975 * z975
	return x * x / n / (x + z2/2 + z975*math.Sqrt(x*(n-x)/n+z2/4))
}

// clopperPearsonLow is the lower limit: the chance with which x or more of n say yes with probability .025.
func clopperPearsonLow(x, n float64) float64 {
	if x == 0 {
		return 0
	}
	return mathext.InvRegIncBeta(x, n-x+1, (1-Level)/2)
}

// clopperPearsonHigh is the upper limit: the chance with which x or fewer of n say yes with probability .025.
func clopperPearsonHigh(x, n float64) float64 {
	if x == n {
		return 1
	}
	return mathext.InvRegIncBeta(x+1, n-x, (1+Level)/2)
}
