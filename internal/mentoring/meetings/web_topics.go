package meetings

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// shownTopic is a topic as pages show it: under a unit that gives nobody away, without its writer.
type shownTopic struct {
	Topic
	UnitName string
	Mine     bool // the reader wrote it
	Voted    bool
	Leads    bool // the reader may answer
}

func (x *reader) shown(t Topic, lang string) shownTopic {
	return shownTopic{Topic: t, UnitName: unitName(x.tree, shownUnit(x.tree, t.Unit), lang), Mine: t.By == x.ID, Leads: x.manages(t.Unit)}
}

// url is the page on which the topic is answered.
func (t shownTopic) url() string { return "/topics/" + strconv.FormatInt(t.ID, 10) }

// topicsPage is where a colleague tells what hurts.
type topicsPage struct {
	web.Page
	Text    string
	Unit    string // as whose a topic is shown; "" for somebody without a unit
	Next    *Meeting
	Waiting []shownTopic // of the reader's part
	Mine    []shownTopic
	Errors  *errs.Fields
}

func (s *Service) topicsPage(r *http.Request) (p topicsPage, err error) {
	ctx := r.Context()
	p = topicsPage{Page: s.Kit.Page(r, "meetings.topics")}
	p.Shell.Narrow = true
	x, err := s.reader(ctx, p.Who)
	if err != nil {
		return p, err
	}
	if x.person.UnitID != 0 {
		p.Unit = unitName(x.tree, shownUnit(x.tree, x.person.UnitID), p.Lang)
	}
	c, err := readCalendar(ctx, s.DB, x.tree, s.Now())
	if err != nil {
		return p, err
	}
	if m := c.next(&Topic{Unit: x.person.UnitID}); m != nil && !m.Over(s.Now()) {
		p.Next = m
	}
	if p.Waiting, err = s.votable(ctx, x, c, p.Lang); err != nil {
		return p, err
	}
	own, err := topics(ctx, s.DB, ` WHERE t.person_id = $1 ORDER BY t.made_at DESC, t.id DESC`, x.ID)
	for _, t := range own {
		p.Mine = append(p.Mine, x.shown(t, p.Lang))
	}
	return p, err
}

// votable are the topics that wait for a meeting of the reader's part, and those for which none is planned yet.
func (s *Service) votable(ctx context.Context, x *reader, c *calendar, lang string) (out []shownTopic, err error) {
	waiting, err := waitingTopics(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	voted, err := votesOf(ctx, s.DB, x.ID)
	if err != nil {
		return nil, err
	}
	byVotes(waiting)
	for _, t := range waiting {
		if m := c.next(&t); m == nil || x.part(m) || belongs(x.tree, m.Unit, x.person.UnitID) {
			o := x.shown(t, lang)
			o.Voted = voted[t.ID]
			out = append(out, o)
		}
	}
	return out, nil
}

func (s *Service) showTopics(w http.ResponseWriter, r *http.Request) error {
	p, err := s.topicsPage(r)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, topicsView(p))
}

func (s *Service) give(w http.ResponseWriter, r *http.Request) error {
	text := r.PostFormValue("text")
	_, err := s.Give(r.Context(), web.VisitorOf(r).ID, text)
	if bad := web.FieldsOf(err); bad != nil {
		p, err := s.topicsPage(r)
		if err != nil {
			return err
		}
		p.Text, p.Errors = text, bad
		return s.Kit.ShowInvalid(w, r, p.Page, topicsView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.topic-saved")
	return web.See(w, r, "/topics")
}

func (s *Service) vote(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "id")
	if err != nil {
		return err
	}
	p, err := s.topicsPage(r)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(p.Waiting, func(t shownTopic) bool { return t.ID == id }) {
		return errs.New(errs.NotFound, "meetings.no-such-topic")
	}
	if err := s.Vote(r.Context(), p.Who.ID, id, r.PostFormValue("yes") != "0"); err != nil {
		return err
	}
	return web.See(w, r, "/topics#topic-"+strconv.FormatInt(id, 10))
}

func (s *Service) withdraw(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "id")
	if err != nil {
		return err
	}
	if err := s.Withdraw(r.Context(), web.VisitorOf(r).ID, id); err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.topic-withdrawn")
	return web.See(w, r, "/topics")
}

// voicePage is the voice of the units: what they asked, and what they were answered.
type voicePage struct {
	web.Page
	Choices []ui.Option // parts of the county
	State   string      // "" all, waiting, answered or late
	Part    string
	Topics  []shownTopic
	Promise Promise
	Pages   ui.Pages
	now     time.Time
}

// days is how long the topic waited for its answer, or waits, in whole days.
func (p voicePage) days(t shownTopic) int {
	to := p.now
	if !t.First.IsZero() {
		to = t.First
	}
	return int(to.Sub(t.At) / (24 * time.Hour))
}

func (s *Service) voice(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	p := voicePage{Page: s.Kit.Page(r, "meetings.voice"), Part: q.Get("unit"), State: q.Get("state"), now: s.Now()}
	x, err := s.reader(ctx, p.Who)
	if err != nil {
		return err
	}
	all, err := topics(ctx, s.DB, ` ORDER BY t.made_at DESC, t.id DESC`)
	if err != nil {
		return err
	}
	roots := p.roots(x)
	if roots != nil {
		all = slices.DeleteFunc(all, func(t Topic) bool { return !inUnits(x.tree, t.Unit, roots) })
	}
	p.Promise = Kept(all, p.now)
	var shown []shownTopic
	for _, t := range all {
		if p.inState(&t) {
			shown = append(shown, x.shown(t, p.Lang))
		}
	}
	i18n.Sort(p.Lang, shown, func(t shownTopic) string { return t.UnitName })
	p.Pages, p.Topics = web.Paged(r, shown)
	return s.Kit.Show(w, r, p.Page, voiceView(p))
}

func (p *voicePage) inState(t *Topic) bool {
	switch p.State {
	case "waiting":
		return t.First.IsZero()
	case "answered":
		return !t.First.IsZero()
	case "late":
		return t.Late(p.now)
	}
	return true
}

// roots offers the parts of the county that can be looked at, and returns the units of the chosen one; nil is the whole county.
func (p *voicePage) roots(x *reader) map[int64]bool {
	p.Choices = []ui.Option{{Label: p.T("meetings.whole")}}
	chosen := map[int64]bool{}
	add := func(value, label string, units ...int64) {
		p.Choices = append(p.Choices, ui.Option{Value: value, Label: label})
		if p.Part == value {
			for _, u := range units {
				chosen[u] = true
			}
		}
	}
	var own []int64
	if units, all := x.tree.Within(x.Visitor, people.ConfirmMentors); !all && len(units) > 0 {
		own = units
	} else if !all && x.person.UnitID != 0 {
		own = []int64{shownUnit(x.tree, x.person.UnitID)}
	}
	if len(own) > 0 {
		add("own", p.T("meetings.own-units"), own...)
	}
	tops := x.tree.SortedChildren(0, p.Lang)
	if len(tops) == 1 {
		tops = x.tree.SortedChildren(tops[0].ID, p.Lang)
	}
	for _, u := range tops {
		add(strconv.FormatInt(u.ID, 10), u.Name(p.Lang), u.ID)
	}
	if len(chosen) == 0 {
		return nil
	}
	return chosen
}
