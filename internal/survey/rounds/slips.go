package rounds

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// slipsPage lists a round's sheets of slips and makes new ones.
type slipsPage struct {
	web.Page
	Round   survey.Round
	Name    string
	Sheets  []sheetLine
	Units   []ui.Option
	Number  string
	Errors  map[string]string
	Summary []ui.FieldError
	Open    bool
}

type sheetLine struct {
	URL, Unit string
	N         int
}

func (s *Pages) showSlips(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	return s.renderSlips(w, r, rd, nil)
}

func (s *Pages) renderSlips(w http.ResponseWriter, r *http.Request, rd survey.Round, bad *errs.Fields) error {
	p := slipsPage{Page: s.Kit.Page(r, "survey.slips-title"), Round: rd, Open: rd.State == survey.Open && !rd.Over(s.Now()), Number: r.PostFormValue("number"), Errors: map[string]string{}}
	p.Shell.Narrow = true
	p.Name = rd.Settings.Name.In(p.Lang)
	units, err := survey.RoundUnits(r.Context(), s.DB, rd.ID)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, u := range units {
		names[u.ID] = u.Names.In(p.Lang)
	}
	without, err := survey.Unreached(r.Context(), s.DB, rd.ID)
	if err != nil {
		return err
	}
	chosen := r.PostFormValue("unit")
	walkUnits(units, p.Lang, func(u survey.RoundUnit, depth int) {
		id, name := idText(u.ID), u.Names.In(p.Lang)
		if n := without[u.ID]; n > 0 {
			name = p.T("survey.slips-without", "unit", name, "n", n)
		}
		p.Units = append(p.Units, ui.Option{Value: id, Label: strings.Repeat("– ", depth) + name, Selected: id == chosen})
	})
	all, err := survey.Slips(r.Context(), s.DB, rd.ID)
	if err != nil {
		return err
	}
	last := 0
	for _, x := range all {
		if x.Sheet != last {
			last = x.Sheet
			p.Sheets = append(p.Sheets, sheetLine{URL: slipsURL(rd.ID) + "/" + strconv.Itoa(x.Sheet), Unit: names[x.UnitID]})
		}
		p.Sheets[len(p.Sheets)-1].N++
	}
	slices.Reverse(p.Sheets)
	if bad != nil {
		p.Summary = p.Messages(bad)
		for _, e := range p.Summary {
			p.Errors[e.ID] = e.Text
		}
		return s.Kit.ShowInvalid(w, r, p.Page, slipsView(p))
	}
	return s.Kit.Show(w, r, p.Page, slipsView(p))
}

func slipsURL(round int64) string { return roundURL(round) + "/slips" }

// walkUnits goes through a round's tree in the order in which pages show it.
func walkUnits(units []survey.RoundUnit, lang string, f func(u survey.RoundUnit, depth int)) {
	children := map[int64][]survey.RoundUnit{}
	for _, u := range units {
		children[u.Parent] = append(children[u.Parent], u)
	}
	var walk func(parent int64, depth int)
	walk = func(parent int64, depth int) {
		i18n.Sort(lang, children[parent], func(u survey.RoundUnit) string { return u.Names.In(lang) })
		for _, u := range children[parent] {
			f(u, depth)
			walk(u.ID, depth+1)
		}
	}
	walk(0, 0)
}

func (s *Pages) makeSlips(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	var bad errs.Fields
	unit, err := strconv.ParseInt(r.PostFormValue("unit"), 10, 64)
	if err != nil {
		bad.Add("unit", "survey.slips-unit")
	}
	n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("number")))
	if err != nil || n < 1 || n > survey.MostSlips {
		bad.Add("number", "survey.slips-number", "most", survey.MostSlips)
	}
	if bad.Err() != nil {
		return s.renderSlips(w, r, rd, &bad)
	}
	sheet, err := s.AddSlips(r.Context(), rd.ID, unit, n, web.VisitorOf(r).ID)
	if e, ok := errors.AsType[*errs.E](err); ok && e.Kind == errs.Invalid {
		bad.Add("number", e.Key, e.Args...)
		return s.renderSlips(w, r, rd, &bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, slipsURL(rd.ID)+"/"+strconv.Itoa(sheet))
}

// slipSheet is the paper to print: one slip for each person, to be cut out.
type slipSheet struct {
	web.Page
	Round      survey.Round
	Name, Unit string
	Slips      []printedSlip
	Words      []slipWords
}

type printedSlip struct{ URL, Code string }

type slipWords struct{ Lang, Name, Text, Closes string }

func (s *Pages) printSlips(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	sheet, err := strconv.Atoi(r.PathValue("sheet"))
	if err != nil {
		return errs.New(errs.NotFound, "web.not-found")
	}
	unit, codes, err := s.SlipCodes(r.Context(), &rd, sheet)
	if err != nil {
		return err
	}
	p := slipSheet{Page: s.Kit.Page(r, "survey.slips-title"), Round: rd}
	p.Name = rd.Settings.Name.In(p.Lang)
	for _, code := range codes {
		p.Slips = append(p.Slips, printedSlip{s.BaseURL + "/s/" + code, spaced(code)})
	}
	units, err := survey.RoundUnits(r.Context(), s.DB, rd.ID)
	if err != nil {
		return err
	}
	for _, u := range units {
		if u.ID == unit {
			p.Unit = u.Names.In(p.Lang)
		}
	}
	p.Words = s.slipWords(&rd)
	if err := people.Audit(r.Context(), s.DB, s.Now(), web.VisitorOf(r).ID, "round.slips-print", "round:"+rd.Code, people.Detail("n", len(p.Slips))); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, slipSheetView(p))
}

// slipWords are what a slip says in each language of the round.
func (s *Pages) slipWords(rd *survey.Round) []slipWords {
	host := s.BaseURL
	if u, err := url.Parse(s.BaseURL); err == nil {
		host = u.Host + u.Path
	}
	var out []slipWords
	for _, l := range rd.Settings.Languages {
		x := slipWords{Lang: l, Name: rd.Settings.Name.In(l), Text: s.Kit.Words.T(l, "survey.slip-text", "address", host+"/s")}
		if !rd.ClosesAt.IsZero() {
			x.Closes = s.Kit.Words.T(l, "survey.before-closes", "time", i18n.Time(l, rd.ClosesAt))
		}
		out = append(out, x)
	}
	return out
}

// spaced writes a code in groups of five, to be typed.
func spaced(code string) string {
	var out []string
	for part := range slices.Chunk([]byte(code), 5) {
		out = append(out, string(part))
	}
	return strings.Join(out, " ")
}
