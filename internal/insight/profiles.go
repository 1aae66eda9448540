package insight

import (
	"taitorinki/internal/sdc"
	"taitorinki/internal/stats"
)

// Profiles are divisions of all who have a score in every area into k groups of people who answered alike; for the whole only.
type Profiles struct {
	N    *int         `json:"n,omitempty"` // nil: all who answered, but for k-1 at most
	Sets []ProfileSet `json:"sets"`        // for each k that can be told, in their order
}

// ProfileSet is the division into K groups: k-means on the standardised scores.
type ProfileSet struct {
	K          int       `json:"k"`
	Silhouette float64   `json:"silhouette"` // -1 to 1, two decimals; of at most ProfileSample people
	Between    int       `json:"between"`    // percent of the differences between people that lie between the groups
	Profiles   []Profile `json:"profiles"`   // in order of size, the largest first
}

// Profile is one group. It has no number of people, since the numbers would add up to one that is told elsewhere but for a few.
type Profile struct {
	Share int        `json:"share"` // percent
	Means []*float64 `json:"means"` // by area, one decimal; nil where it is not shown
}

// Into how many groups people are divided.
const (
	FewestProfiles = 2
	MostProfiles   = 6
)

// ProfileSample is among how many people the search for the groups begins: stats.DivideBySample. All people of up to so many.
const ProfileSample = 1000

// ProfileDecimals is how many decimals the means of a profile have. Groups of different divisions overlap: more of them would tell of
// the few who are in one and not in the other.
const ProfileDecimals = 1

func (m *making) profiles() {
	areas, rows := m.complete()
	if len(rows) < m.Full || len(areas) < 2 {
		return
	}
	var columns []stats.Column
	for _, a := range areas {
		columns = append(columns, m.scoreColumn(a, rows))
	}
	p := &Profiles{N: m.notNearlyAll(len(rows))}
	for k := FewestProfiles; k <= MostProfiles; k++ {
		d, err := stats.DivideBySample(columns, k, ProfileSample, m.Seed)
		if err != nil || d.Sizes[k-1] < m.Least || d.Silhouette == nil || d.BetweenRatio == nil {
			continue
		}
		p.Sets = append(p.Sets, m.profileSet(d, areas, columns))
	}
	if len(p.Sets) > 0 {
		m.Profiles = p
	}
}

func (m *making) profileSet(d stats.Division, areas []int, columns []stats.Column) ProfileSet {
	s := ProfileSet{K: d.K, Silhouette: *hundredths(d.Silhouette), Between: int(sdc.Round(*d.BetweenRatio*100, 0))}
	for c, size := range d.Sizes {
		p := Profile{Share: sdc.Percent(size, d.N), Means: make([]*float64, len(m.Areas))}
		for at, a := range areas {
			var scores []float64
			for i, of := range d.Of {
				if of == c {
					scores = append(scores, columns[at].Values[i])
				}
			}
			p.Means[a] = profileMean(scores, m.Areas[a])
		}
		s.Profiles = append(s.Profiles, p)
	}
	return s
}

// profileMean is the mean as it is told; nil where it may not be, or where so few decimals would put it too near an end (D8).
func profileMean(scores []float64, a Area) *float64 {
	low, high, mean := float64(a.Min), float64(a.Max), *stats.Describe(scores).Mean
	if !sdc.MeanAllowed(len(scores), stats.DistinctCounts(scores), mean, low, high) {
		return nil
	}
	told, half, need := sdc.Round(mean, ProfileDecimals), 0.05, 2/float64(len(scores))-tiny
	if high-(told+half) < need || (told-half)-low < need {
		return nil
	}
	return &told
}
