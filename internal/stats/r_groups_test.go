package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// scores are means of answers from 1 to 5, as of a scale: many ties, some only to 10 decimals.
func scores(n int, items float64, lift float64, seed uint64) []float64 {
	random := rand.New(rand.NewPCG(seed, 1))
	values := make([]float64, n)
	for i := range values {
		sum := 0.0
		for range int(items) {
			sum += min(5, max(1, math.Round(3+lift+random.NormFloat64())))
		}
		values[i] = sum / items
	}
	return values
}

func shifted(values []float64, by float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = v + by
	}
	return out
}

func columnOf(values []float64) Column {
	c := NewColumn(len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			c.Set(i, v)
		}
	}
	return c
}

// ncpR finds a limit of the noncentrality parameter in R, where its pt can (|ncp| < 37.62).
const ncpR = `ncp <- function(t, df, p) uniroot(function(d) suppressWarnings(pt(t, df, ncp=d)) - p, c(-37, 37), tol=1e-13)$root
`

func TestTwoGroupsAreLikeR(t *testing.T) {
	for i, test := range []struct{ a, b []float64 }{
		{scores(12, 5, 0, 1), scores(9, 5, 0.5, 2)},
		{scores(400, 7, 0, 3), scores(150, 7, 0.1, 4)},
		{shifted(scores(30, 5, 0, 5), 1e6), shifted(scores(31, 5, 0.2, 6), 1e6)},
		{scores(9000, 5, 0, 7), scores(9000, 5, 0.02, 8)},
		{[]float64{1, 2}, []float64{3, 7, 4}},
	} {
		r := askR(t, ncpR+fmt.Sprintf(`a <- %s; b <- %s; n1 <- length(a); n2 <- length(b); df <- n1 + n2 - 2
w <- t.test(a, b); p <- t.test(a, b, var.equal=TRUE); s <- sqrt(((n1-1)*var(a) + (n2-1)*var(b))/df); d <- (mean(a)-mean(b))/s
per <- sqrt(1/n1 + 1/n2); say("r", c(mean(a), mean(b), sd(a), sd(b), mean(a)-mean(b), w$statistic, w$parameter, w$p.value, w$conf.int,
p$statistic, p$parameter, p$p.value, p$conf.int, s, d, ncp(p$statistic, df, .975)*per, ncp(p$statistic, df, .025)*per,
d*exp(lgamma(df/2)-lgamma((df-1)/2))/sqrt(df/2), d*(1-3/(4*df-1)), var(a)/var(b)))`, forR(test.a), forR(test.b)))["r"]
		got, err := TwoGroups(test.a, test.b)
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range []*float64{got.Mean1, got.Mean2, got.SD1, got.SD2, got.Diff, got.WelchT, got.WelchDF, got.WelchP, got.WelchCILow, got.WelchCIHigh,
			got.PooledT, got.PooledDF, got.PooledP, got.PooledCILow, got.PooledCIHigh, got.SDPooled, got.CohensD, got.CohensDLow, got.CohensDHigh, got.GExact, got.GApprox, got.VarRatio} {
			likeR(t, fmt.Sprintf("set %d, figure %d", i, j), v, r[j], 1e-9)
		}
	}
}

func TestPairsAreLikeR(t *testing.T) {
	for i, test := range []struct{ pre, post []float64 }{
		{scores(14, 5, 0, 1), scores(14, 5, 0.6, 2)},
		{scores(3, 5, 0, 1), scores(3, 5, 0.6, 2)},
		{append(scores(600, 4, 0, 3), math.NaN(), 3, 4), append(scores(600, 4, 0.1, 4), 2, math.NaN(), 3)},
		{shifted(scores(40, 6, 0, 5), 1e6), shifted(scores(40, 6, 0.2, 6), 1e6)},
	} {
		r := askR(t, ncpR+fmt.Sprintf(`a <- %s; b <- %s; k <- !is.na(a) & !is.na(b); pre <- sum(!is.na(a)); post <- sum(!is.na(b)); a <- a[k]; b <- b[k]
n <- length(a); d <- b - a; w <- t.test(b, a, paired=TRUE); dz <- mean(d)/sd(d); dav <- mean(d)/((sd(a)+sd(b))/2); rms <- mean(d)/sqrt((var(a)+var(b))/2)
J <- exp(lgamma((n-1)/2)-lgamma((n-2)/2))/sqrt((n-1)/2)
say("r", c(n, pre, post, mean(a), mean(b), sd(a), sd(b), mean(d), sd(d), sd(d)/sqrt(n), w$statistic, n-1, w$p.value, w$conf.int, cor(a,b),
dz, ncp(w$statistic, n-1, .975)/sqrt(n), ncp(w$statistic, n-1, .025)/sqrt(n), dav, rms, dz*sqrt(2*(1-cor(a,b))), mean(d)/sd(a), J*dz, J*dav, J*rms))
s <- round(d, 10); s <- s[s != 0]; rk <- rank(round(abs(s), 10)); W <- sum(rk[s > 0])
p <- wilcox.test(s, exact=FALSE, correct=FALSE); c <- wilcox.test(s, exact=FALSE, correct=TRUE)
say("w", c(n, length(s), n-length(s), W, sum(rk) - W, p$p.value, c$p.value))`, forR(test.pre), forR(test.post)))
		got, err := Paired(columnOf(test.pre), columnOf(test.post))
		if err != nil {
			t.Fatal(err)
		}
		count := func(n int) *float64 { return finite(float64(n)) }
		for j, v := range []*float64{count(got.N), count(got.NPre), count(got.NPost), got.MeanPre, got.MeanPost, got.SDPre, got.SDPost, got.MeanDiff, got.SDDiff, got.SEDiff, got.T, got.DF, got.P, got.CILow, got.CIHigh, got.R,
			got.DZ, got.DZLow, got.DZHigh, got.DAv, got.DAvRMS, got.DRM, got.DPre, got.GZ, got.GAv, got.GAvRMS} {
			likeR(t, fmt.Sprintf("set %d, figure %d", i, j), v, r["r"][j], 2e-9)
		}
		if i == 3 {
			continue // at 1e6 there are no 10 decimals to round to
		}
		signed, err := SignedRank(columnOf(test.pre), columnOf(test.post))
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range []*float64{count(signed.NPairs), count(signed.NUsed), count(signed.NZero), finite(signed.WPlus), finite(signed.WMinus), signed.P, signed.PCC} {
			likeR(t, fmt.Sprintf("set %d, signed rank figure %d", i, j), v, r["w"][j], 1e-9)
		}
	}
}

