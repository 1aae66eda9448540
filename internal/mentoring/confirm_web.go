package mentoring

import (
	"net/http"

	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// confirmPage are the candidates who wait for a supervisor, and the mentors of the supervisor's units.
type confirmPage struct {
	web.Page
	Waiting []candidateCard
	Others  []mentorRow // of the supervisor's units, who are on their way or appointed
	Pages   ui.Pages
	Total   int
}

// candidateCard is a candidate in the list.
type candidateCard struct {
	Name, Unit, URL, Since string
	Facts                  []ui.Fact
	Self                   bool
}

func (s *Service) showConfirm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := confirmPage{Page: s.Kit.Page(r, "mentoring.to-confirm")}
	n, err := readNaming(ctx, s.DB)
	if err != nil {
		return err
	}
	all, err := readMentors(ctx, s.DB, ` WHERE m.state <> 'ended' ORDER BY m.since, m.id`)
	if err != nil {
		return err
	}
	may := scopeOf(n.tree, p.Who, people.ConfirmMentors)
	var waiting, others []Mentor
	for _, m := range all {
		switch {
		case m.Person.Name == "" || !may.has(m.Person.UnitID):
		case m.State == Candidate:
			waiting = append(waiting, m)
		case !may.all: // whose part is the whole county has the list of all
			others = append(others, m)
		}
	}
	p.Total = len(waiting)
	p.Pages, waiting = web.Paged(r, waiting)
	for _, m := range waiting {
		p.Waiting = append(p.Waiting, candidateCard{Name: m.Person.Name, Unit: path(n.tree, m.Person.UnitID, p.Page), URL: mentorURL(m.ID),
			Since: p.T("mentoring.since", "date", i18n.Date(p.Lang, m.Since)), Self: m.Person.ID == p.Who.ID,
			Facts: []ui.Fact{{Term: p.T("mentoring.units-served"), Value: n.places(p.Lang, &m, p.T)}, {Term: p.T("mentoring.areas"), Value: n.areasOf(p.Lang, &m, p.T)},
				{Term: p.T("mentoring.services"), Value: n.servicesOf(p.Lang, &m, p.T)}}})
	}
	for i := range others {
		p.Others = append(p.Others, rowOf(p.Page, n, &others[i]))
	}
	i18n.Sort(p.Lang, p.Others, func(x mentorRow) string { return x.Name })
	if len(p.Waiting)+len(p.Others) > 0 {
		if err := s.note(r, "mentor.view"); err != nil {
			return err
		}
	}
	return s.Kit.Show(w, r, p.Page, confirmView(p))
}
