package people

import (
	"context"
	"database/sql"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/web"
)

// The roles.
const (
	Administrator = "administrator"
	Coordinator   = "coordinator"
	Supervisor    = "supervisor"
	Mentor        = "mentor"
	Expert        = "expert"
	Researcher    = "researcher"
	DPO           = "dpo" // data protection officer
	Member        = "member"
	Partner       = "partner"
)

// Roles lists the roles in the order in which pages show them.
var Roles = []string{Administrator, Coordinator, Supervisor, Mentor, Expert, Researcher, DPO, Member, Partner}

// The actions that a role may allow.
const (
	ReadPeople         web.Action = "people.read"
	ImportPeople       web.Action = "people.import"
	ErasePeople        web.Action = "people.erase" // forget who somebody is who has left
	GrantRoles         web.Action = "roles.grant"
	GrantAdministrator web.Action = "roles.grant-administrator"
	ManageInstruments  web.Action = "instrument.manage"
	ReadInstruments    web.Action = "instrument.read"
	ManageRounds       web.Action = "round.manage"
	ReadRounds         web.Action = "round.read"
	ReadResults        web.Action = "result.read"
	ReadMicrodata      web.Action = "result.microdata" // coarsened answers, one row a person, for research
	CheckTexts         web.Action = "result.check"     // open answers as they were written, before anybody else sees them
	ManageFindings     web.Action = "finding.manage"   // mark where help is aimed, and say what became of it
	ReadAudit          web.Action = "audit.read"
	ReadWilling        web.Action = "mentoring.willing" // who would like to be a digimentor, by name
	ManageCounty       web.Action = "county.manage"     // what notices and statements say of the county
	// AnswerAccessibility is to answer what people say of pages that do not work for them.
	AnswerAccessibility web.Action = "county.answer"
	ManageCatalog       web.Action = "catalog.manage"  // digital services, and what has changed in them
	ManageMentors       web.Action = "mentor.manage"   // appoint, rest and end digimentors, by name; lists of them; requests that nobody took
	ConfirmMentors      web.Action = "mentor.confirm"  // grant hours to a candidate, or decline
	ReadCoverage        web.Action = "mentor.coverage" // which units have a digimentor, and how many hours are granted
	WorkAsMentor        web.Action = "mentor.work"     // own support log, requests for help, training path, meetings
	ManageTraining      web.Action = "training.manage" // the steps of the training path, and badges
	ManageMeetings      web.Action = "meeting.manage"  // plan and lead meetings of the network
	HostEvents          web.Action = "event.host"      // plan and hold events; who signed up, feedback, live rooms
)

// allowed is the one table of who may do what. A role that is not in it allows what everybody signed in may do.
var allowed = map[string][]web.Action{
	Administrator: {ReadPeople, ImportPeople, ErasePeople, GrantRoles, GrantAdministrator, ReadInstruments, ReadRounds, ReadResults, ReadAudit, ManageCounty, AnswerAccessibility, ReadCoverage},
	Coordinator: {ReadPeople, ImportPeople, ErasePeople, GrantRoles, ManageInstruments, ReadInstruments, ManageRounds, ReadRounds,
		ReadResults, CheckTexts, ManageFindings, ReadAudit, ReadWilling, ManageCatalog, ManageMentors, ConfirmMentors, ReadCoverage, ManageTraining, ManageMeetings, HostEvents, AnswerAccessibility},
	Supervisor: {ReadPeople, ReadRounds, ReadResults, ManageFindings, ConfirmMentors, ReadCoverage},
	Mentor:     {WorkAsMentor},
	Expert:     {ManageCatalog, HostEvents},
	Researcher: {ReadInstruments, ReadResults, ReadMicrodata},
	DPO:        {ReadAudit, ReadRounds, ReadInstruments},
}

// Actions returns what a role allows over its unit and everything under it.
func Actions(role string) []web.Action { return slices.Clone(allowed[role]) }

// RolesWith are the roles that allow an action.
func RolesWith(a web.Action) (out []string) {
	for _, role := range Roles {
		if slices.Contains(allowed[role], a) {
			out = append(out, role)
		}
	}
	return out
}

// KnownRole reports whether there is such a role.
func KnownRole(role string) bool { return slices.Contains(Roles, role) }

// Identify tells who a session belongs to and what that person may do where. It returns errs.NotFound when the person
// has left or has signed out everywhere since.
func (s *Service) Identify(ctx context.Context, personID, epoch int64) (v web.Visitor, err error) {
	defer errs.Wrap(&err, "people.Identify(%d)", personID)
	rows, err := s.DB.QueryContext(ctx, `SELECT p.name, p.lang, r.role, r.unit_id
		FROM persons p LEFT JOIN roles r ON r.person_id = p.id
		WHERE p.id = $1 AND p.epoch = $2 AND p.left_at IS NULL`, personID, epoch)
	if err != nil {
		return v, err
	}
	defer rows.Close()
	v.Scopes = map[web.Action][]int64{}
	for rows.Next() {
		var role sql.NullString
		var unit sql.NullInt64
		if err := rows.Scan(&v.Name, &v.Lang, &role, &unit); err != nil {
			return web.Visitor{}, err
		}
		v.ID = personID
		for _, a := range allowed[role.String] {
			if !slices.Contains(v.Scopes[a], unit.Int64) {
				v.Scopes[a] = append(v.Scopes[a], unit.Int64)
			}
		}
	}
	if err := rows.Err(); err != nil {
		return web.Visitor{}, err
	}
	if v.ID == 0 {
		return web.Visitor{}, errs.New(errs.NotFound, "web.sign-in")
	}
	return v, nil
}

// Covers reports whether the visitor may do the action to what belongs to a unit. Unit 0 stands for what belongs to no
// unit, which only a role over the whole organisation covers.
func Covers(ctx context.Context, q db.Q, v web.Visitor, a web.Action, unitID int64) (_ bool, err error) {
	defer errs.Wrap(&err, "people.Covers(%s, %d)", a, unitID)
	if v.ID == 0 || len(v.Scopes[a]) == 0 {
		return false, nil
	}
	if v.Everywhere(a) {
		return true, nil
	}
	if unitID == 0 {
		return false, nil
	}
	up, err := db.Rows(ctx, q, func(r *sql.Rows, id *int64) error { return r.Scan(id) },
		`WITH RECURSIVE up (id, parent_id) AS (
			SELECT id, parent_id FROM units WHERE id = $1
			UNION SELECT u.id, u.parent_id FROM units u JOIN up ON u.id = up.parent_id)
		SELECT id FROM up`, unitID)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(up, func(id int64) bool { return slices.Contains(v.Scopes[a], id) }), nil
}

// mustCover is Covers as an error for a handler.
func (s *Service) mustCover(ctx context.Context, v web.Visitor, a web.Action, unitID int64) error {
	ok, err := Covers(ctx, s.DB, v, a, unitID)
	if err == nil && !ok {
		err = errs.New(errs.Forbidden, "web.forbidden")
	}
	return err
}
