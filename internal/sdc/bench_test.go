package sdc

import (
	"runtime"
	"testing"
)

// BenchmarkSuppress tells with the time how many groups of at least k are hidden, of how many, and how much memory the
// program has taken.
func BenchmarkSuppress(b *testing.B) {
	for _, x := range []struct {
		name                 string
		units, people, areas int
		categories           []int
	}{
		{"medium by unit", 600, 9000, 8, nil},
		{"medium by unit and profession", 600, 9000, 8, []int{12}},
		{"medium by profession, age group and years", 600, 9000, 8, []int{12, 5, 5}},
		{"large by unit", 4000, 100000, 8, nil},
		{"large by unit and profession", 4000, 100000, 8, []int{12}},
	} {
		b.Run(x.name, func(b *testing.B) {
			o := ManyUnits(1, x.units, x.people, x.categories...)
			o.WithAreas(x.areas)
			var p Publication
			for b.Loop() {
				var err error
				if p, err = Suppress(o.Catalogue, o.Answers, Rules{Least: 5, Full: 10}); err != nil {
					b.Fatal(err)
				}
			}
			hidden, of := o.Hidden(b, p, 5)
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(hidden), "hidden")
			b.ReportMetric(float64(of), "groups")
			b.ReportMetric(float64(m.Sys>>20), "MB")
		})
	}
}
