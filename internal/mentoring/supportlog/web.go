package supportlog

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /log", people.WorkAsMentor, s.show)
	k.Handle("GET /log/new", people.WorkAsMentor, s.show)
	k.Handle("POST /log", people.WorkAsMentor, s.add)
	k.Handle("POST /log/entries", people.WorkAsMentor, s.take)
	k.Handle("GET /log/offline", people.WorkAsMentor, s.offline)
	k.Handle("POST /log/shared", people.WorkAsMentor, s.share)
	k.Handle("GET /log/hours", people.WorkAsMentor, s.showHours)
	k.Handle("GET /log/themes", web.SignedIn, s.themes)
	k.Handle("GET /log/{id}", people.WorkAsMentor, s.edit)
	k.Handle("POST /log/{id}", people.WorkAsMentor, s.change)
	k.Handle("POST /log/{id}/delete", people.WorkAsMentor, s.remove)
	k.HandleRaw("GET "+ui.LogWorkerPath, ui.LogWorker())
}

// mentor is who is asking, who must be a mentor.
func (s *Service) mentor(r *http.Request) (*mentoring.Mentor, error) {
	m, has, err := s.Mentors.MentorOf(r.Context(), web.VisitorOf(r).ID)
	if err == nil && (!has || !m.State.Appointed()) {
		err = errs.New(errs.NotFound, "supportlog.no-mentor")
	}
	return &m, err
}

// formPage is the form of an entry.
type formPage struct {
	web.Page
	Entry
	choices
	Mentor  *mentoring.Mentor
	Today   string // the day from which Ago counts back
	Ago     int
	MostAgo int
	Other   string // minutes that are not among the choices
	Errors  *errs.Fields
	known   known

	// Of a new entry only.
	Offline bool // it is the page that the device keeps
	Shared  bool // the device keeps nothing
	Own     []Entry
	Week    Spent
}

func (s *Service) form(p web.Page, m *mentoring.Mentor, e Entry) formPage {
	p.Shell.Narrow = true
	f := formPage{Page: p, Entry: e, Mentor: m, Today: s.today(), MostAgo: DaysBack}
	if !slices.Contains(MinuteChoices, e.Minutes) && e.Minutes > 0 {
		f.Other = strconv.Itoa(e.Minutes)
	}
	f.Ago = daysBetween(e.Day, f.Today)
	return f
}

func daysBetween(from, to string) int {
	a, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return 0
	}
	b, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return 0
	}
	return int(b.Sub(a).Hours() / 24)
}

// fill reads what the form offers.
func (s *Service) fill(r *http.Request, p *formPage) (err error) {
	if p.known, err = readKnown(r.Context(), s.DB); err != nil {
		return err
	}
	p.choices, err = s.choices(r.Context(), p.known, p.Mentor, &p.Entry, p.Lang, p.T("supportlog.in-focus"), p.T("supportlog.no-service"))
	return err
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mentor(r)
	if errs.KindOf(err) == errs.NotFound {
		return web.See(w, r, mentoring.JoinPath) // has the role by hand, and is none yet
	}
	if err != nil {
		return err
	}
	request, _ := strconv.ParseInt(r.URL.Query().Get("request"), 10, 64)
	e, err := s.first(r.Context(), m, request)
	if err != nil {
		return err
	}
	e.Key = rand.Text()
	p, err := s.newForm(r, m, e)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, newView(p))
}

// newForm is the form of a new entry with what stands under it.
func (s *Service) newForm(r *http.Request, m *mentoring.Mentor, e Entry) (p formPage, err error) {
	p = s.form(s.Kit.Page(r, "supportlog.title"), m, e)
	p.Shared = web.Shared(r)
	if err := s.fill(r, &p); err != nil {
		return p, err
	}
	if p.Week, _, _, err = s.hours(r.Context(), m); err != nil {
		return p, err
	}
	p.Own, err = entries(r.Context(), s.DB, `mentor_id = $1 AND made_at > $2 ORDER BY day DESC, id DESC`, m.ID, db.At(s.Now().AddDate(0, 0, -DaysOpen)))
	return p, err
}

