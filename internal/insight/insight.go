// Package insight turns closed rounds into published results.
//
// So far it shows one group only, the whole county, and only from ten responses on: no other group may be shown before
// the disclosure control of all tables together stands. Every figure keeps to the rules of package sdc.
package insight

import (
	"context"
	"embed"
	"math"
	"sync"
	"time"

	"taitorinki/internal/i18n"
	"taitorinki/internal/sdc"
	"taitorinki/internal/stats"
	"taitorinki/internal/web"
)

// Locales are the words of the result pages.
//
//go:embed locales
var Locales embed.FS

// Service is the insight feature.
type Service struct {
	Kit *web.Kit
	// Rounds lists the closed rounds, the newest first, without their areas.
	Rounds func(ctx context.Context) ([]Round, error)
	// Round returns a closed round with the scores of its responses; errs.NotFound when there is none or it is not closed.
	Round func(ctx context.Context, code string) (*Round, error)
	// Note writes into the audit log that the visitor has done something ("result.view") to a round. Without the note
	// nothing is shown.
	Note func(ctx context.Context, visitor int64, action, code string) error

	mu     sync.Mutex
	counts map[string]*County // closed rounds never change
}

// Round is a closed round as insight reads it.
type Round struct {
	Code      string
	Name      map[string]string
	ClosedAt  time.Time
	Invited   int
	Responses int
	Areas     []Area
	Earlier   *Wave // nil: the first wave, or no codes
}

// Area is a competence area or a support factor with the scores of those who have one, in no order that means anything.
type Area struct {
	ID       string
	Title    map[string]string
	Support  bool
	Min, Max int // the ends of the scale
	Scores   []float64
}

// County is the published result of a whole county: everything is decided here, and pages only write it down.
type County struct {
	Round
	Enough bool // false: too few responses, and nothing else is told
	Rate   int  // percent
	Rows   []Figure
	Change *Change // nil: there is no earlier wave
}

// Figure is one area's published figures. What may not be shown is nil.
type Figure struct {
	Area
	Mean     *float64 // rounded
	Decimals int
	Shares   []int // percent by class, see Classes
}

// Count makes the published result of a round.
func Count(r *Round) *County {
	c := &County{Round: *r, Enough: r.Responses >= sdc.LeastFull}
	c.Areas, c.Earlier = nil, nil // single scores end here
	if !c.Enough {
		c.Responses, c.Invited = 0, 0
		return c
	}
	c.Change = changeOf(r)
	c.Rate = sdc.Percent(r.Responses, r.Invited)
	// One number of decimals for the whole page, so that chart and table show the same figure.
	decimals := sdc.Decimals(r.Responses)
	for _, a := range r.Areas {
		decimals = min(decimals, sdc.Decimals(len(a.Scores)))
	}
	for _, a := range r.Areas {
		c.Rows = append(c.Rows, figure(a, decimals))
	}
	return c
}

func figure(a Area, decimals int) Figure {
	f := Figure{Area: a, Decimals: decimals}
	n := len(a.Scores)
	f.Area.Scores = nil
	if sdc.BandOf(n, sdc.LeastGroup, sdc.LeastFull) != sdc.Full {
		return f
	}
	d := stats.Describe(a.Scores)
	if d.Mean != nil && sdc.MeanAllowed(n, stats.DistinctCounts(a.Scores), *d.Mean, float64(a.Min), float64(a.Max)) {
		m := sdc.Round(*d.Mean, f.Decimals)
		f.Mean = &m
	}
	counts := make([]int, len(Classes(a.Min, a.Max)))
	for _, s := range a.Scores {
		counts[classOf(s, a.Min, a.Max)]++
	}
	if sdc.DistributionAllowed(n, counts) {
		for _, x := range counts {
			f.Shares = append(f.Shares, sdc.Percent(x, n))
		}
	}
	return f
}

// Class is a range of scores, From <= score < To; the last class holds its To as well.
type Class struct{ From, To float64 }

const mostClasses = 5

// Classes are the ranges whose shares are shown: one around each step of a scale of up to five steps, else five of equal
// width.
func Classes(low, high int) []Class {
	var out []Class
	if high-low < mostClasses {
		for v := low; v <= high; v++ {
			out = append(out, Class{math.Max(float64(v)-0.5, float64(low)), math.Min(float64(v)+0.5, float64(high))})
		}
		return out
	}
	width := float64(high-low) / mostClasses
	for i := range mostClasses {
		out = append(out, Class{float64(low) + float64(i)*width, float64(low) + float64(i+1)*width})
	}
	return out
}

func classOf(score float64, low, high int) int {
	all := Classes(low, high)
	for i, c := range all {
		if score < c.To-1e-9 {
			return i
		}
	}
	return len(all) - 1
}

// Name writes a class: "2,5–3,4".
func (c Class) Name(lang string, last bool) string {
	to := c.To
	if !last {
		to -= 0.1
	}
	return i18n.Decimal(lang, c.From, 1) + "–" + i18n.Decimal(lang, to, 1)
}

// county returns a round's published result, counted once.
func (s *Service) county(ctx context.Context, code string) (*County, error) {
	s.mu.Lock()
	c := s.counts[code]
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	r, err := s.Round(ctx, code)
	if err != nil {
		return nil, err
	}
	c = Count(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.counts == nil {
		s.counts = map[string]*County{}
	}
	s.counts[code] = c
	return c, nil
}
