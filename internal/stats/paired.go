package stats

import "math"

// PairedResult compares two values of the same persons (STATISTICS 7). All but NPre and NPost is of those who have both. The
// difference is post - pre, in the unit of the values; d and g are in standard deviations, each of another kind. Nil is what
// needs more persons, or a spread that is not there.
type PairedResult struct {
	N        int      `json:"n"`     // who have both
	NPre     int      `json:"n_pre"` // all who have the first
	NPost    int      `json:"n_post"`
	MeanPre  *float64 `json:"mean_pre"`
	MeanPost *float64 `json:"mean_post"`
	SDPre    *float64 `json:"sd_pre"`
	SDPost   *float64 `json:"sd_post"`
	MeanDiff *float64 `json:"mean_diff"`
	SDDiff   *float64 `json:"sd_diff"`
	SEDiff   *float64 `json:"se_diff"`
	T        *float64 `json:"t"` // mean_diff/se_diff
	DF       *float64 `json:"df"`
	P        *float64 `json:"p"`
	CILow    *float64 `json:"ci_low"`
	CIHigh   *float64 `json:"ci_high"`
	R        *float64 `json:"r"`   // Pearson's, of pre and post
	DZ       *float64 `json:"d_z"` // mean_diff/sd_diff
	DZLow    *float64 `json:"d_z_nct_low"`
	DZHigh   *float64 `json:"d_z_nct_high"`
	DAv      *float64 `json:"d_av"`     // mean_diff/((sd_pre+sd_post)/2)
	DAvRMS   *float64 `json:"d_av_rms"` // mean_diff/sqrt((sd_pre²+sd_post²)/2)
	DRM      *float64 `json:"d_rm"`     // d_z·sqrt(2(1-r))
	DPre     *float64 `json:"d_pre"`    // mean_diff/sd_pre
	GZ       *float64 `json:"g_z"`      // J(n-1)·d_z, see hedgesJ
	GAv      *float64 `json:"g_av"`
	GAvRMS   *float64 `json:"g_av_rms"`
}

// Paired compares pre and post of those who have both. It refuses fewer than two of them, and columns of different length.
// When all change by the same amount t, p, the interval and d_z are nil.
func Paired(pre, post Column) (PairedResult, error) {
	before, after, err := together(pre, post)
	if err != nil {
		return PairedResult{}, err
	}
	if len(before) < 2 {
		return PairedResult{}, Refusal("Fewer than two persons have both values.")
	}
	changes := make([]float64, len(before))
	for i := range changes {
		changes[i] = after[i] - before[i]
	}
	first, second := sampleOf(before), sampleOf(after)
	change := sampleWithin(changes, max(largestOf(before), largestOf(after)))
	r := PairedResult{N: len(before), NPre: len(usable(pre.Known())), NPost: len(usable(post.Known()))}
	r.MeanPre, r.MeanPost, r.SDPre, r.SDPost = finite(first.mean), finite(second.mean), finite(first.sd()), finite(second.sd())
	r.MeanDiff, r.SDDiff = finite(change.mean), finite(change.sd())
	r.R = finite(pearson(before, after))
	r.test(change)
	r.effects(change, first, second)
	return r, nil
}

func (r *PairedResult) test(change sample) {
	root, df := math.Sqrt(float64(change.n)), float64(change.n-1)
	se := change.sd() / root
	r.SEDiff, r.DF = finite(se), finite(df)
	if r.T, r.P = testT(change.mean, se, df); r.T == nil {
		return
	}
	r.CILow, r.CIHigh = aroundT(change.mean, se, df)
	r.DZ = finite(change.mean / change.sd())
	r.DZLow, r.DZHigh = times(1 / root)(ncpLimits(*r.T, df))
}

func (r *PairedResult) effects(change, first, second sample) {
	j := hedgesJ(float64(change.n - 1))
	dAv := change.mean / ((first.sd() + second.sd()) / 2)
	dAvRMS := change.mean / math.Sqrt((first.variance()+second.variance())/2)
	r.DAv, r.DAvRMS, r.DPre = finite(dAv), finite(dAvRMS), finite(change.mean/first.sd())
	r.GAv, r.GAvRMS = finite(j*dAv), finite(j*dAvRMS)
	if r.DZ == nil {
		return
	}
	r.GZ = finite(j * *r.DZ)
	if r.R != nil {
		r.DRM = finite(*r.DZ * math.Sqrt(2*(1-*r.R)))
	}
}
