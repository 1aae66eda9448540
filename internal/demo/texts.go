package demo

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"

	"taitorinki/internal/demo/county"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/mask"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
)

// What people write, by language: wishes for help and what has worked, each with what may follow it.
//
//go:embed texts
var textFiles embed.FS

// The county's open questions, and how large a share of those who answer write to each.
const (
	openHelp, openWorks   = "open_help", "open_works"
	writesHelp, writeWork = 0.12, 0.08
	longestText           = 300
)

// sentences are the lines of a language by their kind: "help", "why", "works", "more".
type sentences map[string][]string

var said = allSaid()

func allSaid() map[string]sentences {
	out := map[string]sentences{}
	for _, lang := range i18n.Langs {
		data, err := textFiles.ReadFile("texts/" + lang + ".txt")
		if err != nil {
			panic(err)
		}
		out[lang] = sentences{}
		for line := range strings.Lines(string(data)) {
			kind, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
			out[lang][kind] = append(out[lang][kind], text)
		}
	}
	return out
}

// text is what a person writes to an open question; most write nothing.
func text(c *county.County, rng *rand.Rand, person int, it *instrument.Item) string {
	kind, then, share := "help", "why", writesHelp
	if it.ID == openWorks {
		kind, then, share = "works", "more", writeWork
	}
	if rng.Float64() >= share {
		return ""
	}
	p := c.People[person]
	own := said[p.Lang]
	out := filled(c, rng, p, one(rng, own[kind]))
	if more := out + " " + one(rng, own[then]); rng.Float64() < 0.35 && utf8.RuneCountInString(more) <= longestText {
		return more
	}
	return out
}

func one(rng *rand.Rand, all []string) string { return all[rng.IntN(len(all))] }

// filled puts a colleague, the writer's own number and address, and the place of work into a sentence.
func filled(c *county.County, rng *rand.Rand, p county.Person, sentence string) string {
	colleague := c.People[rng.IntN(len(c.People))]
	for range 50 {
		if colleague.Unit == p.Unit && colleague.Name != p.Name {
			break
		}
		colleague = c.People[rng.IntN(len(c.People))]
	}
	first, _, _ := strings.Cut(colleague.Name, " ")
	phone := fmt.Sprintf("04%d %03d %04d", rng.IntN(10), rng.IntN(1000), rng.IntN(10000))
	return strings.NewReplacer("{name}", colleague.Name, "{first}", first, "{phone}", phone, "{mail}", p.Email, "{unit}", workplace(c, p)).Replace(sentence)
}

func workplace(c *county.County, p county.Person) string {
	u, _ := c.Unit(p.Unit)
	return map[string]string{"fi": u.NameFI, "sv": u.NameSV, "en": u.NameEN}[p.Lang]
}

// openVersion is the county's own version of the shipped instrument: the same, and two open questions at the end.
const openVersion = "1.0-kaislaranta"

// instrument finds the county's instrument, which the coordinator has brought in.
func (d *Demo) instrument(ctx context.Context) (survey.InstrumentRow, error) {
	row, err := survey.InstrumentByVersion(ctx, d.App.Config.DB, "taitorinki", openVersion)
	if errs.KindOf(err) != errs.NotFound {
		return row, err
	}
	shipped, err := survey.InstrumentByVersion(ctx, d.App.Config.DB, "taitorinki", "1.0")
	if err != nil {
		return row, err
	}
	source, err := withOpenQuestions(shipped.Source)
	if err != nil {
		return row, err
	}
	if _, _, err := d.App.Survey.ImportInstrument(ctx, source); err != nil {
		return row, err
	}
	return survey.InstrumentByVersion(ctx, d.App.Config.DB, "taitorinki", openVersion)
}

// withOpenQuestions adds the open questions to the last page of an instrument's file.
func withOpenQuestions(source string) ([]byte, error) {
	var file map[string]any
	if err := json.Unmarshal([]byte(source), &file); err != nil {
		return nil, err
	}
	file["version"] = openVersion
	pages := file["pages"].([]any)
	last := pages[len(pages)-1].(map[string]any)
	for _, q := range openQuestions {
		last["items"] = append(last["items"].([]any), map[string]any{"id": q.id, "type": "text", "text": q.text, "help": openNote, "max_length": longestText})
	}
	return json.Marshal(file)
}

var openQuestions = []struct {
	id   string
	text map[string]string
}{
	{openHelp, map[string]string{"fi": "Mikä auttaisi sinua eniten digitaalisessa työssä?", "sv": "Vad skulle hjälpa dig mest i det digitala arbetet?",
		"en": "What would help you most in digital work?"}},
	{openWorks, map[string]string{"fi": "Mikä on toiminut hyvin?", "sv": "Vad har fungerat bra?", "en": "What has worked well?"}},
}

var openNote = map[string]string{
	"fi": "Älä kirjoita nimiä tai muuta, mistä sinut, työkaverisi tai asiakkaan tunnistaa. Ihminen lukee vastauksen ennen kuin muut näkevät sen.",
	"sv": "Skriv inga namn eller annat som röjer dig, en kollega eller en klient. En människa läser svaret innan andra ser det.",
	"en": "Write no names or anything else that gives you, a colleague or a client away. A person reads the answer before others see it.",
}

// checkTexts lets the coordinator read the open answers of a closed round: those that tell the place of work are left out, every
// name that the platform points at is covered in the others.
func (d *Demo) checkTexts(ctx context.Context, w *wave) error {
	r, err := survey.RoundByID(ctx, d.App.Config.DB, w.round)
	if err != nil {
		return err
	}
	in, coordinator := d.App.Insight, d.ids[d.before.Cast.Coordinator]
	if err := in.TakeTexts(ctx, r.Code); err != nil {
		return err
	}
	questions, err := insight.Questions(ctx, d.App.Config.DB, r.Code)
	if err != nil {
		return err
	}
	for _, action := range []string{"texts.view", "round.texts"} {
		if err := in.Note(ctx, coordinator, action, r.Code); err != nil {
			return err
		}
	}
	f, err := in.Finder(ctx)
	if err != nil {
		return err
	}
	for _, q := range questions {
		texts, err := in.TextsToCheck(ctx, q, false, 1_000_000, 0)
		if err != nil {
			return err
		}
		var all []insight.Decision
		for _, t := range texts {
			x := insight.Decision{ID: t.ID, State: insight.Released, Masked: mask.Apply(t.Body, f.Find(t.Body), mask.Possible, func(k mask.Kind) string { return in.Cover("fi", k) })}
			if tellsPlace(w.county, t.Body) || insight.Fault(f, x.Masked) != "" {
				x = insight.Decision{ID: t.ID, State: insight.Withheld}
			}
			all = append(all, x)
		}
		if err := in.Decide(ctx, r.Code, coordinator, all); err != nil {
			return err
		}
	}
	return nil
}

func tellsPlace(c *county.County, body string) bool {
	for _, u := range c.Units {
		if strings.Contains(body, "("+u.NameFI+")") || strings.Contains(body, "("+u.NameSV+")") || strings.Contains(body, "("+u.NameEN+")") {
			return true
		}
	}
	return false
}
