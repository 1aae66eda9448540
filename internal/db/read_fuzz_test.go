package db

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// Counting a backup that is damaged anyhow ends with an error or with what it holds.
func FuzzCountBackup(f *testing.F) {
	const head = `{"format":"taitorinki-backup/1","schema":3}` + "\n"
	for _, s := range []string{"", head, head + "[1]\n", head + `{"table":"a","columns":["x"]}` + "\n[1]\n[2]\n", head + `{"table":"a","columns":["x"]}` + "\n[1,2]\n", head + `{"table":"a","columns":[]}` + "\n[]\n",
		head + "\n", head + "   \n", head + "{", head + `{"table":"a","columns":["x"]}` + "\n" + `[{"b":"!"}]`, head + "null\n", head + "7\n", head + `"x"` + "\n"} {
		f.Add([]byte(s), true)
	}
	f.Add([]byte("\x1f\x8b"), false)
	f.Fuzz(func(t *testing.T, data []byte, pack bool) {
		if pack {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			z.Write(data)
			z.Close()
			data = b.Bytes()
		}
		holds, err := CountBackup(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, h := range holds {
			if h.Rows < 0 {
				t.Fatalf("%q: %d rows", data, h.Rows)
			}
		}
	})
}

// An address of a database is refused without telling of the password, and none that is taken asks for a host with a piece of it.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"", "#", "@", "/", "?", ":", "%", "%zz", " ", `"`, "\\", "&x=", "[", "@h:", "'", "\n", "12#", ",", "@h,", "?host=", "@#0 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, odd string) {
		const first, last = "Zq7jW", "wK9zQ"
		address := "postgres://u:" + first + odd + last + "@h.example/n"
		c, err := reaching(address)
		if err != nil {
			if strings.Contains(err.Error(), first) || strings.Contains(err.Error(), last) {
				t.Fatalf("%q: %v", address, err)
			}
			return
		}
		for _, h := range hosts(c) {
			if h != "h.example" {
				t.Fatalf("%q asks for the host %q", address, h)
			}
		}
	})
}
