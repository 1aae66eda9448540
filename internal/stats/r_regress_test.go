package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// patients are made-up people with two scores, a profession of three levels and gaps; profession -1 is missing.
type patients struct {
	y, yes, a, b []float64
	job          []int
}

func somePatients(seed uint64, n int) patients {
	random := rand.New(rand.NewPCG(seed, 1))
	var p patients
	gap := func(v float64) float64 {
		if random.Float64() < 0.04 {
			return math.NaN()
		}
		return v
	}
	for range n {
		a, b, job := float64(random.IntN(21))/4, random.NormFloat64()*12+45, random.IntN(3)
		y := 1 + 0.4*a + 0.02*b + 0.5*float64(job) + random.NormFloat64()*(0.3+0.2*a)
		yes := 0.0
		if y+2*random.NormFloat64() > 4 {
			yes = 1
		}
		if random.Float64() < 0.04 {
			job = -1
		}
		p.y, p.yes, p.a, p.b, p.job = append(p.y, gap(y)), append(p.yes, yes), append(p.a, gap(a)), append(p.b, b), append(p.job, job)
	}
	return p
}

// terms are a, b and the levels 1 and 2 of job against 0.
func (p patients) terms() []Predictor {
	job := Predictor{Term: "job", Names: []string{"job1", "job2"}, Columns: []Column{NewColumn(len(p.y)), NewColumn(len(p.y))}}
	for i, level := range p.job {
		for j, c := range job.Columns {
			if level >= 0 {
				c.Set(i, 0)
			}
			if level == j+1 {
				c.Set(i, 1)
			}
		}
	}
	return []Predictor{single("a", p.a...), single("b", p.b...), job}
}

// forR are the patients as the data frame d.
func (p patients) forR() string {
	job := make([]float64, len(p.job))
	for i, level := range p.job {
		job[i] = float64(level)
		if level < 0 {
			job[i] = math.NaN()
		}
	}
	return "d <- data.frame(y=" + forR(p.y) + ", yes=" + forR(p.yes) + ", a=" + forR(p.a) + ", b=" + forR(p.b) + ", job=factor(" + forR(job) + "))\n"
}

func TestALinearModelIsFittedLikeR(t *testing.T) {
	for seed := range uint64(3) {
		p := somePatients(seed, 60+40*int(seed))
		r := askR(t, p.forR()+`
f <- lm(y ~ a + b + job, d); s <- summary(f); X <- model.matrix(f); e <- resid(f); h <- hatvalues(f)
say("n", nobs(f)); say("b", coef(f)); say("se", s$coefficients[,2]); say("t", s$coefficients[,3]); say("p", s$coefficients[,4])
ci <- confint(f); say("low", ci[,1]); say("high", ci[,2])
bread <- solve(crossprod(X)); v <- bread %*% t(X) %*% diag(e^2/(1-h)^2) %*% X %*% bread; hc <- sqrt(diag(v)); df <- df.residual(f)
say("hc", hc); say("hct", coef(f)/hc); say("hcp", 2*pt(-abs(coef(f)/hc), df)); say("hclow", coef(f)-qt(.975,df)*hc); say("hchigh", coef(f)+qt(.975,df)*hc)
mf <- model.frame(f); say("beta", coef(f)*apply(X, 2, sd)/sd(mf$y))
say("r2", s$r.squared); say("adj", s$adj.r.squared); say("sigma", s$sigma); say("rss", deviance(f)); say("F", s$fstatistic)
say("Fp", pf(s$fstatistic[1], s$fstatistic[2], s$fstatistic[3], lower.tail=FALSE))
say("ll", as.numeric(logLik(f))); say("aic", AIC(f)); say("bic", BIC(f))
C <- cor(X[,-1]); g <- function(k) det(C[k,k,drop=FALSE])*det(C[-k,-k,drop=FALSE])/det(C); say("gvif", c(g(1), g(2), g(3:4)))
`)
		got, err := OLS(plain(p.y...), p.terms())
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{Intercept, "a", "b", "job1", "job2"} {
			c := got.Coef[name]
			for key, v := range map[string]*float64{"b": c.B, "se": c.SE, "t": c.T, "p": c.P, "low": c.CILow, "high": c.CIHigh,
				"hc": c.HC3SE, "hct": c.HC3T, "hcp": c.HC3P, "hclow": c.HC3CILow, "hchigh": c.HC3CIHigh} {
				likeR(t, name+" "+key, v, r[key][i], 1e-9)
			}
			if i > 0 {
				likeR(t, name+" beta", c.BetaStd, r["beta"][i], 1e-10)
			}
			likeRRelative(t, name+" p", c.P, r["p"][i], 1e-8)
		}
		for key, v := range map[string]*float64{"r2": got.R2, "adj": got.AdjR2, "sigma": got.Sigma, "rss": got.RSS, "F": got.F, "ll": got.LogLik, "aic": got.AIC, "bic": got.BIC} {
			likeR(t, key, v, r[key][0], 1e-11)
		}
		likeRRelative(t, "F p", got.FP, r["Fp"][0], 1e-9)
		for i, term := range []string{"a", "b", "job"} {
			likeR(t, "gvif "+term, got.VIF[term].GVIF, r["gvif"][i], 1e-11)
		}
		if float64(got.N) != r["n"][0] || float64(got.FDF1) != r["F"][1] || float64(got.DFResid) != r["F"][2] {
			t.Errorf("n %d, df %d %d: R %v %v", got.N, got.FDF1, got.DFResid, r["n"], r["F"])
		}
	}
}

