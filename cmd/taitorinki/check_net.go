package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"taitorinki/internal/mail"
	"taitorinki/internal/settings"
)

// patience is how long check waits for another machine.
const patience = 15 * time.Second

// expiresSoon is how long before its end a certificate is told: those that renew themselves do so a month before.
const expiresSoon = 14 * 24 * time.Hour

// checkCertificate looks at the certificate behind the base URL, as a visitor's browser would.
func checkCertificate(ctx context.Context, r *report, base string) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		r.add(finding{warning, "certificate", "there is no base URL", "Give --base-url, or links in mail lead to this machine alone"})
		return
	}
	if u.Scheme != "https" {
		r.add(finding{warning, "certificate", base + " is not https", "Serve behind a reverse proxy with TLS, unless this is a trial"})
		return
	}
	leaf, trust, err := certificate(ctx, u, r.now)
	switch {
	case err != nil:
		r.add(finding{warning, "certificate", fmt.Sprintf("%s cannot be reached from here: %v", u.Host, err), "If visitors reach it, only this machine cannot; otherwise look at the reverse proxy"})
	case r.now.After(leaf.NotAfter):
		r.add(finding{fault, "certificate", "expired on " + leaf.NotAfter.Format(time.DateOnly), "Renew it"})
	case trust != nil:
		r.add(finding{fault, "certificate", trust.Error(), "Browsers refuse it unless they know its issuer: renew it, or make its issuer known to this machine too"})
	case leaf.NotAfter.Sub(r.now) < expiresSoon:
		r.add(finding{warning, "certificate", "good until " + leaf.NotAfter.Format(time.DateOnly) + " only", "Renew it, and see why it does not renew itself"})
	default:
		r.ok("certificate", "%s, good until %s", u.Hostname(), leaf.NotAfter.Format(time.DateOnly))
	}
}

// certificate fetches a server's certificate even when it is not trusted; trust says why it is not.
func certificate(ctx context.Context, u *url.URL, now time.Time) (leaf *x509.Certificate, trust, err error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	port := u.Port()
	if port == "" {
		port = "443"
	}
	// Nothing is sent over this connection, so that it may look at a certificate that must not be trusted.
	dialer := tls.Dialer{Config: &tls.Config{ServerName: u.Hostname(), InsecureSkipVerify: true}}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, nil, err
	}
	defer conn.Close()
	chain := conn.(*tls.Conn).ConnectionState().PeerCertificates
	if len(chain) == 0 {
		return nil, nil, errors.New("no certificate was shown")
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, trust = chain[0].Verify(x509.VerifyOptions{DNSName: u.Hostname(), Intermediates: between, CurrentTime: now})
	return chain[0], trust, nil
}

// checkMailServer goes as far as a message could be given to the mail server, and gives none.
func (c *checkCmd) checkMailServer(ctx context.Context, r *report) {
	if c.SMTP == "" || c.MailFrom == "" {
		r.add(finding{warning, "mail server", "--smtp or --mail-from is not given", "Give check the same settings as the server"})
		return
	}
	sender, err := mail.NewSMTP(c.SMTP, c.MailFrom)
	if err != nil {
		r.add(finding{fault, "mail server", settings.Hide("smtp", err.Error()), "Mend --smtp or --mail-from"})
		return
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	conn, err := sender.Dial(ctx)
	if err != nil {
		r.add(finding{fault, "mail server", settings.Hide("smtp", err.Error()), "Until it answers all mail waits and nobody can sign in: look at --smtp and at the mail server"})
		return
	}
	conn.Close()
	r.ok("mail server", "%s greets and would take mail from %s", settings.Hide("smtp", c.SMTP), c.MailFrom)
}
