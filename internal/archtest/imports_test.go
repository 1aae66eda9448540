package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// tiers is the plan. A package imports lower tiers only; the packages inside a feature's folder stand one step below it, but for
// its pages.
var tiers = map[string]int{
	"errs": 0, "i18n": 0, "mail": 0, "stats": 0, "sdc": 0, "chart": 0, "ui": 0, "sheet": 0, "mask": 0, "workday": 0, "ical": 0, "badge": 0, "pace": 0, "watch": 0, "settings": 0,
	"db": 1, "analyse": 1, "dataset": 1,
	"web": 2, "jobs": 2, "outbox": 2,
	"people":  3,
	"catalog": 4, "about": 4,
	"survey": feature, "insight": feature, "mentoring": feature, "events": feature,
	"app":  7,
	"demo": 8,
}

// feature is the tier of the features; 6 is for what reads them all.
const feature = 5

// pages stand above the feature in whose folder they are, so that it can do without them.
var pages = []string{"people/signon", "survey/answering", "survey/rounds", "insight/results",
	"mentoring/asking", "mentoring/supportlog", "mentoring/training", "mentoring/meetings", "mentoring/coverage", "mentoring/monthly",
	"events/live", "events/signup", "events/invite", "events/calendar", "events/feedback", "events/fair", "events/materials"}

// Outside the tiers: only tests and tools import these.
var forTests = []string{"apptest", "dbtest", "browsertest", "archtest", "faults", "loadtest", "memtest", "sdc/sdcattack", "people/signon/signontest"}

// source is one Go file of ours.
type source struct {
	path string // from the root of the module
	pkg  string // the folder below internal, or cmd/...
	test bool
	file *ast.File
	text string
}

var positions = token.NewFileSet()

var parsed []source

// sources are all our Go files, read once: the tests of this package run one after the other.
func sources(t *testing.T) []source {
	t.Helper()
	if parsed != nil {
		return parsed
	}
	var out []source
	each(t, ".go", func(path, text string) {
		f, err := parser.ParseFile(positions, path, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, source{path, strings.TrimPrefix(filepath.Dir(path), "internal/"), strings.HasSuffix(path, "_test.go"), f, text})
	})
	if len(out) < 100 {
		t.Fatalf("only %d files found: the test looks in the wrong place", len(out))
	}
	parsed = out
	return out
}

// each calls f for every file of ours with an ending.
func each(t *testing.T, ext string, f func(path, text string)) {
	t.Helper()
	for _, top := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ext {
				return err
			}
			b, err := os.ReadFile(path)
			if err == nil {
				rel, _ := filepath.Rel(root, path)
				f(filepath.ToSlash(rel), string(b))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// ours are the imports of a file that belong to this module, as folders below internal.
func (s source) ours() (out []string) {
	for _, p := range s.imports() {
		if in, ok := strings.CutPrefix(p, "taitorinki/internal/"); ok {
			out = append(out, in)
		}
	}
	return out
}

func (s source) imports() (out []string) {
	for _, i := range s.file.Imports {
		out = append(out, strings.Trim(i.Path.Value, `"`))
	}
	return out
}

func testsOnly(pkg string) bool {
	return slices.Contains(forTests, pkg) || slices.Contains(forTests, top(pkg))
}

func top(pkg string) string { first, _, _ := strings.Cut(pkg, "/"); return first }

func TestAPackageImportsLowerTiersOnly(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.pkg, "cmd/") || testsOnly(s.pkg) {
			continue
		}
		tier, known := tiers[top(s.pkg)]
		if !known {
			t.Errorf("%s: package %s is in no tier: give it one here and in doc/ARCHITECTURE.md", s.path, s.pkg)
			continue
		}
		for _, in := range s.ours() {
			inside := top(in) == top(s.pkg)
			switch {
			case testsOnly(in):
				t.Errorf("%s imports %s, which is for tests", s.path, in)
			case inside && s.pkg != top(s.pkg) && in == top(s.pkg) && !slices.Contains(pages, s.pkg):
				t.Errorf("%s: %s imports the feature that it is a part of", s.path, s.pkg)
			case inside && slices.Contains(pages, in) && !slices.Contains(pages, s.pkg):
				t.Errorf("%s: %s imports its own pages, %s", s.path, s.pkg, in)
			case !inside && tiers[top(in)] >= tier:
				t.Errorf("%s: %s (tier %d) imports %s (tier %d)", s.path, s.pkg, tier, in, tiers[top(in)])
			}
		}
	}
}

