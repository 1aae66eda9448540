package apptest

import (
	"bufio"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
)

// SMTP is a small mail server. By address it can refuse, put off, or take a message and hang up without a word.
type SMTP struct {
	URL string // for the --smtp flag

	mu     sync.Mutex
	taken  []Taken
	refuse map[string]bool
	put    map[string]int // how often an address is still put off
	hangup map[string]bool
}

// Taken is a message that the server has got in full.
type Taken struct{ To, ID, Text string }

// NewSMTP starts a mail server, which ends with the test.
func NewSMTP(t testing.TB) *SMTP {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &SMTP{URL: "smtp://" + ln.Addr().String(), refuse: map[string]bool{}, put: map[string]int{}, hangup: map[string]bool{}}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go s.talk(c)
		}
	}()
	return s
}

// Refuse makes the server refuse an address for good (550).
func (s *SMTP) Refuse(to string) { s.mu.Lock(); defer s.mu.Unlock(); s.refuse[to] = true }

// PutOff makes the server put an address off so many times (451).
func (s *SMTP) PutOff(to string, times int) { s.mu.Lock(); defer s.mu.Unlock(); s.put[to] = times }

// HangUp makes the server take the next message to an address and break the connection instead of saying so.
func (s *SMTP) HangUp(to string) { s.mu.Lock(); defer s.mu.Unlock(); s.hangup[to] = true }

// Taken are the messages so far.
func (s *SMTP) Taken() []Taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Taken(nil), s.taken...)
}

func (s *SMTP) talk(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	say := func(line string) { fmt.Fprintf(c, "%s\r\n", line) }
	say("220 apptest ESMTP")
	to := ""
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		switch verb := strings.ToUpper(strings.SplitN(line+" ", " ", 2)[0]); verb {
		case "EHLO":
			say("250-apptest\r\n250 8BITMIME")
		case "MAIL", "RSET", "NOOP", "HELO":
			to = ""
			say("250 ok")
		case "RCPT":
			to = strings.Trim(strings.TrimPrefix(strings.SplitN(line, ":", 2)[1], " "), "<>")
			say(s.answerTo(to))
		case "DATA":
			say("354 go on")
			if !s.take(in, to) {
				return
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 not known")
		}
	}
}

func (s *SMTP) answerTo(to string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.refuse[to]:
		return "550 no such user"
	case s.put[to] > 0:
		s.put[to]--
		return "451 try again later"
	}
	return "250 ok"
}

// take reads a message and reports whether the server says that it has it.
func (s *SMTP) take(in *bufio.Reader, to string) bool {
	var b strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := ""
	if m, err := mail.ReadMessage(strings.NewReader(b.String())); err == nil {
		id = m.Header.Get("Message-Id")
	}
	s.taken = append(s.taken, Taken{to, id, b.String()})
	if s.hangup[to] {
		delete(s.hangup, to)
		return false
	}
	return true
}
