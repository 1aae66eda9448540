package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ServerEnv hands a running server on to the tests of all packages: `make test` starts one for them.
const ServerEnv = "TAITORINKI_TEST_POSTGRES"

var server = sync.OnceValues(start)

// Server is the address of a PostgreSQL server for tests, with the word DATABASE where the database's name goes. Unless
// ServerEnv names one, it starts a server of its own from the installed binaries, which ends with this process.
func Server() (string, error) {
	if s := os.Getenv(ServerEnv); s != "" {
		return s, nil
	}
	return server()
}

// stop ends the server that start has started.
var stop = func() {}

// Stop ends the server, for a program that has nothing more to test.
func Stop() { stop() }

// tidy removes the folders of servers that died with their process.
func tidy() {
	dirs, _ := filepath.Glob("/tmp/tpg*")
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < time.Minute {
			continue // may just be starting
		}
		// A server that was ended in haste has taken its file away; one that was killed has left it.
		b, _ := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
		first, _, _ := strings.Cut(string(b), "\n")
		if pid, err := strconv.Atoi(first); err != nil || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			os.RemoveAll(dir)
		}
	}
}

func start() (string, error) {
	tidy()
	bin, err := Binaries()
	if err != nil {
		return "", err
	}
	// Straight under /tmp: a socket's path may have 107 bytes, and the server's user must be able to reach it.
	dir, err := os.MkdirTemp("/tmp", "tpg")
	if err != nil {
		return "", err
	}
	cred, err := UserOf(dir)
	if err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	initdb.Dir = dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return "", err
	}
	cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "max_connections=400", "-c", "shared_buffers=64MB", "-c", "wal_level=replica")
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = log, log
	// The server dies with the thread that started it, so that thread must live as long as the process.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Pdeathsig: syscall.SIGQUIT}
	started := make(chan error)
	ended := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		cmd.Wait()
		os.RemoveAll(dir)
		close(ended)
		select {}
	}()
	if err := <-started; err != nil {
		return "", err
	}
	stop = func() {
		cmd.Process.Signal(syscall.SIGQUIT)
		<-ended
	}
	url := "postgres://postgres@/DATABASE?host=" + dir
	return url, ready(with(url, "postgres"), filepath.Join(dir, "log"))
}

// ready waits until the server takes connections.
func ready(url, log string) error {
	s, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer s.Close()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if err = s.Ping(); err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			b, _ := os.ReadFile(log)
			return fmt.Errorf("postgres did not start: %w\n%s", err, b)
		}
	}
}

// Binaries finds the newest installed server.
func Binaries() (string, error) {
	if p, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(p), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return "", fmt.Errorf("PostgreSQL is not installed (make test installs it)")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// UserOf is who a server in a folder runs as, and makes the folder theirs: it refuses to run as root. Nil: as whoever runs this.
func UserOf(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
