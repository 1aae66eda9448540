//go:build unix

package db

import (
	"errors"
	"os"
	"syscall"
)

// ErrInUse tells that another server already serves the same SQLite file.
var ErrInUse = errors.New("another Taitorinki already serves this database file")

// Lock makes sure that one server only serves an SQLite file. It returns ErrInUse when another does. The lock ends with
// the process, however it ends. On PostgreSQL several servers may run and nothing is locked.
func (d *DB) Lock() error {
	if d.engine != sqlite {
		return nil
	}
	f, err := os.OpenFile(d.file+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return ErrInUse
	}
	d.unlock = func() { f.Close() }
	return nil
}
