package stats

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
)

// Division is a division of persons into k groups, with the group of each.
type Division struct {
	N            int      // persons with every score
	K            int      // groups
	Of           []int    // the group of each row from 0 to K-1, in order of size, the largest first; -1 for a row without every score
	Sizes        []int    // of the groups
	BetweenRatio *float64 // 1 - tot_withinss/tot_ss, from 0 to 1
	Silhouette   *float64 // mean of the persons drawn for the search, -1 to 1; nil when k = 1
}

// DivideBySample divides as KMeans does with standardised scores (item 14), but looks for the centres among a sample of the
// persons: 100 starts in a sample drawn without putting back, each improved as in KMeans; from the best centres of the
// sample all persons are divided and moved until no single move lowers the sum. This is a local optimum of all persons, as
// any that k-means finds; that it is the best one is as likely as that it is in the sample. Up to sample persons all of
// them are searched. 18,000 persons with 8 scores take about 50 times less than with KMeans.
//
// The same seed gives the same groups. The silhouette is that of the drawn persons. It refuses what KMeans refuses.
func DivideBySample(columns []Column, k, sample int, seed uint64) (Division, error) {
	if k < 1 || len(columns) == 0 {
		return Division{}, Refusal("Clusters need a number of clusters of at least 1, and at least one score.")
	}
	if err := sameLength(columns); err != nil {
		return Division{}, err
	}
	scores, n := completeValues(columns)
	if n < k {
		return Division{}, Refusal(fmt.Sprintf("There are %d persons with every score, too few for %d clusters.", n, k))
	}
	p, err := cloudOf(numbered(len(columns)), scores, n, true)
	if err != nil {
		return Division{}, err
	}
	if p.different() < k {
		return Division{}, Refusal(fmt.Sprintf("There are fewer than %d different persons to divide.", k))
	}
	random := rand.New(rand.NewPCG(seed, uint64(k)))
	drawn := p.draw(max(k, min(sample, n)), random)
	some := p.only(drawn)
	best := some.divide(k, random)
	for range fewestStarts - 1 {
		if found := some.divide(k, random); found.within < best.within*(1-1e-12) {
			best = found
		}
	}
	if len(drawn) < n {
		best = p.improve(best.centres, k)
	}
	return p.division(columns, best, drawn), nil
}

func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, strconv.Itoa(i+1))
	}
	return names
}

// draw picks persons, each as likely as any other, and lists them in their order.
func (p cloud) draw(sample int, random *rand.Rand) []int {
	drawn := random.Perm(p.n)[:sample]
	slices.Sort(drawn)
	return drawn
}

// only is the cloud of some of the persons, in the same metric.
func (p cloud) only(persons []int) cloud {
	some := cloud{n: len(persons), d: p.d, means: p.means}
	for _, i := range persons {
		some.points = append(some.points, p.point(i)...)
	}
	return some
}

// division describes what was found; drawn are the persons by whom the silhouette is told.
func (p cloud) division(columns []Column, s division, drawn []int) Division {
	out := Division{N: p.n, K: len(s.sizes), Of: make([]int, len(columns[0].Values)),
		BetweenRatio: finite(1 - s.within/sumOfSquares(p.points))}
	order, place := p.order(s)
	for _, c := range order {
		out.Sizes = append(out.Sizes, s.sizes[c])
	}
	known := 0
	for row := range out.Of {
		out.Of[row] = -1
		if !slices.ContainsFunc(columns, func(c Column) bool { return !c.Present[row] || notFinite(c.Values[row]) }) {
			out.Of[row] = place[s.of[known]]
			known++
		}
	}
	out.Silhouette = p.sampleSilhouette(s.of, len(s.sizes), drawn)
	return out
}

// sampleSilhouette is the mean silhouette among the drawn persons; nil when one of the groups has none of them.
func (p cloud) sampleSilhouette(of []int, k int, drawn []int) *float64 {
	theirs, sizes := make([]int, len(drawn)), make([]int, k)
	for at, i := range drawn {
		theirs[at] = of[i]
		sizes[of[i]]++
	}
	if slices.Contains(sizes, 0) {
		return nil
	}
	mean, _ := p.only(drawn).silhouette(theirs, sizes)
	return mean
}
