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
	poll, err := s.current(ctx, room)
	if err != nil {
		return nil, err
	}
	pic := picture{State: r.State, Questions: []pictureQuestion{}, Poll: drawPoll(poll)}
	last := int64(0) // of the questions that are not shown: who leads the room learns of a new one
	for _, q := range pick(all) {
		pic.Questions = append(pic.Questions, pictureQuestion{q.ID, q.Text, q.Name, q.Votes, q.State == Answered})
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
	sum := sha256.Sum256(fmt.Appendf(b, "%d %d", last, r.Version)[:])
	version := hex.EncodeToString(sum[:])[:versionLength]
	return &frame{version, fmt.Appendf(nil, "id: %s\ndata: %s\n\n", version, b)}, nil
}

// current is the poll that phones show: the one that runs, else the last whose results are shown.
func (s *Service) current(ctx context.Context, room int64) (*Result, error) {
	polls, err := pollsOf(ctx, s.DB, room)
	if err != nil {
		return nil, err
	}
	var now *Poll
	for i := range polls {
		p := &polls[i]
		if p.State == Running || p.State == Over && p.Shown && (now == nil || now.State != Running) {
			now = p
		}
	}
	if now == nil {
		return nil, nil
	}
	all, err := answersOf(ctx, s.DB, now.ID)
	res := now.result(all)
	return &res, err
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

// byVotes puts those first that wait for an answer, then those with most votes.
func byVotes(all []Question) {
	slices.SortStableFunc(all, func(a, b Question) int {
		done := func(q Question) int {
			if q.State == Answered {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(done(a), done(b)), cmp.Compare(b.Votes, a.Votes), cmp.Compare(a.ID, b.ID))
	})
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