func TestMannWhitneyIsLikeR(t *testing.T) {
	for i, test := range []struct{ a, b []float64 }{
		{scores(12, 5, 0, 1), scores(9, 5, 0.5, 2)},
		{scores(200, 5, 0, 1), scores(70, 5, 0.1, 2)},
		{[]float64{1.1, 5.2, 3.3, 2.4}, []float64{0.5, 0.6, 9.7, 1.8, 8.9, 4.25}}, // no ties: R's exact p
	} {
		r := askR(t, fmt.Sprintf(`a <- round(%s, 10); b <- round(%s, 10); p <- suppressWarnings(wilcox.test(a, b, exact=FALSE, correct=FALSE)); c <- wilcox.test(a, b, exact=FALSE)
e <- if (any(duplicated(c(a, b)))) NA else wilcox.test(a, b, exact=TRUE)$p.value
say("r", c(p$statistic, p$p.value, c$p.value, median(outer(a, b, "-")), e))`, forR(test.a), forR(test.b)))["r"]
		got, err := MannWhitney(test.a, test.b)
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range []*float64{&got.U1, got.P, got.PCC, got.HodgesLehmann} {
			likeR(t, fmt.Sprintf("set %d, figure %d", i, j), v, r[j], 1e-9)
		}
		if !math.IsNaN(r[4]) {
			likeR(t, "exact p", got.PExact, r[4], 1e-12)
		}
	}
}

func TestOneWayIsLikeR(t *testing.T) {
	for i, sizes := range [][]int{{8, 11, 5}, {40, 3, 25, 60}, {900, 1200}, {12, 10, 14, 9, 22, 13, 8, 9}} {
		var values []float64
		var group []int
		var levels []string
		for g, n := range sizes {
			levels = append(levels, string(rune('a'+g)))
			for _, v := range scores(n, 5, 0.2*float64(g), uint64(10*i+g)) {
				values, group = append(values, v+1000*float64(i)), append(group, g)
			}
		}
		places := make([]float64, len(group))
		for j, g := range group {
			places[j] = float64(g)
		}
		r := askR(t, fmt.Sprintf(`y <- %s; g <- factor(letters[1 + %s]); f <- anova(lm(y ~ g)); w <- oneway.test(y ~ g); K <- nlevels(g); N <- length(y)
levene <- function(centre) { z <- abs(y - ave(y, g, FUN=centre)); a <- anova(lm(z ~ g)); c(a$F[1], a$Pr[1]) }
b <- bartlett.test(y, g); k <- kruskal.test(round(y, 10), g)
say("r", c(f$Sum, f$F[1], f$Pr[1], w$statistic, w$parameter, w$p.value, levene(mean), levene(median), b$statistic, b$p.value, k$statistic, k$p.value))
t <- TukeyHSD(aov(y ~ g))$g; say("tukey", t(t))
m <- tapply(y, g, mean); v <- tapply(y, g, var)/tapply(y, g, length); n <- tapply(y, g, length)
gh <- NULL; for (i in 1:(K-1)) for (j in (i+1):K) { d <- m[j]-m[i]; se <- sqrt(v[i]+v[j]); df <- se^4/(v[i]^2/(n[i]-1)+v[j]^2/(n[j]-1)); h <- qtukey(.95, K, df)*se/sqrt(2)
  gh <- c(gh, d/se, df, ptukey(abs(d)/se*sqrt(2), K, df, lower=FALSE), d-h, d+h) }
say("gh", gh)`, forR(values), forR(places)))
		got, err := OneWay(levels, values, group)
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range []*float64{got.SSBetween, got.SSWithin, got.F, got.P, got.WelchF, got.WelchDF1, got.WelchDF2, got.WelchP, got.LeveneMeanF, got.LeveneMeanP, got.LeveneMedF, got.LeveneMedP,
			got.BartlettK2, got.BartlettP, got.KruskalH, got.KruskalP} {
			likeR(t, fmt.Sprintf("set %d, figure %d", i, j), v, r["r"][j], 1e-8)
		}
		pair := 0
		for earlier := range levels {
			for later := earlier + 1; later < len(levels); later++ {
				name := levels[later] + "-" + levels[earlier]
				p := got.Pairs[name]
				for j, v := range []*float64{p.Diff, p.TukeyLow, p.TukeyHigh, p.TukeyP} {
					likeR(t, fmt.Sprintf("set %d, Tukey %s, figure %d", i, name, j), v, r["tukey"][4*pair+j], 1e-6) // R's qtukey has six digits
				}
				for j, v := range []*float64{p.GHT, p.GHDF, p.GHP, p.GHLow, p.GHHigh} {
					tolerance := 1e-6
					if *p.GHDF < 10 {
						tolerance = 1e-4 // R's ptukey is poor there
					}
					likeR(t, fmt.Sprintf("set %d, Games-Howell %s, figure %d", i, name, j), v, r["gh"][5*pair+j], tolerance)
				}
				pair++
			}
		}
	}
}
