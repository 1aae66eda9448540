package rounds

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

type newRoundPage struct {
	web.Page
	Instruments []ui.Option
}

func (s *Pages) newRound(w http.ResponseWriter, r *http.Request) error {
	p := newRoundPage{Page: s.Kit.Page(r, "survey.new-round")}
	p.Shell.Narrow = true
	all, err := survey.Instruments(r.Context(), s.DB)
	if err != nil {
		return err
	}
	for _, row := range all {
		in, err := s.Instrument(r.Context(), row.ID)
		if err != nil {
			return err
		}
		p.Instruments = append(p.Instruments, ui.Option{Value: strconv.FormatInt(row.ID, 10), Label: in.Title.In(in.Language(p.Lang)) + " " + row.Version,
			Help: p.T("survey.instrument-size", "n", len(in.Items), "minutes", in.Minutes)})
	}
	slices.Reverse(p.Instruments)
	return s.Kit.Show(w, r, p.Page, newRoundForm(p))
}

func (s *Pages) createRound(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PostFormValue("instrument"), 10, 64)
	if err != nil {
		return errs.New(errs.Invalid, "survey.choose-instrument")
	}
	in, err := s.Instrument(r.Context(), id)
	if err != nil {
		return err
	}
	rd := &survey.Round{InstrumentID: id, Settings: s.DefaultSettings(in)}
	if v := web.VisitorOf(r); !v.Everywhere(people.ManageRounds) {
		rd.Settings.Units = v.Scopes[people.ManageRounds]
	}
	if err := s.CreateRound(r.Context(), rd, s.DefaultPlan(in)...); err != nil {
		return err
	}
	return web.See(w, r, roundURL(rd.ID)+"/edit")
}

// editPage is the form of a draft.
type editPage struct {
	web.Page
	Round       survey.Round
	Instrument  *instrument.Instrument
	Everywhere  bool // the round may invite the whole organisation
	Units       []ui.Option
	Professions []ui.Option
	Languages   []ui.Option
	Items       []ui.Option
	Opens       string
	Closes      string
	Series      []ui.Option // what this can be a later wave of; only the first if nothing
	Errors      map[string]string
	Summary     []ui.FieldError
	Plan        []planLine
}

func (s *Pages) editRound(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	if rd.State != survey.Draft {
		return web.See(w, r, roundURL(rd.ID))
	}
	return s.renderEdit(w, r, rd, nil)
}

func (p editPage) unitsHelp() string {
	if p.Everywhere {
		return p.T("survey.units-help")
	}
	return p.T("survey.units-own")
}

const formTime = "2006-01-02T15:04"

func (s *Pages) renderEdit(w http.ResponseWriter, r *http.Request, rd survey.Round, bad *errs.Fields) error {
	in, err := s.Instrument(r.Context(), rd.InstrumentID)
	if err != nil {
		return err
	}
	p := editPage{Page: s.Kit.Page(r, "survey.edit-round"), Round: rd, Instrument: in, Errors: map[string]string{}}
	p.Shell.Narrow = true
	set := rd.Settings
	p.Everywhere = p.Who.Everywhere(people.ManageRounds)
	if p.Units, err = s.unitOptions(r.Context(), p.Who, p.Lang, set.Units); err != nil {
		return err
	}
	profs, err := people.Professions(r.Context(), s.DB)
	if err != nil {
		return err
	}
	for _, x := range profs {
		p.Professions = append(p.Professions, ui.Option{Value: x.Code, Label: x.Name(p.Lang), Selected: slices.Contains(set.Professions, x.Code)})
	}
	for _, l := range in.Languages {
		if !i18n.Known(l) {
			continue // the pages and the invitation have no words in it
		}
		p.Languages = append(p.Languages, ui.Option{Value: l, Label: p.T("survey.lang-" + l), Selected: slices.Contains(set.Languages, l)})
	}
	for _, it := range in.Background() {
		p.Items = append(p.Items, ui.Option{Value: it.ID, Label: it.Text.In(in.Language(p.Lang)), Selected: slices.Contains(set.ByItems, it.ID)})
	}
	if err := s.seriesOptions(r, &p); err != nil {
		return err
	}
	p.Opens, p.Closes = formatTime(rd.OpensAt), formatTime(rd.ClosesAt)
	if p.Plan, err = s.planLines(r.Context(), p.Page, &rd); err != nil {
		return err
	}
	if bad != nil {
		p.Summary = p.Messages(bad)
		for _, e := range p.Summary {
			p.Errors[e.ID] = e.Text
		}
		return s.Kit.ShowInvalid(w, r, p.Page, roundForm(p))
	}
	return s.Kit.Show(w, r, p.Page, roundForm(p))
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(i18n.Zone()).Format(formTime)
}

