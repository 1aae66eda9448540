package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"taitorinki/internal/demo/county"
	"taitorinki/internal/i18n"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// wave is a round of the series.
type wave struct {
	n      int
	county *county.County // as it is then
	opens  time.Time
	share  float64 // of those who answer at all, how many have by the end
	open   bool    // it is not over yet
	series int64   // the first round, 0 for that itself
	round  int64
}

const lasts = 21 // days

// run makes a round live: it opens, mail goes out, slips are printed, people answer in some days and after each reminder, and
// in the end it closes by itself.
func (d *Demo) run(ctx context.Context, w *wave) error {
	d.Clock.to(w.opens)
	d.Mail.empty()
	r, err := d.openWave(ctx, w)
	if err != nil {
		return err
	}
	if w.open {
		d.Mail.feel(d.somebody(), breaks)
	}
	if err := d.send(ctx, &r, "sending"); err != nil {
		return err
	}
	d.Clock.to(w.opens.AddDate(0, 0, 1))
	replies, err := d.replies(ctx, w, &r)
	if err != nil {
		return err
	}
	d.Clock.to(w.opens.AddDate(0, 0, 3))
	rest, err := d.answer(ctx, w, replies, 0.6)
	if err != nil {
		return err
	}
	if err := d.remind(ctx, w.opens.AddDate(0, 0, 7), &r); err != nil {
		return err
	}
	if w.open {
		d.Clock.to(w.opens.AddDate(0, 0, 8))
		_, err := d.answer(ctx, w, rest, 1)
		return err
	}
	d.Clock.to(w.opens.AddDate(0, 0, 10))
	if rest, err = d.answer(ctx, w, rest, 0.6); err != nil {
		return err
	}
	if err := d.remind(ctx, r.ClosesAt, &r); err != nil {
		return err
	}
	d.Clock.to(r.ClosesAt.Add(-6 * time.Hour))
	if _, err := d.answer(ctx, w, rest, 1); err != nil {
		return err
	}
	return d.close(ctx, &r)
}

func (d *Demo) openWave(ctx context.Context, w *wave) (r survey.Round, err error) {
	d.tell("opening", 0, 1)
	row, err := d.instrument(ctx)
	if err != nil {
		return r, err
	}
	in, err := d.App.Survey.Instrument(ctx, row.ID)
	if err != nil {
		return r, err
	}
	set := d.App.Survey.DefaultSettings(in)
	set.Series, set.ByProf = w.series, true
	for _, lang := range i18n.Langs {
		set.Name[lang] = d.App.Kit.Words.T(lang, "demo.wave-name", "n", w.n)
	}
	r = survey.Round{InstrumentID: row.ID, Settings: set, ClosesAt: atHour(w.opens.AddDate(0, 0, lasts), 20)}
	if err := d.App.Survey.CreateRound(ctx, &r, d.App.Survey.DefaultPlan(in)...); err != nil {
		return r, err
	}
	w.round = r.ID
	if err := d.App.Survey.CheckAndOpen(ctx, r.ID, d.ids[d.before.Cast.Coordinator]); err != nil {
		return r, err
	}
	return survey.RoundByID(ctx, d.App.Config.DB, r.ID)
}

// send lets the outbox send what is due, and try those again that are put off, for as long as it would.
func (d *Demo) send(ctx context.Context, r *survey.Round, step string) error {
	d.tell(step, 0, r.Invited)
	defer d.Mail.watch(func(n int) { d.tell(step, n, r.Invited) })()
	_, err := d.App.Outbox.Step(ctx)
	at := d.Clock.Now()
	for try := 1; err == nil && try < 25; try++ {
		c, failed := outbox.Count(ctx, d.App.Config.DB, r.Topic())
		if failed != nil || c.Waiting == 0 {
			return failed
		}
		at = at.Add(time.Duration(try*try)*time.Minute + time.Second)
		d.Clock.to(at)
		_, err = d.App.Outbox.Step(ctx)
	}
	return err
}

