package coverage

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"taitorinki/internal/catalog"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// MostShown is how many mentors stand on a card; there may be more who serve a large part of the county.
const MostShown = 6

// card is who helps a unit.
type card struct {
	web.Page
	Unit    string
	Helpers []helper
	More    int    // who are not shown
	Instead bool   // nobody serves the unit: these help elsewhere in its service area
	Others  string // coordinators to turn to, when there is nobody
	AskURL  string
}

// helper is a mentor as others may see them.
type helper struct {
	Name, Areas, Services, Langs, Reach string
	Away, StandIn                       string // "" when here
	Serves                              string // the unit above that the mentor serves; "" for this very unit
}

// wordsOf name what strengths point at.
type wordsOf struct {
	areas    []catalog.Area
	services []catalog.DigitalService
}

func (s *Service) words(ctx context.Context) (w wordsOf, err error) {
	if w.areas, err = catalog.Areas(ctx, s.DB); err != nil {
		return w, err
	}
	w.services, err = catalog.ServicesInUse(ctx, s.DB)
	return w, err
}

// UnitCard shows who helps a unit; nothing for a unit that has ended.
func (s *Service) UnitCard(ctx context.Context, p web.Page, unit int64) (templ.Component, error) {
	shown, _, err := s.UnitHelp(ctx, p, unit)
	return shown, err
}

// UnitHelp shows who helps a unit, and names on demand those of them who are strong in an area, in a sentence; nothing where there is
// nobody. The network is read once for the page.
func (s *Service) UnitHelp(ctx context.Context, p web.Page, unit int64) (shown templ.Component, strong func(area string) templ.Component, err error) {
	n, err := s.Mentors.Network(ctx)
	if err != nil {
		return nil, nil, err
	}
	strong = func(area string) templ.Component { return strongOf(p, n, unit, area) }
	c, err := s.cardIn(ctx, p, n, unit)
	if err != nil || c == nil {
		return templ.NopComponent, strong, err
	}
	return unitCard(c), strong, nil
}

// brief names what a respondent is shown of a unit.
type brief struct {
	unit int64
	lang string
}

// briefFor is how long a respondent may be shown what was read for another: thousands look at the same few units in an hour.
const briefFor = time.Minute

// recent is the network as it was within briefFor. In a county of thousands of units nearly every respondent is the first of theirs.
func (s *Service) recent(ctx context.Context) (*mentoring.Network, error) {
	s.reading.Lock() // who comes while it is read waits for it
	defer s.reading.Unlock()
	now := s.Now()
	if s.network != nil && now.Sub(s.networkAsOf) <= briefFor && !now.Before(s.networkAsOf) {
		return s.network, nil
	}
	n, err := s.Mentors.Network(ctx)
	if err == nil {
		s.network, s.networkAsOf = n, now
	}
	return n, err
}

// Brief shows a respondent who helps their unit, 0 for one that is not known: then only where to look. Nothing is noted.
func (s *Service) Brief(ctx context.Context, p web.Page, unit int64) (templ.Component, error) {
	key := brief{unit, p.Lang}
	s.mu.Lock()
	if now := s.Now(); s.briefs == nil || now.Sub(s.asOf) > briefFor || now.Before(s.asOf) {
		s.briefs, s.asOf = map[brief]*card{}, now
	}
	c, known := s.briefs[key]
	s.mu.Unlock()
	if !known {
		n, err := s.recent(ctx)
		if err != nil {
			return nil, err
		}
		if c, err = s.cardIn(ctx, p, n, unit); err != nil {
			return nil, err
		}
		if c != nil {
			c.AskURL = "" // who asks signs in, and does so on a page of their own
			c.Page = web.Page{}
		}
		s.mu.Lock()
		s.briefs[key] = c
		s.mu.Unlock()
	}
	if c == nil {
		return briefCard(&card{Page: p}), nil
	}
	own := *c
	own.Page = p
	return briefCard(&own), nil
}

func strongOf(p web.Page, n *mentoring.Network, unit int64, area string) templ.Component {
	var names []string
	for _, h := range n.Nearest(unit, area, 0, nil) {
		if h.Strong(area, 0) && len(names) < MostShown {
			names = append(names, h.Person.Name)
		}
	}
	if len(names) == 0 {
		return templ.NopComponent
	}
	return strongIn(p, strings.Join(names, ", "))
}

// card gathers who helps a unit; nil when the unit is not of today.
func (s *Service) card(ctx context.Context, p web.Page, unit int64) (*card, error) {
	n, err := s.Mentors.Network(ctx)
	if err != nil {
		return nil, err
	}
	return s.cardIn(ctx, p, n, unit)
}

