package stats

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// LogisticCoefficient is one coefficient of a logistic model, in log odds per unit of the predictor; or = e^b is the odds ratio. A
// limit that is infinite, or too large for a float64, is nil.
type LogisticCoefficient struct {
	B             *float64 `json:"b"`
	SE            *float64 `json:"se"`
	Z             *float64 `json:"z"`
	P             *float64 `json:"p"`
	OR            *float64 `json:"or"`
	ORWaldLow     *float64 `json:"or_wald_low"`
	ORWaldHigh    *float64 `json:"or_wald_high"`
	ORProfileLow  *float64 `json:"or_profile_low"`
	ORProfileHigh *float64 `json:"or_profile_high"`
}

// LogisticResult is a logistic model fitted by maximum likelihood. When the data are separated it has only N, NYes, Separated
// and Error, and its JSON has only these.
type LogisticResult struct {
	N                int                            `json:"n"`
	NYes             int                            `json:"n_yes"`
	Separated        bool                           `json:"separated"`
	Error            string                         `json:"-"` // why there are no coefficients
	Coef             map[string]LogisticCoefficient `json:"coef"`
	NullDeviance     *float64                       `json:"null_deviance"`
	DFNull           int                            `json:"df_null"`
	ResidualDeviance *float64                       `json:"residual_deviance"`
	DFResid          int                            `json:"df_resid"`
	LogLik           *float64                       `json:"loglik"`
	LRChisq          *float64                       `json:"lr_chisq"`
	LRP              *float64                       `json:"lr_p"`
	AIC              *float64                       `json:"aic"`
	McFaddenR2       *float64                       `json:"mcfadden_r2"`
	CoxSnellR2       *float64                       `json:"cox_snell_r2"`
	NagelkerkeR2     *float64                       `json:"nagelkerke_r2"`
	AUC              *float64                       `json:"auc"`
}

// MarshalJSON leaves out what a separated model does not have.
func (r LogisticResult) MarshalJSON() ([]byte, error) {
	if r.Separated {
		return json.Marshal(struct {
			N         int    `json:"n"`
			NYes      int    `json:"n_yes"`
			Separated bool   `json:"separated"`
			Error     string `json:"error"`
		}{r.N, r.NYes, true, r.Error})
	}
	type plain LogisticResult
	return json.Marshal(plain(r))
}

// Logistic fits log(P/(1-P)) = b0 + Σ b·x, P the probability of a yes (1), by maximum likelihood on the complete rows (item 13). Dev
// is the residual deviance -2·loglik, Dev0 that of the intercept alone, p the number of coefficients with the intercept.
//
//	se, z           from the inverse information at the peak (Wald); z is normal
//	profile limits  the likelihood ratio, see profileLimit
//	lr_chisq        Dev0 - Dev with p-1 df; AIC = Dev + 2p
//	McFadden        1 - Dev/Dev0 (McFadden 1974)
//	Cox-Snell       1 - exp(-(Dev0-Dev)/n) (Cox and Snell 1989); Nagelkerke (1991) divides by its largest value 1 - exp(-Dev0/n)
//	AUC             the share of pairs of a yes and a no where the yes has the larger P, ties half
//
// Separated data (see separated) have no estimates and are reported as such. It refuses fewer than p+1 complete rows, an outcome that is
// not 0 or 1 or always the same, and predictors that newDesign refuses.
func Logistic(y Column, terms []Predictor) (LogisticResult, error) {
	d, err := newDesign(y, terms)
	if err != nil {
		return LogisticResult{}, err
	}
	result := LogisticResult{N: len(d.y)}
	for _, v := range d.y {
		if v != 0 && v != 1 {
			return LogisticResult{}, Refusal("The outcome has a value that is neither 0 nor 1.")
		}
		result.NYes += int(v)
	}
	if result.NYes == 0 || result.NYes == result.N {
		return LogisticResult{}, Refusal("The outcome has the same value in every complete row.")
	}
	kind, _ := d.separated()
	if kind != overlap {
		result.Separated, result.Error = true, kind.sentence()
		return result, nil
	}
	return result, result.fit(d)
}

