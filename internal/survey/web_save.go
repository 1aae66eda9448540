package survey

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// given reads the answers of one page from a form. A radio that was left alone says nothing: it may have been answered on
// another device meanwhile. A box that was emptied, or a set of ticks without any, says that there is no answer.
func given(r *http.Request, in *instrument.Instrument, page int) []Given {
	var out []Given
	for _, it := range in.Pages[page-1].Items {
		vals, has := r.PostForm[itemPrefix+it.ID]
		if !has && it.Type != instrument.TypeMultiple {
			continue
		}
		out = append(out, Given{it.Index, vals})
	}
	return out
}

func (s *Service) savePage(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	sh, err := s.sheetOf(r, r.PostForm.Get(ballotField))
	if err != nil {
		return s.linkPage(w, r, err)
	}
	n, err := s.pageNumber(r, sh.Instrument)
	if err != nil {
		return err
	}
	answers := given(r, sh.Instrument, n)
	var problems []instrument.Problem
	if r.PostForm.Get("auto") == "1" {
		problems, err = s.LeavePage(r.Context(), sh, n-1, answers)
	} else {
		problems, err = s.Save(r.Context(), sh, answers)
	}
	if err != nil {
		return s.linkPage(w, r, err)
	}
	return s.goOn(w, r, sh, n, problems)
}

// goOn leads on from a saved page: to the next or the last one, or to the same one in another language or form.
func (s *Service) goOn(w http.ResponseWriter, r *http.Request, sh *Sheet, n int, problems []instrument.Problem) error {
	to := n
	switch lang := r.PostForm.Get("lang"); {
	case i18n.Known(lang):
		s.Kit.SetLang(w, lang)
	case r.PostForm.Has("plain"):
		http.SetCookie(w, &http.Cookie{Name: plainCookie, Value: r.PostForm.Get("plain"), Path: "/a", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: s.Kit.Secure, SameSite: http.SameSiteLaxMode})
	case r.PostForm.Get("go") == "previous":
		to = n - 1
	case len(problems) > 0:
		return s.renderPage(w, r, sh, n, problems, http.StatusUnprocessableEntity)
	default:
		to = n + 1
	}
	base := "/a/" + sh.Round.Code + "/"
	if to > len(sh.Instrument.Pages) {
		return web.See(w, r, base+"send")
	}
	return web.See(w, r, base+strconv.Itoa(max(to, 1)))
}

