package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// frameForR writes the columns as a data frame x of R with columns a1, a2, ...
func frameForR(columns []Column) string {
	words := make([]string, len(columns))
	for j, c := range columns {
		values := make([]float64, len(c.Values))
		for i, v := range c.Values {
			values[i] = math.NaN()
			if c.Present[i] {
				values[i] = v
			}
		}
		words[j] = fmt.Sprintf("a%d = %s", j+1, forR(values))
	}
	return "x <- data.frame(" + strings.Join(words, ",\n") + ")\n"
}

func namesFor(columns []Column) []string {
	names := make([]string, len(columns))
	for j := range columns {
		names[j] = fmt.Sprintf("a%d", j+1)
	}
	return names
}

func TestADescriptionIsLikeR(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for _, n := range []int{4, 5, 30, 1001} {
		values := make([]float64, n)
		for i := range values {
			values[i] = math.Exp(random.NormFloat64())
		}
		d := DescribeFully(values)
		r := askR(t, "x <- "+forR(values)+`
n <- length(x); m <- function(r) mean((x - mean(x))^r)
say("q", quantile(x, c(0, .25, .5, .75, 1), type = 7)); say("s", c(mean(x), sd(x), sd(x)/sqrt(n), t.test(x)$conf.int))
say("g", c(sqrt(n*(n-1))/(n-2) * m(3)/m(2)^1.5, (n-1)/((n-2)*(n-3)) * ((n+1)*(m(4)/m(2)^2 - 3) + 6)))`)
		for i, got := range []*float64{d.Min, d.Q1, d.Median, d.Q3, d.Max} {
			likeR(t, fmt.Sprint("quantile ", i), got, r["q"][i], 1e-12)
		}
		for i, got := range []*float64{d.Mean, d.SD, d.SE, d.CILow, d.CIHigh} {
			likeR(t, fmt.Sprint("mean, sd, se, ci ", i), got, r["s"][i], 1e-11)
		}
		likeR(t, "G1", d.Skew, r["g"][0], 1e-10)
		likeR(t, "G2", d.Kurt, r["g"][1], 1e-10)
	}
}

func TestReliabilityIsLikeR(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for _, items := range [][]Column{columnsOf(attitudes), agreements(random, 200, 2, 8), agreements(random, 700, 9, 12)} {
		for _, use := range []string{"complete.obs", "pairwise.complete.obs"} {
			pairwise := use == "pairwise.complete.obs"
			names := namesFor(items)
			got, err := ReliabilityOf(names, items, pairwise)
			if err != nil {
				t.Fatal(err)
			}
			r := askR(t, frameForR(items)+`C <- cov(x, use = "`+use+`"); k <- ncol(C); n <- sum(complete.cases(x))
alpha <- function(C) nrow(C)/(nrow(C) - 1) * (1 - sum(diag(C))/sum(C)); R <- cov2cor(C); a <- alpha(C)
say("a", c(a, alpha(R), mean(R[lower.tri(R)]))); say("feldt", 1 - (1 - a) * qf(c(.975, .025), n - 1, (n - 1)*(k - 1)))
drop <- function(C) sapply(1:k, function(i) if (k > 2) alpha(C[-i, -i]) else NA)
say("if", drop(C)); say("ifstd", drop(R)); say("r", sapply(1:k, function(i) sum(C[i, -i])/sqrt(C[i, i]*sum(C[-i, -i]))))
P <- crossprod(!is.na(x)); say("n", c(n, nrow(x), min(P)))`)
			for i, figure := range []*float64{got.Alpha, got.AlphaStd, got.MeanR} {
				likeR(t, fmt.Sprint("alpha ", i), figure, r["a"][i], 1e-11)
			}
			for i, name := range names {
				likeR(t, "alpha without "+name, got.IfDropped[name], r["if"][i], 1e-11)
				likeR(t, "standardised alpha without "+name, got.StdIfDropped[name], r["ifstd"][i], 1e-11)
				likeR(t, "r_drop of "+name, got.RDrop[name], r["r"][i], 1e-11)
			}
			switch {
			case pairwise && (got.N != int(r["n"][1]) || *got.PairNMin != int(r["n"][2]) || got.FeldtLow != nil):
				t.Errorf("got n %d, fewest %d, R %v", got.N, *got.PairNMin, r["n"])
			case !pairwise:
				likeR(t, "Feldt low", got.FeldtLow, r["feldt"][0], 1e-10)
				likeR(t, "Feldt high", got.FeldtHigh, r["feldt"][1], 1e-10)
				if got.N != int(r["n"][0]) || got.PairNMin != nil {
					t.Errorf("got n %d, R %v", got.N, r["n"])
				}
			}
		}
	}
}

