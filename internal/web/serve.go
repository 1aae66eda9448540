package web

import (
	"errors"
	"log/slog"
	"net/http"

	"taitorinki/internal/errs"
)

const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types app"

// Handler is the whole site: security headers and the cross-origin guard around the routes.
func (k *Kit) Handler() http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Without the session, which another site's request must not touch.
		k.fail(w, r, "private", errs.New(errs.Forbidden, "web.other-site"))
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
		defer func() {
			if e := recover(); e != nil && e != http.ErrAbortHandler {
				slog.ErrorContext(r.Context(), "handler panicked", "err", e)
				http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			} else if e != nil {
				panic(e)
			}
		}()
		inner.ServeHTTP(w, r)
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

// fail shows err. It is the only code that turns an error into a status.
func (k *Kit) fail(w http.ResponseWriter, r *http.Request, route string, err error) {
	if errors.Is(err, errSignIn) && r.Method == http.MethodGet {
		to := "/sign-in"
		if next := k.Local(r.URL.Path); next != "" {
			to += "?next=" + next
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
		err = errs.Because(err, errs.Invalid, "web.too-big")
	}
	kind := errs.KindOf(err)
	if kind == errs.Internal {
		// The route's pattern and not the path: a path may hold a token.
		slog.ErrorContext(r.Context(), "request failed", "route", route, "err", err)
	}
	key, args := "web.internal", []any(nil)
	if e, ok := errors.AsType[*errs.E](err); ok && kind != errs.Internal {
		key, args = e.Key, e.Args
	}
	var p Page
	if route == "private" {
		p = k.PrivatePage(r, k.Lang(r), "")
	} else {
		p = k.Page(r, "web.failed")
	}
	p.Shell.Narrow = true
	p.Shell.Title = p.T("web.failed-" + failTitle[kind])
	if err := k.ShowStatus(w, r, status[kind], p, failPage(p.Shell.Title, p.T(key, args...), p.T("web.to-start"))); err != nil {
		http.Error(w, http.StatusText(status[kind]), status[kind])
	}
}

var failTitle = map[errs.Kind]string{
	errs.Internal: "internal", errs.NotFound: "missing", errs.Invalid: "invalid", errs.Forbidden: "forbidden", errs.Conflict: "conflict",
}
