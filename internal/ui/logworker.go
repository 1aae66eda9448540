package ui

import "net/http"

// LogWorkerPath is where the browser finds the service worker of the support log. It has no hash in it: a browser looks at the same
// address for a newer one.
const LogWorkerPath = "/log/worker.js"

// LogWorker serves that worker. It stands between the browser and the server for the page /log only.
func LogWorker() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", contentTypes[".js"])
		h.Set("Cache-Control", "no-cache")
		h.Set("Service-Worker-Allowed", "/log")
		w.Write(files().files["logworker.js"].plain)
	})
}