// R's qf takes a second df above 400,000 as infinite and is wrong in the fourth digit there; its qbeta is not.
func TestFeldtsIntervalOfManyPersonsIsLikeR(t *testing.T) {
	for _, size := range [][2]int{{3, 2}, {1000, 10}, {18000, 57}, {1_000_000, 4}} {
		low, high := feldt(new(0.8), size[0], size[1])
		r := askR(t, fmt.Sprintf(`n <- %d; k <- %d; a <- n - 1; b <- (n - 1)*(k - 1)
y <- qbeta(c(.975, .025), a/2, b/2); say("feldt", 1 - .2*b*y/(a*(1 - y)))`, size[0], size[1]))
		likeR(t, fmt.Sprint("low ", size), low, r["feldt"][0], 1e-10)
		likeR(t, fmt.Sprint("high ", size), high, r["feldt"][1], 1e-10)
	}
}

// factanal stops at a gradient that leaves about six digits.
func TestOmegaIsLikeR(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for _, items := range [][]Column{columnsOf(attitudes), agreements(random, 300, 4, 20), agreements(random, 150, 12, 0)} {
		names := namesFor(items)
		got, err := OmegaTotal(names, items)
		if err != nil {
			t.Fatal(err)
		}
		r := askR(t, frameForR(items)+`x <- x[complete.cases(x), ]; n <- nrow(x); S <- cov(x)*(n - 1)/n; s <- sqrt(diag(S))
f <- factanal(covmat = S, factors = 1, control = list(opt = list(factr = 1, pgtol = 0, maxit = 10000), lower = 1e-6))
l <- f$loadings[, 1]; l <- l*sign(sum(l*s)); u <- f$uniquenesses; say("l", l); say("u", u*s^2)
say("o", c(sum(l*s)^2/(sum(l*s)^2 + sum(u*s^2)), sum(l*s)^2/sum(S), sum(l)^2/(sum(l)^2 + sum(u))))
say("chi", n*f$criteria[1]); say("df", f$dof)`)
		for i, figure := range []*float64{got.Total, got.TotalObserved, got.TotalStd} {
			likeR(t, fmt.Sprint("omega ", i), figure, r["o"][i], 1e-7)
		}
		for i, name := range names {
			likeR(t, "loading of "+name, got.StandardLoadings[name], r["l"][i], 1e-6)
			likeR(t, "residual variance of "+name, got.Residuals[name], r["u"][i], 1e-6)
		}
		likeR(t, "chi-square", got.ChiSq, r["chi"][0], 1e-8)
		if got.DF != int(r["df"][0]) {
			t.Errorf("got df %d, R %v", got.DF, r["df"])
		}
	}
}

func TestEigenvaluesAreLikeR(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	for _, items := range [][]Column{columnsOf(attitudes), agreements(random, 40, 2, 0), agreements(random, 400, 15, 30)} {
		for _, use := range []string{"complete.obs", "pairwise.complete.obs"} {
			got, err := EigenCorrelation(items, use != "complete.obs")
			if err != nil {
				t.Fatal(err)
			}
			r := askR(t, frameForR(items)+`R <- cov2cor(cov(x, use = "`+use+`")); k <- ncol(R); n <- sum(complete.cases(x)); q <- cov2cor(solve(R))
b <- -((n - 1) - (2*k + 5)/6)*log(det(R)); df <- k*(k - 1)/2; low <- lower.tri(R)
say("e", eigen(R)$values); say("kmo", sum(R[low]^2)/(sum(R[low]^2) + sum(q[low]^2))); say("b", c(b, df, pchisq(b, df, lower = FALSE), n))`)
			for i := range got.Eigenvalues {
				likeR(t, fmt.Sprint("eigenvalue ", i), &got.Eigenvalues[i], r["e"][i], 1e-12)
			}
			likeR(t, "KMO", got.KMO, r["kmo"][0], 1e-11)
			if use == "complete.obs" {
				likeR(t, "chi-square", got.BartlettChi, r["b"][0], 1e-11)
				likeR(t, "p", got.BartlettP, r["b"][2], 1e-11)
			}
			if got.N != int(r["b"][3]) || got.BartlettDF != nil && *got.BartlettDF != int(r["b"][1]) {
				t.Errorf("got n %d, R %v", got.N, r["b"])
			}
		}
	}
}

