package rounds

import (
	"context"
	"fmt"
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
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/remind"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

func (s *Pages) reminderRoutes() {
	k := s.Kit
	k.Handle("GET /rounds/{id}/reminders", people.ManageRounds, s.showReminders)
	k.Handle("POST /rounds/{id}/reminders", people.ManageRounds, s.saveReminder)
	k.Handle("GET /rounds/{id}/reminders/new", people.ManageRounds, s.newReminder)
	k.Handle("GET /rounds/{id}/reminders/{n}", people.ManageRounds, s.editReminder)
	k.Handle("POST /rounds/{id}/reminders/{n}", people.ManageRounds, s.saveReminder)
	k.Handle("POST /rounds/{id}/reminders/{n}/remove", people.ManageRounds, s.removeReminder)
	k.Handle("POST /rounds/{id}/test", people.ManageRounds, s.sendTest)
}

func remindersURL(round int64) string { return roundURL(round) + "/reminders" }

// planLine is a reminder as the plan shows it. It tells when, and never to whom or to how many.
type planLine struct {
	N          int
	When, Date string
	State      string
	Tone       ui.Tone
	Editable   bool
	Going      bool
	Late       bool // its time has come and it has not run
}

// planLines tells of a round's reminders in the order in which they happen.
func (s *Pages) planLines(ctx context.Context, p web.Page, r *survey.Round) (out []planLine, err error) {
	plan, err := remind.Plan(ctx, s.DB, r.ID)
	if err != nil {
		return nil, err
	}
	starts := planned(r, s.Now())
	for _, x := range remind.Sorted(plan, starts, r.ClosesAt) {
		line := planLine{N: x.N, When: p.T("survey.reminder-last-day"), Tone: ui.Info}
		if x.AfterDays > 0 {
			line.When = p.T("survey.reminder-after", "n", x.AfterDays)
		}
		switch x.State {
		case remind.Ran:
			c, err := outbox.Count(ctx, s.DB, r.ReminderTopic(x.N))
			if err != nil {
				return nil, err
			}
			line.Going = c.Waiting > 0
			line.State, line.Tone, line.Date = p.T("survey.reminder-done"), ui.OK, i18n.Time(p.Lang, x.RanAt)
			if line.Going {
				line.State, line.Tone = p.T("survey.reminder-going"), ui.Info
			}
		case remind.Passed:
			line.State, line.Date = p.T("survey.reminder-passed"), p.T("survey.reminder-passed-why")
		default:
			line.State, line.Editable = p.T("survey.reminder-planned"), r.State == survey.Draft || r.State == survey.Open
			line.Date = s.dueText(p, r, x, starts)
			line.Late = r.State == survey.Open && !x.Due(starts, r.ClosesAt).IsZero() && x.Due(starts, r.ClosesAt).Before(s.Now())
			if due := x.Due(starts, r.ClosesAt); x.AfterDays == 0 && !due.IsZero() && r.ClosesAt.Sub(due) > 24*time.Hour {
				line.When = p.T("survey.reminder-day-before") // the last one is too short
			}
			if line.Date == p.T("survey.reminder-never") {
				line.Tone = ui.Warning
			}
		}
		if r.State == survey.Closed && x.State == remind.Planned {
			line.State, line.Date, line.Tone = p.T("survey.reminder-not-sent"), "", ui.Info
		}
		out = append(out, line)
	}
	return out, nil
}

// planned is when answering begins, as far as that is known before the opening.
func planned(r *survey.Round, now time.Time) time.Time {
	switch {
	case r.State != survey.Draft:
		return r.Begins()
	case r.OpensAt.After(now):
		return r.OpensAt
	}
	return now
}

func (s *Pages) dueText(p web.Page, r *survey.Round, x remind.Reminder, starts time.Time) string {
	due := x.Due(starts, r.ClosesAt)
	switch {
	case x.AfterDays == 0 && r.ClosesAt.IsZero():
		return p.T("survey.reminder-no-closing")
	case due.IsZero():
		return p.T("survey.reminder-never")
	case r.State == survey.Draft && x.AfterDays > 0 && r.OpensAt.IsZero():
		return p.T("survey.reminder-after-opening")
	}
	return i18n.Time(p.Lang, due)
}

// remindersPage is a round's plan, with what can be tried out.
type remindersPage struct {
	web.Page
	Round   survey.Round
	Name    string
	Plan    []planLine
	May     bool // change it
	More    bool // add to it
	Back    string
	Address string // of who looks
}

func (s *Pages) showReminders(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	p := remindersPage{Page: s.Kit.Page(r, "survey.reminders"), Round: rd, Name: rd.Settings.Name.In(s.Kit.Lang(r)), Back: backURL(&rd)}
	p.Shell.Narrow = true
	p.May = rd.State == survey.Draft || rd.State == survey.Open && !rd.Over(s.Now())
	if p.Plan, err = s.planLines(r.Context(), p.Page, &rd); err != nil {
		return err
	}
	p.More = p.May && len(p.Plan) < remind.Most
	me, err := people.PersonByID(r.Context(), s.DB, web.VisitorOf(r).ID)
	if err != nil {
		return err
	}
	p.Address = me.Email
	return s.Kit.Show(w, r, p.Page, remindersView(p))
}

// backURL is the page of a round that the plan belongs to.
func backURL(rd *survey.Round) string {
	if rd.State == survey.Draft {
		return roundURL(rd.ID) + "/edit"
	}
	return roundURL(rd.ID)
}

// reminderPage is the form of one reminder.
type reminderPage struct {
	web.Page
	Round    survey.Round
	Name     string
	Reminder remind.Reminder
	When     string
	Days     string
	Langs    []string
	Action   string
	Errors   map[string]string
	Summary  []ui.FieldError
}

// Which of the two a reminder is, in the form.
const (
	whenAfter = "after"
	whenLast  = "last"
)

func (s *Pages) newReminder(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.changeable(r)
	if err != nil {
		return err
	}
	in, err := s.Instrument(r.Context(), rd.InstrumentID)
	if err != nil {
		return err
	}
	return s.renderReminder(w, r, rd, s.DefaultPlan(in)[0], nil)
}

// changeable is the round of a request, if its plan may be changed.
func (s *Pages) changeable(r *http.Request) (survey.Round, error) {
	rd, err := s.managedRound(r)
	if err == nil && rd.State != survey.Draft && (rd.State != survey.Open || rd.Over(s.Now())) {
		err = errs.New(errs.Conflict, "survey.not-open")
	}
	return rd, err
}

// reminderOf is the planned reminder that a request is about.
func (s *Pages) reminderOf(r *http.Request, rd *survey.Round) (x remind.Reminder, err error) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return x, errs.New(errs.NotFound, "survey.no-reminder")
	}
	if x, err = remind.Of(r.Context(), s.DB, rd.ID, n); err == nil && x.State != remind.Planned {
		err = errs.New(errs.Conflict, "survey.reminder-ran")
	}
	return x, err
}

