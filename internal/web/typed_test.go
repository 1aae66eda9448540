package web

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestATypedTextIsTidied(t *testing.T) {
	for in, want := range map[string]string{
		"  Oma\tsivu\r\n nyt ": "Oma sivu nyt", "a\u202egpj.exe": "agpj.exe", "\u2067שלום\u2069": "שלום", "a\xffb": "ab", "nolla\x00": "nolla",
	} {
		if got := Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Lines("\r\n yksi\r\nkaksi\rkolme \n"); got != "yksi\nkaksi\nkolme" {
		t.Errorf("Lines gave %q", got)
	}
}

func FuzzTyped(f *testing.F) {
	f.Add("a\r\nb")
	f.Add("\u202e\xff\x00")
	f.Fuzz(func(t *testing.T, s string) {
		line, lines := Line(s), Lines(s)
		if Line(line) != line || Lines(lines) != lines {
			t.Errorf("tidying %q twice gives something else", s)
		}
		hidden := func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) || r == 0 }
		if !utf8.ValidString(lines) || strings.ContainsFunc(lines, hidden) || strings.ContainsAny(line, "\n\r") {
			t.Errorf("%q leaves %q and %q", s, line, lines)
		}
	})
}

func TestALinkThatABrowserMayBeSentTo(t *testing.T) {
	for link, want := range map[string]bool{
		"https://county.example/a?b=c": true, "http://county.example": false, "javascript:alert(1)": false, "https://user:word@county.example": false, "https://": false,
		"https://county.example/\"x": false, "": false,
	} {
		if got := GoodLink(link); got != want {
			t.Errorf("GoodLink(%q) = %v", link, got)
		}
	}
}

func TestANumberOfAFormIsNothingWhenItIsNone(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "7": 7, "-1": 0, "1e3": 0, " 7": 0, "9223372036854775808": 0, "9223372036854775807": 1<<63 - 1} {
		if got := Number(text); got != want {
			t.Errorf("Number(%q) = %d, want %d", text, got, want)
		}
	}
}
