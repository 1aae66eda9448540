package rounds

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/survey"
	"taitorinki/internal/ui"
)

// seriesOptions are what a draft can be a later wave of: the series of the same instrument, by their newest rounds.
func (s *Pages) seriesOptions(r *http.Request, p *editPage) error {
	newest, err := s.series(r.Context(), &p.Round)
	if err != nil {
		return err
	}
	p.Series = []ui.Option{{Label: p.T("survey.series-none")}}
	for _, x := range newest {
		p.Series = append(p.Series, ui.Option{Value: idText(x.FirstOfSeries()), Selected: x.FirstOfSeries() == p.Round.Settings.Series,
			Label: p.T("survey.series-after", "name", x.Settings.Name.In(p.Lang), "date", day(p.Lang, x.OpenedAt))})
	}
	return nil
}

// readSeries reads what a draft says of waves.
func (s *Pages) readSeries(r *http.Request, rd *survey.Round, bad *errs.Fields) error {
	set := rd.Settings
	set.Waves, set.Series = r.PostForm.Get("waves") != "", 0
	id, err := strconv.ParseInt(r.PostForm.Get("series"), 10, 64)
	if err != nil {
		return nil
	}
	newest, err := s.series(r.Context(), rd)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(newest, func(x survey.Round) bool { return x.FirstOfSeries() == id }) {
		bad.Add("series", "survey.series-unknown")
		return nil
	}
	set.Waves, set.Series = true, id
	return nil
}

// series returns the newest round of each series that a draft can go on with: those of the same instrument, in any version.
func (s *Pages) series(ctx context.Context, draft *survey.Round) (out []survey.Round, err error) {
	defer errs.Wrap(&err, "survey.series(%d)", draft.ID)
	in, err := s.Instrument(ctx, draft.InstrumentID)
	if err != nil {
		return nil, err
	}
	all, err := survey.Rounds(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		was, err := s.Instrument(ctx, x.InstrumentID)
		if err != nil {
			return nil, err
		}
		known := slices.ContainsFunc(out, func(y survey.Round) bool { return y.FirstOfSeries() == x.FirstOfSeries() })
		if x.State == survey.Draft || was.Key != in.Key || known {
			continue
		}
		if on, err := s.GoesOn(ctx, &x); err != nil {
			return nil, err
		} else if on {
			out = append(out, x)
		}
	}
	return out, nil
}
