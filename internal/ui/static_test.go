package ui

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

func fetch(target, accept string) *http.Response {
	mux := http.NewServeMux()
	mux.Handle("GET /static/", Static())
	r := httptest.NewRequest("GET", target, nil)
	if accept != "" {
		r.Header.Set("Accept-Encoding", accept)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w.Result()
}

func TestEveryAssetIsServedWithItsTypeForEver(t *testing.T) {
	for name, a := range files().files {
		res := fetch(Asset(name), "")
		body, _ := io.ReadAll(res.Body)
		if res.StatusCode != 200 || len(body) == 0 || !bytes.Equal(body, a.plain) {
			t.Errorf("%s: got %d and %d bytes", name, res.StatusCode, len(body))
		}
		if got, want := res.Header.Get("Content-Type"), contentTypes[path.Ext(name)]; got != want {
			t.Errorf("%s: got type %q, want %q", name, got, want)
		}
		if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: got Cache-Control %q, want immutable", name, got)
		}
	}
}

func TestTheEncodingIsWhatTheReaderAccepts(t *testing.T) {
	plain := files().files["app.css"].plain
	for _, c := range []struct{ accept, want string }{
		{"", ""}, {"identity", ""}, {"gzip", "gzip"}, {"gzip, deflate, br", "br"}, {"br;q=1.0, gzip;q=0.8", "br"},
		{"br;q=0, gzip", "gzip"}, {"br; q=0.000, gzip; q=0", ""}, {"GZIP", "gzip"}, {"zstd, *;q=0.1", ""},
	} {
		res := fetch(Asset("app.css"), c.accept)
		if got := res.Header.Get("Content-Encoding"); got != c.want {
			t.Errorf("Accept-Encoding %q: got %q, want %q", c.accept, got, c.want)
			continue
		}
		if res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: no Vary", c.accept)
		}
		var body io.Reader = res.Body
		switch c.want {
		case "br":
			body = brotli.NewReader(body)
		case "gzip":
			body, _ = gzip.NewReader(body)
		}
		if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("Accept-Encoding %q: the body is not the file (%v)", c.accept, err)
		}
	}
}

func TestAnotherHashOrNameIsNotFound(t *testing.T) {
	for _, target := range []string{
		"/static/", "/static/app.css", "/static/000000000000/app.css", "/static/" + files().hash + "/",
		"/static/" + files().hash + "/css/1-tokens.css", "/static/" + files().hash + "/nothing.js",
	} {
		if res := fetch(target, "br"); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", target, res.StatusCode)
		}
	}
}

func TestAnUnknownAssetPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Asset of an unknown name did not panic")
		}
	}()
	Asset("nothing.css")
}

// A page may not weigh much on a ward's network, and starting the program may
// not wait for compression.
func TestStaticFilesAreSmallAndStartIsQuick(t *testing.T) {
	start := time.Now()
	loadFiles()
	if took := time.Since(start); took > 100*time.Millisecond {
		t.Errorf("loading took %v", took)
	}
	// The survey, the support log and the live room have scripts that no page loads two of.
	only := map[string]string{"survey.js": "survey", "answers.js": "survey", "move.js": "survey", "wavecode.js": "survey", "log.js": "log", "logworker.js": "log", "live.js": "live"}
	total := map[string]int{}
	for name, a := range files().files {
		for _, page := range []string{"survey", "log", "live"} {
			if only[name] == "" || only[name] == page {
				total[page] += len(a.brotli())
			}
		}
		t.Logf("%-12s %6d plain %6d gzip %6d br", name, len(a.plain), len(a.gzip()), len(a.brotli()))
	}
	for page, n := range total {
		if n > 24<<10 {
			t.Errorf("got %d bytes of static files for the %s after brotli, want at most 24 kB", n, page)
		}
	}
}
