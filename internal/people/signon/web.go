package signon

import (
	"context"
	"net/http"
	"time"

	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// page is a page with a way on.
type page struct {
	web.Page
	On string // where the main button leads
}

// again says that a sign-in did not come to its end here.
func (s *Service) again(w http.ResponseWriter, r *http.Request, next string) error {
	p := page{Page: s.Kit.Page(r, "signon.again-title"), On: from(beginPath, s.Kit.Local(next))}
	p.Shell.Narrow = true
	return s.Kit.ShowStatus(w, r, http.StatusBadRequest, p.Page, againView(p))
}

func from(path, next string) string {
	if next == "" {
		return path
	}
	return path + "?next=" + next
}

// strangerPage tells whose account leads nowhere what to do.
type strangerPage struct {
	web.Page
	Reason, Email string
	Contact       string // "" when the county has not said
	Other, Link   string
}

func (s *Service) showStranger(w http.ResponseWriter, r *http.Request, who stranger, next string) error {
	c, err := s.County(r.Context())
	if err != nil {
		return err
	}
	p := strangerPage{Page: s.Kit.Page(r, "signon.stranger-title"), Reason: who.reason, Email: who.email, Contact: c.Contact,
		Other: beginPath + "?other=1", Link: from("/sign-in", next)}
	if next != "" {
		p.Other += "&next=" + next
	}
	p.Shell.Narrow = true
	return s.Kit.ShowStatus(w, r, http.StatusForbidden, p.Page, strangerView(p))
}

// showOut is where whoever came in by the provider is led after signing out: there they are signed in still.
func (s *Service) showOut(w http.ResponseWriter, r *http.Request) error {
	end := ""
	if web.VisitorOf(r).ID == 0 {
		end = s.endURL(r.Context())
	}
	if end == "" {
		return web.See(w, r, "/")
	}
	p := page{Page: s.Kit.Page(r, "signon.out-title"), On: end}
	p.Shell.Narrow = true
	return s.Kit.Show(w, r, p.Page, outView(p))
}

// accountPage is what is kept of the reader's account.
type accountPage struct {
	web.Page
	Accounts []identity
}

func (p accountPage) facts(i identity) []ui.Fact { return facts(i, p.Lang, p.T) }

func facts(i identity, lang string, t func(string, ...any) string) []ui.Fact {
	return []ui.Fact{
		{Term: t("signon.issuer"), Value: i.Issuer}, {Term: t("signon.subject"), Value: i.Subject},
		{Term: t("signon.linked"), Value: i18n.Date(lang, i.Linked)}, {Term: t("signon.used"), Value: i18n.Date(lang, i.Used)},
	}
}

func (s *Service) showAccount(w http.ResponseWriter, r *http.Request) error {
	all, err := identitiesOf(r.Context(), s.DB, web.VisitorOf(r).ID)
	if err != nil {
		return err
	}
	p := accountPage{Page: s.Kit.Page(r, "signon.account"), Accounts: all}
	p.Shell.Narrow = true
	return s.Kit.Show(w, r, p.Page, accountView(p))
}

func (s *Service) forgetAccount(w http.ResponseWriter, r *http.Request) error {
	id := web.VisitorOf(r).ID
	if err := s.forget(r.Context(), id); err != nil {
		return err
	}
	if err := s.Renew(r, id); err != nil {
		return err
	}
	s.Kit.Flash(r, "signon.forgotten")
	return web.See(w, r, "/me")
}

// myAccount is an account in the file of one's own data.
type myAccount struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
	Linked  string `json:"linked_at"`
	Used    string `json:"used_at"`
}

// Part is what is kept of a person's account, for "my data".
func (s *Service) Part(ctx context.Context, personID int64, t func(key string, args ...any) string) (people.Part, error) {
	p := people.Part{Name: "county_accounts", Title: t("signon.account")}
	all, err := identitiesOf(ctx, s.DB, personID)
	if err != nil {
		return p, err
	}
	if len(all) == 0 {
		p.Facts = []ui.Fact{{Term: p.Title, Value: t("signon.none")}}
		return p, nil
	}
	who, err := people.PersonByID(ctx, s.DB, personID)
	if err != nil {
		return p, err
	}
	var mine []myAccount
	for _, i := range all {
		p.Facts = append(p.Facts, facts(i, who.Lang, t)...)
		mine = append(mine, myAccount{i.Issuer, i.Subject, i.Linked.UTC().Format(time.RFC3339), i.Used.UTC().Format(time.RFC3339)})
	}
	p.Value, p.Link, p.URL = mine, t("signon.forget-more"), accountPath
	return p, nil
}
