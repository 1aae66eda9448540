package dataset

import (
	"fmt"
	"io"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

// The measure of the platform's promise: 18,000 x 60 as CSV in 3 s, XLSX and .sav in 10 s, each within 64 MB beyond idle; 250,000
// rows finish. MB is how far the memory that the process holds rose above what it held before.
func BenchmarkWriters(b *testing.B) {
	for _, rows := range []int{18_000, 250_000} {
		for _, name := range []string{"csv", "xlsx", "sav", "parquet"} {
			b.Run(fmt.Sprintf("%s/%dx60", name, rows), func(b *testing.B) {
				debug.FreeOSMemory()
				before, peak := held(), watch()
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

// held is how many bytes the process has from the system.
func held() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() - s[1].Value.Uint64()
}

// watch looks at held every millisecond; the function it returns ends that and tells the most.
func watch() func() uint64 {
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		peak := held()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				most <- peak
				return
			case <-tick.C:
				peak = max(peak, held())
			}
		}
	}()
	return func() uint64 { close(done); return <-most }
}
