package stats

import (
	"fmt"
	"math"
	"testing"
)

func TestTablesAreLikeR(t *testing.T) {
	for i, table := range [][][]int{{{3, 1}, {1, 3}}, {{0, 7}, {5, 2}}, {{1203, 877}, {2411, 1600}}, {{10, 20, 30}, {6, 9, 2}}, {{400000, 399000}, {2, 7}}, {{12, 0, 3}, {4, 5, 6}, {7, 8, 90}, {1, 1, 0}}} {
		var cells []float64
		names := func(n int) []string { return []string{"a", "b", "c", "d"}[:n] }
		for _, row := range table {
			for _, count := range row {
				cells = append(cells, float64(count))
			}
		}
		r := askR(t, fmt.Sprintf(`t <- matrix(%s, nrow=%d, byrow=TRUE); p <- suppressWarnings(chisq.test(t, correct=FALSE)); y <- suppressWarnings(chisq.test(t)); E <- p$expected
two <- all(dim(t) == 2); f <- if (two) fisher.test(t)$p.value else NA
say("r", c(p$statistic, p$parameter, p$p.value, if (two) y$statistic else NA, if (two) y$p.value else NA, 2*sum(ifelse(t > 0, t*log(t/E), 0)),
sqrt(p$statistic/sum(t)/(min(dim(t))-1)), min(E), f)); say("residuals", t(p$stdres))`, forR(cells), len(table)))
		got, err := ChiSquare(names(len(table)), names(len(table[0])), table)
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range []*float64{got.ChiSq, finite(float64(got.DF)), got.P, got.ChiSqYates, got.PYates, got.G2, got.CramersV, got.MinExpected, got.FisherP} {
			likeR(t, fmt.Sprintf("table %d, figure %d", i, j), v, r["r"][j], 1e-9)
		}
		for j, want := range r["residuals"] {
			row, col := j/len(table[0]), j%len(table[0])
			likeR(t, fmt.Sprintf("table %d, residual %d", i, j), got.AdjResiduals[names(4)[row]][names(4)[col]], want, 1e-9)
		}
	}
}

func TestProportionsAndChangeAreLikeR(t *testing.T) {
	for _, test := range [][2]int{{0, 9}, {1, 9}, {9, 9}, {40, 100}, {7, 20000}, {500001, 1000000}, {0, 1000000}} {
		r := askR(t, fmt.Sprintf(`x <- %d; n <- %d; say("r", c(suppressWarnings(prop.test(x, n, correct=FALSE))$conf.int, binom.test(x, n)$conf.int))`, test[0], test[1]))["r"]
		got := Proportion(test[0], test[1])
		for j, v := range []*float64{got.WilsonLow, got.WilsonHigh, got.CPLow, got.CPHigh} {
			likeR(t, fmt.Sprintf("%v figure %d", test, j), v, r[j], 1e-10)
		}
	}
	for _, test := range [][4]int{{10, 5, 12, 20}, {0, 3, 3, 0}, {3, 0, 1, 2}, {5, 90, 140, 1}, {5, 90000, 90501, 1}} {
		r := askR(t, fmt.Sprintf(`a <- %d; b <- %d; c <- %d; d <- %d; m <- matrix(c(a, b, c, d), 2); p <- mcnemar.test(m, correct=FALSE); y <- mcnemar.test(m)
say("r", c(p$statistic, p$p.value, y$statistic, y$p.value, binom.test(b, b + c)$p.value))`, test[0], test[1], test[2], test[3]))["r"]
		got, err := McNemar(test[0], test[1], test[2], test[3])
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range []*float64{got.ChiSq, got.P, got.ChiSqCC, got.PCC, got.PExact} {
			likeR(t, fmt.Sprintf("%v figure %d", test, j), v, r[j], 1e-9)
		}
	}
}

func TestCorrelationsAreLikeR(t *testing.T) {
	long, noise := scores(700, 5, 0, 1), scores(700, 3, 0, 2)
	other := make([]float64, len(long))
	for i := range long {
		other[i] = long[i] + 0.5*noise[i]
	}
	for i, test := range []struct{ x, y []float64 }{
		{[]float64{1, 2, 3, 4, 5}, []float64{2, 1, 4, 3, 7}},
		{[]float64{1, 2, 3, 4, math.NaN(), 6, 6}, []float64{2, 2, math.NaN(), 3, 7, 7, 1}},
		{long, other}, {shifted(long, 1e6), shifted(other, -1e6)}, {long, noise},
	} {
		r := askR(t, fmt.Sprintf(`x <- %s; y <- %s; k <- !is.na(x) & !is.na(y); x <- x[k]; y <- y[k]; n <- length(x)
p <- cor.test(x, y); s <- cor(rank(round(x, 10)), rank(round(y, 10))); t <- s*sqrt((n-2)/(1-s^2)); f <- function(se) tanh(atanh(s) + c(-1, 1)*qnorm(.975)*se)
say("r", c(p$estimate, p$statistic, p$parameter, p$p.value, p$conf.int, s, t, 2*pt(-abs(t), n-2), f(1/sqrt(n-3)), f(sqrt((1+s^2/2)/(n-3))), cor(round(x, 10), round(y, 10), method="kendall")))`, forR(test.x), forR(test.y)))["r"]
		got, err := Correlate(columnOf(test.x), columnOf(test.y))
		if err != nil {
			t.Fatal(err)
		}
		figures := []*float64{got.Pearson, got.PearsonT, got.PearsonDF, got.PearsonP, got.PearsonCILow, got.PearsonCIHigh,
			got.Spearman, got.SpearmanT, got.SpearmanP, got.SpearmanFisherLow, got.SpearmanFisherHigh, got.SpearmanBWLow, got.SpearmanBWHigh, got.KendallTauB}
		for j, v := range figures {
			if i == 3 && j > 5 {
				break // at 1e6 there are no 10 decimals to round to
			}
			likeR(t, fmt.Sprintf("set %d, figure %d", i, j), v, r[j], 2e-9)
		}
	}
}
