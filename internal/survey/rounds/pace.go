package rounds

import (
	"fmt"
	"net/http"
	"strconv"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Mail never goes out at night, whatever the coordinator chooses.
const (
	earliestHour = 6
	latestHour   = 22
)

// pacePage asks how fast and at which hours a round's mail goes out.
type pacePage struct {
	web.Page
	Round    survey.Round
	Name     string
	Rate     string
	From, To []ui.Option
	Errors   map[string]string
	Summary  []ui.FieldError
}

func paceURL(round int64) string { return roundURL(round) + "/pace" }

// hour writes a full hour as the language does.
func hour(lang string, h int) string {
	if lang == "en" {
		return fmt.Sprintf("%d:00", h)
	}
	return fmt.Sprintf("%d.00", h)
}

// paceWords says a pace in one sentence.
func paceWords(p web.Page, pace outbox.Pace) string {
	return p.T("survey.pace-now", "from", hour(p.Lang, pace.FromHour), "to", hour(p.Lang, pace.ToHour), "n", pace.PerMinute)
}

func hours(lang string, first, last, chosen int) (out []ui.Option) {
	for h := first; h <= last; h++ {
		out = append(out, ui.Option{Value: strconv.Itoa(h), Label: hour(lang, h), Selected: h == chosen})
	}
	return out
}

// openOf is a round whose mail still goes out.
func (s *Pages) openOf(r *http.Request) (survey.Round, error) {
	rd, err := s.roundOf(r)
	if err == nil && (rd.State != survey.Open || rd.Over(s.Now())) {
		return rd, errs.New(errs.Conflict, "survey.not-open")
	}
	return rd, err
}

func (s *Pages) askPace(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.openOf(r)
	if err != nil {
		return err
	}
	pace, err := outbox.PaceOf(r.Context(), s.DB, rd.Topic())
	if err != nil {
		return err
	}
	p := s.pacePage(r, rd, strconv.Itoa(pace.PerMinute), pace)
	return s.Kit.Show(w, r, p.Page, paceView(p))
}

func (s *Pages) pacePage(r *http.Request, rd survey.Round, rate string, pace outbox.Pace) pacePage {
	p := pacePage{Page: s.Kit.Page(r, "survey.pace-title"), Round: rd, Rate: rate}
	p.Shell.Narrow = true
	p.Name = rd.Settings.Name.In(p.Lang)
	p.From = hours(p.Lang, earliestHour, latestHour-1, pace.FromHour)
	p.To = hours(p.Lang, earliestHour+1, latestHour, pace.ToHour)
	return p
}

func (s *Pages) setPace(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.openOf(r)
	if err != nil {
		return err
	}
	pace := outbox.Pace{PerMinute: whole(r, "rate"), FromHour: whole(r, "from"), ToHour: whole(r, "to")}
	p := s.pacePage(r, rd, r.PostFormValue("rate"), pace)
	if p.check(pace); len(p.Summary) > 0 {
		return s.Kit.ShowInvalid(w, r, p.Page, paceView(p))
	}
	err = s.DB.InTx(r.Context(), func(tx *db.Tx) error {
		if err := outbox.SetPace(r.Context(), tx, rd.Topic(), pace); err != nil {
			return err
		}
		return people.Audit(r.Context(), tx, s.Now(), web.VisitorOf(r).ID, "round.pace", "round:"+rd.Code,
			people.Detail("n", pace.PerMinute, "from", pace.FromHour, "to", pace.ToHour))
	})
	if err != nil {
		return err
	}
	if s.Outbox != nil {
		s.Outbox.Wake()
	}
	s.Kit.Flash(r, "survey.pace-saved")
	return web.See(w, r, roundURL(rd.ID))
}

// whole reads a whole number of a form, -1 for anything else.
func whole(r *http.Request, name string) int {
	n, err := strconv.Atoi(r.PostFormValue(name))
	if err != nil {
		return -1
	}
	return n
}

// check says what is wrong with a pace.
func (p *pacePage) check(pace outbox.Pace) {
	p.Errors = map[string]string{}
	wrong := func(field, text string) {
		p.Errors[field] = text
		p.Summary = append(p.Summary, ui.FieldError{ID: field, Text: text})
	}
	if pace.PerMinute < 1 || pace.PerMinute > outbox.MostPerMinute {
		wrong("rate", p.T("survey.pace-wrong-rate", "most", i18n.Int(p.Lang, outbox.MostPerMinute)))
	}
	if pace.FromHour < earliestHour || pace.ToHour > latestHour || pace.FromHour >= pace.ToHour {
		wrong("to", p.T("survey.pace-wrong-hours"))
	}
}
