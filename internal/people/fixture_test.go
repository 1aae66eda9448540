package people

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/sheet"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// clock stands still until it is told to go on.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// place is a whole service with a mailbox.
type place struct {
	*Service
	t     *testing.T
	ctx   context.Context
	clock *clock
	box   *mail.Recorder
	site  *httptest.Server
}

func newPlace(t *testing.T, d *db.DB) *place {
	t.Helper()
	words, err := i18n.Load(Locales, web.Locales, ui.Locales, sheet.Locales)
	if err != nil {
		t.Fatal(err)
	}
	// The session library reads the machine's clock, so this one starts there.
	c, box := &clock{t: time.Now().UTC().Truncate(time.Second)}, &mail.Recorder{}
	k := web.NewKit(words, web.NewSessions(d, c.now, false))
	k.Now, k.Service = c.now, "Taitorinki"
	s := &Service{DB: d, Kit: k, Now: c.now, BaseURL: "https://taitorinki.example",
		Outbox: &outbox.Outbox{DB: d, Sender: box, Now: c.now, Host: "taitorinki.example"}}
	k.Identify = s.Identify
	s.Routes()
	s.Mails()
	k.HandleOpen("GET /{$}", func(w http.ResponseWriter, r *http.Request) error {
		fmt.Fprint(w, "home of "+web.VisitorOf(r).Name)
		return nil
	})
	site := httptest.NewServer(k.Handler())
	t.Cleanup(site.Close)
	return &place{Service: s, t: t, ctx: t.Context(), clock: c, box: box, site: site}
}

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) in(f func(tx *db.Tx) error) { p.t.Helper(); p.must(p.DB.InTx(p.ctx, f)) }

// bring imports a list that must be accepted.
func (p *place) bring(f Files) *Change {
	p.t.Helper()
	c, err := p.Import(p.ctx, f, ImportOptions{})
	p.must(err)
	return c
}

func (p *place) person(email string) Person {
	p.t.Helper()
	x, err := PersonByEmail(p.ctx, p.DB, email)
	p.must(err)
	return x
}

func (p *place) unitID(code string) int64 {
	p.t.Helper()
	ids, err := unitIDs(p.ctx, p.DB)
	p.must(err)
	return ids[code]
}

func (p *place) grant(email, role, unit string) {
	p.t.Helper()
	p.in(func(tx *db.Tx) error {
		x, err := EnsurePerson(p.ctx, tx, email, "", "fi")
		if err != nil {
			return err
		}
		ids, err := unitIDs(p.ctx, tx)
		if err != nil {
			return err
		}
		_, err = Grant(p.ctx, tx, p.Now(), 0, x.ID, role, ids[unit])
		return err
	})
}

// reader is a browser.
type reader struct {
	p *place
	c *http.Client
}

func (p *place) reader() *reader {
	jar, _ := cookiejar.New(nil)
	at, _ := url.Parse(p.site.URL)
	jar.SetCookies(at, []*http.Cookie{{Name: "lang", Value: "en", Path: "/"}})
	return &reader{p, &http.Client{Jar: jar}}
}

// as is a reader who is signed in.
func (p *place) as(email string) *reader {
	p.t.Helper()
	link, err := p.SigninLink(p.ctx, p.person(email).ID)
	p.must(err)
	r := p.reader()
	status, body := r.post(strings.TrimPrefix(link, p.BaseURL), nil)
	if status != 200 || !strings.HasPrefix(body, "home of") {
		p.t.Fatalf("signing in %s: %d %s", email, status, body)
	}
	return r
}

func (r *reader) do(req *http.Request) (int, string) {
	r.p.t.Helper()
	req.Header.Set("Accept-Language", "en")
	res, err := r.c.Do(req)
	if err != nil {
		r.p.t.Error(err)
		return 0, ""
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.p.t.Error(err)
	}
	return res.StatusCode, string(b)
}

func (r *reader) get(path string) (int, string) {
	r.p.t.Helper()
	req, _ := http.NewRequest("GET", r.p.site.URL+path, nil)
	return r.do(req)
}

func (r *reader) post(path string, v url.Values) (int, string) {
	r.p.t.Helper()
	req, _ := http.NewRequest("POST", r.p.site.URL+path, strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.do(req)
}

// mails sends what waits and returns the links of all mail so far.
func (p *place) links() []string {
	p.t.Helper()
	for {
		n, err := p.Outbox.Step(p.ctx)
		p.must(err)
		if n == 0 {
			break
		}
	}
	var out []string
	for _, m := range p.box.Sent() {
		out = append(out, linkIn.FindString(m.Text))
	}
	return out
}

var linkIn = regexp.MustCompile(`/sign-in/[a-z2-7]{26}`)

// file is an uploaded file, and none for no text.
func file(text string) File {
	if text == "" {
		return File{}
	}
	return File{Name: "list.csv", Data: []byte(text)}
}

// county is a small organisation: two areas, three wards.
const countyUnits = `code,parent,name_fi,name_sv,name_en,headcount
H,,Alue,Området,County,9
A,H,Sairaala,Sjukhus,Hospital,
B,H,Koti,Hem,Home,
A1,A,Osasto,Avdelning,Ward,
A2,A,Osasto,Avdelning,Ward,
B1,B,Tiimi,Team,Team,
`

const countyPeople = `email,name,unit,profession,role
anna@hva.example,Anna Aho,A1,sh,supervisor
bo@hva.example,Bo Åberg,A1,sh,employee
carl@hva.example,Carl Öst,A2,lh,
dina@hva.example,Dina Ek,B1,lh,coordinator
eeva@hva.example,Eeva Äijö,B,sh,area_manager
`

func county() Files {
	return Files{Units: file(countyUnits), People: file(countyPeople)}
}

// people makes a people file of the county with lines replaced ("" leaves the line out).
func people(replace ...string) Files {
	text := countyPeople
	for i := 0; i+1 < len(replace); i += 2 {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, replace[i]) {
				with := ""
				if replace[i+1] != "" {
					with = replace[i+1] + "\n"
				}
				text = strings.Replace(text, line, with, 1)
			}
		}
	}
	return Files{Units: file(countyUnits), People: file(text)}
}

func (p *place) wantLine(c *Change, people, units string) {
	p.t.Helper()
	if got := c.Line(); got != people {
		p.t.Errorf("people: got %q, want %q", got, people)
	}
	if got := c.UnitLine(); got != units {
		p.t.Errorf("units: got %q, want %q", got, units)
	}
}

const none = "0 new, 0 moved, 0 renamed, 0 left"
