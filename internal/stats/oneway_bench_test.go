package stats

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// Six hundred units of a county make 180,000 pairs.
func BenchmarkOneWayOf600Groups(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	levels := make([]string, 600)
	var values []float64
	var group []int
	for g := range levels {
		levels[g] = strconv.Itoa(g)
		for range 2 + random.IntN(40) {
			values, group = append(values, random.NormFloat64()), append(group, g)
		}
	}
	for b.Loop() {
		if _, err := OneWay(levels, values, group); err != nil {
			b.Fatal(err)
		}
	}
}
