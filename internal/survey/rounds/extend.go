package rounds

import (
	"net/http"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/survey"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// extendPage asks for another closing time, and tells what becomes of the links that have been sent.
type extendPage struct {
	web.Page
	Round   survey.Round
	Name    string
	Closes  string // in the form
	Told    string // in the invitations
	Error   string
	Summary []ui.FieldError
}

func (s *Pages) extendForm(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	if rd.State != survey.Open || rd.Over(s.Now()) {
		return web.See(w, r, roundURL(rd.ID))
	}
	return s.renderExtend(w, r, rd, formatTime(rd.ClosesAt), nil)
}

func (s *Pages) renderExtend(w http.ResponseWriter, r *http.Request, rd survey.Round, closes string, bad *errs.Fields) error {
	p := extendPage{Page: s.Kit.Page(r, "survey.extend-title"), Round: rd, Closes: closes}
	p.Shell.Narrow = true
	p.Name = rd.Settings.Name.In(p.Lang)
	p.Told = p.T("survey.closes-later")
	if !rd.ClosesAt.IsZero() {
		p.Told = i18n.Time(p.Lang, rd.ClosesAt)
	}
	if bad == nil {
		return s.Kit.Show(w, r, p.Page, extendView(p))
	}
	p.Summary = p.Messages(bad)
	p.Error = p.Summary[0].Text
	return s.Kit.ShowInvalid(w, r, p.Page, extendView(p))
}

func (s *Pages) extend(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	var bad errs.Fields
	given := r.PostFormValue("closes_at")
	closes := readTime(given, "closes_at", &bad)
	if bad.Err() == nil && (!closes.After(s.Now()) || !closes.After(rd.OpensAt)) {
		bad.Add("closes_at", "survey.extend-past")
	}
	if rd.State == survey.Open && bad.Err() != nil {
		return s.renderExtend(w, r, rd, given, &bad)
	}
	if err := s.ExtendRound(r.Context(), rd.ID, web.VisitorOf(r).ID, closes); err != nil {
		return err
	}
	s.Kit.Flash(r, "survey.extended", "time", i18n.Time(s.Kit.Lang(r), closes))
	return web.See(w, r, roundURL(rd.ID))
}
