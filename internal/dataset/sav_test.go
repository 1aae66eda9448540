package dataset

import (
	"bytes"
	"encoding/csv"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAnyTableAsSAVReadsBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, rows := drawTable(t)
		var b bytes.Buffer
		n, err := SAV(&b, table, "fi")
		if err != nil || n != len(rows) {
			t.Fatalf("got %d rows and %v, want %d", n, err, len(rows))
		}
		got := readSAV(b.Bytes())
		if diff := cmp.Diff(rows, got.rows, cells); len(rows) > 0 && diff != "" {
			t.Fatal(diff)
		}
		for i, v := range table.Variables {
			if got.names[i] != v.Name || got.labels[v.Name] != cut(v.Labels.In("fi"), 255) || got.measures[v.Name] != int(v.measure()) {
				t.Errorf("got %s %q %d, want %s %q %d", got.names[i], got.labels[v.Name], got.measures[v.Name], v.Name, v.Labels.In("fi"), v.measure())
			}
			for value := range v.codes() {
				if want := cut(value.Labels.In("fi"), 120); got.values[v.Name][value.Code] != want {
					t.Errorf("%s %s: got label %q, want %q", v.Name, value.Code, got.values[v.Name][value.Code], want)
				}
			}
		}
	})
}

func TestTheNumberOfCasesIsToldWhenItIsKnown(t *testing.T) {
	for cases, want := range map[int]int{0: -1, 4: 4} {
		table := example()
		table.Cases = cases
		var b bytes.Buffer
		if _, err := SAV(&b, table, "sv"); err != nil {
			t.Fatal(err)
		}
		if got := readSAV(b.Bytes()).cases; got != want {
			t.Errorf("got %d cases, want %d", got, want)
		}
	}
}

func TestAnotherNumberOfRowsThanToldIsAnError(t *testing.T) {
	table := example()
	table.Cases = 5
	for name, write := range writers {
		if rows, err := write(io.Discard, table); rows != 4 || err == nil {
			t.Errorf("%s: got %d rows and %v", name, rows, err)
		}
	}
}

func TestASAVFileSaysWhatTheCodebookSays(t *testing.T) {
	var b bytes.Buffer
	if _, err := SAV(&b, example(), "sv"); err != nil {
		t.Fatal(err)
	}
	got := readSAV(b.Bytes())
	if got.encoding != "UTF-8" || got.fileLabel != "Färdighetsenkät 2026" {
		t.Errorf("got encoding %q, label %q", got.encoding, got.fileLabel)
	}
	if diff := cmp.Diff(map[string][]float64{"q1.digital": {98, 99}}, got.missing); diff != "" {
		t.Error(diff)
	}
	want := map[string]map[Cell]string{
		"ammattiryhmä": {Str("hoit"): "Vårdare", Str("lääk"): "Läkare"},
		"q1.digital":   {Int(1): "helt av annan åsikt", Int(5): "helt av samma åsikt", Int(98): "vill inte säga", Int(99): "kan inte säga"},
		"comment":      {Str("ei kommentoitavaa"): "inget"},
	}
	if diff := cmp.Diff(want, got.values, cells); diff != "" {
		t.Error(diff)
	}
}

// pspp runs commands of GNU PSPP in a folder and returns what it says.
func pspp(t *testing.T, dir, commands string) string {
	t.Helper()
	program, err := exec.LookPath("pspp")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("pspp is not installed")
		}
		t.Skip("pspp is not installed")
	}
	if err := os.WriteFile(filepath.Join(dir, "commands.sps"), []byte(commands), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-O", "width=400", "commands.sps")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("pspp: %v\n%s", err, out)
	}
	for _, word := range []string{"warning", "error"} {
		if strings.Contains(strings.ToLower(string(out)), word) {
			t.Fatalf("pspp has a %s:\n%s", word, out)
		}
	}
	return string(out)
}

