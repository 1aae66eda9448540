package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// client is a browser's place: one connection that is kept. It speaks just as much HTTP/1.1 as the server does, because it
// shares the machine with the server and must not be what is measured.
type client struct {
	addr  string
	conn  net.Conn
	in    *bufio.Reader
	out   []byte
	times []time.Duration
}

func newClient(addr string) *client { return &client{addr: addr} }

// answer is a response. Its body lasts until the next request.
type answer struct {
	status int
	body   []byte
	to     string // where it leads
}

// do sends one request; cookies go into jar.
func (c *client) do(method, path, ctype, body string, jar map[string]string) (a answer, err error) {
	if c.conn == nil {
		if c.conn, err = net.Dial("tcp", c.addr); err != nil {
			return a, err
		}
		c.in = bufio.NewReaderSize(c.conn, 4<<20)
	}
	b := append(c.out[:0], method...)
	b = append(append(b, ' '), path...)
	b = append(append(b, " HTTP/1.1\r\nHost: "...), c.addr...)
	if body != "" {
		b = append(append(b, "\r\nContent-Type: "...), ctype...)
		b = strconv.AppendInt(append(b, "\r\nContent-Length: "...), int64(len(body)), 10)
	} else if method == "POST" {
		b = append(b, "\r\nContent-Length: 0"...)
	}
	sep := "\r\nCookie: "
	for k, v := range jar {
		b = append(append(append(append(b, sep...), k...), '='), v...)
		sep = "; "
	}
	b = append(append(b, "\r\n\r\n"...), body...)
	c.out = b
	began := time.Now()
	if _, err := c.conn.Write(b); err != nil {
		return a, c.broken(err)
	}
	if a, err = c.read(jar); err != nil {
		return a, c.broken(err)
	}
	c.times = append(c.times, time.Since(began))
	return a, nil
}

func (c *client) broken(err error) error {
	c.conn.Close()
	c.conn = nil
	return err
}

func (c *client) read(jar map[string]string) (a answer, err error) {
	length := 0
	for first := true; ; first = false {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return a, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if first {
			a.status, err = strconv.Atoi(string(line[9:12])) // HTTP/1.1 200 OK
			if err != nil {
				return a, err
			}
			continue
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch string(name) {
		case "Content-Length":
			if length, err = strconv.Atoi(string(value)); err != nil {
				return a, err
			}
		case "Location":
			a.to = string(value)
		case "Set-Cookie":
			ck, err := http.ParseSetCookie(string(value))
			if err != nil {
				return a, err
			}
			if ck.MaxAge < 0 {
				delete(jar, ck.Name)
			} else {
				jar[ck.Name] = ck.Value
			}
		case "Transfer-Encoding":
			return a, errors.New("a response of unknown length")
		}
	}
	if a.body, err = c.in.Peek(min(length, c.in.Size())); err != nil {
		return a, err
	}
	if length > len(a.body) {
		return a, fmt.Errorf("a response of %d bytes", length)
	}
	_, err = c.in.Discard(length)
	return a, err
}

// field finds the value of a hidden field in a page.
func (a answer) field(name string) string {
	_, rest, _ := bytes.Cut(a.body, []byte(`name="`+name+`" value="`))
	value, _, _ := bytes.Cut(rest, []byte{'"'})
	return string(value)
}
