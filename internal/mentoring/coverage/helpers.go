package coverage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"taitorinki/internal/catalog"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// MostHelpers is how many mentors of a unit a page shows at once.
const MostHelpers = 6

// Help is who helps a unit, as pages show it.
type Help struct {
	T       func(key string, args ...any) string
	Helpers []HelperView
	More    int    // who are not shown
	AskURL  string // where to ask for help
}

// HelperView is a mentor in words.
type HelperView struct {
	Name, With, Services, Langs, Reach string
	Away                               string // until when; "" when they are there
}

// Of tells who helps a unit. An area other than "" keeps those who are strong in it, when there are any.
func (s *Service) Of(ctx context.Context, unit int64, area, lang string) (h Help, err error) {
	n, err := s.Mentors.Network(ctx)
	if err != nil {
		return h, err
	}
	areas, err := catalog.Areas(ctx, s.DB)
	if err != nil {
		return h, err
	}
	services, err := catalog.ServicesInUse(ctx, s.DB)
	if err != nil {
		return h, err
	}
	h.T = func(key string, args ...any) string { return s.Kit.Words.T(lang, key, args...) }
	h.AskURL = AskPath + "?" + url.Values{"unit": {strconv.FormatInt(unit, 10)}}.Encode()
	for _, x := range n.Helpers(unit) {
		away := x.State == mentoring.Active && x.Granted(n.Day) && x.Away(n.Day)
		if !x.Available && !away || area != "" && !x.Strong(area, 0) {
			continue
		}
		if len(h.Helpers) == MostHelpers {
			h.More++
			continue
		}
		h.Helpers = append(h.Helpers, view(&x, away, areas, services, lang, h.T))
	}
	if area != "" && len(h.Helpers) == 0 {
		return s.Of(ctx, unit, "", lang)
	}
	return h, nil
}

func view(x *mentoring.Helper, away bool, areas []catalog.Area, services []catalog.DigitalService, lang string, t func(string, ...any) string) HelperView {
	v := HelperView{Name: x.Person.Name, Reach: x.Reach}
	var with, can, langs []string
	for _, id := range x.Areas {
		with = append(with, catalog.AreaName(areas, id, lang))
	}
	for _, id := range x.Services {
		if name := catalog.ServiceName(services, id, lang); name != "" {
			can = append(can, name)
		}
	}
	for _, l := range x.Langs {
		langs = append(langs, t("people.lang-"+l))
	}
	v.With, v.Services, v.Langs = strings.Join(with, ", "), strings.Join(can, ", "), strings.Join(langs, ", ")
	if away {
		v.Away = t("coverage.away")
		if x.AwayTo != "" {
			v.Away = t("coverage.away-until", "day", i18n.Day(lang, x.AwayTo))
		}
	}
	return v
}

// Card shows who helps a unit, under a heading of its own.
func (s *Service) Card(ctx context.Context, unit int64, lang string) (templ.Component, error) {
	h, err := s.Of(ctx, unit, "", lang)
	return helpCard(h), err
}

// brief names what a respondent is shown of a unit.
type brief struct {
	unit int64
	lang string
}

// briefFor is how long a respondent may be shown what was read for another: thousands look at the same few units in an hour.
const briefFor = time.Minute

// Brief shows a respondent who helps their unit, 0 for one that is not known: then it only tells where to look.
func (s *Service) Brief(ctx context.Context, unit int64, lang string) (templ.Component, error) {
	s.mu.Lock()
	if now := s.Now(); s.briefs == nil || now.Sub(s.asOf) > briefFor || now.Before(s.asOf) {
		s.briefs, s.asOf = map[brief]Help{}, now
	}
	h, known := s.briefs[brief{unit, lang}]
	s.mu.Unlock()
	if !known {
		var err error
		if h, err = s.Of(ctx, unit, "", lang); err != nil {
			return nil, err
		}
		h.AskURL = "" // who asks signs in, and does so on a page of their own
		s.mu.Lock()
		s.briefs[brief{unit, lang}] = h
		s.mu.Unlock()
	}
	return briefCard(h), nil
}

// Names tells in a line who in a unit is strong in an area; "" when nobody is.
func (s *Service) Names(ctx context.Context, unit int64, area, lang string) (string, error) {
	n, err := s.Mentors.Network(ctx)
	if err != nil {
		return "", err
	}
	var names []string
	for _, x := range n.Nearest(unit, area, 0, nil) {
		if x.Strong(area, 0) && len(names) < 3 {
			names = append(names, x.Person.Name)
		}
	}
	if len(names) == 0 {
		return "", nil
	}
	return s.Kit.Words.T(lang, "coverage.strong-here", "names", strings.Join(names, ", ")), nil
}

// minePage is who helps the visitor.
type minePage struct {
	web.Page
	Unit  string
	Help  Help
	Units []ui.Option
}

// mine shows who helps in the visitor's own unit, or in another that they name: who the mentors are is no secret.
func (s *Service) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := minePage{Page: s.Kit.Page(r, "coverage.mine")}
	p.Shell.Narrow = true
	who, err := people.PersonByID(ctx, s.DB, p.Who.ID)
	if err != nil {
		return err
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	unit := who.UnitID
	if text := r.URL.Query().Get("unit"); text != "" {
		if unit, err = strconv.ParseInt(text, 10, 64); err != nil {
			return errs.New(errs.NotFound, "people.unit-missing")
		}
	}
	for _, top := range tree.Roots() {
		for _, id := range tree.Subtree(top.ID) {
			u, _ := tree.Unit(id)
			label := u.Name(p.Lang)
			if above := path(tree, id, p.Lang); above != "" {
				label = above + " › " + label
			}
			p.Units = append(p.Units, ui.Option{Value: strconv.FormatInt(id, 10), Label: label, Selected: id == unit})
		}
	}
	i18n.Sort(p.Lang, p.Units, func(o ui.Option) string { return o.Label })
	if u, ok := tree.Unit(unit); ok {
		p.Unit = u.Name(p.Lang)
		if p.Help, err = s.Of(ctx, unit, "", p.Lang); err != nil {
			return err
		}
	}
	return s.Kit.Show(w, r, p.Page, mineView(p))
}
