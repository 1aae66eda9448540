package faults

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// cable is a network of two: this machine and a host that can be made to vanish from it, as one does whose power is cut.
type cable struct {
	t     *testing.T
	space string // the host's network namespace
	near  string
	host  string
}

// crowd ask at once, more than there are connections to the database.
const crowd = 40

// newCable lays a cable between namespaces. Only root may.
func newCable(t *testing.T) *cable {
	t.Helper()
	id := os.Getpid() % 60000
	c := &cable{t: t, space: fmt.Sprintf("taitorinki-%d", id), near: fmt.Sprintf("tf%dn", id)}
	far := fmt.Sprintf("tf%df", id)
	here := fmt.Sprintf("10.213.%d.%d", id/62%250, id%62*4+1)
	c.host = fmt.Sprintf("10.213.%d.%d", id/62%250, id%62*4+2)
	if out, err := exec.Command("ip", "netns", "add", c.space).CombinedOutput(); err != nil {
		t.Skipf("no network can be made here: %v %s", err, out)
	}
	t.Cleanup(func() {
		exec.Command("ip", "link", "del", c.near).Run()
		exec.Command("ip", "netns", "del", c.space).Run()
	})
	c.ip("link", "add", c.near, "type", "veth", "peer", "name", far, "netns", c.space)
	c.ip("addr", "add", here+"/30", "dev", c.near)
	c.ip("link", "set", c.near, "up")
	c.ip("-n", c.space, "addr", "add", c.host+"/30", "dev", far)
	c.ip("-n", c.space, "link", "set", far, "up")
	c.ip("-n", c.space, "link", "set", "lo", "up")
	return c
}

func (c *cable) ip(args ...string) {
	c.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		c.t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// vanish takes the host's address away: what is sent to it is heard by nobody, and nobody says so. The host comes back as it was.
func (c *cable) vanish() (comeBack func()) {
	far := strings.TrimSuffix(c.near, "n") + "f"
	c.ip("-n", c.space, "addr", "del", c.host+"/30", "dev", far)
	return func() { c.ip("-n", c.space, "addr", "add", c.host+"/30", "dev", far) }
}

func TestADatabasesHostThatVanishesFromTheNetworkIsGivenUpAndFoundAgain(t *testing.T) {
	t.Parallel()
	c := newCable(t)
	s := emptyPostgres(t)
	s.ip, s.space = c.host, c.space
	s.runs("initdb", "-D", s.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	f, err := os.OpenFile(filepath.Join(s.data, "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteString("host all all samenet trust\n")
	must(t, err)
	must(t, f.Close())
	s.start()
	s.says("postgres", "CREATE DATABASE county")
	w := made(t, s.address("county"))
	p := w.serve(t)
	l := w.answering(t, one(p))
	l.passes(3)
	comeBack := c.vanish()
	began := time.Now()
	var asking sync.WaitGroup
	for range crowd {
		asking.Go(func() {
			if got, err := newBrowser(p.base).get(w.people[staff-1].link); err != nil || got.status != http.StatusServiceUnavailable {
				t.Errorf("who asks while the host is gone gets %d, %v after %v, want 503", got.status, err, time.Since(began))
			}
		})
	}
	asking.Wait()
	t.Logf("given up after %v", time.Since(began))
	comeBack()
	l.ends()
	w.whole(t, p.base)
	p.end()
}
