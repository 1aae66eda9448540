package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types app"

// Handler is the whole site: security headers and the cross-origin guard around the routes.
func (k *Kit) Handler() http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Without the session, which another site's request must not touch.
		k.fail(w, r, true, errs.New(errs.Forbidden, "web.other-site"))
	}))
	inner := guard.Handler(k.mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["Content-Security-Policy"] = cspHeader
		h["X-Content-Type-Options"] = nosniff
		h["Referrer-Policy"] = noReferrer
		h["Cross-Origin-Opener-Policy"] = sameOrigin
		h["Permissions-Policy"] = permissions
		if k.Secure {
			h["Strict-Transport-Security"] = hsts
		}
		out, begun := &answer{ResponseWriter: w, body: r.Body}, k.Now()
		k.busy.Add(1)
		defer func() {
			e := recover()
			if e != nil && e != http.ErrAbortHandler {
				out.err, out.stack = fmt.Errorf("panic: %v", e), debug.Stack()
				if out.status == 0 {
					k.fail(out, r, true, out.err)
				}
			}
			k.busy.Add(-1)
			k.tell(r, out, k.Now().Sub(begun))
			if e == http.ErrAbortHandler {
				panic(e)
			}
		}()
		inner.ServeHTTP(out, r)
	})
}

var (
	cspHeader   = []string{csp}
	nosniff     = []string{"nosniff"}
	noReferrer  = []string{"no-referrer"} // a link's token must not travel on
	sameOrigin  = []string{"same-origin"}
	permissions = []string{"camera=(), microphone=(), geolocation=(), interest-cohort=()"}
	hsts        = []string{"max-age=31536000"}
)

var status = map[errs.Kind]int{
	errs.Internal: http.StatusInternalServerError, errs.NotFound: http.StatusNotFound, errs.Invalid: http.StatusUnprocessableEntity,
	errs.Forbidden: http.StatusForbidden, errs.Conflict: http.StatusConflict,
}

// fail shows err, on a bare page where no session may be read. It is the only code that turns an error into a status.
func (k *Kit) fail(w http.ResponseWriter, r *http.Request, bare bool, err error) {
	if errors.Is(err, errSignIn) && r.Method == http.MethodGet {
		to := "/sign-in"
		if next := k.Local(r.URL.Path); next != "" {
			to += "?next=" + next
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	told := answerOf(w)
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
		err = errs.Because(err, errs.Invalid, "web.too-big")
		if told != nil {
			told.readOn()
		}
	}
	kind := errs.KindOf(err)
	key, args := "web.internal", []any(nil)
	if e, ok := errors.AsType[*errs.E](err); ok && kind != errs.Internal {
		key, args = e.Key, e.Args
	}
	number := ""
	if told != nil {
		told.err, told.key = err, key
		if kind == errs.Internal {
			number = told.id()
		}
	}
	var p Page
	if bare {
		p = k.PrivatePage(r, k.Lang(r), "")
	} else {
		p = k.Page(r, "web.failed")
	}
	p.Shell.Narrow = true
	p.Shell.Title = p.T("web.failed-" + failTitle[kind])
	code := status[kind]
	if kind == errs.Internal && db.Unavailable(err) { // a proxy in front of several servers may try another. A request that was cut says nothing of the database
		w.Header().Set("Retry-After", "5")
		code = http.StatusServiceUnavailable
	}
	if err := k.ShowStatus(w, r, code, p, failPage(p, p.T(key, args...), number)); err != nil {
		http.Error(w, http.StatusText(code), code)
	}
}

var failTitle = map[errs.Kind]string{
	errs.Internal: "internal", errs.NotFound: "missing", errs.Invalid: "invalid", errs.Forbidden: "forbidden", errs.Conflict: "conflict",
}