// R alone has no REML of units of different sizes, so the likelihood is written down there with its whole covariance matrix.
func TestICCIsLikeR(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 11))
	for _, between := range []float64{0, 0.3, 2} {
		var values []float64
		var groups []int
		for unit := range 12 {
			level := between * random.NormFloat64()
			for range 1 + random.IntN(9) {
				values, groups = append(values, 3+level+random.NormFloat64()), append(groups, unit)
			}
		}
		got, err := ICC(values, groups)
		if err != nil {
			t.Fatal(err)
		}
		unit := make([]float64, len(groups))
		for i, g := range groups {
			unit[i] = float64(g)
		}
		r := askR(t, "y <- "+forR(values)+"\ng <- factor("+forR(unit)+`)
N <- length(y); J <- nlevels(g); n <- table(g); a <- anova(lm(y ~ g)); b <- a[1, 3]; w <- a[2, 3]; k0 <- (N - sum(n^2)/N)/(J - 1); k <- N/J
say("a", c(k0, k, b, w, a[1, 4], a[1, 5], (b - w)/(b + (k0 - 1)*w), (b - w)/(b + (k - 1)*w), (b - w)/b, 1 + (k - 1)*(b - w)/(b + (k0 - 1)*w)))
Z <- outer(as.integer(g), as.integer(g), "=="); one <- rep(1, N)
fit <- function(gamma) { W <- solve(diag(N) + gamma*Z); s <- sum(W); m <- sum(W %*% y)/s; q <- sum((y - m)*(W %*% (y - m)))
  list(m = m, w = q/(N - 1), d = (N - 1)*log(q) + determinant(diag(N) + gamma*Z)$modulus[1] + log(s)) }
gamma <- optimize(function(x) fit(x)$d, c(0, 20), tol = 1e-12)$minimum; if (fit(0)$d <= fit(gamma)$d) gamma <- 0
f <- fit(gamma); say("r", c(f$m, gamma*f$w, f$w, gamma/(1 + gamma)))`)
		for i, figure := range []*float64{got.K0, got.KMean, got.MSB, got.MSW, got.F, got.P, got.ICC1, got.ICC1Mean, got.ICC2, got.DesignEffect} {
			likeR(t, fmt.Sprint("analysis of variance ", i), figure, r["a"][i], 1e-10)
		}
		for i, figure := range []*float64{got.REMLMean, got.REMLBetween, got.REMLWithin, got.REMLICC} {
			likeR(t, fmt.Sprint("REML ", i), figure, r["r"][i], 2e-7)
		}
	}
}

func TestClustersAreLikeR(t *testing.T) {
	for _, data := range []string{"iris[, 1:4]", "attitude", "faithful", "swiss", "USArrests"} {
		for _, k := range []int{2, 3, 5} {
			for _, standardised := range []bool{true, false} {
				r := askR(t, fmt.Sprintf(`x <- as.matrix(%s); z <- scale(x, scale = %s); if (!%[2]s) z <- x; k <- %d; set.seed(1)
say("dim", dim(x)); say("x", t(x)); f <- kmeans(z, k, nstart = 300, iter.max = 100); o <- order(-f$size, f$centers[, 1]); D <- as.matrix(dist(z)); c <- match(f$cluster, o)
s <- sapply(1:nrow(z), function(i) { d <- sapply(1:k, function(j) sum(D[i, c == j])/(sum(c == j) - (j == c[i]))); a <- d[c[i]]; b <- min(d[-c[i]])
  if (sum(c == c[i]) == 1) 0 else (b - a)/max(a, b) })
say("ss", c(f$tot.withinss, f$totss)); say("size", f$size[o]); say("within", f$withinss[o]); say("centre", f$centers[o, 1]); say("s", c(mean(s), tapply(s, c, mean)))`,
					data, strings.ToUpper(fmt.Sprint(standardised)), k))
				n, d := int(r["dim"][0]), int(r["dim"][1])
				rows := make([][]float64, n)
				for i := range rows {
					rows[i] = r["x"][i*d : (i+1)*d]
				}
				columns := columnsOf(rows)
				got, err := KMeans(namesFor(columns), columns, k, standardised, 1)
				if err != nil {
					t.Fatal(err)
				}
				what := fmt.Sprintf("%s, %d clusters, standardised %v: ", data, k, standardised)
				likeR(t, what+"within", got.Within, r["ss"][0], 1e-11)
				likeR(t, what+"total", got.Total, r["ss"][1], 1e-11)
				likeR(t, what+"silhouette", got.Silhouette, r["s"][0], 1e-10)
				for c := range k {
					likeR(t, what+"size", new(float64(got.Sizes[c])), r["size"][c], 0)
					likeR(t, what+"within each", got.WithinEach[c], r["within"][c], 1e-10)
					likeR(t, what+"centre", got.Centers[c]["a1"], r["centre"][c], 1e-10)
					likeR(t, what+"silhouette each", got.ByCluster[c], r["s"][c+1], 1e-10)
				}
			}
		}
	}
}