func writeSAV(t *testing.T, table Table) (dir string) {
	t.Helper()
	dir = t.TempDir()
	f, err := os.Create(filepath.Join(dir, "data.sav"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := SAV(f, table, "fi"); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPSPPOpensASAVFileWithoutAWarning(t *testing.T) {
	out := pspp(t, writeSAV(t, example()), "GET FILE='data.sav'.\nDISPLAY DICTIONARY.\nSYSFILE INFO FILE='data.sav'.\nLIST /VARIABLES=id ammattiryhmä mean_of_a_scale_with_a_long_name q1.digital comment.\n")
	for _, want := range []string{
		"ammattiryhmä", "mean_of_a_scale_with_a_long_name", "q1.digital", "Osaan käyttää älylaitetta", "Ordinal", "F2.0", "F11.2", "A1000", "98; 99",
		"Hoitaja", "täysin eri mieltä", "98[a]", "en osaa sanoa", "ei ole", "UTF-8", "22 Nov 26 13:05:09 by Taitorinki", "Taitokysely 2026 – hyvinvointialue",
		"Työtön yö Öljytiellä",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("pspp does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// The texts of a long answer go through several variables of the file, and numbers through all ways of compression.
func TestPSPPReadsTheDataThatWereWritten(t *testing.T) {
	want := exampleRows
	for _, long := range []int{1, 251, 252, 253, 255, 256, 504, 505, 511, 999, 1000} {
		want = append(want, []Cell{Int(long), Cell{}, Num(1 / float64(long)), Int(1 + long%5), Str("x"), Str(strings.Repeat("a", long-1) + "b")})
	}
	for _, x := range []float64{-100, -99, 0, 151, 152, 1 << 40, -maxWhole} {
		want = append(want, []Cell{Num(x), Str("hoit"), Num(x / 7), {}, {}, {}})
	}
	table := example()
	table.Rows, table.Cases = rowsOf(want), len(want)
	dir := writeSAV(t, table)
	pspp(t, dir, "GET FILE='data.sav'.\nSAVE TRANSLATE /TYPE=CSV /OUTFILE='data.csv' /FIELDNAMES /CELLS=VALUES /MISSING=IGNORE.\n")
	b, err := os.ReadFile(filepath.Join(dir, "data.csv"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(got) != len(want)+1 {
		t.Fatalf("got %d lines and %v, want %d", len(got), err, len(want)+1)
	}
	for i, row := range want {
		for k, cell := range row {
			if !sameInPSPP(cell, got[i+1][k]) {
				t.Errorf("row %d, %s: got %q, want %q", i+1, table.Variables[k].Name, got[i+1][k], cell)
			}
		}
	}
}

// sameInPSPP: its CSV has 15 digits.
func sameInPSPP(c Cell, read string) bool {
	read = strings.TrimRight(read, " ")
	if c.kind != number {
		return read == c.text
	}
	x, err := strconv.ParseFloat(read, 64)
	return err == nil && math.Abs(x-c.number) <= 1e-14*math.Abs(c.number)
}

func TestShortNamesNeverMeet(t *testing.T) {
	variables := []Variable{{Name: "a_long_name_1"}, {Name: "v0000001"}, {Name: "V0000003"}, {Name: "ikä"}, {Name: "text", Kind: Text, Width: 600}}
	names := newShortNames(variables)
	var got []string
	for _, v := range variables {
		for n := range widths(&v) {
			if n == 0 {
				got = append(got, names.first(v.Name))
			} else {
				got = append(got, names.next())
			}
		}
	}
	want := []string{"V0000002", "V0000001", "V0000003", "V0000004", "TEXT", "V0000005", "V0000006"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPSPPOpensAnyTableWithoutAWarning(t *testing.T) {
	tables := rapid.Custom(func(t *rapid.T) Table { table, _ := drawTable(t); return table })
	for seed := range 40 {
		pspp(t, writeSAV(t, tables.Example(seed)), "GET FILE='data.sav'.\nDISPLAY DICTIONARY.\n")
	}
}
