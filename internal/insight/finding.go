package insight

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
	"taitorinki/internal/web"
)

// FindingState is how far a finding is.
type FindingState string

// The states of a finding.
const (
	FindingOpen     FindingState = "open"     // help is aimed here, nothing has been begun
	FindingUnderway FindingState = "underway" // something is being done
	FindingDone     FindingState = "done"
	FindingDropped  FindingState = "dropped" // nothing will be done
)

// FindingStates are in the order in which pages show them.
var FindingStates = []FindingState{FindingOpen, FindingUnderway, FindingDone, FindingDropped}

// MostNote is the longest note or reason, in characters.
const MostNote = 500

// Finding is an area and a group that stand out in a published result, and where somebody has asked that help be aimed. Other
// features refer to it by its ID.
type Finding struct {
	ID       int64
	Round    string // code
	UnitID   int64  // as in the round's snapshot; 0: the whole above several trees
	UnitCode string
	Area     string // id
	Origin   Origin
	Note     string // in the one language it was written in
	State    FindingState
	Version  int // of what can change
	MarkedBy int64
	MarkedAt time.Time
	// ChangedAt is when its state or note changed last, or else when it was marked.
	ChangedAt time.Time
}

// Origin is what a finding was made from, as it stood then. It is frozen with the finding: a later reorganisation, another
// instrument or a new round rewrites nothing of it.
type Origin struct {
	Round   Words   `json:"round"` // its name
	Path    []Place `json:"path"`  // from the top down to the unit, which is last
	Area    Words   `json:"area"`  // its title
	Support bool    `json:"support,omitempty"`
	Said    Said    `json:"said"`
}

// Place is a unit on the way down to that of a finding.
type Place struct {
	ID   int64 `json:"id"`
	Name Words `json:"name"`
}

// Said is what the published result said of the finding's area and unit. The zero Said stands for nothing, whatever the reason:
// the finding was made in words and not from a figure.
type Said struct {
	Standing Standing `json:"standing,omitempty"` // against the whole; Unknown for the whole itself
	Mean     *Figure  `json:"mean,omitempty"`     // nil: of a small group only the standing is told
	Whole    *Figure  `json:"whole,omitempty"`    // mean of the whole; nil for the whole itself
}

// Told reports whether the finding was made from a figure.
func (s Said) Told() bool { return s.Mean != nil || s.Standing != Unknown }

// Whole reports whether the finding is about the whole of its round.
func (f *Finding) Whole() bool { return len(f.Origin.Path) == 1 }

// Unit is the unit as it was called then.
func (f *Finding) Unit() Words { return f.Origin.Path[len(f.Origin.Path)-1].Name }

// Under reports whether the finding's unit is a unit or below it, by the round's tree. 0 stands for the whole organisation.
func (f *Finding) Under(unit int64) bool {
	return unit == 0 || slices.ContainsFunc(f.Origin.Path, func(p Place) bool { return p.ID == unit })
}

// ReadableBy reports whether a visitor may see the finding: who may see the result of its unit may. That of the whole is open to
// everybody who may see results at all.
func (f *Finding) ReadableBy(v web.Visitor) bool {
	return v.May(people.ReadResults) && f.Whole() || slices.ContainsFunc(v.Scopes[people.ReadResults], f.Under)
}

// ManagedBy reports whether a visitor may change the finding.
func (f *Finding) ManagedBy(v web.Visitor) bool {
	return slices.ContainsFunc(v.Scopes[people.ManageFindings], f.Under)
}

// Manages reports whether a visitor may mark findings of a unit of the round, by its index.
func (s *Snapshot) Manages(v web.Visitor, unit int) bool {
	f := Finding{Origin: Origin{Path: s.path(unit)}}
	return f.ManagedBy(v)
}

// path leads from the top down to a unit.
func (s *Snapshot) path(unit int) (out []Place) {
	for u := unit; u != sdc.NoParent; u = s.Units[u].Parent {
		out = append(out, Place{s.Units[u].ID, s.Units[u].Name})
	}
	slices.Reverse(out)
	return out
}

// AreaByID finds an area by its id; -1: it was not asked in the round.
func (s *Snapshot) AreaByID(id string) int {
	return slices.IndexFunc(s.Areas, func(a Area) bool { return a.ID == id })
}

// Said is what is published of an area of a unit.
func (s *Snapshot) Said(unit, area int) (out Said) {
	if unit > 0 {
		out.Standing = s.Standing(unit, 0, area)
	}
	out.Mean = s.Of(unit).figure(area)
	if out.Mean != nil && unit > 0 {
		out.Whole = s.Whole().figure(area)
	}
	return out
}

// figure is the mean of an area; nil: it is not told.
func (c *Cell) figure(area int) *Figure {
	if c == nil || c.Placed || c.Means[area] == nil {
		return nil
	}
	return &Figure{N: c.N, Mean: *c.Means[area], Decimals: c.Decimals()}
}

// Marking is the wish to aim help at an area of a unit.
type Marking struct {
	Round  string
	Unit   int64 // id in the round's snapshot
	Area   string
	Note   string
	SentAs string // drawn for the form; the same one marks once
}

