package survey

import (
	"context"
	"slices"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
)

// Issue is something that the coordinator should know before a round opens.
type Issue struct {
	Blocking bool // the round cannot open
	Key      string
	Args     []any
	List     []string // what it is about, in the reader's language
}

// Check is what a round would be if it opened now.
type Check struct {
	Invited int
	Mailed  int // of them, those who can be reached by e-mail
	Groups  int
	Issues  []Issue
}

// Blocked reports whether the round cannot open.
func (c Check) Blocked() bool {
	for _, i := range c.Issues {
		if i.Blocking {
			return true
		}
	}
	return false
}

// PopulationOf finds whom the settings invite, and the tree of today.
func PopulationOf(ctx context.Context, q db.Q, set *Settings) (pop Population, err error) {
	units, err := people.Units(ctx, q)
	if err != nil {
		return pop, err
	}
	for _, u := range units {
		pop.Units = append(pop.Units, PopulationUnit{u.ID, u.ParentID, u.Code, Words{"fi": u.NameFI, "sv": u.NameSV, "en": u.NameEN}})
	}
	staff, err := people.Population(ctx, q, set.Units, set.Professions)
	if err != nil {
		return pop, err
	}
	for _, p := range staff {
		pop.People = append(pop.People, inviteeOf(p))
	}
	return pop, nil
}

func inviteeOf(p people.Person) Invitee {
	return Invitee{p.ID, p.UnitID, p.Profession, p.Email, p.Name, p.Lang}
}

// Preflight lists what would go wrong, or otherwise than expected, if the round opened now.
func (s *Service) Preflight(ctx context.Context, r *Round, lang string) (c Check, err error) {
	in, err := s.Instrument(ctx, r.InstrumentID)
	if err != nil {
		return c, err
	}
	pop, err := PopulationOf(ctx, s.DB, r.Settings)
	if err != nil {
		return c, err
	}
	unmailed := badAddresses(pop.People)
	c.Invited, c.Mailed = len(pop.People), len(pop.People)-len(unmailed)
	add := func(blocking bool, list []string, key string, args ...any) {
		c.Issues = append(c.Issues, Issue{blocking, key, args, list})
	}
	for _, i := range checkWords(r.Settings, in.Languages) {
		add(true, nil, i.Key, i.Args...)
	}
	c.checkTimes(r, s.Now())
	g, err := group(r.Settings, pop)
	if err != nil {
		add(true, nil, "survey.too-few-invited", "n", LeastGroup)
		return c, nil
	}
	c.Groups = len(g.groups)
	if c.Invited < 10 {
		add(false, nil, "survey.check-small", "n", 10)
	}
	if merged := mergedUnits(g, lang); len(merged) > 0 {
		add(false, merged, "survey.check-merged", "n", len(merged), "least", LeastGroup)
	}
	if len(unmailed) > 0 {
		add(false, unmailed, "survey.check-address", "n", len(unmailed))
	}
	for _, l := range i18n.Langs {
		if n := speak(pop.People, l); n > 0 && len(r.Settings.Languages) > 0 && !slices.Contains(r.Settings.Languages, l) {
			add(false, nil, "survey.check-speakers-"+l, "n", n)
		}
	}
	if s.County != nil {
		county, err := s.County(ctx)
		if err != nil {
			return c, err
		}
		if !county.Complete() {
			add(false, nil, "survey.check-county")
		}
	}
	if _, err := s.key(r.Code); err != nil && r.State != Draft {
		add(true, nil, "survey.key-missing")
	}
	return c, nil
}

func (c *Check) checkTimes(r *Round, now time.Time) {
	switch {
	case r.ClosesAt.IsZero():
		c.Issues = append(c.Issues, Issue{Key: "survey.check-no-closing"})
	case !r.ClosesAt.After(now) || !r.OpensAt.IsZero() && !r.ClosesAt.After(r.OpensAt):
		c.Issues = append(c.Issues, Issue{Blocking: true, Key: "survey.check-closing-past"})
	}
}

func checkWords(set *Settings, has []string) []Issue {
	var out []Issue
	if len(set.Languages) == 0 {
		out = append(out, Issue{Key: "survey.check-no-language"})
	}
	known := map[string]bool{}
	for _, l := range has {
		known[l] = true
	}
	for _, l := range set.Languages {
		if !known[l] {
			out = append(out, Issue{Key: "survey.check-instrument-language", Args: []any{"lang", l}})
		}
		for _, x := range set.Texts() {
			if strings.TrimSpace(x.Words[l]) == "" {
				out = append(out, Issue{Key: "survey.check-missing-" + x.Name, Args: []any{"lang", l}})
			}
		}
	}
	return out
}

// mergedUnits names the units with invited people that answer as another.
func mergedUnits(g *grouping, lang string) []string {
	var out []string
	for i, m := range g.merges {
		if !m.Merged || g.direct[i] == 0 {
			continue
		}
		into := ""
		if m.Into >= 0 {
			into = " → " + g.units[m.Into].Names.In(lang)
		}
		out = append(out, g.units[i].Names.In(lang)+into)
	}
	return out
}

// speak counts the people whose language is lang.
func speak(all []Invitee, lang string) (n int) {
	for _, p := range all {
		if p.Lang == lang {
			n++
		}
	}
	return n
}

func badAddresses(all []Invitee) []string {
	var out []string
	for _, p := range all {
		if mail.CheckAddress(p.Address) != nil {
			out = append(out, strings.TrimSpace(p.Name+" "+p.Address))
		}
	}
	return out
}
