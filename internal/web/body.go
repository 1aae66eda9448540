package web

import (
	"io"
	"net/http"
	"strings"
)

// limit bounds what is read of a request, in bytes. A body that says itself that it is larger is refused before anything is read.
func limit(w http.ResponseWriter, r *http.Request, size int64) error {
	if r.Body == nil {
		return nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, size)
	if r.ContentLength > size {
		return &http.MaxBytesError{Limit: size}
	}
	if r.Method == http.MethodPost && r.ContentLength < 0 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return r.ParseForm() // here, as FormValue would take a form that is cut off for an empty one
	}
	return nil
}

// mostReadOn is how much more is read of a body that is too large, in bytes.
const mostReadOn = 16 << 20

// readOn reads on in a body that is too large: a browser reads the answer when it has sent everything, and would show a broken
// connection otherwise. Of who sends still more the connection is cut.
func (a *answer) readOn() {
	if a.body != nil {
		io.CopyN(io.Discard, a.body, mostReadOn)
	}
}
