package answering

import "testing"

func TestATitleInASentenceBeginsSmallUnlessItIsAnAbbreviation(t *testing.T) {
	for title, want := range map[string]string{
		"Teknologian käyttötaidot": "teknologian käyttötaidot", "Human-centred remote counselling": "human-centred remote counselling",
		"Ämnen": "ämnen", "ICT-taidot": "ICT-taidot", "KanTa ja muut": "KanTa ja muut", "H5P opetuksessa": "H5P opetuksessa", "E": "e", "": "",
	} {
		if got := inSentence(title); got != want {
			t.Errorf("%q becomes %q, want %q", title, got, want)
		}
	}
}