// offline is the form as a device keeps it: with the mentor's own choices, and nothing else of any person.
func (s *Service) offline(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mentor(r)
	if err != nil {
		return err
	}
	e, err := s.first(r.Context(), m, 0)
	if err != nil {
		return err
	}
	lang := s.Kit.Lang(r)
	p := s.form(s.Kit.PrivatePage(r, lang, s.Kit.Words.T(lang, "supportlog.title")), m, e)
	p.Shell.Langs = nil // another language is another page
	p.Offline = true
	if err := s.fill(r, &p); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, newView(p))
}

// read takes an entry out of a form.
func (p *formPage) read(r *http.Request) {
	v := r.PostForm
	p.Area, p.Way, p.Note = v.Get("area"), v.Get("way"), v.Get("note")
	p.Service, _ = strconv.ParseInt(v.Get("service"), 10, 64)
	p.Unit, _ = strconv.ParseInt(v.Get("unit"), 10, 64)
	p.Other = strings.TrimSpace(v.Get("minutes_other"))
	chosen := v.Get("minutes")
	if p.Other != "" {
		chosen = p.Other
	}
	if pressed := v.Get("minutes_now"); pressed != "" { // a button of a new entry
		p.Other, chosen = "", pressed
	}
	var err error
	if p.Minutes, err = strconv.Atoi(chosen); err != nil {
		p.Minutes = 0
	}
	// A page that was opened yesterday counts its days from yesterday.
	if day := v.Get("today"); day != "" && day < p.Today && daysBetween(day, p.Today) <= DaysBack {
		p.Today = day
	}
	p.Ago, err = strconv.Atoi(v.Get("ago"))
	if p.Day = ""; err == nil {
		p.Day = mentoring.DaysFrom(p.Today, -p.Ago)
	}
}

func (s *Service) add(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	m, err := s.mentor(r)
	if err != nil {
		return err
	}
	f := formPage{Today: s.today()}
	f.read(r)
	f.Key = r.PostForm.Get("key")
	err = s.Add(r.Context(), m, f.Entry)
	if bad := web.FieldsOf(err); bad != nil {
		p, err := s.newForm(r, m, f.Entry)
		if err != nil {
			return err
		}
		p.Today, p.Ago, p.Other, p.Errors = f.Today, f.Ago, f.Other, bad
		return s.Kit.ShowInvalid(w, r, p.Page, newView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "supportlog.saved")
	return web.See(w, r, "/log")
}

// share says that others use the device too, so that it keeps nothing, or that they do not.
func (s *Service) share(w http.ResponseWriter, r *http.Request) error {
	s.Kit.SetShared(w, r, !web.Shared(r))
	return web.See(w, r, "/log")
}

// own is the mentor's entry that the path names, and the mentor.
func (s *Service) own(r *http.Request) (m *mentoring.Mentor, e Entry, err error) {
	if m, err = s.mentor(r); err != nil {
		return m, e, err
	}
	id, err := web.ID(r, "id")
	if err != nil {
		return m, e, err
	}
	e, err = s.open(r.Context(), m, id)
	return m, e, err
}

func (s *Service) editForm(r *http.Request, m *mentoring.Mentor, e Entry) (formPage, error) {
	p := s.form(s.Kit.Page(r, "supportlog.edit"), m, e)
	p.MostAgo = daysBetween(mentoring.DaysFrom(mentoring.Day(e.Made), -DaysBack), p.Today)
	return p, s.fill(r, &p)
}

func (s *Service) edit(w http.ResponseWriter, r *http.Request) error {
	m, e, err := s.own(r)
	if err != nil {
		return err
	}
	p, err := s.editForm(r, m, e)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, editView(p))
}

