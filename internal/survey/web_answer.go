package survey

import (
	"context"
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

// Field names of a survey page. Items have a prefix, so that no item can be taken for one of these.
const (
	itemPrefix   = "q_"
	ballotField  = "ballot"
	ballotCookie = "ballot"   // the personal link's code, on the round's paths alone
	feedCookie   = "feedback" // the feedback's code, for the half hour after submission
	plainCookie  = "plain"
)

func (s *Service) answerRoutes() {
	k := s.Kit
	k.HandlePrivate("GET /v/{code}", s.enter)
	k.HandlePrivate("GET /f/{code}", s.enterFeedback)
	k.HandlePrivate("GET /a/{round}/{page}", s.showPage)
	k.HandlePrivate("POST /a/{round}/{page}", s.savePage)
	k.HandlePrivate("POST /a/{round}/save", s.autosave)
	k.HandlePrivate("GET /a/{round}/send", s.showSend)
	k.HandlePrivate("POST /a/{round}/send", s.send)
	k.HandlePrivate("GET /a/{round}/feedback", s.showFeedback)
	k.HandlePrivate("POST /a/{round}/withdraw", s.withdraw)
	k.HandlePrivate("POST /a/{round}/leave", s.leave)
}

// enter takes the personal link out of the address bar: the code goes into a cookie for the round's pages.
func (s *Service) enter(w http.ResponseWriter, r *http.Request) error {
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

func (s *Service) setCookie(w http.ResponseWriter, round, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/a/" + round, MaxAge: seconds, HttpOnly: true, Secure: s.Kit.Secure, SameSite: http.SameSiteLaxMode})
}

func (s *Service) dropCookie(w http.ResponseWriter, round, name string) {
	s.setCookie(w, round, name, "", -1)
}

var errNoCookie = errs.New(errs.NotFound, "survey.open-link-again")

// sheetOf opens the sheet of the browser that asks. A form also carries the ballot's tag: when another link has been opened
// in the same browser since, its answers must not go into the other ballot.
func (s *Service) sheetOf(r *http.Request, tag string) (*Sheet, error) {
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

// SettingsOf returns the settings of an opened round, which are parsed once.
func (s *Service) SettingsOf(ctx context.Context, id int64) (*Settings, error) {
	s.mu.Lock()
	set := s.settings[id]
	s.mu.Unlock()
	if set != nil {
		return set, nil
	}
	r, err := RoundByID(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	if r.State != Draft {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.settings == nil {
			s.settings = map[int64]*Settings{}
		}
		s.settings[id] = r.Settings
	}
	return r.Settings, nil
}

// sheetLang is the language of the questions: the reader's if the round has it, else the round's first.
func (s *Service) sheetLang(r *http.Request, set *Settings) string {
	lang := s.Kit.Lang(r)
	for _, l := range set.Languages {
		if l == lang {
			return l
		}
	}
	if len(set.Languages) > 0 {
		return set.Languages[0]
	}
	return lang
}

func (s *Service) page(r *http.Request, set *Settings, title string) web.Page {
	lang := s.sheetLang(r, set)
	p := s.Kit.PrivatePage(r, lang, title)
	var langs []ui.LangItem
	for _, l := range p.Shell.Langs {
		for _, has := range set.Languages {
			if l.Code == has {
				langs = append(langs, l)
			}
		}
	}
	p.Shell.Langs = langs
	return p
}

// answerPage is the data of one page of questions.
type answerPage struct {
	web.Page
	Round    string
	Title    string
	Heading  string
	Intro    string
	Number   int // from 1
	Of       int
	Minutes  int
	First    bool
	Privacy  string
	Licence  string
	Closes   time.Time
	Plain    bool
	Form     ui.SurveyPage
	Part     ui.SurveyPart
	Items    []answerItem
	Problems []ui.FieldError
}

type answerItem struct {
	key     itemKey
	service *Service // nil in a preview, which is not remembered
	Type    instrument.Type
	Item    ui.Item
	Scale   ui.Scale
	Options []ui.Option
	Box     ui.NumberBox
	Max     int
	Hidden  bool
}

const surveyForm = "survey"

func (s *Service) pageNumber(r *http.Request, in *instrument.Instrument) (int, error) {
	n, err := strconv.Atoi(r.PathValue("page"))
	if err != nil || n < 1 || n > len(in.Pages) {
		return 0, errs.New(errs.NotFound, "web.not-found")
	}
	return n, nil
}

func (s *Service) showPage(w http.ResponseWriter, r *http.Request) error {
	sh, err := s.sheetOf(r, "")
	if errors.Is(err, errNoCookie) && submittedHere(r) {
		return web.See(w, r, "/a/"+r.PathValue("round")+"/feedback")
	}
	if err != nil {
		return s.linkPage(w, r, err)
	}
	n, err := s.pageNumber(r, sh.Instrument)
	if err != nil {
		return err
	}
	return s.renderPage(w, r, sh, n, nil, http.StatusOK)
}

func (s *Service) renderPage(w http.ResponseWriter, r *http.Request, sh *Sheet, n int, problems []instrument.Problem, status int) error {
	set, err := s.SettingsOf(r.Context(), sh.Round.ID)
	if err != nil {
		return err
	}
	in := sh.Instrument
	src := in.Pages[n-1]
	p := answerPage{Page: s.page(r, set, ""), Round: sh.Round.Code, Number: n, Of: len(in.Pages), First: n == 1, Closes: sh.Round.ClosesAt}
	p.Title, p.Heading, p.Intro = set.Name.In(p.Lang), src.Title.In(p.Lang), src.Intro.In(p.Lang)
	p.Shell.Title = p.Heading
	p.Shell.LangForm = surveyForm
	if c, err := r.Cookie(plainCookie); err == nil && c.Value == "1" {
		p.Plain = true
	}
	base := "/a/" + p.Round
	p.Form = ui.SurveyPage{ID: surveyForm, Action: base + "/" + strconv.Itoa(n), SaveURL: base + "/save", Ballot: sh.Tag, Known: known(in, n, sh.Answers)}
	done, of := in.Answered(sh.Answers)
	p.Part = ui.SurveyPart{Part: n, Parts: len(in.Pages), Answered: done, Total: of}
	if p.First {
		p.Privacy, p.Minutes = set.Privacy.In(p.Lang), in.Minutes
		p.Licence = in.Attribution.In(p.Lang) + " (" + in.Licence + ")"
	}
	for _, it := range src.Items {
		a := s.answerItem(p, sh, it)
		for _, bad := range problems {
			if bad.Where == it.ID {
				a.Item.Error = s.problemText(p.Page, bad)
				p.Problems = append(p.Problems, ui.FieldError{ID: a.Item.ID, Text: a.Item.Error})
			}
		}
		if sh.Answers[it.Index] != "" && !a.Hidden {
			p.Part.OnPage++
		}
		p.Items = append(p.Items, a)
	}
	p.Shell.Error = len(p.Problems) > 0
	return s.Kit.ShowStatus(w, r, status, p.Page, questionPage(p))
}

func (s *Service) problemText(p web.Page, bad instrument.Problem) string {
	var args []any
	for k, v := range bad.Args {
		args = append(args, k, v)
	}
	return p.T(bad.Key, args...)
}

func (s *Service) answerItem(p answerPage, sh *Sheet, it *instrument.Item) answerItem {
	lang, value := p.Lang, sh.Answers[it.Index]
	a := answerItem{Type: it.Type, Max: it.MaxLength, Hidden: !sh.Instrument.Visible(it.Index, sh.Answers)}
	if sh.Round != nil {
		a.service, a.key = s, itemKey{sh.Round.InstrumentID, it.Index, lang, p.Plain, value}
	}
	a.Item = ui.Item{ID: itemPrefix + it.ID, Number: strconv.Itoa(it.Index + 1), Text: it.Text.In(lang), Help: it.Help.In(lang), ShowIf: showIf(it.ShowIf)}
	if value != "" {
		a.Item.Values = []string{value}
	}
	switch it.Type {
	case instrument.TypeScale:
		for _, st := range it.Steps() {
			a.Scale.Points = append(a.Scale.Points, ui.Point{Value: strconv.Itoa(st.Value), Label: st.Label.In(lang)})
		}
		if na := it.NotApplicable(); na != nil {
			a.Scale.NotConcerned = ui.Point{Value: instrument.NotApplicable, Label: na.In(lang)}
		}
		a.Scale.Plain = p.Plain
	case instrument.TypeMultiple:
		if value != "" {
			a.Item.Values = strings.Split(value, ",")
		}
		fallthrough
	case instrument.TypeSingle:
		for _, o := range it.Options {
			a.Options = append(a.Options, ui.Option{Value: o.Value, Label: o.Label.In(lang)})
		}
	case instrument.TypeNumber:
		a.Box = ui.NumberBox{Min: strconv.Itoa(*it.Min), Max: strconv.Itoa(*it.Max)}
	}
	return a
}

// showIf is an item's condition as the page's script reads it.
func showIf(c *instrument.Condition) string {
	if c == nil {
		return ""
	}
	named := *c
	named.Item = itemPrefix + c.Item
	b, err := json.Marshal(named)
	if err != nil {
		return ""
	}
	return string(b)
}

// known is the answers on other pages that a condition on this page asks about.
func known(in *instrument.Instrument, page int, a instrument.Answers) string {
	m := map[string][]string{}
	for _, it := range in.Pages[page-1].Items {
		if it.ShowIf == nil {
			continue
		}
		for _, other := range in.Items {
			if other.ID == it.ShowIf.Item && other.Page != page-1 && a[other.Index] != "" {
				m[itemPrefix+other.ID] = strings.Split(a[other.Index], ",")
			}
		}
	}
	if len(m) == 0 {
		return ""
	}
	b, err := json.Marshal(m)
	if err != nil {
		return ""
	}
	return string(b)
}

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
	problems, err := s.Save(r.Context(), sh, given(r, sh.Instrument, n), false)
	if err != nil {
		return s.linkPage(w, r, err)
	}
	if r.PostForm.Get("auto") == "1" {
		if err := s.evenOut(r.Context(), sh, n-1); err != nil {
			return s.linkPage(w, r, err)
		}
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
		problems, err := s.Save(r.Context(), sh, []Given{{it.Index, in.Value}}, true)
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
}

func (s *Service) showSend(w http.ResponseWriter, r *http.Request) error {
	sh, err := s.sheetOf(r, "")
	if errors.Is(err, errNoCookie) && submittedHere(r) {
		return web.See(w, r, "/a/"+r.PathValue("round")+"/feedback")
	}
	if err != nil {
		return s.linkPage(w, r, err)
	}
	set, err := s.SettingsOf(r.Context(), sh.Round.ID)
	if err != nil {
		return err
	}
	in := sh.Instrument
	p := sendPage{Page: s.page(r, set, ""), Round: sh.Round.Code, Title: set.Name.In(s.sheetLang(r, set)), Tag: sh.Tag, Closes: sh.Round.ClosesAt}
	p.Shell.Title = p.T("survey.send-title")
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
	secret, err := s.Submit(r.Context(), sh, nonce)
	if err != nil {
		return s.linkPage(w, r, err)
	}
	code := sh.Round.Code
	s.setCookie(w, code, feedCookie, link.Format(link.Feedback, code, secret), 30*60)
	s.dropCookie(w, code, ballotCookie)
	return web.See(w, r, "/a/"+code+"/feedback")
}

// withdraw takes the answer of a personal link back.
func (s *Service) withdraw(w http.ResponseWriter, r *http.Request) error {
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
	s.dropCookie(w, sh.Round.Code, feedCookie)
	s.dropCookie(w, sh.Round.Code, ballotCookie)
	return s.notice(w, r, http.StatusOK, "survey.withdrawn-title", "survey.withdrawn-text")
}

// leave wipes what the browser keeps of the round: for shared workstations.
func (s *Service) leave(w http.ResponseWriter, r *http.Request) error {
	round := r.PathValue("round")
	s.dropCookie(w, round, feedCookie)
	s.dropCookie(w, round, ballotCookie)
	return s.notice(w, r, http.StatusOK, "survey.left-title", "survey.left-text")
}

// enterFeedback takes the feedback's secret out of the address bar.
func (s *Service) enterFeedback(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	round, _, err := link.Parse(link.Feedback, code)
	if err != nil {
		return s.linkPage(w, r, ErrMistyped)
	}
	s.setCookie(w, round, feedCookie, code, 0)
	return web.See(w, r, "/a/"+round+"/feedback")
}

// linkPage shows why a link does not lead to the questions, kindly and with what to do.
func (s *Service) linkPage(w http.ResponseWriter, r *http.Request, err error) error {
	e, ok := errors.AsType[*errs.E](err)
	if !ok || e.Kind == errs.Internal || !strings.HasPrefix(e.Key, "survey.") {
		return err
	}
	p := kindPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), "")}
	p.Heading, p.Text = p.T(e.Key+"-title"), p.T(e.Key)
	if ended, ok := errors.AsType[*Ended](err); ok {
		p.Text = p.T(e.Key, "opens", i18n.Time(p.Lang, ended.Round.OpensAt))
		if errors.Is(err, ErrUsed) {
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
}

func (s *Service) notice(w http.ResponseWriter, r *http.Request, status int, title, text string) error {
	p := kindPage{Page: s.Kit.PrivatePage(r, s.Kit.Lang(r), "")}
	p.Heading, p.Text = p.T(title), p.T(text)
	p.Shell.Title = p.Heading
	return s.Kit.ShowStatus(w, r, status, p.Page, kindlyPage(p))
}
