package mask

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A personal identity code is a date of birth, a sign of the century, a number and a check character. Since 2023 there are
// several signs for one century: + for the 1800s, - and U to Y for the 1900s, A to F for the 2000s (Government Decree
// 690/2022). People also write a dash of another length.
var identityShape = regexp.MustCompile(`[0-9]{6}[-+–−‐‑ABCDEFUVWXYabcdefuvwxy][0-9]{3}[0-9A-Za-z]`)

// checks are the check characters: the nine digits as one number, modulo 31.
const checks = "0123456789ABCDEFHJKLMNPRSTUVWXY"

func identities(text string) (out []Span) {
	for _, at := range identityShape.FindAllStringIndex(text, -1) {
		b, a := before(text, at[0]), after(text, at[1])
		if wordy(b) || wordy(a) {
			continue
		}
		s := Span{at[0], at[1], Identity, Likely}
		if ValidIdentity(text[at[0]:at[1]]) {
			s.Certainty = Sure
		} else if b == '+' {
			continue // +358100-0000 is a phone number
		}
		out = append(out, s)
	}
	return out
}

func wordy(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// ValidIdentity reports whether a text of the shape of a personal identity code has a possible date and the right check
// character.
func ValidIdentity(code string) bool {
	if !identityShape.MatchString(code) {
		return false
	}
	digits := code[:6] + code[len(code)-4:len(code)-1]
	n, err := strconv.Atoi(digits)
	if err != nil {
		return false
	}
	day, month := n/10000000, n/100000%100
	return day >= 1 && day <= 31 && month >= 1 && month <= 12 && checks[n%31] == strings.ToUpper(code[len(code)-1:])[0]
}

// How many digits a number has. A Finnish one is 0 and 5 to 12 digits, an international one at most 15.
const (
	fewestDigits  = 6
	mostDigits    = 13
	surelyDigits  = 9
	fewestAbroad  = 8
	mostAbroad    = 15
	fewestNearTel = 4
	nearTel       = 24 // bytes before a number in which a word says that it is one
)

// Dates and times of day begin with 0, too.
var (
	notPhone = regexp.MustCompile(`^(?:[0-9]{1,2}[./][0-9]{1,2}[./](?:[0-9]{4}|[0-9]{2})?|[0-9]{1,2}[.:][0-9]{2}|[01][0-9]/[0-9]{4}|0[0-9])\s*(?:[-–/]\s*(?:[0-9]{1,2}[./][0-9]{1,2}[./](?:[0-9]{4}|[0-9]{2})?|[0-9]{1,2}[.:][0-9]{2}|[0-2]?[0-9]))?$`)
	// Brackets belong to a number when they hold the beginning only: (09) 123 456.
	bracketed = regexp.MustCompile(`^\((?:0[0-9]{0,3}|\+[0-9]{1,4})\)`)
	telWord   = regexp.MustCompile(`(?i)(?:^|[^\pL])(?:puh(?:elin)?(?:numero)?|p|gsm|tel(?:efon)?(?:nummer)?|phone|alanumero(?:ni)?|vaihde|ankn?)[.:]?\s{0,2}$`)
)

func phones(text string) (out []Span) {
	for i := 0; i < len(text); {
		s, ok := phoneAt(text, i)
		if !ok {
			i++
			continue
		}
		out = append(out, s)
		i = s.End
	}
	return out
}

// phoneAt finds a number that begins at a place.
func phoneAt(text string, i int) (s Span, ok bool) {
	c := text[i]
	if c != '+' && !digit(c) && !bracketed.MatchString(text[i:]) || i > 0 && (digit(text[i-1]) || text[i-1] == '+') {
		return s, false
	}
	abroad := strings.HasPrefix(text[i:], "+") || strings.HasPrefix(text[i:], "(+") || strings.HasPrefix(text[i:], "00")
	home := strings.HasPrefix(text[i:], "0") || strings.HasPrefix(text[i:], "(0")
	tel := digit(c) && !home && telWord.MatchString(text[max(0, i-nearTel):i])
	least, most := fewestDigits, mostDigits
	switch {
	case abroad:
		least, most = fewestAbroad, mostAbroad
	case tel:
		least = fewestNearTel
	case !home:
		return s, false
	}
	end, n := digitsFrom(text, i, most)
	inDate := n < surelyDigits && i > 1 && text[i-1] == '.' && digit(text[i-2])
	if n < least || inDate || notPhone.MatchString(text[i:end]) || wordy(after(text, end)) {
		return s, false
	}
	s = Span{i, end, Phone, Likely}
	if n >= surelyDigits && !tel {
		s.Certainty = Sure
	}
	return s, true
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// digitsFrom reads groups of digits with a sign or two between, as many as make at most so many digits.
func digitsFrom(text string, i, most int) (end, n int) {
	group, gap := 0, 0
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r >= '0' && r <= '9':
			group++
			gap = 0
			if n+group > most {
				return end, n
			}
			if i+1 == len(text) || !digit(text[i+1]) {
				n, group, end = n+group, 0, i+1
			}
		case r == '+' && n == 0:
		case (unicode.IsSpace(r) && r != '\n' || strings.ContainsRune("-–‐‑−.()", r) || r == '/' && n <= 4) && gap < 3:
			gap++
		default:
			return end, n
		}
		i += size
	}
	return end, n
}
