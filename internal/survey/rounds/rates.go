package rounds

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
	"taitorinki/internal/survey"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// rateWords says a rate: "noin 45 %".
func rateWords(t func(string, ...any) string, x sdc.Rate) string {
	switch x.Bound {
	case sdc.OrLess:
		return t("survey.rate-less", "n", x.Percent)
	case sdc.OrMore:
		return t("survey.rate-more", "n", x.Percent)
	}
	return t("survey.rate-about", "n", x.Percent)
}

// ownRate is a rate for somebody who looks at the units they lead.
type ownRate struct {
	Unit string // "" stands for everybody invited
	Text string
	Of   string // the own unit, when it is too small to be told by itself
}

// ratesCard is what a page tells a reader of the response rates of an open round.
type ratesCard struct {
	Own  []ownRate
	Date string // "": none have been counted yet
	More bool   // there are rates of units below
}

// rates tells of the reader's own units, or of the whole where the reader sees it.
func (s *Pages) rates(ctx context.Context, p web.Page, r *survey.Round) (c ratesCard, err error) {
	all, err := survey.RatesOf(ctx, s.DB, r.ID)
	if err != nil || all.Day.IsZero() {
		return c, err
	}
	c.Date = i18n.Date(p.Lang, all.Day)
	tops, err := s.ratedTops(ctx, p, all)
	if err != nil {
		return c, err
	}
	for _, top := range tops {
		x, ok := all.Nearest(top.round)
		if !ok {
			continue
		}
		below := all.Under(p.Lang, top.round)
		if top.round == 0 && len(below) > 0 {
			x = below[0] // by its name, where one unit holds everybody
		}
		own := ownRate{Unit: x.Names.In(p.Lang), Text: rateWords(p.T, x.Rate)}
		if top.name != "" && x.Unit != top.unit {
			own.Of = top.name
		}
		c.Own = append(c.Own, own)
		c.More = c.More || len(below) > 1
	}
	return c, nil
}

// ratedTop is a highest unit of a reader, as today's tree and as the round knows it.
type ratedTop struct {
	unit  int64
	name  string // "": the whole
	round int64  // the nearest unit in the round's tree; 0: the whole
}

