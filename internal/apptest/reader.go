package apptest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"taitorinki/internal/mail"
	"taitorinki/internal/people"
)

// Reader is a browser without JavaScript: it follows links and sends the forms that it is shown.
type Reader struct {
	Site *Site
	Lang string // what it asks for
	HTTP *http.Client
}

// Anonymous is a new browser that nobody has signed in with.
func (s *Site) Anonymous() *Reader {
	jar, err := cookiejar.New(nil)
	s.must(err)
	return &Reader{Site: s, Lang: "en", HTTP: &http.Client{Jar: jar}}
}

// As is a browser of somebody who has signed in by the link that the mail brought.
func (s *Site) As(email string) *Reader {
	s.t.Helper()
	r := s.Anonymous()
	r.Get("/sign-in").Want(s.t, 200).Form(s.t, "/sign-in").Set("email", email).Send().Want(s.t, 200)
	s.Work()
	sent := slices.DeleteFunc(s.Mailed(email), func(m mail.Message) bool { return !strings.Contains(m.Text, "/sign-in/") })
	if len(sent) == 0 {
		s.t.Fatalf("no sign-in link came to %s", email)
	}
	link := s.LinkIn(sent[len(sent)-1].Text)
	r.Get(link).Want(s.t, 200).Form(s.t, link).Send().Want(s.t, 200)
	if p := r.Get("/me").Want(s.t, 200); p.Path != "/me" {
		s.t.Fatalf("signing in %s led to %s", email, p.Path)
	}
	return r
}

// Role makes a person with a role over the whole organisation, "" for none, and signs in.
func (s *Site) Role(role string) *Reader {
	s.t.Helper()
	email := "the-" + role + "@apptest.example"
	if role == "" {
		email = "nobody@apptest.example"
	}
	s.Grant(email, role, "")
	return s.As(email)
}

// Roles are all roles, and "" for somebody who is signed in without any.
func Roles() []string { return append([]string{""}, people.Roles...) }

// Page is an answer.
type Page struct {
	Status int
	Path   string // where redirects have led to
	Body   string
	Header http.Header

	reader *Reader
}

// Do sends a request as this browser does.
func (r *Reader) Do(req *http.Request) *Page {
	t := r.Site.t
	t.Helper()
	req.Header.Set("Accept-Language", r.Lang)
	res, err := r.HTTP.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	return &Page{res.StatusCode, res.Request.URL.Path, string(b), res.Header, r}
}

func (r *Reader) request(method, path string, body io.Reader) *http.Request {
	r.Site.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = r.Site.URL + path
	}
	req, err := http.NewRequest(method, path, body)
	r.Site.must(err)
	return req
}

// Get fetches a page.
func (r *Reader) Get(path string) *Page {
	r.Site.t.Helper()
	return r.Do(r.request(http.MethodGet, path, nil))
}

// Post sends a form.
func (r *Reader) Post(path string, v url.Values) *Page {
	r.Site.t.Helper()
	req := r.request(http.MethodPost, path, strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.Do(req)
}

// Upload sends files by field name.
func (r *Reader) Upload(path string, files map[string][]byte, v url.Values) *Page {
	r.Site.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, all := range v {
		for _, x := range all {
			r.Site.must(w.WriteField(name, x))
		}
	}
	for name, data := range files {
		f, err := w.CreateFormFile(name, name+".csv")
		r.Site.must(err)
		f.Write(data)
	}
	r.Site.must(w.Close())
	req := r.request(http.MethodPost, path, &b)
	req.Header.Set("Content-Type", w.FormDataContentType())
	return r.Do(req)
}

// NotFollowing is the same browser, which does not follow redirects.
func (r *Reader) NotFollowing() *Reader {
	c := *r.HTTP
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Reader{Site: r.Site, Lang: r.Lang, HTTP: &c}
}

// Want fails the test unless the page has a status and holds texts.
func (p *Page) Want(t testing.TB, status int, texts ...string) *Page {
	t.Helper()
	if p.Status != status {
		t.Fatalf("%s: status %d, want %d\n%s", p.Path, p.Status, status, p.Text())
	}
	plain := p.Text()
	for _, x := range texts {
		if !strings.Contains(plain, x) && !strings.Contains(p.Body, x) {
			t.Fatalf("%s: does not hold %q\n%s", p.Path, x, plain)
		}
	}
	return p
}

// Without fails the test if the page holds a text.
func (p *Page) Without(t testing.TB, texts ...string) *Page {
	t.Helper()
	for _, x := range texts {
		if strings.Contains(p.Text(), x) || strings.Contains(p.Body, x) {
			t.Fatalf("%s: holds %q\n%s", p.Path, x, p.Text())
		}
	}
	return p
}

func (p *Page) tree() *html.Node {
	n, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		p.reader.Site.t.Fatal(err)
	}
	return n
}

