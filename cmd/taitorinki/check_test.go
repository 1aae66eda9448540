package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/dbtest"
)

// issuer signs certificates for servers of this machine.
type issuer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	is := &issuer{&x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Issuer"}, NotBefore: time.Now().AddDate(-1, 0, 0),
		NotAfter: time.Now().AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, key}
	der, err := x509.CreateCertificate(rand.Reader, is.cert, is.cert, key.Public(), key)
	must(t, err)
	is.cert, err = x509.ParseCertificate(der)
	must(t, err)
	return is
}

// serve is a TLS server with a certificate for a name that ends at a time; it returns its address.
func (is *issuer) serve(t *testing.T, name string, until time.Time) (port string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name},
		NotBefore: time.Now().AddDate(0, -6, 0), NotAfter: until}, is.cert, key.Public(), is.key)
	must(t, err)
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, err = net.SplitHostPort(s.Listener.Addr().String())
	must(t, err)
	return port
}

func TestADatabaseServersClockThatIsOffIsJudgedByHowFar(t *testing.T) {
	for ahead, want := range map[time.Duration]level{0: fine, 2 * time.Second: fine, -3 * time.Second: warning, time.Minute: warning, 61 * time.Second: fault, -time.Hour: fault} {
		if got := clockFinding(ahead); got.level != want || got.level != fine && got.do == "" {
			t.Errorf("%v ahead: %+v, want %v", ahead, got, want)
		}
	}
}

func TestCheckTellsHowTheCertificateOfTheBaseURLStands(t *testing.T) {
	is := newIssuer(t)
	roots := filepath.Join(t.TempDir(), "roots.pem")
	must(t, os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: is.cert.Raw}), 0o600))
	file := dbtest.SQLiteFile(t)
	day := 24 * time.Hour
	for _, x := range []struct {
		what, name, roots string
		left              time.Duration
		want              string
	}{
		{"a good one", "localhost", roots, 60 * day, "ok       certificate: localhost, good until "},
		{"one that ends soon", "localhost", roots, 13 * day, "warning  certificate: good until "},
		{"one that has ended", "localhost", roots, -day, "fault    certificate: expired on "},
		{"one for another name", "other.example", roots, 60 * day, "fault    certificate: x509: certificate is valid for other.example"},
		{"one from an unknown issuer", "localhost", os.DevNull, 60 * day, "fault    certificate: x509: certificate signed by unknown authority"},
	} {
		t.Run(x.what, func(t *testing.T) {
			env := []string{"SSL_CERT_FILE=" + x.roots, "SSL_CERT_DIR=" + t.TempDir()}
			url := "https://localhost:" + is.serve(t, x.name, time.Now().Add(x.left))
			r := commandIn(t, env, "check", "--db", file, "--base-url", url)
			if !strings.Contains(r.out, x.want) {
				t.Errorf("want %q in\n%s%s", x.want, r.out, r.errOut)
			}
		})
	}
}
