package insight

import (
	"strconv"

	"taitorinki/internal/sdc"
	"taitorinki/internal/stats"
)

// Quality tells how well the questionnaire measured, for the whole only.
type Quality struct {
	Decimals int            `json:"decimals"` // of the items' means and SDs
	Areas    []*AreaQuality `json:"areas"`    // by area; nil where it is not shown
}

// AreaQuality is how well an area was measured.
type AreaQuality struct {
	N           *int          `json:"n,omitempty"`           // who answered all of its items; nil: all who answered, but for k-1 at most
	Reliability *Reliability  `json:"reliability,omitempty"` // nil: it is not shown
	Items       []ItemQuality `json:"items"`                 // in the order in which they were asked
}

// Reliability is that of an area's items, keyed, among those who answered all of them. All figures have two decimals; nil: the
// figure is not defined.
type Reliability struct {
	Alpha       *float64  `json:"alpha"` // Cronbach's
	Low         *float64  `json:"low"`   // Feldt's interval, with a confidence of 95 %
	High        *float64  `json:"high"`
	Omega       *float64  `json:"omega"`       // total, of one factor; not defined for a Heywood case
	MeanR       *float64  `json:"mean_r"`      // between two items
	KMO         *float64  `json:"kmo"`         // 0 to 1
	Eigenvalues []float64 `json:"eigenvalues"` // of the correlations, the three largest
}

// ItemQuality is how an item was answered. Mean, SD and shares are of the answers as given, correlations of the keyed ones; nil:
// not shown, or, of the last two, not defined.
type ItemQuality struct {
	ID        string   `json:"id"`
	Text      Words    `json:"text"`
	Reversed  bool     `json:"reversed,omitempty"`
	Mean      *float64 `json:"mean"`
	SD        *float64 `json:"sd"`
	Missing   *int     `json:"missing"`    // percent of all, who gave no value on the scale
	Floor     *int     `json:"floor"`      // percent of the answers that are the lowest of the scale, from leastSpread answers on
	Ceiling   *int     `json:"ceiling"`    // and the highest
	RDrop     *float64 `json:"r_drop"`     // with the sum of the other items
	IfDropped *float64 `json:"if_dropped"` // alpha of the others
}

const mostEigenvalues = 3

// quality tells how well each area whose mean is shown was measured.
func (m *making) quality() {
	whole := m.Whole()
	if whole == nil {
		return
	}
	q := &Quality{Decimals: whole.Decimals(), Areas: make([]*AreaQuality, len(m.Areas))}
	for a := range m.Areas {
		if whole.Means[a] != nil {
			q.Areas[a] = m.areaQuality(a, &q.Decimals)
		}
	}
	m.Quality = q
	for _, a := range q.Areas {
		if a != nil {
			a.round(q.Decimals)
		}
	}
}

// areaQuality counts an area, with means and SDs exact as yet: with how many decimals all of them are told is known when the
// item that the fewest have answered is.
func (m *making) areaQuality(area int, decimals *int) *AreaQuality {
	out := &AreaQuality{}
	var names []string
	var keyed []stats.Column
	for i, it := range m.source.Items {
		if it.Kind != ScaleItem || it.Area != area || it.Max <= it.Min {
			continue
		}
		raw := m.column(i)
		item, n := m.itemQuality(it, raw)
		if item.Mean != nil {
			*decimals = min(*decimals, sdc.Decimals(n))
		}
		out.Items = append(out.Items, item)
		if it.Reversed {
			raw = raw.Reversed(float64(it.Min), float64(it.Max))
		}
		names, keyed = append(names, it.ID), append(keyed, raw)
	}
	m.reliability(out, names, keyed)
	return out
}

// column is the answers to a scale item; one that is no value of the scale, such as "does not concern me", is missing.
func (m *making) column(item int) stats.Column {
	it := m.source.Items[item]
	c := stats.NewColumn(len(m.source.Responses))
	for i, r := range m.source.Responses {
		if item >= len(r.Answers) {
			continue
		}
		if x, err := strconv.Atoi(r.Answers[item]); err == nil && x >= it.Min && x <= it.Max {
			c.Set(i, float64(x))
		}
	}
	return c
}

// itemQuality counts an item, and tells how many gave a value.
func (m *making) itemQuality(it Item, raw stats.Column) (out ItemQuality, n int) {
	out = ItemQuality{ID: it.ID, Text: it.Text, Reversed: it.Reversed}
	d := stats.Describe(raw.Known())
	n = d.N
	out.Missing = m.share(len(raw.Values)-n, len(raw.Values))
	counts, _ := stats.Counts(raw, it.Min, it.Max)
	if n < m.Full || !sdc.SDAllowed(n, counts, *d.Mean, float64(it.Min), float64(it.Max)) {
		return out, n
	}
	out.Mean, out.SD = d.Mean, d.SD
	if n >= leastSpread {
		out.Floor, out.Ceiling = m.share(counts[0], n), m.share(counts[len(counts)-1], n)
	}
	return out, n
}

// share is x of n as a whole percent. Where x is fewer than a group, nobody included, it is 0 if it would be 0 for all such x, and
// otherwise not told; nor is it where the others are fewer than a group.
func (m *making) share(x, n int) *int {
	switch {
	case n-x < m.Least:
		return nil
	case x >= m.Least:
		return new(sdc.Percent(x, n))
	case sdc.Percent(m.Least-1, n) == 0:
		return new(0)
	}
	return nil
}

// notNearlyAll is a number of people, nil if it is that of all who answered but for k-1 at most: one number less the other would
// tell of the few.
func (m *making) notNearlyAll(n int) *int {
	if m.Whole().N-n < m.Least {
		return nil
	}
	return &n
}

func (m *making) reliability(out *AreaQuality, names []string, keyed []stats.Column) {
	_, complete := stats.CompleteCases(keyed)
	if len(keyed) < 2 || complete < m.Full {
		return
	}
	out.N = m.notNearlyAll(complete)
	out.Reliability = &Reliability{}
	r, err := stats.ReliabilityOf(names, keyed, false)
	if err != nil {
		return // none of the items varies
	}
	out.Reliability.Alpha, out.Reliability.MeanR = hundredths(r.Alpha), hundredths(r.MeanR)
	out.Reliability.Low, out.Reliability.High = hundredths(r.FeldtLow), hundredths(r.FeldtHigh)
	if o, err := stats.OmegaTotal(names, keyed); err == nil && !o.Heywood {
		out.Reliability.Omega = hundredths(o.Total)
	}
	if e, err := stats.EigenCorrelation(keyed, false); err == nil {
		out.Reliability.KMO = hundredths(e.KMO)
		for _, x := range e.Eigenvalues[:min(len(e.Eigenvalues), mostEigenvalues)] {
			out.Reliability.Eigenvalues = append(out.Reliability.Eigenvalues, sdc.Round(x, 2))
		}
	}
	for i := range out.Items {
		if it := &out.Items[i]; it.Mean != nil {
			it.RDrop, it.IfDropped = hundredths(r.RDrop[it.ID]), hundredths(r.IfDropped[it.ID])
		}
	}
}

// round rounds the means and SDs of the items, once.
func (a *AreaQuality) round(decimals int) {
	for i := range a.Items {
		if it := &a.Items[i]; it.Mean != nil {
			it.Mean, it.SD = new(sdc.Round(*it.Mean, decimals)), new(sdc.Round(*it.SD, decimals))
		}
	}
}

func hundredths(x *float64) *float64 {
	if x == nil {
		return nil
	}
	return new(sdc.Round(*x, 2) + 0) // -0 is 0
}
