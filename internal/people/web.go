package people

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"taitorinki/internal/db"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.HandleAlike("GET /sign-in", s.showSignIn)
	k.HandleOpen("POST /sign-in", s.askSignIn)
	k.HandleOpen("GET /sign-in/{token}", s.showLink)
	k.HandleOpen("POST /sign-in/{token}", s.followLink)
	k.HandleOpen("POST /sign-out", s.signOut)
	k.Handle("POST /sign-out/everywhere", web.SignedIn, s.signOutEverywhere)

	k.Handle("GET /me", web.SignedIn, s.showMe)
	k.Handle("GET /me/data.json", web.SignedIn, s.sendMe)
	k.Handle("POST /me/language", web.SignedIn, s.saveLanguage)

	k.Handle("GET /units", ReadPeople, s.listUnits)
	k.Handle("GET /units/{id}", ReadPeople, s.showUnit)
	k.Handle("GET /people", ReadPeople, s.listPeople)
	k.Handle("GET /people/{id}", ReadPeople, s.showPerson)
	k.Handle("POST /people/{id}/roles", GrantRoles, s.grantRole)
	k.Handle("POST /people/{id}/roles/{role}/revoke", GrantRoles, s.revokeRole)

	k.Handle("GET /people/{id}/erase", ErasePeople, s.whole(ErasePeople, s.showErase))
	k.Handle("POST /people/{id}/erase", ErasePeople, s.whole(ErasePeople, s.erasePerson))
	k.Handle("POST /me/erase", web.SignedIn, s.askErasure)

	k.Handle("GET /people/import", ImportPeople, s.showImport)
	k.Handle("POST /people/import", ImportPeople, s.uploadStaff)
	k.Handle("GET /people/import/check/{id}", ImportPeople, s.showUpload)
	k.Handle("POST /people/import/check/{id}", ImportPeople, s.confirmStaff)
	k.Handle("GET /roles/import", GrantRoles, s.showRolesImport)
	k.Handle("POST /roles/import", GrantRoles, s.uploadRoles)
	k.Handle("GET /roles/import/{id}", GrantRoles, s.showRolesUpload)
	k.Handle("POST /roles/import/{id}", GrantRoles, s.confirmRoles)

	k.Handle("GET /audit", ReadAudit, s.whole(ReadAudit, s.showAudit))
	k.Handle("GET /audit/log.csv", ReadAudit, s.whole(ReadAudit, s.sendAudit))
	k.Handle("GET /settings", ManageCounty, s.whole(ManageCounty, s.showCounty))
	k.Handle("POST /settings", ManageCounty, s.whole(ManageCounty, s.saveCounty))
}

// whole lets in only whose role is over the whole organisation: the log and the settings are everybody's.
func (s *Service) whole(a web.Action, h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := s.mustCover(r.Context(), web.VisitorOf(r), a, 0); err != nil {
			return err
		}
		return h(w, r)
	}
}

// unitsPage is the tree of units, as far as the reader may see.
type unitsPage struct {
	web.Page
	Nodes        []ui.Node
	Units, Staff int
	MayImport    bool
}

func (s *Service) listUnits(w http.ResponseWriter, r *http.Request) error {
	t, err := LoadTree(r.Context(), s.DB)
	if err != nil {
		return err
	}
	v := web.VisitorOf(r)
	p := unitsPage{Page: s.Kit.Page(r, "people.units"), MayImport: v.Everywhere(ImportPeople)}
	ids, _ := t.Within(v, ReadPeople)
	p.Units = len(ids)
	for _, u := range t.Tops(v, ReadPeople, p.Lang) {
		p.Nodes = append(p.Nodes, t.node(u, p.Lang, 1))
		p.Staff += t.Total(u.ID)
	}
	return s.Kit.Show(w, r, p.Page, unitsView(p))
}

// node is a unit as the tree shows it; open is how many levels are shown without asking.
func (t *Tree) node(u Unit, lang string, open int) ui.Node {
	n := ui.Node{Label: u.Name(lang), URL: unitURL(u.ID), Count: i18n.Int(lang, t.Total(u.ID)), Open: open > 0}
	for _, c := range t.SortedChildren(u.ID, lang) {
		n.Children = append(n.Children, t.node(c, lang, open-1))
	}
	return n
}

func unitURL(id int64) string   { return "/units/" + strconv.FormatInt(id, 10) }
func personURL(id int64) string { return "/people/" + strconv.FormatInt(id, 10) }

// unitPage is one unit.
type unitPage struct {
	web.Page
	Unit    Unit
	Crumbs  []ui.NavItem
	Facts   []ui.Fact
	Holders []Holder
	Under   []ui.Node
	People  []Person
	Jobs    map[string]Profession
	Pages   ui.Pages
	Parts   templ.Component // of other features; nil: none
}

