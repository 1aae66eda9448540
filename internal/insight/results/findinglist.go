package results

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// findingsPage is the list of findings that a visitor may see.
type findingsPage struct {
	web.Page
	Any    bool // there are findings, whatever the filters
	Rows   []findingRow
	Pages  ui.Pages
	States []ui.Option
	Areas  []ui.Option
	Unders []ui.Option
	query  url.Values
	all    []insight.Finding // that the filters let through
}

type findingRow struct {
	Area, Unit, Path, Said, Note, URL string
	State, When                       string
	Tone                              ui.Tone
}

func (s *Pages) findings(w http.ResponseWriter, r *http.Request) error {
	p, err := s.findingList(r)
	if err != nil {
		return err
	}
	if len(p.all) > 0 {
		if err := s.noteFinding(r, "finding.view", ""); err != nil {
			return err
		}
	}
	return s.Kit.Show(w, r, p.Page, findingList(p))
}

func (s *Pages) findingList(r *http.Request) (*findingsPage, error) {
	p := &findingsPage{Page: s.Kit.Page(r, "insight.findings"), query: url.Values{}}
	all, err := s.Findings(r.Context(), insight.FindingFilter{Reader: &p.Who})
	if err != nil {
		return nil, err
	}
	p.Any = len(all) > 0
	q := r.URL.Query()
	for _, name := range []string{"state", "area", "under"} {
		if q.Get(name) != "" {
			p.query.Set(name, q.Get(name))
		}
	}
	p.options(all)
	p.all = slices.DeleteFunc(all, func(f insight.Finding) bool { return !p.lets(&f) })
	page, _ := strconv.Atoi(q.Get("page"))
	p.Pages = ui.Pages{Pages: max(1, (len(p.all)+ui.PageSize-1)/ui.PageSize), Total: len(p.all), URL: p.pageURL}
	p.Pages.Page = min(max(1, page), p.Pages.Pages)
	from := (p.Pages.Page - 1) * ui.PageSize
	for _, f := range p.all[from:min(len(p.all), from+ui.PageSize)] {
		p.Rows = append(p.Rows, rowOf(p.Page, &f))
	}
	return p, nil
}

// lets reports whether the filters let a finding through. "unfinished" is what is open or under way.
func (p *findingsPage) lets(f *insight.Finding) bool {
	state, area := p.query.Get("state"), p.query.Get("area")
	under, _ := strconv.ParseInt(p.query.Get("under"), 10, 64) // no number is no limit
	unfinished := f.State == insight.FindingOpen || f.State == insight.FindingUnderway
	return (state == "" || state == string(f.State) || state == "unfinished" && unfinished) && (area == "" || area == f.Area) && f.Under(under)
}

// options are what the list can be limited to: the areas and units that there are findings of.
func (p *findingsPage) options(all []insight.Finding) {
	p.States = []ui.Option{{Label: p.T("insight.finding-any-state")}, {Value: "unfinished", Label: p.T("insight.finding-unfinished")}}
	for _, st := range insight.FindingStates {
		p.States = append(p.States, ui.Option{Value: string(st), Label: p.T("insight.finding-" + string(st))})
	}
	areas, units := map[string]string{}, map[string]string{}
	for _, f := range all {
		if areas[f.Area] == "" {
			areas[f.Area] = i18n.In(f.Origin.Area, p.Lang)
		}
		for _, x := range f.Origin.Path[1:] {
			if id := itoa(x.ID); units[id] == "" {
				units[id] = i18n.In(x.Name, p.Lang)
			}
		}
	}
	p.Areas = p.named("insight.finding-any-area", areas)
	p.Unders = p.named("insight.all-units", units)
}

// named are options in the order of their names, the first of which is no limit.
func (p *findingsPage) named(none string, names map[string]string) (out []ui.Option) {
	for value, label := range names {
		out = append(out, ui.Option{Value: value, Label: label})
	}
	i18n.Sort(p.Lang, out, func(o ui.Option) string { return o.Label + "\x00" + o.Value })
	return append([]ui.Option{{Label: p.T(none)}}, out...)
}

func (p *findingsPage) pageURL(page int) string {
	q := url.Values{"page": {strconv.Itoa(page)}}
	for name, value := range p.query {
		q[name] = value
	}
	return "/findings?" + q.Encode()
}

func (p *findingsPage) csvURL() string {
	if len(p.query) == 0 {
		return "/findings/list.csv"
	}
	return "/findings/list.csv?" + p.query.Encode()
}

func rowOf(p web.Page, f *insight.Finding) findingRow {
	return findingRow{
		Area: i18n.In(f.Origin.Area, p.Lang), Unit: i18n.In(f.Unit(), p.Lang), Path: above(p.Lang, f), Note: f.Note, URL: findingURL(f.ID),
		Said: said(p, f.Origin.Said, "insight.finding-no-figure"), State: p.T("insight.finding-" + string(f.State)), Tone: tones[f.State],
		When: i18n.Date(p.Lang, f.MarkedAt),
	}
}

var tones = map[insight.FindingState]ui.Tone{insight.FindingOpen: ui.Warning, insight.FindingUnderway: ui.Info, insight.FindingDone: ui.OK, insight.FindingDropped: ""}

// pathOf names a finding's unit after those above it, but for the whole.
func pathOf(lang string, f *insight.Finding) string {
	if up := above(lang, f); up != "" {
		return up + " › " + i18n.In(f.Unit(), lang)
	}
	return i18n.In(f.Unit(), lang)
}

// above names the units above a finding's, but for the whole.
func above(lang string, f *insight.Finding) string {
	var names []string
	for i, x := range f.Origin.Path {
		if i > 0 && i < len(f.Origin.Path)-1 {
			names = append(names, i18n.In(x.Name, lang))
		}
	}
	return strings.Join(names, " › ")
}

func (s *Pages) findingsCSV(w http.ResponseWriter, r *http.Request) error {
	p, err := s.findingList(r)
	if err != nil {
		return err
	}
	if err := s.noteFinding(r, "finding.export", ""); err != nil {
		return err
	}
	names := s.namer(r.Context())
	var rows [][]string
	for _, f := range p.all {
		who, err := names(f.MarkedBy)
		if err != nil {
			return err
		}
		x := rowOf(p.Page, &f)
		rows = append(rows, []string{itoa(f.ID), f.MarkedAt.In(i18n.Zone()).Format("2006-01-02"), who, i18n.In(f.Origin.Round, p.Lang), f.UnitCode, x.Unit, x.Path, x.Area,
			x.Said, x.Note, x.State, f.ChangedAt.In(i18n.Zone()).Format("2006-01-02")})
	}
	head := []string{p.T("insight.finding-number"), p.T("insight.finding-at"), p.T("insight.finding-by"), p.T("insight.csv-round"), p.T("insight.code"), p.T("insight.unit"),
		p.T("insight.under"), p.T("insight.area"), p.T("insight.finding-said"), p.T("insight.finding-note"), p.T("insight.finding-state"), p.T("insight.finding-changed-at")}
	return sendCSV(w, "findings", head, rows)
}
