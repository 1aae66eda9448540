// Package ui draws the pages: the shell around every page, the components
// pages are made of, and the static files they need.
//
// It imports nothing of ours. Every word on a page comes in as a string, or
// through the function in Shell.T, which Layout hands on to the components
// inside it through the context (see WithWords). No rendered output carries a
// style attribute or an inline script: the content security policy would block
// both, so what CSS cannot say with a class is said with an SVG attribute, a
// <progress> or a <meter>.
package ui

import (
	"context"
	"embed"
	"io"

	"github.com/a-h/templ"
)

// Locales holds the shell's own texts, locales/{fi,sv,en}.txt, lines of
// "key = text" with placeholders in braces. All keys begin with "ui.".
//
//go:embed locales/*.txt
var Locales embed.FS

// Words turns a message key into the reader's language. The arguments are
// placeholder names and values in turn: T("ui.page-of", "page", 2, "of", 9).
type Words = func(key string, args ...any) string

type wordsKey struct{}

// WithWords makes t the words of every component rendered with the returned
// context. Layout calls it; only a handler that renders a component without
// the layout (a progress bar that is being polled) calls it itself.
func WithWords(ctx context.Context, t Words) context.Context {
	return context.WithValue(ctx, wordsKey{}, t)
}

// say is the words of the context. Without any it answers the key, so that a
// forgotten WithWords is seen on the page instead of as a crash.
func say(ctx context.Context, key string, args ...any) string {
	if t, ok := ctx.Value(wordsKey{}).(Words); ok && t != nil {
		return t(key, args...)
	}
	return key
}

// Layout is the page around its children.
func Layout(s Shell) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if s.Bare {
			return bare(ctx, s, w)
		}
		return layout(s).Render(WithWords(ctx, s.T), w)
	})
}

// NavItem is one link of the navigation, the footer or a breadcrumb.
type NavItem struct {
	Label, URL string
	Current    bool
}

// LangItem is one language of the switch: Label is what is seen ("FI"), Name
// what is heard, in that language ("suomeksi").
type LangItem struct {
	Code, Label, Name, URL string
	Current                bool
}

// Shell is what Layout needs to know about a page. Only Lang, Title, Service
// and T are always needed.
type Shell struct {
	Lang    string // fi, sv, en
	Title   string // of the page; the service's name is added to it
	Service string // beside the mark
	County  string // under the service's name
	Home    string // where the mark leads; empty is "/"
	Logo    string // URL of the county's own logo; empty draws our mark
	Theme   string // URL of the county's colours (see Theme); may be empty

	Nav   []NavItem
	Langs []LangItem
	Foot  []NavItem // accessibility statement, feedback, privacy

	// LangForm is the id of a form. With it the languages are buttons that
	// submit that form with name "lang", so that a survey page keeps its
	// answers; without it they are links.
	LangForm string

	User       string // who is signed in; empty draws no user menu
	UserURL    string // own page; may be empty
	SignOut    string // label; empty takes ui.sign-out
	SignOutURL string // POSTed to

	Demo      string // banner over the page when this is a demonstration
	DemoLabel string
	DemoURL   string

	Narrow bool // text and surveys: 46rem
	Error  bool // the title begins with the word for error
	Bare   bool // no navigation and no user: respondents
	T      Words
}

func (s Shell) home() string {
	if s.Home == "" {
		return "/"
	}
	return s.Home
}

func (s Shell) title() string {
	title := s.Title
	if s.Error {
		title = s.T("ui.error") + ": " + title
	}
	if s.Service != "" && s.Service != s.Title {
		title += " – " + s.Service
	}
	return title
}

func (s Shell) signOut() string {
	if s.SignOut == "" {
		return s.T("ui.sign-out")
	}
	return s.SignOut
}
