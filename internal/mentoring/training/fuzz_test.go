package training

import (
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"taitorinki/internal/badge"
)

// Whatever a coordinator writes, nothing that runs, loads or is a form comes out, and what comes out is made no safer by a second look.
func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"# A\n\n- b\n- [c](https://a.example)\n", "<script>x</script>", "[x](javascript:alert(1))", "![x](https://a.example/x.png)", "<a href=x onclick=y>z</a>", "```\n<form>\n```",
		"[x](data:text/html,x)", "<https://a.example>", "&lt;script&gt;", "[x](JaVaScRiPt&colon;y)", "<svg><style><img src=x onerror=y>", "\x00\xff", "> > >\n1. 2.\n\t<x", "[a]: <javascript:x> 'y'\n[a]"} {
		f.Add(s)
	}
	elements := map[string]bool{"html": true, "head": true, "body": true, "p": true, "h2": true, "h3": true, "h4": true, "ul": true, "ol": true, "li": true, "strong": true, "em": true,
		"blockquote": true, "br": true, "code": true, "hr": true, "a": true}
	f.Fuzz(func(t *testing.T, source string) {
		out, err := markdown(source)
		if err != nil {
			t.Skip()
		}
		doc, err := html.Parse(strings.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if !elements[n.Data] {
				t.Fatalf("%q becomes %q, with an element %s", source, out, n.Data)
			}
			for _, a := range n.Attr {
				scheme, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(a.Val)), ":")
				if n.Data != "a" || a.Key != "href" && a.Key != "rel" || a.Key == "href" && strings.Contains(a.Val, ":") && strings.ContainsAny(scheme, "abcdefghijklmnopqrstuvwxyz") &&
					!strings.ContainsAny(scheme, "/?#") && scheme != "http" && scheme != "https" && scheme != "mailto" {
					t.Fatalf("%q becomes %q, with %s=%q", source, out, a.Key, a.Val)
				}
			}
		}
		if again := safe().Sanitize(out); again != out {
			t.Fatalf("%q becomes %q, and looked at again %q", source, out, again)
		}
	})
}

// A key file is read as it was written or refused.
func FuzzKeyFile(f *testing.F) {
	key, err := badge.NewKey(rand.Reader, badge.Ed25519, time.Unix(1_700_000_000, 0).UTC())
	if err != nil {
		f.Fatal(err)
	}
	whole, err := encodeKey(key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	key.Retired = time.Unix(1_800_000_000, 0).UTC()
	if whole, err = encodeKey(key); err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	for _, s := range []string{"", "{}", `{"private":{}}`, `{"public":{"kty":"OKP","crv":"Ed25519","x":""}}`, `{"private":{"kty":"RSA","n":"AQ","e":"AQ","d":"AQ"}}`, `{"created":"x"}`, "[]", "null"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decodeKey(data, key.ID)
		if err != nil {
			return
		}
		if got.ID != key.ID {
			t.Fatalf("%q is read as the key %s", data, got.ID)
		}
		if !json.Valid(data) {
			t.Fatalf("%q is no JSON and was read", data)
		}
	})
}
