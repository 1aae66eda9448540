package mask

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// names knows people's names by the stems to which endings are added.
type names struct {
	stems    map[string]bool // folded; true: a word by itself, false: only with an ending
	everyday map[string]bool // folded words that are names, too
	starters map[string]bool // of those, words with which sentences begin
}

// shortest is the length of the shortest name that takes endings: of "Bo" and "Li" too much else would be one.
const shortest = 3

// longestEnding is that of endings, in bytes.
const longestEnding = 12

func newNames(people []string) *names {
	n := &names{stems: map[string]bool{}, everyday: map[string]bool{}, starters: map[string]bool{}}
	for _, w := range strings.Fields(starterWords) {
		n.starters[fold(w)] = true
	}
	for _, w := range strings.Fields(everydayWords + starterWords) {
		n.everyday[fold(w)] = true
	}
	for _, p := range people {
		for _, part := range strings.FieldsFunc(p, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
			n.add(fold(part))
		}
	}
	return n
}

func (n *names) add(name string) {
	if utf8.RuneCountInString(name) < 2 || nobiliary[name] {
		return
	}
	n.stems[name] = true
	if len(name) < shortest {
		return
	}
	for _, s := range stemsOf(name) {
		if _, known := n.stems[s]; !known && len(s) >= shortest {
			n.stems[s] = false
		}
	}
}

// nobiliary are small words inside names.
var nobiliary = map[string]bool{"af": true, "von": true, "de": true, "da": true, "van": true, "der": true, "den": true, "la": true, "el": true, "al": true}

// fold is how words are compared: small letters without marks, so that "Mäkinen" and "makinen" are the same. Words are
// only a few letters that fold so, and text is never cut by its folded form.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		if unicode.IsMark(r) {
			continue
		}
		switch r {
		case 'ø':
			r = 'o'
		case 'æ':
			r = 'a'
		case 'đ', 'ð':
			r = 'd'
		case 'ł':
			r = 'l'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// word is a word of a text.
type word struct {
	start, end int
	certainty  Certainty // of being a name; 0: it is none
	capital    bool
	first      bool // of its sentence
}

// find returns the names in a text; those that stand together are one span.
func (n *names) find(text string) (out []Span) {
	words := split(text)
	for i := range words {
		words[i].certainty = n.judge(text, words[i])
		if words[i].certainty > 0 {
			words[i].end = tail(text, words[i].end)
		}
	}
	for i, w := range words {
		// Before a last name in a sentence stands a first name, whether it is on the list or not.
		if w.certainty == 0 && w.capital && !w.first && i+1 < len(words) && words[i+1].certainty == Likely && joined(text[w.end:words[i+1].start]) {
			words[i].certainty = Likely
		}
	}
	for i := 0; i < len(words); i++ {
		if words[i].certainty == 0 {
			continue
		}
		s := Span{words[i].start, words[i].end, Name, words[i].certainty}
		for i+1 < len(words) && words[i+1].certainty > 0 && joined(text[words[i].end:words[i+1].start]) {
			i++
			s.End, s.Certainty = words[i].end, together(s.Certainty, words[i].certainty)
		}
		out = append(out, s)
	}
	return out
}

// together is how certain two names side by side are.
func together(a, b Certainty) Certainty {
	if max(a, b) == Possible {
		return Likely
	}
	return Sure
}

// joined reports whether what is between two words leaves them one name.
func joined(between string) bool { return between == " " || between == "-" || between == "\u00a0" }

// judge tells how certain it is that a word is a name.
func (n *names) judge(text string, w word) Certainty {
	folded := fold(text[w.start:w.end])
	switch {
	case !n.known(folded):
		return 0
	case w.capital && !w.first:
		return Likely
	case w.capital && n.starters[folded], !w.capital && n.everyday[folded]:
		return 0
	case !w.capital && utf8.RuneCountInString(folded) <= shortest:
		return 0
	}
	return Possible
}

// known reports whether a folded word is a form of a name.
func (n *names) known(folded string) bool {
	if n.stems[folded] {
		return true
	}
	for i := len(folded) - 1; i >= max(shortest, len(folded)-longestEnding); i-- {
		if _, stem := n.stems[folded[:i]]; stem && endings[folded[i:]] {
			return true
		}
	}
	return false
}

// within reports whether any word of an address is a name.
func (n *names) within(address string) bool {
	for _, w := range split(address) {
		if f := fold(address[w.start:w.end]); len(f) > shortest && n.stems[f] && !n.everyday[f] {
			return true
		}
	}
	return false
}

// split cuts a text into words of letters.
func split(text string) (out []word) {
	first, start := true, -1
	var w word
	end := func(at int) {
		if start >= 0 {
			w.start, w.end, w.first = start, at, first
			w.capital = w.capital && !shouted(text[start:at])
			out = append(out, w)
			first, start = false, -1
		}
	}
	for i, r := range text {
		switch {
		case start < 0 && unicode.IsLetter(r):
			start, w.capital = i, unicode.IsUpper(r)
		case unicode.IsLetter(r) || start >= 0 && unicode.IsMark(r):
		default:
			end(i)
			if strings.ContainsRune(".!?:;\n\r•*", r) {
				first = true
			}
		}
	}
	end(len(text))
	return out
}

// shouted reports whether a word is all capitals, which then say nothing.
func shouted(w string) bool {
	return utf8.RuneCountInString(w) > 1 && w == strings.ToUpper(w)
}

// tail takes in an ending behind a sign: "Anna:lle", "Anna’s".
func tail(text string, end int) int {
	r, size := utf8.DecodeRuneInString(text[end:])
	if r != ':' && r != '\'' && r != '’' {
		return end
	}
	n, at := 0, end+size
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !unicode.IsLower(r) {
			break
		}
		n, at = n+1, at+size
	}
	if n == 0 || n > 5 || !endings[fold(text[end+utf8.RuneLen(r):at])] {
		return end
	}
	return at
}
