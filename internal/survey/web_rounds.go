package survey

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Routes adds the feature's pages.
func (s *Service) Routes() {
	s.answerRoutes()
	s.instrumentRoutes()
	k := s.Kit
	k.Handle("GET /rounds", people.ReadRounds, s.listRounds)
	k.Handle("GET /rounds/new", people.ManageRounds, s.newRound)
	k.Handle("POST /rounds", people.ManageRounds, s.createRound)
	k.Handle("GET /rounds/{id}", people.ReadRounds, s.showRound)
	k.Handle("GET /rounds/{id}/edit", people.ManageRounds, s.editRound)
	k.Handle("POST /rounds/{id}/edit", people.ManageRounds, s.saveRound)
	k.Handle("GET /rounds/{id}/open", people.ManageRounds, s.confirmOpen)
	k.Handle("POST /rounds/{id}/open", people.ManageRounds, s.openRound)
	k.Handle("POST /rounds/{id}/pause", people.ManageRounds, s.pauseSending)
	k.Handle("GET /rounds/{id}/refused.csv", people.ManageRounds, s.refusedCSV)
	k.Handle("GET /rounds/{id}/resend", people.ManageRounds, s.confirmResend)
	k.Handle("POST /rounds/{id}/resend", people.ManageRounds, s.resend)
	k.Handle("GET /rounds/{id}/close", people.ManageRounds, s.confirmClose)
	k.Handle("POST /rounds/{id}/close", people.ManageRounds, s.closeRound)
}

type roundLine struct {
	Name, URL, State, Opened, Closes string
	Invited                          int
	Tone                             ui.Tone
}

type roundsPage struct {
	web.Page
	May  bool
	Rows []roundLine
}

func (s *Service) listRounds(w http.ResponseWriter, r *http.Request) error {
	all, err := Rounds(r.Context(), s.DB)
	if err != nil {
		return err
	}
	p := roundsPage{Page: s.Kit.Page(r, "survey.rounds"), May: web.VisitorOf(r).May(people.ManageRounds)}
	for _, x := range all {
		if x.State == Draft && !p.May {
			continue
		}
		p.Rows = append(p.Rows, roundLine{
			Name: x.Settings.Name.In(p.Lang), URL: roundURL(x.ID), State: p.T("survey.state-" + string(x.State)), Tone: stateTone(x.State),
			Opened: day(p.Lang, x.OpenedAt), Closes: day(p.Lang, later(x.ClosedAt, x.ClosesAt)), Invited: x.Invited,
		})
	}
	return s.Kit.Show(w, r, p.Page, roundList(p))
}

func roundURL(id int64) string { return "/rounds/" + strconv.FormatInt(id, 10) }

func later(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

func day(lang string, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return i18n.Date(lang, t)
}

func stateTone(st State) ui.Tone {
	switch st {
	case Open:
		return ui.OK
	case Draft:
		return ui.Warning
	}
	return ui.Info
}

type newRoundPage struct {
	web.Page
	Instruments []ui.Option
}

func (s *Service) newRound(w http.ResponseWriter, r *http.Request) error {
	p := newRoundPage{Page: s.Kit.Page(r, "survey.new-round")}
	p.Shell.Narrow = true
	all, err := Instruments(r.Context(), s.DB)
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

func (s *Service) createRound(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PostFormValue("instrument"), 10, 64)
	if err != nil {
		return errs.New(errs.Invalid, "survey.choose-instrument")
	}
	in, err := s.Instrument(r.Context(), id)
	if err != nil {
		return err
	}
	rd := &Round{InstrumentID: id, Settings: s.DefaultSettings(in)}
	if err := s.CreateRound(r.Context(), rd); err != nil {
		return err
	}
	return web.See(w, r, roundURL(rd.ID)+"/edit")
}

func (s *Service) roundOf(r *http.Request) (Round, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return Round{}, errs.New(errs.NotFound, "survey.no-round")
	}
	return RoundByID(r.Context(), s.DB, id)
}

// editPage is the form of a draft.
type editPage struct {
	web.Page
	Round       Round
	Instrument  *instrument.Instrument
	Units       []ui.Option
	Professions []ui.Option
	Languages   []ui.Option
	Items       []ui.Option
	Opens       string
	Closes      string
	Errors      map[string]string
	Summary     []ui.FieldError
}

func (s *Service) editRound(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.roundOf(r)
	if err != nil {
		return err
	}
	if rd.State != Draft {
		return web.See(w, r, roundURL(rd.ID))
	}
	return s.renderEdit(w, r, rd, nil)
}

const formTime = "2006-01-02T15:04"

