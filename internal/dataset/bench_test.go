package dataset

import (
	"fmt"
	"io"
	"runtime/debug"
	"testing"

	"taitorinki/internal/memtest"
)

// The measure of the platform's promise: 18,000 x 60 as CSV in 3 s, XLSX and .sav in 10 s, each within 64 MB beyond idle; 250,000
// rows finish. MB is how far the memory that the process holds rose above what it held before.
func BenchmarkWriters(b *testing.B) {
	for _, rows := range []int{18_000, 250_000} {
		for _, name := range []string{"csv", "xlsx", "sav", "parquet"} {
			b.Run(fmt.Sprintf("%s/%dx60", name, rows), func(b *testing.B) {
				debug.FreeOSMemory()
				before, peak := memtest.Held(), memtest.Watch()
				for b.Loop() {
					sum := NewChecksum(io.Discard)
					n, err := writers[name](sum, wide(rows, 60))
					if err != nil || n != rows {
						b.Fatalf("%d rows, %v", n, err)
					}
					b.SetBytes(sum.Bytes())
				}
				b.ReportMetric(float64(peak()-before)/1e6, "MB")
			})
		}
	}
}
