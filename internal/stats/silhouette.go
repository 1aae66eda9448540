package stats

import "math"

// silhouette returns the mean of s = (b-a)/max(a,b) of all persons and of each cluster, where a is the mean distance to
// the others of the own cluster and b the least mean distance to another cluster (Rousseeuw 1987). of is the cluster of each
// person. It is nil for one cluster and above 50,000 persons, whose pairs are too many.
func (p cloud) silhouette(of, sizes []int) (mean *float64, byCluster []*float64) {
	k := len(sizes)
	byCluster = make([]*float64, k)
	if k < 2 || p.n > mostSilhouettes {
		return nil, byCluster
	}
	sums := p.distanceSums(of, k)
	values, all := make([][]float64, k), make([]float64, p.n)
	for i, own := range of {
		all[i] = silhouetteOf(sums[i*k:(i+1)*k], sizes, own)
		values[own] = append(values[own], all[i])
	}
	for c := range byCluster {
		byCluster[c] = finite(sumOf(values[c]) / float64(sizes[c]))
	}
	return finite(sumOf(all) / float64(p.n)), byCluster
}

// distanceSums adds up every person's distances to the persons of each cluster; each pair is measured once.
func (p cloud) distanceSums(of []int, k int) []float64 {
	sums := make([]float64, p.n*k)
	for i := range of {
		here, mine := p.point(i), sums[i*k:(i+1)*k]
		for other := range i {
			distance := math.Sqrt(squaredDistance(here, p.point(other)))
			mine[of[other]] += distance
			sums[other*k+of[i]] += distance
		}
	}
	return sums
}

func silhouetteOf(sums []float64, sizes []int, own int) float64 {
	if sizes[own] == 1 {
		return 0
	}
	a, b := sums[own]/float64(sizes[own]-1), math.Inf(1)
	for c, sum := range sums {
		if c != own {
			b = min(b, sum/float64(sizes[c]))
		}
	}
	if max(a, b) == 0 {
		return 0
	}
	return (b - a) / max(a, b)
}
