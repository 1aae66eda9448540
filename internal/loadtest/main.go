// Command loadtest measures how fast a server takes whole survey journeys. `make bench` runs it.
//
// It makes a database with a round, starts the real program on it as a process of its own, and lets clients on the same
// machine open their personal links, answer page by page and submit. It prints journeys a second, the server's CPU time
// for each, request times, and how that compares with a bare loop of durable commits by the same driver.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

func main() {
	journeys := flag.Int("journeys", 4000, "journeys to make, at most 8,900")
	clients := flag.Int("clients", 32, "clients at once")
	autosave := flag.Bool("autosave", false, "save each answer singly too, as the page's script does")
	url := flag.String("db", "", "postgres:// address of an empty database; without it an SQLite file")
	race := flag.String("race", "", "submit each ballot from this many sessions at once and count who is accepted")
	flag.Parse()
	log.SetFlags(0)
	if err := run(*journeys, *clients, *autosave, *url, *race); err != nil {
		log.Fatal(err)
	}
}

func run(journeys, clients int, autosave bool, dbURL, race string) error {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "loadtest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if dbURL == "" {
		dbURL = filepath.Join(dir, "load.db")
	}
	links, err := prepare(ctx, dbURL, dir)
	if err != nil {
		return err
	}
	rand.Shuffle(len(links), func(i, j int) { links[i], links[j] = links[j], links[i] })
	links = links[:min(journeys, len(links))]
	bare, err := commits(filepath.Join(dir, "bare.db"))
	if err != nil {
		return err
	}
	flushes, err := fdatasyncs(filepath.Join(dir, "flush"))
	if err != nil {
		return err
	}
	srv, err := start(dbURL, dir)
	if err != nil {
		return err
	}
	defer srv.stop()
	if race != "" {
		n, err := strconv.Atoi(race)
		if err != nil {
			return err
		}
		return srv.race(links, n, clients)
	}
	srv.journeys(links, clients, autosave, bare, flushes)
	return nil
}

// prepare fills a database with 9,000 people and opens a round for all of them.
func prepare(ctx context.Context, dbURL, dir string) ([]string, error) {
	d, err := db.Open(dbURL)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return nil, err
	}
	a, err := app.New(app.Config{DB: d, Mail: &mail.Recorder{}, Now: time.Now, BaseURL: "http://x", Keys: filepath.Join(dir, "keys")})
	if err != nil {
		return nil, err
	}
	c := county.Make(county.Medium, 1)
	began := time.Now()
	if _, err := a.People.Import(ctx, people.Files{
		Units: people.File{Name: "u.csv", Data: c.UnitsCSV()}, People: people.File{Name: "p.csv", Data: c.PeopleCSV()},
		Professions: people.File{Name: "pr.csv", Data: c.ProfessionsCSV()},
	}, people.ImportOptions{}); err != nil {
		return nil, err
	}
	fmt.Printf("import of 9,000 people in 600 units: %.2f s\n", time.Since(began).Seconds())
	id, in, err := a.Survey.ImportInstrument(ctx, sixPages())
	if err != nil {
		return nil, err
	}
	r := &survey.Round{InstrumentID: id, Settings: a.Survey.DefaultSettings(in)}
	if err := a.Survey.CreateRound(ctx, r); err != nil {
		return nil, err
	}
	began = time.Now()
	if err := a.Survey.CheckAndOpen(ctx, r.ID, 0); err != nil {
		return nil, err
	}
	fmt.Printf("opening with 9,000 invitations: %.2f s\n", time.Since(began).Seconds())
	if _, err := d.ExecContext(ctx, `DELETE FROM mail_messages`); err != nil { // what is measured is answering
		return nil, err
	}
	links, err := a.Survey.Links(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, l := range links {
		codes = append(codes, l.URL[len(l.URL)-35:])
	}
	return codes, nil
}

// sixPages is an instrument of 48 items on 6 pages.
func sixPages() []byte {
	text := func(s string) map[string]string { return map[string]string{"fi": s, "sv": s, "en": s} }
	var steps []any
	for v := 1; v <= 5; v++ {
		steps = append(steps, map[string]any{"value": v, "label": text("Vaihtoehto " + strconv.Itoa(v))})
	}
	var pages, scales []any
	for p := range 6 {
		scale := "s" + strconv.Itoa(p)
		scales = append(scales, map[string]any{"id": scale, "kind": "competence", "title": text("Osaamisalue " + strconv.Itoa(p)), "about": text("Mitä alue tarkoittaa työssä."),
			"min_answered_pct": 80, "bands": []any{map[string]any{"from": 1, "words": text("Sanat.")}}, "strength": text("Vahvuus."), "next_steps": []any{text("Kokeile jotakin.")}})
		var items []any
		for i := range 8 {
			items = append(items, map[string]any{"id": fmt.Sprintf("q%d_%d", p, i), "type": "scale", "response": "agree", "scale": scale,
				"text": text("Osaan ohjata asiakasta digipalvelun käytössä tavalla, joka sopii hänelle.")})
		}
		pages = append(pages, map[string]any{"title": text("Sivu " + strconv.Itoa(p+1)), "items": items})
	}
	b, err := json.Marshal(map[string]any{"format": "taitorinki-instrument/1", "key": "load", "version": "1", "languages": []string{"fi", "sv", "en"},
		"title": text("Kuormituskoe"), "description": text("Kuormituskoe."), "licence": "CC0", "attribution": text("Taitorinki"), "minutes": 10,
		"response_scales": []any{map[string]any{"id": "agree", "steps": steps, "not_applicable": text("Ei koske työtäni")}}, "scales": scales, "pages": pages})
	if err != nil {
		panic(err)
	}
	return b
}

