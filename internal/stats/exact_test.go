package stats

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// fewValues have many ties, and some are equal to 10 decimals only.
func fewValues(t *rapid.T, label string, least, most int) []float64 {
	tenths := rapid.SliceOfN(rapid.IntRange(10, 16), least, most).Draw(t, label)
	values := make([]float64, len(tenths))
	for i, v := range tenths {
		values[i] = float64(v)/10 + float64(i%2)*1e-14
	}
	return values
}

func TestExactMannWhitneyIsTheShareOfAllDivisions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := fewValues(t, "a", 1, 6), fewValues(t, "b", 1, 6)
		all := slices.Concat(a, b)
		u := func(inA func(i int) bool) float64 { // pairs in which a is higher, a tie counts half
			sum := 0.0
			for i, x := range all {
				for j, y := range all {
					switch {
					case !inA(i) || inA(j):
					case round10(x) > round10(y):
						sum++
					case round10(x) == round10(y):
						sum += 0.5
					}
				}
			}
			return sum
		}
		mean := float64(len(a)*len(b)) / 2
		observed := u(func(i int) bool { return i < len(a) })
		extreme, ways := 0, 0
		for set := range uint(1) << len(all) {
			if bits.OnesCount(set) == len(a) {
				ways++
				if math.Abs(u(func(i int) bool { return set>>i&1 == 1 })-mean) >= math.Abs(observed-mean) {
					extreme++
				}
			}
		}
		got, err := MannWhitney(a, b)
		if err != nil || got.U1 != observed || !near(*got.PExact, float64(extreme)/float64(ways)) {
			t.Fatalf("%v %v: got U %v p %v (%v), want %v %v", a, b, got.U1, *got.PExact, err, observed, float64(extreme)/float64(ways))
		}
	})
}

func TestExactSignedRankIsTheShareOfAllSigns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pre := fewValues(t, "pre", 1, 10)
		post := fewValues(t, "post", len(pre), len(pre))
		var d []float64
		for i := range pre {
			if v := round10(post[i] - pre[i]); v != 0 {
				d = append(d, v)
			}
		}
		got, err := SignedRank(columnOf(pre), columnOf(post))
		if err != nil || got.NUsed != len(d) {
			t.Fatalf("%v %v: got %d used (%v), want %d", pre, post, got.NUsed, err, len(d))
		}
		if len(d) == 0 {
			return
		}
		ranks := make([]float64, len(d)) // 1 + the smaller + half of the other equal ones
		total := 0.0
		for i, v := range d {
			ranks[i] = 0.5
			for _, w := range d {
				switch {
				case math.Abs(w) < math.Abs(v):
					ranks[i]++
				case math.Abs(w) == math.Abs(v):
					ranks[i] += 0.5
				}
			}
			total += ranks[i]
		}
		extreme := 0
		for set := range uint(1) << len(d) {
			plus := 0.0
			for i, r := range ranks {
				plus += r * float64(set>>i&1)
			}
			if math.Abs(plus-total/2) >= math.Abs(got.WPlus-total/2) {
				extreme++
			}
		}
		want := float64(extreme) / float64(uint(1)<<len(d))
		if !near(*got.PExact, want) || got.WPlus+got.WMinus != total {
			t.Fatalf("%v %v: got p %v W %v %v, want %v of %v", pre, post, *got.PExact, got.WPlus, got.WMinus, want, total)
		}
	})
}

func TestHodgesLehmannIsTheMedianOfAllDifferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 30)
		a, b := numbers.Draw(t, "a"), numbers.Draw(t, "b")
		var all []float64
		for _, x := range a {
			for _, y := range b {
				all = append(all, x-y)
			}
		}
		if got, want := hodgesLehmann(a, b), Quantile7(slices.Sorted(slices.Values(all)), 0.5); !near(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestKendallCountsEveryPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := fewValues(t, "x", 3, 40)
		y := fewValues(t, "y", len(x), len(x))
		score, untiedX, untiedY := 0.0, 0.0, 0.0
		for i := range x {
			for j := range i {
				dx, dy := cmp.Compare(round10(x[i]), round10(x[j])), cmp.Compare(round10(y[i]), round10(y[j]))
				score += float64(dx * dy)
				untiedX += float64(dx * dx)
				untiedY += float64(dy * dy)
			}
		}
		got := kendall(rank(x), rank(y))
		if want := score / math.Sqrt(untiedX*untiedY); untiedX*untiedY == 0 && !math.IsNaN(got) || untiedX*untiedY > 0 && !near(got, want) {
			t.Fatalf("%v %v: got %v, want %v", x, y, got, want)
		}
	})
}

