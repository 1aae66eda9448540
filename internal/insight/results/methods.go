package results

import (
	"encoding/hex"
	"net/http"
	"strconv"

	"taitorinki/internal/i18n"
	"taitorinki/internal/sdc"
	"taitorinki/internal/ui"
)

// methodsPage is the report of how a result was made, on one page for printing.
type methodsPage struct {
	*view
	Facts  []ui.Fact
	Scales []scaleRow
	Rules  []string
	Check  []ui.Fact
}

type scaleRow struct{ Title, Kind, Items, Ends, Answered, Alpha, Omega string }

func (s *Pages) methods(w http.ResponseWriter, r *http.Request, v *view) error {
	sum, err := s.Sum(r.Context(), v.Code)
	if err != nil {
		return err
	}
	program := v.Program
	if program == "" {
		program = v.T("insight.m-program-none")
	}
	p := methodsPage{view: v}
	if v.Whole() != nil {
		p.Facts, p.Rules = v.methodFacts(), v.rules()
		for a := range v.Areas {
			p.Scales = append(p.Scales, v.scaleRow(a))
		}
	}
	p.Check = []ui.Fact{
		{Term: v.T("insight.m-sum"), Value: hex.EncodeToString(sum)},
		{Term: v.T("insight.m-program"), Value: program},
		{Term: v.T("insight.m-definitions"), Value: strconv.Itoa(v.Definitions)},
		{Term: v.T("insight.m-seed"), Value: strconv.FormatUint(v.Seed, 10)},
	}
	return s.show(w, r, v, v.T("insight.m-title"), methodsResult(p))
}

// rate is the response rate of the whole in percent.
func (v *view) rate() int { return sdc.Percent(v.Whole().N, v.Invited) }

func (v *view) methodFacts() []ui.Fact {
	by := v.T("insight.m-by-none")
	if len(v.Variables) > 0 {
		var names []string
		for b := range v.Variables {
			names = append(names, v.variableName(b))
		}
		by = v.and(names)
	}
	facts := []ui.Fact{
		{Term: v.T("insight.m-instrument"), Value: v.T("insight.m-version", "name", i18n.In(v.Instrument, v.Lang), "version", v.Version)},
		{Term: v.T("insight.m-population"), Value: v.T("insight.m-population-text", "n", v.Invited)},
		{Term: v.T("insight.m-dates"), Value: i18n.Date(v.Lang, v.OpenedAt) + "\u00a0– " + i18n.Date(v.Lang, v.ClosedAt)},
		{Term: v.T("insight.m-response"), Value: v.T("insight.m-response-text", "n", v.Whole().N, "of", v.Invited, "rate", v.rate())},
	}
	if len(v.Units) > 1 {
		facts = append(facts, ui.Fact{Term: v.T("insight.m-units"), Value: i18n.Int(v.Lang, len(v.Units)-1)})
	}
	return append(facts, ui.Fact{Term: v.T("insight.m-by"), Value: by})
}

func (v *view) scaleRow(area int) scaleRow {
	x, hidden := v.Areas[area], v.T("insight.hidden")
	_, kind := v.kindName(x.Support)
	row := scaleRow{Title: v.AreaName(area), Kind: kind, Items: hidden, Ends: strconv.Itoa(x.Min) + "–" + strconv.Itoa(x.Max), Answered: v.Percent(x.MinAnswered), Alpha: hidden, Omega: hidden}
	if v.Quality != nil {
		q := v.qualityRow(area)
		row.Items, row.Alpha, row.Omega = q.Count, q.Alpha, q.Omega
	}
	return row
}

// rules are those of disclosure control that every figure has passed.
func (v *view) rules() []string {
	return []string{
		v.T("insight.m-rule-least", "k", v.Least, "full", v.Full), v.T("insight.m-rule-together"), v.T("insight.m-rule-alike"),
		v.T("insight.m-rule-exact"), v.T("insight.m-rule-once"), v.T("insight.m-rule-derived", "full", v.Full),
	}
}
