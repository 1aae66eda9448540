package stats

import (
	"encoding/json"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
)

// VIF says how much the other terms inflate the variance of a term's coefficients.
type VIF struct {
	GVIF *float64 `json:"gvif"`
	DF   int      `json:"df"`       // columns of the term
	Adj  *float64 `json:"gvif_adj"` // gvif^(1/(2 df)), comparable with sqrt(VIF)
}

// VIFs are the inflation factors by term; nil for a model with one column or none.
type VIFs map[string]VIF

// MarshalJSON writes a number for each term when every term has one column, else an object for each.
func (v VIFs) MarshalJSON() ([]byte, error) {
	numbers := map[string]*float64{}
	for term, factor := range v {
		if factor.DF == 1 {
			numbers[term] = factor.GVIF
		}
	}
	if v == nil || len(numbers) < len(v) {
		return json.Marshal(map[string]VIF(v))
	}
	return json.Marshal(numbers)
}

// inflation returns the generalised variance inflation factors of the terms (item 12):
//
//	GVIF = det R_term · det R_others / det R
//
// with R the correlations of the columns (Fox and Monette 1992, Generalized collinearity diagnostics, JASA 87). For a term
// with one column it is the VIF, 1/(1-R²) of the column on the others; it is at least 1.
func (d *design) inflation() VIFs {
	if len(d.names) <= 2 {
		return nil
	}
	everything := d.logVolume(func(int) bool { return true })
	factors := VIFs{}
	for i, term := range d.terms {
		columns := 0
		for _, owner := range d.owner {
			if owner == i {
				columns++
			}
		}
		log := 0.0
		if len(d.terms) > 1 {
			own := d.logVolume(func(owner int) bool { return owner == i })
			others := d.logVolume(func(owner int) bool { return owner != i })
			log = max(0, 2*(own+others-everything))
		}
		factors[term] = VIF{GVIF: finite(math.Exp(log)), DF: columns, Adj: finite(math.Exp(log / float64(2*columns)))}
	}
	return factors
}

// logVolume is the log of the volume that the columns of the chosen terms span about their means: half the log of the
// determinant of their cross products. Without its first row r has the same cross products as the centred columns.
func (d *design) logVolume(chosen func(owner int) bool) float64 {
	p := d.r.N
	var columns []int
	for j := 1; j < p; j++ {
		if chosen(d.owner[j]) {
			columns = append(columns, j)
		}
	}
	part := blas64.General{Rows: p - 1, Cols: len(columns), Stride: len(columns), Data: make([]float64, (p-1)*len(columns))}
	for i := range p - 1 {
		for k, j := range columns {
			part.Data[i*len(columns)+k] = d.r.Data[(i+1)*p+j]
		}
	}
	_, r := orthogonal(part)
	log := 0.0
	for k := range columns {
		log += math.Log(math.Abs(r.Data[k*len(columns)+k]))
	}
	return log
}
