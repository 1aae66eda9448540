package answering

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"taitorinki/internal/chart"
	"taitorinki/internal/i18n"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/web"
)

// feedbackPage is a respondent's own profile.
type feedbackPage struct {
	web.Page
	Round, Title string
	WishPath     string
	OwnURL       string
	Rows         []feedbackRowView
	Chart        string
	Strengths    []*instrument.Scale
	NextSteps    []instrument.NextStep
	Lead         string
	Max          int
	Code         string          // to be kept for the next wave; "" none
	WaveNames    []string        // the earlier waves that the respondent was in, the oldest first
	Shared       bool            // it is shown once
	Helpers      templ.Component // who helps here; nil: nothing is told
}

type feedbackRowView struct {
	Title, About, Words, Score string
	Earlier                    []string
	Support                    bool
}

// showFeedback shows the profile to the browser that submitted, or that came with the feedback's own link.
func (s *Pages) showFeedback(w http.ResponseWriter, r *http.Request) error {
	c, err := r.Cookie(feedCookie)
	if err != nil || c.Value == "" {
		return s.linkPage(w, r, errNoCookie)
	}
	f, err := s.FeedbackOf(r.Context(), c.Value)
	if err != nil {
		return s.linkPage(w, r, err)
	}
	set, err := s.SettingsOf(r.Context(), f.Round.ID)
	if err != nil {
		return err
	}
	p := feedbackPage{Page: s.page(r, set, ""), Round: f.Round.Code, WishPath: s.WishPath, Title: set.Name.In(s.sheetLang(r, set))}
	p.Shell.Title = p.T("survey.feedback-title")
	p.Shell.Narrow = false
	if _, secret, err := link.Parse(link.Feedback, c.Value); err == nil && !openedByLink(r) {
		p.OwnURL = s.FeedbackURL(f.Round.Code, secret)
	}
	p.Code = f.Code.String()
	for _, w := range f.Earlier {
		earlier, err := survey.RoundByID(r.Context(), s.DB, w.Round)
		if err != nil {
			return err
		}
		p.WaveNames = append(p.WaveNames, earlier.Settings.Name.In(p.Lang))
	}
	if p.Shared = web.Shared(r); p.Shared {
		s.wipe(w, r, f.Round.Code)
		p.Shell.Langs = nil // they would load the page again
	}
	if s.Helpers != nil {
		if p.Helpers, err = s.Helpers(r.Context(), f.Unit, p.Lang); err != nil {
			return err
		}
	}
	p.fill(f)
	return s.Kit.Show(w, r, p.Page, ownFeedback(p))
}

// openedByLink reports whether the reader holds the feedback's link already: it is shown after sending alone.
func openedByLink(r *http.Request) bool {
	_, err := r.Cookie(keptCookie)
	return err == nil
}

func (p *feedbackPage) fill(f *survey.Feedback) {
	prof := f.Instrument.ProfileOf(f.Scores, p.Lang)
	p.Strengths, p.NextSteps = prof.Strengths, prof.NextSteps
	bars := chart.Bars{
		About:  chart.About{ID: "profile", Title: p.T("survey.feedback-chart"), Desc: p.T("survey.feedback-chart-desc")},
		Format: func(v float64) string { return i18n.Decimal(p.Lang, v, 1) }, NoValue: p.T("survey.no-score"), ValueName: p.T("survey.feedback-you"),
	}
	if n := len(p.WaveNames); n > 0 {
		bars.RefName = p.WaveNames[n-1]
	}
	for i, row := range prof.Rows {
		v := feedbackRowView{Title: row.Scale.Title.In(p.Lang), About: row.Scale.About.In(p.Lang), Words: row.Words, Score: p.T("survey.no-score"), Support: row.Scale.Kind == instrument.KindSupport}
		b := chart.BarRow{Label: v.Title}
		if row.Score.OK {
			v.Score = i18n.Decimal(p.Lang, row.Score.Mean, 1)
			mean := row.Score.Mean
			b.Value = &mean
		}
		for _, w := range f.Earlier {
			text, sc := p.T("survey.no-score"), w.Scores[i]
			if b.Ref = nil; sc.OK {
				text, b.Ref = i18n.Decimal(p.Lang, sc.Mean, 1), &sc.Mean
			}
			v.Earlier = append(v.Earlier, text)
		}
		bars.Scale = chart.Scale{Min: float64(row.Scale.Min()), Max: float64(row.Scale.Max())}
		p.Max = row.Scale.Max()
		bars.Rows = append(bars.Rows, b)
		p.Rows = append(p.Rows, v)
	}
	p.Chart = bars.SVG()
	p.Lead = p.lead()
}

func (p *feedbackPage) lead() string {
	var names []string
	for _, s := range p.Strengths {
		names = append(names, inSentence(s.Title.In(p.Lang)))
	}
	switch len(names) {
	case 0:
		return p.T("survey.feedback-lead-none")
	case 2:
		return p.T("survey.feedback-lead-two", "first", names[0], "second", names[1])
	}
	return p.T("survey.feedback-lead", "areas", strings.Join(names, ", "))
}
