// Package rounds is the pages of those who look after survey rounds, and what supervisors see of one: drafts, opening, sending,
// reminders, paper slips, response rates, closing; and the instruments that rounds use.
//
// It decides nothing: what a round may do is package survey's.
package rounds

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Pages are the pages of those who look after survey rounds.
type Pages struct{ *survey.Service }

// Routes adds the pages.
func (s *Pages) Routes() {
	s.instrumentRoutes()
	s.reminderRoutes()
	k := s.Kit
	k.Handle("GET /rounds", people.ReadRounds, s.listRounds)
	k.Handle("GET /rounds/new", people.ManageRounds, s.newRound)
	k.Handle("POST /rounds", people.ManageRounds, s.createRound)
	k.Handle("GET /rounds/{id}", people.ReadRounds, s.showRound)
	k.Handle("GET /rounds/{id}/rates", people.ReadRounds, s.showRates)
	k.Handle("GET /rounds/{id}/tell", people.ReadRounds, s.showTell)
	k.Handle("GET /rounds/{id}/edit", people.ManageRounds, s.editRound)
	k.Handle("POST /rounds/{id}/edit", people.ManageRounds, s.saveRound)
	k.Handle("GET /rounds/{id}/open", people.ManageRounds, s.confirmOpen)
	k.Handle("POST /rounds/{id}/open", people.ManageRounds, s.openRound)
	k.Handle("POST /rounds/{id}/delete", people.ManageRounds, s.deleteDraft)
	k.Handle("POST /rounds/{id}/pause", people.ManageRounds, s.pauseSending)
	k.Handle("GET /rounds/{id}/pace", people.ManageRounds, s.askPace)
	k.Handle("POST /rounds/{id}/pace", people.ManageRounds, s.setPace)
	k.Handle("GET /rounds/{id}/refused.csv", people.ManageRounds, s.refusedCSV)
	k.Handle("GET /rounds/{id}/resend", people.ManageRounds, s.confirmResend)
	k.Handle("POST /rounds/{id}/resend", people.ManageRounds, s.resend)
	k.Handle("GET /rounds/{id}/slips", people.ManageRounds, s.showSlips)
	k.Handle("POST /rounds/{id}/slips", people.ManageRounds, s.makeSlips)
	k.Handle("GET /rounds/{id}/slips/{sheet}", people.ManageRounds, s.printSlips)
	k.Handle("GET /rounds/{id}/extend", people.ManageRounds, s.extendForm)
	k.Handle("POST /rounds/{id}/extend", people.ManageRounds, s.extend)
	k.Handle("GET /rounds/{id}/end-series", people.ManageRounds, s.confirmEndSeries)
	k.Handle("POST /rounds/{id}/end-series", people.ManageRounds, s.endSeries)
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

func (s *Pages) listRounds(w http.ResponseWriter, r *http.Request) error {
	all, err := survey.Rounds(r.Context(), s.DB)
	if err != nil {
		return err
	}
	p := roundsPage{Page: s.Kit.Page(r, "survey.rounds"), May: web.VisitorOf(r).May(people.ManageRounds)}
	for _, x := range all {
		if x.State == survey.Draft {
			if may, err := s.MayManage(r.Context(), p.Who, x.Settings); err != nil {
				return err
			} else if !may {
				continue
			}
		}
		p.Rows = append(p.Rows, roundLine{
			Name: x.Settings.Name.In(p.Lang), URL: roundURL(x.ID), State: p.T("survey.state-" + string(x.State)), Tone: stateTone(x.State),
			Opened: day(p.Lang, x.OpenedAt), Closes: day(p.Lang, later(x.ClosedAt, x.ClosesAt)), Invited: x.Invited,
		})
	}
	return s.Kit.Show(w, r, p.Page, roundList(p))
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

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

func stateTone(st survey.State) ui.Tone {
	switch st {
	case survey.Open:
		return ui.OK
	case survey.Draft:
		return ui.Warning
	}
	return ui.Info
}

func (s *Pages) roundOf(r *http.Request) (survey.Round, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return survey.Round{}, errs.New(errs.NotFound, "survey.no-round")
	}
	return survey.RoundByID(r.Context(), s.DB, id)
}

// managedRound is roundOf for those who change something.
func (s *Pages) managedRound(r *http.Request) (survey.Round, error) {
	rd, err := s.roundOf(r)
	if err != nil {
		return rd, err
	}
	may, err := s.MayManage(r.Context(), web.VisitorOf(r), rd.Settings)
	if err == nil && !may {
		err = errs.New(errs.Forbidden, "web.forbidden")
	}
	return rd, err
}

// roundPage is an opened or closed round.
type roundPage struct {
	web.Page
	Round    survey.Round
	Name     string
	State    string
	Tone     ui.Tone
	Facts    []ui.Fact
	May      bool
	Sending  outbox.Counts
	Bar      ui.Bar
	Paused   bool
	Pace     string // how fast and when mail goes out, in a sentence
	GoesOn   string // the hour when it does so again, "" now
	Stuck    string // the mail server's words when it takes nothing
	Troubles []outbox.Trouble
	Again    bool // answering goes on, so that what failed can be sent again
	KeyLost  bool
	Locked   []ui.Fact // what was decided before the opening

	Plan      []planLine
	Reminding bool // a reminder is going on

	Going     bool      // people can answer now
	Rates     ratesCard // of an open round
	Leads     bool      // the reader leads some of the invited
	Say       string    // what a supervisor can say to them
	Helpers   []helper
	Waits     []string // what goes on only when somebody does something
	Unreached int      // people invited for whom there is neither an address nor a slip
	Series    bool     // a later round can be of the closed round's series
}

func (s *Pages) showRound(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.roundOf(r)
	if err != nil {
		return err
	}
	may, err := s.MayManage(r.Context(), web.VisitorOf(r), rd.Settings)
	if err != nil {
		return err
	}
	if rd.State == survey.Draft {
		if !may {
			return errs.New(errs.NotFound, "survey.no-round")
		}
		return web.See(w, r, roundURL(rd.ID)+"/edit")
	}
	in, err := s.Instrument(r.Context(), rd.InstrumentID)
	if err != nil {
		return err
	}
	p := roundPage{Page: s.Kit.Page(r, "survey.round"), Round: rd, May: may, Tone: stateTone(rd.State)}
	p.Shell.Narrow = true
	p.Name = rd.Settings.Name.In(p.Lang)
	p.Shell.Title = p.Name
	p.State = p.T("survey.state-" + string(rd.State))
	p.Facts = s.roundFacts(p, in)
	if p.Locked, err = s.locked(r.Context(), p, in); err != nil {
		return err
	}
	if p.May {
		if err := s.sendingState(r.Context(), &p); err != nil {
			return err
		}
		if p.Plan, err = s.planLines(r.Context(), p.Page, &rd); err != nil {
			return err
		}
		p.Reminding = slices.ContainsFunc(p.Plan, func(x planLine) bool { return x.Going })
		if p.Unreached, err = s.unreached(r.Context(), &p); err != nil {
			return err
		}
		p.Waits = s.stuck(&p)
		if p.Series, err = s.mayEnd(r.Context(), &rd); err != nil {
			return err
		}
	}
	if err := s.whileOpen(r.Context(), &p); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, roundView(p))
}

