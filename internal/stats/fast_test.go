package stats

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// bytesOf turns columns into bytes.
func bytesOf(items []Column) [][]byte {
	out := make([][]byte, len(items))
	for j, item := range items {
		out[j] = make([]byte, len(item.Values))
		for i, v := range item.Values {
			out[j][i] = MissingByte
			if item.Present[i] {
				out[j][i] = byte(v)
			}
		}
	}
	return out
}

func TestBytesGiveTheSameAsColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		n := rapid.SampledFrom([]int{0, 1, 2, 50, blockSize, blockSize + 1, 2*blockSize - 1}).Draw(t, "n")
		k := rapid.IntRange(1, 6).Draw(t, "items")
		percent := rapid.SampledFrom([]int{0, 50, 80, 100}).Draw(t, "percent")
		items := agreements(random, n, k, rapid.SampledFrom([]int{0, 3, 30}).Draw(t, "missing"))
		unit := make([]int32, n)
		for i := range unit {
			unit[i] = int32(random.IntN(6) - 1)
		}
		means, err := MeansByGroup([][][]byte{bytesOf(items)}, unit, 6, percent)
		if err != nil {
			t.Fatal(err)
		}
		scores := Scores(items, percent)
		for u, got := range means[0] {
			var values []float64
			for i := range unit {
				if unit[i] == int32(u) && scores.Present[i] {
					values = append(values, scores.Values[i])
				}
			}
			want := Describe(values)
			if got.N != want.N || !same(got.Mean, want.Mean) || !same(got.SD, want.SD) {
				t.Fatalf("unit %d: got %d %v %v, want %d %v %v", u, got.N, show(got.Mean), show(got.SD), want.N, show(want.Mean), show(want.SD))
			}
		}
		count, alpha, err := AlphaOfBytes(bytesOf(items))
		if err != nil {
			t.Fatal(err)
		}
		want, refused := ReliabilityOf(namesFor(items), items, false)
		_, complete := CompleteCases(items)
		if count != complete || refused == nil && !same(alpha, want.Alpha) || refused != nil && alpha != nil {
			t.Fatalf("got alpha %v of %d, want %v of %d (%v)", show(alpha), count, show(want.Alpha), complete, refused)
		}
	})
}

func TestBytesAtTheirLimits(t *testing.T) {
	largest := make([][]byte, mostItems)
	for j := range largest {
		largest[j] = []byte{254, 254, 0}
	}
	means, err := MeansByGroup([][][]byte{largest}, []int32{0, 0, 1}, 3, 100)
	if err != nil || *means[0][0].Mean != 254 || *means[0][0].SD != 0 || *means[0][1].Mean != 0 || means[0][1].SD != nil || means[0][2].Mean != nil {
		t.Errorf("got %s %v", asJSON(means), err)
	}
	if n, alpha, err := AlphaOfBytes(largest); n != 3 || err != nil || *alpha != 1 {
		t.Errorf("got alpha %v of %d, %v", show(alpha), n, err)
	}
	for _, items := range [][][]byte{nil, append(largest, largest[0]), {{1, 2, 3}, {1, 2}}} {
		if _, _, err := AlphaOfBytes(items); err == nil {
			t.Errorf("alpha of %d items is not refused", len(items))
		}
		if _, err := MeansByGroup([][][]byte{items}, make([]int32, 3), 1, 80); err == nil {
			t.Errorf("means of %d items are not refused", len(items))
		}
	}
	for _, unit := range []int32{-2, 1} {
		if _, err := MeansByGroup(nil, []int32{unit}, 1, 80); err == nil {
			t.Errorf("unit %d of 1 is not refused", unit)
		}
	}
}

// survey is made-up answers of n persons to 57 items on 8 scales, one in 30 missing, in 4,000 units.
func survey(n int) (scales [][][]byte, unit []int32) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, k := range []int{8, 7, 7, 7, 7, 7, 7, 7} {
		items := make([][]byte, k)
		for j := range items {
			items[j] = make([]byte, n)
			for i := range items[j] {
				items[j][i] = byte(1 + random.IntN(5))
				if random.IntN(30) == 0 {
					items[j][i] = MissingByte
				}
			}
		}
		scales = append(scales, items)
	}
	unit = make([]int32, n)
	for i := range unit {
		unit[i] = int32(random.IntN(4000))
	}
	return scales, unit
}

func BenchmarkMeansByGroup(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"18,000", 18_000}, {"1,000,000", 1_000_000}} {
		scales, unit := survey(size.n)
		b.Run("means "+size.name, func(b *testing.B) {
			onCPU(b, func() {
				if _, err := MeansByGroup(scales, unit, 4000, DefaultPercent); err != nil {
					b.Fatal(err)
				}
			})
		})
		b.Run("alpha "+size.name, func(b *testing.B) {
			onCPU(b, func() {
				for _, items := range scales {
					if _, alpha, err := AlphaOfBytes(items); err != nil || alpha == nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

func BenchmarkScales(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	wide, many := agreements(random, 2000, 57, 0), agreements(random, 18_000, 8, 0)
	b.Run("omega of 57 items", func(b *testing.B) {
		onCPU(b, func() { _, _ = OmegaTotal(namesFor(wide), wide) })
	})
	b.Run("reliability of 18,000 x 8 pairwise", func(b *testing.B) {
		onCPU(b, func() { _, _ = ReliabilityOf(namesFor(many), many, true) })
	})
	b.Run("6 clusters of 18,000 x 8", func(b *testing.B) {
		onCPU(b, func() { _, _ = KMeans(namesFor(many), many, 6, true, 1) })
	})
}
