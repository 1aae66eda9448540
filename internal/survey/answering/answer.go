// Package answering is the pages of those who answer: the personal link, the questions, sending, private feedback, paper slips and
// the privacy notice.
//
// Its readers have no session, and nothing of their requests is kept. What an answer is and how it is sealed is package survey's.
package answering

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"taitorinki/internal/survey"

	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Field names of a survey page. Items have a prefix, so that no item can be taken for one of these.
const (
	itemPrefix     = "q_"
	ballotField    = "ballot"
	revisionsField = "revisions"
	takeField      = "take"     // the item whose answer from this device is to stand after all
	minePrefix     = "mine_"    // before the item: that answer
	ballotCookie   = "ballot"   // the personal link's code, on the round's paths alone
	feedCookie     = "feedback" // the feedback's code, for the half hour after submission
	plainCookie    = "plain"
	keptCookie     = "kept" // the feedback was opened by its own link, which is then not shown again
	ofParam        = "of"   // the tag of the ballot that an address is about, where it came from a slip
)

// Pages are the pages of those who answer.
type Pages struct {
	*survey.Service
	// Helpers draws who helps a unit, 0 for one that is not known: the respondent's group is at least 5 people, and nothing is
	// noted. nil: nothing is told.
	Helpers func(ctx context.Context, unit int64, lang string) (templ.Component, error)

	cards  sync.Map // itemKey to the drawn question, see drawn
	blanks sync.Map // blankKey to a drawn page in parts, see blankQuestions
}

// Routes adds the pages.
func (s *Pages) Routes() {
	k := s.Kit
	k.HandlePrivate("GET /v/{code}", s.enter)
	k.HandlePrivate("GET /s", s.typeSlip)
	k.HandlePrivate("POST /s", s.typedSlip)
	k.HandlePrivate("GET /s/{code}", s.showSlip)
	k.HandlePrivate("POST /s/{code}", s.takeSlip)
	k.HandlePrivate("GET /privacy/{code}", s.showNotice)
	k.HandlePrivate("GET /f/{code}", s.enterFeedback)
	k.HandlePrivate("GET /a/{round}/{page}", s.withSheet(s.showPage))
	k.HandlePrivate("POST /a/{round}/{page}", s.savePage)
	k.HandlePrivate("POST /a/{round}/save", s.autosave)
	k.HandlePrivate("GET /a/{round}/send", s.withSheet(s.showSend))
	k.HandlePrivate("POST /a/{round}/send", s.send)
	k.HandlePrivate("GET /a/{round}/feedback", s.showFeedback)
	k.HandlePrivate("POST /a/{round}/withdraw", s.withdraw)
	k.HandlePrivate("POST /a/{round}/leave", s.leave)
}

// sheetLang is the language of the questions: the reader's if the round has it, else the round's first.
func (s *Pages) sheetLang(r *http.Request, set *survey.Settings) string {
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

func (s *Pages) page(r *http.Request, set *survey.Settings, title string) web.Page {
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
	Notice   []noticePart
	OwnURL   string // of whoever came with a paper slip, to come back by
	Licence  string
	Closes   time.Time
	Plain    bool
	Shared   bool
	Form     ui.SurveyPage
	Part     ui.SurveyPart
	Items    []answerItem
	Problems []ui.FieldError
	Rest     templ.Component
}

type answerItem struct {
	drawn   string // as it was drawn before; then nothing else is filled in but Hidden
	key     itemKey
	pages   *Pages // nil in a preview, which is not remembered
	Type    instrument.Type
	Item    ui.Item
	Scale   ui.Scale
	Options []ui.Option
	Box     ui.NumberBox
	Max     int
	Hidden  bool
}

const surveyForm = "survey"

func (s *Pages) pageNumber(r *http.Request, in *instrument.Instrument) (int, error) {
	n, err := strconv.Atoi(r.PathValue("page"))
	if err != nil || n < 1 || n > len(in.Pages) {
		return 0, errs.New(errs.NotFound, "web.not-found")
	}
	return n, nil
}

// withSheet opens the sheet for a page of the survey, or leads to what there is for this browser instead.
func (s *Pages) withSheet(show func(w http.ResponseWriter, r *http.Request, sh *survey.Sheet) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		tag := ""
		if r.URL.RawQuery != "" {
			tag = r.URL.Query().Get(ofParam)
		}
		sh, err := s.sheetOf(r, tag)
		if errors.Is(err, errNoCookie) && submittedHere(r) {
			return web.See(w, r, "/a/"+r.PathValue("round")+"/feedback")
		}
		if err != nil {
			return s.linkPage(w, r, err)
		}
		return show(w, r, sh)
	}
}

