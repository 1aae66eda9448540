package web

import (
	"net/http"
	"net/url"
	"regexp"
)

// localPath is what a path to come back to may look like: nothing that a browser could read as another site.
var localPath = regexp.MustCompile(`^(/[A-Za-z0-9_-]+)+$`)

// Local returns the path if it is a page of ours to which a sign-in may lead, and "" otherwise. A respondent's page is none:
// whoever signs in must not come back to an anonymous answer.
func (k *Kit) Local(path string) string {
	if len(path) > 100 || !localPath.MatchString(path) {
		return ""
	}
	_, pattern := k.mux.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}})
	for _, rt := range k.routes {
		if rt.Pattern == pattern && !rt.Private {
			return path
		}
	}
	return ""
}
