package analyse

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A reader meets a refusal as the whole result of an analysis, so it stands alone as a sentence.
func TestEveryRefusalIsASentence(t *testing.T) {
	sentence := regexp.MustCompile(`^\p{Lu}[^\n]*\.$`)
	found := 0
	for _, file := range sources(t, ".", "../stats") {
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := refusal(n); ok {
				found++
				if !sentence.MatchString(text) {
					t.Errorf("%q is a refusal, want a sentence with a capital and a full stop", text)
				}
			}
			return true
		})
	}
	if found < 50 {
		t.Errorf("got %d refusals, want the more than 50 that there are", found)
	}
}

func sources(t *testing.T, folders ...string) (files []*ast.File) {
	t.Helper()
	for _, folder := range folders {
		paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	return files
}

// refusal is the text of Refusal("...") or Refusal(fmt.Sprintf("...", ...)), with its verbs.
func refusal(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return "", false
	}
	ok = false
	switch f := call.Fun.(type) {
	case *ast.Ident:
		ok = f.Name == "Refusal"
	case *ast.SelectorExpr:
		ok = f.Sel.Name == "Refusal"
	}
	if !ok {
		return "", false
	}
	arg := call.Args[0]
	if inner, formatted := arg.(*ast.CallExpr); formatted && len(inner.Args) > 0 {
		arg = inner.Args[0]
	}
	literal, isLiteral := arg.(*ast.BasicLit)
	if !isLiteral {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}
