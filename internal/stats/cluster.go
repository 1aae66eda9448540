package stats

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

const (
	fewestStarts    = 100
	mostStarts      = 1000
	startWork       = 40_000_000 // small data get more starts, up to about so many distances for one pass over each
	mostSilhouettes = 50_000     // persons; the work grows by the square
)

// Clusters is a division of persons into k groups (item 14). Sums of squares are in the metric of the scores: z-scores
// when standardised, else the square of their unit. Clusters are in order of size, the largest first; equal sizes by the
// first score's centre, ascending.
type Clusters struct {
	N            int                   `json:"n"` // persons with every score
	K            int                   `json:"k"`
	Within       *float64              `json:"tot_withinss"`
	Total        *float64              `json:"tot_ss"`
	BetweenRatio *float64              `json:"between_ratio"` // 1 - tot_withinss/tot_ss
	Sizes        []int                 `json:"sizes"`
	WithinEach   []*float64            `json:"withinss"`
	Centers      []map[string]*float64 `json:"centers"`
	Silhouette   *float64              `json:"silhouette_mean"`       // -1 to 1; nil when k = 1 or n > 50,000
	ByCluster    []*float64            `json:"silhouette_by_cluster"` // mean of the cluster's persons; nil as above
}

// KMeans divides the persons who have every score (listwise) into k clusters of the least squared Euclidean distance to
// their centres; with standardised the scores are z-scores, SD with divisor n-1, computed after the deletion.
//
// At least 100 starts by k-means++ (Arthur & Vassilvitskii 2007), up to 1,000 where the data are small, are each improved
// by passes to the nearest centre (Lloyd 1982) and then by moving single persons as in Hartigan & Wong (1979), until no
// single move lowers the sum. The best is kept; the same seed gives the same clusters. The silhouette (Rousseeuw 1987) is
// on Euclidean distance; a person alone in a cluster has 0.
//
// It refuses k < 1, no scores, fewer persons than k or fewer different persons than k, and, standardised, a score without
// variance.
func KMeans(names []string, columns []Column, k int, standardised bool, seed uint64) (Clusters, error) {
	if k < 1 || len(columns) == 0 {
		return Clusters{}, Refusal("Clusters need a number of clusters of at least 1, and at least one score.")
	}
	if err := sameLength(columns); err != nil {
		return Clusters{}, err
	}
	scores, n := completeValues(columns)
	if n < k {
		return Clusters{}, Refusal(fmt.Sprintf("There are %d persons with every score, too few for %d clusters.", n, k))
	}
	p, err := cloudOf(names, scores, n, standardised)
	if err != nil {
		return Clusters{}, err
	}
	if p.different() < k {
		return Clusters{}, Refusal(fmt.Sprintf("There are fewer than %d different persons to divide.", k))
	}
	random := rand.New(rand.NewPCG(seed, 0))
	starts := min(max(fewestStarts, startWork/(n*k*p.d)), mostStarts)
	var best division
	for i := range starts {
		if found := p.divide(k, random); i == 0 || found.within < best.within*(1-1e-12) {
			best = found
		}
	}
	return p.describe(names, best, k), nil
}

// cloud holds n persons with d scores each, person after person, in the metric of the clusters and counted from the means.
type cloud struct {
	n, d   int
	points []float64
	means  []float64 // what to add for the centres that are shown; 0 when standardised
}

func cloudOf(names []string, scores [][]float64, n int, standardised bool) (cloud, error) {
	p := cloud{n: n, d: len(scores), points: make([]float64, n*len(scores)), means: make([]float64, len(scores))}
	for j, values := range scores {
		mean, distances := centred(values)
		scale, same := 1.0, constant(values)
		switch {
		case standardised && same:
			return p, Refusal(fmt.Sprintf("The score %s has no variance.", names[j]))
		case standardised:
			scale = math.Sqrt(sumOfSquares(distances) / float64(n-1))
		case same:
			clear(distances)
		}
		if !standardised {
			p.means[j] = mean
		}
		if notFinite(scale) || notFinite(largestOf(distances)*largestOf(distances)*float64(n)) {
			return p, Refusal("The values are too large to compute with.")
		}
		for i, distance := range distances {
			p.points[i*p.d+j] = distance / scale
		}
	}
	return p, nil
}

func (p cloud) point(i int) []float64 { return p.points[i*p.d : (i+1)*p.d] }

