package rounds

import (
	"context"
	"slices"
	"strings"

	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/ui"
)

// locked are the settings that the opening has locked, to be read ever after.
func (s *Pages) locked(ctx context.Context, p roundPage, in *instrument.Instrument) ([]ui.Fact, error) {
	set := p.Round.Settings
	units, err := survey.RoundUnits(ctx, s.DB, p.Round.ID)
	if err != nil {
		return nil, err
	}
	professions, err := people.Professions(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	var chosen, languages, by []string
	for _, u := range units {
		if slices.Contains(set.Units, u.ID) {
			chosen = append(chosen, u.Names.In(p.Lang))
		}
	}
	var only []string
	for _, x := range professions {
		if slices.Contains(set.Professions, x.Code) {
			only = append(only, x.Name(p.Lang))
		}
	}
	for _, l := range set.Languages {
		languages = append(languages, p.T("survey.lang-"+l))
	}
	if set.ByUnit {
		by = append(by, p.T("survey.by-unit"))
	}
	if set.ByProf {
		by = append(by, p.T("survey.by-profession"))
	}
	for _, it := range in.Background() {
		if slices.Contains(set.ByItems, it.ID) {
			by = append(by, it.Text.In(in.Language(p.Lang)))
		}
	}
	facts := []ui.Fact{
		{Term: p.T("survey.units"), Value: listOr(chosen, p.T("survey.all-units"))},
		{Term: p.T("survey.professions"), Value: listOr(only, p.T("survey.all-professions"))},
		{Term: p.T("survey.languages"), Value: strings.Join(languages, ", ")},
		{Term: p.T("survey.form-breakdown"), Value: listOr(by, "–")},
		{Term: p.T("survey.limits"), Value: p.T("survey.limits-are", "least", set.LeastShown(), "full", set.FullShown())},
	}
	for _, x := range []survey.Text{{Name: "survey.subject", Words: set.Subject}, {Name: "survey.invitation", Words: set.Invitation}, {Name: "survey.privacy", Words: set.Privacy}} {
		facts = append(facts, ui.Fact{Term: p.T(x.Name), Value: x.Words.In(p.Lang)})
	}
	return facts, nil
}

func listOr(list []string, none string) string {
	if len(list) == 0 {
		return none
	}
	return strings.Join(list, ", ")
}
