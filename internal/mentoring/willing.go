package mentoring

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
	"taitorinki/internal/sheet"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// willingPage is the coordinator's list. Whoever answered "not now" is not on it: only their ways of learning count.
type willingPage struct {
	web.Page
	Groups []unitGroup
	Total  int
	Ways   []wayCount // nil when too few have told
	Pages  ui.Pages
}

// unitGroup is the willing of one unit.
type unitGroup struct {
	Unit string
	Rows []willingRow
}

type willingRow struct {
	Unit, Name, Email, Profession, Answer, Ways string
	Person                                      int64
	State                                       State // as a mentor; "" for somebody who has not come forward, or has ended
}

type wayCount struct {
	Way string
	N   int
}

// willing are the rows that the reader may see, unit by unit in the order of the tree, and how often each way was wished for.
func (s *Service) willing(ctx context.Context, p web.Page) (rows []willingRow, ways []wayCount, err error) {
	all, err := wishes(ctx, s.DB)
	if err != nil {
		return nil, nil, err
	}
	who, err := people.PersonsByID(ctx, s.DB, givers(all))
	if err != nil {
		return nil, nil, err
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return nil, nil, err
	}
	professions, err := people.Professions(ctx, s.DB)
	if err != nil {
		return nil, nil, err
	}
	named := map[string]string{}
	for _, x := range professions {
		named[x.Code] = x.Name(p.Lang)
	}
	wish := map[int64]Wish{}
	for _, w := range all {
		wish[w.PersonID] = w
	}
	mentors, err := readMentors(ctx, s.DB, ` WHERE m.state <> 'ended' ORDER BY m.id`)
	if err != nil {
		return nil, nil, err
	}
	on := map[int64]State{}
	for _, m := range mentors {
		on[m.Person.ID] = m.State
	}
	ids, everywhere := tree.Within(p.Who, people.ReadWilling)
	told := map[string]int{}
	n := 0
	for _, x := range who {
		if !everywhere && !slices.Contains(ids, x.UnitID) {
			continue
		}
		w := wish[x.ID]
		n++
		for _, way := range w.Ways {
			told[way]++
		}
		if w.Willing() {
			rows = append(rows, willingRow{path(tree, x.UnitID, p), x.Name, x.Email, named[x.Profession], p.T("mentoring.mentor-" + w.Mentor), inWords(w.Ways, p.T), x.ID, on[x.ID]})
		}
	}
	i18n.Sort(p.Lang, rows, func(r willingRow) string { return r.Unit + "\x00" + r.Name })
	if n >= sdc.LeastGroup {
		for _, way := range Ways {
			ways = append(ways, wayCount{p.T("mentoring.way-" + way), told[way]})
		}
	}
	return rows, ways, nil
}

// path names a unit with those above it, but for the county itself.
func path(t *people.Tree, unit int64, p web.Page) string {
	var names []string
	for _, u := range t.Path(unit) {
		names = append(names, u.Name(p.Lang))
	}
	if len(names) > 1 {
		names = names[1:]
	}
	if len(names) == 0 {
		return p.T("mentoring.no-unit")
	}
	return strings.Join(names, " › ")
}

func (s *Service) listWilling(w http.ResponseWriter, r *http.Request) error {
	p := willingPage{Page: s.Kit.Page(r, "mentoring.willing")}
	rows, ways, err := s.willing(r.Context(), p.Page)
	if err != nil {
		return err
	}
	if err := s.note(r, "mentoring.view"); err != nil {
		return err
	}
	p.Total, p.Ways = len(rows), ways
	p.Pages, rows = web.Paged(r, rows)
	for _, row := range rows {
		if last := len(p.Groups) - 1; last < 0 || p.Groups[last].Unit != row.Unit {
			p.Groups = append(p.Groups, unitGroup{Unit: row.Unit})
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Rows = append(g.Rows, row)
	}
	return s.Kit.Show(w, r, p.Page, willingView(p))
}

func (s *Service) sendWilling(w http.ResponseWriter, r *http.Request) error {
	p := s.Kit.Page(r, "mentoring.willing")
	rows, _, err := s.willing(r.Context(), p)
	if err != nil {
		return err
	}
	if err := s.note(r, "mentoring.export"); err != nil {
		return err
	}
	table := make([][]string, len(rows))
	for i, x := range rows {
		table[i] = []string{x.Unit, x.Name, x.Email, x.Profession, x.Answer, x.Ways}
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="digimentors.csv"`)
	return sheet.WriteCSV(w, []string{p.T("mentoring.unit"), p.T("mentoring.name"), p.T("mentoring.email"), p.T("mentoring.profession"),
		p.T("mentoring.mentor"), p.T("mentoring.ways")}, table)
}

// putForward makes a candidate of somebody who told that they would be a digimentor. They are told, and may take it back. The wish
// itself stays as it is, without a time.
func (s *Service) putForward(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), web.VisitorOf(r)
	id, err := strconv.ParseInt(r.PostFormValue("person"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "people.person-missing")
	}
	wish, has, err := wishOf(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if !has || !wish.Willing() {
		return errs.New(errs.NotFound, "people.person-missing")
	}
	p, err := people.PersonByID(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if err := s.mustCover(ctx, v, people.ManageMentors, &Mentor{Person: p}); err != nil {
		return err
	}
	if _, err := s.SignUp(ctx, v.ID, id, Profile{Langs: []string{p.Lang}}, []Place{{Unit: p.UnitID, Below: true}}); err != nil {
		return err
	}
	s.Kit.Flash(r, "mentoring.put-forward-now", "name", p.Name)
	return web.See(w, r, "/mentors/willing")
}

// note writes down that somebody looked at the list or took it. Without the note it is not shown.
func (s *Service) note(r *http.Request, action string) error {
	return people.Audit(r.Context(), s.DB, s.Now(), web.VisitorOf(r).ID, action, "", "")
}
