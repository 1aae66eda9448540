package faults

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// browser speaks to a server that may die at any time. It does not follow redirects.
type browser struct {
	base  string
	http  *http.Client
	spare func() string // another server, which is asked when this one does not answer or says 503; nil: none
}

func newBrowser(base string) *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{base: base, http: &http.Client{Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is an answer.
type page struct {
	status int
	to     string // where it leads
	body   string
}

func (b *browser) get(path string) (page, error) { return b.do(http.MethodGet, path, "", "") }

func (b *browser) post(path string, v url.Values) (page, error) {
	return b.do(http.MethodPost, path, "application/x-www-form-urlencoded", v.Encode())
}

// do sends a request, and once more to the spare server if there is one.
func (b *browser) do(method, path, kind, body string) (page, error) {
	p, err := b.try(b.base, method, path, kind, body)
	if b.spare != nil && (err != nil || p.status == http.StatusServiceUnavailable) {
		return b.try(b.spare(), method, path, kind, body)
	}
	return p, err
}

func (b *browser) try(base, method, path, kind, body string) (page, error) {
	req, err := http.NewRequest(method, base+path, strings.NewReader(body))
	if err != nil {
		return page{}, err
	}
	req.Header.Set("Accept-Language", "en")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := b.http.Do(req)
	if err != nil {
		return page{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return page{res.StatusCode, res.Header.Get("Location"), string(text)}, err
}

var hidden = regexp.MustCompile(`name="(ballot|nonce|revisions)" value="([^"]*)"`)

// fields are what a form of the page sends along.
func (p page) fields() url.Values {
	v := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(p.body, -1) {
		v.Set(m[1], m[2])
	}
	return v
}

// chosen is what a page of questions shows as the answer to one, "" for none.
func (p page) chosen(item string) string {
	if m := regexp.MustCompile(`name="q_` + item + `"[^>]*value="([^"]*)"[^>]*checked`).FindStringSubmatch(p.body); m != nil {
		return m[1]
	}
	return ""
}

// firstPage are questions on the first page of taitorinki-pulse.
var firstPage = []string{"remote_5", "remote_4", "digital_2", "digital_5"}

// mark is a person's answers in the end: by them a response is known again when the round has closed.
func mark(person int) map[string]string {
	m := map[string]string{}
	for _, item := range firstPage {
		m[item] = strconv.Itoa(person%5 + 1)
		person /= 5
	}
	return m
}

// marked is whose mark the answers hold, -1 for nobody's.
func marked(answers map[string]string) int {
	person, place := 0, 1
	for _, item := range firstPage {
		n, err := strconv.Atoi(answers[item])
		if err != nil {
			return -1
		}
		person += (n - 1) * place
		place *= 5
	}
	return person
}

// person is somebody who answers, and what they were told of it.
type person struct {
	number  int
	link    string
	may     map[string][]string // what the page may show of a question; nothing: whatever
	asked   bool                // has handed in, perhaps without hearing of it
	sent    bool                // and was told so
	refused string              // a page that was not as it should be
}

// saved notes that a value was asked to be stored, and whether that was acknowledged.
func (x *person) saved(item, value string, acknowledged bool) {
	if acknowledged {
		x.may[item] = []string{value}
	} else if x.may[item] != nil {
		x.may[item] = append(x.may[item], value)
	}
}

// enter follows the link and returns the first page and where it is.
func (x *person) enter(b *browser) (first string, p page, ok bool) {
	p, err := b.get(x.link)
	if err != nil || p.status != http.StatusSeeOther {
		return "", p, x.lost(p, err)
	}
	first = p.to
	p, err = b.get(first)
	return first, p, err == nil && p.status == http.StatusOK || x.lost(p, err)
}

// lost notes what was not as expected; a server that is gone is.
func (x *person) lost(p page, err error) bool {
	if err == nil {
		x.refused = strconv.Itoa(p.status) + " " + p.body[:min(len(p.body), 3000)]
	}
	return false
}

// answers saves each question twice, as the page's script does, then the page, and hands in if so wanted. It stops at the first thing
// that is not acknowledged.
func (x *person) answers(b *browser, handIn bool) bool {
	first, p, ok := x.enter(b)
	if !ok {
		return false
	}
	v := p.fields()
	for _, item := range firstPage {
		final := mark(x.number)[item]
		for _, value := range []string{strconv.Itoa(6 - int(final[0]-'0')), final} {
			if !x.autosaves(b, first, v.Get("ballot"), item, value) {
				return false
			}
		}
	}
	return x.page(b, first) && (!handIn || x.handsIn(b, first))
}

func (x *person) autosaves(b *browser, first, ballot, item, value string) bool {
	body, _ := json.Marshal(map[string]any{"ballot": ballot, "item": "q_" + item, "value": []string{value}})
	p, err := b.do(http.MethodPost, strings.TrimSuffix(first, "1")+"save", "application/json", string(body))
	ok := err == nil && p.status == http.StatusNoContent
	x.saved(item, value, ok)
	return ok || x.lost(p, err)
}

// page sends the first page as a browser without scripts does.
func (x *person) page(b *browser, first string) bool {
	p, err := b.get(first)
	if err != nil || p.status != http.StatusOK {
		return x.lost(p, err)
	}
	v := p.fields()
	for item, value := range mark(x.number) {
		v.Set("q_"+item, value)
	}
	v.Set("go", "next")
	p, err = b.post(first, v)
	return err == nil && p.status == http.StatusSeeOther || x.lost(p, err)
}

func (x *person) handsIn(b *browser, first string) bool {
	send := strings.TrimSuffix(first, "1") + "send"
	p, err := b.get(send)
	if err != nil || p.status != http.StatusOK {
		return x.lost(p, err)
	}
	x.asked = true
	p, err = b.post(send, p.fields())
	x.sent = err == nil && p.status == http.StatusSeeOther
	return x.sent || x.lost(p, err)
}

// finds looks at the ballot through its link, and returns what is wrong with it, "" when nothing is.
func (x *person) finds(base string) string {
	b := newBrowser(base)
	first, p, ok := x.enter(b)
	switch {
	case !ok && p.status == http.StatusConflict && strings.Contains(p.body, "Your answers are in"):
		if !x.asked {
			return "is handed in, and nobody did"
		}
		return ""
	case !ok:
		return "does not open: " + x.refused
	case x.sent:
		return "was handed in and acknowledged, and is open at " + first
	}
	for item, may := range x.may {
		if got := p.chosen(item); !slices.Contains(may, got) {
			return "shows " + item + "=" + got + ", want one of " + strings.Join(may, " ")
		}
	}
	return ""
}
