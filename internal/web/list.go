package web

import (
	"net/http"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/ui"
)

// ID is the number in a part of the path; errs.NotFound when there is none.
func ID(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, errs.New(errs.NotFound, "web.not-found")
	}
	return id, nil
}

// PagesOf reads which page of a list is wanted, of so many rows in all, and where in the list the page begins. The links keep what
// the list is limited to.
func PagesOf(r *http.Request, total int) (pages ui.Pages, offset int) {
	pages = ui.Pages{Page: 1, Pages: max(1, (total+ui.PageSize-1)/ui.PageSize), Total: total}
	q := r.URL.Query()
	q.Del("lang")
	if n, err := strconv.Atoi(q.Get("page")); err == nil {
		pages.Page = min(max(n, 1), pages.Pages)
	}
	pages.URL = func(n int) string {
		q.Set("page", strconv.Itoa(n))
		return r.URL.Path + "?" + q.Encode()
	}
	return pages, (pages.Page - 1) * ui.PageSize
}

// Paged is the page of a list that is wanted.
func Paged[T any](r *http.Request, all []T) (ui.Pages, []T) {
	pages, from := PagesOf(r, len(all))
	return pages, all[from:min(from+ui.PageSize, len(all))]
}