func TestFeaturesNeverImportOneAnother(t *testing.T) {
	for _, s := range sources(t) {
		if tiers[top(s.pkg)] != feature {
			continue
		}
		for _, in := range s.ours() {
			if tier, known := tiers[top(in)]; known && tier == feature && top(in) != top(s.pkg) {
				t.Errorf("%s: the feature %s imports the feature %s", s.path, s.pkg, in)
			}
		}
	}
}

func TestOnlyTheDatabasePackageKnowsADriver(t *testing.T) {
	for _, s := range sources(t) {
		if top(s.pkg) == "db" || top(s.pkg) == "dbtest" {
			continue
		}
		for _, in := range s.imports() {
			if strings.HasPrefix(in, "github.com/jackc/") || strings.HasPrefix(in, "modernc.org/sqlite") || strings.HasPrefix(in, "github.com/pressly/goose") {
				t.Errorf("%s imports %s", s.path, in)
			}
		}
	}
}

func TestOnlyWatchCountsForPrometheusAndServesProfiles(t *testing.T) {
	for _, s := range sources(t) {
		for _, in := range s.imports() {
			if s.pkg != "watch" && (strings.HasPrefix(in, "github.com/prometheus/") || in == "net/http/pprof") {
				t.Errorf("%s imports %s", s.path, in)
			}
		}
	}
}

func TestThePurePackagesImportTheStandardLibraryAndGonumOnly(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !slices.Contains([]string{"stats", "sdc", "chart"}, s.pkg) {
			continue
		}
		for _, in := range s.imports() {
			host, _, _ := strings.Cut(in, "/")
			if in == "time" || in == "math/rand" || strings.HasPrefix(in, "taitorinki/") || strings.Contains(host, ".") && !strings.HasPrefix(in, "gonum.org/") {
				t.Errorf("%s imports %s", s.path, in)
			}
		}
	}
}

func TestNobodyReadsTheClockButWhoStartsTheProgram(t *testing.T) {
	for _, s := range sources(t) {
		if tier := tiers[top(s.pkg)]; s.test || tier < 2 || tier > 7 {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
					t.Errorf("%s:%d: time.%s: the time comes in as a field", s.path, positions.Position(n.Pos()).Line, sel.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestEveryPackageSaysInItsFirstSentenceWhatItIs(t *testing.T) {
	docs, seen := map[string]int{}, map[string]bool{}
	for _, s := range sources(t) {
		if s.test || strings.HasSuffix(s.path, "_templ.go") {
			continue
		}
		seen[s.pkg] = true
		if s.file.Doc == nil {
			continue
		}
		docs[s.pkg]++
		text := s.file.Doc.Text()
		want := "Package " + s.file.Name.Name + " "
		if s.file.Name.Name == "main" {
			want = "Command " + filepath.Base(s.pkg) + " "
		}
		if !strings.HasPrefix(text, want) || !strings.Contains(text, ".") {
			t.Errorf("%s: the comment begins %.40q, want %q", s.path, text, want)
		}
	}
	for pkg := range seen {
		if docs[pkg] != 1 {
			t.Errorf("package %s has %d package comments, want 1", pkg, docs[pkg])
		}
	}
}

func TestNoFileIsLongerThan600Lines(t *testing.T) {
	for _, s := range sources(t) {
		lines := strings.Count(s.text, "\n")
		switch {
		case s.test || strings.HasSuffix(s.path, "_templ.go"):
		case lines > 600:
			t.Errorf("%s has %d lines: split it by subject", s.path, lines)
		case lines > 450:
			t.Logf("%s has %d lines", s.path, lines)
		}
	}
}