// commits counts bare durable commits a second, one by one, by the same driver.
func commits(file string) (float64, error) {
	d, err := db.Open(file)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	ctx := context.Background()
	if _, err := d.ExecContext(ctx, `CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)`); err != nil {
		return 0, err
	}
	if _, err := d.ExecContext(ctx, `INSERT INTO t VALUES (1, x'00')`); err != nil {
		return 0, err
	}
	b := make([]byte, 128)
	n, began := 0, time.Now()
	for ; time.Since(began) < 2*time.Second; n++ {
		rand.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j]+1, b[i] }) // the same value again would not be written
		if _, err := d.ExecContext(ctx, `UPDATE t SET b = $1 WHERE id = 1`, b); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// fdatasyncs counts how often a second the machine puts 4 kB on the disk.
func fdatasyncs(file string) (float64, error) {
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	b := make([]byte, 4096)
	n, began := 0, time.Now()
	for ; time.Since(began) < time.Second; n++ {
		if _, err := f.WriteAt(b, 0); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

type server struct {
	cmd  *exec.Cmd
	addr string
}

func start(dbURL, dir string) (*server, error) {
	bin := filepath.Join(dir, "taitorinki")
	if out, err := exec.Command("go", "build", "-o", bin, "./cmd/taitorinki").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := ln.Addr().String()
	ln.Close()
	cmd := exec.Command(bin, "serve", "--db", dbURL, "--keys", filepath.Join(dir, "keys"), "--addr", addr, "--smtp", "smtp://127.0.0.1:1", "--mail-from", "a@example.org")
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for {
		resp, err := http.Get("http://" + addr + "/healthz")
		if err == nil {
			resp.Body.Close()
			break
		}
		if time.Since(began) > 20*time.Second {
			return nil, err
		}
		time.Sleep(5 * time.Millisecond)
	}
	s := &server{cmd, addr}
	fmt.Printf("start to ready: %.2f s; idle memory: %.0f MB\n", time.Since(began).Seconds(), s.memory())
	return s, nil
}

func (s *server) stop() {
	s.cmd.Process.Signal(os.Interrupt)
	s.cmd.Wait()
}

// memory is the server's resident memory in MB.
func (s *server) memory() float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	m := regexp.MustCompile(`VmRSS:\s+(\d+)`).FindSubmatch(b)
	if m == nil {
		return 0
	}
	kb, _ := strconv.Atoi(string(m[1]))
	return float64(kb) / 1024
}

// cpu is the server's CPU time in seconds.
func (s *server) cpu() float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	sys, _ := strconv.Atoi(f[12])
	return float64(user+sys) / 100
}