// different counts the persons that differ by more than rounding, a billionth of the largest distance from the mean.
func (p cloud) different() int {
	unit := largestOf(p.points) / 1e9
	places := make([][]float64, p.n)
	for i := range places {
		places[i] = make([]float64, p.d)
		for j, v := range p.point(i) {
			if unit > 0 {
				places[i][j] = math.Round(v / unit)
			}
		}
	}
	slices.SortFunc(places, slices.Compare)
	return len(slices.CompactFunc(places, slices.Equal))
}

func squaredDistance(a, b []float64) float64 {
	sum := 0.0
	for j, v := range a {
		d := v - b[j]
		sum += d * d
	}
	return sum
}

// division is a cloud in k clusters: the cluster of each person, sizes, and centres one after the other.
type division struct {
	of      []int
	sizes   []int
	centres []float64
	within  float64
	// How far the centres have moved so far, and how far they must have moved before a person can be nearer to another: most
	// persons lie clearly in their cluster and need no look in most passes.
	drift float64
	sure  []float64
}

func (s *division) centre(c, d int) []float64 { return s.centres[c*d : (c+1)*d] }

// settle notes that a person's own and next centre are at these squared distances; both may come half the way.
func (s *division) settle(i int, own, next float64) {
	s.sure[i] = s.drift + (math.Sqrt(next)-math.Sqrt(own))/2
}

// divide makes one start and improves it.
func (p cloud) divide(k int, random *rand.Rand) division { return p.improve(p.seeds(k, random), k) }

// improve divides by the nearest of k centres and moves persons until no single move lowers the sum of squares.
func (p cloud) improve(centres []float64, k int) division {
	s := division{of: make([]int, p.n), sizes: make([]int, k), centres: centres, sure: make([]float64, p.n)}
	for i := range s.of {
		s.of[i], s.sure[i] = -1, -1
	}
	for range 50 {
		moved := p.toNearest(&s)
		p.recentre(&s)
		if !moved {
			break
		}
	}
	p.moveSingly(&s)
	distances := make([]float64, p.n)
	for i, c := range s.of {
		distances[i] = squaredDistance(p.point(i), s.centre(c, p.d))
	}
	s.within = sumOf(distances)
	return s
}

// moveSingly moves single persons until a pass over all of them, sure or not, finds nobody to move.
func (p cloud) moveSingly(s *division) {
	everybody := true
	for i := range s.sure {
		s.sure[i] = -1
	}
	for range 5000 {
		moved := p.moveOne(s)
		p.recentre(s)
		if !moved && everybody {
			return
		}
		if everybody = !moved; everybody {
			for i := range s.sure {
				s.sure[i] = -1
			}
		}
	}
}

// seeds picks k persons: the first by chance, each other by chance in proportion to the squared distance to the nearest
// one picked.
func (p cloud) seeds(k int, random *rand.Rand) []float64 {
	centres := slices.Clone(p.point(random.IntN(p.n)))
	nearest := make([]float64, p.n)
	for i := range nearest {
		nearest[i] = math.Inf(1)
	}
	for len(centres) < k*p.d {
		total, last := 0.0, centres[len(centres)-p.d:]
		for i := range nearest {
			nearest[i] = min(nearest[i], squaredDistance(p.point(i), last))
			total += nearest[i]
		}
		rest, pick := random.Float64()*total, -1
		for i, distance := range nearest {
			if distance > 0 && rest >= 0 {
				pick = i
			}
			rest -= distance
		}
		centres = append(centres, p.point(max(pick, 0))...)
	}
	return centres
}

// toNearest puts every person to the nearest centre and tells whether anybody moved. The last person of a cluster stays.
func (p cloud) toNearest(s *division) bool {
	moved := false
	for i, from := range s.of {
		if s.drift < s.sure[i] {
			continue
		}
		best, least, next := 0, math.Inf(1), math.Inf(1)
		for c := range s.sizes {
			distance := squaredDistance(p.point(i), s.centre(c, p.d))
			if distance < least {
				best, least, next = c, distance, least
			} else {
				next = min(next, distance)
			}
		}
		if best != from && from >= 0 && s.sizes[from] == 1 {
			continue
		}
		s.settle(i, least, next)
		if best == from {
			continue
		}
		if from >= 0 {
			s.sizes[from]--
		}
		s.sizes[best]++
		s.of[i], moved = best, true
	}
	return moved
}

