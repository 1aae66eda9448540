package people

import (
	"context"
	"net/http"
	"strconv"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// roleLine is a role as a page shows it.
type roleLine struct {
	Role
	Where     string
	MayRevoke bool
}

// personPage is one person.
type personPage struct {
	web.Page
	Person   Person
	Facts    []ui.Fact
	Roles    []roleLine
	MayGrant bool
	Grant    grantForm

	EraseLink bool
}

// grantForm gives a role.
type grantForm struct {
	Role, Unit string
	RoleChoice []ui.Option
	UnitChoice []ui.Option
	Errors     *errs.Fields
}

func (s *Service) showPerson(w http.ResponseWriter, r *http.Request) error {
	p, err := s.personPage(r)
	if err != nil {
		return err
	}
	if err := s.noteView(r, p.Person.ID); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, personView(p))
}

// noteView writes into the audit log that somebody looked at another person's page. Without the note the page is not shown.
func (s *Service) noteView(r *http.Request, personID int64) error {
	who := web.VisitorOf(r).ID
	if who == personID {
		return nil
	}
	return Audit(r.Context(), s.DB, s.Now(), who, "people.audit-view", objectOf("person", personID), "")
}

// personPage loads a person whom the reader may see.
func (s *Service) personPage(r *http.Request) (p personPage, err error) {
	ctx, v := r.Context(), web.VisitorOf(r)
	id, err := web.ID(r, "id")
	if err != nil {
		return p, err
	}
	if p.Person, err = PersonByID(ctx, s.DB, id); err != nil {
		return p, err
	}
	if err := s.mustCover(ctx, v, ReadPeople, p.Person.UnitID); err != nil {
		return p, err
	}
	p.Page = s.Kit.Page(r, "people.person")
	p.Shell.Title = p.Person.Name
	if p.Facts, err = s.facts(ctx, p.Page, p.Person); err != nil {
		return p, err
	}
	if p.Roles, err = s.roleLines(ctx, p.Page, p.Person.ID); err != nil {
		return p, err
	}
	p.EraseLink = v.May(ErasePeople) && (!p.Person.Left.IsZero() || !p.Person.Listed)
	if p.MayGrant = v.May(GrantRoles) && p.Person.Left.IsZero(); p.MayGrant {
		err = s.fillGrant(ctx, &p, v)
	}
	return p, err
}

func (s *Service) facts(ctx context.Context, page web.Page, p Person) ([]ui.Fact, error) {
	unit, err := s.unitName(ctx, p.UnitID, page.Lang)
	if err != nil {
		return nil, err
	}
	all, err := professionsByCode(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	none := page.T("people.none")
	facts := []ui.Fact{
		{Term: page.T("people.email"), Value: firstOf(p.Email, "–")},
		{Term: page.T("people.unit"), Value: firstOf(unit, none)},
		{Term: page.T("people.profession"), Value: firstOf(all[p.Profession].Name(page.Lang), none)},
		{Term: page.T("people.number"), Value: firstOf(p.StaffNumber, none)},
		{Term: page.T("people.lang"), Value: page.T("people.lang-" + p.Lang)},
	}
	if p.Listed {
		facts = append(facts, ui.Fact{Term: page.T("people.source"), Value: page.T("people.source-list")})
	} else {
		facts = append(facts, ui.Fact{Term: page.T("people.source"), Value: page.T("people.source-hand")})
	}
	if !p.Left.IsZero() {
		facts = append(facts, ui.Fact{Term: page.T("people.left-at"), Value: i18n.Date(page.Lang, p.Left)})
	}
	return facts, nil
}

func (s *Service) roleLines(ctx context.Context, page web.Page, personID int64) ([]roleLine, error) {
	all, err := RolesOf(ctx, s.DB, personID)
	if err != nil {
		return nil, err
	}
	var out []roleLine
	for _, r := range all {
		line := roleLine{Role: r, Where: page.T("people.whole")}
		if r.UnitID != 0 {
			if line.Where, err = s.unitName(ctx, r.UnitID, page.Lang); err != nil {
				return nil, err
			}
		}
		// What the staff list gives, the staff list takes: a role revoked here would be back with the next one.
		if line.MayRevoke, err = s.mayGrant(ctx, page.Who, r.Role, r.UnitID); err != nil {
			return nil, err
		}
		line.MayRevoke = line.MayRevoke && !r.Listed
		out = append(out, line)
	}
	return out, nil
}

// mayGrant reports whether the visitor may give and take a role over a unit.
func (s *Service) mayGrant(ctx context.Context, v web.Visitor, role string, unitID int64) (bool, error) {
	action := GrantRoles
	if role == Administrator {
		action = GrantAdministrator
	}
	return Covers(ctx, s.DB, v, action, unitID)
}

func (s *Service) fillGrant(ctx context.Context, p *personPage, v web.Visitor) error {
	t, err := LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	// Nobody is to get a role by a careless press.
	p.Grant.RoleChoice = append(p.Grant.RoleChoice, ui.Option{Label: p.T("people.choose-role")})
	for _, role := range Roles {
		if role != Administrator || v.May(GrantAdministrator) {
			p.Grant.RoleChoice = append(p.Grant.RoleChoice, ui.Option{Value: role, Label: p.T("people.role-" + role)})
		}
	}
	if v.Everywhere(GrantRoles) {
		p.Grant.UnitChoice = append(p.Grant.UnitChoice, ui.Option{Value: "0", Label: p.T("people.whole")})
	}
	for _, u := range t.Tops(v, GrantRoles, p.Lang) {
		p.Grant.UnitChoice = append(p.Grant.UnitChoice, t.options(u, p.Lang, "")...)
	}
	p.Grant.Unit = strconv.FormatInt(p.Person.UnitID, 10)
	return nil
}

// options lists a unit and everything under it for a select, with a dash for each level.
func (t *Tree) options(u Unit, lang, dashes string) []ui.Option {
	out := []ui.Option{{Value: strconv.FormatInt(u.ID, 10), Label: dashes + u.Name(lang) + " (" + u.Code + ")"}}
	for _, c := range t.SortedChildren(u.ID, lang) {
		out = append(out, t.options(c, lang, dashes+"– ")...)
	}
	return out
}

func (s *Service) grantRole(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), web.VisitorOf(r)
	p, err := s.personPage(r)
	if err != nil {
		return err
	}
	role, unit, bad := r.PostFormValue("role"), int64(0), errs.Fields{}
	if !KnownRole(role) {
		bad.Add("role", "people.choose-role")
	}
	if unit, err = strconv.ParseInt(r.PostFormValue("unit"), 10, 64); err != nil || unit < 0 {
		bad.Add("unit", "people.choose-unit")
	}
	if bad.Err() != nil {
		if err := s.noteView(r, p.Person.ID); err != nil {
			return err
		}
		p.Grant.Role, p.Grant.Errors = role, &bad
		return s.Kit.ShowInvalid(w, r, p.Page, personView(p))
	}
	if unit > 0 {
		if _, err := UnitByID(ctx, s.DB, unit); err != nil {
			return err
		}
	}
	if err := s.mustGrant(ctx, v, role, unit); err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := Grant(ctx, tx, s.Now(), v.ID, p.Person.ID, role, unit)
		return err
	})
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "people.granted")
	return web.See(w, r, personURL(p.Person.ID))
}