func (s separation) sentence() string {
	if s == complete {
		return "The predictors separate the outcomes completely, so the coefficients have no finite estimates."
	}
	return "The predictors separate the outcomes but for ties (quasi-complete separation), so not all coefficients have finite estimates."
}

// fit climbs to the peak and fills in the result.
func (r *LogisticResult) fit(d *design) error {
	l := &likelihood{q: d.q, y: d.y, eta: make([]float64, len(d.y))}
	top, ok := l.climb(make([]float64, len(d.names)), nil)
	if !ok {
		return Refusal(fmt.Sprintf("The maximum likelihood fit of %d coefficients did not converge.", len(d.names)))
	}
	l.logLikelihood(top.theta)
	r.AUC = finite(areaUnderCurve(l.eta, d.y))
	r.sumUp(top.loglik, len(d.names))
	r.Coef = map[string]LogisticCoefficient{}
	for j, name := range d.names {
		r.Coef[name] = l.coefficient(top, d.functional(j))
	}
	return nil
}

// sumUp takes the measures of the whole model; p counts the coefficients.
func (r *LogisticResult) sumUp(loglik float64, p int) {
	n, yes := float64(r.N), float64(r.NYes)
	deviance := -2 * loglik
	null := -2 * (yes*math.Log(yes/n) + (n-yes)*math.Log1p(-yes/n))
	gain := max(0, null-deviance)
	if p == 1 {
		deviance, loglik, gain = null, -null/2, 0
	}
	r.DFNull, r.DFResid = r.N-1, r.N-p
	r.NullDeviance, r.ResidualDeviance, r.LogLik, r.AIC = finite(null), finite(deviance), finite(loglik), finite(deviance+2*float64(p))
	r.LRChisq, r.McFaddenR2 = finite(gain), finite(gain/null)
	r.CoxSnellR2, r.NagelkerkeR2 = finite(-math.Expm1(-gain/n)), finite(math.Expm1(-gain/n)/math.Expm1(-null/n))
	if p > 1 {
		r.LRP = finite(upperChi2(gain, float64(p-1)))
	}
}

func (l *likelihood) coefficient(top peak, t []float64) LogisticCoefficient {
	_, variance := top.along(t)
	b, se := dot(t, top.theta), math.Sqrt(variance)
	c := LogisticCoefficient{B: finite(b), SE: finite(se), Z: quotient(b, se), OR: finite(math.Exp(b))}
	if c.Z != nil {
		c.P = finite(twoSidedZ(*c.Z))
	}
	c.ORWaldLow, c.ORWaldHigh = finite(math.Exp(b-z975*se)), finite(math.Exp(b+z975*se))
	c.ORProfileLow, c.ORProfileHigh = exponential(l.profileLimit(top, t, -1)), exponential(l.profileLimit(top, t, 1))
	return c
}

func exponential(v *float64) *float64 {
	if v == nil {
		return nil
	}
	return finite(math.Exp(*v))
}

// tiedLogOdds is how near log odds may be and still be tied: equal rows differ by rounding (item 8).
const tiedLogOdds = 1e-10

// areaUnderCurve is U/(n1·n0) from the average ranks of the log odds.
func areaUnderCurve(logOdds, y []float64) float64 {
	type point struct{ x, y float64 }
	points := make([]point, len(y))
	for i := range y {
		points[i] = point{logOdds[i], y[i]}
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
	wins, no, yes := 0.0, 0.0, 0.0
	for i := 0; i < len(points); {
		tiedNo, tiedYes := 1-points[i].y, points[i].y
		for i++; i < len(points) && points[i].x-points[i-1].x <= tiedLogOdds; i++ {
			tiedYes += points[i].y
			tiedNo += 1 - points[i].y
		}
		wins += tiedYes * (no + tiedNo/2)
		no, yes = no+tiedNo, yes+tiedYes
	}
	return wins / (yes * no)
}
