package archtest

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"taitorinki/internal/app"
	"taitorinki/internal/demo"
	"taitorinki/internal/i18n"
)

func words(t *testing.T) i18n.Words {
	t.Helper()
	w, err := app.Words(demo.Locales)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestEveryMessageIsThereInAllLanguagesWithTheSamePlaceholders(t *testing.T) {
	w := words(t)
	if n := len(w["fi"]); n < 200 {
		t.Fatalf("only %d messages", n)
	}
	for _, bad := range w.Missing() {
		t.Error(bad)
	}
}

// keyAt says which argument of a call is a message key.
var keyAt = map[string]int{"T": 0, "New": 1, "Because": 2, "Page": 1, "Flash": 1, "Add": 1, "text": 0, "fail": 1}

var key = regexp.MustCompile(`^[a-z0-9]+\.[a-z0-9_-]+$`)

func TestEveryMessageThatTheCodeNamesExists(t *testing.T) {
	w := words(t)
	n := 0
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.pkg, "cmd/") || testsOnly(s.pkg) {
			continue
		}
		ast.Inspect(s.file, func(x ast.Node) bool {
			call, ok := x.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := called(call)
			at, ok := keyAt[name]
			if !ok {
				return true
			}
			// Words.T has the language first, others have not; a key is told by its form.
			for i := at; i < len(call.Args) && i <= at+1; i++ {
				lit, ok := call.Args[i].(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					continue
				}
				k, _ := strconv.Unquote(lit.Value)
				if !key.MatchString(k) || !known(w, k) {
					continue
				}
				n++
				for _, lang := range i18n.Langs {
					if !w.Has(lang, k) {
						t.Errorf("%s:%d: %s(%q): there is no such message in %s", s.path, positions.Position(lit.Pos()).Line, name, k, lang)
					}
				}
				break
			}
			return true
		})
	}
	if n < 200 {
		t.Errorf("only %d messages found in the code: the test looks past them", n)
	}
}

// known reports whether a key begins as messages do, with the name of a package that has words.
func known(w i18n.Words, k string) bool {
	pkg, _, _ := strings.Cut(k, ".")
	for has := range w["fi"] {
		if strings.HasPrefix(has, pkg+".") {
			return true
		}
	}
	return false
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

var inline = regexp.MustCompile(`(?i)\sstyle\s*=|<style\b|\son[a-z]+\s*=\s*["{]|javascript:`)
var script = regexp.MustCompile(`(?is)<script\b([^>]*)>(.*?)</script>`)

func TestNoPageHasInlineStyleOrScript(t *testing.T) {
	n := 0
	each(t, ".templ", func(path, text string) {
		n++
		if bad := inline.FindString(text); bad != "" {
			t.Errorf("%s: %q: the content security policy blocks it", path, bad)
		}
		for _, m := range script.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(m[1], "src=") || strings.TrimSpace(m[2]) != "" {
				t.Errorf("%s: a script without a file: %q", path, m[0])
			}
		}
	})
	if n == 0 {
		t.Error("no pages found")
	}
}
