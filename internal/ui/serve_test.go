package ui

import (
	"io"
	"net/http"
	"os"
	"testing"
)

// TestServeTheGallery serves /dev/ui for the eye when UI_SERVE is an address:
// UI_SERVE=127.0.0.1:8099 go test ./internal/ui -run Serve -timeout 0
func TestServeTheGallery(t *testing.T) {
	addr := os.Getenv("UI_SERVE")
	if addr == "" {
		t.Skip("UI_SERVE is not set")
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", Static())
	page := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		s := galleryShell(t, r.FormValue("lang"))
		if colour := r.FormValue("theme"); colour != "" {
			s.Theme = "/theme.css?c=" + colour
		}
		c := Gallery(s)
		if r.FormValue("only") == "survey" {
			s.Narrow, s.LangForm = true, "g-survey"
			c = surveyOnly(s)
		}
		if err := c.Render(r.Context(), w); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("GET /dev/ui", page)
	mux.HandleFunc("POST /dev/ui", page)
	mux.HandleFunc("POST /dev/ui/save", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		t.Logf("saved %s", body)
		os.Stdout.Write(append(body, '\n'))
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /theme.css", func(w http.ResponseWriter, r *http.Request) {
		css, err := Theme("#" + r.FormValue("c"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		io.WriteString(w, css)
	})
	t.Error(http.ListenAndServe(addr, mux))
}
