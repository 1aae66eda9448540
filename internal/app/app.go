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
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
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
	BaseURL  string // without a slash at the end
	Keys     string // folder of the rounds' keys
	KeysCopy string // folder of their second copies; "" is a folder inside Keys
	Demo     bool
	Words    []fs.FS // of packages above this one
}

// App is the platform: Kit answers requests, Worker runs jobs, Outbox sends mail.
type App struct {
	Config  Config
	Kit     *web.Kit
	Worker  *jobs.Worker
	Outbox  *outbox.Outbox
	People  *people.Service
	Survey  *survey.Service
	Insight *insight.Service

	name countyName
}

// Words loads the words of every package, and of more that stand above this one.
func Words(more ...fs.FS) (i18n.Words, error) {
	return i18n.Load(append([]fs.FS{ui.Locales, web.Locales, people.Locales, survey.Locales, instrument.Locales, insight.Locales, sheet.Locales, Locales}, more...)...)
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
	a := &App{
		Config: c, Kit: kit,
		Worker: &jobs.Worker{DB: c.DB, Now: c.Now},
		Outbox: &outbox.Outbox{DB: c.DB, Sender: c.Mail, Now: c.Now, Host: host, Unpaced: c.Demo},
	}
	a.People = &people.Service{DB: c.DB, Kit: kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL}
	a.Survey = &survey.Service{DB: c.DB, Kit: kit, Outbox: a.Outbox, Worker: a.Worker, Now: c.Now, BaseURL: c.BaseURL,
		Vault: &seal.Vault{Dir: c.Keys, Copy: c.KeysCopy}}
	a.Insight = &insight.Service{Kit: kit, Rounds: a.closedRounds, Round: a.closedRound}
	kit.Identify = a.People.Identify
	kit.Menu = menu
	kit.County = a.county

	a.People.Routes()
	a.Survey.Routes()
	a.Insight.Routes()
	a.routes()
	a.People.Mails()
	a.Survey.Mails()
	a.People.Jobs(a.Worker)
	a.Survey.Jobs()
	a.Worker.Every("prune sessions", time.Hour, func(ctx context.Context) error { return web.PruneSessions(ctx, c.DB, c.Now()) })
	return a, nil
}

// Handler answers requests.
func (a *App) Handler() http.Handler { return a.Kit.Handler() }

// Recover finishes what a crash interrupted. It runs before the first request.
func (a *App) Recover(ctx context.Context) error { return a.Survey.Recover(ctx) }

// Run runs jobs and sends mail until ctx is done.
func (a *App) Run(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Outbox.Run(ctx)
	}()
	a.Worker.Run(ctx)
	<-done
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
		{people.ReadInstruments, "app.instruments", "/instruments"},
		{people.ReadPeople, "app.units", "/units"},
		{people.ReadPeople, "app.people", "/people"},
		{people.ReadAudit, "app.audit", "/audit"},
	} {
		if v.May(m.action) {
			nav = append(nav, ui.NavItem{Label: t(m.label), URL: m.url})
		}
	}
	return nav
}

// closedRounds gives insight the rounds that have results.
func (a *App) closedRounds(ctx context.Context) ([]insight.Round, error) {
	all, err := survey.Rounds(ctx, a.Config.DB)
	if err != nil {
		return nil, err
	}
	var out []insight.Round
	for _, r := range all {
		if r.State == survey.Closed {
			out = append(out, insight.Round{Code: r.Code, Name: r.Settings.Name, ClosedAt: r.ClosedAt})
		}
	}
	return out, nil
}

// closedRound gives insight a round's scores by area.
func (a *App) closedRound(ctx context.Context, code string) (*insight.Round, error) {
	c, err := a.Survey.ClosedRound(ctx, code)
	if err != nil {
		return nil, err
	}
	r := &insight.Round{Code: c.Round.Code, Name: c.Round.Settings.Name, ClosedAt: c.Round.ClosedAt, Invited: c.Round.Invited, Responses: len(c.Answers)}
	for _, s := range c.Instrument.Scales {
		r.Areas = append(r.Areas, insight.Area{ID: s.ID, Title: s.Title, Support: s.Kind == instrument.KindSupport, Min: s.Min(), Max: s.Max()})
	}
	for _, ans := range c.Answers {
		for _, sc := range c.Instrument.Scores(ans) {
			if sc.OK {
				r.Areas[sc.Scale].Scores = append(r.Areas[sc.Scale].Scores, sc.Mean)
			}
		}
	}
	return r, nil
}