func (s *Service) cardIn(ctx context.Context, p web.Page, n *mentoring.Network, unit int64) (*card, error) {
	u, ok := n.Tree.Unit(unit)
	if !ok {
		return nil, nil
	}
	w, err := s.words(ctx)
	if err != nil {
		return nil, err
	}
	c := &card{Page: p, Unit: u.Name(p.Lang)}
	all := serving(n, unit)
	if c.Instead = len(all) == 0; c.Instead {
		all = n.InArea(unit, "", 0, nil)
	}
	for _, h := range all[:min(len(all), MostShown)] {
		x := helperOf(p, n, w, h)
		if x.Away != "" {
			x.StandIn = standIn(n, unit, h.ID)
		}
		if !c.Instead && h.Steps > 0 {
			path := n.Tree.Path(unit)
			x.Serves = path[len(path)-1-h.Steps].Name(p.Lang)
		}
		c.Helpers = append(c.Helpers, x)
	}
	c.More = len(all) - len(c.Helpers)
	if s.AskURL != "" {
		c.AskURL = s.AskURL + strconv.FormatInt(unit, 10)
	}
	if c.Instead {
		c.Others, err = s.coordinators(ctx, n.Tree, unit)
	}
	return c, err
}

// serving are the helpers of a unit who count today: at work or away for a time, not in training or resting.
func serving(n *mentoring.Network, unit int64) (out []mentoring.Helper) {
	for _, h := range n.Helpers(unit) {
		if Counts(h.Mentor, n.Day) {
			out = append(out, h)
		}
	}
	return out
}

// standIn names the next nearest who helps while a mentor is away; "" when there is nobody.
func standIn(n *mentoring.Network, unit, away int64) string {
	for _, all := range [][]mentoring.Helper{n.Nearest(unit, "", 0, nil), n.InArea(unit, "", 0, nil)} {
		for _, h := range all {
			if h.ID != away {
				return h.Person.Name
			}
		}
	}
	return ""
}

func helperOf(p web.Page, n *mentoring.Network, w wordsOf, h mentoring.Helper) helper {
	x := helper{Name: h.Person.Name, Reach: h.Reach}
	var areas, services, langs []string
	for _, id := range h.Areas {
		areas = append(areas, catalog.AreaName(w.areas, id, p.Lang))
	}
	for _, id := range h.Services {
		if name := catalog.ServiceName(w.services, id, p.Lang); name != "" {
			services = append(services, name)
		}
	}
	for _, l := range h.Langs {
		langs = append(langs, p.T("people.lang-"+l))
	}
	x.Areas, x.Services, x.Langs = strings.Join(areas, ", "), strings.Join(services, ", "), strings.Join(langs, ", ")
	if h.Away(n.Day) {
		x.Away = p.T("coverage.away")
		if h.AwayTo != "" {
			x.Away = p.T("coverage.away-to", "date", i18n.Day(p.Lang, h.AwayTo))
		}
	}
	return x
}

// coordinators are the names and addresses of those who keep the network around a unit.
func (s *Service) coordinators(ctx context.Context, tree *people.Tree, unit int64) (string, error) {
	all, err := mentoring.Coordinators(ctx, s.DB, tree, unit)
	var out []string
	for _, p := range all {
		out = append(out, p.Name+", "+p.Email)
	}
	return strings.Join(out, "; "), err
}

// findPage is where anybody finds the mentors of a unit.
type findPage struct {
	web.Page
	Query string
	Units []foundUnit
	More  bool // there are more than are shown
	Card  *card
}

type foundUnit struct{ Name, Path, URL string }

// mostFound is how many units the finder lists.
const mostFound = 30

// mine shows the mentors of the visitor's own unit.
func (s *Service) mine(w http.ResponseWriter, r *http.Request) error {
	p := findPage{Page: s.Kit.Page(r, "coverage.mine")}
	p.Shell.Narrow = true
	who, err := people.PersonByID(r.Context(), s.DB, p.Who.ID)
	if err != nil {
		return err
	}
	if p.Card, err = s.card(r.Context(), p.Page, who.UnitID); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, mineView(p))
}

// find lets anybody pick a unit and see who helps there.
func (s *Service) find(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := findPage{Page: s.Kit.Page(r, "coverage.find"), Query: strings.TrimSpace(r.URL.Query().Get("q"))}
	p.Shell.Narrow = true
	if text := r.URL.Query().Get("unit"); text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return errs.New(errs.NotFound, "web.not-found")
		}
		if p.Card, err = s.card(ctx, p.Page, id); err != nil {
			return err
		}
		if p.Card == nil {
			return errs.New(errs.NotFound, "web.not-found")
		}
		return s.Kit.Show(w, r, p.Page, findView(p))
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	p.match(tree)
	return s.Kit.Show(w, r, p.Page, findView(p))
}

// match lists the units whose names hold what is looked for; without it, the service areas.
func (p *findPage) match(tree *people.Tree) {
	want := i18n.Fold(p.Query)
	var all []people.Unit
	for _, top := range tree.Roots() {
		if want == "" {
			all = append(all, tree.Children(top.ID)...)
			continue
		}
		for _, id := range tree.Subtree(top.ID) {
			if u, _ := tree.Unit(id); strings.Contains(i18n.Fold(u.Name(p.Lang)), want) || i18n.Fold(u.Code) == want {
				all = append(all, u)
			}
		}
	}
	i18n.Sort(p.Lang, all, func(u people.Unit) string { return u.Name(p.Lang) })
	p.More = len(all) > mostFound
	for _, u := range all[:min(len(all), mostFound)] {
		p.Units = append(p.Units, foundUnit{u.Name(p.Lang), above(tree, u.ID, p.Lang), "/mentors/find?unit=" + strconv.FormatInt(u.ID, 10)})
	}
}
