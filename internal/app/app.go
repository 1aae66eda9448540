// Package app puts the platform together. It is the one package that knows every feature, and where one feature's need
// meets another's offer.
package app

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"taitorinki/internal/about"
	"taitorinki/internal/catalog"
	"taitorinki/internal/dataset"
	"taitorinki/internal/db"
	"taitorinki/internal/events"
	"taitorinki/internal/events/calendar"
	"taitorinki/internal/events/fair"
	"taitorinki/internal/events/feedback"
	"taitorinki/internal/events/invite"
	"taitorinki/internal/events/live"
	"taitorinki/internal/events/materials"
	"taitorinki/internal/events/signup"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/insight/results"
	"taitorinki/internal/jobs"
	"taitorinki/internal/keyfile"
	"taitorinki/internal/mail"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/asking"
	"taitorinki/internal/mentoring/coverage"
	"taitorinki/internal/mentoring/meetings"
	"taitorinki/internal/mentoring/monthly"
	"taitorinki/internal/mentoring/supportlog"
	"taitorinki/internal/mentoring/training"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/people/signon"
	"taitorinki/internal/sheet"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/answering"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/rounds"
	"taitorinki/internal/survey/seal"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Locales are the words of the start page and of the pages about the service itself.
//
//go:embed locales
var Locales embed.FS

// Config is what differs between a test, a demonstration and a county's server.
type Config struct {
	DB       *db.DB
	Mail     mail.Sender
	Now      func() time.Time
	BaseURL  string        // without a slash at the end
	Keys     string        // folder of the rounds' keys
	KeysCopy string        // folder of their second copies; "" is a folder inside Keys
	Safe     *keyfile.Safe // encrypts them; nil: they are not encrypted
	Demo     bool
	Version  string  // of the program
	Words    []fs.FS // of packages above this one
	Signon   signon.Settings
}

// App is the platform: Kit answers requests, Worker runs jobs, Outbox sends mail.
type App struct {
	Config   Config
	Kit      *web.Kit
	Worker   *jobs.Worker
	Outbox   *outbox.Outbox
	People   *people.Service
	Signon   *signon.Service
	Survey   *survey.Service
	Rounds   *rounds.Pages
	Insight  *insight.Service
	Catalog  *catalog.Service
	About    *about.Service
	Mentors  *mentoring.Service
	Asking   *asking.Service
	Log      *supportlog.Service
	Monthly  *monthly.Service
	Meetings *meetings.Service
	Training *training.Service
	Coverage *coverage.Service
	Feedback *feedback.Service
	Events   *events.Service
	Notices  *events.Notices
	Invite   *invite.Service
	Calendar *calendar.Service
	Signups  *signup.Service
	Live     *live.Service

	Fairs     *fair.Service
	Materials *materials.Service

	name    countyName
	started time.Time   // nothing waited for this program before
	leaving atomic.Bool // it is about to end
}

// Words loads the words of every package, and of more that stand above this one.
func Words(more ...fs.FS) (i18n.Words, error) {
	ours := []fs.FS{
		ui.Locales, web.Locales, people.Locales, signon.Locales, sheet.Locales, dataset.Locales, Locales,
		survey.Locales, instrument.Locales,
		insight.Locales,
		catalog.Locales, about.Locales,
		mentoring.Locales, asking.Locales, supportlog.Locales, monthly.Locales, coverage.Locales, meetings.Locales, training.Locales,
		events.Locales, calendar.Locales, invite.Locales, signup.Locales,
		live.Locales, feedback.Locales, fair.Locales, materials.Locales,
	}
	return i18n.Load(append(ours, more...)...)
}

