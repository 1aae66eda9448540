package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

//go:embed static
var embedded embed.FS

// asset is one static file. Its compressed forms are made at first use, so
// that starting the program costs nothing.
type asset struct {
	contentType string
	plain       []byte
	gzip        func() []byte
	brotli      func() []byte
}

// library is every static file by name, and the hash of them all. One hash for
// all keeps relative imports between modules true.
type library struct {
	hash  string
	files map[string]*asset
}

var files = sync.OnceValue(loadFiles)

// contentTypes are said here and not asked from the system's mime tables,
// which differ between machines.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".woff2": "font/woff2",
	".json":  "application/json",
}

// loadFiles reads the embedded files. The sheets in static/css are joined in
// the order of their names into one app.css.
func loadFiles() library {
	lib := library{files: map[string]*asset{}}
	root, err := fs.Sub(embedded, "static")
	if err != nil {
		panic(err)
	}
	sum := sha256.New()
	var sheet bytes.Buffer
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(data))
		sum.Write(data)
		if path.Dir(name) == "css" {
			sheet.Write(data)
			return nil
		}
		lib.files[name] = newAsset(name, data)
		return nil
	})
	if err != nil {
		panic(err)
	}
	lib.files["app.css"] = newAsset("app.css", sheet.Bytes())
	lib.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	return lib
}

func newAsset(name string, data []byte) *asset {
	kind, ok := contentTypes[path.Ext(name)]
	if !ok {
		panic("ui: no content type for " + name)
	}
	a := &asset{contentType: kind, plain: data}
	a.gzip = sync.OnceValue(func() []byte {
		var out bytes.Buffer
		w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is valid
		w.Write(data)
		w.Close()
		return out.Bytes()
	})
	a.brotli = sync.OnceValue(func() []byte {
		var out bytes.Buffer
		w := brotli.NewWriterLevel(&out, brotli.BestCompression)
		w.Write(data)
		w.Close()
		return out.Bytes()
	})
	return a
}

// Warm compresses every static file, so that no reader waits for it. A server
// calls it beside its start: it takes some tenths of a second of CPU time.
func Warm() {
	for _, a := range files().files {
		if a.compressible() {
			a.brotli()
			a.gzip()
		}
	}
}

// compressible leaves out what is compressed already.
func (a *asset) compressible() bool {
	return a.contentType != "image/png" && a.contentType != "font/woff2"
}

// Asset is the URL of a static file, with the hash of the files in it, so that
// a browser may keep it for ever. A name that does not exist is a mistake in
// the program and panics.
func Asset(name string) string {
	lib := files()
	if _, ok := lib.files[name]; !ok {
		panic("ui: no static file " + name)
	}
	return "/static/" + lib.hash + "/" + name
}

// Static serves the static files; it belongs to the pattern "GET /static/".
// A path with another hash is not found: an old page gets an error to reload
// on, never new code that does not fit it.
func Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lib := files()
		name, ok := strings.CutPrefix(r.URL.Path, "/static/"+lib.hash+"/")
		a := lib.files[name]
		if !ok || a == nil {
			http.NotFound(w, r)
			return
		}
		body := a.plain
		h := w.Header()
		h.Set("Content-Type", a.contentType)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		if a.compressible() {
			h.Set("Vary", "Accept-Encoding")
			switch encoding(r.Header.Get("Accept-Encoding")) {
			case "br":
				h.Set("Content-Encoding", "br")
				body = a.brotli()
			case "gzip":
				h.Set("Content-Encoding", "gzip")
				body = a.gzip()
			}
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			w.Write(body)
		}
	})
}

// encoding chooses br before gzip before nothing out of what the reader
// accepts. A weight of zero refuses; other weights do not matter to us.
func encoding(accept string) string {
	best := ""
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(part, ";")
		if weight, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); ok {
			if q, err := strconv.ParseFloat(weight, 64); err != nil || q == 0 {
				continue
			}
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "br":
			return "br"
		case "gzip":
			best = "gzip"
		}
	}
	return best
}
