package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// plain is a column where everything is present.
func plain(values ...float64) Column {
	c := NewColumn(len(values))
	for i, v := range values {
		c.Set(i, v)
	}
	return c
}

// single is a term with one column.
func single(name string, values ...float64) Predictor {
	return Predictor{Term: name, Names: []string{name}, Columns: []Column{plain(values...)}}
}

// agrees fails unless got is want within the relative tolerance.
func agrees(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, got *float64, want, tolerance float64) {
	t.Helper()
	if got == nil || !(math.Abs(*got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: got %v, want %.15g", what, show(got), want)
	}
}

func value(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// rationalFit solves the normal equations without rounding: coefficients, (XᵀX)⁻¹ and residual sum of squares.
func rationalFit(y []int, x [][]int) (b []*big.Rat, inverse [][]*big.Rat, rss *big.Rat, ok bool) {
	p := len(x[0])
	table := make([][]*big.Rat, p) // XᵀX | I | Xᵀy
	for j := range p {
		table[j] = make([]*big.Rat, 2*p+1)
		for k := range table[j] {
			table[j][k] = new(big.Rat)
		}
		table[j][p+j].SetInt64(1)
		for i := range x {
			for k := range p {
				table[j][k].Add(table[j][k], big.NewRat(int64(x[i][j]*x[i][k]), 1))
			}
			table[j][2*p].Add(table[j][2*p], big.NewRat(int64(x[i][j]*y[i]), 1))
		}
	}
	for j := range p {
		if table[j][j].Sign() == 0 {
			return nil, nil, nil, false
		}
		pivot := new(big.Rat).Inv(table[j][j])
		for k := range table[j] {
			table[j][k].Mul(table[j][k], pivot)
		}
		for i := range p {
			if i == j {
				continue
			}
			times := new(big.Rat).Set(table[i][j])
			for k := range table[i] {
				table[i][k].Sub(table[i][k], new(big.Rat).Mul(times, table[j][k]))
			}
		}
	}
	rss = new(big.Rat)
	for j := range p {
		b, inverse = append(b, table[j][2*p]), append(inverse, table[j][p:2*p])
	}
	for i := range x {
		e := big.NewRat(int64(y[i]), 1)
		for j := range p {
			e.Sub(e, new(big.Rat).Mul(b[j], big.NewRat(int64(x[i][j]), 1)))
		}
		rss.Add(rss, e.Mul(e, e))
	}
	return b, inverse, rss, true
}

// integerModel draws a small model of whole numbers: the rows of X with the intercept, y, and the same as terms.
func integerModel(t *rapid.T, low, high int) (x [][]int, y []int, terms []Predictor) {
	p := rapid.IntRange(1, 4).Draw(t, "p")
	n := rapid.IntRange(p+1, 14).Draw(t, "n")
	columns := make([][]float64, p)
	for i := range n {
		x = append(x, []int{1})
		y = append(y, rapid.IntRange(low, high).Draw(t, "y"))
		for j := 1; j < p; j++ {
			v := rapid.IntRange(-9, 9).Draw(t, "x")
			x[i], columns[j] = append(x[i], v), append(columns[j], float64(v))
		}
	}
	for j := 1; j < p; j++ {
		terms = append(terms, single(fmt.Sprintf("x%d", j), columns[j]...))
	}
	return x, y, terms
}

// hc3 are the HC3 variances by their definition, in exact arithmetic until the last sum; nil when a leverage is 1.
func hc3(y []int, x [][]int, b []*big.Rat, inverse [][]*big.Rat) []float64 {
	squares := make([]float64, len(b))
	for i, row := range x {
		rest, e := big.NewRat(1, 1), big.NewRat(int64(y[i]), 1)
		weights := make([]*big.Rat, len(b))
		for j := range b {
			weights[j] = new(big.Rat)
			for k := range b {
				weights[j].Add(weights[j], new(big.Rat).Mul(inverse[j][k], big.NewRat(int64(row[k]), 1)))
			}
			at := big.NewRat(int64(row[j]), 1)
			rest.Sub(rest, new(big.Rat).Mul(weights[j], at))
			e.Sub(e, new(big.Rat).Mul(b[j], at))
		}
		if rest.Sign() == 0 {
			return nil
		}
		for j := range b {
			part, _ := new(big.Rat).Mul(weights[j], new(big.Rat).Quo(e, rest)).Float64()
			squares[j] += part * part
		}
	}
	return squares
}

func TestLeastSquaresIsThatOfExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, whole, terms := integerModel(t, -50, 50)
		y := make([]float64, len(whole))
		for i, v := range whole {
			y[i] = float64(v)
		}
		b, inverse, rss, ok := rationalFit(whole, x)
		got, err := OLS(plain(y...), terms)
		if err != nil {
			if ok && !constant(y) {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		if !ok {
			t.Fatal("a singular model was fitted")
		}
		sum, _ := rss.Float64()
		variance := sum / float64(len(y)-len(b))
		agreesNear(t, "rss", got.RSS, sum)
		squares := hc3(whole, x, b, inverse)
		for j := range b {
			name := Intercept
			if j > 0 {
				name = terms[j-1].Term
			}
			c := got.Coef[name]
			v, _ := b[j].Float64()
			agreesNear(t, name, c.B, v)
			v, _ = inverse[j][j].Float64()
			agreesNear(t, name+" se", c.SE, math.Sqrt(variance*v))
			if squares == nil {
				if c.HC3SE != nil {
					t.Errorf("%s: HC3 %v with leverage 1", name, *c.HC3SE)
				}
				continue
			}
			agreesNear(t, name+" hc3", c.HC3SE, math.Sqrt(squares[j]))
		}
	})
}

// agreesNear is agrees at 1e-10, absolute under 1.
func agreesNear(t *rapid.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || !(math.Abs(*got-want) <= 1e-10*max(1, math.Abs(want))) {
		t.Errorf("%s: got %v, want %.15g", what, show(got), want)
	}
}

func TestOLSFollowsScaleAndOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 30).Draw(t, "n")
		values := rapid.SliceOfN(rapid.Float64Range(-3, 3), 3*n, 3*n)
		drawn := values.Draw(t, "values")
		factor := rapid.Float64Range(0.001, 1000).Draw(t, "factor")
		order := rapid.Permutation(sequence(n)).Draw(t, "order")
		var y, a, b, y2, a2, b2 []float64
		for i := range n {
			y, a, b = append(y, drawn[i]), append(a, drawn[n+i]), append(b, drawn[2*n+i])
		}
		for _, i := range order {
			y2, a2, b2 = append(y2, y[i]), append(a2, a[i]*factor), append(b2, b[i])
		}
		base, err := OLS(plain(y...), []Predictor{single("a", a...), single("b", b...)})
		moved, err2 := OLS(plain(y2...), []Predictor{single("b", b2...), single("a", a2...)})
		if err != nil || err2 != nil {
			if (err == nil) != (err2 == nil) && !strings.Contains(fmt.Sprint(err, err2), "combination") {
				t.Fatal(err, err2)
			}
			return
		}
		was, now := base.Coef["a"], moved.Coef["a"]
		for what, pair := range map[string][2]*float64{"t": {was.T, now.T}, "p": {was.P, now.P}, "hc3": {was.HC3T, now.HC3T},
			"beta": {was.BetaStd, now.BetaStd}, "vif": {base.VIF["a"].GVIF, moved.VIF["a"].GVIF}, "r2": {base.R2, moved.R2}, "bic": {base.BIC, moved.BIC}} {
			if (pair[0] == nil) != (pair[1] == nil) || pair[0] != nil && math.Abs(*pair[0]-*pair[1]) > 1e-7*(1+math.Abs(*pair[0])) {
				t.Errorf("%s: %v became %v", what, show(pair[0]), show(pair[1]))
			}
		}
	})
}

