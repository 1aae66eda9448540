package training

import (
	"context"
	"net/http"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

func (s *Service) manageRoutes() {
	k := s.Kit
	k.Handle("GET /training/manage", people.ManageTraining, s.listAll)
	k.Handle("GET /training/manage/{id}", people.ManageTraining, s.one)
	k.Handle("POST /training/manage/{id}/tick", people.ManageTraining, s.act(func(ctx context.Context, s *Service, p *onePage, f form) error {
		return s.Tick(ctx, p.Who.ID, p.ID, f.number("version"), f.get("step"))
	}))
	k.Handle("POST /training/manage/{id}/newest", people.ManageTraining, s.act(func(ctx context.Context, s *Service, p *onePage, _ form) error {
		return s.ToNewest(ctx, p.Who.ID, p.ID)
	}))
	k.Handle("POST /training/manage/{id}/activate", people.ManageTraining, s.act(func(ctx context.Context, s *Service, p *onePage, f form) error {
		return s.Activate(ctx, p.Who.ID, p.ID, f.number("version"))
	}))
	k.Handle("POST /training/manage/{id}/issue", people.ManageTraining, s.act(func(ctx context.Context, s *Service, p *onePage, f form) error {
		return s.Issue(ctx, p.Who.ID, p.ID, f.get("issue_why"))
	}))
	k.Handle("POST /training/manage/{id}/revoke", people.ManageTraining, s.act(func(ctx context.Context, s *Service, p *onePage, f form) error {
		return s.Revoke(ctx, p.Who.ID, p.ID, f.get("serial"), f.get("revoke_why"))
	}))
}

// managePage is who is where on the path, in the visitor's units.
type managePage struct {
	web.Page
	Show      string // "training": who is on the path; "all": every mentor
	Rows      []manageRow
	Ready     []manageRow // has done everything, and does not help yet
	Pages     ui.Pages
	MayEdit   bool
	KeyIsGone bool // badges were given whose key is there no more
}

type manageRow struct {
	mentor          int64
	Name, URL, Unit string
	State           string
	walk            *Walk
	Done, Total     int
	Next            string
	Badge           string
	Tone            ui.Tone
}

func (s *Service) listAll(w http.ResponseWriter, r *http.Request) error {
	p := managePage{Page: s.Kit.Page(r, "training.manage"), Show: "training"}
	if r.URL.Query().Get("show") == "all" {
		p.Show = "all"
	}
	p.MayEdit = p.Who.Everywhere(people.ManageTraining)
	if err := s.fillRows(r.Context(), &p); err != nil {
		return err
	}
	p.Pages, p.Rows = web.Paged(r, p.Rows)
	for i := range p.Rows {
		if err := s.count(r.Context(), p.Page, &p.Rows[i]); err != nil {
			return err
		}
	}
	var err error
	if p.KeyIsGone, err = s.keyIsGone(r.Context()); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, manageView(p))
}

// fillRows reads the mentors in the visitor's units, in the order of their names.
func (s *Service) fillRows(ctx context.Context, p *managePage) error {
	network, err := s.Mentors.Network(ctx)
	if err != nil {
		return err
	}
	walks, err := s.walks(ctx)
	if err != nil {
		return err
	}
	badges, err := readBadges(ctx, s.DB, false, ` ORDER BY id`)
	if err != nil {
		return err
	}
	newestBadge := map[int64]Badge{}
	for _, b := range badges {
		newestBadge[b.Mentor] = b
	}
	units, all := network.Tree.Within(p.Who, people.ManageTraining)
	in := map[int64]bool{}
	for _, u := range units {
		in[u] = true
	}
	for i := range network.Mentors {
		m := &network.Mentors[i]
		if !all && !in[m.Person.UnitID] {
			continue
		}
		unit, _ := network.Tree.Unit(m.Person.UnitID)
		x := manageRow{mentor: m.ID, Name: m.Person.Name, URL: "/training/manage/" + strconv.FormatInt(m.ID, 10), Unit: unit.Name(p.Lang),
			State: p.T("training.state-" + string(m.State)), walk: walks(m.ID)}
		if b, has := newestBadge[m.ID]; has {
			x.Badge, x.Tone = p.T("training.badge-holds"), ui.OK
			if !b.Revoked.IsZero() {
				x.Badge, x.Tone = p.T("training.badge-revoked"), ui.Warning
			}
		}
		if m.State == mentoring.Training && x.walk.Complete() {
			p.Ready = append(p.Ready, x)
		}
		if p.Show == "all" || m.State == mentoring.Training {
			p.Rows = append(p.Rows, x)
		}
	}
	i18n.Sort(p.Lang, p.Rows, func(x manageRow) string { return x.Name })
	i18n.Sort(p.Lang, p.Ready, func(x manageRow) string { return x.Name })
	return nil
}

