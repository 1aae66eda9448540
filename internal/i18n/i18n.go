// Package i18n holds the platform's words in Finnish, Swedish and English, and writes numbers, dates and
// sorted names as each language does.
//
// Each package brings its own catalogue, locales/LANG.txt with a "key = text" a line, and begins its keys with
// its own name. A text may have {placeholders}. A key that ends in [one] is used instead of the plain key when the
// argument n is exactly 1; the three languages need no other plural form for whole numbers.
package i18n

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a server without the system's time zones must not be an hour late all summer

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Langs are the languages, the first being the one that others fall back to.
var Langs = []string{"fi", "sv", "en"}

// Known reports whether lang is one of Langs.
func Known(lang string) bool { return slices.Contains(Langs, lang) }

// Words maps a language to its messages. It is filled at start and then only read.
type Words map[string]map[string]string

// Load adds the files locales/LANG.txt of each fsys.
func Load(all ...fs.FS) (Words, error) {
	w := Words{}
	for _, lang := range Langs {
		w[lang] = map[string]string{}
	}
	for _, fsys := range all {
		for _, lang := range Langs {
			if err := w.load(fsys, lang); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

func (w Words) load(fsys fs.FS, lang string) error {
	name := path.Join("locales", lang+".txt")
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		key, text, ok := strings.Cut(line, " = ")
		if !ok {
			return fmt.Errorf("%s:%d: want key = text", name, n)
		}
		if _, dup := w[lang][key]; dup {
			return fmt.Errorf("%s:%d: %s is there already", name, n, key)
		}
		w[lang][key] = strings.ReplaceAll(text, `\n`, "\n")
	}
	return sc.Err()
}

// T is the message key in lang with its placeholders filled from args (name, value, name, value ...). A missing
// message shows its key; Missing finds it in a test.
func (w Words) T(lang, key string, args ...any) string {
	m := w[lang]
	text, ok := m[key]
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == "n" && (args[i+1] == 1 || args[i+1] == int64(1)) {
			if one, has := m[key+"[one]"]; has {
				text, ok = one, true
			}
		}
	}
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		text = strings.ReplaceAll(text, "{"+name+"}", show(lang, args[i+1]))
	}
	return text
}

func show(lang string, v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return Int(lang, v)
	case int64:
		return Int(lang, int(v))
	case time.Time:
		return Time(lang, v)
	default:
		return fmt.Sprint(v)
	}
}

// Has reports whether there is a message key.
func (w Words) Has(lang, key string) bool { _, ok := w[lang][key]; return ok }

// Int writes a whole number with the language's grouping: 18 000, in English 18,000.
func Int(lang string, n int) string {
	s := strconv.Itoa(n)
	if n > -1000 && n < 1000 {
		return s
	}
	sep := "\u00a0"
	if lang == "en" {
		sep = ","
	}
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}

// Decimal writes v with the given number of decimals and the language's decimal mark.
func Decimal(lang string, v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if lang != "en" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// zone is where every county is.
var zone = func() *time.Location {
	z, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		panic(err) // the zones are inside the program
	}
	return z
}()

// Zone is the time zone in which the platform shows and reads times.
func Zone() *time.Location { return zone }

// Date writes the day of t as the language does.
func Date(lang string, t time.Time) string {
	if lang == "en" {
		return t.In(zone).Format("2 January 2006")
	}
	return t.In(zone).Format("2.1.2006")
}

// Day writes a stored day, 2026-11-22, as the language does; anything else as it is.
func Day(lang, day string) string {
	d, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return day
	}
	return Date(lang, d)
}

// Time writes day and hour of t as the language does.
func Time(lang string, t time.Time) string {
	switch day, clock := Date(lang, t), Clock(lang, t); lang {
	case "fi":
		return day + " klo " + clock
	case "sv":
		return day + " kl. " + clock
	default:
		return day + ", " + clock
	}
}

// Clock writes the hour of t as the language does: 9.05, in English 09:05.
func Clock(lang string, t time.Time) string {
	t = t.In(zone)
	if lang == "en" {
		return t.Format("15:04")
	}
	return fmt.Sprintf("%d.%02d", t.Hour(), t.Minute())
}

// Span writes when something begins and ends: the day once when it is the same.
func Span(lang string, start, end time.Time) string {
	if Date(lang, start) != Date(lang, end) {
		return Time(lang, start) + " – " + Time(lang, end)
	}
	return Time(lang, start) + "–" + Clock(lang, end)
}

// Sort orders items by name as the language orders its letters: å ä ö come last in Finnish and Swedish.
func Sort[T any](lang string, items []T, name func(T) string) {
	c := collate.New(language.Make(lang), collate.Numeric)
	type keyed struct {
		key  []byte
		item T
	}
	var buf collate.Buffer
	all := make([]keyed, len(items))
	for i, x := range items { // a key costs as much as a comparison, of which there are many more
		all[i] = keyed{c.KeyFromString(&buf, name(x)), x}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	for i := range all {
		items[i] = all[i].item
	}
}

// Fold makes text comparable without regard to case: the engines' own lower() disagree about Ä.
func Fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// In gives a text in lang, else in the first of Langs that it has.
func In(text map[string]string, lang string) string {
	for _, l := range append([]string{lang}, Langs...) {
		if text[l] != "" {
			return text[l]
		}
	}
	return ""
}

// Pick chooses the best of what an Accept-Language header asks for, and the first language for none.
func Pick(header string) string {
	tags, _, _ := language.ParseAcceptLanguage(header)
	for _, t := range tags {
		if base, _ := t.Base(); Known(base.String()) {
			return base.String()
		}
	}
	return Langs[0]
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

// Missing lists what is wrong with the catalogue: a key that a language lacks, and placeholders that differ.
func (w Words) Missing() []string {
	all := map[string]bool{}
	for _, m := range w {
		for k := range m {
			all[k] = true
		}
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(all)) {
		var want []string
		for i, lang := range Langs {
			if strings.TrimSpace(w[lang][k]) == "" {
				out = append(out, lang+": "+k)
				continue
			}
			got := placeholder.FindAllString(w[lang][k], -1)
			slices.Sort(got)
			got = slices.Compact(got)
			if i == 0 {
				want = got
			} else if !slices.Equal(got, want) {
				out = append(out, fmt.Sprintf("%s: %s has placeholders %v, want %v", lang, k, got, want))
			}
		}
	}
	return out
}
