package insight

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/jobs"
)

type snapshotJob struct {
	Round string `json:"round"`
}

// Kind names the job.
func (snapshotJob) Kind() string { return "insight.snapshot" }

// Jobs makes the worker make snapshots, and copy open answers to where they are checked.
func (s *Service) Jobs() {
	jobs.Handle(s.Worker, s.make)
	jobs.Handle(s.Worker, s.takeTexts)
}

func (s *Service) make(ctx context.Context, j snapshotJob, p *jobs.Progress) (err error) {
	defer errs.Wrap(&err, "insight.make(%s)", j.Round)
	row, err := snapshotRow(ctx, s.DB, j.Round)
	if err != nil || row.body != nil {
		return err // another server has made it
	}
	data, err := s.counted(ctx, j.Round, func(done, total int) error { return p.Set(ctx, done, total) })
	if err != nil {
		return err
	}
	return s.keep(ctx, j.Round, data)
}

// counted makes the snapshot of a round from its responses.
func (s *Service) counted(ctx context.Context, code string, step func(done, total int) error) ([]byte, error) {
	source, err := s.Source(ctx, code)
	if err != nil {
		return nil, err
	}
	var before *Source
	var earlier *Snapshot
	if source.Earlier != "" {
		if earlier, err = s.earlier(ctx, source.Earlier); err != nil {
			return nil, err
		}
		if before, err = s.Source(ctx, source.Earlier); err != nil {
			return nil, err
		}
	}
	snap, err := Publish(ctx, s.Program, source, before, earlier, step)
	if err != nil {
		return nil, err
	}
	return snap.Encode()
}

// earlier returns the snapshot of the wave before, which is made now if it has not been.
func (s *Service) earlier(ctx context.Context, code string) (*Snapshot, error) {
	snap, err := s.Snapshot(ctx, code)
	if err != nil || snap != nil {
		return snap, err
	}
	data, err := s.counted(ctx, code, nil)
	if err == nil {
		err = s.keep(ctx, code, data)
	}
	if err != nil {
		return nil, err
	}
	return s.Snapshot(ctx, code)
}

// AskMissing asks for the snapshots of closed rounds that have none: those closed by an older version of the program.
func (s *Service) AskMissing(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "insight.AskMissing")
	rounds, err := s.Rounds(ctx)
	if err != nil {
		return err
	}
	for _, r := range rounds {
		if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.Ask(ctx, tx, r.Code) }); err != nil {
			return err
		}
	}
	return nil
}

// Status is how far a snapshot is.
type Status struct {
	Made        bool
	Failed      bool // it was tried until it was given up
	Done, Total int
}

// Status tells how far a round's snapshot is; errs.NotFound when nobody has asked for one.
func (s *Service) Status(ctx context.Context, code string) (st Status, err error) {
	row, err := snapshotRow(ctx, s.DB, code)
	if err != nil || row.body != nil {
		st.Made = err == nil
		return st, err
	}
	job, err := jobs.Of(ctx, s.DB, row.job)
	if errors.Is(err, sql.ErrNoRows) {
		return Status{Failed: true}, nil // given up so long ago that the job is deleted
	}
	return Status{Failed: job.State == "dead", Done: job.Done, Total: job.Total}, err
}

// Snapshot returns a round's snapshot; nil while it is being made, errs.NotFound when there is none.
func (s *Service) Snapshot(ctx context.Context, code string) (_ *Snapshot, err error) {
	s.mu.Lock()
	known := s.known[code]
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	defer errs.Wrap(&err, "insight.Snapshot(%s)", code)
	row, err := snapshotRow(ctx, s.DB, code)
	if err != nil || row.body == nil {
		return nil, err
	}
	snap, err := row.read()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= mostKnown {
		s.known = map[string]*Snapshot{}
	}
	s.known[code] = snap
	return snap, nil
}

// mostKnown is how many snapshots a server remembers before it forgets them all: a county looks at one or two.
const mostKnown = 8

// Same makes a round's snapshot once more, stores nothing, and reports whether it is the stored one to the byte.
func (s *Service) Same(ctx context.Context, code string) (same bool, sum []byte, err error) {
	defer errs.Wrap(&err, "insight.Same(%s)", code)
	row, err := snapshotRow(ctx, s.DB, code)
	if err != nil {
		return false, nil, err
	}
	data, err := s.counted(ctx, code, nil)
	if err != nil {
		return false, nil, err
	}
	now := sha256.Sum256(data)
	return bytes.Equal(now[:], row.sum), row.sum, nil
}

// Sum is the checksum of a round's snapshot, SHA-256 of its JSON; nil while it is being made.
func (s *Service) Sum(ctx context.Context, code string) ([]byte, error) {
	row, err := snapshotRow(ctx, s.DB, code)
	return row.sum, err
}
