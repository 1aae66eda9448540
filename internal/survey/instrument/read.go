package instrument

import (
	"regexp"
	"slices"
	"strconv"
)

var (
	keyShape      = regexp.MustCompile(`^[a-z0-9-]+$`)
	versionShape  = regexp.MustCompile(`^[0-9A-Za-z.-]+$`)
	languageShape = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	idShape       = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	valueShape    = regexp.MustCompile(`^[a-z0-9_]+$`)
)

func (c *checker) instrument(v at) *Instrument {
	v = c.object(v, []string{"format", "key", "version", "languages", "title", "description", "licence", "attribution",
		"minutes", "response_scales", "scales", "pages"}, nil)
	c.languages = c.readLanguages(v.field("languages")) // first: every text needs them
	in := &Instrument{
		Format:      c.oneOf(v.field("format"), Format),
		Key:         c.word(v.field("key"), keyShape, maxKey, "instrument.bad-key"),
		Version:     c.word(v.field("version"), versionShape, maxVersion, "instrument.bad-version"),
		Languages:   c.languages,
		Title:       c.text(v.field("title")),
		Description: c.text(v.field("description")),
		Licence:     c.line(v.field("licence"), maxName),
		Attribution: c.text(v.field("attribution")),
		Minutes:     orZero(c.whole(v.field("minutes"), 1, maxMinutes)),
	}
	c.responses = c.list(v.field("response_scales"), 0, maxGroups)
	for _, r := range c.responses {
		in.ResponseScales = append(in.ResponseScales, c.responseScale(r))
	}
	c.scales = c.list(v.field("scales"), 0, maxGroups)
	for i, s := range c.scales {
		in.Scales = append(in.Scales, c.scale(s, i))
	}
	for i, p := range c.list(v.field("pages"), 1, maxGroups) {
		in.Pages = append(in.Pages, c.page(p, i, in))
	}
	if len(in.Items) > maxItems {
		c.report(v.field("pages"), "instrument.too-many-items", "got", len(in.Items), "max", maxItems)
	}
	return in
}

func (c *checker) readLanguages(v at) []string {
	var langs []string
	seen := map[string]string{}
	for _, l := range c.list(v, 1, maxLanguages) {
		lang := c.word(l, languageShape, maxID, "instrument.bad-language")
		c.first(seen, l, lang, "instrument.duplicate-value")
		if lang != "" && !slices.Contains(langs, lang) {
			langs = append(langs, lang)
		}
	}
	return langs
}

func (c *checker) id(v at) string { return c.word(v, idShape, maxID, "instrument.bad-id") }

func (c *checker) responseScale(v at) *ResponseScale {
	v = c.object(v, []string{"id", "steps"}, []string{"not_applicable"})
	r := &ResponseScale{ID: c.id(v.field("id")), NotApplicable: c.text(v.field("not_applicable"))}
	var last *int
	for _, s := range c.list(v.field("steps"), minSteps, maxSteps) {
		s = c.object(s, []string{"value", "label"}, nil)
		value := c.whole(s.field("value"), -maxStepValue, maxStepValue)
		if value != nil && last != nil && *value <= *last {
			c.report(s.field("value"), "instrument.steps-order", "got", *value, "before", *last)
		}
		if value != nil {
			last = value
		}
		r.Steps = append(r.Steps, Step{Value: orZero(value), Label: c.text(s.field("label"))})
	}
	return r
}

func (c *checker) scale(v at, index int) *Scale {
	v = c.object(v, []string{"id", "kind", "title", "about", "min_answered_pct", "bands", "strength", "next_steps"}, nil)
	s := &Scale{
		ID:             c.id(v.field("id")),
		Kind:           Kind(c.oneOf(v.field("kind"), string(KindCompetence), string(KindSupport))),
		Title:          c.text(v.field("title")),
		About:          c.text(v.field("about")),
		MinAnsweredPct: c.percent(v.field("min_answered_pct")),
		Strength:       c.text(v.field("strength")),
		Index:          index,
	}
	for _, b := range c.list(v.field("bands"), 1, maxBands) {
		b = c.object(b, []string{"from", "words"}, nil)
		from := c.number(b.field("from"))
		if n := len(s.Bands); n > 0 && from <= s.Bands[n-1].From {
			c.report(b.field("from"), "instrument.bands-order", "got", decimal(from), "before", decimal(s.Bands[n-1].From))
		}
		s.Bands = append(s.Bands, Band{From: from, Words: c.text(b.field("words"))})
	}
	for _, n := range c.list(v.field("next_steps"), 1, maxNextSteps) {
		s.NextSteps = append(s.NextSteps, c.text(n))
	}
	return s
}

