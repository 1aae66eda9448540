package results

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// findingRoutes adds the pages of findings: where help is aimed, and what became of it.
func (s *Pages) findingRoutes() {
	k := s.Kit
	k.Handle("GET /findings", people.ReadResults, s.findings)
	k.Handle("GET /findings/list.csv", people.ReadResults, s.findingsCSV)
	k.Handle("GET /findings/new", people.ManageFindings, s.newFinding)
	k.Handle("POST /findings", people.ManageFindings, s.mark)
	k.Handle("GET /findings/{id}", people.ReadResults, s.finding)
	k.Handle("POST /findings/{id}/state", people.ManageFindings, s.changeState)
	k.Handle("POST /findings/{id}/note", people.ManageFindings, s.editNote)
}

// aimURL is where help is aimed at an area of a unit, -1 for one to be chosen there; "" for a visitor who may not.
func (v *view) aimURL(unit, area int) string {
	if !v.Manages(v.Who, unit) {
		return ""
	}
	q := url.Values{"round": {v.Code}, "unit": {itoa(v.Units[unit].ID)}}
	if area >= 0 {
		q.Set("area", v.Areas[area].ID)
	}
	return "/findings/new?" + q.Encode()
}

// said puts into words what a published result says of an area of a unit.
func said(p web.Page, x insight.Said, none string) string {
	standing := ""
	if x.Standing != insight.Unknown {
		standing = p.T([]string{"", "insight.below", "insight.near", "insight.above"}[x.Standing])
	}
	number := func(f *insight.Figure) string { return i18n.Decimal(p.Lang, f.Mean, f.Decimals) }
	switch {
	case x.Mean != nil && x.Whole != nil && standing != "":
		return p.T("insight.said-beside", "mean", number(x.Mean), "whole", number(x.Whole), "standing", standing)
	case x.Mean != nil:
		return p.T("insight.said-mean", "mean", number(x.Mean))
	case standing != "":
		return standing
	}
	return p.T(none)
}

// aimPage is the form that marks a finding.
type aimPage struct {
	web.Page
	*insight.Snapshot
	Unit   int
	Area   int // -1: to be chosen
	Areas  []ui.Option
	Note   string
	SentAs string
	Errors *errs.Fields
}

// aiming reads where help is to be aimed. It is nil, and answered, while the result is being counted.
func (s *Pages) aiming(w http.ResponseWriter, r *http.Request, q url.Values) (*aimPage, error) {
	snap, err := s.Snapshot(r.Context(), q.Get("round"))
	if err != nil {
		return nil, err
	}
	if snap == nil {
		return nil, s.notYet(w, r, q.Get("round"))
	}
	p := &aimPage{Page: s.Kit.Page(r, "insight.aim"), Snapshot: snap, Unit: -1, Note: q.Get("note"), SentAs: q.Get("sent_as")}
	p.Shell.Narrow = true
	if id, err := strconv.ParseInt(q.Get("unit"), 10, 64); err == nil {
		p.Unit = snap.UnitByID(id)
	}
	switch {
	case p.Unit < 0:
		return nil, errs.New(errs.NotFound, "insight.no-unit")
	case !snap.Manages(p.Who, p.Unit):
		return nil, errs.New(errs.Forbidden, "web.forbidden")
	}
	p.Area = snap.AreaByID(q.Get("area"))
	if p.Area < 0 || q.Get("choose") != "" {
		p.choose()
	}
	return p, nil
}

// choose lists the areas, each with what is published of it.
func (p *aimPage) choose() {
	p.Areas = []ui.Option{{Label: p.T("insight.finding-choose-area")}}
	for a, x := range p.Snapshot.Areas {
		p.Areas = append(p.Areas, ui.Option{Value: x.ID, Label: i18n.In(x.Title, p.Lang) + ": " + p.figure(a), Selected: a == p.Area})
	}
}

// figure is what is published of an area here, in words.
func (p *aimPage) figure(a int) string { return said(p.Page, p.Said(p.Unit, a), "insight.hidden") }

// facts are where help is aimed, and from which published figure.
func (p *aimPage) facts() []ui.Fact {
	out := []ui.Fact{{Term: p.T("insight.unit"), Value: p.unitName()}, {Term: p.T("insight.csv-round"), Value: i18n.In(p.Name, p.Lang)}}
	if len(p.Areas) > 0 {
		return out
	}
	return append(out, ui.Fact{Term: p.T("insight.area"), Value: i18n.In(p.Snapshot.Areas[p.Area].Title, p.Lang)},
		ui.Fact{Term: p.T("insight.finding-said"), Value: said(p.Page, p.Said(p.Unit, p.Area), "insight.finding-in-words")})
}

func (p *aimPage) unitName() string { return i18n.In(p.Units[p.Unit].Name, p.Lang) }

func (s *Pages) newFinding(w http.ResponseWriter, r *http.Request) error {
	p, err := s.aiming(w, r, r.URL.Query())
	if err != nil || p == nil {
		return err
	}
	p.Note, p.SentAs = "", rand.Text()
	if err := s.Note(r.Context(), p.Who.ID, "result.view", p.Code); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, aimForm(p))
}

func (s *Pages) mark(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	p, err := s.aiming(w, r, r.PostForm)
	if err != nil || p == nil {
		return err
	}
	m := insight.Marking{Round: p.Code, Unit: p.Units[p.Unit].ID, Note: p.Note, SentAs: p.SentAs}
	if p.Area >= 0 {
		m.Area = p.Snapshot.Areas[p.Area].ID
	}
	id, err := s.Mark(r.Context(), p.Who.ID, m)
	if p.Errors = web.FieldsOf(err); p.Errors != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, aimForm(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "insight.finding-marked")
	return web.See(w, r, findingURL(id))
}

func findingURL(id int64) string { return "/findings/" + itoa(id) }

// here are the findings of a unit of the round, also those of other rounds.
func (s *Pages) here(ctx context.Context, v *view, unit int) (out []insight.Finding, err error) {
	x := insight.FindingFilter{UnitCode: v.Units[unit].Code, Reader: &v.Who}
	all, err := s.Findings(ctx, x)
	for _, f := range all {
		if x.UnitCode != "" || f.Whole() {
			out = append(out, f)
		}
	}
	return out, err
}

// noteFinding writes down that somebody looked at findings or took them.
func (s *Pages) noteFinding(r *http.Request, action, object string) error {
	return people.Audit(r.Context(), s.DB, s.Now(), web.VisitorOf(r).ID, action, object, "")
}
