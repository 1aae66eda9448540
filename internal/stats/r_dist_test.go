package stats

import (
	"fmt"
	"math"
	"testing"
)

func TestTailsAreLikeR(t *testing.T) {
	dfs := []float64{1, 2, 3.5, 10, 30, 250, 1e4, 1e6}
	r := askR(t, "d <- "+forR(dfs)+`
say("t", 2*pt(-1.3, d)); say("t8", log(2*pt(-8, d))); say("q", qt(.975, d))
say("f", pf(1.7, 4, d, lower=FALSE)); say("f30", log(pf(30, 3, d, lower=FALSE)))
say("chi", pchisq(1.4*d+3, d, lower=FALSE))`)
	for i, df := range dfs {
		low, high := aroundT(0, 1, df)
		likeR(t, fmt.Sprint("t ", df), finite(twoSidedT(1.3, df)), r["t"][i], 1e-9)
		likeR(t, fmt.Sprint("log t ", df), finite(math.Log(twoSidedT(8, df))), r["t8"][i], 1e-9)
		likeR(t, fmt.Sprint("quantile ", df), high, r["q"][i], 1e-9)
		likeR(t, fmt.Sprint("quantile ", df), low, -r["q"][i], 1e-9)
		likeR(t, fmt.Sprint("F ", df), finite(upperF(1.7, 4, df)), r["f"][i], 1e-9)
		likeR(t, fmt.Sprint("log F ", df), finite(math.Log(upperF(30, 3, df))), r["f30"][i], 1e-9)
		likeR(t, fmt.Sprint("chi-square ", df), finite(upperChi2(1.4*df+3, df)), r["chi"][i], 1e-9)
	}
}

// R's pt warns above |ncp| 37.62, and its series is good to about 1e-12 under it.
func TestTheNoncentralTIsLikeR(t *testing.T) {
	for _, df := range []float64{1, 2, 5, 17.5, 98, 5000, 1e6} {
		for _, ncp := range []float64{0, 0.3, -1, 4, 20, 35} {
			ts := []float64{-2, 0, 0.5, ncp * 0.9, ncp * 1.1, ncp + 1, 60}
			r := askR(t, fmt.Sprintf(`say("p", pt(%s, %g, ncp=%g))`, forR(ts), df, ncp))
			for i, x := range ts {
				likeR(t, fmt.Sprintf("P(T <= %g), df %g, ncp %g", x, df, ncp), finite(noncentralT(x, df, ncp)), r["p"][i], 2e-10)
			}
		}
	}
}

// R's ptukey is wrong in the fourth digit for few df and many groups, and takes a df above 25000 as infinite. Elsewhere it
// agrees; everywhere the definition does, integrated by R.
func TestTheStudentizedRangeIsLikeR(t *testing.T) {
	qs := []float64{0.1, 1, 2, 3.5, 5, 8, 15}
	for _, k := range []int{2, 3, 5, 10, 40, 200} {
		s := newStudentizedRange(k)
		for _, df := range []float64{2, 3, 7.3, 30, 200, 20000} {
			r := askR(t, fmt.Sprintf(`k <- %d; df <- %g; q <- %s
above <- function(w) k * integrate(function(z) dnorm(z) * (pnorm(z)^(k-1) - (pnorm(z) - pnorm(z-w))^(k-1)), -9, 10 + w/2, rel.tol=1e-11, subdivisions=1000)$value
density <- function(s) 2 * s * df * dchisq(df * s^2, df)
cut <- sqrt(qchisq(c(1e-16, .001, .3, .7, .999, 1 - 1e-15), df) / df)
defined <- function(q) { f <- function(s) density(s) * sapply(q * s, above)
  sum(sapply(2:6, function(i) integrate(f, cut[i-1], cut[i], rel.tol=1e-10, subdivisions=1000)$value)) }
say("defined", sapply(q, defined)); say("p", ptukey(q, k, df, lower=FALSE)); say("c", qtukey(.95, k, df))`, k, df, forR(qs)))
			for i, q := range qs {
				what := fmt.Sprintf("P(Q >= %g), k %d, df %g", q, k, df)
				likeR(t, what, finite(s.upper(q, df)), r["defined"][i], 1e-10)
				if df > 20 && k <= 10 {
					likeR(t, what, finite(s.upper(q, df)), r["p"][i], 1e-7)
				}
			}
			if df > 20 {
				likeR(t, fmt.Sprintf("quantile, k %d, df %g", k, df), finite(s.critical(0.05, df)), r["c"][0], 1e-5)
			}
		}
	}
}
