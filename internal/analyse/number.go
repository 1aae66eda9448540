package analyse

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// decimal is how a number is written in a cell. Go's own reader also takes "nan", "inf" and hexadecimal numbers.
var decimal = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

// parseNumber reads a cell as a number; spaces around it do not matter.
func parseNumber(cell string) (float64, bool) {
	if len(cell) == 1 && cell[0] >= '0' && cell[0] <= '9' { // most answers
		return float64(cell[0] - '0'), true
	}
	trimmed := strings.TrimSpace(cell)
	if !plainDigits(trimmed) && !decimal.MatchString(trimmed) {
		return 0, false
	}
	v, err := strconv.ParseFloat(trimmed, 64)
	return v, err == nil
}

// plainDigits saves most cells of a large file the regular expression.
func plainDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// notNumber says why a cell is none.
func notNumber(cell string) string {
	why := strconv.Quote(cell) + " is not a number"
	if _, ok := parseNumber(strings.Replace(cell, ",", ".", 1)); ok && strings.Contains(cell, ",") {
		why += ": decimals are written with a point"
	}
	return why
}

func showNumber(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// sortLevels puts the levels of a column in order: by number if all are numbers, else by code points.
func sortLevels(levels []string) {
	numbers := map[string]float64{}
	for _, level := range levels {
		if v, ok := parseNumber(level); ok {
			numbers[level] = v
		}
	}
	if len(numbers) < len(levels) {
		slices.Sort(levels)
		return
	}
	slices.SortFunc(levels, func(a, b string) int {
		return cmp.Or(cmp.Compare(numbers[a], numbers[b]), cmp.Compare(a, b))
	})
}

// levelsOf are the distinct texts that are known, in order, and where each text stands among them (-1 = not known).
func levelsOf(texts []string, known []bool) (levels []string, at []int) {
	place := map[string]int{}
	for i, level := range texts {
		if _, seen := place[level]; known[i] && !seen {
			place[level] = 0
			levels = append(levels, level)
		}
	}
	sortLevels(levels)
	for i, level := range levels {
		place[level] = i
	}
	at = make([]int, len(texts))
	for i, level := range texts {
		at[i] = -1
		if known[i] {
			at[i] = place[level]
		}
	}
	return levels, at
}
