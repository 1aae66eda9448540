package app

import (
	"context"
	"strconv"
	"time"

	"taitorinki/internal/about"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// next is one thing that waits for whoever looks after the rounds, or that goes on by itself and how it stands.
type next struct {
	Title, URL string
	Tag        string // a state in a word; "" for none
	Tone       ui.Tone
	Lines      []string
	Wrong      []string // what somebody must look into
}

// nextSteps are what comes next for a coordinator or an administrator, and for a supervisor the rounds that are open. Of who
// answers it tells what the day's rates tell.
func (a *App) nextSteps(ctx context.Context, p web.Page, units bool, rounds []survey.Round) (out []next, err error) {
	v := p.Who
	manages := v.May(people.ManageRounds)
	if !manages && !v.May(people.ImportPeople) {
		return a.openRounds(ctx, p, rounds)
	}
	say := func(key, url string) next {
		return next{Title: p.T("app.task-" + key), URL: url, Lines: []string{p.T("app.task-" + key + "-text")}}
	}
	if !units {
		if v.Everywhere(people.ImportPeople) {
			out = append(out, say("import", "/people/import"))
		}
		return out, nil
	}
	var drafts, closed []next
	for _, r := range rounds {
		n := next{Title: r.Settings.Name.In(p.Lang), URL: "/rounds/" + strconv.FormatInt(r.ID, 10), Tag: p.T("survey.state-" + string(r.State))}
		switch {
		case r.State == survey.Draft:
			if may, err := a.Survey.MayManage(ctx, v, r.Settings); err != nil {
				return nil, err
			} else if !may {
				continue
			}
			n.URL, n.Tone, n.Lines = n.URL+"/open", ui.Warning, []string{p.T("app.next-draft")}
			drafts = append(drafts, n)
		case r.State == survey.Closed && len(closed) == 0 && v.May(people.ReadResults):
			n.URL, n.Tone, n.Lines = "/results/"+r.Code, ui.Info, []string{p.T("app.next-closed", "date", i18n.Date(p.Lang, r.ClosedAt))}
			closed = append(closed, n)
		case r.State == survey.Open || r.State == survey.Closing:
			n.Tone = ui.OK
			if err := a.openRound(ctx, p, &r, &n); err != nil {
				return nil, err
			}
			out = append(out, n)
		}
	}
	out = append(out, drafts...)
	switch {
	case len(out) > 0:
	case manages && len(rounds) == 0:
		out = append(out, say("first-round", "/rounds/new"))
	case manages:
		out = append(out, say("round", "/rounds/new"))
	case len(rounds) == 0:
		have, err := people.Holders(ctx, a.Config.DB, people.Coordinator)
		if err != nil {
			return nil, err
		}
		if len(have) == 0 {
			out = append(out, say("coordinator", "/people"))
		}
	}
	return append(out, closed...), nil
}

// helpWaiting is the line of the requests for help that have come to the coordinator; nothing when there are none.
func (a *App) helpWaiting(ctx context.Context, p web.Page) ([]next, error) {
	if !p.Who.May(people.ManageMentors) {
		return nil, nil
	}
	n, err := a.Asking.AtCoordinator(ctx, p.Who)
	if err != nil || n == 0 {
		return nil, err
	}
	return []next{{Title: p.T("app.next-help"), URL: "/help", Lines: []string{p.T("app.next-help-text", "n", n)}}}, nil
}

// openRounds are the open rounds as a supervisor looks at them.
func (a *App) openRounds(ctx context.Context, p web.Page, rounds []survey.Round) (out []next, err error) {
	if !p.Who.May(people.ReadRounds) || p.Who.Everywhere(people.ReadRounds) {
		return nil, nil // the data protection officer has nothing to do in a round
	}
	for _, r := range rounds {
		if r.State != survey.Open {
			continue
		}
		n := next{Title: r.Settings.Name.In(p.Lang), URL: "/rounds/" + strconv.FormatInt(r.ID, 10), Tag: p.T("survey.state-open"), Tone: ui.OK}
		if n.Lines, err = a.standing(ctx, p, &r); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// standing tells when a round closes and how many have answered.
func (a *App) standing(ctx context.Context, p web.Page, r *survey.Round) ([]string, error) {
	rates, err := a.Rounds.RateLines(ctx, p, r)
	return append([]string{closing(p, r, a.Config.Now())}, rates...), err
}

// openRound tells when a round closes, how many have answered and how its invitations are going.
func (a *App) openRound(ctx context.Context, p web.Page, r *survey.Round, n *next) (err error) {
	if r.State != survey.Open {
		n.Lines = append(n.Lines, closing(p, r, a.Config.Now()))
		return nil
	}
	if n.Lines, err = a.standing(ctx, p, r); err != nil {
		return err
	}
	if _, err := a.Survey.Vault.Load(r.Code); err != nil {
		n.Wrong = append(n.Wrong, p.T("app.next-key"))
	}
	c, err := outbox.Count(ctx, a.Config.DB, r.Topic())
	if err != nil {
		return err
	}
	paused, err := outbox.Paused(ctx, a.Config.DB, r.Topic())
	if err != nil {
		return err
	}
	switch {
	case c.All() == 0:
	case c.Sent == c.All():
		n.Lines = append(n.Lines, p.T("app.next-sent-all", "n", c.Sent))
	default:
		n.Lines = append(n.Lines, p.T("app.next-sent", "sent", c.Sent, "of", c.All()))
	}
	if c.Waiting > 0 && paused {
		n.Wrong = append(n.Wrong, p.T("survey.sending-paused"))
	}
	if bad := c.Refused + c.Unclear; bad > 0 {
		n.Wrong = append(n.Wrong, p.T("survey.troubles", "n", bad))
	}
	return nil
}

// closing says when answering begins or ends, and how many days there are until then.
func closing(p web.Page, r *survey.Round, now time.Time) string {
	switch {
	case r.Over(now):
		return p.T("app.next-closing")
	case !r.Started(now):
		return p.T("app.next-starts", "time", i18n.Time(p.Lang, r.OpensAt))
	case r.ClosesAt.IsZero():
		return p.T("app.next-by-hand")
	}
	when := i18n.Time(p.Lang, r.ClosesAt)
	if days := daysUntil(now, r.ClosesAt); days > 0 {
		return p.T("app.next-days", "time", when, "n", days)
	}
	return p.T("app.next-today", "time", when)
}

// daysUntil counts midnights in the county's time, so that "1 day left" is tomorrow whatever the hour.
func daysUntil(now, then time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.In(i18n.Zone()).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(day(then).Sub(day(now)) / (24 * time.Hour))
}

// mentorSteps are the candidates who wait for a visitor's word, and those who wait to be appointed.
func (a *App) mentorSteps(ctx context.Context, p web.Page) (out []next, err error) {
	confirm, appoint, err := a.Mentors.Waiting(ctx, p.Who)
	if confirm > 0 {
		out = append(out, next{Title: p.T("app.next-confirm", "n", confirm), URL: mentoring.ConfirmPath, Lines: []string{p.T("app.next-confirm-text")}})
	}
	if appoint > 0 {
		out = append(out, next{Title: p.T("app.next-appoint", "n", appoint), URL: mentoring.ListPath + "?state=" + string(mentoring.Confirmed), Lines: []string{p.T("app.next-appoint-text")}})
	}
	return out, err
}

// feedbackWaiting puts feedback on accessibility first while some waits for an answer: the law gives it a time.
func (a *App) feedbackWaiting(ctx context.Context, p web.Page, all []next) ([]next, error) {
	waiting, err := about.Waiting(ctx, a.Config.DB)
	if err != nil || len(waiting) == 0 {
		return all, err
	}
	first := next{Title: p.T("about.next", "n", len(waiting)), URL: "/accessibility/feedback", Lines: []string{p.T("about.next-due", "date", i18n.Date(p.Lang, waiting[0].Due()))}}
	return append([]next{first}, all...), nil
}