func (s *Service) renderEdit(w http.ResponseWriter, r *http.Request, rd Round, bad *errs.Fields) error {
	in, err := s.Instrument(r.Context(), rd.InstrumentID)
	if err != nil {
		return err
	}
	p := editPage{Page: s.Kit.Page(r, "survey.edit-round"), Round: rd, Instrument: in, Errors: map[string]string{}}
	p.Shell.Narrow = true
	set := rd.Settings
	if p.Units, err = s.unitOptions(r.Context(), p.Lang, set.Units); err != nil {
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
		p.Languages = append(p.Languages, ui.Option{Value: l, Label: p.T("survey.lang-" + l), Selected: slices.Contains(set.Languages, l)})
	}
	for _, it := range in.Background() {
		p.Items = append(p.Items, ui.Option{Value: it.ID, Label: it.Text.In(in.Language(p.Lang)), Selected: slices.Contains(set.ByItems, it.ID)})
	}
	p.Opens, p.Closes = formatTime(rd.OpensAt), formatTime(rd.ClosesAt)
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

// unitOptions are the units that a round can be limited to: the top three levels, each under its parent.
func (s *Service) unitOptions(ctx context.Context, lang string, chosen []int64) ([]ui.Option, error) {
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	var walk func(id int64, depth int)
	walk = func(id int64, depth int) {
		for _, u := range tree.SortedChildren(id, lang) {
			label := strings.Repeat("– ", depth) + u.Name(lang)
			out = append(out, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: label, Help: i18n.Int(lang, tree.Total(u.ID)), Selected: slices.Contains(chosen, u.ID)})
			if depth < 2 {
				walk(u.ID, depth+1)
			}
		}
	}
	walk(0, 0)
	return out, nil
}

func (s *Service) saveRound(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.roundOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	bad := readSettings(r, &rd)
	if bad.Err() != nil {
		return s.renderEdit(w, r, rd, bad)
	}
	if err := s.UpdateRound(r.Context(), &rd); err != nil {
		return err
	}
	if r.PostFormValue("go") == "check" {
		return web.See(w, r, roundURL(rd.ID)+"/open")
	}
	s.Kit.Flash(r, "survey.saved")
	return web.See(w, r, roundURL(rd.ID)+"/edit")
}

func readSettings(r *http.Request, rd *Round) *errs.Fields {
	var bad errs.Fields
	f := r.PostForm
	set := rd.Settings.clone()
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
		for _, x := range set.words() {
			if field := x.name + "_" + l; f.Has(field) {
				x.words[l] = strings.TrimSpace(strings.ReplaceAll(f.Get(field), "\r\n", "\n"))
			}
		}
		if slices.Contains(set.Languages, l) && set.Name[l] == "" {
			bad.Add("name_"+l, "survey.check-missing-name", "lang", l)
		}
	}
	if len(set.Languages) == 0 {
		bad.Add("languages", "survey.check-no-language")
	}
	rd.OpensAt = readTime(f.Get("opens_at"), "opens_at", &bad)
	rd.ClosesAt = readTime(f.Get("closes_at"), "closes_at", &bad)
	return &bad
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
	Round Round
	Name  string
	Check Check
}

