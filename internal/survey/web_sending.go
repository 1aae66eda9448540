package survey

import (
	"context"
	"net/http"

	"taitorinki/internal/db"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
	"taitorinki/internal/survey/remind"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

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
	p.Bar = ui.Bar{ID: "sending", Label: p.T("survey.sending"), Silent: true, Value: p.Sending.All() - p.Sending.Waiting, Max: p.Sending.All(), URL: roundURL(p.Round.ID),
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
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	paused := r.PostFormValue("paused") == "1"
	if err := s.pause(r.Context(), &rd, paused); err != nil {
		return err
	}
	if !paused && s.Outbox != nil {
		s.Outbox.Wake()
	}
	return web.See(w, r, roundURL(rd.ID))
}

// pause stops or resumes a round's invitations and its reminders that are under way; none begins meanwhile.
func (s *Service) pause(ctx context.Context, rd *Round, paused bool) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		plan, err := remind.Plan(ctx, tx, rd.ID)
		if err != nil {
			return err
		}
		for _, x := range plan {
			if err := outbox.Pause(ctx, tx, rd.reminderTopic(x.N), paused); err != nil {
				return err
			}
		}
		return outbox.Pause(ctx, tx, rd.Topic(), paused)
	})
}

func (s *Service) refusedCSV(w http.ResponseWriter, r *http.Request) error {
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
		rows = append(rows, []string{x.Address, t("survey.mail-" + x.State), x.Error})
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="refused-`+rd.Code+`.csv"`)
	return sheet.WriteCSV(w, []string{t("survey.address"), t("survey.mail-state"), t("survey.mail-error")}, rows)
}
