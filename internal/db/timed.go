package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"
)

// Ran is told of a statement that has run: its text with placeholders, never its values, and how long it took until its last row
// was read.
type Ran func(ctx context.Context, query string, took time.Duration)

// openPool opens a pool of connections, whose statements are timed if ran is not nil.
func openPool(name, url string, ran Ran) (*sql.DB, error) {
	s, err := sql.Open(name, url)
	if err != nil {
		return nil, err
	}
	defer s.Close() // it has opened nothing yet, and was wanted for its driver only
	var c driver.Connector = urlConnector{s.Driver(), url}
	if ran != nil {
		c = timedConnector{c, ran}
	}
	return sql.OpenDB(&sparing{Connector: c}), nil
}

type timedConnector struct {
	driver.Connector
	ran Ran
}

func (c timedConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &timedConn{Conn: conn, ran: c.ran}, nil
}

// timedConn hands everything on to a connection. Where the driver cannot do something, its answer is what database/sql takes for
// that.
type timedConn struct {
	driver.Conn
	ran Ran
}

func (c *timedConn) done(ctx context.Context, query string, begun time.Time) {
	c.ran(ctx, query, time.Since(begun))
}

func (c *timedConn) Ping(ctx context.Context) error {
	if p, ok := c.Conn.(driver.Pinger); ok {
		return p.Ping(ctx)
	}
	return nil
}

func (c *timedConn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *timedConn) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return !ok || v.IsValid()
}

func (c *timedConn) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := c.Conn.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *timedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c *timedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	defer c.done(ctx, query, time.Now())
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c *timedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	begun := time.Now()
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	return c.timed(ctx, query, begun, rows, err)
}

func (c *timedConn) timed(ctx context.Context, query string, begun time.Time, rows driver.Rows, err error) (driver.Rows, error) {
	if err != nil {
		c.done(ctx, query, begun)
		return nil, err
	}
	return &timedRows{rows, func() { c.done(ctx, query, begun) }}, nil
}

func (c *timedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &timedStmt{s, c, query}, nil
}

type timedStmt struct {
	driver.Stmt
	c     *timedConn
	query string
}

func (s *timedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	defer s.c.done(ctx, s.query, time.Now())
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s *timedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	begun := time.Now()
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	return s.c.timed(ctx, s.query, begun, rows, err)
}

type timedRows struct {
	driver.Rows
	done func()
}

func (r *timedRows) Close() error {
	err := r.Rows.Close()
	r.done()
	return err
}
