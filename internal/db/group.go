package db

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"time"
)

// groupCommit is the one writer of the hot path. It drains the statements that wait into one transaction and
// answers them after COMMIT, so that many people saving at once share one flush of the disk. A statement that
// fails does so alone: SQLite undoes it and the transaction goes on.
type groupCommit struct {
	in   chan *groupItem
	quit chan struct{}
	done chan struct{}
}

type groupItem struct {
	query string
	args  []any
	n     int64
	err   error
	ready chan struct{}
}

const (
	groupMost = 512
	// Where the last commit was shared by a crowd, the next waits a moment for its own: fewer flushes for all, and
	// nobody notices. Somebody who saves alone does not wait.
	groupCrowd = 3
	groupWait  = 500 * time.Microsecond
)

var errClosed = errors.New("db: closed")

func startGroupCommit(d *DB) *groupCommit {
	g := &groupCommit{in: make(chan *groupItem, groupMost), quit: make(chan struct{}), done: make(chan struct{})}
	go g.run(d)
	return g
}

func (g *groupCommit) stop() {
	close(g.quit)
	<-g.done
}

// Save runs one statement durably and reports how many rows it changed: when it returns without an error the
// change is on the disk. Statements of many callers share a commit. It is for the hot path; anything with more
// than one statement belongs in InTx.
func (d *DB) Save(ctx context.Context, query string, args ...any) (int64, error) {
	if d.group == nil {
		return Changed(d.write.ExecContext(ctx, query, args...))
	}
	it := &groupItem{query: query, args: args, ready: make(chan struct{})}
	select {
	case d.group.in <- it:
	case <-d.group.quit:
		return 0, errClosed
	}
	// No way out by ctx here: the caller must learn whether its answer is on the disk.
	select {
	case <-it.ready:
		return it.n, it.err
	case <-d.group.done:
		return 0, errClosed
	}
}

func (g *groupCommit) run(d *DB) {
	defer close(g.done)
	batch := make([]*groupItem, 0, groupMost)
	for {
		crowd := len(batch) >= groupCrowd
		select {
		case it := <-g.in:
			batch = append(batch[:0], it)
		case <-g.quit:
			return
		}
		if crowd {
			time.Sleep(groupWait)
		}
		runtime.Gosched() // who is about to save comes along
	more:
		for len(batch) < groupMost {
			select {
			case it := <-g.in:
				batch = append(batch, it)
			default:
				break more
			}
		}
		if err := g.commit(d, batch); err != nil {
			for _, it := range batch {
				it.n, it.err = 0, err // nothing of it is on the disk
			}
		}
		if d.Committed != nil {
			d.Committed(len(batch))
		}
		for _, it := range batch {
			close(it.ready)
		}
	}
}

func (g *groupCommit) commit(d *DB, batch []*groupItem) error {
	ctx := context.Background()
	stmts := make([]*sql.Stmt, len(batch))
	for i, it := range batch {
		// Prepared before the transaction, which holds the only connection.
		s, err := d.prepared(ctx, d.write, it.query)
		if err != nil {
			return err
		}
		stmts[i] = s
	}
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i, it := range batch {
		it.n, it.err = Changed(tx.StmtContext(ctx, stmts[i]).ExecContext(ctx, it.args...))
		// Of a full or broken disk the transaction may have died already: the rest would run without one.
		if Unavailable(it.err) {
			return it.err
		}
	}
	return tx.Commit()
}
