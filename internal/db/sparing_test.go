package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// vanished is a server on a host that answers nothing.
type vanished struct {
	driver.Connector
	tries atomic.Int32
}

var errVanished = errors.New("the host does not answer")

func (v *vanished) Connect(context.Context) (driver.Conn, error) {
	v.tries.Add(1)
	time.Sleep(connectPatience)
	return nil, errVanished
}

func TestOfManyWhoWaitForAHostThatHasVanishedNobodyWaitsForTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vanished{}
		pool := sql.OpenDB(&sparing{Connector: v})
		defer pool.Close()
		pool.SetMaxOpenConns(16)
		ask := func(within time.Duration) {
			began := time.Now()
			if err := pool.PingContext(t.Context()); !errors.Is(err, errVanished) {
				t.Errorf("asking says %v", err)
			}
			if took := time.Since(began); took > within {
				t.Errorf("told after %v, want %v at most", took, within)
			}
		}
		for range 100 {
			go ask(connectPatience)
		}
		time.Sleep(connectPatience)
		synctest.Wait()
		ask(0)
		before := v.tries.Load()
		time.Sleep(slowFailure + time.Millisecond)
		ask(connectPatience)
		if v.tries.Load() != before+1 {
			t.Error("nobody looked again whether the host is back")
		}
	})
}