// walks reads how far everybody has come, in four queries however many there are.
func (s *Service) walks(ctx context.Context) (func(mentor int64) *Walk, error) {
	rows, err := readWalks(ctx, s.DB, "")
	if err != nil {
		return nil, err
	}
	done, err := readDone(ctx, s.DB, "")
	if err != nil {
		return nil, err
	}
	now, err := newest(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	paths, err := readPaths(ctx, s.DB, "")
	if err != nil {
		return nil, err
	}
	byVersion := map[int]Path{}
	for _, x := range paths {
		byVersion[x.Version] = x
	}
	return func(mentor int64) *Walk {
		w := &Walk{Mentor: mentor, Path: now, Begun: rows[mentor].begun, Finished: rows[mentor].done, Done: map[string]Done{}}
		if x, ok := byVersion[rows[mentor].version]; ok {
			w.Path = x
		}
		if x := done[mentor]; x != nil {
			w.Done = x
		}
		return w
	}, nil
}

// count fills in how far the mentor of a row has come.
func (s *Service) count(ctx context.Context, p web.Page, x *manageRow) error {
	if _, err := s.supported(ctx, x.walk); err != nil {
		return err
	}
	x.Done, x.Total = x.walk.Count()
	if next, has := x.walk.Next(); has {
		x.Next = inLang(next.Title, p.Lang)
	}
	return nil
}

// keyIsGone reports whether the newest badge was signed with a key whose files are lost: somebody must bring them back.
func (s *Service) keyIsGone(ctx context.Context) (bool, error) {
	all, err := readBadges(ctx, s.DB, true, ` ORDER BY id DESC LIMIT 1`)
	if err != nil || len(all) == 0 {
		return false, err
	}
	found, err := s.Verify(ctx, []byte(all[0].Token))
	return unknownKey(found), err
}

// onePage is one mentor on the path.
type onePage struct {
	web.Page
	mentoring.Mentor
	Unit   string
	Walk   *Walk
	Newest int
	Badges []Badge
	Why    map[string]string // reasons that were refused
	Errors *errs.Fields
	names  map[int64]string // of who ticked
}

// oneOf reads the mentor that the path names, for a visitor who looks after them.
func (s *Service) oneOf(r *http.Request) (p *onePage, err error) {
	ctx := r.Context()
	id, err := web.ID(r, "id")
	if err != nil {
		return nil, err
	}
	p = &onePage{Page: s.Kit.Page(r, "training.manage"), names: map[int64]string{}, Why: map[string]string{}}
	if p.Mentor, err = s.Mentors.MentorByID(ctx, id); err != nil {
		return nil, err
	}
	if p.Person.Name == "" { // has left
		return nil, errs.New(errs.NotFound, "mentoring.no-mentor")
	}
	if ok, err := people.Covers(ctx, s.DB, p.Who, people.ManageTraining, p.Person.UnitID); err != nil || !ok {
		return nil, errs.Because(err, errs.Forbidden, "web.forbidden")
	}
	p.Shell.Title = p.Person.Name
	return p, s.fillOne(ctx, p)
}

func (s *Service) fillOne(ctx context.Context, p *onePage) error {
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	unit, _ := tree.Unit(p.Person.UnitID)
	p.Unit = unit.Name(p.Lang)
	if p.Walk, err = s.WalkOf(ctx, p.ID); err != nil {
		return err
	}
	if _, err := s.supported(ctx, p.Walk); err != nil {
		return err
	}
	now, err := newest(ctx, s.DB)
	if err != nil {
		return err
	}
	p.Newest = now.Version
	if p.Badges, err = s.Badges(ctx, p.ID); err != nil {
		return err
	}
	for _, d := range p.Walk.Done {
		if err := s.name(ctx, p.names, d.By); err != nil {
			return err
		}
	}
	return nil
}

// name adds somebody's name; they may have left.
func (s *Service) name(ctx context.Context, names map[int64]string, id int64) error {
	if _, known := names[id]; known || id == 0 {
		return nil
	}
	who, err := people.PersonByID(ctx, s.DB, id)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	names[id] = who.Name
	return nil
}

func (s *Service) one(w http.ResponseWriter, r *http.Request) error {
	p, err := s.oneOf(r)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, oneView(p))
}

// form is what was sent.
type form struct{ *http.Request }

func (f form) get(name string) string { return f.PostForm.Get(name) }

// number is a number of the form; no number is -1, which nothing has.
func (f form) number(name string) int {
	n, err := strconv.Atoi(f.get(name))
	if err != nil {
		return -1
	}
	return n
}

// act does something to the mentor that the path names, and shows the form again when it was filled in wrongly.
func (s *Service) act(do func(context.Context, *Service, *onePage, form) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return errs.Because(err, errs.Invalid, "web.too-big")
		}
		p, err := s.oneOf(r)
		if err != nil {
			return err
		}
		err = do(r.Context(), s, p, form{r})
		if bad := web.FieldsOf(err); bad != nil {
			p.Errors = bad
			for _, name := range []string{"issue_why", "revoke_why"} {
				p.Why[name] = r.PostForm.Get(name)
			}
			return s.Kit.ShowInvalid(w, r, p.Page, oneView(p))
		}
		if err != nil {
			return err
		}
		s.Kit.Flash(r, "training.saved")
		return web.See(w, r, "/training/manage/"+strconv.FormatInt(p.ID, 10))
	}
}

// held is the badge that the mentor holds; nil when there is none.
func (p *onePage) held() *Badge {
	for i := range p.Badges {
		if p.Badges[i].Revoked.IsZero() {
			return &p.Badges[i]
		}
	}
	return nil
}
