package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/demo"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

type serveCmd struct {
	dbFlag
	keysFlag
	watchFlag
	signonFlags
	Addr     string `help:"Address to listen on (${default})." default:"127.0.0.1:8080" placeholder:"HOST:PORT" env:"TAITORINKI_ADDR"`
	BaseURL  string `help:"Address that links lead to, such as https://taitorinki.example.fi (http://ADDR)." placeholder:"URL" env:"TAITORINKI_BASE_URL"`
	SMTP     string `help:"Mail server: smtp://[user:password@]host[:port] or smtps://..." required:"" placeholder:"URL" env:"TAITORINKI_SMTP"`
	MailFrom string `help:"Address that mails come from; with the county's name before it if you like: County <a@county.example>." required:"" placeholder:"ADDRESS" env:"TAITORINKI_MAIL_FROM"`
}

func (c *serveCmd) Run(ctx context.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	sender, err := mail.NewSMTP(c.SMTP, c.MailFrom)
	if err != nil {
		return usage{err}
	}
	signOn, err := c.settings()
	if err != nil {
		return usage{err}
	}
	if err := os.MkdirAll(c.Keys, 0o700); err != nil {
		return err
	}
	safe, err := c.ready()
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return usage{err}
	}
	defer ln.Close()
	addr := c.Addr
	if _, port, _ := net.SplitHostPort(addr); port == "0" {
		addr = ln.Addr().String() // the machine has chosen one
	}
	base, err := baseURL(c.BaseURL, addr)
	if err != nil {
		return usage{err}
	}
	d, err := db.OpenTimed(c.DB, app.SlowQueries(c.SlowQuery))
	if err != nil {
		return usage{err}
	}
	defer d.Close()
	if err := d.Lock(); err != nil {
		return err
	}
	if err := d.Migrate(ctx); err != nil {
		return usage{err}
	}
	a, err := app.New(app.Config{DB: d, Mail: sender, Now: time.Now, BaseURL: base, Version: built(), Keys: c.Keys, KeysCopy: c.KeysCopy, Safe: safe, Signon: signOn})
	if err != nil {
		return err
	}
	if err := a.Survey.ImportShipped(ctx); err != nil {
		return err
	}
	// A round whose key is lost must not keep the rest from running: its page says what is wrong.
	if err := a.Recover(ctx); err != nil {
		slog.Error("an interrupted closing could not be finished", "err", err)
	}
	watched, unwatch := context.WithCancel(context.WithoutCancel(ctx)) // to the very end
	defer unwatch()
	admin, err := c.begin(watched, a)
	if err != nil {
		return err
	}
	fmt.Printf("Taitorinki listens on %s (%s)\n", ln.Addr(), base)
	if admin != "" {
		fmt.Printf("Metrics are on http://%s/metrics\n", admin)
	}
	defer a.Survey.Settle() // what the last requests have left to be written
	return serve(ctx, ln, a.Handler(), a.Run, c.leave(a))
}

func baseURL(given, addr string) (string, error) {
	if given == "" {
		given = "http://" + addr
	}
	u, err := url.Parse(given)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("base URL %q: want https://host", given)
	}
	return given, nil
}

// serve answers requests until ctx is done. Then it leaves, working on while leave takes its time, and finishes what has begun.
func serve(ctx context.Context, ln net.Listener, h http.Handler, work func(context.Context), leave func()) error {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer profile()()
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug)}
	go func() {
		ui.Warm() // takes much memory for a moment
		debug.FreeOSMemory()
		debug.SetGCPercent(300) // from then on the heap is small and pages are short-lived: memory for time
	}()
	debug.SetMemoryLimit(100 << 20) // near this the collector runs more often: a small machine is enough
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		work(working)
	}()
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	leave()
	stop()
	grace, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err := srv.Shutdown(grace)
	<-worked
	return err
}

// profile writes a CPU profile to the file that TAITORINKI_PROFILE names, for whoever works on speed.
func profile() (done func()) {
	f, err := os.Create(os.Getenv("TAITORINKI_PROFILE"))
	if err != nil {
		return func() {}
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return func() {}
	}
	return func() {
		pprof.StopCPUProfile()
		f.Close()
	}
}

type demoCmd struct {
	Size string `help:"small: 300 staff. medium: 9,000 staff in 600 units (${default})." enum:"small,medium" default:"small"`
	Addr string `help:"Address to listen on (${default})." default:"127.0.0.1:8080" placeholder:"HOST:PORT" env:"TAITORINKI_ADDR"`
	Data string `help:"Folder to keep the demo in; without it the demo is forgotten when it ends." placeholder:"DIR" env:"TAITORINKI_DATA"`
}

func (c *demoCmd) Run(ctx context.Context) error {
	ln, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return usage{err}
	}
	defer ln.Close()
	dir := c.Data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "taitorinki-demo"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	d, err := open(ctx, filepath.Join(dir, "demo.db"))
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Lock(); err != nil {
		return err
	}
	filled := filepath.Join(dir, "filled")
	if _, err := os.Stat(filled); errors.Is(err, fs.ErrNotExist) {
		units, err := people.Units(ctx, d)
		if err != nil {
			return err
		}
		if len(units) > 0 {
			return usage{fmt.Errorf("%s holds a demo whose making was interrupted: remove the folder and start again", dir)}
		}
	}
	size := county.Small
	if c.Size == "medium" {
		size = county.Medium
	}
	show := demo.New(size)
	base := "http://" + ln.Addr().String()
	show.App, err = app.New(app.Config{DB: d, Mail: show.Mail, Now: show.Clock.Now, BaseURL: base, Version: built(), Keys: filepath.Join(dir, "keys"), Demo: true, Words: []fs.FS{demo.Locales}})
	if err != nil {
		return err
	}
	show.Routes()
	fmt.Printf("The demo listens on %s/demo\n", base)
	return serve(ctx, ln, show.App.Handler(), func(ctx context.Context) {
		if err := show.Fill(ctx); err != nil && !errors.Is(err, context.Canceled) {
			slog.Error("the demo could not be filled", "err", err)
		} else if err == nil {
			if err := os.WriteFile(filled, nil, 0o600); err != nil {
				slog.Error("the demo is not marked as filled", "err", err)
			}
		}
		show.App.Run(ctx)
	}, func() {})
}