// remind runs the reminder of a morning.
func (d *Demo) remind(ctx context.Context, on time.Time, r *survey.Round) error {
	d.Clock.to(atHour(on, 9).Add(time.Minute))
	if err := d.App.Survey.RemindDue(ctx); err != nil {
		return err
	}
	return d.send(ctx, r, "reminding")
}

// close lets a round close by itself, and some look at what came out of it.
func (d *Demo) close(ctx context.Context, r *survey.Round) error {
	d.tell("closing", 0, 1)
	d.Clock.to(r.ClosesAt.Add(time.Minute))
	if err := d.App.Survey.CloseDue(ctx); err != nil {
		return err
	}
	cast := d.before.Cast
	for i, x := range []struct{ who, action string }{
		{cast.Coordinator, "result.view"}, {cast.Supervisor, "result.view"}, {cast.Researcher, "result.view"}, {cast.Researcher, "result.export"},
	} {
		d.Clock.to(r.ClosesAt.AddDate(0, 0, 1+i).Add(-10 * time.Hour))
		if err := d.App.Insight.Note(ctx, d.ids[x.who], x.action, r.Code); err != nil {
			return err
		}
	}
	return nil
}

// replies are the answers that people will give to a round, in random order.
func (d *Demo) replies(ctx context.Context, w *wave, r *survey.Round) (out []reply, err error) {
	links, err := d.App.Survey.Links(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(links))
	for i, l := range links {
		ids[i] = l.PersonID
	}
	all, err := people.PersonsByID(ctx, d.App.Config.DB, ids)
	if err != nil {
		return nil, err
	}
	who := make(map[int64]people.Person, len(all))
	for _, p := range all {
		who[p.ID] = p
	}
	for _, l := range links {
		p := who[l.PersonID]
		if i, ok := w.county.ByNumber(p.StaffNumber); ok && p.Email != "" && d.Mail.reaches(p.Email) && d.takesPart(w, i) {
			out = append(out, d.reply(w, i, func(context.Context, uint64) (string, error) { return codeIn(l.URL), nil }))
		}
	}
	paper, err := d.paper(ctx, w, r)
	if err != nil {
		return nil, err
	}
	out = append(out, paper...)
	d.rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out, nil
}

// takesPart draws whether a person answers. Of the cast nobody has answered the open round, so that a visitor can; the nurse
// has answered those before.
func (d *Demo) takesPart(w *wave, person int) bool {
	yes := w.county.Responds(d.rng, person) && d.rng.Float64() < w.share
	address := w.county.People[person].Email
	if d.cast(address) {
		return !w.open && (yes || address == d.before.Cast.MentorCandidate)
	}
	return yes
}

// paper prints slips for the units without e-mail, one for each of their people and some to spare. People take them into use.
func (d *Demo) paper(ctx context.Context, w *wave, r *survey.Round) (out []reply, err error) {
	units, err := survey.RoundUnits(ctx, d.App.Config.DB, r.ID)
	if err != nil {
		return nil, err
	}
	for _, code := range w.county.PaperUnits() {
		u := units[slices.IndexFunc(units, func(u survey.RoundUnit) bool { return u.Code == code })]
		sheet, err := d.App.Survey.AddSlips(ctx, r.ID, u.ID, u.Invited+2, d.ids[d.before.Cast.Coordinator])
		if err != nil {
			return nil, fmt.Errorf("slips of %s: %w", code, err)
		}
		_, slips, err := d.App.Survey.SlipCodes(ctx, r, sheet)
		if err != nil {
			return nil, err
		}
		for i, p := range w.county.People {
			if p.Unit != code || !d.takesPart(w, i) || len(slips) == 0 {
				continue
			}
			slip := slips[0]
			slips = slips[1:]
			out = append(out, d.reply(w, i, func(ctx context.Context, nonce uint64) (string, error) {
				return d.App.Survey.TakeSlip(ctx, slip, nonce)
			}))
		}
	}
	return out, nil
}