func (s *Service) change(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	m, e, err := s.own(r)
	if err != nil {
		return err
	}
	f := formPage{Entry: e, Today: s.today()}
	f.read(r)
	f.Version, _ = strconv.Atoi(r.PostForm.Get("version"))
	err = s.Change(r.Context(), m, e.ID, f.Version, f.Entry)
	if bad := web.FieldsOf(err); bad != nil {
		p, err := s.editForm(r, m, f.Entry)
		if err != nil {
			return err
		}
		p.Today, p.Ago, p.Other, p.Errors = f.Today, f.Ago, f.Other, bad
		return s.Kit.ShowInvalid(w, r, p.Page, editView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "supportlog.changed-now")
	return web.See(w, r, "/log")
}

func (s *Service) remove(w http.ResponseWriter, r *http.Request) error {
	m, e, err := s.own(r)
	if err != nil {
		return err
	}
	if err := s.Delete(r.Context(), m, e.ID); err != nil {
		return err
	}
	s.Kit.Flash(r, "supportlog.deleted")
	return web.See(w, r, "/log")
}

// script is what log.js needs: the words it says, whose entries these are, and the files that a page without a connection needs.
func (p formPage) script() templ.Attributes {
	texts := map[string]string{}
	for _, key := range []string{"saved", "kept", "not-kept", "signed-out", "waiting", "again", "correct", "remove", "wiped", "check-form",
		"choose-area", "choose-way", "note-email", "note-phone", "note-identity", "not-taken"} {
		texts[key] = p.T("supportlog." + key)
	}
	texts["choose-minutes"] = p.T("supportlog.choose-minutes", "most", MostMinutes)
	texts["min"] = p.T("supportlog.min")
	b, err := json.Marshal(texts)
	if err != nil {
		panic(err) // strings can be written
	}
	a := templ.Attributes{"data-log": string(b), "data-owner": number(p.Mentor.ID), "data-worker": ui.LogWorkerPath,
		"data-files": strings.Join([]string{ui.Asset("lib.js"), ui.Asset("outbox.js")}, " ")}
	if p.Shared {
		a["data-shared"] = true
	}
	if p.Offline {
		a["data-offline"] = true
	}
	return a
}

// options are choices named by keys that begin alike.
func (p formPage) options(prefix string, values []string) (out []ui.Option) {
	for _, v := range values {
		out = append(out, ui.Option{Value: v, Label: p.T("supportlog." + prefix + v)})
	}
	return out
}

func (p formPage) minuteOptions() (out []ui.Option) {
	for _, n := range MinuteChoices {
		out = append(out, ui.Option{Value: strconv.Itoa(n), Label: p.T("supportlog.min", "n", n)})
	}
	return out
}

// minutesKind makes the minutes of the last time stand out.
func (p formPage) minutesKind(minutes string) ui.Kind {
	if minutes == p.chosenMinutes() {
		return ui.Primary
	}
	return ui.Quiet
}

// minutesButton are the attributes of a button of minutes; the first is where a message about minutes leads.
func (p formPage) minutesButton(i int, minutes string) templ.Attributes {
	a := templ.Attributes{"name": "minutes_now", "value": minutes}
	if i == 0 {
		a["id"] = "minutes"
	}
	return a
}

// chosenMinutes is the choice to which the minutes belong, "" when they are written by hand.
func (p formPage) chosenMinutes() string {
	if p.Other != "" || p.Minutes == 0 {
		return ""
	}
	return strconv.Itoa(p.Minutes)
}

func (p formPage) days() (out []ui.Option) {
	for n := range p.MostAgo + 1 {
		out = append(out, ui.Option{Value: strconv.Itoa(n), Label: p.dayName(n)})
	}
	return out
}

func (p formPage) dayName(ago int) string {
	switch ago {
	case 0:
		return p.T("supportlog.today")
	case 1:
		return p.T("supportlog.yesterday")
	}
	return p.T("supportlog.days-ago", "n", ago)
}

// named is an entry in words: its theme, service and way.
func (p formPage) named(e *Entry) string {
	parts := []string{catalog.AreaName(p.known.areas, e.Area, p.Lang)}
	if name := catalog.ServiceName(p.known.services, e.Service, p.Lang); name != "" {
		parts = append(parts, name)
	}
	return strings.Join(append(parts, p.T("supportlog.way-"+e.Way)), ", ")
}

// more reports whether the folded fields of the form must be seen.
func (p formPage) more() bool {
	return p.Fault(p.Errors, "unit")+p.Fault(p.Errors, "ago")+p.Fault(p.Errors, "note") != ""
}

// moreTitle says what is folded: the day and the unit that are chosen.
func (p formPage) moreTitle() string {
	unit := ""
	for _, u := range p.units {
		if u.Value == number(p.Unit) {
			unit = u.Label
		}
	}
	return p.T("supportlog.more", "day", p.dayName(max(p.Ago, 0)), "unit", unit)
}

// duration says minutes in words: 1 h 30 min.
func duration(t func(string, ...any) string, minutes int) string {
	switch h, m := minutes/60, minutes%60; {
	case h == 0:
		return t("supportlog.min", "n", m)
	case m == 0:
		return t("supportlog.h", "h", h)
	default:
		return t("supportlog.h-min", "h", h, "n", m)
	}
}
