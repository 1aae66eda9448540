package db

import (
	"context"
	"strings"
	"syscall"
)

// tcpUserTimeout is TCP_USER_TIMEOUT of tcp(7): after so many milliseconds without a confirmation of what was sent, a connection ends.
const tcpUserTimeout = 18

// unconfirmed sets how long what was sent may go without a confirmation.
func unconfirmed(_ context.Context, network, _ string, c syscall.RawConn) (err error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	if ctl := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(silence.Milliseconds()))
	}); ctl != nil {
		return ctl
	}
	return err
}
