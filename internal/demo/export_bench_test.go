package demo_test

import (
	"io"
	"runtime/debug"
	"testing"

	"taitorinki/internal/dataset"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/insight"
	"taitorinki/internal/memtest"
)

// BenchmarkExports measures researchers' files of 18,000 responses from the database on: the promise is CSV in 3 s, XLSX and .sav in
// 10 s, within 64 MB beyond idle. The responses are those of the small county, many times over.
func BenchmarkExports(b *testing.B) {
	d := filled(b, county.Small)
	rounds, err := d.App.Insight.Rounds(b.Context())
	must(b, err)
	code := rounds[0].Code
	if _, err := d.App.Config.DB.ExecContext(b.Context(), `WITH RECURSIVE times (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM times WHERE n < 100)
		INSERT INTO survey_responses (id, round_id, grp, answers) SELECT abs(random()), a.round_id, a.grp, a.answers
		FROM survey_responses a JOIN survey_rounds r ON r.id = a.round_id CROSS JOIN times WHERE r.code = $1 LIMIT 17800`, code); err != nil {
		b.Fatal(err)
	}
	for _, x := range []struct {
		name  string
		write func(io.Writer, *insight.Microdata) (int, error)
	}{
		{"csv", func(w io.Writer, m *insight.Microdata) (int, error) {
			return dataset.CSV(w, m.Table, dataset.ForPrograms)
		}},
		{"xlsx", func(w io.Writer, m *insight.Microdata) (int, error) { return dataset.XLSX(w, m.Table, "fi") }},
		{"sav", func(w io.Writer, m *insight.Microdata) (int, error) { return dataset.SAV(w, m.Table, "fi") }},
		{"parquet", func(w io.Writer, m *insight.Microdata) (int, error) { return dataset.Parquet(w, m.Table) }},
	} {
		b.Run(x.name, func(b *testing.B) {
			debug.FreeOSMemory()
			before, peak := memtest.Held(), memtest.Watch()
			rows := 0
			for b.Loop() {
				m, err := d.App.Insight.Microdata(b.Context(), code)
				must(b, err)
				rows, err = x.write(io.Discard, m)
				must(b, err)
			}
			b.ReportMetric(float64(peak()-before)/1e6, "MB")
			b.ReportMetric(float64(rows), "rows")
		})
	}
}
