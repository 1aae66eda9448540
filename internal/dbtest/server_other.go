//go:build !linux

package dbtest

import (
	"errors"
	"os"
)

// ServerEnv names a running server for the tests: postgres://user@host/DATABASE.
const ServerEnv = "TAITORINKI_TEST_POSTGRES"

// Server is the address of a PostgreSQL server for tests. Only on Linux do the tests start one themselves.
func Server() (string, error) {
	if s := os.Getenv(ServerEnv); s != "" {
		return s, nil
	}
	return "", errors.New("set " + ServerEnv + " to test on PostgreSQL")
}

// Stop ends the server that Server started: none here.
func Stop() {}
