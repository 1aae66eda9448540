package chart

import (
	"strings"
	"unicode"
)

const softHyphen = '\u00AD'

// textWidth estimates the width of text in SVG units. The font is the reader's own, so it is as wide
// as in the widest of the usual ones: a label that is too long for its column would be cut.
func textWidth(s string, size float64) float64 {
	em := 0.0
	for _, r := range s {
		if int(r) < len(usual) {
			em += usual[r]
		} else {
			em += letterWidth(r)
		}
	}
	return em * size
}

// usual are the widths of the letters of our languages.
var usual = func() (w [256]float64) {
	for r := range w {
		w[r] = letterWidth(rune(r))
	}
	return w
}()

func letterWidth(r rune) float64 {
	switch {
	case r == softHyphen || unicode.Is(unicode.Mn, r):
		return 0
	case strings.ContainsRune("iljI.,:;'|!()- /\u00a0", r):
		return 0.34
	case strings.ContainsRune("tfr", r):
		return 0.42
	case strings.ContainsRune("mwMW%@—", r) || r >= 0x1100:
		return 0.9
	case unicode.IsUpper(r):
		return 0.72
	default:
		return 0.61
	}
}

// wrap breaks text into lines of at most the given width: between words, and within a word only when it is longer than
// a line. There is always at least one line.
func wrap(s string, width, size float64) []string {
	var lines []string
	current := ""
	for _, word := range strings.Fields(s) {
		joined := strings.TrimSpace(current + " " + word)
		if textWidth(joined, size) <= width {
			current = joined
			continue
		}
		if current != "" {
			lines = append(lines, current)
		}
		for textWidth(word, size) > width {
			head, tail := splitWord(word, width, size)
			if tail == "" {
				break
			}
			lines, word = append(lines, head), tail
		}
		current = word
	}
	return append(lines, current)
}

// splitWord cuts a word that is too long at the last place where it may be cut: at a soft hyphen of the writer, after a
// hyphen or slash, or else before a syllable.
func splitWord(word string, width, size float64) (head, tail string) {
	letters := []rune(word)
	for _, allowed := range []func([]rune, int) bool{marked, syllable, anywhere} {
		for i := len(letters) - 1; i > 0; i-- {
			if !allowed(letters, i) {
				continue
			}
			head := strings.TrimRight(string(letters[:i]), string(softHyphen))
			if last := letters[i-1]; last != '-' && last != '/' {
				head += "-"
			}
			if textWidth(head, size) <= width {
				return head, string(letters[i:])
			}
		}
	}
	return word, ""
}

// SoftHyphens marks where the long words of a text may be cut, before syllables, for a narrow column of a table.
func SoftHyphens(text string) string {
	const long = 9 // letters
	words := strings.Split(text, " ")
	for k, word := range words {
		letters := []rune(word)
		if len(letters) < long || strings.ContainsRune(word, softHyphen) {
			continue
		}
		var cut strings.Builder
		for i, r := range letters {
			if syllable(letters, i) {
				cut.WriteRune(softHyphen)
			}
			cut.WriteRune(r)
		}
		words[k] = cut.String()
	}
	return strings.Join(words, " ")
}

func marked(w []rune, i int) bool {
	return w[i-1] == softHyphen || w[i-1] == '-' || w[i-1] == '/'
}

// syllable holds for Finnish, where a syllable begins with the consonant before a vowel, and reads well in Swedish.
func syllable(w []rune, i int) bool {
	if i < 3 || i > len(w)-3 || !unicode.IsLetter(w[i-1]) {
		return false
	}
	return unicode.IsLetter(w[i]) && !vowel(w[i]) && vowel(w[i+1])
}

func anywhere(w []rune, i int) bool { return !unicode.Is(unicode.Mn, w[i]) }

func vowel(r rune) bool { return strings.ContainsRune("aeiouyåäöAEIOUYÅÄÖéü", r) }
