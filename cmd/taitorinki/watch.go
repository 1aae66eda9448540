package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/watch"
)

// watchFlag is how an operator watches a server, and how it leaves a load balancer.
type watchFlag struct {
	Admin     string        `help:"Loopback address for metrics (/metrics) and profiles (/debug/pprof/), such as 127.0.0.1:9090. Off unless given." placeholder:"HOST:PORT" env:"TAITORINKI_ADMIN"`
	Log       string        `help:"How log lines are written to standard error: text or json (${default})." enum:"text,json" default:"text" env:"TAITORINKI_LOG"`
	SlowQuery time.Duration `help:"For development: log statements that take as long, such as 50ms. 0 is off." default:"0" placeholder:"TIME" env:"TAITORINKI_SLOW_QUERY"`
	Drain     time.Duration `help:"How long /readyz says 503 before the server stops taking requests; twice your load balancer's interval, such as 10s (${default})." default:"0" placeholder:"TIME" env:"TAITORINKI_DRAIN"`
	Proxy     []string      `help:"Networks of reverse proxies whose X-Request-Id is believed (${default})." default:"127.0.0.0/8,::1/128" placeholder:"CIDR" env:"TAITORINKI_PROXY"`
}

// check refuses what cannot be right and begins the log.
func (c *watchFlag) check() error {
	slog.SetDefault(watch.NewLog(os.Stderr, c.Log == "json"))
	if c.Drain < 0 || c.SlowQuery < 0 {
		return usage{fmt.Errorf("a time below 0")}
	}
	if _, err := c.trusted(); err != nil {
		return usage{err}
	}
	if c.Admin == "" {
		return nil
	}
	if err := watch.Loopback(c.Admin); err != nil {
		return usage{err}
	}
	return nil
}

// trusted reports of an address whether a proxy of ours has it.
func (c *watchFlag) trusted() (func(remote string) bool, error) {
	var nets []netip.Prefix
	for _, s := range c.Proxy {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("proxy %q: want a network such as 10.0.0.0/8", s)
		}
		nets = append(nets, p)
	}
	return func(remote string) bool {
		ip, err := netip.ParseAddr(remote)
		for _, p := range nets {
			if err == nil && p.Contains(ip.Unmap()) {
				return true
			}
		}
		return false
	}, nil
}

// begin has the platform watched, and answers until ctx is done on the admin address, which it returns; "" when there is none.
func (c *watchFlag) begin(ctx context.Context, a *app.App) (addr string, err error) {
	if a.Kit.TrustedProxy, err = c.trusted(); err != nil {
		return "", usage{err}
	}
	if c.Admin == "" {
		return "", nil
	}
	ln, err := net.Listen("tcp", c.Admin)
	if err != nil {
		return "", usage{err}
	}
	srv := &http.Server{Handler: a.Watch().Admin(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute} // a profile may take long to write
	go srv.Serve(ln)
	context.AfterFunc(ctx, func() { srv.Close() })
	return ln.Addr().String(), nil
}

// leave says that the server is not ready any more, and gives a load balancer the time to see it.
func (c *watchFlag) leave(a *app.App) func() {
	return func() {
		a.Leave()
		time.Sleep(c.Drain)
	}
}
