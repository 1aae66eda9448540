package apptest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
)

// SMTP is a small mail server. By address it can refuse, put off, or take a message and hang up without a word; and it can be
// given any mood.
type SMTP struct {
	URL string // for the --smtp flag

	mu     sync.Mutex
	taken  []Taken
	refuse map[string]bool
	put    map[string]int // how often an address is still put off
	hangup map[string]bool
	mood   Mood
	conns  int
}

// Mood is what a server says at a step, "greet", "MAIL", "RCPT", "DATA", "body" or "end", of a message to an address, which is
// "" up to MAIL; "" for what it says otherwise. It is asked by one connection at a time.
type Mood func(step, to string) string

// What a server can do instead of answering.
const (
	Drop = "drop" // break the connection
	Hang = "hang" // be silent until the other side breaks it
)

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

// Feel gives the server a mood.
func (s *SMTP) Feel(m Mood) { s.mu.Lock(); defer s.mu.Unlock(); s.mood = m }

// Connections is how many connections there have been.
func (s *SMTP) Connections() int { s.mu.Lock(); defer s.mu.Unlock(); return s.conns }

// Taken are the messages so far.
func (s *SMTP) Taken() []Taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Taken(nil), s.taken...)
}

// talk is one connection.
type talk struct {
	s  *SMTP
	c  net.Conn
	in *bufio.Reader
	to string
}

func (s *SMTP) talk(c net.Conn) {
	defer c.Close()
	s.mu.Lock()
	s.conns++
	s.mu.Unlock()
	t := &talk{s: s, c: c, in: bufio.NewReader(c)}
	for more := t.say(t.felt("greet", "220 apptest ESMTP")); more; {
		line, err := t.in.ReadString('\n')
		if err != nil {
			return
		}
		more = t.command(strings.TrimRight(line, "\r\n"))
	}
}

// felt is the answer that the mood is for, else the usual one.
func (t *talk) felt(step, usual string) string {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.s.mood != nil {
		if answer := t.s.mood(step, t.to); answer != "" {
			return answer
		}
	}
	return usual
}

// say answers, or does what stands in place of an answer, and reports whether the talk goes on.
func (t *talk) say(answer string) (more bool) {
	switch answer {
	case Drop:
		return false
	case Hang:
		io.Copy(io.Discard, t.in)
		return false
	}
	fmt.Fprintf(t.c, "%s\r\n", answer)
	return true
}

func (t *talk) command(line string) (more bool) {
	switch verb := strings.ToUpper(strings.SplitN(line+" ", " ", 2)[0]); verb {
	case "EHLO":
		return t.say("250-apptest\r\n250 8BITMIME")
	case "MAIL", "RSET", "NOOP", "HELO":
		t.to = ""
		return t.say(t.felt(verb, "250 ok"))
	case "RCPT":
		t.to = strings.Trim(strings.TrimPrefix(strings.SplitN(line, ":", 2)[1], " "), "<>")
		return t.say(t.felt(verb, t.s.answerTo(t.to)))
	case "DATA":
		answer := t.felt(verb, "354 go on")
		return t.say(answer) && (!strings.HasPrefix(answer, "354") || t.message())
	case "QUIT":
		t.say("221 bye")
		return false
	}
	return t.say("502 not known")
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

// message reads a message and answers to it.
func (t *talk) message() (more bool) {
	var b strings.Builder
	if body := t.felt("body", ""); body != "" {
		return t.say(body)
	}
	for {
		line, err := t.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
	answer := t.felt("end", "250 taken")
	if t.s.hangsUp(t.to) {
		answer = Drop
	}
	if !strings.HasPrefix(answer, "4") && !strings.HasPrefix(answer, "5") {
		t.s.take(t.to, b.String())
	}
	return t.say(answer)
}

func (s *SMTP) hangsUp(to string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.hangup[to]
	delete(s.hangup, to)
	return was
}

func (s *SMTP) take(to, text string) {
	id := ""
	if m, err := mail.ReadMessage(strings.NewReader(text)); err == nil {
		id = m.Header.Get("Message-Id")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, Taken{to, id, text})
}
