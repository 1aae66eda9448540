package rounds

import (
	"context"
	"net/http"

	"taitorinki/internal/errs"
	"taitorinki/internal/survey"
	"taitorinki/internal/web"
)

func (s *Pages) confirmEndSeries(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	on, err := s.GoesOn(r.Context(), &rd)
	if err != nil {
		return err
	}
	if rd.State != survey.Closed || !on {
		return web.See(w, r, roundURL(rd.ID))
	}
	p := checkPage{Page: s.Kit.Page(r, "survey.series-end-title"), Round: rd}
	p.Shell.Narrow = true
	p.Name = rd.Settings.Name.In(p.Lang)
	return s.Kit.Show(w, r, p.Page, seriesEndConfirm(p))
}

// mayEnd reports whether a round is the closed last one of a series that could go on: there one looks for the end.
func (s *Pages) mayEnd(ctx context.Context, rd *survey.Round) (bool, error) {
	if rd.State != survey.Closed {
		return false, nil
	}
	if last, err := survey.LastOfSeries(ctx, s.DB, rd); err != nil || !last {
		return false, err
	}
	return s.GoesOn(ctx, rd)
}

func (s *Pages) endSeries(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	if rd.State != survey.Closed {
		return errs.New(errs.Conflict, "survey.series-open")
	}
	if err := s.EndSeries(r.Context(), rd.ID, web.VisitorOf(r).ID); err != nil {
		return err
	}
	s.Kit.Flash(r, "survey.series-ended")
	return web.See(w, r, roundURL(rd.ID))
}
