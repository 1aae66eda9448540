package mask

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var staff = []string{"Anna Virtanen", "Mika Mäki", "Riitta Lahti", "Pekka Laine", "Kirsi-Marja Koskinen", "Lars Lindholm", "Linus Söderström",
	"Heikki Kangas", "Aalto Toivo", "Tuomas Järvi", "Bo Ek", "Henrik Åberg", "Satu Niemi", "Jean-Pierre Müller"}

func shown(text string, spans []Span) (out []string) {
	for _, s := range spans {
		out = append(out, fmt.Sprintf("%s %d %s", s.Kind, s.Certainty, text[s.Start:s.End]))
	}
	return out
}

func TestWhatGivesAPersonAwayIsFound(t *testing.T) {
	f := New(staff)
	for _, x := range []struct{ text, want string }{
		{"Kirjoita osoitteeseen anna.virtanen@alue.fi.", "email 3 anna.virtanen@alue.fi"},
		{"Skriv till lars.lindholm(at)alue.fi!", "email 3 lars.lindholm(at)alue.fi"},
		{"Soita 040 123 4567 aamulla.", "phone 3 040 123 4567"},
		{"Numero +358 40 1234567, kiitos", "phone 3 +358 40 1234567"},
		{"tai +358 (0)40-123 45 67", "phone 3 +358 (0)40-123 45 67"},
		{"(09) 1234 567", "phone 3 (09) 1234 567"},
		{"+358100-0000", "phone 3 +358100-0000"},
		{"0401234567", "phone 3 0401234567"},
		{"00358401234567", "phone 3 00358401234567"},
		{"040\u00a0123\u00a04567", "phone 3 040\u00a0123\u00a04567"},
		{"020 202", "phone 2 020 202"},
		{"puh. 4711", "phone 2 4711"},
		{"alanumero 12345", "phone 2 12345"},
		{"040-1234567/050-7654321", "phone 3 040-1234567|phone 3 050-7654321"},
		{"Hän on 131052-308T.", "identity 3 131052-308T"},
		{"131052-308A", "identity 2 131052-308A"},
		{"010594Y9032 ja 010594y9032", "identity 3 010594Y9032|identity 3 010594y9032"},
		{"020202B123A", "identity 2 020202B123A"},
		{"131052–308T", "identity 3 131052–308T"},
		{"Katso https://linkedin.example/in/anna-virtanen.", "link 2 https://linkedin.example/in/anna-virtanen"},
		{"Katso https://www.suomi.fi/viestit.", ""},
		{"Kiitos Virtasen Annalle!", "name 3 Virtasen Annalle"},
		{"Kysyin Virtaselta ja Mäeltä.", "name 2 Virtaselta|name 2 Mäeltä"},
		{"Kiitos Mäkiselle", ""},
		{"Kysy Lahdelta, Laineelta, Kankaalta ja Aallolta.", "name 2 Lahdelta|name 2 Laineelta|name 2 Kankaalta|name 2 Aallolta"},
		{"Ilman Riitan ja Pekan apua", "name 2 Riitan|name 2 Pekan"},
		{"Apua sain Linukselta ja Tuomakseltakin, en Henrikiltä.", "name 2 Linukselta|name 2 Tuomakseltakin|name 2 Henrikiltä"},
		{"Jag frågade Lindholms Lars och Henriks chef.", "name 3 Lindholms Lars|name 2 Henriks"},
		{"kysyin virtaselta", "name 1 virtaselta"},
		{"kysyin pekka laineelta", "name 2 pekka laineelta"},
		{"Virtanen tietää.", "name 1 Virtanen"},
		{"Pekka tietää. Pekka Laine tietää.", "name 1 Pekka|name 3 Pekka Laine"},
		{"Toivon lisää aikaa. Ota satu ja tarina, salo ja niemi, ja anna palautetta!", ""},
		{"Anna auttoi. Satu ja Toivo auttoivat.", "name 1 Anna|name 1 Satu|name 2 Toivo"},
		{"Kiitos Annan ja Toivon, ja Satu auttoi.", "name 2 Annan|name 2 Toivon|name 2 Satu"},
		{"Hei Kirsi-Marja Koskinen", "name 3 Kirsi-Marja Koskinen"},
		{"Kysyin Veikko Virtaselta.", "name 3 Veikko Virtaselta"},
		{"Kiitos Anna:lle ja Anna’s mom", "name 2 Anna:lle|name 2 Anna’s"},
		{"MIKSI VIRTASEN PITI JÄÄDÄ", "name 1 VIRTASEN"},
		{"kiitos, Ma\u0308en Mika", "name 3 Ma\u0308en Mika"},
		{"Klo 08.00-16.00 ja 01.02.2026, 3.4.–5.6., 0,5 h, 2024-2025, 02/2026, 50000 e.", ""},
		{"Maanantaista 01.02. klo 08:15 alkaen 10 minuuttia 12 asiakkaalle", ""},
		{"Teams ja Lifecare toimivat, Windows 11 ei.", ""},
	} {
		got := strings.Join(shown(x.text, f.Find(x.text)), "|")
		if got != x.want {
			t.Errorf("%q:\n got %s\nwant %s", x.text, got, x.want)
		}
	}
}