func (s *Pages) editReminder(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.changeable(r)
	if err != nil {
		return err
	}
	x, err := s.reminderOf(r, &rd)
	if err != nil {
		return err
	}
	return s.renderReminder(w, r, rd, x, nil)
}

func (s *Pages) renderReminder(w http.ResponseWriter, r *http.Request, rd survey.Round, x remind.Reminder, bad *errs.Fields) error {
	langs, err := s.writtenIn(r.Context(), &rd)
	if err != nil {
		return err
	}
	p := reminderPage{Page: s.Kit.Page(r, "survey.reminder"), Round: rd, Reminder: x, Langs: langs, When: whenLast, Errors: map[string]string{}}
	p.Shell.Narrow = true
	p.Name = rd.Settings.Name.In(p.Lang)
	if x.AfterDays > 0 {
		p.When, p.Days = whenAfter, strconv.Itoa(x.AfterDays)
	}
	p.Action = remindersURL(rd.ID)
	if x.N > 0 {
		p.Action = fmt.Sprintf("%s/%d", p.Action, x.N)
	}
	if bad == nil {
		return s.Kit.Show(w, r, p.Page, reminderForm(p))
	}
	p.When, p.Days = r.PostForm.Get("when"), r.PostForm.Get("days")
	p.Summary = p.Messages(bad)
	for _, e := range p.Summary {
		p.Errors[e.ID] = e.Text
	}
	return s.Kit.ShowInvalid(w, r, p.Page, reminderForm(p))
}

