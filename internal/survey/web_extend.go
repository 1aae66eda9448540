package survey

import (
	"context"
	"net/http"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// ExtendRound gives an open round another closing time, which must be in the future. By is the person who does it, 0 the
// operator.
func (s *Service) ExtendRound(ctx context.Context, id, by int64, closes time.Time) (err error) {
	defer errs.Wrap(&err, "survey.ExtendRound(%d)", id)
	now := s.Now()
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		r, err := RoundByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !closes.After(now) || !closes.After(r.OpensAt) {
			return errs.New(errs.Invalid, "survey.extend-past")
		}
		n, err := db.Changed(tx.ExecContext(ctx, `UPDATE survey_rounds SET closes_at = $2 WHERE id = $1 AND state = 'open' AND (closes_at IS NULL OR closes_at > $3)`,
			id, db.At(closes), db.At(now)))
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "survey.not-open")
		}
		return people.Audit(ctx, tx, now, by, "round.extend", "round:"+r.Code, people.Detail("from", logTime(r.ClosesAt), "to", logTime(closes)))
	})
}

// logTime is a time as the log tells it in every language.
func logTime(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(i18n.Zone()).Format("2006-01-02 15:04")
}

// extendPage asks for another closing time, and tells what becomes of the links that have been sent.
type extendPage struct {
	web.Page
	Round   Round
	Name    string
	Closes  string // in the form
	Told    string // in the invitations
	Error   string
	Summary []ui.FieldError
}

func (s *Service) extendForm(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	if rd.State != Open || rd.Over(s.Now()) {
		return web.See(w, r, roundURL(rd.ID))
	}
	return s.renderExtend(w, r, rd, formatTime(rd.ClosesAt), nil)
}

func (s *Service) renderExtend(w http.ResponseWriter, r *http.Request, rd Round, closes string, bad *errs.Fields) error {
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

func (s *Service) extend(w http.ResponseWriter, r *http.Request) error {
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
	if rd.State == Open && bad.Err() != nil {
		return s.renderExtend(w, r, rd, given, &bad)
	}
	if err := s.ExtendRound(r.Context(), rd.ID, web.VisitorOf(r).ID, closes); err != nil {
		return err
	}
	s.Kit.Flash(r, "survey.extended", "time", i18n.Time(s.Kit.Lang(r), closes))
	return web.See(w, r, roundURL(rd.ID))
}
