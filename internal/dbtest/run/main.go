// Command run starts one PostgreSQL server for the tests of all packages, runs a command with its address in the
// environment, and ends the server.
//
//	go run ./internal/dbtest/run -- go test ./...
//
// Where PostgreSQL is not installed it runs the command all the same: each test then says what it misses.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"taitorinki/internal/dbtest"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: run -- COMMAND ARGUMENT...")
		os.Exit(2)
	}
	os.Exit(run(args))
}

func run(args []string) int {
	env := os.Environ()
	if url, err := dbtest.Server(); err == nil {
		defer dbtest.Stop()
		env = append(env, dbtest.ServerEnv+"="+url)
	}
	// An interrupt reaches the command too, and this program ends after it.
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(ended.ExitCode(), 1)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
