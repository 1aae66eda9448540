// Package invite brings events to people through their supervisors, who pass a ready text on to their units, and by invitations of
// their own.
//
// A supervisor gets one message about an event, however many units they lead, and nobody is invited twice in one way. How many of a
// unit signed up is told its supervisor from three: below that they might know who did not come.
package invite

import (
	"context"
	"embed"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mask"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Locales are the words of invitations.
//
//go:embed locales
var Locales embed.FS

// Service sends invitations and serves their pages.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Events  *events.Service
	Notices *events.Notices
	Now     func() time.Time
	BaseURL string // where links begin, without a slash at the end
	Sent    func() // wakes whoever sends mail; nil wakes nobody

	// CountByUnit tells how many signed up for an event through each unit's link or from the unit; nil knows of none.
	CountByUnit func(ctx context.Context, event int64) (map[int64]int, error)
}

// least is from how many sign-ups their number is told.
const least = 3

// The longest text of a host's own, in characters, and the most addresses at once.
const (
	MostText      = 2000
	MostAddresses = 500
)

// Unit is a unit with people of an event's target group: how many there are.
type Unit struct {
	people.Unit
	People int
}

// Leader is a supervisor who has people of the target group.
type Leader struct {
	Person people.Person
	Units  []Unit // those whose nearest supervisor they are, by name
}

// Reach is through whom an event's target group can be invited today.
type Reach struct {
	Leaders  []Leader        // by name
	Orphans  []Unit          // units that nobody leads, themselves or from above
	Unitless []people.Person // supervisors of no unit, who have nobody to pass anything on to
	Mute     int             // leaders without a mail address, who get nothing
	Group    int             // people in the target group
}

// ReachOf works out through whom an event's target group can be invited today: each unit with people of the group through its
// supervisors, or those of the nearest unit above that has any.
func ReachOf(ctx context.Context, q db.Q, e *events.Event) (r Reach, err error) {
	defer errs.Wrap(&err, "invite.ReachOf(%d)", e.ID)
	group, err := e.Target.Group(ctx, q)
	if err != nil {
		return r, err
	}
	tree, err := people.LoadTree(ctx, q)
	if err != nil {
		return r, err
	}
	supervisors, err := people.Holders(ctx, q, people.Supervisor)
	if err != nil {
		return r, err
	}
	r.Group = len(group)
	count := map[int64]int{}
	for _, p := range group {
		count[p.UnitID]++
	}
	lead := map[int64][]people.Person{}
	leads := map[int64]bool{}
	for _, h := range supervisors {
		if _, ok := tree.Unit(h.Role.UnitID); ok {
			lead[h.Role.UnitID] = append(lead[h.Role.UnitID], h.Person)
			leads[h.Person.ID] = true
		}
	}
	for _, h := range supervisors {
		if !leads[h.Person.ID] {
			leads[h.Person.ID] = true
			r.Unitless = append(r.Unitless, h.Person)
		}
	}
	r.share(tree, count, lead)
	return r, nil
}

// share gives each unit to who leads it.
func (r *Reach) share(tree *people.Tree, count map[int64]int, lead map[int64][]people.Person) {
	by := map[int64]*Leader{}
	for id, n := range count {
		u, ok := tree.Unit(id)
		if !ok {
			continue
		}
		who := nearest(tree, id, lead)
		if len(who) == 0 {
			r.Orphans = append(r.Orphans, Unit{u, n})
		}
		for _, p := range who {
			if by[p.ID] == nil {
				by[p.ID] = &Leader{Person: p}
			}
			by[p.ID].Units = append(by[p.ID].Units, Unit{u, n})
		}
	}
	for _, l := range by {
		sortUnits(l.Units)
		r.Leaders = append(r.Leaders, *l)
		if l.Person.Email == "" {
			r.Mute++
		}
	}
	sortUnits(r.Orphans)
	slices.SortFunc(r.Leaders, func(a, b Leader) int { return int(a.Person.ID - b.Person.ID) })
	i18n.Sort("fi", r.Leaders, func(l Leader) string { return l.Person.Name })
}

func sortUnits(all []Unit) {
	slices.SortFunc(all, func(a, b Unit) int { return strings.Compare(a.Code, b.Code) })
	i18n.Sort("fi", all, func(u Unit) string { return u.NameFI })
}

// nearest are those who lead a unit, or the nearest unit above it that anybody leads.
func nearest(tree *people.Tree, unit int64, lead map[int64][]people.Person) []people.Person {
	path := tree.Path(unit)
	slices.Reverse(path)
	for _, u := range path {
		if len(lead[u.ID]) > 0 {
			return lead[u.ID]
		}
	}
	return nil
}

// leader is what of the reach goes through one person; ok is false when nothing does.
func (r *Reach) leader(person int64) (l Leader, ok bool) {
	at := slices.IndexFunc(r.Leaders, func(l Leader) bool { return l.Person.ID == person })
	if at < 0 {
		return l, false
	}
	return r.Leaders[at], true
}

// invitable reports why nobody can be invited to an event.
func (s *Service) invitable(e *events.Event) error {
	switch {
	case e.Elsewhere != "":
		return errs.New(errs.NotFound, "invite.elsewhere")
	case e.State == events.Draft:
		return errs.New(errs.Conflict, "invite.draft")
	case !e.Coming(s.Now()):
		return errs.New(errs.Conflict, "invite.too-late")
	}
	return nil
}

