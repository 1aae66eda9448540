package watch

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Loopback returns an error unless addr is HOST:PORT with a host that only this machine reaches.
func Loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("admin address %q: want HOST:PORT, such as 127.0.0.1:9090", addr)
	}
	if !loopback(host) {
		return fmt.Errorf("admin address %q: metrics and profiles are for this machine only; want a loopback address such as 127.0.0.1:9090", addr)
	}
	return nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// Admin answers GET /metrics and the profiles below /debug/pprof/. The command line is not among them: it may hold the database's
// password.
func (w *Watch) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(w.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", http.NotFound)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return here(mux)
}

// here refuses requests that name another host: a page of the internet, open in a browser on this machine, could have its own name
// lead here.
func here(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !loopback(host) {
			http.Error(w, "ask for this by a loopback address", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}