func (s *Pages) roundFacts(p roundPage, in *instrument.Instrument) []ui.Fact {
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
	case rd.State == survey.Closed:
		facts = append(facts, ui.Fact{Term: p.T("survey.closed-at"), Value: i18n.Time(p.Lang, rd.ClosedAt)})
	case rd.ClosesAt.IsZero():
		facts = append(facts, ui.Fact{Term: p.T("survey.closes-at"), Value: p.T("survey.closes-by-hand")})
	default:
		facts = append(facts, ui.Fact{Term: p.T("survey.closes-at"), Value: i18n.Time(p.Lang, rd.ClosesAt)})
	}
	return facts
}

func (s *Pages) confirmClose(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	if rd.State != survey.Open {
		return web.See(w, r, roundURL(rd.ID))
	}
	p := checkPage{Page: s.Kit.Page(r, "survey.close-title"), Round: rd}
	p.Shell.Narrow = true
	p.Name = rd.Settings.Name.In(p.Lang)
	return s.Kit.Show(w, r, p.Page, closeConfirm(p))
}

func (s *Pages) closeRound(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	if err := s.CloseRound(r.Context(), rd.ID, web.VisitorOf(r).ID); err != nil {
		return err
	}
	s.Kit.Flash(r, "survey.closed-now")
	return web.See(w, r, roundURL(rd.ID))
}