func sequence(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func TestInflationIsThatOfTheCorrelations(t *testing.T) {
	y, terms := longleyTerms(0)
	got, err := OLS(y, terms)
	if err != nil {
		t.Fatal(err)
	}
	// A VIF is 1/(1-R²) of the predictor on the others.
	for i, term := range terms {
		var others []Predictor
		others = append(append(others, terms[:i]...), terms[i+1:]...)
		auxiliary, _ := OLS(term.Columns[0], others)
		agrees(t, "vif "+term.Term, got.VIF[term.Term].GVIF, 1/(1-*auxiliary.R2), 1e-8)
	}
	// Two columns against one: both terms have the same GVIF, and the determinants can be written down.
	pair := Predictor{Term: "pair", Names: []string{"x1", "x3"}, Columns: []Column{terms[0].Columns[0], terms[2].Columns[0]}}
	got, err = OLS(y, []Predictor{pair, terms[3]})
	if err != nil {
		t.Fatal(err)
	}
	correlation := func(a, b Column) float64 {
		fitted, _ := OLS(a, []Predictor{single("b", b.Values...)})
		return *fitted.Coef["b"].BetaStd
	}
	r12, r13, r23 := correlation(pair.Columns[0], pair.Columns[1]), correlation(pair.Columns[0], terms[3].Columns[0]), correlation(pair.Columns[1], terms[3].Columns[0])
	want := (1 - r12*r12) / (1 + 2*r12*r13*r23 - r12*r12 - r13*r13 - r23*r23)
	agrees(t, "gvif pair", got.VIF["pair"].GVIF, want, 1e-12)
	agrees(t, "gvif x4", got.VIF["x4"].GVIF, want, 1e-12)
	agrees(t, "adjusted", got.VIF["pair"].Adj, math.Pow(want, 0.25), 1e-12)
}

func TestVIFIsWrittenAsTheContractSays(t *testing.T) {
	for _, test := range []struct {
		vif  VIFs
		want string
	}{
		{nil, `null`},
		{VIFs{"a": {GVIF: new(2.0), DF: 1, Adj: new(1.4)}, "b": {GVIF: new(3.0), DF: 1, Adj: new(1.7)}}, `{"a":2,"b":3}`},
		{VIFs{"a": {GVIF: new(4.0), DF: 2, Adj: new(1.4)}, "b": {GVIF: new(4.0), DF: 1, Adj: new(2.0)}}, `{"a":{"gvif":4,"df":2,"gvif_adj":1.4},"b":{"gvif":4,"df":1,"gvif_adj":2}}`},
	} {
		if got, err := json.Marshal(OLSResult{VIF: test.vif}); err != nil || !strings.Contains(string(got), `"vif":`+test.want+`}`) {
			t.Errorf("got %s %v, want %s", got, err, test.want)
		}
	}
	y, terms := longleyTerms(0)
	alone, _ := OLS(y, terms[:1])
	if alone.VIF != nil {
		t.Errorf("one predictor has the VIF %v", alone.VIF)
	}
}

func TestAModelThatMakesNoSenseIsRefused(t *testing.T) {
	a, b := []float64{1, 2, 3, 4, 6, 5}, []float64{2, 1, 2, 3, 1, 2}
	sum := make([]float64, len(a))
	for i := range sum {
		sum[i] = 3*a[i] - b[i] + 1e6
	}
	outcome := plain(1, 3, 2, 5, 4, 4)
	for _, test := range []struct {
		name  string
		y     Column
		terms []Predictor
		want  string
	}{
		{"nobody", Column{}, nil, "Too few rows are complete: 0 for 1 coefficients."},
		{"one", plain(1), nil, "Too few rows are complete: 1 for"},
		{"as many coefficients as rows", plain(1, 2), []Predictor{single("a", 1, 2)}, "Too few rows are complete: 2 for 2 coefficients."},
		{"all missing", NewColumn(6), []Predictor{single("a", a...)}, "Too few rows are complete: 0 for"},
		{"no value is finite", plain(math.NaN(), math.Inf(1), math.Inf(-1)), nil, "Too few rows are complete: 0 for"},
		{"a constant", outcome, []Predictor{single("a", a...), single("k", 0.3, 0.1+0.2, 0.3, 0.3, 0.3, 0.3)}, "k has the same value"},
		{"a constant outcome", plain(4, 4, 4, 4, 4, 4), []Predictor{single("a", a...)}, "The outcome has the same value"},
		{"collinear", outcome, []Predictor{single("a", a...), single("b", b...), single("sum", sum...)}, "sum is a linear combination"},
		{"twice", outcome, []Predictor{single("a", a...), single("a", b...)}, "Two predictors are called a"},
		{"Two coefficients", outcome, []Predictor{single("a", a...), {Term: "c", Names: []string{"a"}, Columns: []Column{plain(b...)}}}, "Two coefficients are called a"},
		{"called as the intercept", outcome, []Predictor{single(Intercept, a...)}, "Two coefficients are called (Intercept)"},
		{"no columns", outcome, []Predictor{{Term: "sex"}}, "sex has 0 columns"},
		{"another length", outcome, []Predictor{single("a", 1, 2)}, "a has 2 rows and the outcome 6"},
		{"too large", outcome, []Predictor{single("a", 1, 2, 3, 4, 5, 1e200)}, "a has values that are too large"},
		{"too large outcome", plain(1, 2, 3, 4, 5, -1e200), []Predictor{single("a", a...)}, "The outcome has values that are too large"},
	} {
		_, err := OLS(test.y, test.terms)
		if _, refused := err.(Refusal); !refused || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}

func TestMissingRowsAreLeftOutAndALoneRowHasNoHC3(t *testing.T) {
	y := plain(1, 3, 2, 5, 4, 4, 9)
	dummy := plain(0, 0, 0, 0, 0, 1, 1)
	dummy.Present[6] = false
	got, err := OLS(y, []Predictor{{Term: "sex", Names: []string{"sexm"}, Columns: []Column{dummy}}})
	if err != nil {
		t.Fatal(err)
	}
	c := got.Coef["sexm"]
	if got.N != 6 || c.HC3SE != nil || c.HC3P != nil || c.SE == nil {
		t.Errorf("n %d, HC3 %v, se %v", got.N, show(c.HC3SE), show(c.SE))
	}
	agrees(t, "b", c.B, 1, 1e-14)
	// b·s_x/s_y also for a dummy
	agrees(t, "beta", c.BetaStd, *Describe([]float64{0, 0, 0, 0, 0, 1}).SD / *Describe([]float64{1, 3, 2, 5, 4, 4}).SD, 1e-13)
	if got.Coef[Intercept].BetaStd != nil {
		t.Error("the intercept has a standardised coefficient")
	}
	mean, err := OLS(plain(1, 3, 2, 5, 4, 4), nil)
	if err != nil || mean.F != nil || *mean.R2 != 0 || mean.FDF1 != 0 {
		t.Fatalf("the mean alone: %v %+v", err, mean)
	}
	agrees(t, "se of a mean", mean.Coef[Intercept].SE, *Describe([]float64{1, 3, 2, 5, 4, 4}).SE, 1e-14)
}
