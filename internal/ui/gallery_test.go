package ui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

// words reads a language's texts the way package i18n does.
func words(t *testing.T, lang string) map[string]string {
	t.Helper()
	data, err := Locales.ReadFile("locales/" + lang + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, text, ok := strings.Cut(line, " = ")
		if !ok {
			t.Fatalf("%s: %q is not key = text", lang, line)
		}
		if _, twice := texts[key]; twice {
			t.Fatalf("%s: %s stands there twice", lang, key)
		}
		texts[key] = text
	}
	return texts
}

func galleryShell(t *testing.T, lang string) Shell {
	if lang == "" {
		lang = "fi"
	}
	texts := words(t, lang)
	return Shell{
		Lang: lang, Title: "Osat", Service: "Taitorinki", County: "Mallilan hyvinvointialue",
		Nav: []NavItem{
			{Label: "Kysely", URL: "/dev/ui", Current: true}, {Label: "Palaute", URL: "#p"}, {Label: "Yksiköt", URL: "#y"},
			{Label: "Mentorit", URL: "#m"}, {Label: "Tapahtumat", URL: "#t"}, {Label: "Ideat", URL: "#i"},
		},
		Langs: []LangItem{
			{Code: "fi", Label: "FI", Name: "suomeksi", URL: "?lang=fi", Current: lang == "fi"},
			{Code: "sv", Label: "SV", Name: "på svenska", URL: "?lang=sv", Current: lang == "sv"},
			{Code: "en", Label: "EN", Name: "in English", URL: "?lang=en", Current: lang == "en"},
		},
		User: "Maija Malli", UserURL: "#me", SignOutURL: "/signout",
		Foot: []NavItem{{Label: "Saavutettavuusseloste", URL: "#a"}, {Label: "Anna palautetta", URL: "#f"}, {Label: "Tietosuoja", URL: "#d"}},
		T: func(key string, args ...any) string {
			text, ok := texts[key]
			if !ok {
				t.Errorf("no text %s in %s", key, lang)
			}
			for i := 0; i+1 < len(args); i += 2 {
				text = strings.ReplaceAll(text, fmt.Sprint("{", args[i], "}"), fmt.Sprint(args[i+1]))
			}
			return text
		},
	}
}

// surveyOnly is the survey as its respondents see it.
func surveyOnly(s Shell) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return Layout(s).Render(templ.WithChildren(ctx, surveyPart()), w)
	})
}

func surveyPart() templ.Component { return gallerySurvey() }

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var out bytes.Buffer
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// galleries is every form of the gallery that is worth looking at.
func galleries(t *testing.T) map[string]string {
	pages := map[string]string{}
	for _, lang := range []string{"fi", "sv", "en"} {
		pages[lang] = render(t, Gallery(galleryShell(t, lang)))
	}
	full := galleryShell(t, "fi")
	full.Demo, full.DemoLabel, full.DemoURL = "Tämä on esittely.", "Valitse rooli", "/demo"
	full.Error, full.Narrow, full.LangForm, full.Theme, full.Logo = true, true, "g-survey", "/theme.css", "/logo.svg"
	pages["full"] = render(t, Gallery(full))
	bare := galleryShell(t, "fi")
	bare.Bare = true
	pages["bare"] = render(t, Gallery(bare))
	return pages
}

func TestNoPageHasInlineStylesOrScripts(t *testing.T) {
	bad := regexp.MustCompile(`(?i)\sstyle=|<style|<script(?:\s+type="module")?>|\son[a-z]+="|javascript:`)
	for name, page := range galleries(t) {
		if found := bad.FindString(page); found != "" {
			t.Errorf("%s: the policy would block %q", name, found)
		}
		for _, script := range regexp.MustCompile(`<script[^>]*>[^<]*`).FindAllString(page, -1) {
			if !strings.Contains(script, ` src="/static/`) || !strings.HasSuffix(script, ">") {
				t.Errorf("%s: inline script %q", name, script)
			}
		}
	}
}

func TestIdsAreUniqueAndWhatPointsToThemExists(t *testing.T) {
	id := regexp.MustCompile(`\sid="([^"]*)"`)
	refs := regexp.MustCompile(`\s(?:for|aria-describedby|aria-labelledby|popovertarget|form)="([^"]*)"`)
	for name, page := range galleries(t) {
		seen := map[string]bool{}
		for _, m := range id.FindAllStringSubmatch(page, -1) {
			if m[1] == "" || seen[m[1]] {
				t.Errorf("%s: id %q is empty or stands twice", name, m[1])
			}
			seen[m[1]] = true
		}
		for _, m := range refs.FindAllStringSubmatch(page, -1) {
			for _, ref := range strings.Fields(m[1]) {
				if !seen[ref] {
					t.Errorf("%s: nothing has the id %q", name, ref)
				}
			}
		}
	}
}

func TestTheTitleBeginsWithErrorWhenTheFormWasRefused(t *testing.T) {
	if page := galleries(t)["full"]; !strings.Contains(page, "<title>Virhe: Osat – Taitorinki</title>") {
		t.Errorf("got %s", regexp.MustCompile(`<title>.*</title>`).FindString(page))
	}
}

func TestRespondentsSeeNoNavigation(t *testing.T) {
	page := galleries(t)["bare"]
	for _, part := range []string{`id="nav"`, "user-menu", "Maija Malli"} {
		if strings.Contains(page, part) {
			t.Errorf("a bare page has %q", part)
		}
	}
	if !strings.Contains(page, `class="lang"`) {
		t.Error("a bare page has no language switch")
	}
}

func TestEveryLanguageHasTheSameKeysAndPlaceholders(t *testing.T) {
	fi := words(t, "fi")
	hole := regexp.MustCompile(`\{\w+\}`)
	for _, lang := range []string{"sv", "en"} {
		other := words(t, lang)
		for key, text := range fi {
			want, got := hole.FindAllString(text, -1), hole.FindAllString(other[key], -1)
			if other[key] == "" || fmt.Sprint(want) != fmt.Sprint(got) {
				t.Errorf("%s %s: got %q, want the placeholders %v", lang, key, other[key], want)
			}
		}
		if len(other) != len(fi) {
			t.Errorf("%s has %d texts, want %d", lang, len(other), len(fi))
		}
	}
}
