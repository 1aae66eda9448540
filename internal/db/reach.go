package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	lite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// How long a database server's host may be silent before its connections are given up. Without these a statement whose host has
// vanished from the network is waited for a quarter of an hour, and longer.
const (
	connectPatience = 5 * time.Second  // for each host of an address that names several
	silence         = 20 * time.Second // what was sent is not confirmed, or nobody answers whether they are there
)

// longestUse is when a connection is opened anew, so that one to a server that has become a standby is not kept for ever.
const longestUse = 10 * time.Minute

// alive has the server, too, look whether we are there: what a vanished program holds locked is let go of.
const alive = `SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 2`

// reaching is how a database server is reached: as its address says, and never waiting for ever. A connect_timeout in the address
// stands.
func reaching(address string) (*pgx.ConnConfig, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil || cut(address) || slices.ContainsFunc(hosts(c), func(h string) bool { return strings.Contains(h, "@") }) {
		return nil, unreadable(address, err)
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectPatience
	}
	c.DialFunc = (&net.Dialer{
		Timeout:         c.ConnectTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silence / 2, Interval: silence / 4, Count: 2},
		ControlContext:  unconfirmed,
	}).DialContext
	c.AfterConnect = func(ctx context.Context, p *pgconn.PgConn) error {
		if _, tcp := p.Conn().RemoteAddr().(*net.TCPAddr); !tcp {
			return nil
		}
		_, err := p.Exec(ctx, alive).ReadAll()
		return err
	}
	return c, nil
}

// urlConnector opens connections to an address as database/sql does.
type urlConnector struct {
	driver driver.Driver
	url    string
}

func (c urlConnector) Driver() driver.Driver { return c.driver }

func (c urlConnector) Connect(ctx context.Context) (driver.Conn, error) {
	dc, ok := c.driver.(driver.DriverContext)
	if !ok {
		return c.driver.Open(c.url)
	}
	to, err := dc.OpenConnector(c.url)
	if err != nil {
		return nil, err
	}
	return to.Connect(ctx)
}

// A try to connect that fails after longer than this speaks for all that begin in as long a time after it.
const slowFailure = time.Second

// sparing lets one failure to connect speak for the next ones. When a pool is full, database/sql opens connections for those who wait
// one after the other: of a hundred who wait for a host that has vanished the last would be told after minutes.
type sparing struct {
	driver.Connector

	mu     sync.Mutex
	failed error
	until  time.Time
}

func (c *sparing) Connect(ctx context.Context) (driver.Conn, error) {
	began := time.Now()
	c.mu.Lock()
	failed := c.failed
	if began.After(c.until) {
		failed = nil
	}
	c.mu.Unlock()
	if failed != nil {
		return nil, failed
	}
	conn, err := c.Connector.Connect(ctx)
	if now := time.Now(); err != nil && ctx.Err() == nil && now.Sub(began) > slowFailure {
		c.mu.Lock()
		c.failed, c.until = err, now.Add(slowFailure)
		c.mu.Unlock()
	}
	return conn, err
}

// hosts are all hosts that an address names.
func hosts(c *pgx.ConnConfig) []string {
	out := []string{c.Host}
	for _, f := range c.Fallbacks {
		out = append(out, f.Host)
	}
	return out
}

// cut reports whether a sign in the password has cut an address: then a piece of it would be asked of the name server as a host.
func cut(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	for name := range u.Query() {
		if strings.Contains(name, "@") {
			return true
		}
	}
	return u.Fragment != "" || strings.Contains(u.Path, "@")
}

// unreadable is the error of an address that cannot be read. What the driver says of one may hold a piece of the password when a sign
// in that should have been written otherwise cuts it: then its words are not told.
func unreadable(address string, err error) error {
	said := "the address cannot be read: want postgres://user:password@host:port/name, with the signs % / ? # @ : of a password written as %25 %2F %3F %23 %40 %3A"
	if why := errors.Unwrap(err); why != nil && cutRight(address) {
		return fmt.Errorf("%s (%w)", said, why)
	}
	return errors.New(said)
}

// cutRight reports whether an address has a user and a password that end at its only @, or neither.
func cutRight(address string) bool {
	u, err := url.Parse(address)
	if err != nil || strings.Contains(address, "#") {
		return false
	}
	ats := strings.Count(address, "@")
	return ats == 0 || ats == 1 && u.User != nil
}

// gone are the classes of PostgreSQL's errors that say that the server, and not the statement, is in trouble: the connection, too
// little of something, an operator's doing, the system; 25006 comes from a server that has become a standby.
var gone = []string{"08", "53", "57P", "58", "25006"}

// Unavailable reports whether an error means that the database cannot be used just now: it does not answer, is being stopped, its disk
// is full or may only be read. The same may go well in a moment.
func Unavailable(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	if e, ok := errors.AsType[*lite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY:
			return true
		}
		return false
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		for _, class := range gone {
			if strings.HasPrefix(e.Code, class) {
				return true
			}
		}
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errClosed)
}
