package demo

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Routes adds the demonstration's pages.
func (d *Demo) Routes() {
	k := d.App.Kit
	k.HandleOpen("GET /demo", d.show)
	k.HandleOpen("POST /demo/as", d.stepInto)
	k.HandleOpen("GET /demo/mail", d.mailbox)
	k.HandleOpen("GET /demo/mail/{n}", d.readMail)
	k.HandleOpen("GET /dev/ui", d.gallery)
}

type demoPage struct {
	web.Page
	Full  bool
	Error string
	Bar   ui.Bar
	Story story
	Cast  []castMember
	Mails int
}

type castMember struct {
	Name, Role, Email, Text string
	Places                  []place
}

func (d *Demo) show(w http.ResponseWriter, r *http.Request) error {
	p := demoPage{Page: d.App.Kit.Page(r, "demo.title")}
	p.Shell.Narrow = true
	d.mu.Lock()
	p.Full = d.full
	if d.err != nil {
		p.Error = d.err.Error()
	}
	p.Bar = ui.Bar{ID: "filling", Label: p.T("demo.step-" + d.step), Value: d.done, Max: d.of, URL: "/demo", Seconds: 1}
	d.mu.Unlock()
	if p.Full {
		var err error
		if p.Story, err = d.story(r.Context(), p.Page); err != nil {
			return err
		}
	}
	for _, role := range d.roles() {
		who, err := people.PersonByEmail(r.Context(), d.App.Config.DB, role.Email)
		if err != nil {
			continue // not there yet
		}
		m := castMember{Name: who.Name, Role: p.T("demo.role-" + role.Role), Email: role.Email, Text: p.T("demo.text-" + role.Role)}
		if p.Full {
			if m.Places, err = d.places(r.Context(), p.Page, role.Role); err != nil {
				return err
			}
		}
		p.Cast = append(p.Cast, m)
	}
	p.Mails = len(d.Mail.Sent())
	return d.App.Kit.Show(w, r, p.Page, demoView(p))
}

// stepInto signs the visitor in as one of the cast, and leads to one of the role's places if asked.
func (d *Demo) stepInto(w http.ResponseWriter, r *http.Request) error {
	email := r.PostFormValue("email")
	for _, role := range d.roles() {
		if role.Email != email {
			continue
		}
		who, err := people.PersonByEmail(r.Context(), d.App.Config.DB, email)
		if err != nil {
			return err
		}
		if err := d.App.Kit.SignIn(r, who.ID, who.Epoch); err != nil {
			return err
		}
		places, err := d.places(r.Context(), d.App.Kit.Page(r, "demo.title"), role.Role)
		if err != nil {
			return err
		}
		to := r.PostFormValue("to")
		if slices.ContainsFunc(places, func(x place) bool { return x.URL == to }) {
			return web.See(w, r, to)
		}
		return web.See(w, r, "/")
	}
	return errs.New(errs.NotFound, "web.not-found")
}

type mailLine struct{ To, Subject, URL string }

type mailboxPage struct {
	web.Page
	To    string // only mails to this address; "": all
	Lines []mailLine
	Pages ui.Pages
}

func (d *Demo) mailbox(w http.ResponseWriter, r *http.Request) error {
	p := mailboxPage{Page: d.App.Kit.Page(r, "demo.mail"), To: r.URL.Query().Get("to")}
	var lines []mailLine
	for i, m := range d.Mail.Sent() {
		if p.To == "" || m.To == p.To {
			lines = append(lines, mailLine{m.To, m.Subject, "/demo/mail/" + strconv.Itoa(i)})
		}
	}
	slices.Reverse(lines) // the newest first
	n, _ := strconv.Atoi(r.URL.Query().Get("page"))
	n = max(n, 1)
	p.Pages = ui.Pages{Page: n, Pages: (len(lines) + ui.PageSize - 1) / ui.PageSize, Total: len(lines), URL: func(i int) string {
		return "/demo/mail?" + url.Values{"page": {strconv.Itoa(i)}, "to": {p.To}}.Encode()
	}}
	p.Lines = lines[min((n-1)*ui.PageSize, len(lines)):min(n*ui.PageSize, len(lines))]
	return d.App.Kit.Show(w, r, p.Page, mailboxView(p))
}

type mailPage struct {
	web.Page
	Message mail.Message
	Parts   []mailPart
}

// mailPart is a piece of a mail's text; URL is set when it is a link.
type mailPart struct{ Text, URL string }

var linkIn = regexp.MustCompile(`https?://\S+`)

func (d *Demo) readMail(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	all := d.Mail.Sent()
	if err != nil || n < 0 || n >= len(all) {
		return errs.New(errs.NotFound, "web.not-found")
	}
	p := mailPage{Page: d.App.Kit.Page(r, "demo.mail"), Message: all[n]}
	p.Shell.Narrow = true
	text := all[n].Text
	for at := linkIn.FindStringIndex(text); at != nil; at = linkIn.FindStringIndex(text) {
		p.Parts = append(p.Parts, mailPart{Text: text[:at[0]]}, mailPart{Text: text[at[0]:at[1]], URL: text[at[0]:at[1]]})
		text = text[at[1]:]
	}
	p.Parts = append(p.Parts, mailPart{Text: text})
	return d.App.Kit.Show(w, r, p.Page, mailView(p))
}

// gallery shows every component of the pages on made-up data.
func (d *Demo) gallery(w http.ResponseWriter, r *http.Request) error {
	p := d.App.Kit.Page(r, "demo.gallery")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return ui.Gallery(p.Shell).Render(r.Context(), w)
}
