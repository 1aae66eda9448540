package rounds

import (
	"context"
	"net/http"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// failed is an invitation that was refused or of which nobody knows, with the person's address of today.
type failed struct {
	outbox.Trouble
	Now string
}

// moved reports whether the person has another address than the one that failed.
func (f failed) moved() bool { return f.Now != f.Address }

// failed lists a round's invitations that failed, without those of people who have left.
func (s *Pages) failed(ctx context.Context, r *survey.Round) (out []failed, err error) {
	defer errs.Wrap(&err, "survey.failed(%d)", r.ID)
	all, err := outbox.Troubles(ctx, s.DB, r.Topic())
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		inv, _, err := survey.InvitationByID(ctx, s.DB, t.Ref)
		if err != nil {
			return nil, err
		}
		p, err := people.PersonByID(ctx, s.DB, inv.PersonID)
		if err != nil {
			return nil, err
		}
		if p.Left.IsZero() {
			out = append(out, failed{t, p.Email})
		}
	}
	return out, nil
}

// told is what became of an invitation, with the mail server's own words when it refused.
func told(p web.Page, t outbox.Trouble) string {
	text := p.T("survey.mail-" + t.State)
	if said := saidBy(t); said != "" {
		text += ": " + said
	}
	return text
}

// saidBy is what the mail server said to a message: nothing, when it is unclear for want of a word.
func saidBy(t outbox.Trouble) string {
	if t.State == "refused" {
		return t.Error
	}
	return ""
}

// resendPage asks which of the failed invitations go out once more.
type resendPage struct {
	web.Page
	Round   survey.Round
	Name    string
	List    []ui.Option
	Unclear bool   // one of them may have arrived
	Same    bool   // one was refused at the address that the person still has
	All     string // leads to the same page with everything ticked; "" when it is
	Error   string
}

// confirmResend shows the failed invitations. Ticked are those whose person has another address by now; one that the
// coordinator came for; or all, when asked for all.
func (s *Pages) confirmResend(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	p, err := s.resendPage(r, rd, q.Get("ref"), q.Has("all"))
	if err != nil {
		return err
	}
	if len(p.List) == 0 || rd.State != survey.Open || rd.Over(s.Now()) {
		return web.See(w, r, roundURL(rd.ID))
	}
	return s.Kit.Show(w, r, p.Page, resendView(p))
}

func (s *Pages) resendPage(r *http.Request, rd survey.Round, one string, everything bool) (p resendPage, err error) {
	all, err := s.failed(r.Context(), &rd)
	if err != nil {
		return p, err
	}
	p = resendPage{Page: s.Kit.Page(r, "survey.resend-title"), Round: rd, Name: rd.Settings.Name.In(s.Kit.Lang(r))}
	p.Shell.Narrow = true
	for _, f := range all {
		id := idText(f.Ref)
		if one != "" && one != id {
			continue
		}
		p.List = append(p.List, ui.Option{Value: id, Label: f.Now, Help: p.about(f), Selected: everything || f.moved() || one == id})
		p.Unclear = p.Unclear || f.State == "unclear"
		p.Same = p.Same || f.State == "refused" && !f.moved()
	}
	if slices.ContainsFunc(p.List, func(o ui.Option) bool { return !o.Selected }) {
		p.All = resendURL(rd.ID) + "?all"
	}
	return p, nil
}

func resendURL(round int64) string { return roundURL(round) + "/resend" }

// about says in words what became of an invitation.
func (p resendPage) about(f failed) string {
	switch {
	case f.State == "unclear":
		return p.T("survey.resend-unclear")
	case f.moved():
		return p.T("survey.resend-moved", "address", f.Address)
	}
	return p.T("survey.resend-refused")
}

func (s *Pages) resend(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	if rd.State != survey.Open || rd.Over(s.Now()) {
		return errs.New(errs.Conflict, "survey.not-open")
	}
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	if len(r.PostForm["ref"]) == 0 {
		p, err := s.resendPage(r, rd, "", false)
		if err != nil {
			return err
		}
		p.Error = p.T("survey.resend-none")
		return s.Kit.ShowInvalid(w, r, p.Page, resendView(p))
	}
	n, err := s.sendAgain(r.Context(), &rd, r.PostForm["ref"], web.VisitorOf(r).ID)
	if err != nil {
		return err
	}
	if n == 0 {
		s.Kit.Flash(r, "survey.resent-none")
	} else {
		s.Kit.Flash(r, "survey.resent", "n", n)
	}
	return web.See(w, r, roundURL(rd.ID))
}

// sendAgain puts the chosen failed invitations back into the queue, with the addresses of today, and reports how many.
func (s *Pages) sendAgain(ctx context.Context, rd *survey.Round, refs []string, by int64) (n int, err error) {
	defer errs.Wrap(&err, "survey.sendAgain(%d)", rd.ID)
	all, err := s.failed(ctx, rd)
	if err != nil {
		return 0, err
	}
	var items []outbox.Item
	for _, f := range all {
		if slices.Contains(refs, idText(f.Ref)) {
			items = append(items, outbox.Item{Topic: rd.Topic(), Kind: survey.KindInvite, Ref: f.Ref, Address: f.Now})
		}
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if n, err = outbox.Again(ctx, tx, s.Now(), items); err != nil || n == 0 {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "round.resend", "round:"+rd.Code, people.Detail("n", n))
	})
	if err == nil && n > 0 && s.Outbox != nil {
		s.Outbox.Wake()
	}
	return n, err
}
