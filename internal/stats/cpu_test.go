package stats

import (
	"syscall"
	"testing"
	"time"
)

// onCPU runs the work b.N times and reports the processor's time for each run, which other programs do not change.
func onCPU(b *testing.B, work func()) {
	start := cpuTime(b)
	for b.Loop() {
		work()
	}
	b.ReportMetric(float64((cpuTime(b)-start).Microseconds())/1000/float64(b.N), "CPU-ms/op")
}

func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Skip(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
