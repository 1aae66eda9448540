package answering

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// given reads the answers of one page from a form. A radio that was left alone says nothing: it may have been answered on
// another device meanwhile. A box that was emptied, or a set of ticks without any, says that there is no answer.
func given(r *http.Request, page *instrument.Page) ([]survey.Given, error) {
	seen, ok := survey.SeenOn(page, r.PostForm.Get(revisionsField))
	if !ok {
		return nil, errs.New(errs.Invalid, "survey.save-unreadable")
	}
	var out []survey.Given
	for i, it := range page.Items {
		name := itemPrefix + it.ID
		vals, has := r.PostForm[name]
		if r.PostForm.Get(takeField) == name {
			vals, has = r.PostForm[minePrefix+name], true
		}
		if has || it.Type == instrument.TypeMultiple {
			out = append(out, survey.Given{Item: it.Index, Values: vals, Seen: seen[i]})
		}
	}
	return out, nil
}

func (s *Pages) savePage(w http.ResponseWriter, r *http.Request) error {
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
	answers, err := given(r, sh.Instrument.Pages[n-1])
	if err != nil {
		return err
	}
	var problems []instrument.Problem
	if r.PostForm.Get("auto") == "1" {
		problems, err = s.LeavePage(r.Context(), sh, n-1, answers)
	} else {
		problems, err = s.Save(r.Context(), sh, answers)
	}
	if err != nil {
		return s.linkPage(w, r, err)
	}
	return s.goOn(w, r, sh, n, refused{problems, answers})
}

// goOn leads on from a saved page: to the next or the last one, or to the same one in another language or form.
func (s *Pages) goOn(w http.ResponseWriter, r *http.Request, sh *survey.Sheet, n int, not refused) error {
	to := n
	switch lang := r.PostForm.Get("lang"); {
	case not.elsewhere():
		return s.renderPage(w, r, sh, n, not, http.StatusUnprocessableEntity)
	case i18n.Known(lang):
		s.Kit.SetLang(w, r, lang)
	case r.PostForm.Has(plainCookie):
		s.setPlain(w, r, r.PostForm.Get(plainCookie))
	case r.PostForm.Has(web.SharedCookie):
		s.setShared(w, r, r.PostForm.Get(web.SharedCookie) == "1")
	case r.PostForm.Has(takeField):
	case r.PostForm.Get("go") == "previous":
		to = n - 1
	case len(not.problems) > 0:
		return s.renderPage(w, r, sh, n, not, http.StatusUnprocessableEntity)
	case r.PostForm.Get("go") == "leave":
		s.wipe(w, r, sh.Round.Code)
		return s.notice(w, r, http.StatusOK, "survey.paused-title", "survey.paused-text")
	default:
		to = n + 1
	}
	base := "/a/" + sh.Round.Code + "/"
	if to > len(sh.Instrument.Pages) {
		return lead(w, r, base+"send")
	}
	return lead(w, r, base+strconv.Itoa(max(to, 1)))
}

// refused are the answers of a page of which some were not taken.
type refused struct {
	problems []instrument.Problem
	given    []survey.Given
}

// elsewhere reports whether any were not taken because there are newer ones. That is said whatever button was pressed:
// it would be gone with the page.
func (x refused) elsewhere() bool {
	return slices.ContainsFunc(x.problems, func(p instrument.Problem) bool { return p.Key == survey.AnsweredElsewhere })
}

// lead leads on to another page: the browser itself, or the page's script, which has sent the form in its place so that
// the page stays when there is no connection.
func lead(w http.ResponseWriter, r *http.Request, url string) error {
	if r.Header.Get("Accept") == "application/json" {
		return reply(w, http.StatusOK, answer{URL: url})
	}
	return web.See(w, r, url)
}

// autosave stores one answer as it is given.
func (s *Pages) autosave(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Ballot string          `json:"ballot"`
		Item   string          `json:"item"`
		Value  []string        `json:"value"`
		Seen   survey.Revision `json:"seen"`
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
		problems, err := s.SaveOne(r.Context(), sh, survey.Given{Item: it.Index, Values: in.Value, Seen: in.Seen})
		if err != nil {
			return s.refuse(w, r, err)
		}
		return s.receipt(w, r, sh, it, problems)
	}
	return s.refuse(w, r, errs.New(errs.Invalid, "survey.save-unreadable"))
}