// ratedTops are the highest units of which the reader may see rates.
func (s *Pages) ratedTops(ctx context.Context, p web.Page, all *survey.Rates) (out []ratedTop, err error) {
	if p.Who.Everywhere(people.ReadRounds) {
		return []ratedTop{{}}, nil
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	for _, u := range tree.Tops(p.Who, people.ReadRounds, p.Lang) {
		top := ratedTop{unit: u.ID, name: u.Name(p.Lang)}
		path := tree.Path(u.ID)
		slices.Reverse(path)
		if i := slices.IndexFunc(path, func(u people.Unit) bool { return all.Names(u.ID) != nil }); i >= 0 {
			top.round = path[i].ID
		}
		out = append(out, top)
	}
	return out, nil
}

// RateLines says the rates of an open round that a reader leads, a line each.
func (s *Pages) RateLines(ctx context.Context, p web.Page, r *survey.Round) (out []string, err error) {
	c, err := s.rates(ctx, p, r)
	for _, x := range c.Own {
		out = append(out, p.T("survey.rate-of", "unit", cmp.Or(x.Unit, p.T("survey.rate-everybody")), "rate", x.Text))
	}
	return out, err
}

// ratesPage shows all rates that the reader may see.
type ratesPage struct {
	web.Page
	Round survey.Round
	Name  string
	Date  string
	Nodes []ui.Node
	Own   []ownRate
	Least int
}

func (s *Pages) showRates(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.openedRound(r)
	if err != nil {
		return err
	}
	p := ratesPage{Page: s.Kit.Page(r, "survey.rates"), Round: rd, Name: rd.Settings.Name.In(s.Kit.Lang(r)), Least: sdc.LeastRate}
	p.Shell.Narrow = true
	c, err := s.rates(r.Context(), p.Page, &rd)
	if err != nil {
		return err
	}
	p.Date, p.Own = c.Date, c.Own
	all, err := survey.RatesOf(r.Context(), s.DB, rd.ID)
	if err != nil {
		return err
	}
	tops, err := s.ratedTops(r.Context(), p.Page, all)
	if err != nil {
		return err
	}
	for _, top := range tops {
		lines := all.Under(p.Lang, top.round)
		nodes, _ := rateNodes(p.Page, lines, 0)
		p.Nodes = append(p.Nodes, nodes...)
	}
	return s.Kit.Show(w, r, p.Page, ratesView(p))
}

// rateNodes makes the lines of one depth, and of those deeper below each, into a tree. It returns what comes after them.
func rateNodes(p web.Page, lines []survey.UnitRate, depth int) (out []ui.Node, rest []survey.UnitRate) {
	for len(lines) > 0 && lines[0].Depth >= depth {
		x := lines[0]
		n := ui.Node{Label: x.Names.In(p.Lang), Count: rateWords(p.T, x.Rate), Open: depth == 0}
		if x.Unit == 0 {
			n.Label = p.T("survey.rate-everybody")
		}
		n.Children, lines = rateNodes(p, lines[1:], depth+1)
		out = append(out, n)
	}
	return out, lines
}

// openedRound is a round that can be looked at by all who may read rounds: a draft is nobody's business yet.
func (s *Pages) openedRound(r *http.Request) (survey.Round, error) {
	rd, err := s.roundOf(r)
	if err == nil && rd.State == survey.Draft {
		err = errs.New(errs.NotFound, "survey.no-round")
	}
	return rd, err
}

// tellPage is what a supervisor can say to the unit, or send on.
type tellPage struct {
	web.Page
	Round survey.Round
	Name  string
	Say   string
	Write []passOn
	Open  bool
}

// passOn is a message to be sent on, in one of the round's languages.
type passOn struct {
	Lang, Language string
	Text, Mailto   string
}

func (s *Pages) showTell(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.openedRound(r)
	if err != nil {
		return err
	}
	title := "survey.tell"
	if web.VisitorOf(r).Everywhere(people.ReadRounds) {
		title = "survey.tell-for-supervisors" // the reader gives it to others to say
	}
	p := tellPage{Page: s.Kit.Page(r, title), Round: rd, Open: rd.State == survey.Open && !rd.Over(s.Now())}
	p.Shell.Narrow = true
	p.Name = rd.Settings.Name.In(p.Lang)
	if !p.Open {
		return web.See(w, r, roundURL(rd.ID))
	}
	if p.Say, err = s.sayText(r.Context(), p.Page, &rd); err != nil {
		return err
	}
	langs := slices.Clone(rd.Settings.Languages)
	slices.SortStableFunc(langs, func(a, b string) int { return asInt(b == p.Lang) - asInt(a == p.Lang) })
	for _, lang := range langs {
		x, err := s.passOn(r.Context(), &rd, lang)
		if err != nil {
			return err
		}
		x.Language = p.T("survey.lang-" + lang)
		p.Write = append(p.Write, x)
	}
	return s.Kit.Show(w, r, p.Page, tellView(p))
}

func asInt(is bool) int {
	if is {
		return 1
	}
	return 0
}

// sayText is a reminder to be said aloud, in the reader's language.
func (s *Pages) sayText(ctx context.Context, p web.Page, r *survey.Round) (string, error) {
	lines, err := s.tellLines(ctx, r, p.Lang, "survey.tell-slip-say")
	if err != nil {
		return "", err
	}
	c, err := s.rates(ctx, p, r)
	if err != nil {
		return "", err
	}
	if len(c.Own) == 1 && c.Own[0].Of == "" && c.Own[0].Unit != "" {
		lines = append(lines, p.T("survey.tell-rate", "unit", c.Own[0].Unit, "rate", c.Own[0].Text))
	}
	return strings.Join(append(lines, p.T("survey.tell-thanks")), " "), nil
}

// tellLines are the sentences that tell of a round, to be said or written. Slip is the one of those who have no mail.
func (s *Pages) tellLines(ctx context.Context, r *survey.Round, lang, slip string) ([]string, error) {
	in, err := s.Instrument(ctx, r.InstrumentID)
	if err != nil {
		return nil, err
	}
	made, err := survey.Slips(ctx, s.DB, r.ID)
	if err != nil {
		return nil, err
	}
	t := func(key string, args ...any) string { return s.Kit.Words.T(lang, key, args...) }
	name := r.Settings.Name.In(lang)
	lines := []string{t("survey.tell-open", "name", name)}
	if !r.ClosesAt.IsZero() {
		lines[0] = t("survey.tell-until", "name", name, "closes", i18n.Time(lang, r.ClosesAt))
	}
	lines = append(lines, t("survey.tell-how", "n", in.Minutes),
		t("survey.tell-link", "subject", s.FillSubject(r, survey.MailLang(r.Settings, lang), r.Settings.Subject.In(survey.MailLang(r.Settings, lang)))))
	if len(made) > 0 {
		lines = append(lines, t(slip))
	}
	return append(lines, t("survey.tell-private")), nil
}

// passOn is the message for the unit's own channels. It holds no personal link: each has the own one.
func (s *Pages) passOn(ctx context.Context, r *survey.Round, lang string) (x passOn, err error) {
	lines, err := s.tellLines(ctx, r, lang, "survey.tell-slip")
	if err != nil {
		return x, err
	}
	t := func(key string, args ...any) string { return s.Kit.Words.T(lang, key, args...) }
	lines = append([]string{t("survey.tell-hello")}, lines...)
	lines = append(lines, t("survey.tell-notice", "url", s.BaseURL+survey.NoticePath(r.Code)), t("survey.tell-thanks"))
	x = passOn{Lang: lang, Text: strings.Join(lines, "\n\n")}
	x.Mailto = "mailto:?subject=" + url.PathEscape(r.Settings.Name.In(lang)) + "&body=" + url.PathEscape(strings.ReplaceAll(x.Text, "\n", "\r\n"))
	return x, nil
}

// helper is somebody to ask about a round.
type helper struct{ Name, Email string }

// mostHelpers are so many that one of them is at work.
const mostHelpers = 3

// helpers are the coordinators who look after a round, those of the whole organisation last: the nearer knows better.
func (s *Pages) helpers(ctx context.Context, r *survey.Round) (out []helper, err error) {
	all, err := people.Holders(ctx, s.DB, people.Coordinator)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b people.Holder) int { return asInt(b.Role.UnitID != 0) - asInt(a.Role.UnitID != 0) })
	for _, h := range all {
		may := h.Role.UnitID == 0
		if !may {
			v := web.Visitor{ID: h.Person.ID, Scopes: map[web.Action][]int64{people.ManageRounds: {h.Role.UnitID}}}
			if may, err = s.MayManage(ctx, v, r.Settings); err != nil {
				return nil, err
			}
		}
		x := helper{h.Person.Name, h.Person.Email}
		if may && x.Email != "" && len(out) < mostHelpers && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out, nil
}

