package survey

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/survey/wavecode"
	"taitorinki/internal/ui"
)

// offerCode fills in what the page before sending says of waves.
func (p *sendPage) offerCode(r *http.Request, set *Settings) {
	p.Waves, p.Later = set.Waves, set.Waves && set.Series != 0
	if !p.Waves {
		return
	}
	var random [8]byte
	rand.Read(random[:])
	p.NewCode = wavecode.New(random).String()
	p.OldCode, p.NoCode = r.PostFormValue("old_code"), r.PostFormValue("no_code") != ""
}

// codeOf reads which code the respondent wants to be paired by: the one kept from an earlier wave, else the new one, or
// none. A code with a typing error is wavecode.ErrMistyped.
func codeOf(r *http.Request, set *Settings) (wavecode.Code, error) {
	if !set.Waves {
		return 0, nil
	}
	if old := r.PostForm.Get("old_code"); old != "" && set.Series != 0 {
		return wavecode.Parse(old)
	}
	if r.PostForm.Get("no_code") != "" {
		return 0, nil
	}
	code, err := wavecode.Parse(r.PostForm.Get("new_code"))
	if err != nil {
		return 0, nil // an old form, or a script gone wrong: an answer is worth more than its pair
	}
	return code, nil
}

// seriesOptions are what a draft can be a later wave of: the series of the same instrument, by their newest rounds.
func (s *Service) seriesOptions(r *http.Request, p *editPage) error {
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
func (s *Service) readSeries(r *http.Request, rd *Round, bad *errs.Fields) error {
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
	if !slices.ContainsFunc(newest, func(x Round) bool { return x.FirstOfSeries() == id }) {
		bad.Add("series", "survey.series-unknown")
		return nil
	}
	set.Waves, set.Series = true, id
	return nil
}

// series returns the newest round of each series that a draft can go on with: those of the same instrument, in any version.
func (s *Service) series(ctx context.Context, draft *Round) (out []Round, err error) {
	defer errs.Wrap(&err, "survey.series(%d)", draft.ID)
	in, err := s.Instrument(ctx, draft.InstrumentID)
	if err != nil {
		return nil, err
	}
	all, err := Rounds(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		was, err := s.Instrument(ctx, x.InstrumentID)
		if err != nil {
			return nil, err
		}
		known := slices.ContainsFunc(out, func(y Round) bool { return y.FirstOfSeries() == x.FirstOfSeries() })
		if x.State == Draft || was.Key != in.Key || known {
			continue
		}
		if on, err := s.goesOn(ctx, &x); err != nil {
			return nil, err
		} else if on {
			out = append(out, x)
		}
	}
	return out, nil
}
