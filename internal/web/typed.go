package web

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// Line is a text that somebody typed, on one line and without signs that are not seen.
func Line(s string) string { return strings.Join(strings.Fields(seen(s)), " ") }

// Lines is a text that somebody typed, with \n between its lines and none around it, and without signs that are not seen.
func Lines(s string) string {
	return strings.TrimSpace(seen(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)))
}

// seen leaves out what is not seen: control signs, and those that turn the direction of what follows. With one of these a name can be
// made to end in another way than it does; pages give each text its own direction.
func seen(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// GoodLink reports whether a text is an address that a browser may be sent to: https, a host, and nobody's password.
func GoodLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && !strings.ContainsAny(s, " \"<>")
}

// Number reads a number of an address or a form; 0, which no row has, when it is none.
func Number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
