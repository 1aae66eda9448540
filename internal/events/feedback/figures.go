package feedback

import (
	"context"

	"taitorinki/internal/db"
	"taitorinki/internal/sdc"
)

// Counts are the answers by number, 0 to 10.
type Counts [11]int

// good is the lowest number that counts as useful.
const good = 8

// Figure is what is told of the usefulness of an event. When it is not Shown everything else is zero.
type Figure struct {
	Shown bool
	N     int
	Mean  float64 // 0 to 10, with sdc.Decimals(N)
	Good  int     // who gave 8 to 10, in whole percents
	Full  bool    // Shares are told
	// Shares are the answers by number, in whole percents.
	Shares [11]int
}

// figureOf decides what is told of some answers: nothing under 5, or when nearly all gave the same number (D1, D8); no distribution
// under 10.
func figureOf(c Counts) (f Figure) {
	n, sum, useful := 0, 0, 0
	for v, k := range c {
		n, sum = n+k, sum+v*k
		if v >= good {
			useful += k
		}
	}
	if n == 0 || !sdc.MeanAllowed(n, c[:], float64(sum)/float64(n), 0, 10) {
		return f
	}
	f = Figure{Shown: true, N: n, Mean: sdc.Mean(sum, n), Good: sdc.Percent(useful, n), Full: n >= sdc.LeastFull}
	for v, k := range c {
		if f.Full {
			f.Shares[v] = sdc.Percent(k, n)
		}
	}
	return f
}

// Usefulness is what is told of some events, by their number. An event without a figure is there with one that is not Shown.
func Usefulness(ctx context.Context, q db.Q, events []int64) (map[int64]Figure, error) {
	counts, err := countsOf(ctx, q, events)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]Figure, len(events))
	for _, id := range events {
		if c := counts[id]; c != nil {
			out[id] = figureOf(*c)
		} else {
			out[id] = Figure{}
		}
	}
	return out, nil
}
