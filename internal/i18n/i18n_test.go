package i18n

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"
)

func catalogue(t *testing.T, fi, sv, en string) Words {
	t.Helper()
	w, err := Load(fstest.MapFS{
		"locales/fi.txt": {Data: []byte(fi)}, "locales/sv.txt": {Data: []byte(sv)}, "locales/en.txt": {Data: []byte(en)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestOnePersonIsSpokenOfInTheSingular(t *testing.T) {
	w := catalogue(t, "x.people = {n} henkilöä\nx.people[one] = {n} henkilö\n", "x.people = {n} personer\n", "x.people = {n} people\n")
	for n, want := range map[int]string{1: "1 henkilö", 2: "2 henkilöä", 18000: "18\u00a0000 henkilöä"} {
		if got := w.T("fi", "x.people", "n", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestWhatALanguageLacksIsFound(t *testing.T) {
	w := catalogue(t, "x.a = A {name}\nx.b = B\n", "x.a = A {nam}\n", "x.a = A {name}\nx.b = B\n")
	got := w.Missing()
	if len(got) != 2 || !slices.Contains(got, "sv: x.b") {
		t.Errorf("missing %q", got)
	}
}

func TestNumbersAndTimesAreWrittenAsTheLanguageDoes(t *testing.T) {
	at := time.Date(2026, 11, 22, 7, 5, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{Decimal("fi", 3.6, 1), "3,6"}, {Decimal("en", 3.6, 1), "3.6"},
		{Int("en", 18000), "18,000"}, {Int("sv", 999), "999"},
		{Time("fi", at), "22.11.2026 klo 9.05"}, {Date("en", at), "22 November 2026"},
		{Span("fi", at, at.Add(40*time.Minute)), "22.11.2026 klo 9.05–9.45"}, {Span("sv", at, at.Add(2*time.Hour)), "22.11.2026 kl. 9.05–11.05"},
		{Span("en", at, at.Add(40*time.Minute)), "22 November 2026, 09:05–09:45"},
		{Span("fi", at, at.Add(24*time.Hour)), "22.11.2026 klo 9.05 – 23.11.2026 klo 9.05"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestFinnishLettersComeLastInTheAlphabet(t *testing.T) {
	names := []string{"Öljy", "Zeppelin", "Aalto", "Ämpäri", "Åbo", "Unit 10", "Unit 9"}
	Sort("fi", names, func(s string) string { return s })
	want := []string{"Aalto", "Unit 9", "Unit 10", "Zeppelin", "Åbo", "Ämpäri", "Öljy"}
	if !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

func TestTheBrowsersLanguageIsTakenWhereWeHaveIt(t *testing.T) {
	for header, want := range map[string]string{"sv-FI,sv;q=0.9,fi;q=0.8": "sv", "de,en;q=0.5": "en", "": "fi", "xx": "fi", ";;;": "fi"} {
		if got := Pick(header); got != want {
			t.Errorf("%q gives %s, want %s", header, got, want)
		}
	}
}
