package training

import (
	"bytes"
	"context"
	"io"

	"github.com/a-h/templ"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// safe lets through what a text of a step needs: paragraphs, headings below the page's own, lists, emphasis and links to other
// pages. Coordinators write the texts and mentors read them, so nothing that runs, loads or looks like our own form gets through.
func safe() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "blockquote", "br", "code", "hr")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.RequireNoReferrerOnLinks(true)
	return p
}

// markdown writes Markdown as HTML that is safe to show. Raw HTML in it is left out.
func markdown(source string) (string, error) {
	src := []byte(source)
	doc := goldmark.DefaultParser().Parse(text.NewReader(src))
	err := ast.Walk(doc, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && enter {
			h.Level = min(max(h.Level, 2), 4) // the page has its own first heading
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := goldmark.New().Renderer().Render(&b, src, doc); err != nil {
		return "", err
	}
	return safe().Sanitize(b.String()), nil
}

// prose draws Markdown on a page.
func prose(source string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		html, err := markdown(source)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, html)
		return err
	})
}
