package answering

import (
	"net/http"
	"strconv"
	"strings"

	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// On a device that others use too a respondent can ask that nothing is kept on it: then every cookie of ours ends with the
// browser at the latest, the page's script stores nothing, and all is wiped when the respondent leaves or has seen the
// feedback.

// setPlain remembers whether scales are shown in words.
func (s *Pages) setPlain(w http.ResponseWriter, r *http.Request, value string) {
	http.SetCookie(w, &http.Cookie{Name: plainCookie, Value: value, Path: "/a", MaxAge: web.Year(r), HttpOnly: true, Secure: s.Kit.Secure, SameSite: http.SameSiteLaxMode})
}

// setShared turns the shared device on or off, and lets what the browser was to remember for a year end with it.
func (s *Pages) setShared(w http.ResponseWriter, r *http.Request, on bool) {
	r = s.Kit.SetShared(w, r, on)
	if c, err := r.Cookie(plainCookie); err == nil {
		s.setPlain(w, r, c.Value)
	}
}

// wipe drops what this browser knows of a round, and on a shared device all else that we keep there.
func (s *Pages) wipe(w http.ResponseWriter, r *http.Request, round string) {
	s.dropCookie(w, round, feedCookie)
	s.dropCookie(w, round, ballotCookie)
	s.dropCookie(w, round, keptCookie)
	if !web.Shared(r) {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: plainCookie, Path: "/a", MaxAge: -1})
	s.Kit.ForgetDevice(w)
}

// values are an answer as a form has them.
func values(it *instrument.Item, value string) []string {
	switch {
	case value == "":
		return nil
	case it.Type == instrument.TypeMultiple:
		return strings.Split(value, ",")
	}
	return []string{value}
}

// mine is what was answered to an item on this page and not taken, for the respondent to choose.
func (x refused) mine(it *instrument.Item, lang string) ui.Mine {
	for _, p := range x.problems {
		if p.Where != it.ID || p.Key != survey.AnsweredElsewhere {
			continue
		}
		for _, g := range x.given {
			if g.Item == it.Index {
				return ui.Mine{Values: g.Values, Label: label(it, g.Values, lang)}
			}
		}
	}
	return ui.Mine{}
}

// label says an answer in words.
func label(it *instrument.Item, values []string, lang string) string {
	named := map[string]string{}
	for _, o := range it.Options {
		named[o.Value] = o.Label.In(lang)
	}
	for _, st := range it.Steps() {
		named[strconv.Itoa(st.Value)] = strconv.Itoa(st.Value) + " " + st.Label.In(lang)
	}
	if na := it.NotApplicable(); na != nil {
		named[instrument.NotApplicable] = na.In(lang)
	}
	var out []string
	for _, v := range values {
		if name := named[v]; name != "" {
			v = name
		}
		out = append(out, v)
	}
	return strings.Join(out, ", ")
}