func (s *server) journeys(links []string, clients int, autosave bool, bare, flushes float64) {
	cpu := s.cpu()
	began := time.Now()
	todo := make(chan string)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var times []time.Duration
	var failed atomic.Int64
	for range clients {
		wg.Go(func() {
			c := newClient(s.addr)
			for code := range todo {
				if err := c.journey(code, autosave); err != nil {
					failed.Add(1)
					log.Println(err)
				}
			}
			mu.Lock()
			times = append(times, c.times...)
			mu.Unlock()
		})
	}
	for _, l := range links {
		todo <- l
	}
	close(todo)
	wg.Wait()
	took := time.Since(began).Seconds()
	slices.Sort(times)
	rate := float64(len(links)) / took
	writes := 7.0
	if autosave {
		writes += 48
	}
	fmt.Printf("%d journeys by %d clients, autosave %v: %.0f a second, server CPU %.2f ms each, %d requests each, %d failed\n",
		len(links), clients, autosave, rate, (s.cpu()-cpu)*1000/float64(len(links)), len(times)/len(links), failed.Load())
	fmt.Printf("requests: median %.1f ms, p99 %.1f ms, max %.1f ms; memory after: %.0f MB\n", ms(times[len(times)/2]), ms(times[len(times)*99/100]), ms(times[len(times)-1]), s.memory())
	fmt.Printf("durable saves: %.0f a second; bare loop of durable commits: %.0f a second; ratio %.2f; fdatasync: %.0f a second\n", rate*writes, bare, rate*writes/bare, flushes)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

type client struct {
	http  http.Client
	base  string
	times []time.Duration
}

func newClient(addr string) *client {
	return &client{base: "http://" + addr, http: http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 2, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// do sends one request and returns status, body and where it leads; cookies go into jar.
func (c *client) do(method, path, ctype, body string, jar map[string]string) (int, string, string, error) {
	req, err := http.NewRequest(method, c.base+path, strings.NewReader(body))
	if err != nil {
		return 0, "", "", err
	}
	if body != "" {
		req.Header.Set("Content-Type", ctype)
	}
	for k, v := range jar {
		req.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	began := time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, "", "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	c.times = append(c.times, time.Since(began))
	for _, ck := range resp.Cookies() {
		if ck.MaxAge < 0 {
			delete(jar, ck.Name)
		} else {
			jar[ck.Name] = ck.Value
		}
	}
	return resp.StatusCode, string(b), resp.Header.Get("Location"), err
}

const form = "application/x-www-form-urlencoded"

var (
	tagIn   = regexp.MustCompile(`name="ballot" value="([0-9a-f]+)"`)
	nonceIn = regexp.MustCompile(`name="nonce" value="([0-9a-z]+)"`)
)

// journey opens a link, answers six pages and submits, following each redirect as a browser does.
func (c *client) journey(code string, autosave bool) error {
	jar := map[string]string{}
	_, _, at, err := c.do("GET", "/v/"+code, "", "", jar)
	if err != nil {
		return err
	}
	for page := 1; page <= 6; page++ {
		status, body, _, err := c.do("GET", at, "", "", jar)
		if err != nil || status != 200 {
			return fmt.Errorf("GET %s: %d %v", at, status, err)
		}
		tag := tagIn.FindStringSubmatch(body)
		if tag == nil {
			return fmt.Errorf("%s has no form", at)
		}
		vals := url.Values{"ballot": {tag[1]}, "go": {"next"}}
		for i := range 8 {
			item, v := fmt.Sprintf("q_q%d_%d", page-1, i), strconv.Itoa(1+rand.IntN(5))
			vals.Set(item, v)
			if autosave {
				save := at[:strings.LastIndexByte(at, '/')] + "/save"
				if status, _, _, err := c.do("POST", save, "application/json", fmt.Sprintf(`{"ballot":%q,"item":%q,"value":[%q]}`, tag[1], item, v), jar); err != nil || status != 204 {
					return fmt.Errorf("autosave: %d %v", status, err)
				}
			}
		}
		if status, _, at, err = c.do("POST", at, form, vals.Encode(), jar); err != nil || status != 303 {
			return fmt.Errorf("POST page %d: %d %v", page, status, err)
		}
	}
	return c.send(at, jar)
}

func (c *client) send(at string, jar map[string]string) error {
	status, body, _, err := c.do("GET", at, "", "", jar)
	tag, nonce := tagIn.FindStringSubmatch(body), nonceIn.FindStringSubmatch(body)
	if err != nil || tag == nil || nonce == nil {
		return fmt.Errorf("GET %s: %d %v", at, status, err)
	}
	status, _, at, err = c.do("POST", at, form, url.Values{"ballot": {tag[1]}, "nonce": {nonce[1]}}.Encode(), jar)
	if err != nil || status != 303 {
		return fmt.Errorf("submit: %d %v", status, err)
	}
	if status, _, _, err = c.do("GET", at, "", "", jar); err != nil || status != 200 {
		return fmt.Errorf("feedback: %d %v", status, err)
	}
	return nil
}

// race submits each ballot from n sessions at the same moment and counts how often exactly one is accepted.
func (s *server) race(links []string, n, clients int) error {
	var once, never, more atomic.Int64
	todo := make(chan string)
	var wg sync.WaitGroup
	for range max(clients/n, 1) {
		wg.Go(func() {
			all := make([]*client, n)
			for i := range all {
				all[i] = newClient(s.addr)
			}
			for code := range todo {
				switch submitAtOnce(all, code) {
				case 0:
					never.Add(1)
				case 1:
					once.Add(1)
				default:
					more.Add(1)
				}
			}
		})
	}
	for _, l := range links {
		todo <- l
	}
	close(todo)
	wg.Wait()
	fmt.Printf("%d ballots, each submitted by %d sessions at once: accepted once %d, more than once %d, never %d\n", len(links), n, once.Load(), more.Load(), never.Load())
	return nil
}

func submitAtOnce(all []*client, code string) (accepted int64) {
	var ready, done sync.WaitGroup
	var n atomic.Int64
	ready.Add(len(all))
	gate := make(chan struct{})
	for _, c := range all {
		done.Go(func() {
			jar := map[string]string{}
			_, _, at, err := c.do("GET", "/v/"+code, "", "", jar)
			if err == nil {
				at = at[:strings.LastIndexByte(at, '/')] + "/send"
				_, body, _, _ := c.do("GET", at, "", "", jar)
				tag, nonce := tagIn.FindStringSubmatch(body), nonceIn.FindStringSubmatch(body)
				ready.Done()
				<-gate
				if tag != nil && nonce != nil {
					if status, _, _, err := c.do("POST", at, form, url.Values{"ballot": {tag[1]}, "nonce": {nonce[1]}}.Encode(), jar); err == nil && status == 303 {
						n.Add(1)
					}
				}
				return
			}
			ready.Done()
			<-gate
		})
	}
	ready.Wait()
	close(gate)
	done.Wait()
	return n.Load()
}
