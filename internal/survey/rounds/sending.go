package rounds

import (
	"context"
	"net/http"

	"taitorinki/internal/i18n"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
	"taitorinki/internal/survey"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

func (s *Pages) sendingState(ctx context.Context, p *roundPage) (err error) {
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
	p.Again = p.Round.State == survey.Open && !p.Round.Over(s.Now())
	p.Bar = ui.Bar{ID: "sending", Label: p.T("survey.sending"), Silent: true, Value: p.Sending.All() - p.Sending.Waiting, Max: p.Sending.All(), URL: roundURL(p.Round.ID),
		Text: p.T("survey.sending-state", "sent", p.Sending.Sent, "of", p.Sending.All())}
	if err := s.pacing(ctx, p); err != nil {
		return err
	}
	if p.Sending.Waiting > 0 && !p.Paused && p.GoesOn == "" {
		p.Bar.Seconds = 2
	}
	if p.Round.State != survey.Closed {
		_, err := s.Vault.Load(p.Round.Code)
		p.KeyLost = err != nil
	}
	return nil
}

// pacing says how fast and when a round's mail goes out, and why none does now.
func (s *Pages) pacing(ctx context.Context, p *roundPage) error {
	pace, err := outbox.PaceOf(ctx, s.DB, p.Round.Topic())
	if err != nil {
		return err
	}
	p.Pace = paceWords(p.Page, pace)
	now := s.Now()
	if s.Outbox == nil || p.Paused || p.Sending.Waiting == 0 || !p.Round.Started(now) {
		return nil
	}
	if next := pace.Next(now); next.After(now) && !s.Outbox.Unpaced {
		p.GoesOn = hour(p.Lang, next.In(i18n.Zone()).Hour())
	} else {
		p.Stuck = s.Outbox.Trouble()
	}
	return nil
}

func (s *Pages) pauseSending(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	paused := r.PostFormValue("paused") == "1"
	// Also of the reminders, whose topics are below the round's.
	if err := outbox.Pause(r.Context(), s.DB, rd.Topic(), paused); err != nil {
		return err
	}
	if !paused && s.Outbox != nil {
		s.Outbox.Wake()
	}
	return web.See(w, r, roundURL(rd.ID))
}

func (s *Pages) refusedCSV(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	all, err := outbox.Troubles(r.Context(), s.DB, rd.Topic())
	if err != nil {
		return err
	}
	if err := people.Audit(r.Context(), s.DB, s.Now(), web.VisitorOf(r).ID, "round.refused", "round:"+rd.Code, ""); err != nil {
		return err
	}
	lang := s.Kit.Lang(r)
	t := func(key string) string { return s.Kit.Words.T(lang, key) }
	var rows [][]string
	for _, x := range all {
		rows = append(rows, []string{x.Address, t("survey.mail-" + x.State), saidBy(x)})
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="refused-`+rd.Code+`.csv"`)
	return sheet.WriteCSV(w, []string{t("survey.address"), t("survey.mail-state"), t("survey.mail-error")}, rows)
}
