package people

import (
	"net/http"
	"strings"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// signInForm asks for an address.
type signInForm struct {
	web.Page
	Email  string
	Next   string // the page to come to afterwards, "" for the start page
	Errors *errs.Fields

	Signon     *Signon
	SignonNote string // what became of a try there: "away", "stopped"; "" for none
}

// Signon is the county's own sign-in, as the sign-in page offers it beside the link.
type Signon struct {
	Labels map[string]string // what the button says, by language; our own words where there is none
	Path   string            // where it begins
	Out    string            // where whoever came in by it is led after signing out
}

func (p signInForm) signonLabel() string {
	return firstOf(p.Signon.Labels[p.Lang], p.T("people.signon"))
}

func (p signInForm) signonURL() string {
	if p.Next == "" {
		return p.Signon.Path
	}
	return p.Signon.Path + "?next=" + p.Next
}

// linkKind is how the button for the link looks: a page has one primary button.
func (p signInForm) linkKind() ui.Kind {
	if p.Signon != nil {
		return ui.Quiet
	}
	return ui.Primary
}

// ByCounty marks a session that began at the county's sign-in.
const ByCounty = "by-county"

// again is the address of the form that asks for a link.
func (p signInForm) again() string {
	if p.Next == "" {
		return "/sign-in"
	}
	return "/sign-in?next=" + p.Next
}

func (s *Service) showSignIn(w http.ResponseWriter, r *http.Request) error {
	next := s.Kit.Local(r.URL.Query().Get("next"))
	if web.VisitorOf(r).ID != 0 {
		return web.See(w, r, firstOf(next, "/"))
	}
	p := signInForm{Page: s.Kit.Page(r, "people.sign-in"), Next: next, Signon: s.Signon}
	p.Shell.Narrow = true
	if note := r.URL.Query().Get("signon"); s.Signon != nil && (note == "away" || note == "stopped") {
		p.SignonNote = note
	}
	return s.Kit.Show(w, r, p.Page, signInPage(p))
}

func (s *Service) askSignIn(w http.ResponseWriter, r *http.Request) error {
	p := signInForm{Email: strings.TrimSpace(r.PostFormValue("email")), Next: s.Kit.Local(r.PostFormValue("next")), Signon: s.Signon}
	if !GoodEmail(p.Email) {
		p.Errors = &errs.Fields{}
		p.Errors.Add("email", "people.bad-email", "value", p.Email)
		p.Page = s.Kit.Page(r, "people.sign-in")
		p.Shell.Narrow = true
		return s.Kit.ShowInvalid(w, r, p.Page, signInPage(p))
	}
	if err := s.wish(r.Context(), p.Email, p.Next, s.Kit.Lang(r)); err != nil {
		return err
	}
	p.Page = s.Kit.Page(r, "people.link-sent-title")
	p.Shell.Narrow = true
	return s.Kit.Show(w, r, p.Page, linkSentPage(p))
}

// linkPage is the page that a link leads to. Following a link changes nothing: mail scanners do it too.
type linkPage struct {
	web.Page
	Token string
	Good  bool
}

func (s *Service) showLink(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	good, err := s.linkGood(r.Context(), token)
	if err != nil {
		return err
	}
	return s.answerLink(w, r, token, good)
}

func (s *Service) answerLink(w http.ResponseWriter, r *http.Request, token string, good bool) error {
	title, status := "people.link-title", http.StatusOK
	if !good {
		title, status = "people.link-bad-title", http.StatusNotFound
	}
	p := linkPage{Page: s.Kit.Page(r, title), Token: token, Good: good}
	p.Shell.Narrow = true
	return s.Kit.ShowStatus(w, r, status, p.Page, followLinkPage(p))
}

func (s *Service) followLink(w http.ResponseWriter, r *http.Request) error {
	p, next, err := s.useLink(r.Context(), r.PathValue("token"))
	if errs.KindOf(err) == errs.NotFound {
		return s.answerLink(w, r, "", false)
	}
	if err != nil {
		return err
	}
	if err := s.Kit.SignIn(r, p.ID, p.Epoch); err != nil {
		return err
	}
	return web.See(w, r, firstOf(s.Kit.Local(next), "/"))
}

func (s *Service) signOut(w http.ResponseWriter, r *http.Request) error {
	to := "/"
	if s.Signon != nil && s.Kit.Sessions.GetBool(r.Context(), ByCounty) {
		to = s.Signon.Out
	}
	if err := s.Kit.Sessions.Destroy(r.Context()); err != nil {
		return err
	}
	return web.See(w, r, to)
}

func (s *Service) signOutEverywhere(w http.ResponseWriter, r *http.Request) error {
	v := web.VisitorOf(r)
	err := s.DB.InTx(r.Context(), func(tx *db.Tx) error {
		if err := SignOutEverywhere(r.Context(), tx, v.ID); err != nil {
			return err
		}
		return Audit(r.Context(), tx, s.Now(), v.ID, "people.audit-signout-everywhere", objectOf("person", v.ID), "")
	})
	if err != nil {
		return err
	}
	return s.signOut(w, r)
}
