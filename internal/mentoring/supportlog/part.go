package supportlog

import (
	"context"
	"strconv"

	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// mine is an entry as its mentor may take it away.
type mine struct {
	Day     string `json:"day"`
	Unit    string `json:"unit"`
	Area    string `json:"area"`
	Service int64  `json:"service,omitempty"`
	Way     string `json:"way"`
	Minutes int    `json:"minutes"`
	Note    string `json:"note,omitempty"`
}

// Part is what "my data" shows of a person's log.
func (s *Service) Part(ctx context.Context, personID int64, t func(key string, args ...any) string) (people.Part, error) {
	p := people.Part{Name: "supportlog", Title: t("supportlog.title"), Facts: []ui.Fact{{Term: t("supportlog.entries"), Value: "0"}}}
	m, has, err := s.Mentors.MentorOf(ctx, personID)
	if err != nil || !has {
		return p, err
	}
	all, err := entries(ctx, s.DB, `mentor_id = $1 ORDER BY day, id`, m.ID)
	if err != nil || len(all) == 0 {
		return p, err
	}
	units := map[int64]string{}
	var out []mine
	for _, e := range all {
		if _, ok := units[e.Unit]; !ok {
			u, err := people.UnitByID(ctx, s.DB, e.Unit)
			if err != nil {
				return p, err
			}
			units[e.Unit] = u.Code
		}
		out = append(out, mine{e.Day, units[e.Unit], e.Area, e.Service, e.Way, e.Minutes, e.Note})
	}
	p.Facts = []ui.Fact{{Term: t("supportlog.entries"), Value: strconv.Itoa(len(all))}, {Term: t("supportlog.kept-for"), Value: t("supportlog.months", "n", kept)}}
	p.Value = out
	if m.State.Appointed() {
		p.Link, p.URL = t("supportlog.to-log"), "/log"
	}
	return p, nil
}
