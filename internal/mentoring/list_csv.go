package mentoring

import (
	"net/http"
	"strconv"
	"strings"

	"taitorinki/internal/catalog"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
)

// Columns of the list, in the order in which it is written. What it says of a mentor's name is for the reader: the address, or the
// staff number where there is none, tells who it is.
var listColumns = []sheet.Column{
	{Key: "email", Names: []string{"email", "e-mail", "sähköposti", "sähköpostiosoite", "e-post", "epost"}, Required: true},
	{Key: "number", Names: []string{"staff number", "henkilönumero", "henkilöstönumero", "anställningsnummer", "personalnummer"}},
	{Key: "name", Names: []string{"name", "nimi", "namn"}},
	{Key: "state", Names: []string{"state", "tila", "status", "läge"}, Required: true},
	{Key: "units", Names: []string{"units", "yksiköt", "enheter"}, Required: true},
	{Key: "hours", Names: []string{"hours", "hours a week", "tunnit", "tunnit viikossa", "timmar", "timmar i veckan"}},
	{Key: "from", Names: []string{"from", "alkaa", "från"}},
	{Key: "to", Names: []string{"to", "päättyy", "till"}},
	{Key: "areas", Names: []string{"areas", "osa-alueet", "områden"}},
	{Key: "services", Names: []string{"services", "palvelut", "tjänster"}},
	{Key: "languages", Names: []string{"languages", "kielet", "språk"}},
	{Key: "reach", Names: []string{"reach", "tavoittaminen", "kontakt"}},
	{Key: "away-from", Names: []string{"away from", "poissa alkaen", "borta från"}},
	{Key: "away-to", Names: []string{"away to", "poissa asti", "borta till"}},
	{Key: "note", Names: []string{"monthly note", "kuukausikirje", "månadsbrev"}},
	{Key: "reason", Names: []string{"reason", "syy", "orsak"}},
}

// between separates the values of a cell that holds several.
const between = "|"

// sendList writes the list that the page shows, in a form that can be brought in again.
func (s *Service) sendList(w http.ResponseWriter, r *http.Request) error {
	p := s.Kit.Page(r, "mentoring.mentors")
	f := filterOf(r.URL.Query())
	l, err := s.listing(r.Context(), p.Who, f)
	if err != nil {
		return err
	}
	why, err := lastReasons(r.Context(), s.DB)
	if err != nil {
		return err
	}
	if err := s.note(r, "mentor.export"); err != nil {
		return err
	}
	mentors := l.of(f.State)
	i18n.Sort(p.Lang, mentors, func(m Mentor) string { return m.Person.Name })
	var rows [][]string
	for _, m := range mentors {
		if m.Person.Name != "" { // who has left cannot be brought in again
			rows = append(rows, l.names.cells(&m, p.Lang, why[m.ID], p.T))
		}
	}
	var header []string
	for _, c := range listColumns {
		header = append(header, p.T("mentoring.column-"+c.Key))
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="mentors.csv"`)
	return sheet.WriteCSV(w, header, rows)
}

// cells are a mentor's row.
func (n *naming) cells(m *Mentor, lang, why string, t translate) []string {
	hours := ""
	if m.Minutes > 0 {
		hours = Hours(lang, m.Minutes)
	}
	return []string{m.Person.Email, m.Person.StaffNumber, m.Person.Name, t("mentoring.state-" + string(m.State)), n.unitCells(m), hours, m.Starts, m.Ends,
		strings.Join(m.Areas, between), strings.Join(n.serviceCells(m, lang), between), strings.Join(m.Langs, between), m.Reach, m.AwayFrom, m.AwayTo, t("mentoring.note-" + noteWord(m.NoteOff)), why}
}

// noteWord says whether a mentor gets the monthly note.
func noteWord(off bool) string {
	if off {
		return "off"
	}
	return "on"
}

// unitCells are the codes of the units served; + is for everything below.
func (n *naming) unitCells(m *Mentor) string {
	var out []string
	for _, p := range m.Units {
		if u, ok := n.tree.Unit(p.Unit); ok {
			out = append(out, u.Code+plus(p.Below))
		}
	}
	return strings.Join(out, between)
}

func plus(below bool) string {
	if below {
		return "+"
	}
	return ""
}

// serviceCells name services, by their numbers where a name could be read as another.
func (n *naming) serviceCells(m *Mentor, lang string) (out []string) {
	for _, id := range m.Services {
		name := catalog.ServiceName(n.services, id, lang)
		if got, ok := n.serviceCalled(name); !ok || got != id || strings.Contains(name, between) {
			name = strconv.FormatInt(id, 10)
		}
		out = append(out, name)
	}
	return out
}

// serviceCalled finds a service by its name in any language, or by its number.
func (n *naming) serviceCalled(said string) (id int64, ok bool) {
	folded := i18n.Fold(said)
	for _, d := range n.services {
		for _, name := range d.Name {
			if i18n.Fold(name) == folded {
				return d.ID, true
			}
		}
	}
	if id, err := strconv.ParseInt(said, 10, 64); err == nil && catalog.ServiceName(n.services, id, i18n.Langs[0]) != "" {
		return id, true
	}
	return 0, false
}

// areaCalled finds a competence area by its id, or its name in any language.
func (n *naming) areaCalled(said string) (string, bool) {
	folded := i18n.Fold(said)
	for _, a := range n.areas {
		if a.ID == folded {
			return a.ID, true
		}
		for _, name := range a.Name {
			if i18n.Fold(name) == folded {
				return a.ID, true
			}
		}
	}
	return "", false
}

// unitsByCode are the units of today by their codes.
func unitsByCode(tree *people.Tree) map[string]people.Unit {
	out := map[string]people.Unit{}
	for _, r := range tree.Roots() {
		for _, id := range tree.Subtree(r.ID) {
			u, _ := tree.Unit(id)
			out[u.Code] = u
		}
	}
	return out
}
