package app

import (
	"context"
	"math"
	"slices"
	"strconv"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/mask"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
)

// closedRounds gives insight the rounds that have results.
func (a *App) closedRounds(ctx context.Context) ([]insight.Head, error) {
	all, err := survey.Rounds(ctx, a.Config.DB)
	if err != nil {
		return nil, err
	}
	var out []insight.Head
	for _, r := range all {
		if r.State == survey.Closed {
			out = append(out, headOf(&r))
		}
	}
	return out, nil
}

func headOf(r *survey.Round) insight.Head {
	return insight.Head{Code: r.Code, Name: r.Settings.Name, OpenedAt: r.Begins().UTC(), ClosedAt: r.ClosedAt.UTC(), Invited: r.Invited}
}

// resultsWanted asks for the results of a round that has just closed.
func (a *App) resultsWanted(ctx context.Context, tx *db.Tx, r *survey.Round) error {
	return a.Insight.Ask(ctx, tx, r.Code)
}

// source gives insight a closed round with its responses.
func (a *App) source(ctx context.Context, code string) (*insight.Source, error) {
	s, err := a.outline(ctx, code)
	if err != nil {
		return nil, err
	}
	return s, s.Each(ctx, func(r insight.Response) error {
		s.Responses = append(s.Responses, r)
		return nil
	})
}

// outline is source without the responses, which can be asked for one by one.
func (a *App) outline(ctx context.Context, code string) (*insight.Source, error) {
	c, err := a.Survey.ClosedRound(ctx, code)
	if err != nil {
		return nil, err
	}
	past, err := survey.Earlier(ctx, a.Config.DB, &c.Round)
	if err != nil {
		return nil, err
	}
	professions, err := people.Professions(ctx, a.Config.DB)
	if err != nil {
		return nil, err
	}
	s := &insight.Source{Head: headOf(&c.Round), Least: c.Round.Settings.LeastShown(), Full: c.Round.Settings.FullShown()}
	s.Instrument, s.Version = c.Instrument.Title, c.Instrument.Version
	county, err := a.People.County(ctx)
	if err != nil {
		return nil, err
	}
	s.County, s.BaseURL = county.Name, a.Config.BaseURL
	if len(past) > 0 {
		// A wave whose responses are deleted is none that another could be compared with.
		gone, err := survey.Forgotten(ctx, a.Config.DB, past[len(past)-1].ID)
		if err != nil {
			return nil, err
		}
		if gone.IsZero() {
			s.Earlier = past[len(past)-1].Code
		}
	}
	for _, x := range c.Instrument.Scales {
		s.Areas = append(s.Areas, insight.Area{ID: x.ID, Title: x.Title, About: x.About, Support: x.Kind == instrument.KindSupport,
			Min: x.Min(), Max: x.Max(), MinAnswered: x.MinAnsweredPct})
	}
	for _, it := range c.Instrument.Items {
		s.Items = append(s.Items, itemOf(it))
	}
	b := breakdown{c: c}
	b.tree(s)
	b.professions(s, professions)
	b.questions(s)
	s.Each = b.each
	return s, nil
}

func itemOf(it *instrument.Item) insight.Item {
	out := insight.Item{ID: it.ID, Kind: string(it.Type), Text: it.Text, Area: it.ScaleIndex, Reversed: it.Reversed, Background: it.Background, MaxLength: it.MaxLength,
		NotApplicable: it.NotApplicable()}
	for _, st := range it.Steps() {
		out.Choices = append(out.Choices, insight.Category{Value: strconv.Itoa(st.Value), Title: st.Label})
		out.Max = st.Value
	}
	if steps := it.Steps(); len(steps) > 0 {
		out.Min = steps[0].Value
	}
	for _, o := range it.Options {
		out.Choices = append(out.Choices, insight.Category{Value: o.Value, Title: o.Label})
	}
	if it.Min != nil && it.Max != nil {
		out.Min, out.Max = *it.Min, *it.Max
	}
	return out
}

// breakdown is by what a round's results are broken down.
type breakdown struct {
	c      *survey.Answered
	unit   map[int64]int                    // index of a unit in the source
	values []func(r survey.AnsweredOne) int // of each variable: the category of a response
}