// autosave stores one answer as it is given.
func (s *Service) autosave(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Ballot string   `json:"ballot"`
		Item   string   `json:"item"`
		Value  []string `json:"value"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return s.refuse(w, r, errs.Because(err, errs.Invalid, "survey.save-unreadable"))
	}
	sh, err := s.sheetOf(r, in.Ballot)
	if err != nil {
		return s.refuse(w, r, err)
	}
	id, _ := strings.CutPrefix(in.Item, itemPrefix)
	for _, it := range sh.Instrument.Items {
		if it.ID != id {
			continue
		}
		problems, err := s.SaveOne(r.Context(), sh, Given{it.Index, in.Value})
		if err != nil {
			return s.refuse(w, r, err)
		}
		if len(problems) > 0 {
			p := s.Kit.PrivatePage(r, s.Kit.Lang(r), "")
			return reply(w, http.StatusUnprocessableEntity, s.problemText(p, problems[0]), "")
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return s.refuse(w, r, errs.New(errs.Invalid, "survey.save-unreadable"))
}

// refuse tells the page's script why nothing was saved.
func (s *Service) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	e, ok := errors.AsType[*errs.E](err)
	if !ok || e.Kind == errs.Internal {
		return err
	}
	url, status := "", http.StatusConflict
	switch e.Kind {
	case errs.Invalid:
		status = http.StatusUnprocessableEntity
	case errs.NotFound:
		status = http.StatusGone
	}
	args := e.Args
	if ended, ok := errors.AsType[*Ended](err); ok {
		args = []any{"opens", i18n.Time(s.Kit.Lang(r), ended.Round.OpensAt)}
	}
	if errors.Is(err, ErrUsed) {
		url = "/a/" + r.PathValue("round") + "/1"
	}
	return reply(w, status, s.Kit.Words.T(s.Kit.Lang(r), e.Key, args...), url)
}

func reply(w http.ResponseWriter, status int, message, url string) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(map[string]string{"message": message, "url": url})
}

// sendPage is the last page: what is answered, and the button that hands it in.
type sendPage struct {
	web.Page
	Round, Title  string
	Tag, Nonce    string
	Answered, Of  int
	Missing       []ui.NavItem
	Closes        time.Time
	PreviousURL   string
	MostlyMissing bool

	Waves, Later     bool // codes are offered; there was an earlier wave
	NewCode, OldCode string
	NoCode           bool
	CodeError        string
}

func (s *Service) showSend(w http.ResponseWriter, r *http.Request, sh *Sheet) error {
	return s.renderSend(w, r, sh, false)
}

func (s *Service) renderSend(w http.ResponseWriter, r *http.Request, sh *Sheet, badCode bool) error {
	set, err := s.SettingsOf(r.Context(), sh.Round.ID)
	if err != nil {
		return err
	}
	in := sh.Instrument
	p := sendPage{Page: s.page(r, set, ""), Round: sh.Round.Code, Title: set.Name.In(s.sheetLang(r, set)), Tag: sh.Tag, Closes: sh.Round.ClosesAt}
	p.Shell.Title = p.T("survey.send-title")
	p.offerCode(r, set)
	if badCode {
		p.CodeError = p.T("survey.code-mistyped")
	}
	p.Answered, p.Of = in.Answered(sh.Answers)
	p.MostlyMissing = p.Answered*2 < p.Of
	var nonce [8]byte
	rand.Read(nonce[:])
	p.Nonce = strconv.FormatUint(binary.BigEndian.Uint64(nonce[:]), 36)
	p.PreviousURL = "/a/" + p.Round + "/" + strconv.Itoa(len(in.Pages))
	for _, it := range in.Items {
		if sh.Answers[it.Index] == "" && in.Visible(it.Index, sh.Answers) {
			p.Missing = append(p.Missing, ui.NavItem{Label: strconv.Itoa(it.Index+1) + ". " + it.Text.In(p.Lang), URL: "/a/" + p.Round + "/" + strconv.Itoa(it.Page+1) + "#" + itemPrefix + it.ID})
		}
	}
	if badCode {
		return s.Kit.ShowInvalid(w, r, p.Page, sendingPage(p))
	}
	return s.Kit.Show(w, r, p.Page, sendingPage(p))
}

// submittedHere reports whether this browser has just submitted: going back then leads to the feedback.
func submittedHere(r *http.Request) bool {
	c, err := r.Cookie(feedCookie)
	return err == nil && c.Value != ""
}

func (s *Service) send(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	nonce, err := strconv.ParseUint(r.PostForm.Get("nonce"), 36, 64)
	if err != nil {
		return web.See(w, r, "/a/"+r.PathValue("round")+"/send")
	}
	sh, err := s.sheetOf(r, r.PostForm.Get(ballotField))
	if c, sent := r.Cookie(feedCookie); errors.Is(err, errNoCookie) && sent == nil && c.Value != "" {
		// The same form again, after the answer: the browser has let go of the link and holds the feedback.
		return web.See(w, r, "/a/"+r.PathValue("round")+"/feedback")
	}
	if err != nil && (sh == nil || !sh.Submitted) {
		return s.linkPage(w, r, err)
	}
	set, err := s.SettingsOf(r.Context(), sh.Round.ID)
	if err != nil {
		return err
	}
	code, err := codeOf(r, set)
	if err != nil && !sh.Submitted {
		return s.renderSend(w, r, sh, true)
	}
	secret, err := s.SubmitWith(r.Context(), sh, nonce, code)
	if err != nil {
		return s.linkPage(w, r, err)
	}
	round := sh.Round.Code
	s.setCookie(w, round, feedCookie, link.Format(link.Feedback, round, secret), 30*60)
	s.dropCookie(w, round, ballotCookie)
	s.dropCookie(w, round, keptCookie)
	return web.See(w, r, "/a/"+round+"/feedback")
}
