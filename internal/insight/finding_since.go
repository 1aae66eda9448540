package insight

import (
	"context"
	"slices"
	"strconv"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Since is what a later round of the series says of a finding's area and unit.
type Since struct {
	Round    string // code
	Name     Words
	ClosedAt time.Time
	Said     Said
}

// SinceFinding returns what each later wave says of a finding's area and unit, the oldest first, as far as a visitor may see it: the
// unit may be under another one by then. A wave that did not ask the area on the same scale, or had no such unit, is left out.
func (s *Service) SinceFinding(ctx context.Context, f *Finding, v web.Visitor) (out []Since, err error) {
	defer errs.Wrap(&err, "insight.SinceFinding(%d)", f.ID)
	first, err := s.Snapshot(ctx, f.Round)
	if err != nil || first == nil {
		return nil, err
	}
	waves, err := s.wavesAfter(ctx, f.Round)
	for _, w := range waves {
		u, a := w.SameUnit(Unit{ID: f.UnitID, Code: f.UnitCode}), w.sameArea(first.Areas[first.AreaByID(f.Area)])
		if u < 0 || a < 0 {
			continue
		}
		if then := (&Finding{Origin: Origin{Path: w.path(u)}}); then.ReadableBy(v) {
			out = append(out, Since{Round: w.Code, Name: w.Name, ClosedAt: w.ClosedAt, Said: w.Said(u, a)})
		}
	}
	return out, err
}

// wavesAfter are the snapshots of the waves after a round, the oldest first.
func (s *Service) wavesAfter(ctx context.Context, code string) (out []*Snapshot, err error) {
	rounds, err := s.Rounds(ctx)
	if err != nil {
		return nil, err
	}
	slices.Reverse(rounds)
	for _, r := range rounds {
		snap, err := s.Snapshot(ctx, r.Code)
		if errs.KindOf(err) == errs.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if snap != nil && snap.Earlier == code {
			out = append(out, snap)
			code = snap.Code
		}
	}
	return out, nil
}

// FindingsPart is what "my data" shows of what a person has marked and changed.
func (s *Service) FindingsPart(ctx context.Context, personID int64, t func(key string, args ...any) string) (people.Part, error) {
	p := people.Part{Name: "findings", Title: t("insight.findings")}
	marked, done, err := findingsOf(ctx, s.DB, personID)
	if err != nil || len(done) == 0 {
		p.Facts = []ui.Fact{{Term: t("insight.finding-mine"), Value: t("insight.finding-mine-none")}}
		return p, err
	}
	p.Link, p.URL = t("insight.finding-to-list"), "/findings"
	p.Facts = []ui.Fact{{Term: t("insight.finding-mine"), Value: strconv.Itoa(len(marked))},
		{Term: t("insight.finding-mine-changes"), Value: strconv.Itoa(len(done) - len(marked))}}
	p.Value = ownFindings(marked, done)
	return p, nil
}

// ownFinding and ownChange are what the file of a person's own data holds.
type ownFinding struct {
	Finding int64     `json:"finding"`
	At      time.Time `json:"at"`
	Unit    string    `json:"unit"`
	Area    string    `json:"area"`
	Note    string    `json:"note"`
}

type ownChange struct {
	Finding int64     `json:"finding"`
	At      time.Time `json:"at"`
	What    string    `json:"what"`
	State   string    `json:"state"`
	Why     string    `json:"why,omitempty"`
}

func ownFindings(marked []Finding, done []FindingEvent) any {
	out := struct {
		Marked []ownFinding `json:"marked"`
		Done   []ownChange  `json:"done"`
	}{}
	for _, f := range marked {
		out.Marked = append(out.Marked, ownFinding{f.ID, f.MarkedAt, i18n.In(f.Unit(), "fi"), i18n.In(f.Origin.Area, "fi"), f.Note})
	}
	for _, e := range done {
		out.Done = append(out.Done, ownChange{e.Finding, e.At, string(e.Kind), string(e.State), e.Why})
	}
	return out
}