func TestFisherAddsTheTablesThatAreNoLikelier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.IntRange(0, 40)
		a, b, c, d := cell.Draw(t, "a"), cell.Draw(t, "b"), cell.Draw(t, "c"), cell.Draw(t, "d")
		if a+b == 0 || c+d == 0 || a+c == 0 || b+d == 0 {
			return
		}
		ways := func(x int) *big.Int {
			one, two := new(big.Int).Binomial(int64(a+b), int64(x)), new(big.Int).Binomial(int64(c+d), int64(a+c-x))
			return one.Mul(one, two)
		}
		extreme, all := new(big.Int), new(big.Int)
		for x := max(0, a-d); x <= min(a+b, a+c); x++ {
			all.Add(all, ways(x))
			if ways(x).Cmp(ways(a)) <= 0 {
				extreme.Add(extreme, ways(x))
			}
		}
		want, _ := new(big.Rat).SetFrac(extreme, all).Float64()
		if got := fisher(a, a+b, c+d, a+c); math.Abs(got-want) > 1e-12*want {
			t.Fatalf("%d %d %d %d: got %v, want %v", a, b, c, d, got, want)
		}
	})
}

// The range of two is |Z1-Z2|, so that Q = |T|·√2; the critical values are of the tables of Harter (1960).
func TestTheStudentizedRangeIsThatOfTheTables(t *testing.T) {
	two := newStudentizedRange(2)
	for _, df := range []float64{1, 1.7, 4, 60, 1e3, 1e6} {
		for _, q := range []float64{0.01, 1, 3, 10, 40} {
			if got, want := two.upper(q, df), twoSidedT(q/math.Sqrt2, df); math.Abs(got-want) > 1e-9*want {
				t.Errorf("P(Q >= %g), df %g: got %.15g, want %.15g", q, df, got, want)
			}
		}
	}
	for _, test := range []struct {
		k        int
		df, want float64
	}{{2, 1, 17.97}, {3, 1, 26.98}, {10, 1, 49.07}, {3, 10, 3.877}, {5, 20, 4.232}, {10, 60, 4.646}, {20, 120, 5.126}, {10, math.Inf(1), 4.474}} {
		if got := newStudentizedRange(test.k).critical(0.05, test.df); math.Abs(got-test.want) > 6e-3 {
			t.Errorf("q(.95; %d, %g): got %.4f, want %.3f", test.k, test.df, got, test.want)
		}
	}
	for _, k := range []int{3, 50, 2000} {
		s := newStudentizedRange(k)
		for _, df := range []float64{2.2, 9, 40, 5e5} {
			if got := s.upper(s.limit(df), df); math.Abs(got-0.05) > 1e-10 {
				t.Errorf("k %d, df %g: got %.12g beyond the limit, want 0.05", k, df, got)
			}
		}
		if got, want := s.upper(7, 1e7), s.upper(7, math.Inf(1)); math.Abs(got-want) > 1e-4*want {
			t.Errorf("k %d: many degrees of freedom give %g, no end of them %g", k, got, want)
		}
	}
}

// With hundreds of groups p comes from surfaces; it must be that of the integral all the same.
func TestTheTailOfManyGroupsIsThatOfTheIntegral(t *testing.T) {
	s := newStudentizedRange(300)
	rapid.Check(t, func(t *rapid.T) {
		df := math.Exp(rapid.Float64Range(0, 9).Draw(t, "ln df"))
		q := rapid.Float64Range(0.001, 40).Draw(t, "q")
		if got, want := s.tail(q, df), s.upper(q, df); math.Abs(got-want) > 1e-9*want {
			t.Fatalf("P(Q >= %g), df %g: got %.15g, want %.15g", q, df, got, want)
		}
	})
}

func TestTheNoncentralTHasItsKnownValues(t *testing.T) {
	for _, df := range []float64{1, 3, 50, 1e6} {
		for _, ncp := range []float64{-3, 0, 0.4, 37} {
			if got, want := noncentralT(0, df, ncp), normalBelow(-ncp); math.Abs(got-want) > 1e-14 {
				t.Errorf("P(T <= 0), df %g, ncp %g: got %g, want %g", df, ncp, got, want)
			}
		}
		if got, want := noncentralT(-1.3, df, 0), twoSidedT(1.3, df)/2; math.Abs(got-want) > 1e-10 {
			t.Errorf("central, df %g: got %g, want %g", df, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x := math.Exp(rapid.Float64Range(-10, 18).Draw(t, "ln t"))
		df := math.Exp(rapid.Float64Range(0, 13.8).Draw(t, "ln df"))
		low, high := ncpLimits(x, df)
		if low == nil || high == nil || *low > *high {
			t.Fatalf("t %g, df %g: got no limits", x, df)
		}
		if p, q := noncentralT(x, df, *low), noncentralT(x, df, *high); math.Abs(p-0.975) > 1e-10 || math.Abs(q-0.025) > 1e-10 {
			t.Fatalf("t %g, df %g: limits %g and %g have %g and %g under t", x, df, *low, *high, p, q)
		}
		if l, h := ncpLimits(-x, df); math.Abs(*l+*high) > 1e-9*(1+*high) || math.Abs(*h+*low) > 1e-9*(1+*high) {
			t.Fatalf("t %g, df %g: limits %g..%g, of -t %g..%g", x, df, *low, *high, *l, *h)
		}
	})
}