func (c *checker) percent(v at) int {
	pct := c.whole(v, 0, 100)
	if pct != nil && *pct != 50 && *pct != 80 && *pct != 100 {
		c.report(v, "instrument.not-one-of", "got", strconv.Itoa(*pct), "allowed", "50, 80, 100")
	}
	return orZero(pct)
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func (c *checker) page(v at, index int, in *Instrument) *Page {
	v = c.object(v, []string{"title", "items"}, []string{"intro"})
	p := &Page{Title: c.text(v.field("title")), Intro: c.text(v.field("intro"))}
	for _, i := range c.list(v.field("items"), 1, maxPageItems) {
		it := c.item(i)
		it.Index, it.Page, it.ScaleIndex = len(in.Items), index, -1
		p.Items = append(p.Items, it)
		in.Items = append(in.Items, it)
		c.items = append(c.items, i)
	}
	return p
}

// typeKeys lists what each type of item has besides the keys of all.
var typeKeys = map[Type]struct{ required, optional []string }{
	TypeScale:    {[]string{"response", "scale"}, []string{"reversed"}},
	TypeSingle:   {[]string{"options"}, []string{"background"}},
	TypeMultiple: {[]string{"options"}, nil},
	TypeNumber:   {[]string{"min", "max"}, []string{"background"}},
	TypeText:     {nil, []string{"max_length"}},
}

var specialKeys = []string{"response", "scale", "reversed", "options", "background", "min", "max", "max_length"}

func (c *checker) item(v at) *Item {
	v = c.object(v, []string{"id", "type", "text"}, slices.Concat([]string{"help", "show_if"}, specialKeys))
	it := &Item{
		ID:     c.id(v.field("id")),
		Type:   Type(c.oneOf(v.field("type"), "scale", "single", "multiple", "number", "text")),
		Text:   c.text(v.field("text")),
		Help:   c.text(v.field("help")),
		ShowIf: c.condition(v.field("show_if")),
	}
	if it.Type == "" {
		return it
	}
	own := typeKeys[it.Type]
	c.require(v, own.required...)
	for _, key := range specialKeys {
		if v.has(key) && !slices.Contains(own.required, key) && !slices.Contains(own.optional, key) {
			c.report(v.field(key), "instrument.key-not-for-type", "key", key, "type", string(it.Type))
		}
	}
	c.special(v, it)
	return it
}

func (c *checker) special(v at, it *Item) {
	switch it.Type {
	case TypeScale:
		it.Response = c.id(v.field("response"))
		it.Scale = c.id(v.field("scale"))
		it.Reversed = c.boolean(v.field("reversed"))
	case TypeSingle:
		it.Options = c.options(v.field("options"))
		it.Background = c.boolean(v.field("background"))
	case TypeMultiple:
		it.Options = c.options(v.field("options"))
	case TypeNumber:
		it.Min = c.whole(v.field("min"), -maxNumber, maxNumber)
		it.Max = c.whole(v.field("max"), -maxNumber, maxNumber)
		if it.Min != nil && it.Max != nil && *it.Min >= *it.Max {
			c.report(v.field("max"), "instrument.min-above-max", "min", *it.Min, "max", *it.Max)
		}
		it.Background = c.boolean(v.field("background"))
	case TypeText:
		it.MaxLength = defaultMaxLength
		if v.has("max_length") {
			it.MaxLength = orZero(c.whole(v.field("max_length"), 1, maxLength))
		}
	}
}

func (c *checker) options(v at) []Option {
	var options []Option
	seen := map[string]string{}
	for _, o := range c.list(v, minOptions, maxOptions) {
		o = c.object(o, []string{"value", "label"}, nil)
		value := c.word(o.field("value"), valueShape, maxKey, "instrument.bad-value")
		c.first(seen, o.field("value"), value, "instrument.duplicate-value")
		options = append(options, Option{Value: value, Label: c.text(o.field("label"))})
	}
	return options
}

func (c *checker) condition(v at) *Condition {
	if v.node == nil {
		return nil
	}
	v = c.object(v, []string{"item"}, []string{"any_of", "at_least", "at_most"})
	cond := &Condition{
		Item:    c.id(v.field("item")),
		AtLeast: c.whole(v.field("at_least"), -maxNumber, maxNumber),
		AtMost:  c.whole(v.field("at_most"), -maxNumber, maxNumber),
	}
	seen := map[string]string{}
	for _, a := range c.list(v.field("any_of"), 1, maxOptions) {
		if !c.is(a, 's', "instrument.want-string") {
			continue
		}
		c.first(seen, a, a.node.text, "instrument.duplicate-value")
		cond.AnyOf = append(cond.AnyOf, a.node.text)
	}
	limits := v.has("at_least") || v.has("at_most")
	switch {
	case v.node != nil && !limits && !v.has("any_of"):
		c.report(v, "instrument.condition-empty")
	case limits && v.has("any_of"):
		c.report(v, "instrument.condition-mixed")
	case cond.AtLeast != nil && cond.AtMost != nil && *cond.AtLeast > *cond.AtMost:
		c.report(v, "instrument.condition-never", "item", cond.Item)
	}
	return cond
}