func TestMaskingLeavesTheRestOfTheText(t *testing.T) {
	f := New(staff)
	text := "Kiitos Virtasen Annalle (040 123 4567)! pekka auttoi."
	mark := func(k Kind) string { return "[" + k.String() + "]" }
	if got, want := Apply(text, f.Find(text), Likely, mark), "Kiitos [name] ([phone])! pekka auttoi."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := Apply(text, f.Find(text), Possible, mark), "Kiitos [name] ([phone])! [name] auttoi."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheCheckCharacterOfAnIdentityCodeIsVerified(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day, month, year := rapid.IntRange(1, 31).Draw(t, "day"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(0, 99).Draw(t, "year")
		number := rapid.IntRange(2, 899).Draw(t, "number")
		sign := rapid.SampledFrom(strings.Split("-+ABCDEFUVWXY", "")).Draw(t, "sign")
		date := fmt.Sprintf("%02d%02d%02d", day, month, year)
		var n int
		fmt.Sscanf(date+fmt.Sprintf("%03d", number), "%d", &n)
		code := fmt.Sprintf("%s%s%03d%c", date, sign, number, checks[n%31])
		if !ValidIdentity(code) {
			t.Fatalf("%s is refused", code)
		}
		wrong := code[:len(code)-1] + string(checks[(n+1+rapid.IntRange(0, 29).Draw(t, "off"))%31])
		if ValidIdentity(wrong) {
			t.Fatalf("%s is let through", wrong)
		}
		text := "asiakas " + wrong + " kertoi"
		if got := New(nil).Find(text); len(got) != 1 || got[0].Kind != Identity || got[0].Certainty != Likely {
			t.Fatalf("%q: %v", text, got)
		}
	})
}

func TestAPhoneNumberIsFoundHoweverItIsSpaced(t *testing.T) {
	f := New(nil)
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[1-9][0-9]{7,8}`).Draw(t, "digits")
		var b strings.Builder
		for _, d := range digits {
			b.WriteString(rapid.SampledFrom([]string{"", "", " ", "-", "\u00a0", ". "}).Draw(t, "gap"))
			b.WriteRune(d)
		}
		prefix := rapid.SampledFrom([]string{"0", "+358", "+358 ", "00358 ", "+358 (0)", "(0)"}).Draw(t, "prefix")
		text := "soita " + prefix + b.String() + " heti"
		got := f.Find(text)
		if len(got) != 1 || text[got[0].Start:got[0].End] != prefix+b.String() {
			t.Fatalf("%q: found %v", text, shown(text, got))
		}
	})
}

// holds is what is true of the spans of any text.
func holds(t interface{ Fatalf(string, ...any) }, f *Finder, text string) {
	at := 0
	spans := f.Find(text)
	for _, s := range spans {
		if s.Start < at || s.End <= s.Start || s.End > len(text) || s.Certainty < Possible || s.Certainty > Sure {
			t.Fatalf("%q: span %+v after %d", text, s, at)
		}
		for _, edge := range []int{s.Start, s.End} {
			if edge < len(text) && utf8.ValidString(text) && !utf8.RuneStart(text[edge]) {
				t.Fatalf("%q: span %+v cuts a rune", text, s)
			}
		}
		at = s.End
	}
	masked := Apply(text, spans, Possible, func(Kind) string { return "█" })
	rest := text
	for _, piece := range strings.Split(masked, "█") {
		i := strings.Index(rest, piece)
		if i < 0 && !strings.Contains(text, "█") {
			t.Fatalf("%q: %q is not of the text", text, piece)
		}
		rest = rest[max(i, 0):]
	}
	if utf8.ValidString(text) && !utf8.ValidString(masked) {
		t.Fatalf("%q: masked it is %q", text, masked)
	}
}

func TestSpansAreInOrderAndCutNoRune(t *testing.T) {
	f := New(staff)
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"Anna", "annalle", " Virtasen", "Mäen", "@", ".fi", "040", " 123", "4567", "+358", "131052", "-308T",
		"https://", "www.", "/anna-virtanen", " ", ". ", "Ä", "ö", "\u0308", ":", "’s"}))
	rapid.Check(t, func(t *rapid.T) { holds(t, f, strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), "")) })
}

func FuzzFind(f *testing.F) {
	for _, x := range []string{"Kiitos Virtasen Annalle (040 123 4567)!", "anna@alue.fi 131052-308T www.anna.example", "Ma\u0308en:lle \xff+358\xc3", "(((0+00+0 1"} {
		f.Add(x)
	}
	finder := New(staff)
	f.Fuzz(func(t *testing.T, text string) { holds(t, finder, text) })
}

func TestNoEndingIsLongerThanWhatIsLookedAt(t *testing.T) {
	for e := range endings {
		if len(e) > longestEnding {
			t.Errorf("%s has %d letters", e, len(e))
		}
	}
}

func BenchmarkFind(b *testing.B) {
	f := New(staff)
	text := strings.Repeat("Toivon, että Virtasen Anna ehtisi näyttää, miten video toimii. Soita 040 123 4567. ", 20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		f.Find(text)
	}
}