// Mark makes a finding from what is published of its area and unit, and returns its id. Sent twice it is made once.
func (s *Service) Mark(ctx context.Context, by int64, m Marking) (id int64, err error) {
	f, err := s.toMark(ctx, by, &m)
	if err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		made, err := insertFinding(ctx, tx, &f, m.SentAs)
		if err != nil || !made {
			return err
		}
		e := FindingEvent{Finding: f.ID, At: f.MarkedAt, By: by, Kind: FindingMarked, State: FindingOpen}
		return s.record(ctx, tx, e, "finding.mark")
	})
	return f.ID, err
}

// toMark checks a marking and freezes what it is made from.
func (s *Service) toMark(ctx context.Context, by int64, m *Marking) (f Finding, err error) {
	snap, err := s.Snapshot(ctx, m.Round)
	if err != nil {
		return f, err
	}
	if snap == nil {
		return f, errs.New(errs.NotFound, "insight.no-result")
	}
	u := snap.UnitByID(m.Unit)
	if u < 0 {
		return f, errs.New(errs.NotFound, "insight.no-unit")
	}
	bad := errs.Fields{}
	a := snap.AreaByID(m.Area)
	if a < 0 {
		bad.Add("area", "insight.finding-choose-area")
	}
	m.Note = s.checked(&bad, "note", m.Note)
	if err := bad.Err(); err != nil {
		return f, err
	}
	unit, at := snap.Units[u], s.Now()
	return Finding{Round: m.Round, UnitID: unit.ID, UnitCode: unit.Code, Area: m.Area, Note: m.Note, State: FindingOpen, Version: 1, MarkedBy: by, MarkedAt: at, ChangedAt: at,
		Origin: Origin{Round: snap.Name, Path: snap.path(u), Area: snap.Areas[a].Title, Support: snap.Areas[a].Support, Said: snap.Said(u, a)}}, nil
}

// checked is a note or a reason as it may be stored.
func (s *Service) checked(bad *errs.Fields, field, text string) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case text == "":
		bad.Add(field, "insight.finding-empty-"+field)
	case utf8.RuneCountInString(text) > MostNote:
		bad.Add(field, "insight.finding-long", "most", MostNote, "n", utf8.RuneCountInString(text))
	case s.Suspect != nil && s.Suspect(text):
		bad.Add(field, "insight.finding-suspect")
	}
	return text
}

// ChangeState moves a finding to another state, and keeps who did it and why. The version is that which the person saw: another one's
// change in between is a conflict.
func (s *Service) ChangeState(ctx context.Context, by, id int64, version int, to FindingState, why string) error {
	bad := errs.Fields{}
	if !slices.Contains(FindingStates, to) {
		bad.Add("state", "insight.finding-choose-state")
	}
	why = s.checked(&bad, "why", why)
	if err := bad.Err(); err != nil {
		return err
	}
	return s.changeFinding(ctx, FindingEvent{Finding: id, At: s.Now(), By: by, Kind: FindingMoved, State: to, Why: why}, version, func(f *Finding) error {
		if f.State == to {
			bad.Add("state", "insight.finding-same-state")
			return bad.Err()
		}
		f.State = to
		return nil
	})
}

// EditNote rewrites a finding's note. That it was rewritten is kept; what stood there before is not.
func (s *Service) EditNote(ctx context.Context, by, id int64, version int, note string) error {
	bad := errs.Fields{}
	note = s.checked(&bad, "note", note)
	if err := bad.Err(); err != nil {
		return err
	}
	return s.changeFinding(ctx, FindingEvent{Finding: id, At: s.Now(), By: by, Kind: FindingRewritten}, version, func(f *Finding) error {
		f.Note = note
		return nil
	})
}

// changeFinding changes a finding unless somebody else has since, and writes down what was done.
func (s *Service) changeFinding(ctx context.Context, e FindingEvent, version int, change func(*Finding) error) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		f, err := findingByID(ctx, tx, e.Finding)
		if err != nil {
			return err
		}
		if f.Version != version {
			return errs.New(errs.Conflict, "insight.finding-changed")
		}
		if err := change(&f); err != nil {
			return err
		}
		f.ChangedAt = e.At
		if err := updateFinding(ctx, tx, &f, version); err != nil {
			return err
		}
		e.State = f.State
		return s.record(ctx, tx, e, "finding."+string(e.Kind))
	})
}

// record keeps an event with the finding and in the audit log.
func (s *Service) record(ctx context.Context, tx *db.Tx, e FindingEvent, action string) error {
	if err := insertFindingEvent(ctx, tx, e); err != nil {
		return err
	}
	return people.Audit(ctx, tx, e.At, e.By, action, fmt.Sprintf("finding:%d", e.Finding), "")
}

// The kinds of event of a finding.
const (
	FindingMarked    FindingEventKind = "marked"
	FindingMoved     FindingEventKind = "state"
	FindingRewritten FindingEventKind = "note"
)

// FindingEventKind is what was done to a finding.
type FindingEventKind string

// FindingEvent is something done to a finding.
type FindingEvent struct {
	Finding int64
	At      time.Time
	By      int64
	Kind    FindingEventKind
	State   FindingState // after it
	Why     string       // of a change of state
}