// writtenIn are the languages that a round's mails may need: while it is a draft all that its instrument has.
func (s *Pages) writtenIn(ctx context.Context, rd *survey.Round) ([]string, error) {
	if rd.State != survey.Draft {
		return rd.Settings.Languages, nil
	}
	in, err := s.Instrument(ctx, rd.InstrumentID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(in.Languages), func(l string) bool { return !i18n.Known(l) }), nil
}

func (s *Pages) saveReminder(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.changeable(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	var x remind.Reminder
	if r.PathValue("n") != "" {
		if x, err = s.reminderOf(r, &rd); err != nil {
			return err
		}
	}
	bad, err := s.readReminder(r, &rd, &x)
	if err != nil {
		return err
	}
	if bad.Err() != nil {
		return s.renderReminder(w, r, rd, x, bad)
	}
	if err := s.changePlan(r, &rd, func(tx *db.Tx) error { return remind.Save(r.Context(), tx, rd.ID, &x) }); err != nil {
		return err
	}
	if r.PostForm.Get("go") == "test" {
		return s.testOf(w, r, &rd, x.N)
	}
	s.Kit.Flash(r, "survey.reminder-saved")
	return web.See(w, r, remindersURL(rd.ID))
}

// changePlan changes a round's plan as long as that may be done, and writes into the log that it was.
func (s *Pages) changePlan(r *http.Request, rd *survey.Round, f func(tx *db.Tx) error) error {
	return s.DB.InTx(r.Context(), func(tx *db.Tx) error {
		now, err := survey.RoundByID(r.Context(), tx, rd.ID)
		if err != nil {
			return err
		}
		if now.State != survey.Draft && now.State != survey.Open {
			return errs.New(errs.Conflict, "survey.not-open")
		}
		if err := f(tx); err != nil {
			return err
		}
		return people.Audit(r.Context(), tx, s.Now(), web.VisitorOf(r).ID, "round.plan", "round:"+rd.Code, "")
	})
}

// readReminder reads the form, and checks that an open round's reminder can still go.
func (s *Pages) readReminder(r *http.Request, rd *survey.Round, x *remind.Reminder) (bad *errs.Fields, err error) {
	bad = &errs.Fields{}
	f := r.PostForm
	switch f.Get("when") {
	case whenLast:
		x.AfterDays = 0
	case whenAfter:
		if x.AfterDays, err = strconv.Atoi(strings.TrimSpace(f.Get("days"))); err != nil || x.AfterDays < 1 || x.AfterDays > remind.MostDays {
			bad.Add("days", "survey.reminder-bad-days", "n", remind.MostDays)
		}
	default:
		bad.Add("when", "survey.reminder-choose")
	}
	if bad.Err() == nil && rd.State == survey.Open && !s.stillToCome(rd, x) {
		bad.Add("when", "survey.reminder-too-late")
	}
	langs, err := s.writtenIn(r.Context(), rd)
	if err != nil {
		return nil, err
	}
	if x.Subject == nil {
		x.Subject, x.Text = map[string]string{}, map[string]string{}
	}
	for _, l := range langs {
		for name, words := range map[string]map[string]string{"subject_" + l: x.Subject, "text_" + l: x.Text} {
			words[l] = strings.TrimSpace(strings.ReplaceAll(f.Get(name), "\r\n", "\n"))
			if words[l] == "" && slices.Contains(rd.Settings.Languages, l) {
				bad.Add(name, "survey.reminder-empty")
			}
		}
	}
	return bad, nil
}

// stillToCome reports whether an open round's reminder will run, or may when the closing time is known.
func (s *Pages) stillToCome(rd *survey.Round, x *remind.Reminder) bool {
	if x.AfterDays == 0 && rd.ClosesAt.IsZero() {
		return true
	}
	return x.Due(rd.Begins(), rd.ClosesAt).After(s.Now())
}

func (s *Pages) removeReminder(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.changeable(r)
	if err != nil {
		return err
	}
	x, err := s.reminderOf(r, &rd)
	if err != nil {
		return err
	}
	if err := s.changePlan(r, &rd, func(tx *db.Tx) error { return remind.Remove(r.Context(), tx, rd.ID, x.N) }); err != nil {
		return err
	}
	s.Kit.Flash(r, "survey.reminder-removed")
	return web.See(w, r, remindersURL(rd.ID))
}