func (s *Service) confirmOpen(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.roundOf(r)
	if err != nil {
		return err
	}
	if rd.State != Draft {
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

func (s *Service) openRound(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.roundOf(r)
	if err != nil {
		return err
	}
	if err := s.CheckAndOpen(r.Context(), rd.ID, web.VisitorOf(r).ID); err != nil {
		return err
	}
	s.Kit.Flash(r, "survey.opened")
	return web.See(w, r, roundURL(rd.ID))
}

// CheckAndOpen opens a round unless the pre-flight list says that it cannot.
func (s *Service) CheckAndOpen(ctx context.Context, id, by int64) error {
	rd, err := RoundByID(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if rd.State != Draft {
		return errs.New(errs.Conflict, "survey.locked")
	}
	c, err := s.Preflight(ctx, &rd, "fi")
	if err != nil {
		return err
	}
	for _, i := range c.Issues {
		if i.Blocking {
			return errs.New(errs.Invalid, i.Key, i.Args...)
		}
	}
	pop, err := PopulationOf(ctx, s.DB, rd.Settings)
	if err != nil {
		return err
	}
	if err := s.OpenRound(ctx, id, pop); err != nil {
		return err
	}
	return people.Audit(ctx, s.DB, s.Now(), by, "round.open", "round:"+rd.Code, "")
}

// roundPage is an opened or closed round.
type roundPage struct {
	web.Page
	Round    Round
	Name     string
	State    string
	Tone     ui.Tone
	Facts    []ui.Fact
	May      bool
	Sending  outbox.Counts
	Bar      ui.Bar
	Paused   bool
	Troubles []outbox.Trouble
	Again    bool // they can be sent again
	KeyLost  bool
}

func (s *Service) showRound(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.roundOf(r)
	if err != nil {
		return err
	}
	v := web.VisitorOf(r)
	if rd.State == Draft {
		if !v.May(people.ManageRounds) {
			return errs.New(errs.NotFound, "survey.no-round")
		}
		return web.See(w, r, roundURL(rd.ID)+"/edit")
	}
	in, err := s.Instrument(r.Context(), rd.InstrumentID)
	if err != nil {
		return err
	}
	p := roundPage{Page: s.Kit.Page(r, "survey.round"), Round: rd, May: v.May(people.ManageRounds), Tone: stateTone(rd.State)}
	p.Shell.Narrow = true
	p.Name = rd.Settings.Name.In(p.Lang)
	p.Shell.Title = p.Name
	p.State = p.T("survey.state-" + string(rd.State))
	p.Facts = s.roundFacts(p, in)
	if p.May {
		if err := s.sendingState(r.Context(), &p); err != nil {
			return err
		}
	}
	return s.Kit.Show(w, r, p.Page, roundView(p))
}

func (s *Service) roundFacts(p roundPage, in *instrument.Instrument) []ui.Fact {
	rd := p.Round
	facts := []ui.Fact{
		{Term: p.T("survey.instrument"), Value: in.Title.In(in.Language(p.Lang)) + " " + in.Version},
		{Term: p.T("survey.invited"), Value: i18n.Int(p.Lang, rd.Invited)},
		{Term: p.T("survey.opened-at"), Value: i18n.Time(p.Lang, rd.OpenedAt)},
	}
	if !rd.OpensAt.IsZero() {
		facts = append(facts, ui.Fact{Term: p.T("survey.opens-at"), Value: i18n.Time(p.Lang, rd.OpensAt)})
	}
	switch {
	case rd.State == Closed:
		facts = append(facts, ui.Fact{Term: p.T("survey.closed-at"), Value: i18n.Time(p.Lang, rd.ClosedAt)})
	case rd.ClosesAt.IsZero():
		facts = append(facts, ui.Fact{Term: p.T("survey.closes-at"), Value: p.T("survey.closes-by-hand")})
	default:
		facts = append(facts, ui.Fact{Term: p.T("survey.closes-at"), Value: i18n.Time(p.Lang, rd.ClosesAt)})
	}
	return facts
}

func (s *Service) sendingState(ctx context.Context, p *roundPage) (err error) {
	topic := p.Round.Topic()
	if p.Sending, err = outbox.Count(ctx, s.DB, topic); err != nil {
		return err
	}
	if p.Paused, err = outbox.Paused(ctx, s.DB, topic); err != nil {
		return err
	}
	if p.Troubles, err = outbox.Troubles(ctx, s.DB, topic); err != nil {
		return err
	}
	p.Again = p.Round.State == Open && !p.Round.Over(s.Now())
	p.Bar = ui.Bar{ID: "sending", Label: p.T("survey.sending"), Value: p.Sending.All() - p.Sending.Waiting, Max: p.Sending.All(), URL: roundURL(p.Round.ID),
		Text: p.T("survey.sending-state", "sent", p.Sending.Sent, "of", p.Sending.All())}
	if p.Sending.Waiting > 0 && !p.Paused {
		p.Bar.Seconds = 2
	}
	if p.Round.State != Closed {
		_, err := s.Vault.Load(p.Round.Code)
		p.KeyLost = err != nil
	}
	return nil
}

func (s *Service) pauseSending(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.roundOf(r)
	if err != nil {
		return err
	}
	paused := r.PostFormValue("paused") == "1"
	if err := outbox.Pause(r.Context(), s.DB, rd.Topic(), paused); err != nil {
		return err
	}
	if !paused && s.Outbox != nil {
		s.Outbox.Wake()
	}
	return web.See(w, r, roundURL(rd.ID))
}

func (s *Service) refusedCSV(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.roundOf(r)
	if err != nil {
		return err
	}
	all, err := outbox.Troubles(r.Context(), s.DB, rd.Topic())
	if err != nil {
		return err
	}
	lang := s.Kit.Lang(r)
	t := func(key string) string { return s.Kit.Words.T(lang, key) }
	var rows [][]string
	for _, x := range all {
		rows = append(rows, []string{x.Address, t("survey.mail-" + x.State), x.Error})
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="refused-`+rd.Code+`.csv"`)
	return sheet.WriteCSV(w, []string{t("survey.address"), t("survey.mail-state"), t("survey.mail-error")}, rows)
}

func (s *Service) confirmClose(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.roundOf(r)
	if err != nil {
		return err
	}
	if rd.State != Open {
		return web.See(w, r, roundURL(rd.ID))
	}
	p := checkPage{Page: s.Kit.Page(r, "survey.close-title"), Round: rd}
	p.Shell.Narrow = true
	p.Name = rd.Settings.Name.In(p.Lang)
	return s.Kit.Show(w, r, p.Page, closeConfirm(p))
}

func (s *Service) closeRound(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.roundOf(r)
	if err != nil {
		return err
	}
	if err := s.CloseRound(r.Context(), rd.ID); err != nil {
		return err
	}
	err = s.DB.InTx(r.Context(), func(tx *db.Tx) error {
		return people.Audit(r.Context(), tx, s.Now(), web.VisitorOf(r).ID, "round.close", "round:"+rd.Code, "")
	})
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "survey.closed-now")
	return web.See(w, r, roundURL(rd.ID))
}