// unitOptions are the units that the visitor may limit a round to, each under its parent.
func (s *Pages) unitOptions(ctx context.Context, v web.Visitor, lang string, chosen []int64) ([]ui.Option, error) {
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	var walk func(units []people.Unit, depth int)
	walk = func(units []people.Unit, depth int) {
		for _, u := range units {
			label := strings.Repeat("– ", depth) + u.Name(lang)
			out = append(out, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: label, Help: s.Kit.Words.T(lang, "people.found", "n", tree.Total(u.ID)), Selected: slices.Contains(chosen, u.ID)})
			walk(tree.SortedChildren(u.ID, lang), depth+1)
		}
	}
	walk(tree.Tops(v, people.ManageRounds, lang), 0)
	return out, nil
}

func (s *Pages) saveRound(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	bad := readSettings(r, &rd)
	if may, err := s.MayManage(r.Context(), web.VisitorOf(r), rd.Settings); err != nil {
		return err
	} else if !may {
		bad.Add("units", "survey.units-own")
	}
	if err := s.readSeries(r, &rd, bad); err != nil {
		return err
	}
	if bad.Err() != nil {
		return s.renderEdit(w, r, rd, bad)
	}
	if err := s.UpdateRound(r.Context(), &rd); err != nil {
		return err
	}
	switch r.PostFormValue("go") {
	case "check":
		return web.See(w, r, roundURL(rd.ID)+"/open")
	case "reminders":
		return web.See(w, r, remindersURL(rd.ID))
	}
	s.Kit.Flash(r, "survey.saved")
	return web.See(w, r, roundURL(rd.ID)+"/edit")
}

func (s *Pages) deleteDraft(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	if err := s.DeleteDraft(r.Context(), rd.ID); err != nil {
		return err
	}
	s.Kit.Flash(r, "survey.draft-deleted")
	return web.See(w, r, "/rounds")
}

func readSettings(r *http.Request, rd *survey.Round) *errs.Fields {
	var bad errs.Fields
	f := r.PostForm
	set := rd.Settings.Clone()
	rd.Settings = set
	set.Languages, set.Professions, set.ByItems = f["languages"], f["professions"], f["by_items"]
	set.ByUnit, set.ByProf = f.Get("by_unit") != "", f.Get("by_profession") != ""
	set.Units = nil
	for _, u := range f["units"] {
		if id, err := strconv.ParseInt(u, 10, 64); err == nil {
			set.Units = append(set.Units, id)
		}
	}
	for _, l := range i18n.Langs {
		for _, x := range set.Texts() {
			if field := x.Name + "_" + l; f.Has(field) {
				x.Words[l] = strings.TrimSpace(strings.ReplaceAll(f.Get(field), "\r\n", "\n"))
			}
		}
		if slices.Contains(set.Languages, l) && set.Name[l] == "" {
			bad.Add("name_"+l, "survey.check-missing-name", "lang", l)
		}
	}
	if len(set.Languages) == 0 {
		bad.Add("languages", "survey.check-no-language")
	}
	set.Least = readLimit(f.Get("least"), "least", sdc.LeastGroup, &bad)
	set.Full = readLimit(f.Get("full"), "full", max(sdc.LeastFull, set.Least), &bad)
	rd.OpensAt = readTime(f.Get("opens_at"), "opens_at", &bad)
	rd.ClosesAt = readTime(f.Get("closes_at"), "closes_at", &bad)
	return &bad
}

// mostLimit is the largest least group that disclosure control knows.
const mostLimit = 60

// readLimit reads a group size that is never under the least one. Nothing stands for that one.
func readLimit(v, field string, least int, bad *errs.Fields) int {
	if strings.TrimSpace(v) == "" {
		return least
	}
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil || n < least || n > mostLimit {
		bad.Add(field, "survey.bad-limit", "least", least, "most", mostLimit)
	}
	return n
}

func readTime(v, field string, bad *errs.Fields) time.Time {
	if v == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(formTime, v, i18n.Zone())
	if err != nil {
		bad.Add(field, "survey.bad-time")
	}
	return t
}

// checkPage is the pre-flight list with the button that opens.
type checkPage struct {
	web.Page
	Round survey.Round
	Name  string
	Check survey.Check
}

func (s *Pages) confirmOpen(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	if rd.State != survey.Draft {
		return web.See(w, r, roundURL(rd.ID))
	}
	p := checkPage{Page: s.Kit.Page(r, "survey.check-title"), Round: rd}
	p.Shell.Narrow = true
	p.Name = rd.Settings.Name.In(p.Lang)
	if p.Check, err = s.Preflight(r.Context(), &rd, p.Lang); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, preflightPage(p))
}

func (s *Pages) openRound(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	if err := s.CheckAndOpen(r.Context(), rd.ID, web.VisitorOf(r).ID); err != nil {
		return err
	}
	told := "survey.opened"
	if rd.OpensAt.IsZero() {
		told = "survey.opened-now"
	}
	s.Kit.Flash(r, told)
	return web.See(w, r, roundURL(rd.ID))
}
