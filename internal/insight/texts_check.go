package insight

import (
	"context"
	"strings"
	"unicode/utf8"

	"taitorinki/internal/i18n"
	"taitorinki/internal/mask"
)

// LongestText is the longest a checked text may be, in characters.
const LongestText = 5000

// Finder finds what should be covered in open answers: it knows the names of all staff.
func (s *Service) Finder(ctx context.Context) (*mask.Finder, error) {
	names, err := s.Names(ctx)
	if err != nil {
		return nil, err
	}
	return mask.New(names), nil
}

// markKinds are all kinds that are covered by a mark.
var markKinds = []mask.Kind{mask.Email, mask.Link, mask.Identity, mask.Phone, mask.Name}

// cover is what stands in the place of something covered, in a language: "[name]".
func (s *Service) cover(lang string, k mask.Kind) string {
	return s.Kit.Words.T(lang, map[mask.Kind]string{mask.Email: "insight.mark-email", mask.Link: "insight.mark-link", mask.Identity: "insight.mark-identity",
		mask.Phone: "insight.mark-phone", mask.Name: "insight.mark-name"}[k])
}

// Suggest is a text with marks in the place of what is likely to give a person away.
func (s *Service) Suggest(f *mask.Finder, text, lang string) string {
	return mask.Apply(text, f.Find(text), mask.Likely, func(k mask.Kind) string { return s.cover(lang, k) })
}

// Marks turns the marks of all languages in checked texts into those of the reader's.
func (s *Service) Marks(lang string) *strings.Replacer {
	var pairs []string
	for _, k := range markKinds {
		for _, l := range i18n.Langs {
			pairs = append(pairs, s.cover(l, k), s.cover(lang, k))
		}
	}
	return strings.NewReplacer(pairs...)
}

// Fault is the message key of why a text may not be released; "": it may. What is surely an address, a number or a code is not
// let through by a slip; names are for the person who checks to judge.
func Fault(f *mask.Finder, masked string) string {
	switch n := utf8.RuneCountInString(masked); {
	case strings.TrimSpace(masked) == "":
		return "insight.check-empty"
	case n > LongestText:
		return "insight.check-long"
	}
	for _, s := range f.Find(masked) {
		if s.Certainty < mask.Sure {
			continue
		}
		switch s.Kind {
		case mask.Email:
			return "insight.check-still-email"
		case mask.Identity:
			return "insight.check-still-identity"
		case mask.Phone:
			return "insight.check-still-phone"
		}
	}
	return ""
}
