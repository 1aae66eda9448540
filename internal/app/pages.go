package app

import (
	"context"
	"net/http"
	"sync"
	"time"

	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/web"
)

func (a *App) routes() {
	a.Kit.HandleAlike("GET /{$}", a.home)
	a.Kit.HandleRaw("GET /healthz", http.HandlerFunc(a.health))
	a.Kit.HandleRaw("GET /readyz", http.HandlerFunc(a.readyz))
	a.Kit.HandleRaw("GET /robots.txt", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write([]byte("User-agent: *\nDisallow: /\n"))
	}))
}

// homePage is the start page: what the reader can do here, the next thing first.
type homePage struct {
	web.Page
	Next  []next
	Tasks []task
}

type task struct{ Title, Text, URL string }

func (a *App) home(w http.ResponseWriter, r *http.Request) error {
	p := homePage{Page: a.Kit.Page(r, "app.home")}
	v := p.Who
	if v.ID == 0 {
		p.Shell.Narrow = true
		return a.Kit.Show(w, r, p.Page, welcome(p))
	}
	add := func(may bool, key, url string) {
		if may {
			p.Tasks = append(p.Tasks, task{p.T("app.task-" + key), p.T("app.task-" + key + "-text"), url})
		}
	}
	p.Shell.Narrow = true
	units, err := people.AnyUnits(r.Context(), a.Config.DB)
	if err != nil {
		return err
	}
	rounds, err := survey.Rounds(r.Context(), a.Config.DB)
	if err != nil {
		return err
	}
	if p.Next, err = a.nextSteps(r.Context(), p.Page, units, rounds); err != nil {
		return err
	}
	mentors, err := a.mentorSteps(r.Context(), p.Page)
	if err != nil {
		return err
	}
	p.Next = append(p.Next, mentors...)
	help, err := a.helpWaiting(r.Context(), p.Page)
	if err != nil {
		return err
	}
	p.Next = append(help, p.Next...)
	if v.May(people.AnswerAccessibility) {
		if p.Next, err = a.feedbackWaiting(r.Context(), p.Page, p.Next); err != nil {
			return err
		}
	}
	add(units, "help", "/help/new")
	add(v.May(people.WorkAsMentor), "help-inbox", "/help/inbox")
	add(v.May(people.ManageMentors) && units, "help-list", "/help")
	add(v.May(people.ReadRounds) && len(rounds) > 0, "rounds", "/rounds")
	add(v.May(people.ReadResults) && len(rounds) > 0, "results", "/results")
	add(v.May(people.ReadInstruments), "instruments", "/instruments")
	add(v.May(people.ReadPeople) && units, "units", "/units")
	add(v.Everywhere(people.ImportPeople) && units, "import-again", "/people/import")
	add(v.May(people.ReadWilling), "willing", "/mentors/willing")
	add(v.Everywhere(people.ReadAudit), "audit", "/audit")
	add(v.Everywhere(people.ManageCounty), "county", "/settings")
	add(v.May(people.WorkAsMentor) || v.May(people.ManageMeetings), "meetings", "/meetings")
	add(v.May(people.HostEvents), "rooms", "/rooms")
	add(true, "topics", "/topics")
	add(true, "voice", "/voice")
	add(true, "wishes", mentoring.WishPath)
	add(!v.May(people.WorkAsMentor), "join", mentoring.JoinPath)
	add(true, "me", "/me")
	return a.Kit.Show(w, r, p.Page, start(p))
}

// health says whether the database answers, for whoever watches the server.
func (a *App) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := a.Config.DB.Ping(ctx); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte("database does not answer\n"))
		return
	}
	w.Write([]byte("ok\n"))
}

// countyName remembers the name of the topmost unit for a minute: every page shows it.
type countyName struct {
	mu    sync.Mutex
	at    time.Time
	names survey.Words
}

func (a *App) county(lang string) string {
	c := &a.name
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := a.Config.Now(); c.at.IsZero() || now.Sub(c.at) > time.Minute || len(c.names) == 0 && now.Sub(c.at) > time.Second {
		c.at = now
		c.names = survey.Words{}
		if tree, err := people.LoadTree(context.Background(), a.Config.DB); err == nil && len(tree.Roots()) == 1 {
			u := tree.Roots()[0]
			c.names = survey.Words{"fi": u.NameFI, "sv": u.NameSV, "en": u.NameEN}
		}
	}
	return c.names.In(lang)
}
