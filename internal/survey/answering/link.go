package answering

import (
	"errors"
	"net/http"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/web"
)

// enter takes the personal link out of the address bar: the code goes into a cookie for the round's pages.
func (s *Pages) enter(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	sh, err := s.Sheet(r.Context(), code)
	if err != nil {
		if sh != nil && sh.Submitted {
			s.setCookie(w, sh.Round.Code, ballotCookie, code, 0)
			return web.See(w, r, "/a/"+sh.Round.Code+"/1")
		}
		return s.linkPage(w, r, err)
	}
	s.setCookie(w, sh.Round.Code, ballotCookie, code, 0)
	s.dropCookie(w, sh.Round.Code, feedCookie)
	return web.See(w, r, "/a/"+sh.Round.Code+"/1")
}

func (s *Pages) setCookie(w http.ResponseWriter, round, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/a/" + round, MaxAge: seconds, HttpOnly: true, Secure: s.Kit.Secure, SameSite: http.SameSiteLaxMode})
}

func (s *Pages) dropCookie(w http.ResponseWriter, round, name string) {
	s.setCookie(w, round, name, "", -1)
}

var errNoCookie = errs.New(errs.NotFound, "survey.open-link-again")

// sheetOf opens the sheet of the browser that asks. A form also carries the ballot's tag: when another link has been opened
// in the same browser since, its answers must not go into the other ballot.
func (s *Pages) sheetOf(r *http.Request, tag string) (*survey.Sheet, error) {
	c, err := r.Cookie(ballotCookie)
	if err != nil {
		return nil, errNoCookie
	}
	sh, err := s.Sheet(r.Context(), c.Value)
	if sh != nil && (sh.Round.Code != r.PathValue("round") || tag != "" && tag != sh.Tag) {
		return nil, errs.New(errs.Conflict, "survey.another-link")
	}
	return sh, err
}

// withdraw takes the answer of a personal link back.
func (s *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	sh, err := s.sheetOf(r, r.PostForm.Get(ballotField))
	if sh == nil {
		return s.linkPage(w, r, err)
	}
	if err := s.Withdraw(r.Context(), sh); err != nil {
		return s.linkPage(w, r, err)
	}
	s.wipe(w, r, sh.Round.Code)
	return s.notice(w, r, http.StatusOK, "survey.withdrawn-title", "survey.withdrawn-text")
}

// leave wipes what the browser keeps of the round: for shared workstations.
func (s *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	s.wipe(w, r, r.PathValue("round"))
	return s.notice(w, r, http.StatusOK, "survey.left-title", "survey.left-text")
}

// enterFeedback takes the feedback's secret out of the address bar.
func (s *Pages) enterFeedback(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	round, _, err := link.Parse(link.Feedback, code)
	if err != nil {
		return s.linkPage(w, r, survey.ErrMistyped)
	}
	s.setCookie(w, round, feedCookie, code, 0)
	s.setCookie(w, round, keptCookie, "1", 0)
	return web.See(w, r, "/a/"+round+"/feedback")
}

// linkPage shows why a link does not lead to the questions, kindly and with what to do.
func (s *Pages) linkPage(w http.ResponseWriter, r *http.Request, err error) error {
	e, ok := errors.AsType[*errs.E](err)
	if !ok || e.Kind == errs.Internal || !strings.HasPrefix(e.Key, "survey.") {
		return err
	}
	p := kindPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), "")}
	p.Heading, p.Text = p.T(e.Key+"-title"), p.T(e.Key)
	if ended, ok := errors.AsType[*survey.Ended](err); ok {
		p.Text = p.T(e.Key, "opens", i18n.Time(p.Lang, ended.Round.OpensAt))
		p.Forget = !errors.Is(err, survey.ErrNotStarted)
		if errors.Is(err, survey.ErrUsed) {
			p.Withdraw = "/a/" + ended.Round.Code + "/withdraw"
			if sh, _ := s.sheetOf(r, ""); sh == nil {
				p.Withdraw = "" // only the link's own browser
			} else {
				p.Tag = sh.Tag
			}
		}
	}
	p.Shell.Title = p.Heading
	status := http.StatusConflict
	if e.Kind == errs.NotFound {
		status = http.StatusNotFound
	}
	return s.Kit.ShowStatus(w, r, status, p.Page, kindlyPage(p))
}

// kindPage says one thing to a respondent.
type kindPage struct {
	web.Page
	Heading, Text string
	Withdraw, Tag string
	GoOn          string // for whoever has begun already
	Forget        bool   // the browser wipes what it kept for sending
}

func (s *Pages) notice(w http.ResponseWriter, r *http.Request, status int, title, text string) error {
	p := kindPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), "")}
	p.Heading, p.Text, p.Forget = p.T(title), p.T(text), true
	p.Shell.Title = p.Heading
	return s.Kit.ShowStatus(w, r, status, p.Page, kindlyPage(p))
}
