package signon

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/i18n"
	"taitorinki/internal/web"
)

// Claims of a provider are read or refused; an address counts as verified only when the token says so in one of the words known.
func FuzzClaims(f *testing.F) {
	for _, s := range []string{"{}", `{"roles":"a"}`, `{"roles":["a","b"]}`, `{"roles":{"a":1}}`, `{"roles":null}`, `{"email_verified":"true","email":"a@b"}`, `{"email_verified":1}`, `{"email_verified":[true]}`,
		`{"xms_edov":"1","tid":"t","oid":"o"}`, `{"email":7}`, `[]`, `{"tid":"t","tid":"u"}`, `{"email_verified":true,"email_verified":false}`, `{"EMAIL_VERIFIED":true}`} {
		f.Add([]byte(s), "https://login.example/t/v2.0")
	}
	f.Fuzz(func(t *testing.T, data []byte, issuer string) {
		var c claims
		if err := json.Unmarshal(data, &c); err != nil {
			return
		}
		var said struct {
			Verified any `json:"email_verified"`
		}
		if err := json.Unmarshal(data, &said); err != nil {
			return
		}
		if c.Verified && said.Verified != true && said.Verified != "true" && said.Verified != "True" && said.Verified != "1" && said.Verified != 1.0 {
			t.Fatalf("%s: %v counts as verified", data, said.Verified)
		}
		if entra(issuer, c) && (c.Tenant == "" || c.Object == "") {
			t.Fatalf("%s of %q counts as one of Entra", data, issuer)
		}
	})
}

// A cookie that did not begin here begins nothing.
func FuzzAttempt(f *testing.F) {
	s := &Service{Kit: web.NewKit(i18n.Words{}, web.NewSessions(dbtest.SQLite(f), time.Now, false))}
	for _, text := range []string{"", "{}", `{"State":"s","Nonce":"n","Verifier":"v"}`, `{"State":7}`, "null", "[]", `{"State":"s","Nonce":"n","Verifier":"v","Next":"//evil.example"}`} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(text)))
	}
	f.Add("!")
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(&http.Cookie{Name: "signon", Value: value})
		w := httptest.NewRecorder()
		a, ok := s.take(w, r)
		if ok && (a.State == "" || a.Nonce == "" || a.Verifier == "") {
			t.Fatalf("%q begins %+v", value, a)
		}
		if next := s.Kit.Local(a.Next); next != "" {
			t.Fatalf("%q leads to %q, and there is no page", value, next)
		}
	})
}
