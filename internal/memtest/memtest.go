// Package memtest tells benchmarks how much memory the process takes from the system.
package memtest

import (
	"runtime/metrics"
	"time"
)

// Held is how many bytes the process has from the system.
func Held() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() - s[1].Value.Uint64()
}

// Watch looks at Held every millisecond; the function it returns ends that and tells the most.
func Watch() func() uint64 {
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		peak := Held()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				most <- peak
				return
			case <-tick.C:
				peak = max(peak, Held())
			}
		}
	}()
	return func() uint64 { close(done); return <-most }
}
