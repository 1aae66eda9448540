package mentoring

import (
	"math"
	"strconv"
	"strings"

	"taitorinki/internal/i18n"
)

// Hours writes minutes as hours, 1,5 for 90, with as many decimals as it takes and two at most.
func Hours(lang string, minutes int) string {
	decimals := 2
	switch {
	case minutes%60 == 0:
		decimals = 0
	case minutes%6 == 0:
		decimals = 1
	}
	return i18n.Decimal(lang, float64(minutes)/60, decimals)
}

// ParseHours reads hours as people write them, "2", "1,5" or "1.5", as whole minutes. What is no number, or more than MostMinutes, is
// not ok.
func ParseHours(text string) (minutes int, ok bool) {
	h, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(text), ",", ".", 1), 64)
	if err != nil || !(h > 0 && h*60 <= MostMinutes) {
		return 0, false
	}
	minutes = int(math.Round(h * 60))
	return minutes, minutes > 0
}
