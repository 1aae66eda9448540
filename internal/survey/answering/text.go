package answering

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// paragraphs splits a text at its blank lines.
func paragraphs(text string) []string {
	var out []string
	for p := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// inSentence writes a title as it stands in the middle of a sentence: "teknologian käyttötaidot". A first word with another
// large letter or a digit is an abbreviation and stays: "ICT-taidot".
func inSentence(title string) string {
	if title == "" {
		return ""
	}
	r, size := utf8.DecodeRuneInString(title)
	first, _, _ := strings.Cut(title[size:], " ")
	if strings.ContainsFunc(first, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsDigit(r) }) {
		return title
	}
	return string(unicode.ToLower(r)) + title[size:]
}
