package faults

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

// postgres is a database server of a test's own, which can be stopped and started.
type postgres struct {
	t         *testing.T
	bin, data string
	dir       string
	ip        string // where it listens
	space     string // the network namespace it runs in, "" for this program's
	port      int
	cred      *syscall.Credential
	cmd       *exec.Cmd
	ended     chan struct{}
}

// newPostgres makes a server that listens on a port of this machine, and starts it. Its commits reach the disk.
func newPostgres(t *testing.T) *postgres {
	t.Helper()
	s := emptyPostgres(t)
	s.runs("initdb", "-D", s.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	s.start()
	return s
}

func emptyPostgres(t *testing.T) *postgres {
	t.Helper()
	bin, err := dbtest.Binaries()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	real, err := filepath.EvalSymlinks(filepath.Join(bin, "postgres")) // its other programs lie beside it
	must(t, err)
	bin = filepath.Dir(real)
	dir, err := os.MkdirTemp("/tmp", "tpf") // another user must be able to reach it
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &postgres{t: t, bin: bin, dir: dir, data: filepath.Join(dir, "data"), ip: "127.0.0.1", port: freePort(t)}
	s.cred, err = dbtest.UserOf(dir)
	must(t, err)
	return s
}

func freePort(t *testing.T) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// runs runs one of PostgreSQL's programs.
func (s *postgres) runs(name string, args ...string) {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred}
	cmd.Dir = s.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// start starts the server and waits until it takes connections.
func (s *postgres) start(settings ...string) {
	s.t.Helper()
	args := []string{"-D", s.data, "-k", s.dir, "-p", strconv.Itoa(s.port), "-c", "listen_addresses=" + s.ip, "-c", "max_connections=100", "-c", "shared_buffers=32MB"}
	for _, x := range settings {
		args = append(args, "-c", x)
	}
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(s.t, err)
	defer log.Close()
	s.cmd = exec.Command(filepath.Join(s.bin, "postgres"), args...)
	s.cmd.Dir = s.dir
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred, Pdeathsig: syscall.SIGQUIT}
	if s.space != "" {
		s.inSpace()
	}
	s.ended = make(chan struct{})
	started := make(chan error)
	go func(cmd *exec.Cmd, ended chan struct{}) {
		runtime.LockOSThread() // the server dies with the thread that has started it
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait()
		}
		close(ended)
	}(s.cmd, s.ended)
	must(s.t, <-started)
	s.t.Cleanup(func() { s.stop(syscall.SIGQUIT) })
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		d, err := db.Open(s.address("postgres"))
		if err == nil {
			d.Close()
			return
		}
		if time.Now().After(deadline) {
			b, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			s.t.Fatalf("it does not start: %v\n%s", err, b)
		}
	}
}

// inSpace lets the server start in its network namespace, which root alone may enter.
func (s *postgres) inSpace() {
	args := []string{"netns", "exec", s.space, "setpriv", "--clear-groups", "--reuid", fmt.Sprint(s.cred.Uid), "--regid", fmt.Sprint(s.cred.Gid)}
	log := s.cmd.Stdout
	s.cmd = exec.Command("ip", append(args, s.cmd.Args...)...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = s.dir, log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
}

// stop ends the server: SIGINT lets it put its affairs in order, SIGQUIT is at once, SIGKILL as a power cut.
func (s *postgres) stop(how syscall.Signal) {
	if err := s.cmd.Process.Signal(how); errors.Is(err, os.ErrProcessDone) {
		return
	}
	<-s.ended
}

func (s *postgres) host() string { return s.ip + ":" + strconv.Itoa(s.port) }

func (s *postgres) address(database string) string {
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable", s.host(), database)
}

// says runs one statement on the server.
func (s *postgres) says(database, statement string) {
	s.t.Helper()
	d, err := db.Open(s.address(database))
	must(s.t, err)
	defer d.Close()
	_, err = d.ExecContext(s.t.Context(), statement)
	must(s.t, err)
}

// standby makes a streaming copy of the server and starts it; it is called so.
func (s *postgres) standby(name string) *postgres {
	s.t.Helper()
	b := emptyPostgres(s.t)
	b.runs("pg_basebackup", "-D", b.data, "-R", "-X", "stream", "-c", "fast", "--no-sync",
		"-d", "host=127.0.0.1 port="+strconv.Itoa(s.port)+" user=postgres application_name="+name)
	b.start("hot_standby=on")
	return b
}

func (s *postgres) promote() {
	s.t.Helper()
	s.runs("pg_ctl", "promote", "-D", s.data, "-w")
}

// both is an address that names two servers, of which the one that takes changes is wanted.
func both(a, b *postgres, database string) string {
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable&target_session_attrs=read-write", strings.Join([]string{a.host(), b.host()}, ","), database)
}
