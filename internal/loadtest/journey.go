package main

import (
	"fmt"
	"log"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// measure is what a crowd's journeys took.
type measure struct {
	rate             float64 // journeys a second
	cpu              float64 // of the servers, in ms a journey
	each             int     // requests of a journey
	failed           int64
	median, p99, max time.Duration // of a request
	memory           float64       // of the first server afterwards, in MB
	nothing          float64       // CPU of as many requests for a file that is not there, in ms: these machines are twice as fast at one time as at another
}

// journeys lets clients go through whole journeys.
func (f fleet) journeys(links []string, clients int, autosave bool) (m measure) {
	cpu, began := f.cpu(), time.Now()
	times, failed := f.crowd(links, clients, func(c *client, code string) error { return c.journey(code, autosave) })
	m.rate, m.cpu, m.failed = float64(len(links))/time.Since(began).Seconds(), (f.cpu()-cpu)*1000/float64(len(links)), failed
	m.each, m.memory = len(times)/len(links), f[0].memory()
	m.median, m.p99, m.max = times[len(times)/2], times[len(times)*99/100], times[len(times)-1]
	cpu = f.cpu()
	const pings = 2000
	f.crowd(make([]string, pings), clients, func(c *client, _ string) error {
		for range m.each {
			if _, err := c.do("GET", "/static/none", "", "", nil); err != nil {
				return err
			}
		}
		return nil
	})
	m.nothing = (f.cpu() - cpu) * 1000 / pings
	return m
}

func (m measure) print(n, clients int, autosave bool, bare, flushes float64) {
	writes := float64(saves(autosave))
	fmt.Printf("%d journeys by %d clients, autosave %v: %.0f a second, server CPU %.2f ms each, %d requests each, %d failed\n", n, clients, autosave, m.rate, m.cpu, m.each, m.failed)
	fmt.Printf("requests: median %.1f ms, p99 %.1f ms, max %.1f ms; memory after: %.0f MB\n", ms(m.median), ms(m.p99), ms(m.max), m.memory)
	fmt.Printf("durable saves: %.0f a second; bare loop of durable commits: %.0f a second; ratio %.2f; fdatasync: %.0f a second\n", m.rate*writes, bare, m.rate*writes/bare, flushes)
	fmt.Printf("as many requests for a file that is not there: server CPU %.2f ms; ratio %.1f\n", m.nothing, m.cpu/m.nothing)
}

// crowd lets clients, each at one server, work off what there is to do, and returns how long each request took, in order, and how much
// failed.
func (f fleet) crowd(things []string, clients int, do func(c *client, thing string) error) (times []time.Duration, failed int64) {
	todo := make(chan string)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range clients {
		wg.Go(func() {
			c := newClient(f[i%len(f)].addr)
			for x := range todo {
				if err := do(c, x); err != nil {
					if atomic.AddInt64(&failed, 1) <= 3 {
						log.Println(err)
					}
				}
			}
			mu.Lock()
			times = append(times, c.times...)
			mu.Unlock()
		})
	}
	for _, x := range things {
		todo <- x
	}
	close(todo)
	wg.Wait()
	slices.Sort(times)
	return times, failed
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

const form = "application/x-www-form-urlencoded"

// journey opens a link, answers six pages and submits, following each redirect as a browser does.
func (c *client) journey(code string, autosave bool) error {
	jar := map[string]string{}
	a, err := c.do("GET", "/v/"+code, "", "", jar)
	if err != nil {
		return err
	}
	at := a.to
	for page := 1; page <= 6; page++ {
		a, err := c.do("GET", at, "", "", jar)
		if err != nil || a.status != 200 {
			return fmt.Errorf("GET %s: %d %v", at, a.status, err)
		}
		tag := a.field("ballot")
		if tag == "" {
			return fmt.Errorf("%s has no form", at)
		}
		vals := "go=next&ballot=" + tag + "&revisions=" + a.field("revisions")
		for i := range 8 {
			item, v := fmt.Sprintf("q_q%d_%d", page-1, i), strconv.Itoa(1+rand.IntN(5))
			vals += "&" + item + "=" + v
			if autosave {
				save := at[:strings.LastIndexByte(at, '/')] + "/save"
				if a, err := c.do("POST", save, "application/json", fmt.Sprintf(`{"ballot":%q,"item":%q,"value":[%q],"seen":1}`, tag, item, v), jar); err != nil || a.status != 204 {
					return fmt.Errorf("autosave: %d %v", a.status, err)
				}
			}
		}
		if a, err = c.do("POST", at, form, vals, jar); err != nil || a.status != 303 {
			return fmt.Errorf("POST page %d: %d %v", page, a.status, err)
		}
		at = a.to
	}
	return c.send(at, jar)
}

func (c *client) send(at string, jar map[string]string) error {
	a, err := c.do("GET", at, "", "", jar)
	tag, nonce := a.field("ballot"), a.field("nonce")
	if err != nil || tag == "" || nonce == "" {
		return fmt.Errorf("GET %s: %d %v", at, a.status, err)
	}
	if a, err = c.do("POST", at, form, "ballot="+tag+"&nonce="+nonce, jar); err != nil || a.status != 303 {
		return fmt.Errorf("submit: %d %v", a.status, err)
	}
	if a, err = c.do("GET", a.to, "", "", jar); err != nil || a.status != 200 {
		return fmt.Errorf("feedback: %d %v", a.status, err)
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
			a, err := c.do("GET", "/v/"+code, "", "", jar)
			at, body := "", ""
			if err == nil && a.to != "" {
				at = a.to[:strings.LastIndexByte(a.to, '/')] + "/send"
				if a, err = c.do("GET", at, "", "", jar); err == nil {
					body = "ballot=" + a.field("ballot") + "&nonce=" + a.field("nonce")
				}
			}
			ready.Done()
			<-gate
			if body == "" {
				return
			}
			if a, err := c.do("POST", at, form, body, jar); err == nil && a.status == 303 {
				n.Add(1)
			}
		})
	}
	ready.Wait()
	close(gate)
	done.Wait()
	return n.Load()
}

// middle is the median of times in any order.
func middle(all []time.Duration) time.Duration {
	all = slices.Clone(all)
	slices.Sort(all)
	return all[len(all)/2]
}
