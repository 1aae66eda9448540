package demo_test

import (
	"fmt"
	"io"
	"runtime/debug"
	"testing"

	"taitorinki/internal/dataset"
	"taitorinki/internal/demo"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/insight"
	"taitorinki/internal/memtest"
)

// BenchmarkExports measures researchers' files from the database on: the promise is 18,000 responses as CSV in 3 s, XLSX and .sav in
// 10 s, within 64 MB beyond idle; 250,000 finish. The responses are those of the small county, many times over. MB is how far the
// memory that the process holds rose above what it held before; the checksum is that of the last file.
func BenchmarkExports(b *testing.B) {
	d := filled(b, county.Small)
	rounds, err := d.App.Insight.Rounds(b.Context())
	must(b, err)
	code := rounds[0].Code
	for _, responses := range []int{18_000, 250_000} {
		grow(b, d, code, responses)
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
			b.Run(fmt.Sprintf("%s/%d", x.name, responses), func(b *testing.B) { export(b, d, code, x.write) })
		}
	}
}

// grow repeats a round's responses until there are as many as told.
func grow(b *testing.B, d *demo.Demo, code string, responses int) {
	b.Helper()
	if _, err := d.App.Config.DB.ExecContext(b.Context(), `WITH RECURSIVE times (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM times WHERE n < 2000)
		INSERT INTO survey_responses (id, round_id, grp, answers) SELECT abs(random()), a.round_id, a.grp, a.answers
		FROM survey_responses a JOIN survey_rounds r ON r.id = a.round_id CROSS JOIN times WHERE r.code = $1
		LIMIT $2 - (SELECT count(*) FROM survey_responses a JOIN survey_rounds r ON r.id = a.round_id WHERE r.code = $1)`, code, responses); err != nil {
		b.Fatal(err)
	}
}

func export(b *testing.B, d *demo.Demo, code string, write func(io.Writer, *insight.Microdata) (int, error)) {
	debug.FreeOSMemory()
	before, peak := memtest.Held(), memtest.Watch()
	for b.Loop() {
		m, err := d.App.Insight.Microdata(b.Context(), code)
		must(b, err)
		sum := dataset.NewChecksum(io.Discard)
		rows, err := write(sum, m)
		must(b, err)
		b.SetBytes(sum.Bytes())
		b.ReportMetric(float64(rows), "rows")
		b.ReportMetric(float64(len(m.Table.Variables)), "columns")
		b.Logf("%d bytes, SHA-256 %s", sum.Bytes(), sum.SHA256())
	}
	b.ReportMetric(float64(peak()-before)/1e6, "MB")
}
