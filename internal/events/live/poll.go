package live

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/web"
)

// scaleSteps is how many steps a scale has.
const scaleSteps = 5

// Draw makes a poll that nobody sees yet. Shown shows its results while it runs.
func (s *Service) Draw(ctx context.Context, v web.Visitor, room int64, p Poll) (Poll, error) {
	r, err := s.hosted(ctx, v, room)
	if err != nil {
		return p, err
	}
	if err := checkPoll(&p); err != nil {
		return p, err
	}
	has, err := pollsOf(ctx, s.DB, r.ID)
	if err == nil && len(has) >= MostPolls {
		err = errs.New(errs.Conflict, "live.full")
	}
	if err != nil {
		return p, err
	}
	p.State = Draft
	err = s.DB.InTx(ctx, func(tx *db.Tx) error { return insertPoll(ctx, tx, r.ID, &p) })
	if err == nil {
		s.changed(r.ID)
	}
	return p, err
}

func checkPoll(p *Poll) error {
	var bad errs.Fields
	if p.Title = oneLine(p.Title); p.Title == "" {
		bad.Add("poll-title", "live.poll-title-missing")
	}
	checkText(&bad, "poll-title", p.Title, MostTitle)
	if !slices.Contains(Kinds, p.Kind) {
		bad.Add("kind", "live.kind-missing")
	}
	var options []string
	for _, o := range p.Options {
		if o = oneLine(o); o != "" && !slices.Contains(options, o) {
			options = append(options, o)
			checkText(&bad, "options", o, MostOption)
		}
	}
	switch n := len(options); {
	case p.Kind == Words:
		options = nil
	case p.Kind == Scale && n != 2:
		bad.Add("options", "live.ends-missing")
	case (p.Kind == Single || p.Kind == Multiple) && (n < 2 || n > MostOptions):
		bad.Add("options", "live.options-missing", "most", MostOptions)
	}
	p.Options = options
	return bad.Err()
}

// Steer starts, ends, shows, hides or deletes a poll. Starting one ends another: a phone shows one at a time.
func (s *Service) Steer(ctx context.Context, v web.Visitor, room, poll int64, do string) error {
	r, err := s.hosted(ctx, v, room)
	if err != nil {
		return err
	}
	p, err := pollIn(ctx, s.DB, r.ID, poll)
	if err != nil {
		return err
	}
	if do == "start" && r.State != Open {
		return errs.New(errs.Conflict, "live.open-first")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		switch do {
		case "start":
			if err := endPolls(ctx, tx, r.ID); err != nil {
				return err
			}
			p.State = Running
			if p.turn, err = nextTurn(ctx, tx, r.ID); err != nil {
				return err
			}
		case "end":
			p.State = Over
		case "show", "hide":
			p.Shown = do == "show"
		case "delete":
			return deletePoll(ctx, tx, p.ID)
		default:
			return errs.New(errs.Invalid, "web.not-found")
		}
		return updatePoll(ctx, tx, &p)
	})
	if err == nil {
		s.changed(r.ID)
	}
	return err
}

func pollIn(ctx context.Context, q db.Q, room, id int64) (Poll, error) {
	all, err := pollsOf(ctx, q, room)
	if err != nil {
		return Poll{}, err
	}
	if i := slices.IndexFunc(all, func(p Poll) bool { return p.ID == id }); i >= 0 {
		return all[i], nil
	}
	return Poll{}, errs.New(errs.NotFound, "live.no-poll")
}

// Answer stores a device's answer to a poll in the place of one that it has given before.
func (s *Service) Answer(ctx context.Context, r *Room, d Device, poll int64, said []string) error {
	if r.State != Open {
		return errNotOpen
	}
	p, err := pollIn(ctx, s.DB, r.ID, poll)
	if err != nil {
		return err
	}
	answer, err := p.read(said)
	if err != nil {
		return err
	}
	if !s.pace.let(s.Now(), r.ID, d, "answer") {
		return errTooFast
	}
	n, err := s.DB.Save(ctx, saveAnswer, d.voter(ofPoll, p.ID), strings.Join(answer, "\n"), p.ID, r.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.Conflict, "live.poll-over")
	}
	s.changed(r.ID)
	return nil
}

// read checks an answer and puts it into the form in which it is kept: numbers of options, or words.
func (p *Poll) read(said []string) (out []string, err error) {
	var bad errs.Fields
	if p.Kind == Words {
		return readWords(said)
	}
	most := len(p.Options)
	if p.Kind == Scale {
		most = scaleSteps
	}
	for n := 1; n <= most; n++ {
		if slices.Contains(said, strconv.Itoa(n)) {
			out = append(out, strconv.Itoa(n))
		}
	}
	if len(out) == 0 || p.Kind != Multiple && len(out) > 1 {
		bad.Add("answer", "live.answer-missing")
	}
	return out, bad.Err()
}

func readWords(said []string) (out []string, err error) {
	var bad errs.Fields
	for _, line := range said {
		for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
			word = strings.Trim(oneLine(word), ".!?\"'")
			if word == "" || slices.ContainsFunc(out, func(has string) bool { return fold(has) == fold(word) }) {
				continue
			}
			out = append(out, word)
			checkText(&bad, "answer", word, MostWord)
		}
	}
	switch {
	case len(out) == 0:
		bad.Add("answer", "live.word-missing")
	case len(out) > MostWords:
		bad.Add("answer", "live.too-many-words", "most", MostWords)
	}
	return out, bad.Err()
}

// Count is how many have given one answer.
type Count struct {
	Value string // number of the option or step; "" of a word
	Label string
	N     int
}

// Result is what a poll has come to.
type Result struct {
	Poll
	Answers int // devices that have answered
	Counts  []Count
}

// result counts a poll. Words come with the most frequent first, spelt as most have spelt them.
func (p *Poll) result(all []given) Result {
	res := Result{Poll: *p}
	n := map[string]int{}
	for _, g := range all {
		res.Answers += g.n
		for _, x := range g.answer {
			n[x] += g.n
		}
	}
	switch p.Kind {
	case Words:
		res.Counts = wordCounts(n)
	case Scale:
		for i := 1; i <= scaleSteps; i++ {
			v := strconv.Itoa(i)
			res.Counts = append(res.Counts, Count{v, v, n[v]})
		}
	default:
		for i, o := range p.Options {
			v := strconv.Itoa(i + 1)
			res.Counts = append(res.Counts, Count{v, o, n[v]})
		}
	}
	return res
}

func wordCounts(n map[string]int) (out []Count) {
	type spelt struct {
		word string
		n    int
	}
	best, sum := map[string]spelt{}, map[string]int{}
	for word, k := range n {
		f := fold(word)
		sum[f] += k
		if b, has := best[f]; !has || k > b.n || k == b.n && word < b.word {
			best[f] = spelt{word, k}
		}
	}
	for f, k := range sum {
		out = append(out, Count{Label: best[f].word, N: k})
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Label, b.Label)) })
	return out
}

// percent is a share in whole percent.
func percent(n, of int) int {
	if of == 0 {
		return 0
	}
	return (200*n + of) / (2 * of)
}