// moveOne moves single persons, one after the other, wherever that lowers the sum of squares: leaving cluster a gains
// n_a/(n_a-1)·d², joining b costs n_b/(n_b+1)·d². The centres follow every move.
func (p cloud) moveOne(s *division) bool {
	moved := false
	for i, from := range s.of {
		if s.drift < s.sure[i] || s.sizes[from] == 1 {
			continue
		}
		size := float64(s.sizes[from])
		gain := size / (size - 1) * squaredDistance(p.point(i), s.centre(from, p.d))
		best, least := from, math.Inf(1)
		for c := range s.sizes {
			size := float64(s.sizes[c])
			if cost := size / (size + 1) * squaredDistance(p.point(i), s.centre(c, p.d)); c != from && cost < least {
				best, least = c, cost
			}
		}
		if least >= gain*(1-1e-10) {
			s.settle(i, gain, least)
			continue
		}
		p.shift(s, i, from, -1)
		p.shift(s, i, best, 1)
		s.of[i], s.sure[i], moved = best, -1, true
	}
	return moved
}

// shift takes person i out of cluster c (by = -1) or into it (by = 1).
func (p cloud) shift(s *division, i, c, by int) {
	s.sizes[c] += by
	centre := s.centre(c, p.d)
	step := float64(by) / float64(s.sizes[c])
	s.drift += math.Abs(step) * math.Sqrt(squaredDistance(p.point(i), centre))
	for j, v := range p.point(i) {
		centre[j] += step * (v - centre[j])
	}
}

// recentre computes the centres anew. A cluster that nobody came to, whose seed was another person's equal, takes the
// person who is farthest from his centre.
func (p cloud) recentre(s *division) {
	for c, size := range s.sizes {
		if size == 0 {
			p.fill(s, c)
		}
	}
	before := slices.Clone(s.centres)
	clear(s.centres)
	for i, c := range s.of {
		centre := s.centre(c, p.d)
		for j, v := range p.point(i) {
			centre[j] += v
		}
	}
	farthest := 0.0
	for c, size := range s.sizes {
		centre := s.centre(c, p.d)
		for j := range centre {
			centre[j] /= float64(size)
		}
		farthest = max(farthest, squaredDistance(centre, before[c*p.d:(c+1)*p.d]))
	}
	s.drift += math.Sqrt(farthest)
}

func (p cloud) fill(s *division, empty int) {
	far, most := -1, -1.0
	for i, c := range s.of {
		if distance := squaredDistance(p.point(i), s.centre(c, p.d)); s.sizes[c] > 1 && distance > most {
			far, most = i, distance
		}
	}
	s.sizes[s.of[far]]--
	s.sizes[empty]++
	s.of[far], s.sure[far] = empty, -1
}

// order lists the clusters by size, the largest first, and tells the place of each.
func (p cloud) order(s division) (order, place []int) {
	order, place = make([]int, len(s.sizes)), make([]int, len(s.sizes))
	for c := range order {
		order[c] = c
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(s.sizes[b]-s.sizes[a], slices.Compare(s.centre(a, p.d), s.centre(b, p.d)))
	})
	for to, from := range order {
		place[from] = to
	}
	return order, place
}

// describe orders the clusters and counts what is shown of them.
func (p cloud) describe(names []string, s division, k int) Clusters {
	order, place := p.order(s)
	within := make([][]float64, k)
	for i, c := range s.of {
		within[place[c]] = append(within[place[c]], squaredDistance(p.point(i), s.centre(c, p.d)))
		s.of[i] = place[c]
	}
	total := sumOfSquares(p.points)
	out := Clusters{N: p.n, K: k, Within: finite(s.within), Total: finite(total), BetweenRatio: finite(1 - s.within/total)}
	for to, from := range order {
		out.Sizes = append(out.Sizes, s.sizes[from])
		out.WithinEach = append(out.WithinEach, finite(sumOf(within[to])))
		centre := map[string]*float64{}
		for j, name := range names {
			centre[name] = finite(p.means[j] + s.centre(from, p.d)[j])
		}
		out.Centers = append(out.Centers, centre)
	}
	out.Silhouette, out.ByCluster = p.silhouette(s.of, out.Sizes)
	return out
}