// Text is what a reader sees of the main part, with a line for each piece.
func (p *Page) Text() string {
	if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
		return p.Body
	}
	top := p.tree()
	if m := find(top, func(n *html.Node) bool { return n.Data == "main" }); m != nil {
		top = m
	}
	var b strings.Builder
	for n := range top.Descendants() {
		if n.Type == html.TextNode && strings.TrimSpace(n.Data) != "" && n.Parent.Data != "script" && n.Parent.Data != "style" {
			b.WriteString(strings.Join(strings.Fields(n.Data), " ") + "\n")
		}
	}
	return b.String()
}

func find(top *html.Node, good func(*html.Node) bool) *html.Node {
	for n := range top.Descendants() {
		if n.Type == html.ElementNode && good(n) {
			return n
		}
	}
	return nil
}

func attr(n *html.Node, name string) string {
	v, _ := has(n, name)
	return v
}

func has(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// Form is a form of a page with what stands in it.
type Form struct {
	Action string
	Values url.Values
	// Choices are the values of the radio buttons and boxes by name, chosen or not.
	Choices map[string][]string

	page  *Page
	multi bool
}

// Form finds the form whose action ends so. A form that is not there fails the test.
func (p *Page) Form(t testing.TB, action string) *Form {
	t.Helper()
	top := p.tree()
	f := find(top, func(n *html.Node) bool { return n.Data == "form" && strings.HasSuffix(attr(n, "action"), action) })
	if f == nil {
		t.Fatalf("%s: there is no form to %s\n%s", p.Path, action, p.Text())
	}
	out := &Form{Action: attr(f, "action"), Values: url.Values{}, Choices: map[string][]string{}, page: p, multi: attr(f, "enctype") == "multipart/form-data"}
	for n := range f.Descendants() {
		out.read(n)
	}
	return out
}

func (f *Form) read(n *html.Node) {
	name := attr(n, "name")
	if n.Type != html.ElementNode || name == "" {
		return
	}
	if _, off := has(n, "disabled"); off {
		return
	}
	_, checked := has(n, "checked")
	switch n.Data {
	case "input":
		kind := attr(n, "type")
		if kind == "radio" || kind == "checkbox" {
			f.Choices[name] = append(f.Choices[name], attr(n, "value"))
		}
		switch {
		case kind == "file" || kind == "submit" || (kind == "radio" || kind == "checkbox") && !checked:
		default:
			f.Values.Add(name, attr(n, "value"))
		}
	case "textarea":
		text := ""
		if n.FirstChild != nil {
			text = n.FirstChild.Data
		}
		f.Values.Add(name, text)
	case "select":
		value, chosen := "", false
		for o := range n.Descendants() {
			if o.Data != "option" {
				continue
			}
			if _, sel := has(o, "selected"); sel || !chosen && value == "" {
				value = attr(o, "value")
				chosen = chosen || sel
			}
		}
		f.Values.Add(name, value)
	}
}

// Set fills a field in; without values it leaves the field out, as an unticked box.
func (f *Form) Set(name string, values ...string) *Form {
	f.Values[name] = values
	if len(values) == 0 {
		f.Values.Del(name)
	}
	return f
}

// Send submits the form; what is given is the name and value of the button.
func (f *Form) Send(button ...string) *Page {
	f.page.reader.Site.t.Helper()
	if len(button) == 2 {
		f.Values.Set(button[0], button[1])
	}
	to, err := url.Parse(f.page.reader.Site.URL + f.page.Path)
	f.page.reader.Site.must(err)
	to, err = to.Parse(f.Action)
	f.page.reader.Site.must(err)
	if f.multi {
		return f.page.reader.Upload(to.String(), nil, f.Values)
	}
	return f.page.reader.Post(to.String(), f.Values)
}
