package stats

import (
	"bufio"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// askR runs the script in R and returns what it said: say("name", numbers) in the script becomes answers["name"]. A number
// that R does not have (NA, NaN) comes as NaN. R is asked only by `make test-r`, which sets TAITORINKI_R=1; then it must be
// there, with nothing but the packages that come with it.
func askR(t *testing.T, script string) map[string][]float64 {
	t.Helper()
	if os.Getenv("TAITORINKI_R") != "1" {
		t.Skip("compared with R by make test-r only")
	}
	program, err := exec.LookPath("Rscript")
	if err != nil {
		t.Fatal("no Rscript here: install r-base-core")
	}
	file := filepath.Join(t.TempDir(), "script.R")
	say := "say <- function(name, x) cat(name, sprintf('%.17g', as.numeric(x)), '\\n')\n"
	if err := os.WriteFile(file, []byte(say+script), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program, "--vanilla", file)
	var complaints strings.Builder
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		t.Fatalf("Rscript: %v\n%s\n%s", err, complaints.String(), script)
	}
	answers := map[string][]float64{}
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	lines.Buffer(nil, len(out)+1)
	for lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) > 0 {
			answers[words[0]] = numbersOfR(t, words[1:])
		}
	}
	return answers
}

func numbersOfR(t *testing.T, words []string) []float64 {
	t.Helper()
	numbers := make([]float64, len(words))
	for i, word := range words {
		if word == "NA" {
			word = "NaN"
		}
		v, err := strconv.ParseFloat(word, 64)
		if err != nil {
			t.Fatalf("R said %q, want a number", word)
		}
		numbers[i] = v
	}
	return numbers
}

// forR writes the values as a vector of R; NaN is missing.
func forR(values []float64) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = strconv.FormatFloat(v, 'g', 17, 64)
		if math.IsNaN(v) {
			words[i] = "NA_real_"
		}
	}
	return "c(" + strings.Join(words, ",\n") + ")"
}

// likeR fails unless got is want within the relative tolerance (absolute under 1). R's NaN is our nil.
func likeR(t *testing.T, what string, got *float64, want, tolerance float64) {
	t.Helper()
	switch {
	case math.IsNaN(want) || got == nil:
		if !math.IsNaN(want) || got != nil {
			t.Errorf("%s: got %v, R %g", what, show(got), want)
		}
	case math.Abs(*got-want) > tolerance*max(1, math.Abs(want)):
		t.Errorf("%s: got %.15g, R %.15g, apart %.2g", what, *got, want, math.Abs(*got-want))
	}
}
