package mentoring

import (
	"net/http"
	"slices"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.HandleOpen("GET "+WishPath, s.show)
	k.Handle("POST "+WishPath, web.SignedIn, s.save)
	k.Handle("POST "+WishPath+"/withdraw", web.SignedIn, s.withdraw)
	k.Handle("GET /mentors/willing", people.ReadWilling, s.listWilling)
	k.Handle("GET /mentors/willing/list.csv", people.ReadWilling, s.sendWilling)
	k.Handle("POST /mentors/willing/forward", people.ManageMentors, s.putForward)

	k.Handle("GET "+JoinPath, web.SignedIn, s.showJoin)
	k.Handle("POST "+JoinPath, web.SignedIn, s.join)
	k.Handle("POST "+JoinPath+"/withdraw", web.SignedIn, s.takeBack)
	k.Handle("GET "+ConfirmPath, people.ConfirmMentors, s.showConfirm)

	k.Handle("GET "+OwnPath, people.WorkAsMentor, s.showOwn)
	k.Handle("POST "+OwnPath+"/profile", people.WorkAsMentor, s.saveProfile)
	k.Handle("POST "+OwnPath+"/absence", people.WorkAsMentor, s.saveAbsence)
	k.Handle("POST "+OwnPath+"/note", people.WorkAsMentor, s.saveNote)
	k.Handle("POST "+OwnPath+"/state", people.WorkAsMentor, s.saveState)

	k.Handle("GET "+ListPath, people.ManageMentors, s.list)
	k.Handle("GET "+ListPath+"/list.csv", people.ManageMentors, s.sendList)
	k.Handle("GET "+ListPath+"/import", people.ManageMentors, s.showImport)
	k.Handle("POST "+ListPath+"/import", people.ManageMentors, s.uploadList)
	k.Handle("GET "+ListPath+"/import/check/{id}", people.ManageMentors, s.checkList)
	k.Handle("POST "+ListPath+"/import/check/{id}", people.ManageMentors, s.confirmList)

	k.Handle("GET "+ListPath+"/{id}", people.ConfirmMentors, s.showMentor)
	k.Handle("POST "+ListPath+"/{id}/confirm", people.ConfirmMentors, s.confirm)
	k.Handle("POST "+ListPath+"/{id}/decline", people.ConfirmMentors, s.decline)
	k.Handle("POST "+ListPath+"/{id}/grant", people.ConfirmMentors, s.regrant)
	k.Handle("POST "+ListPath+"/{id}/state", people.ManageMentors, s.moveMentor)
	k.Handle("POST "+ListPath+"/{id}/units", people.ManageMentors, s.changeUnits)
}

// wishPage is the form, and for somebody who is not signed in what it is about.
type wishPage struct {
	web.Page
	Wish    Wish
	Given   bool // there is a wish
	Consent bool
	MayJoin bool // is willing, and has not come forward yet
	Errors  *errs.Fields
}

func (s *Service) page(r *http.Request) wishPage {
	p := wishPage{Page: s.Kit.Page(r, "mentoring.wishes")}
	p.Shell.Narrow = true
	return p
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) (err error) {
	p := s.page(r)
	if p.Who.ID == 0 {
		return s.Kit.Show(w, r, p.Page, welcome(p))
	}
	if p.Wish, p.Given, err = wishOf(r.Context(), s.DB, p.Who.ID); err != nil {
		return err
	}
	if p.Wish.Willing() {
		m, has, err := s.MentorOf(r.Context(), p.Who.ID)
		if err != nil {
			return err
		}
		p.MayJoin = !has || m.State == Ended
	}
	return s.Kit.Show(w, r, p.Page, wishForm(p))
}

func (s *Service) save(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	p := s.page(r)
	var err error
	if _, p.Given, err = wishOf(r.Context(), s.DB, p.Who.ID); err != nil {
		return err
	}
	p.Wish = Wish{PersonID: p.Who.ID, Mentor: r.PostForm.Get("mentor"), Ways: r.PostForm["ways"]}
	p.Consent = r.PostForm.Get("consent") != ""
	bad := errs.Fields{}
	if !slices.Contains(Answers, p.Wish.Mentor) {
		bad.Add("mentor", "mentoring.choose-answer")
	}
	if !p.Consent && !p.Given { // whoever has a wish here has consented, and may take it back below
		bad.Add("consent", "mentoring.choose-consent")
	}
	if bad.Err() != nil {
		p.Errors = &bad
		return s.Kit.ShowInvalid(w, r, p.Page, wishForm(p))
	}
	if err := s.Save(r.Context(), p.Wish); err != nil {
		return err
	}
	s.Kit.Flash(r, "mentoring.saved")
	return web.See(w, r, WishPath)
}

func (s *Service) withdraw(w http.ResponseWriter, r *http.Request) error {
	if err := s.Withdraw(r.Context(), web.VisitorOf(r).ID); err != nil {
		return err
	}
	s.Kit.Flash(r, "mentoring.withdrawn")
	return web.See(w, r, WishPath)
}

// options are choices with the wish's own chosen.
func (p wishPage) options(prefix string, values []string, chosen func(string) bool) (out []ui.Option) {
	for _, v := range values {
		out = append(out, ui.Option{Value: v, Label: p.T("mentoring." + prefix + "-" + v), Selected: chosen(v)})
	}
	return out
}

func (p wishPage) answers() []ui.Option {
	return p.options("mentor", Answers, func(v string) bool { return v == p.Wish.Mentor })
}

func (p wishPage) ways() []ui.Option {
	return p.options("way", Ways, func(v string) bool { return slices.Contains(p.Wish.Ways, v) })
}

// inWords lists ways of learning.
func inWords(ways []string, t func(key string, args ...any) string) string {
	if len(ways) == 0 {
		return t("mentoring.no-ways")
	}
	var out []string
	for _, w := range ways {
		out = append(out, t("mentoring.way-"+w))
	}
	return strings.Join(out, ", ")
}
