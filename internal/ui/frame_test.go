package ui

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/a-h/templ"
)

func TestABarePageIsTheSameDrawnOrRemembered(t *testing.T) {
	words := func(lang string) Words {
		return func(key string, _ ...any) string { return lang + " " + key }
	}
	body := func(text string) context.Context {
		return templ.WithChildren(t.Context(), templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			_, err := io.WriteString(w, "<p>"+say(ctx, text)+"</p>")
			return err
		}))
	}
	for range 2 {
		for _, s := range []Shell{
			{Lang: "fi", Title: "A & B", Service: "S", Foot: []NavItem{{Label: "x", URL: "/x"}}},
			{Lang: "sv", Title: "A & B", Service: "S", Foot: []NavItem{{Label: "x", URL: "/x"}}},
			{Lang: "fi", Title: "S", Service: "S", County: "Coast", LangForm: "survey", Langs: []LangItem{{Code: "fi", URL: "?lang=fi", Current: true}, {Code: "sv", URL: "?lang=sv"}}},
			{Lang: "fi", Title: "S", Service: "S", County: "Coast", LangForm: "survey", Langs: []LangItem{{Code: "fi", URL: "?lang=fi"}, {Code: "sv", URL: "?lang=sv", Current: true}}},
			{Lang: "fi", Title: "B", Service: "S", Error: true, Narrow: true, Demo: "demo", DemoLabel: "d", DemoURL: "/demo"},
		} {
			s.Bare, s.T = true, words(s.Lang)
			var got, want bytes.Buffer
			if err := Layout(s).Render(body(s.Title), &got); err != nil {
				t.Fatal(err)
			}
			if err := layout(s).Render(WithWords(body(s.Title), s.T), &want); err != nil {
				t.Fatal(err)
			}
			if got.String() != want.String() {
				t.Errorf("%+v:\ngot  %s\nwant %s", s, &got, &want)
			}
		}
	}
}