// likeRRelative is likeR with a relative tolerance also for small numbers.
func likeRRelative(t *testing.T, what string, got *float64, want, tolerance float64) {
	t.Helper()
	if got == nil || !(math.Abs(*got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: got %v, R %.15g", what, show(got), want)
	}
}

func TestALogisticModelIsFittedLikeR(t *testing.T) {
	for seed := range uint64(3) {
		p := somePatients(10+seed, 60+40*int(seed))
		r := askR(t, p.forR()+`
ctl <- glm.control(epsilon=1e-15, maxit=100); m <- na.omit(d)
f <- glm(yes ~ a + b + job, binomial, m, control=ctl); X <- model.matrix(f); b <- coef(f)
# glm's own errors are those of the last step but one
mu <- fitted(f); se <- sqrt(diag(solve(crossprod(X*sqrt(mu*(1-mu))))))
say("b", b); say("se", se); say("z", b/se); say("p", 2*pnorm(-abs(b/se))); say("low", exp(b-qnorm(.975)*se)); say("high", exp(b+qnorm(.975)*se))
limit <- function(j, side) { b <- coef(f)[j]; w <- se[j]
  loss <- function(v) glm.fit(X[,-j], m$yes, offset=X[,j]*v, family=binomial(), control=ctl)$deviance - deviance(f) - qchisq(.95,1)
  exp(uniroot(loss, sort(b + side*w*c(1, 4)), tol=1e-13)$root) }
say("plow", sapply(1:5, limit, -1)); say("phigh", sapply(1:5, limit, 1))
say("null", f$null.deviance); say("dev", deviance(f)); say("ll", as.numeric(logLik(f))); say("aic", AIC(f))
lr <- f$null.deviance - deviance(f); n <- nrow(m); say("lr", lr); say("lrp", pchisq(lr, 4, lower.tail=FALSE))
say("mcfadden", lr/f$null.deviance); say("coxsnell", 1-exp(-lr/n)); say("nagelkerke", (1-exp(-lr/n))/(1-exp(-f$null.deviance/n)))
k <- rank(round(predict(f), 9)); n1 <- sum(m$yes); say("auc", (sum(k[m$yes==1]) - n1*(n1+1)/2)/(n1*(n-n1))); say("counts", c(n, n1))
`)
		y := plain(p.yes...)
		for i, v := range p.y {
			y.Present[i] = !math.IsNaN(v)
		}
		got, err := Logistic(y, p.terms())
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{Intercept, "a", "b", "job1", "job2"} {
			c := got.Coef[name]
			for key, v := range map[string]*float64{"b": c.B, "se": c.SE, "z": c.Z, "p": c.P, "low": c.ORWaldLow, "high": c.ORWaldHigh} {
				likeRRelative(t, name+" "+key, v, r[key][i], 1e-8)
			}
			likeRRelative(t, name+" profile low", c.ORProfileLow, r["plow"][i], 1e-8)
			likeRRelative(t, name+" profile high", c.ORProfileHigh, r["phigh"][i], 1e-8)
		}
		for key, v := range map[string]*float64{"null": got.NullDeviance, "dev": got.ResidualDeviance, "ll": got.LogLik, "aic": got.AIC, "lr": got.LRChisq, "lrp": got.LRP,
			"mcfadden": got.McFaddenR2, "coxsnell": got.CoxSnellR2, "nagelkerke": got.NagelkerkeR2, "auc": got.AUC} {
			likeRRelative(t, key, v, r[key][0], 1e-10)
		}
		if float64(got.N) != r["counts"][0] || float64(got.NYes) != r["counts"][1] || got.DFNull != got.N-1 || got.DFResid != got.N-5 {
			t.Errorf("n %d, yes %d: R %v", got.N, got.NYes, r["counts"])
		}
	}
}

func TestAnInterruptedSeriesIsFittedLikeR(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	var y, season []float64
	noise := 0.0
	for i := range 48 {
		noise = 0.6*noise + random.NormFloat64()
		season = append(season, math.Sin(float64(i)*math.Pi/6))
		y = append(y, 30+0.1*float64(i)+2*season[i]+noise)
		if i >= 29 {
			y[i] += 3
		}
	}
	r := askR(t, "y <- "+forR(y)+"; season <- "+forR(season)+`
n <- length(y); T0 <- 30; t <- 1:n; f <- lm(y ~ t + I(t>=T0) + I((t-T0)*(t>=T0)) + season); X <- model.matrix(f); e <- resid(f); u <- X*e; L <- 3
S <- crossprod(u); for (l in 1:L) { G <- crossprod(u[(l+1):n,], u[1:(n-l),]); S <- S + (1-l/(L+1))*(G+t(G)) }
bread <- solve(crossprod(X)); df <- df.residual(f); se <- sqrt(diag(bread %*% S %*% bread)*n/df); b <- coef(f)
say("b", b); say("ols", summary(f)$coefficients[,2]); say("se", se); say("t", b/se); say("p", 2*pt(-abs(b/se), df))
say("low", b-qt(.975,df)*se); say("high", b+qt(.975,df)*se); say("r2", summary(f)$r.squared); say("sigma", summary(f)$sigma); say("dw", sum(diff(e)^2)/sum(e^2))
`)
	got, err := Segmented(y, 30, 3, true, []Predictor{single("season", season...)})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{Intercept, "time", "level", "slope_change", "season"} {
		c := got.Coef[name]
		for key, v := range map[string]*float64{"b": c.B, "ols": c.OLSSE, "se": c.NWSE, "t": c.NWT, "p": c.NWP, "low": c.CILow, "high": c.CIHigh} {
			likeR(t, name+" "+key, v, r[key][i], 1e-10)
		}
	}
	likeR(t, "r2", got.R2, r["r2"][0], 1e-12)
	likeR(t, "sigma", got.Sigma, r["sigma"][0], 1e-12)
	likeR(t, "durbin-watson", got.DurbinWatson, r["dw"][0], 1e-12)
}

func TestPValuesAreAdjustedLikeR(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	var names []string
	var p []*float64
	var values []float64
	for i := range 40 {
		v := math.Round(math.Pow(random.Float64(), 3)*500) / 500 // with ties
		names, p, values = append(names, fmt.Sprint(i)), append(p, &v), append(values, v)
		if i%9 == 4 {
			p[i], values[i] = nil, math.NaN()
		}
	}
	r := askR(t, "p <- "+forR(values)+`; for (m in c("holm", "BH", "bonferroni")) say(m, p.adjust(p, m))`)
	got := AdjustP(names, p)
	for i, name := range names {
		likeR(t, "holm "+name, got.Holm[name], r["holm"][i], 1e-14)
		likeR(t, "bh "+name, got.BH[name], r["BH"][i], 1e-14)
		likeR(t, "bonferroni "+name, got.Bonferroni[name], r["bonferroni"][i], 1e-14)
	}
}