// New puts the platform together. The database is migrated already.
func New(c Config) (*App, error) {
	words, err := Words(c.Words...)
	if err != nil {
		return nil, err
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	secure := strings.HasPrefix(c.BaseURL, "https://")
	host := "localhost"
	if u, err := url.Parse(c.BaseURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	kit := web.NewKit(words, web.NewSessions(c.DB, c.Now, secure))
	kit.Now, kit.Secure, kit.Service, kit.Demo = c.Now, secure, "Taitorinki", c.Demo
	if !c.Demo { // whose clock is moved while it is filled
		kit.Slow = slowRequest
	}
	a := &App{
		Config: c, Kit: kit, started: c.Now(),
		Worker: &jobs.Worker{DB: c.DB, Now: c.Now},
		Outbox: &outbox.Outbox{DB: c.DB, Sender: c.Mail, Now: c.Now, Host: host, Unpaced: c.Demo, Connections: connections(c.Demo)},
	}
	a.People = &people.Service{DB: c.DB, Kit: kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL}
	a.Signon = &signon.Service{DB: c.DB, Kit: kit, Now: c.Now, BaseURL: c.BaseURL, Settings: c.Signon, County: a.People.County, Renew: a.People.Renew}
	a.People.Signon = a.Signon.Offer()
	a.Survey = &survey.Service{DB: c.DB, Kit: kit, Outbox: a.Outbox, Worker: a.Worker, Now: c.Now, BaseURL: c.BaseURL,
		Vault: &seal.Vault{Dir: c.Keys, Copy: c.KeysCopy, Safe: c.Safe}, County: a.People.County, WishPath: mentoring.WishPath}
	a.Rounds = &rounds.Pages{Service: a.Survey}
	a.Insight = &insight.Service{DB: c.DB, Kit: kit, Worker: a.Worker, Now: c.Now, Program: c.Version,
		Rounds: a.closedRounds, Source: a.source, Outline: a.outline, Note: a.noteResult, Names: a.People.Names, Suspect: suspect}
	a.Survey.Closed = a.resultsWanted
	a.Catalog = &catalog.Service{DB: c.DB, Kit: kit, Now: c.Now}
	a.About = &about.Service{DB: c.DB, Kit: kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, County: a.controller}
	a.joinMentoring()
	a.joinEvents()
	a.joinLive()
	a.joinKeeping()
	a.People.Parts = a.partsOf
	a.People.ObjectName = a.objectName
	kit.Identify = a.People.Identify
	kit.Menu, kit.Section = menu, section
	kit.County = a.county

	a.People.Routes()
	a.Signon.Routes()
	a.Signon.Jobs(a.Worker)
	a.Rounds.Routes()
	(&answering.Pages{Service: a.Survey, Helpers: a.Coverage.Brief}).Routes()
	(&results.Pages{Service: a.Insight, Helpers: a.Coverage.UnitHelp, Focus: a.focusOf}).Routes()
	a.Catalog.Routes()
	a.About.Routes()
	a.About.Mails()
	a.About.Jobs(a.Worker)
	a.runMentoring()
	a.runEvents()
	a.Live.Routes()
	a.Live.Jobs(a.Worker)
	a.routes()
	a.People.Mails()
	a.Survey.Mails()
	a.People.Jobs(a.Worker)
	a.Survey.Jobs()
	a.Insight.Jobs()
	a.Worker.Every("prune sessions", time.Hour, func(ctx context.Context) error { return web.PruneSessions(ctx, c.DB, c.Now()) })
	return a, nil
}

// Handler answers requests.
func (a *App) Handler() http.Handler { return a.Kit.Handler() }

// Recover finishes what a crash interrupted. It runs before the first request.
func (a *App) Recover(ctx context.Context) error {
	if err := a.Survey.Recover(ctx); err != nil {
		return err
	}
	if err := jobs.Revive(ctx, a.Config.DB, a.Config.Now()); err != nil {
		return err
	}
	return a.Insight.AskMissing(ctx)
}

// Run runs jobs and sends mail until ctx is done.
func (a *App) Run(ctx context.Context) {
	var beside sync.WaitGroup
	beside.Go(func() { a.Outbox.Run(ctx) })
	beside.Go(func() { a.Live.Run(ctx) })
	a.Worker.Run(ctx)
	beside.Wait()
	a.Survey.Settle()
}

// menu is what the header offers to a visitor.
func menu(v web.Visitor, t func(string, ...any) string) []ui.NavItem {
	if v.ID == 0 {
		return []ui.NavItem{{Label: t("app.sign-in"), URL: "/sign-in"}}
	}
	var nav []ui.NavItem
	for _, m := range []struct {
		action     web.Action
		label, url string
	}{
		{people.ReadRounds, "app.rounds", "/rounds"},
		{people.ReadResults, "app.results", "/results"},
		{people.ReadCoverage, "app.mentors", networkPath},
		{people.WorkAsMentor, "app.own-mentoring", workPath},
		{web.SignedIn, "app.events", events.Path},
		{people.ReadInstruments, "app.instruments", "/instruments"}, // for those who see no rounds beside it
		{people.ReadPeople, "app.staff", staffPath},
		{people.ReadAudit, "app.audit", "/audit"},
	} {
		if m.action == people.ReadInstruments && v.May(people.ReadRounds) {
			continue
		}
		if v.May(m.action) && (m.action != people.ReadAudit || v.Everywhere(m.action)) {
			nav = append(nav, ui.NavItem{Label: t(m.label), URL: m.url})
		}
	}
	return nav
}

// partsOf is what the features keep of a person, for "my data".
func (a *App) partsOf(ctx context.Context, personID int64, t func(string, ...any) string) ([]people.Part, error) {
	var out []people.Part
	for _, part := range []func(context.Context, int64, func(string, ...any) string) (people.Part, error){
		a.Signon.Part, a.Mentors.Part, a.Mentors.MentorPart, a.Training.Part, a.Asking.Part, a.Log.Part, a.Meetings.Part, a.Insight.FindingsPart, a.Survey.Part, a.Events.Part, a.Signups.Part, a.Invite.Part, a.Live.Part,
	} {
		p, err := part(ctx, personID, t)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// nextMeeting is a mentor's next meeting, for the monthly note.
func (a *App) nextMeeting(ctx context.Context, mentor int64, _ string) (monthly.Meeting, bool, error) {
	title, start, path, ok, err := a.Meetings.Next(ctx, mentor)
	return monthly.Meeting{Title: title, Start: start, URL: path}, ok, err
}

// noteResult writes down who looked at results or took them.
func (a *App) noteResult(ctx context.Context, visitor int64, action, code string) error {
	return people.Audit(ctx, a.Config.DB, a.Config.Now(), visitor, action, "round:"+code, "")
}

// connections is how many connections to the mail server there are. A demonstration has no mail server to spare.
func connections(demo bool) int {
	if demo {
		return 32
	}
	return 0
}

// controller is what the county says of itself, with the name of the top of its tree when it says none.
func (a *App) controller(ctx context.Context, lang string) (people.County, error) {
	c, err := a.People.County(ctx)
	return c.WithName(lang, a.county(lang)), err
}