// change does something to an event that people can be invited to.
func (s *Service) change(ctx context.Context, by, event int64, action string, f func(tx *db.Tx, e *events.Event) (int, error)) (n int, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		e, err := events.ByID(ctx, tx, event)
		if err != nil {
			return err
		}
		if err := s.invitable(&e); err != nil {
			return err
		}
		if n, err = f(tx, &e); err != nil || n == 0 {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, action, "event:"+strconv.FormatInt(event, 10), "")
	})
	if err == nil && s.Sent != nil {
		s.Sent()
	}
	return n, err
}

// Supervisors writes to the supervisors who have not been told of an event, and tells how many there were.
func (s *Service) Supervisors(ctx context.Context, by, event int64) (int, error) {
	return s.change(ctx, by, event, "event.invite", func(tx *db.Tx, e *events.Event) (int, error) {
		r, err := ReachOf(ctx, tx, e)
		if err != nil {
			return 0, err
		}
		var to []int64
		for _, l := range r.Leaders {
			if l.Person.Email != "" {
				to = append(to, l.Person.ID)
			}
		}
		if to, err = addInvited(ctx, tx, event, to, events.BySupervisor, s.Now()); err != nil {
			return 0, err
		}
		return len(to), s.Notices.Tell(ctx, tx, e, to)
	})
}

// Directly invites people themselves, unless they were before or know of the event already, and tells how many there were.
func (s *Service) Directly(ctx context.Context, by, event int64, persons []int64) (int, error) {
	return s.change(ctx, by, event, "event.invite-direct", func(tx *db.Tx, e *events.Event) (int, error) {
		here, err := people.PersonsByID(ctx, tx, persons)
		if err != nil {
			return 0, err
		}
		var to []int64
		for _, p := range here {
			if p.Email != "" {
				to = append(to, p.ID)
			}
		}
		if to, err = addInvited(ctx, tx, event, to, events.Directly, s.Now()); err != nil {
			return 0, err
		}
		return s.Notices.Invite(ctx, tx, e, to)
	})
}

// Nudge reminds the supervisors of an event, once, and tells how many there were.
func (s *Service) Nudge(ctx context.Context, by, event int64) (int, error) {
	return s.change(ctx, by, event, "event.nudge", func(tx *db.Tx, e *events.Event) (int, error) {
		first, err := markNudged(ctx, tx, event, s.Now())
		if err == nil && !first {
			err = errs.New(errs.Conflict, "invite.nudged-before")
		}
		if err != nil {
			return 0, err
		}
		n, err := s.Notices.Nudge(ctx, tx, e)
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "invite.nobody-told")
		}
		return n, err
	})
}

// HoldersIn are the people who hold one of some roles and belong to the part of the county that an event is for, by id.
func (s *Service) HoldersIn(ctx context.Context, e *events.Event, roles []string) (out []int64, err error) {
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	units := e.Target.Units
	if len(units) == 0 && e.Unit != 0 {
		units = []int64{e.Unit}
	}
	within := map[int64]bool{}
	for _, u := range tree.Under(units) {
		within[u] = true
	}
	for _, role := range roles {
		if !people.KnownRole(role) {
			return nil, errs.New(errs.Invalid, "people.bad-role", "value", role)
		}
		all, err := people.Holders(ctx, s.DB, role)
		if err != nil {
			return nil, err
		}
		for _, h := range all {
			if len(units) == 0 || within[h.Role.UnitID] || within[h.Person.UnitID] {
				out = append(out, h.Person.ID)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// Named are the people of today with some addresses, which stand one a line or with commas between. Its error names those who have
// no account.
func (s *Service) Named(ctx context.Context, text string) (out []int64, err error) {
	addresses := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;\r\n\t", r) })
	if len(addresses) > MostAddresses {
		return nil, errs.Fault("emails", "invite.too-many", "most", MostAddresses)
	}
	var unknown []string
	for _, a := range addresses {
		p, err := people.PersonByEmail(ctx, s.DB, a)
		if err == nil && !p.Left.IsZero() || errs.KindOf(err) == errs.NotFound {
			unknown = append(unknown, a)
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, p.ID)
	}
	if len(unknown) > 0 {
		return nil, errs.Fault("emails", "invite.unknown", "emails", strings.Join(unknown, ", "))
	}
	return out, nil
}

// keepInvited is how long after an event it is known who was invited to it.
const keepInvited = 365 * 24 * time.Hour

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("forget who was invited to old events", 24*time.Hour, func(ctx context.Context) error {
		return forgetInvited(ctx, s.DB, s.Now().Add(-keepInvited))
	})
}

// Texts are the host's own words in what supervisors pass on, by language; "" leaves the event's own sentence.
type Texts struct {
	In      map[string]string
	Nudged  time.Time // supervisors were reminded; zero when they were not
	Version int
}

// SaveTexts stores the host's words, unless somebody else has changed them since they were read.
func (s *Service) SaveTexts(ctx context.Context, by, event int64, t Texts) error {
	bad := errs.Fields{}
	for _, lang := range i18n.Langs {
		text := strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(t.In[lang]))
		t.In[lang] = text
		if utf8.RuneCountInString(text) > MostText {
			bad.Add("text-"+lang, "events.too-long", "most", MostText)
		}
		for _, x := range mask.New(nil).Find(text) {
			if x.Kind == mask.Identity {
				bad.Add("text-"+lang, "events.identity", "text", text[x.Start:x.End])
			}
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		ok, err := putTexts(ctx, tx, event, t)
		if err == nil && !ok {
			err = errs.New(errs.Conflict, "events.changed")
		}
		if err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "event.invite-text", "event:"+strconv.FormatInt(event, 10), "")
	})
}
