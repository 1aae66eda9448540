package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"taitorinki/internal/db"
)

type server struct {
	cmd   *exec.Cmd
	addr  string
	began time.Time
	ready time.Duration // from its start
}

// fleet is servers on one database.
type fleet []*server

// cpu is the CPU time of all in seconds.
func (f fleet) cpu() (sum float64) {
	for _, s := range f {
		sum += s.cpu()
	}
	return sum
}

// settle waits until all are done with what a server does once after its start.
func (f fleet) settle() {
	for _, s := range f {
		s.settle()
	}
}

func (f fleet) stop() {
	for _, s := range f {
		s.stop()
	}
}

// muster starts n servers.
func muster(n int, dbURL, dir string) (f fleet, err error) {
	bin, err := build(dir)
	for i := 0; i < n && err == nil; i++ {
		var addr string
		if addr, err = freeAddr(); err != nil {
			break
		}
		var s *server
		if s, err = launch(bin, addr, dbURL, dir, "127.0.0.1:1"); err == nil { // nobody listens there
			f = append(f, s)
		}
	}
	if err != nil {
		f.stop()
	}
	return f, err
}

// start builds the program and starts it; smtp is the host and port of the mail server.
func start(dbURL, dir, smtp string) (*server, error) {
	bin, err := build(dir)
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	return launch(bin, addr, dbURL, dir, smtp)
}

func build(dir string) (bin string, err error) {
	bin = filepath.Join(dir, "taitorinki")
	if out, err := exec.Command("go", "build", "-o", bin, "./cmd/taitorinki").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return bin, nil
}

func freeAddr() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// launch starts the program on an address and waits until it answers.
func launch(bin, addr, dbURL, dir, smtp string) (*server, error) {
	cmd := exec.Command(bin, "serve", "--db", dbURL, "--keys", filepath.Join(dir, "keys"), "--addr", addr, "--smtp", "smtp://"+smtp, "--mail-from", "a@example.org")
	return await(cmd, addr)
}

// await starts a server and waits until it answers.
func await(cmd *exec.Cmd, addr string) (*server, error) {
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
	return &server{cmd, addr, began, time.Since(began)}, nil
}

// settle waits until what a server does once after its start, such as packing the static files, is done.
func (s *server) settle() {
	for last := -1.0; last != s.cpu(); {
		last = s.cpu()
		time.Sleep(300 * time.Millisecond)
	}
}

func (s *server) stop() {
	s.cmd.Process.Signal(os.Interrupt)
	s.cmd.Wait()
}

// memory is the server's resident memory in MB.
func (s *server) memory() float64 { return s.status("VmRSS") }

// peak is the most resident memory that the server has had, in MB.
func (s *server) peak() float64 { return s.status("VmHWM") }

func (s *server) status(name string) float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	m := regexp.MustCompile(name + `:\s+(\d+)`).FindSubmatch(b)
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

// groupCommits counts bare durable commits a second that so many goroutines ask for at once and that share a flush of the disk.
func groupCommits(file string, clients int) (float64, error) {
	d, err := db.Open(file)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	ctx := context.Background()
	if _, err := d.ExecContext(ctx, `CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)`); err != nil {
		return 0, err
	}
	var n atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range clients {
		wg.Go(func() {
			b := make([]byte, 128)
			for time.Since(began) < 2*time.Second {
				if _, err := d.Save(ctx, `INSERT INTO t (b) VALUES ($1)`, b); err != nil {
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(n.Load()) / time.Since(began).Seconds(), nil
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