func (s *Pages) showPage(w http.ResponseWriter, r *http.Request, sh *survey.Sheet) error {
	n, err := s.pageNumber(r, sh.Instrument)
	if err != nil {
		return err
	}
	return s.renderPage(w, r, sh, n, refused{}, http.StatusOK)
}

func (s *Pages) renderPage(w http.ResponseWriter, r *http.Request, sh *survey.Sheet, n int, not refused, status int) error {
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
	p.Shared = web.Shared(r)
	base := "/a/" + p.Round
	p.Form = ui.SurveyPage{ID: surveyForm, Action: base + "/" + strconv.Itoa(n), SaveURL: base + "/save", Ballot: sh.Tag, Revisions: sh.PageRevisions(src), Shared: p.Shared, Known: known(in, n, sh.Answers)}
	done, of := in.Answered(sh.Answers)
	p.Part = ui.SurveyPart{Part: n, Parts: len(in.Pages), Answered: done, Total: of}
	if p.First {
		if p.Notice, err = s.noticeOf(r.Context(), set, p.Lang); err != nil {
			return err
		}
		p.Minutes = in.Minutes
		p.Licence = in.Attribution.In(p.Lang) + " (" + in.Licence + ")"
	}
	if p.First && sh.FromSlip() {
		if c, err := r.Cookie(ballotCookie); err == nil {
			p.OwnURL = s.BaseURL + "/v/" + c.Value
		}
	}
	if len(not.problems) == 0 && blank(src, sh.Answers) {
		p.Rest = s.blankQuestions(p, sh, src)
		return s.Kit.ShowStatus(w, r, status, p.Page, questionPage(p))
	}
	p.Items = make([]answerItem, 0, len(src.Items))
	for _, it := range src.Items {
		wrong := ""
		for _, bad := range not.problems {
			if bad.Where == it.ID {
				wrong = bad.In(p.T)
				p.Problems = append(p.Problems, ui.FieldError{ID: itemPrefix + it.ID, Text: strconv.Itoa(it.Index+1) + ". " + wrong})
			}
		}
		a := s.answerItem(p, sh, it, wrong)
		if wrong != "" {
			a.Item.Mine = not.mine(it, p.Lang)
		}
		if sh.Answers[it.Index] != "" && !a.Hidden {
			p.Part.OnPage++
		}
		p.Items = append(p.Items, a)
	}
	p.Shell.Error = len(p.Problems) > 0
	p.Rest = questions(p)
	return s.Kit.ShowStatus(w, r, status, p.Page, questionPage(p))
}

func (s *Pages) answerItem(p answerPage, sh *survey.Sheet, it *instrument.Item, wrong string) answerItem {
	lang, value := p.Lang, sh.Answers[it.Index]
	a := answerItem{Type: it.Type, Max: it.MaxLength, Hidden: !sh.Instrument.Visible(it.Index, sh.Answers)}
	if few := it.Type == instrument.TypeScale || it.Type == instrument.TypeSingle; few && sh.Round != nil && wrong == "" {
		a.pages, a.key = s, itemKey{sh.Round.InstrumentID, it.Index, lang, p.Plain, value}
		if html, ok := s.cards.Load(a.key); ok {
			a.drawn = html.(string)
			return a
		}
	}
	a.Item = ui.Item{ID: itemPrefix + it.ID, Number: strconv.Itoa(it.Index + 1), Text: it.Text.In(lang), Help: it.Help.In(lang), ShowIf: showIf(it.ShowIf), Error: wrong}
	a.Item.Values = values(it, value)
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
