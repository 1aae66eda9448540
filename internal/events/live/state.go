package live

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"taitorinki/internal/errs"
)

// mostShown is how many questions a phone is shown: the newest and those with most votes. A state goes to every phone whole.
const (
	mostShown  = 150
	mostNewest = 50
	wordsShown = 60
)

// picture is all that a participant's page shows of a room, as it is sent to phones.
type picture struct {
	State     State             `json:"state"`
	Pending   int               `json:"pending"` // questions that wait for the host
	Questions []pictureQuestion `json:"questions"`
	Poll      *picturePoll      `json:"poll,omitempty"`
}

type pictureQuestion struct {
	ID   int64  `json:"id"`
	Text string `json:"text"`
	Name string `json:"name,omitempty"`
	N    int    `json:"n"`
	Done bool   `json:"done,omitempty"`
	Pin  bool   `json:"pin,omitempty"` // the host takes it up next
}

type picturePoll struct {
	ID      int64          `json:"id"`
	Kind    string         `json:"kind"`
	Title   string         `json:"title"`
	Options []string       `json:"options,omitempty"`
	Open    bool           `json:"open"`
	N       int            `json:"n"`                // devices that have answered
	Counts  []pictureCount `json:"counts,omitempty"` // when results are shown
	Shown   bool           `json:"shown"`
}

type pictureCount struct {
	Label   string `json:"label"`
	N       int    `json:"n"`
	Percent int    `json:"percent"`
}

// frame is a state as it is sent: one slice for all who listen. Two processes give the same state the same version.
type frame struct {
	version string
	bytes   []byte
}

// look reads a room's state.
func (s *Service) look(ctx context.Context, room int64) (f *frame, err error) {
	defer errs.Wrap(&err, "live.look(%d)", room)
	r, err := roomByID(ctx, s.DB, room)
	if err != nil {
		return nil, err
	}
	all, err := questionsOf(ctx, s.DB, room)
	if err != nil {
		return nil, err
	}
	polls, err := pollsOf(ctx, s.DB, room)
	if err != nil {
		return nil, err
	}
	poll, err := s.counted(ctx, current(polls))
	if err != nil {
		return nil, err
	}
	pic := picture{State: r.State, Questions: []pictureQuestion{}, Poll: drawPoll(poll)}
	last := int64(0) // of the questions that are not shown: who leads the room learns of a new one
	for _, q := range pick(all) {
		pic.Questions = append(pic.Questions, pictureQuestion{q.ID, q.Text, q.Name, q.Votes, q.State == Answered, q.Pinned})
	}
	for _, q := range all {
		last = max(last, q.ID)
		if q.State == Pending {
			pic.Pending++
		}
	}
	b, err := json.Marshal(pic)
	if err != nil {
		return nil, err
	}
	// Who leads the room sees drafts and their order too.
	sum := sha256.Sum256(fmt.Appendf(b, "%d %d %v", last, r.Version, polls))
	version := hex.EncodeToString(sum[:])[:versionLength]
	return &frame{version, fmt.Appendf(nil, "id: %s\ndata: %s\n\n", version, b)}, nil
}

// current is the poll that phones show: the one that runs, else of those whose results are shown the one that ran last. In which
// order the host has put them does not matter to it.
func current(polls []Poll) (now *Poll) {
	for i := range polls {
		p := &polls[i]
		if p.State == Running {
			return p
		}
		if p.State == Over && p.Shown && (now == nil || p.turn >= now.turn) {
			now = p
		}
	}
	return now
}

// counted is what a poll has come to; nil of none.
func (s *Service) counted(ctx context.Context, p *Poll) (*Result, error) {
	if p == nil {
		return nil, nil
	}
	all, err := answersOf(ctx, s.DB, p.ID)
	res := p.result(all)
	return &res, err
}

// currentOf is what the poll that a room's phones show has come to; nil when they show none.
func (s *Service) currentOf(ctx context.Context, room int64) (*Result, error) {
	polls, err := pollsOf(ctx, s.DB, room)
	if err != nil {
		return nil, err
	}
	return s.counted(ctx, current(polls))
}

func drawPoll(r *Result) *picturePoll {
	if r == nil {
		return nil
	}
	p := &picturePoll{ID: r.ID, Kind: r.Kind, Title: r.Title, Options: r.Options, Open: r.State == Running, N: r.Answers, Shown: r.Shown}
	if r.Shown {
		for _, c := range r.Counts[:min(len(r.Counts), wordsShown)] {
			p.Counts = append(p.Counts, pictureCount{c.Label, c.N, percent(c.N, r.Answers)})
		}
	}
	return p
}

// visible are the questions that everybody sees.
func visible(all []Question) (out []Question) {
	for _, q := range all {
		if q.State == Shown || q.State == Answered {
			out = append(out, q)
		}
	}
	return out
}

// byVotes puts those first that the host takes up next, then those that wait for an answer, each with most votes first.
func byVotes(all []Question) {
	slices.SortStableFunc(all, func(a, b Question) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.Votes, a.Votes), cmp.Compare(a.ID, b.ID))
	})
}

func (q Question) rank() int {
	switch {
	case q.State == Answered:
		return 2
	case q.Pinned:
		return 0
	}
	return 1
}

// pick are the questions that a phone shows.
func pick(all []Question) []Question {
	seen := visible(all)
	if len(seen) > mostShown {
		newest := seen[len(seen)-mostNewest:]
		rest := slices.Clone(seen[:len(seen)-mostNewest])
		byVotes(rest)
		seen = append(slices.Clone(newest), rest[:mostShown-mostNewest]...)
	}
	byVotes(seen)
	return seen
}