// receipt tells the page's script that an answer is saved, and the revision that it has now; or that it is not.
func (s *Pages) receipt(w http.ResponseWriter, r *http.Request, sh *survey.Sheet, it *instrument.Item, problems []instrument.Problem) error {
	now := sh.Revision(it.Index)
	if len(problems) == 0 {
		w.Header().Set("Revision", strconv.Itoa(int(now)))
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if problems[0].Key == survey.AnsweredElsewhere {
		return reply(w, http.StatusPreconditionFailed, answer{Value: values(it, sh.Answers[it.Index]), Revision: now})
	}
	p := s.Kit.PrivatePage(r, s.Kit.Lang(r), "")
	return reply(w, http.StatusUnprocessableEntity, answer{Message: problems[0].In(p.T)})
}

// refuse tells the page's script why nothing was saved.
func (s *Pages) refuse(w http.ResponseWriter, r *http.Request, err error) error {
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
	if ended, ok := errors.AsType[*survey.Ended](err); ok {
		args = []any{"opens", i18n.Time(s.Kit.Lang(r), ended.Round.OpensAt)}
	}
	if errors.Is(err, survey.ErrUsed) {
		url = "/a/" + r.PathValue("round") + "/1"
	}
	return reply(w, status, answer{Message: s.Kit.Words.T(s.Kit.Lang(r), e.Key, args...), URL: url})
}

// answer is what the page's script is told.
type answer struct {
	Message  string          `json:"message,omitempty"`
	URL      string          `json:"url,omitempty"`
	Value    []string        `json:"value,omitempty"`
	Revision survey.Revision `json:"revision,omitempty"`
}

func reply(w http.ResponseWriter, status int, a answer) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(a)
}

// sendPage is the last page: what is answered, and the button that hands it in.
type sendPage struct {
	web.Page
	Round, Title  string
	Nonce         string
	Form          ui.SurveyPage
	Answered, Of  int
	Missing       []ui.NavItem
	Closes        time.Time
	PreviousURL   string
	MostlyMissing bool

	Waves, Later     bool // codes are offered; there was an earlier wave
	NewCode, OldCode string
	NoCode           bool
	CodeError        string
	Nothing          bool // was handed in
}

func (s *Pages) showSend(w http.ResponseWriter, r *http.Request, sh *survey.Sheet) error {
	return s.renderSend(w, r, sh, "")
}

func (s *Pages) renderSend(w http.ResponseWriter, r *http.Request, sh *survey.Sheet, wrong string) error {
	set, err := s.SettingsOf(r.Context(), sh.Round.ID)
	if err != nil {
		return err
	}
	in := sh.Instrument
	p := sendPage{Page: s.page(r, set, ""), Round: sh.Round.Code, Title: set.Name.In(s.sheetLang(r, set)), Closes: sh.Round.ClosesAt}
	p.Form = ui.SurveyPage{ID: "send", Action: "/a/" + p.Round + "/send", SaveURL: "/a/" + p.Round + "/save", Ballot: sh.Tag, Shared: web.Shared(r)}
	p.Shell.Title = p.T("survey.send-title")
	p.offerCode(r, set)
	if p.Nothing = wrong == survey.NothingAnswered; wrong != "" && !p.Nothing {
		p.CodeError = p.T(wrong)
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
	if wrong != "" {
		return s.Kit.ShowInvalid(w, r, p.Page, sendingPage(p))
	}
	return s.Kit.Show(w, r, p.Page, sendingPage(p))
}

// submittedHere reports whether this browser has just submitted: going back then leads to the feedback.
func submittedHere(r *http.Request) bool {
	c, err := r.Cookie(feedCookie)
	return err == nil && c.Value != ""
}

func (s *Pages) send(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	nonce, err := strconv.ParseUint(r.PostForm.Get("nonce"), 36, 64)
	if err != nil {
		return lead(w, r, "/a/"+r.PathValue("round")+"/send")
	}
	sh, err := s.sheetOf(r, r.PostForm.Get(ballotField))
	if c, sent := r.Cookie(feedCookie); errors.Is(err, errNoCookie) && sent == nil && c.Value != "" {
		// The same form again, after the answer: the browser has let go of the link and holds the feedback.
		return lead(w, r, "/a/"+r.PathValue("round")+"/feedback")
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
		return s.renderSend(w, r, sh, "survey.code-mistyped")
	}
	secret, err := s.SubmitWith(r.Context(), sh, nonce, code)
	if errs.KindOf(err) == errs.Invalid {
		return s.renderSend(w, r, sh, survey.NothingAnswered)
	}
	if err != nil {
		return s.linkPage(w, r, err)
	}
	round := sh.Round.Code
	lasts := 30 * 60
	if web.Shared(r) {
		lasts = 0 // until the feedback has been shown, see showFeedback
	}
	s.setCookie(w, round, feedCookie, link.Format(link.Feedback, round, secret), lasts)
	s.dropCookie(w, round, ballotCookie)
	s.dropCookie(w, round, keptCookie)
	return lead(w, r, "/a/"+round+"/feedback")
}
