package demo

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"

	"taitorinki/internal/demo/county"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/wavecode"
)

// reply is an answer that somebody is going to give.
type reply struct {
	person   int
	personal func(ctx context.Context, nonce uint64) (string, error) // the code of the personal link
	code     wavecode.Code                                           // to pair waves by
	seed     uint64
	drop     bool // tires before the end, and sends what there is
	gaps     bool // leaves out every third question
	unsent   bool // never presses "send"
}

func (d *Demo) reply(w *wave, person int, personal func(context.Context, uint64) (string, error)) reply {
	r := reply{person: person, personal: personal, code: d.code(w, person), seed: d.rng.Uint64()}
	r.drop, r.gaps, r.unsent = d.rng.Float64() < 0.04, d.rng.Float64() < 0.06, d.rng.Float64() < 0.03
	if w.county.People[person].Email == d.before.Cast.MentorCandidate {
		r.drop, r.gaps, r.unsent = false, false, false
	}
	return r
}

func codeIn(url string) string { return url[strings.LastIndex(url, "/")+1:] }

// What becomes of a code between the waves.
const (
	wantsNone = 0.10 // does not want to be paired
	forgets   = 0.10
	mistypes  = 0.03
)

// code is what somebody is paired by in a wave: the code of an earlier one, if there is any and it comes to mind, else a new one.
func (d *Demo) code(w *wave, person int) wavecode.Code {
	p := w.county.People[person]
	if p.Email == d.before.Cast.MentorCandidate {
		return d.nursesCode()
	}
	fresh := newCode(d.rng)
	old, held := d.kept[p.StaffNumber]
	switch x := d.rng.Float64(); {
	case held && d.rng.Float64() >= forgets:
		if typed, err := wavecode.Parse(d.typed(old)); err == nil {
			fresh = typed
		} else if d.rng.IntN(2) == 0 { // the page says that there is a typing error; half of the people look again
			fresh = old
		}
	case x < wantsNone:
		return 0
	}
	d.kept[p.StaffNumber] = fresh
	return fresh
}

// nursesCode is the code of the cast's nurse, which a visitor is told: the same in every demonstration.
func (d *Demo) nursesCode() wavecode.Code { return newCode(rand.New(rand.NewPCG(seed, 35))) }

func newCode(rng *rand.Rand) wavecode.Code {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], rng.Uint64())
	return wavecode.New(b)
}

// typed is a code as somebody types it from a paper: mostly right.
func (d *Demo) typed(code wavecode.Code) string {
	s := []byte(code.String())
	if d.rng.Float64() >= mistypes {
		return string(s)
	}
	i := d.rng.IntN(len(s) - 1)
	switch d.rng.IntN(3) {
	case 0:
		s[i], s[i+1] = s[i+1], s[i]
	case 1:
		return string(s[:i]) + string(s[i+1:])
	default:
		const others = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
		s[i] = others[d.rng.IntN(len(others))]
	}
	return string(s)
}

const atOnce = 16 // people who answer at the same time

// answer lets a share of the people answer, and returns those who have not.
func (d *Demo) answer(ctx context.Context, w *wave, replies []reply, share float64) (rest []reply, err error) {
	now := int(share * float64(len(replies)))
	jobs, errc := make(chan reply), make(chan error, atOnce)
	var done atomic.Int64
	for range atOnce {
		go func() {
			var failed error
			for r := range jobs {
				if failed == nil {
					failed = d.respond(ctx, w, r)
				}
				d.tell("wave-"+strconv.Itoa(w.n), int(done.Add(1)), now)
			}
			errc <- failed
		}()
	}
	for _, r := range replies[:now] {
		jobs <- r
	}
	close(jobs)
	for range atOnce {
		err = errors.Join(err, <-errc)
	}
	return replies[now:], err
}

// respond answers as a person would, and sends it with the code.
func (d *Demo) respond(ctx context.Context, w *wave, r reply) error {
	rng := rand.New(rand.NewPCG(r.seed, 7))
	personal, err := r.personal(ctx, rng.Uint64())
	if err != nil {
		return err
	}
	sh, err := d.App.Survey.Sheet(ctx, personal)
	if err != nil {
		return err
	}
	items := sh.Instrument.Items
	switch {
	case r.unsent:
		items = items[:1+rng.IntN(len(items)-1)]
	case r.drop:
		items = items[:len(items)*6/10+rng.IntN(len(items)*3/10)]
	}
	var all []survey.Given
	for _, it := range items {
		if v := pick(w.county, rng, r.person, it); v != "" && !(r.gaps && rng.IntN(3) == 0) {
			all = append(all, survey.Given{Item: it.Index, Values: []string{v}})
		}
	}
	if _, err := d.App.Survey.Save(ctx, sh, all); err != nil || r.unsent {
		return err
	}
	_, err = d.App.Survey.SubmitWith(ctx, sh, rng.Uint64(), r.code)
	return err
}

func pick(c *county.County, rng *rand.Rand, person int, it *instrument.Item) string {
	switch it.Type {
	case instrument.TypeScale:
		steps := it.Steps()
		switch a := c.Answer(rng, person, it.Scale, it.Reversed, len(steps)); a {
		case county.Skipped:
			return ""
		case county.DoesNotConcern:
			return instrument.NotApplicable
		default:
			return strconv.Itoa(steps[a-1].Value)
		}
	case instrument.TypeText:
		return text(c, rng, person, it)
	case instrument.TypeSingle:
		if rng.Float64() < 0.05 {
			return ""
		}
		// The same in every wave: it is about the person.
		number, _ := strconv.ParseUint(c.People[person].StaffNumber, 10, 64)
		return it.Options[rand.New(rand.NewPCG(number, uint64(it.Index))).IntN(len(it.Options))].Value
	}
	return ""
}
