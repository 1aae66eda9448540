package survey

import (
	"net/http"
	"strings"

	"taitorinki/internal/chart"
	"taitorinki/internal/i18n"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/web"
)

// feedbackPage is a respondent's own profile.
type feedbackPage struct {
	web.Page
	Round, Title string
	OwnURL       string
	Rows         []feedbackRowView
	Chart        string
	Strengths    []*instrument.Scale
	NextSteps    []instrument.NextStep
	Lead         string
	Max          int
	Shared       bool // it is shown once
}

type feedbackRowView struct {
	Title, About, Words, Score string
	Support                    bool
}

// showFeedback shows the profile to the browser that submitted, or that came with the feedback's own link.
func (s *Service) showFeedback(w http.ResponseWriter, r *http.Request) error {
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
	p := feedbackPage{Page: s.page(r, set, ""), Round: f.Round.Code, Title: set.Name.In(s.sheetLang(r, set))}
	p.Shell.Title = p.T("survey.feedback-title")
	p.Shell.Narrow = false
	if _, secret, err := link.Parse(link.Feedback, c.Value); err == nil {
		p.OwnURL = s.FeedbackURL(f.Round.Code, secret)
	}
	if p.Shared = web.Shared(r); p.Shared {
		s.wipe(w, r, f.Round.Code)
		p.Shell.Langs = nil // they would load the page again
	}
	p.fill(f)
	return s.Kit.Show(w, r, p.Page, ownFeedback(p))
}

func (p *feedbackPage) fill(f *Feedback) {
	prof := f.Instrument.ProfileOf(f.Scores, p.Lang)
	p.Strengths, p.NextSteps = prof.Strengths, prof.NextSteps
	bars := chart.Bars{
		About:  chart.About{ID: "profile", Title: p.T("survey.feedback-chart"), Desc: p.T("survey.feedback-chart-desc")},
		Format: func(v float64) string { return i18n.Decimal(p.Lang, v, 1) }, NoValue: p.T("survey.no-score"), ValueName: p.T("survey.feedback-you"),
	}
	for _, row := range prof.Rows {
		v := feedbackRowView{Title: row.Scale.Title.In(p.Lang), About: row.Scale.About.In(p.Lang), Words: row.Words, Score: p.T("survey.no-score"), Support: row.Scale.Kind == instrument.KindSupport}
		b := chart.BarRow{Label: v.Title}
		if row.Score.OK {
			v.Score = i18n.Decimal(p.Lang, row.Score.Mean, 1)
			mean := row.Score.Mean
			b.Value = &mean
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
