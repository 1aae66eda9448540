package insight

import (
	"maps"

	"taitorinki/internal/dataset"
	"taitorinki/internal/i18n"
)

// describe fills in what a description of the data tells of the study.
func (m *Microdata) describe(t words) {
	s := m.source
	county := dataset.Words(maps.Clone(s.County))
	if len(county) == 0 {
		county = in3(t, "insight.study-county")
	}
	m.Study = dataset.Study{
		Lang: m.lang(), ID: s.Code, Agency: "taitorinki", Titles: dataset.Words(s.Name), Version: "1",
		Abstract: in3(t, "insight.study-abstract"), Holdings: s.BaseURL + "/results/" + s.Code,
		Producer: county, Distributor: county, Distributed: s.ClosedAt, From: s.OpenedAt, To: s.ClosedAt,
		Authors: []dataset.Author{{Name: county.In("fi")}}, Nation: in3(t, "insight.study-nation"), NationCode: "FI", Place: county,
		Keywords: []dataset.Term{{Words: in3(t, "insight.study-keyword")}}, Unit: in3(t, "insight.study-unit"), Universe: in3(t, "insight.study-universe", "n", s.Invited),
		DataKind: in3(t, "insight.study-kind"), TimeMethod: in3(t, "insight.study-time"), Sampling: in3(t, "insight.study-sampling"), Mode: in3(t, "insight.study-mode"),
		Anonymised: m.whatWasDone(t), Restrictions: in3(t, "insight.study-restrictions"), File: m.Table.Name, FileType: in3(t, "insight.study-file"),
	}
}

// lang is the main language of the description: the first in which the round has a name.
func (m *Microdata) lang() string {
	for _, l := range i18n.Langs {
		if m.source.Name[l] != "" {
			return l
		}
	}
	return i18n.Langs[0]
}

// whatWasDone tells how the background was coarsened.
func (m *Microdata) whatWasDone(t words) dataset.Words {
	lifted, merged, blanked := 0, 0, m.Release.NoUnit
	for u, as := range m.Release.Units {
		if as != u {
			lifted++
		}
	}
	for b, into := range m.Release.Categories {
		for c, as := range into {
			if as != c {
				merged++
			}
		}
		blanked += m.Release.Blanked[b]
	}
	return in3(t, "insight.study-anonymised", "k", m.least, "lifted", lifted, "merged", merged, "blanked", blanked)
}

// Anonymised tells in words how the background was coarsened.
func (m *Microdata) Anonymised(lang string) string { return m.Study.Anonymised.In(lang) }
