package faults

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the program, built once.
var binary string

func TestMain(m *testing.M) {
	os.Exit(build(m.Run))
}

func build(run func() int) int {
	dir, err := os.MkdirTemp("", "faults")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "taitorinki")
	if out, err := exec.Command("go", "build", "-ldflags=-w", "-o", binary, "taitorinki/cmd/taitorinki").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return run()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually looks until something is so.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in a minute: %s", what)
		}
	}
}

// log is what a program has said, to be read at any time.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// program is a running server.
type program struct {
	t     testing.TB
	cmd   *exec.Cmd
	first chan string // the first line it prints, "" when it ends without one
	base  string
	log   *log
	done  chan struct{}
}

// begin starts a server on a world and does not wait until it serves.
func (w *world) begin(t testing.TB, limits ...string) *program {
	t.Helper()
	args := []string{binary, "serve", "--db", w.url, "--keys", w.keys, "--addr", "127.0.0.1:0", "--smtp", w.smtp, "--mail-from", "survey@shores.example"}
	args = append(limits, args...)
	p := &program{t: t, first: make(chan string, 1), log: &log{}, done: make(chan struct{})}
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	must(t, err)
	must(t, p.cmd.Start())
	go func() {
		lines := bufio.NewReader(out)
		line, _ := lines.ReadString('\n')
		p.first <- line
		io.Copy(io.Discard, lines)
		p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(p.kill)
	return p
}

// serve starts a server and waits until it serves.
func (w *world) serve(t testing.TB) *program {
	t.Helper()
	p := w.begin(t)
	p.ready()
	return p
}

func (p *program) ready() {
	p.t.Helper()
	if line := p.served(); line != "" {
		p.t.Fatalf("it does not serve: %s\n%s", line, p.log)
	}
}

// served waits until the program serves, and returns "", or what it has said instead.
func (p *program) served() string {
	line := <-p.first
	if p.base = regexp.MustCompile(`http://[0-9.:]+`).FindString(line); p.base != "" {
		return ""
	}
	p.kill()
	return line + p.log.String() + " (it has ended)"
}

// kill ends the program as a power cut does.
func (p *program) kill() {
	p.cmd.Process.Kill()
	<-p.done
}

// end asks the program to end, and checks that it ends well.
func (p *program) end() {
	p.t.Helper()
	must(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-p.done:
	case <-time.After(25 * time.Second):
		p.t.Fatal("it does not end")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("exit %d\n%s", code, p.log)
	}
}

// command runs one of the operator's commands to its end and returns what it prints.
func command(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary, args...)
	var bad strings.Builder
	cmd.Stderr = &bad
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args[:2], " "), err, &bad)
	}
	return string(out)
}

// cut runs a command and kills it after some time. It reports whether the command had ended before.
func cut(t testing.TB, after time.Duration, args ...string) (ended bool) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	must(t, cmd.Start())
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("%s: %v", strings.Join(args[:2], " "), err)
		}
		return true
	case <-time.After(after):
		cmd.Process.Kill()
		<-done
		return false
	}
}
