package main

import (
	"bufio"
	"fmt"
	"net"
	"net/smtp"
	"strings"
	"sync"
	"time"
)

// sink is a mail server that takes everything and remembers who got how many.
type sink struct {
	addr string

	mu    sync.Mutex
	taken map[string]int
	last  time.Time // when the newest was taken
}

func newSink() (*sink, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{addr: ln.Addr().String(), taken: map[string]int{}}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go s.talk(c)
		}
	}()
	return s, nil
}

func (s *sink) talk(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	fmt.Fprint(c, "220 sink ESMTP\r\n")
	to, inside := "", false
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		answer := "250 ok\r\n"
		switch {
		case inside && string(line) == ".\r\n":
			inside = false
			s.took(to)
		case inside:
			continue
		case strings.HasPrefix(string(line), "RCPT TO:"):
			to = strings.TrimSpace(string(line[8:]))
		case string(line) == "DATA\r\n":
			inside = true
			answer = "354 go on\r\n"
		case string(line) == "QUIT\r\n":
			fmt.Fprint(c, "221 bye\r\n")
			return
		}
		if _, err := c.Write([]byte(answer)); err != nil {
			return
		}
	}
}

func (s *sink) took(to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken[to]++
	s.last = time.Now()
}

// stand is how many people have got a message, how many of them more than one, and when the newest was taken.
func (s *sink) stand() (people, twice int, last time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.taken {
		if n > 1 {
			twice++
		}
	}
	return len(s.taken), twice, s.last
}

// bareMail is how many messages a second the standard library hands to the sink over one connection, with nothing else to do.
func bareMail(addr string, n int) (float64, error) {
	c, err := smtp.Dial(addr)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	text := []byte("Subject: x\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 20))
	began := time.Now()
	for range n {
		if err := c.Mail("a@example.org"); err != nil {
			return 0, err
		}
		if err := c.Rcpt("nobody@example.org"); err != nil {
			return 0, err
		}
		w, err := c.Data()
		if err != nil {
			return 0, err
		}
		if _, err := w.Write(text); err != nil {
			return 0, err
		}
		if err := w.Close(); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// longest is how long a sending is watched.
const longest = 5 * time.Minute

// mailed starts the program on a database where n invitations wait, and watches them come.
func mailed(dbURL, dir string, n int, flushes float64) error {
	bareSink, err := newSink()
	if err != nil {
		return err
	}
	bare, err := bareMail(bareSink.addr, min(n, 5000))
	if err != nil {
		return err
	}
	to, err := newSink()
	if err != nil {
		return err
	}
	srv, err := start(dbURL, dir, to.addr)
	if err != nil {
		return err
	}
	defer srv.stop()
	for {
		people, twice, last := to.stand()
		if took := last.Sub(srv.began).Seconds(); people >= n || time.Since(srv.began) > longest {
			fmt.Printf("%d of %d messages in %.1f s from the program's start, %d people got more than one: %.0f a second; server CPU %.2f ms each; its most memory %.0f MB\n",
				people, n, took, twice, float64(people)/took, srv.cpu()*1000/float64(people), srv.peak())
			fmt.Printf("bare loop of messages over one connection: %.0f a second; fdatasync: %.0f a second\n", bare, flushes)
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
}
