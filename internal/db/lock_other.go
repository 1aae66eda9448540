//go:build !unix

package db

import "errors"

// ErrInUse tells that another server already serves the same SQLite file.
var ErrInUse = errors.New("another Taitorinki already serves this database file")

// Lock does nothing where the system has no advisory locks: there the operator sees to it that one server runs.
func (d *DB) Lock() error { return nil }