func (s *Service) mustGrant(ctx context.Context, v web.Visitor, role string, unitID int64) error {
	ok, err := s.mayGrant(ctx, v, role, unitID)
	if err == nil && !ok {
		err = errs.New(errs.Forbidden, "people.may-not-grant")
	}
	return err
}

func (s *Service) revokeRole(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), web.VisitorOf(r)
	person, err := web.ID(r, "id")
	if err != nil {
		return err
	}
	id, err := web.ID(r, "role")
	if err != nil {
		return err
	}
	role, err := roleByID(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if role.PersonID != person {
		return errs.New(errs.NotFound, "people.role-missing")
	}
	if err := s.mustGrant(ctx, v, role.Role, role.UnitID); err != nil {
		return err
	}
	if role.Listed {
		return errs.New(errs.Conflict, "people.role-listed")
	}
	if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return Revoke(ctx, tx, s.Now(), v.ID, id) }); err != nil {
		return err
	}
	s.Kit.Flash(r, "people.revoked")
	return web.See(w, r, personURL(person))
}

// Renew keeps the visitor signed in here when something that they did has just ended their sessions.
func (s *Service) Renew(r *http.Request, personID int64) error {
	p, err := PersonByID(r.Context(), s.DB, personID)
	if err != nil {
		return err
	}
	s.Kit.Sessions.Put(r.Context(), "epoch", p.Epoch)
	return nil
}

// mePage is what the platform keeps of its reader.
type mePage struct {
	web.Page
	Listed bool // in the staff list
	Facts  []ui.Fact
	Roles  []roleLine
	Parts  []Part
	Langs  []ui.Option
}

func (s *Service) showMe(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), web.VisitorOf(r)
	me, err := PersonByID(ctx, s.DB, v.ID)
	if err != nil {
		return err
	}
	p := mePage{Page: s.Kit.Page(r, "people.me"), Listed: me.Listed}
	p.Shell.Narrow = true
	if p.Facts, err = s.facts(ctx, p.Page, me); err != nil {
		return err
	}
	p.Facts = append([]ui.Fact{{Term: p.T("people.name"), Value: me.Name}}, p.Facts...)
	if p.Roles, err = s.roleLines(ctx, p.Page, me.ID); err != nil {
		return err
	}
	if s.Parts != nil {
		if p.Parts, err = s.Parts(ctx, me.ID, p.T); err != nil {
			return err
		}
	}
	for _, l := range i18n.Langs {
		p.Langs = append(p.Langs, ui.Option{Value: l, Label: p.T("people.lang-" + l), Selected: l == me.Lang})
	}
	return s.Kit.Show(w, r, p.Page, meView(p))
}

func (s *Service) saveLanguage(w http.ResponseWriter, r *http.Request) error {
	lang := r.PostFormValue("language")
	if err := s.setLang(r.Context(), web.VisitorOf(r).ID, lang); err != nil {
		return err
	}
	s.Kit.SetLang(w, r, lang)
	s.Kit.Sessions.Put(r.Context(), "flash", s.Kit.Words.T(lang, "people.lang-saved"))
	return web.See(w, r, "/me")
}
