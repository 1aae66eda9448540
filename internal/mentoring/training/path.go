package training

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
)

// Kind is how a step is done. It is stored: never change one.
type Kind string

// The kinds of step.
const (
	Text    Kind = "text"    // read; the mentor marks it
	Link    Kind = "link"    // something elsewhere; the mentor marks it
	Talk    Kind = "talk"    // with the coordinator, who ticks it
	Support Kind = "support" // the mentor's first support entry does it; the coordinator may tick it too
)

// Kinds are in the order in which forms show them.
var Kinds = []Kind{Text, Link, Talk, Support}

// Own reports whether the mentor marks the step.
func (k Kind) Own() bool { return k == Text || k == Link }

// Words are one text by language.
type Words = map[string]string

// Step is one thing to do on the path. Its key is the same in every version, so that what is done stays done.
type Step struct {
	Key     string `json:"key"`
	Kind    Kind   `json:"kind"`
	Minutes int    `json:"minutes"` // about how long it takes; 0 is not said
	Link    string `json:"link,omitempty"`
	Title   Words  `json:"title"`
	Text    Words  `json:"text"` // Markdown
}

// Path is a version of the training path.
type Path struct {
	Version   int
	Steps     []Step
	Activates bool // who has done everything begins to help by itself
	Changes   int  // of a draft
	Published time.Time
	By        int64
}

// The limits of a path.
const (
	MostSteps   = 30
	MostTitle   = 100   // characters
	MostText    = 6_000 // characters, about twenty minutes of reading
	MostMinutes = 240
	mostLink    = 300
)

// Step finds a step by its key.
func (p *Path) Step(key string) (Step, bool) {
	i := p.at(key)
	if i < 0 {
		return Step{}, false
	}
	return p.Steps[i], true
}

func (p *Path) at(key string) int {
	return slices.IndexFunc(p.Steps, func(s Step) bool { return s.Key == key })
}

// newKey draws the key of a step that a coordinator adds.
func newKey() string { return "step-" + strings.ToLower(rand.Text()[:8]) }

// check refuses a step that could not be stored. What is missing may still come: complete wants it all.
func (s *Step) check(bad *errs.Fields) {
	if !slices.Contains(Kinds, s.Kind) {
		bad.Add("kind", "training.choose-kind")
	}
	if s.Minutes < 0 || s.Minutes > MostMinutes {
		bad.Add("minutes", "training.bad-minutes", "most", MostMinutes)
	}
	for _, l := range i18n.Langs {
		limit(bad, "title_"+l, s.Title[l], MostTitle)
		limit(bad, "text_"+l, s.Text[l], MostText)
	}
	limit(bad, "link", s.Link, mostLink)
	if u, err := url.Parse(s.Link); s.Link != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		bad.Add("link", "training.bad-link")
	}
}

func limit(bad *errs.Fields, field, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		bad.Add(field, "training.too-long", "most", most)
	}
}

// complete reports whether a step can be published: a title in every language, and what its kind needs.
func (s *Step) complete() bool {
	for _, l := range i18n.Langs {
		if s.Title[l] == "" || s.Kind == Text && s.Text[l] == "" {
			return false
		}
	}
	return s.Kind != Link || s.Link != ""
}

// newest is the version that mentors begin with: the last that was published, or the one that came with the platform.
func newest(ctx context.Context, q db.Q) (Path, error) {
	all, err := readPaths(ctx, q, ` WHERE published_at IS NOT NULL ORDER BY version DESC LIMIT 1`)
	if err != nil || len(all) > 0 {
		return first(all), err
	}
	return shippedPath()
}

func first(all []Path) Path {
	if len(all) == 0 {
		return Path{}
	}
	return all[0]
}

// firstVersion is the number of the path that came with the platform.
const firstVersion = 1

//go:embed shipped
var shipped embed.FS

// shippedSteps are the steps that a county starts with. Their texts are in the folder shipped: the first line is the title.
var shippedSteps = []Step{
	{Key: "role", Kind: Text, Minutes: 5},
	{Key: "beside", Kind: Text, Minutes: 5},
	{Key: "notes", Kind: Text, Minutes: 5},
	{Key: "answers", Kind: Text, Minutes: 5},
	{Key: "talk", Kind: Talk, Minutes: 20},
	{Key: "first", Kind: Support, Minutes: 10},
}

// shippedPath is the path that came with the platform. It is written down when somebody first begins it, and from then on it is
// the county's: a later release changes nothing of it.
func shippedPath() (Path, error) {
	p := Path{Version: firstVersion, Activates: true}
	for _, s := range shippedSteps {
		s.Title, s.Text = Words{}, Words{}
		for _, l := range i18n.Langs {
			b, err := shipped.ReadFile("shipped/" + l + "/" + s.Key + ".md")
			if err != nil {
				return p, fmt.Errorf("training.shippedPath: %w", err)
			}
			title, text, _ := strings.Cut(string(b), "\n")
			s.Title[l], s.Text[l] = strings.TrimPrefix(title, "# "), strings.TrimSpace(text)
		}
		p.Steps = append(p.Steps, s)
	}
	return p, nil
}

// begun is newest, written down if it came with the platform.
func (s *Service) begun(ctx context.Context, tx *db.Tx) (Path, error) {
	p, err := newest(ctx, tx)
	if err != nil || !p.Published.IsZero() {
		return p, err
	}
	p.Published = s.Now()
	return p, insertPath(ctx, tx, &p)
}

func encodeSteps(all []Step) (string, error) {
	b, err := json.Marshal(append([]Step{}, all...))
	return string(b), err
}