func (s *Service) showUnit(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), web.VisitorOf(r)
	id, err := web.ID(r, "id")
	if err != nil {
		return err
	}
	u, err := UnitByID(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if err := s.mustCover(ctx, v, ReadPeople, id); err != nil {
		return err
	}
	t, err := LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	p := unitPage{Page: s.Kit.Page(r, "people.unit"), Unit: u}
	p.Shell.Title = u.Name(p.Lang)
	p.fill(t, v)
	if p.Holders, err = HoldersAt(ctx, s.DB, id); err != nil {
		return err
	}
	if p.Jobs, err = professionsByCode(ctx, s.DB); err != nil {
		return err
	}
	if s.UnitParts != nil {
		if p.Parts, err = s.UnitParts(ctx, p.Page, id); err != nil {
			return err
		}
	}
	var offset int
	p.Pages, offset = web.PagesOf(r, t.Direct(id))
	p.People, err = persons(ctx, s.DB, `WHERE p.left_at IS NULL AND p.unit_id = $1 ORDER BY p.name_sort, p.id LIMIT $2 OFFSET $3`, id, ui.PageSize, offset)
	if err != nil {
		return err
	}
	if len(p.People) > 0 {
		if err := Audit(ctx, s.DB, s.Now(), v.ID, "unit.view", objectOf("unit", id), ""); err != nil {
			return err
		}
	}
	return s.Kit.Show(w, r, p.Page, unitView(p))
}

func (p *unitPage) fill(t *Tree, v web.Visitor) {
	reach := map[int64]bool{}
	ids, _ := t.Within(v, ReadPeople)
	for _, id := range ids {
		reach[id] = true
	}
	p.Crumbs = []ui.NavItem{{Label: p.T("people.units"), URL: "/units"}}
	path := t.Path(p.Unit.ID)
	if len(path) == 0 {
		path = []Unit{p.Unit} // it has ended
	}
	for _, u := range path {
		item := ui.NavItem{Label: u.Name(p.Lang)}
		if reach[u.ID] {
			item.URL = unitURL(u.ID)
		}
		p.Crumbs = append(p.Crumbs, item)
	}
	p.Facts = []ui.Fact{{Term: p.T("people.code"), Value: p.Unit.Code},
		{Term: p.T("people.staff-here"), Value: i18n.Int(p.Lang, t.Direct(p.Unit.ID))},
		{Term: p.T("people.staff-under"), Value: i18n.Int(p.Lang, t.Total(p.Unit.ID))}}
	if p.Unit.Headcount > 0 {
		p.Facts = append(p.Facts, ui.Fact{Term: p.T("people.headcount"), Value: i18n.Int(p.Lang, p.Unit.Headcount)})
	}
	if !p.Unit.Ended.IsZero() {
		p.Facts = append(p.Facts, ui.Fact{Term: p.T("people.ended"), Value: i18n.Date(p.Lang, p.Unit.Ended)})
	}
	for _, c := range t.SortedChildren(p.Unit.ID, p.Lang) {
		p.Under = append(p.Under, t.node(c, p.Lang, 0))
	}
}

// professionsByCode are the professions by code.
func professionsByCode(ctx context.Context, q db.Q) (map[string]Profession, error) {
	all, err := Professions(ctx, q)
	out := make(map[string]Profession, len(all))
	for _, p := range all {
		out[p.Code] = p
	}
	return out, err
}

// peoplePage is the search.
type peoplePage struct {
	web.Page
	Query     string
	People    []Person
	Jobs      map[string]Profession
	Tree      *Tree
	Pages     ui.Pages
	MayImport bool
	MayGrant  bool
}

func (s *Service) listPeople(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), web.VisitorOf(r)
	t, err := LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	p := peoplePage{Page: s.Kit.Page(r, "people.people"), Query: strings.TrimSpace(r.URL.Query().Get("q")), Tree: t,
		MayImport: v.Everywhere(ImportPeople), MayGrant: v.May(GrantRoles)}
	where, args := `WHERE p.left_at IS NULL`, []any(nil)
	if ids, all := t.Within(v, ReadPeople); !all {
		list, more := db.In(0, ids)
		where, args = where+` AND p.unit_id IN `+list, more
	}
	for _, word := range strings.Fields(i18n.Fold(p.Query)) {
		args = append(args, "%"+likeSafe(word)+"%")
		n := strconv.Itoa(len(args))
		where += ` AND (p.name_fold LIKE $` + n + ` ESCAPE '!' OR p.email_fold LIKE $` + n + ` ESCAPE '!')`
	}
	var total int
	if err := s.DB.QueryRowContext(ctx, `SELECT count(*) FROM persons p `+where, args...).Scan(&total); err != nil {
		return err
	}
	var offset int
	p.Pages, offset = web.PagesOf(r, total)
	n := len(args)
	p.People, err = persons(ctx, s.DB, where+` ORDER BY p.name_sort, p.id LIMIT $`+strconv.Itoa(n+1)+` OFFSET $`+strconv.Itoa(n+2), append(args, ui.PageSize, offset)...)
	if err != nil {
		return err
	}
	if p.Jobs, err = professionsByCode(ctx, s.DB); err != nil {
		return err
	}
	// What was searched for is not noted: it may be anything.
	if len(p.People) > 0 {
		if err := Audit(ctx, s.DB, s.Now(), v.ID, "people.view", "", ""); err != nil {
			return err
		}
	}
	return s.Kit.Show(w, r, p.Page, peopleView(p))
}

func likeSafe(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

// unitName is a unit's name on a page, also when it has ended.
func (s *Service) unitName(ctx context.Context, id int64, lang string) (string, error) {
	if id == 0 {
		return "", nil
	}
	u, err := UnitByID(ctx, s.DB, id)
	return u.Name(lang), err
}

func when(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}
