package about

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// The texts. The names are stored.
const (
	Accessibility = "accessibility"
	Privacy       = "privacy"
)

// Names lists the texts.
var Names = []string{Accessibility, Privacy}

// MostText is how long a text may be, in characters.
const MostText = 20000

// formLine is the line of the accessibility statement where the form of feedback stands.
const formLine = "{form}"

// Text is what the county has written in place of one of our texts.
type Text struct {
	Name    string
	Words   map[string]string // by language; "" is our text
	Version int               // 0: nothing was written yet
	Changed time.Time
}

// TextOf is what the county has written; a Text without words when that is nothing.
func TextOf(ctx context.Context, q db.Q, name string) (t Text, err error) {
	defer errs.Wrap(&err, "about.TextOf(%s)", name)
	all, err := db.Rows(ctx, q, func(r *sql.Rows, t *Text) error {
		var fi, sv, en string
		var at db.Time
		err := r.Scan(&fi, &sv, &en, &t.Version, &at)
		t.Words, t.Changed = map[string]string{"fi": fi, "sv": sv, "en": en}, at.Time
		return err
	}, `SELECT fi, sv, en, version, changed_at FROM about_texts WHERE name = $1`, name)
	if err != nil {
		return t, err
	}
	if len(all) > 0 {
		t = all[0]
	}
	t.Name = name
	return t, nil
}

// ours is the text that comes with the platform.
func (s *Service) ours(name, lang string) string { return s.Kit.Words.T(lang, "about."+name+"-text") }

// in is a text as it is in force in a language.
func (s *Service) in(t Text, lang string) string {
	if own := t.Words[lang]; own != "" {
		return own
	}
	return s.ours(t.Name, lang)
}

var place = regexp.MustCompile(`\{[^{}\n]*\}`)

// places are what a text may name; each is filled by what the county says of itself.
var places = []string{"{controller}", "{contact}", "{dpo}", "{keep}", "{feedback}", "{reviewed}", formLine}

// check tidies the texts, and tells what is wrong with each. One that is ours is stored as none, so that it follows ours.
func (s *Service) check(t *Text) error {
	bad := &errs.Fields{}
	for _, lang := range i18n.Langs {
		text := web.Lines(t.Words[lang])
		if utf8.RuneCountInString(text) > MostText {
			bad.Add(lang, "about.too-long", "most", MostText)
		}
		for _, name := range place.FindAllString(text, -1) {
			if !slices.Contains(places, name) {
				bad.Add(lang, "about.unknown-place", "name", name, "known", strings.Join(places, " "))
				break
			}
		}
		if text == web.Lines(s.ours(t.Name, lang)) {
			text = ""
		}
		t.Words[lang] = text
	}
	return bad.Err()
}

// Save stores what the county writes. T.Version is the one that was read.
func (s *Service) Save(ctx context.Context, by int64, t Text) (err error) {
	if err := s.check(&t); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		stmt := `UPDATE about_texts SET fi = $2, sv = $3, en = $4, version = version + 1, changed_at = $5 WHERE name = $1 AND version = $6`
		if t.Version == 0 {
			stmt = `INSERT INTO about_texts (name, fi, sv, en, version, changed_at) VALUES ($1, $2, $3, $4, $6 + 1, $5) ON CONFLICT DO NOTHING`
		}
		n, err := db.Changed(tx.ExecContext(ctx, stmt, t.Name, t.Words["fi"], t.Words["sv"], t.Words["en"], db.At(s.Now()), t.Version))
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "about.changed")
		}
		if err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "county.text", "", t.Name)
	})
}

// block is a heading, a paragraph, a list, or the place of the form.
type block struct {
	heading, text string
	list          []string
	form          bool
}

// blocks reads a text: a paragraph a line, "# " before a heading, "- " before an item of a list.
func blocks(text string) (out []block) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		heading, isHeading := strings.CutPrefix(line, "# ")
		item, isItem := strings.CutPrefix(line, "- ")
		switch n := len(out); {
		case line == "":
		case line == formLine:
			out = append(out, block{form: true})
		case isHeading:
			out = append(out, block{heading: heading})
		case isItem && n > 0 && out[n-1].list != nil:
			out[n-1].list = append(out[n-1].list, item)
		case isItem:
			out = append(out, block{list: []string{item}})
		default:
			out = append(out, block{text: line})
		}
	}
	return out
}
