package mail

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// trust makes a connection trust other certificates than the machine does.
func (s *SMTP) trust(c *tls.Config) {
	if s.tls != nil {
		s.tls = c
	}
	s.opts = append(s.opts, gomail.WithTLSConfig(c))
}

// relay is a mail server that wants a password, over TLS from the first byte or after STARTTLS. It returns what it was told.
func relay(t *testing.T, implicit bool) (addr string, roots *x509.CertPool, told chan string) {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(web.Close)
	roots = x509.NewCertPool()
	roots.AddCert(web.Certificate())
	keys := &tls.Config{Certificates: web.TLS.Certificates}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { ln.Close() })
	told = make(chan string, 1)
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		if implicit {
			c = tls.Server(c, keys)
		}
		told <- relayed(c, keys, implicit)
	}()
	return ln.Addr().String(), roots, told
}

func relayed(c net.Conn, keys *tls.Config, safe bool) (told string) {
	in := bufio.NewReader(c)
	fmt.Fprint(c, "220 relay\r\n")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return told
		}
		told += line
		switch verb := strings.Fields(line + " x")[0]; {
		case verb == "EHLO" && safe:
			fmt.Fprint(c, "250-relay\r\n250 AUTH PLAIN\r\n")
		case verb == "EHLO":
			fmt.Fprint(c, "250-relay\r\n250 STARTTLS\r\n")
		case verb == "STARTTLS":
			fmt.Fprint(c, "220 go on\r\n")
			c, safe = tls.Server(c, keys), true
			in = bufio.NewReader(c)
		case verb == "AUTH":
			fmt.Fprint(c, "235 welcome\r\n")
		case verb == "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			for line != ".\r\n" && err == nil {
				line, err = in.ReadString('\n')
			}
			fmt.Fprint(c, "250 taken\r\n")
		case verb == "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return told
		default:
			fmt.Fprint(c, "250 ok\r\n")
		}
	}
}

func TestThePasswordGoesOverTLSAlone(t *testing.T) {
	for _, scheme := range []string{"smtps", "smtp"} {
		t.Run(scheme, func(t *testing.T) {
			addr, roots, told := relay(t, scheme == "smtps")
			_, port, _ := net.SplitHostPort(addr)
			s, err := NewSMTP(scheme+"://me:secret@localhost:"+port, "survey@example.fi")
			must(t, err)
			s.trust(&tls.Config{ServerName: "example.com", RootCAs: roots, MinVersion: tls.VersionTLS12})
			c, err := s.Dial(t.Context())
			must(t, err)
			must(t, c.Send(t.Context(), Message{ID: "1@x", To: "aino@example.fi", Subject: "x", Text: "y"}))
			must(t, c.Close())
			plain := base64.StdEncoding.EncodeToString([]byte("\x00me\x00secret"))
			if got := <-told; !strings.Contains(got, "AUTH PLAIN "+plain) || !strings.Contains(got, "RCPT TO:<aino@example.fi>") {
				t.Errorf("the server was told\n%s", got)
			}
		})
	}
}

func TestAServerThatNobodyVouchesForGetsNoPassword(t *testing.T) {
	for _, scheme := range []string{"smtps", "smtp"} {
		addr, _, told := relay(t, scheme == "smtps")
		_, port, _ := net.SplitHostPort(addr)
		s, err := NewSMTP(scheme+"://me:secret@localhost:"+port, "survey@example.fi")
		must(t, err)
		if c, err := s.Dial(t.Context()); err == nil {
			c.Close()
			t.Errorf("%s: it was trusted", scheme)
		}
		if got := <-told; strings.Contains(got, "AUTH") {
			t.Errorf("%s: it was told\n%s", scheme, got)
		}
	}
}

func TestASendTakesLessThanTheLongest(t *testing.T) {
	l := limits
	if all := l.Step + l.Step + (l.Step + l.Body) + l.End + l.Step; all >= LongestSend {
		t.Errorf("the limits add up to %v, the longest send is %v", all, LongestSend)
	}
	if l.Stop > 15*time.Second {
		t.Errorf("a program that ends waits for %v, the service manager not that long", l.Stop)
	}
}
