package supportlog

import (
	"math"
	"net/http"
	"time"

	"taitorinki/internal/chart"
	"taitorinki/internal/web"
)

// hoursPage is a mentor's own hours beside those granted. Nobody else sees it.
type hoursPage struct {
	web.Page
	Week, Month Spent
	Weeks       []Spent
	Granted     bool
	Chart       string
}

func (s *Service) showHours(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mentor(r)
	if err != nil {
		return err
	}
	p := hoursPage{Page: s.Kit.Page(r, "supportlog.hours"), Granted: m.Granted(s.today())}
	p.Shell.Narrow = true
	if p.Week, p.Month, p.Weeks, err = s.hours(r.Context(), m); err != nil {
		return err
	}
	p.draw()
	return s.Kit.Show(w, r, p.Page, hoursView(p))
}

func (p *hoursPage) draw() {
	most := 60
	for _, x := range p.Weeks {
		most = max(most, x.Used, x.Granted)
	}
	bars := chart.Bars{Scale: chart.Scale{Max: float64(most)}, ValueName: p.T("supportlog.used"), RefName: p.T("supportlog.granted"),
		About:  chart.About{ID: "weeks", Title: p.T("supportlog.weeks"), Desc: p.T("supportlog.weeks-desc")},
		Format: func(v float64) string { return duration(p.T, int(math.Round(v))) }}
	for _, x := range p.Weeks {
		used, granted := float64(x.Used), float64(x.Granted)
		row := chart.BarRow{Label: p.weekName(x), Value: &used}
		if x.Granted > 0 {
			row.Ref = &granted
		}
		bars.Rows = append(bars.Rows, row)
	}
	p.Chart = bars.SVG()
}

func (p hoursPage) weekName(x Spent) string {
	t, err := time.Parse(time.DateOnly, x.From)
	if err != nil {
		return x.From
	}
	_, week := t.ISOWeek()
	return p.T("supportlog.week", "n", week)
}

// usedOf says minutes used beside those granted.
func usedOf(t func(string, ...any) string, x Spent) string {
	if x.Granted == 0 {
		return duration(t, x.Used)
	}
	return t("supportlog.used-of", "used", duration(t, x.Used), "granted", duration(t, x.Granted))
}
