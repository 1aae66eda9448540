package web

import "net/http"

// SharedCookie says that others use this device too, so that nothing of ours may outlive the browser on it. It is also
// the name of the field that turns it on.
const SharedCookie = "shared"

// Shared reports whether the reader said that others use this device too.
func Shared(r *http.Request) bool {
	c, err := r.Cookie(SharedCookie)
	return err == nil && c.Value == "1"
}

// Year is how many seconds a cookie lasts that the device may keep: a year, or until the browser closes where others
// use it too.
func Year(r *http.Request) int {
	if Shared(r) {
		return 0
	}
	return 365 * 24 * 3600
}

// SetShared turns it on or off, also for the language, and returns the request as it would come now.
func (k *Kit) SetShared(w http.ResponseWriter, r *http.Request, on bool) *http.Request {
	c := &http.Cookie{Name: SharedCookie, Value: "1", Path: "/", HttpOnly: true, Secure: k.Secure, SameSite: http.SameSiteLaxMode}
	if !on {
		c.Value, c.MaxAge = "0", -1
	}
	http.SetCookie(w, c)
	now := r.Clone(r.Context())
	now.Header.Del("Cookie")
	for _, old := range r.Cookies() {
		if old.Name != SharedCookie {
			now.AddCookie(old)
		}
	}
	now.AddCookie(c)
	if lang, err := r.Cookie(langCookie); err == nil {
		k.SetLang(w, now, lang.Value)
	}
	return now
}

// ForgetDevice drops what a device keeps whoever uses it.
func (k *Kit) ForgetDevice(w http.ResponseWriter) {
	for _, name := range [...]string{SharedCookie, langCookie} {
		http.SetCookie(w, &http.Cookie{Name: name, Path: "/", MaxAge: -1})
	}
}