// tree brings in the round's units, a whole above them first when there is not one tree.
func (b *breakdown) tree(s *insight.Source) {
	b.unit = map[int64]int{}
	units, roots := b.c.Units, 0
	known := map[int64]bool{}
	for _, u := range units {
		known[u.ID] = true
	}
	for _, u := range units {
		if !known[u.Parent] {
			roots++
		}
	}
	heads := map[int64]int{}
	for _, g := range b.c.Groups {
		heads[g.Unit] += g.Invited
	}
	if !b.c.Round.Settings.ByUnit {
		units, roots = nil, 0
	}
	if roots != 1 {
		staff := 0
		if len(units) == 0 {
			staff = b.c.Round.Invited
		}
		s.Units = append(s.Units, insight.Unit{Parent: sdc.NoParent, Name: s.Name, Staff: staff, Heads: heads[0]})
	}
	b.unit[0] = 0
	b.under(s, units, known)
	for i := range s.Units {
		if s.Units[i].ID != 0 {
			s.Units[i].Heads += heads[s.Units[i].ID]
		}
	}
	if roots == 1 {
		s.Units[0].Heads += heads[0]
	}
}

// under adds units after those above them.
func (b *breakdown) under(s *insight.Source, units []survey.RoundUnit, known map[int64]bool) {
	kids := map[int64][]survey.RoundUnit{}
	for _, u := range units {
		up := u.Parent
		if !known[up] {
			up = 0
		}
		kids[up] = append(kids[up], u)
	}
	virtual := len(s.Units) > 0
	var add func(of int64)
	add = func(of int64) {
		for _, u := range kids[of] {
			parent := sdc.NoParent
			if of != 0 || virtual {
				parent = b.unit[of]
			}
			b.unit[u.ID] = len(s.Units)
			s.Units = append(s.Units, insight.Unit{ID: u.ID, Parent: parent, Code: u.Code, Name: u.Names, Staff: u.Invited})
			add(u.ID)
		}
	}
	add(0)
}

// notStated is the category of those who have said nothing, or whose category is not kept.
var notStated = insight.Category{}

func (b *breakdown) professions(s *insight.Source, all []people.Profession) {
	if !b.c.Round.Settings.ByProf {
		return
	}
	v := insight.Variable{ID: "profession"}
	at := map[string]int{}
	heads := map[string]int{}
	for _, g := range b.c.Groups {
		heads[g.Profession] += g.Invited
	}
	for _, p := range all {
		if heads[p.Code] > 0 && p.Code != "" {
			at[p.Code] = len(v.Categories)
			v.Categories = append(v.Categories, insight.Category{Value: p.Code, Title: map[string]string{"fi": p.NameFI, "sv": p.NameSV, "en": p.NameEN}, Heads: heads[p.Code]})
			delete(heads, p.Code)
		}
	}
	rest := notStated
	for _, n := range heads {
		rest.Heads += n
	}
	v.Categories = append(v.Categories, rest)
	s.Variables = append(s.Variables, v)
	b.values = append(b.values, func(r survey.AnsweredOne) int {
		if c, ok := at[b.c.Groups[r.Group].Profession]; ok {
			return c
		}
		return len(v.Categories) - 1
	})
}

// questions are the declared background questions that have choices.
func (b *breakdown) questions(s *insight.Source) {
	for i, it := range s.Items {
		if !it.Background || len(it.Choices) == 0 || it.Kind == insight.MultipleItem || !slices.Contains(b.c.Round.Settings.ByItems, it.ID) {
			continue
		}
		v := insight.Variable{ID: it.ID, Title: it.Text, Categories: append(slices.Clone(it.Choices), notStated)}
		s.Variables = append(s.Variables, v)
		b.values = append(b.values, func(r survey.AnsweredOne) int {
			answer := r.Answers[i]
			if at := slices.IndexFunc(it.Choices, func(c insight.Category) bool { return c.Value == answer }); at >= 0 {
				return at
			}
			return len(v.Categories) - 1
		})
	}
}

// each gives the responses one by one.
func (b *breakdown) each(ctx context.Context, use func(insight.Response) error) error {
	return b.c.Each(ctx, func(x survey.AnsweredOne) error {
		r := insight.Response{Unit: b.unit[b.c.Groups[x.Group].Unit], Answers: x.Answers, Pair: x.Pair}
		for _, value := range b.values {
			r.Values = append(r.Values, value(x))
		}
		for _, sc := range b.c.Instrument.ScoresOf(x.Answers) {
			score := math.NaN()
			if sc.OK {
				score = sc.Mean
			}
			r.Scores = append(r.Scores, score)
		}
		return use(r)
	})
}

// findingName names a finding for the log, and tells where it is.
func (a *App) findingName(ctx context.Context, number, lang string) (name, url string, err error) {
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return "", "", nil
	}
	f, err := a.Insight.FindingByID(ctx, id)
	if errs.KindOf(err) == errs.NotFound {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	return i18n.In(f.Origin.Area, lang) + ", " + i18n.In(f.Unit(), lang), "/findings/" + number, nil
}

// suspect reports whether a note seems to tell who somebody is: by an address, a phone number or an identity code. Names of staff
// are not looked for: a note may say whom to ask.
func suspect(text string) bool { return len(mask.New(nil).Find(text)) > 0 }
