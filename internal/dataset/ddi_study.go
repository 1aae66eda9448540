package dataset

import (
	"time"

	"taitorinki/internal/i18n"
)

// studyPart describes the study. The elements come in the order of the schema.
func studyPart(s *Study) element {
	return el("stdyDscr",
		citation(s),
		some("stdyInfo", some("subject", terms("keyword", s.Keywords), terms("topcClas", s.Topics)),
			translated("abstract", s.Abstract), some("sumDscr", summary(s))),
		some("method", some("dataColl", translated("timeMeth", s.TimeMethod), translated("sampProc", s.Sampling), translated("collMode", s.Mode)),
			translated("notes", s.Anonymised, "type", "anonymisation")),
		some("dataAccs", useStatements(s)))
}

// useStatements are the terms of use, a statement for each language: one statement holds each of its parts once.
func useStatements(s *Study) (out []element) {
	for _, lang := range i18n.Langs {
		out = append(out, some("useStmt", leafIn("restrctn", s.Restrictions, lang), leafIn("citReq", s.Citation, lang), leafIn("deposReq", s.Deposit, lang))...)
	}
	return out
}

// leafIn is the words in one language, none if there are none in it.
func leafIn(name string, w Words, lang string) []element {
	if w[lang] == "" {
		return nil
	}
	return leaf(name, w[lang], "xml:lang", lang)
}

func citation(s *Study) element {
	var authors []element
	for _, a := range s.Authors {
		authors = append(authors, leaf("AuthEnty", a.Name, "affiliation", a.Affiliation)...)
	}
	return el("citation",
		titles(s),
		some("rspStmt", authors),
		some("prodStmt", translated("producer", s.Producer)),
		el("distStmt", translated("distrbtr", s.Distributor), dated("distDate", s.Distributed)),
		some("verStmt", leaf("version", s.Version)),
		leaf("holdings", "", "URI", s.Holdings))
}

func summary(s *Study) []element {
	parts := append(dated("collDate", s.From, "event", "start"), dated("collDate", s.To, "event", "end")...)
	for _, x := range [][]element{
		translated("nation", s.Nation, "abbr", s.NationCode), translated("geogCover", s.Place), translated("anlyUnit", s.Unit),
		translated("universe", s.Universe), translated("dataKind", s.DataKind),
	} {
		parts = append(parts, x...)
	}
	return parts
}

func terms(name string, all []Term) (out []element) {
	for _, term := range all {
		out = append(out, translated(name, term.Words, "vocab", term.Vocabulary)...)
	}
	return out
}

// dated tells a day as text and for machines; nothing for the zero time.
func dated(name string, day time.Time, attrs ...string) []element {
	if day.IsZero() {
		return nil
	}
	s := day.Format(ddiDay)
	return leaf(name, s, append([]string{"date", s}, attrs...)...)
}