// whileOpen fills in what a round's page tells of who answers, and a supervisor of what to do.
func (s *Pages) whileOpen(ctx context.Context, p *roundPage) (err error) {
	if p.Round.State != survey.Open {
		return nil
	}
	if p.Rates, err = s.rates(ctx, p.Page, &p.Round); err != nil {
		return err
	}
	p.Going = !p.Round.Over(s.Now()) && p.Round.Started(s.Now())
	p.Leads = !p.Who.Everywhere(people.ReadRounds) && p.Going
	if !p.Leads {
		return nil
	}
	if p.Say, err = s.sayText(ctx, p.Page, &p.Round); err != nil {
		return err
	}
	p.Helpers, err = s.helpers(ctx, &p.Round)
	return err
}

const fewWaiting = 100

// unreached counts the people who wait for a slip. While many invitations go out the page is drawn every two seconds, and the
// count can wait.
func (s *Pages) unreached(ctx context.Context, p *roundPage) (n int, err error) {
	if !p.Again || p.Sending.Waiting > fewWaiting && !p.Paused {
		return 0, nil
	}
	by, err := survey.Unreached(ctx, s.DB, p.Round.ID)
	for _, x := range by {
		n += x
	}
	return n, err
}

// stuck are the things of a round that go on only when somebody does something, in the order of their weight.
func (s *Pages) stuck(p *roundPage) (out []string) {
	if p.Round.State == survey.Closed {
		return nil
	}
	if p.Paused && p.Sending.Waiting > 0 {
		out = append(out, p.T("survey.stuck-paused", "n", p.Sending.Waiting))
	}
	if p.Paused && slices.ContainsFunc(p.Plan, func(x planLine) bool { return x.Late || x.Going }) {
		out = append(out, p.T("survey.stuck-reminder"))
	}
	if n := count(p.Troubles, "unclear"); n > 0 {
		out = append(out, p.T("survey.stuck-unclear", "n", n))
	}
	if n := count(p.Troubles, "refused"); n > 0 {
		out = append(out, p.T("survey.stuck-refused", "n", n))
	}
	if p.Unreached > 0 {
		out = append(out, p.T("survey.stuck-unreached", "n", p.Unreached))
	}
	if p.Round.State == survey.Closing || p.Round.State == survey.Open && p.Round.Over(s.Now()) {
		out = append(out, p.T("survey.stuck-closing"))
	}
	return out
}

func count(all []outbox.Trouble, state string) (n int) {
	for _, x := range all {
		if x.State == state {
			n++
		}
	}
	return n
}
