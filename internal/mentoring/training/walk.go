package training

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// Done says when a step was done, and who ticked it: 0 is the platform itself.
type Done struct {
	At time.Time
	By int64
}

// Walk is how far a mentor has come.
type Walk struct {
	Mentor   int64
	Path     Path // the version begun, or the one that would be begun
	Begun    time.Time
	Finished time.Time       // when the last step was done; zero: not yet
	Done     map[string]Done // by the key of the step, also of steps that this version lacks
}

type walkRow struct {
	mentor      int64
	version     int
	begun, done time.Time
}

// Count returns how many of the version's steps are done, and how many there are.
func (w *Walk) Count() (done, total int) {
	for _, s := range w.Path.Steps {
		if w.IsDone(s.Key) {
			done++
		}
	}
	return done, len(w.Path.Steps)
}

// IsDone reports whether a step is done.
func (w *Walk) IsDone(key string) bool { _, ok := w.Done[key]; return ok }

// Complete reports whether every step is done.
func (w *Walk) Complete() bool {
	done, total := w.Count()
	return total > 0 && done == total
}

// Next is the first step that is not done; has is false when there is none.
func (w *Walk) Next() (s Step, has bool) {
	for _, s := range w.Path.Steps {
		if !w.IsDone(s.Key) {
			return s, true
		}
	}
	return Step{}, false
}

// WalkOf returns how far a mentor has come. A first support that has been logged counts as done from that moment.
func (s *Service) WalkOf(ctx context.Context, mentor int64) (*Walk, error) {
	return s.walkOf(ctx, s.DB, mentor)
}

func (s *Service) walkOf(ctx context.Context, q db.Q, mentor int64) (*Walk, error) {
	rows, err := readWalks(ctx, q, ` WHERE mentor_id = $1`, mentor)
	if err != nil {
		return nil, err
	}
	done, err := readDone(ctx, q, ` WHERE mentor_id = $1`, mentor)
	if err != nil {
		return nil, err
	}
	w := &Walk{Mentor: mentor, Begun: rows[mentor].begun, Finished: rows[mentor].done, Done: done[mentor]}
	if w.Done == nil {
		w.Done = map[string]Done{}
	}
	if version := rows[mentor].version; version != 0 {
		all, err := readPaths(ctx, q, ` WHERE version = $1`, version)
		w.Path = first(all)
		return w, err
	}
	w.Path, err = newest(ctx, q)
	return w, err
}

// supported adds the step of the first support when the mentor has logged one. It asks another part, so not inside a transaction.
func (s *Service) supported(ctx context.Context, w *Walk) (added bool, err error) {
	if s.FirstSupport == nil {
		return false, nil
	}
	for _, x := range w.Path.Steps {
		if x.Kind != Support || w.IsDone(x.Key) {
			continue
		}
		has, err := s.FirstSupport(ctx, w.Mentor)
		if err != nil || !has {
			return added, err
		}
		w.Done[x.Key], added = Done{At: s.Now()}, true
	}
	return added, nil
}

// Progress returns how many steps of the path a mentor has done, and how many there are.
func (s *Service) Progress(ctx context.Context, mentor int64) (done, total int, err error) {
	w, err := s.WalkOf(ctx, mentor)
	if err != nil {
		return 0, 0, err
	}
	if _, err := s.supported(ctx, w); err != nil {
		return 0, 0, err
	}
	done, total = w.Count()
	return done, total, nil
}

// Mark says for a mentor that one of the mentor's own steps is done. The version is that of the path that was seen. Doing it twice is
// no error.
func (s *Service) Mark(ctx context.Context, by, mentor int64, version int, step string) error {
	return s.mark(ctx, by, mentor, version, step, true)
}

// Tick says for a coordinator that a talk has been held, or that somebody has been supported before there was a log.
func (s *Service) Tick(ctx context.Context, by, mentor int64, version int, step string) error {
	return s.mark(ctx, by, mentor, version, step, false)
}

func (s *Service) mark(ctx context.Context, by, mentor int64, version int, step string, own bool) error {
	m, err := s.Mentors.MentorByID(ctx, mentor)
	if err != nil {
		return err
	}
	if !m.State.Appointed() {
		return errs.New(errs.Conflict, "training.not-appointed")
	}
	last := false
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		w, err := s.onPath(ctx, tx, mentor)
		if err != nil {
			return err
		}
		x, ok := w.Path.Step(step)
		if w.Path.Version != version || !ok {
			return errs.New(errs.Conflict, "training.changed")
		}
		if x.Kind.Own() != own {
			return errs.New(errs.Forbidden, "web.forbidden")
		}
		if w.IsDone(step) {
			last = w.nearly()
			return nil
		}
		w.Done[step] = Done{s.Now(), by}
		last = w.nearly()
		if err := insertDone(ctx, tx, mentor, step, w.Done[step]); err != nil || own {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "training.tick", mentorObject(mentor), step)
	})
	if err != nil || !last {
		return err
	}
	return s.Settle(ctx, mentor)
}

// nearly reports whether nothing is left but a first support, which may have been logged already.
func (w *Walk) nearly() bool {
	for _, x := range w.Path.Steps {
		if x.Kind != Support && !w.IsDone(x.Key) {
			return false
		}
	}
	return true
}

// onPath is walkOf for somebody who does something on the path, which begins it.
func (s *Service) onPath(ctx context.Context, tx *db.Tx, mentor int64) (*Walk, error) {
	w, err := s.walkOf(ctx, tx, mentor)
	if err != nil || !w.Begun.IsZero() {
		return w, err
	}
	if w.Path, err = s.begun(ctx, tx); err != nil {
		return nil, err
	}
	w.Begun = s.Now()
	return w, insertWalk(ctx, tx, walkRow{mentor: mentor, version: w.Path.Version, begun: w.Begun})
}

// ToNewest moves a mentor to the newest version. What is done stays done.
func (s *Service) ToNewest(ctx context.Context, by, mentor int64) error {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := s.onPath(ctx, tx, mentor); err != nil {
			return err
		}
		p, err := s.begun(ctx, tx)
		if err != nil {
			return err
		}
		if err := updateVersion(ctx, tx, mentor, p.Version); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "training.move", mentorObject(mentor), "")
	})
	if err != nil {
		return err
	}
	return s.Settle(ctx, mentor)
}

// Settle draws the conclusions when a mentor has done every step: the mentor begins to help, if the path says so, and gets the badge.
// It may be called at any time, as often as one likes, by several servers at once.
func (s *Service) Settle(ctx context.Context, mentor int64) (err error) {
	for range 3 { // somebody else may change the mentor meanwhile
		if err = s.settleOnce(ctx, mentor); errs.KindOf(err) != errs.Conflict {
			return err
		}
	}
	return err
}

func (s *Service) settleOnce(ctx context.Context, mentor int64) (err error) {
	defer errs.Wrap(&err, "training.Settle(%d)", mentor)
	w, err := s.WalkOf(ctx, mentor)
	if err != nil {
		return err
	}
	logged, err := s.supported(ctx, w)
	if err != nil {
		return err
	}
	m, err := s.Mentors.MentorByID(ctx, mentor)
	if err != nil || !m.State.Appointed() || !logged && !w.Complete() {
		return err
	}
	var b *Badge
	if w.Complete() {
		if b, err = s.earned(ctx, &m); err != nil {
			return err
		}
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.settle(ctx, tx, w, &m, b) })
}

func (s *Service) settle(ctx context.Context, tx *db.Tx, w *Walk, m *mentoring.Mentor, b *Badge) error {
	now, err := s.onPath(ctx, tx, w.Mentor)
	if err != nil || now.Path.Version != w.Path.Version {
		return err // moved to another version meanwhile, which settles by itself
	}
	for _, x := range w.Path.Steps {
		if d, ok := w.Done[x.Key]; ok && x.Kind == Support {
			if err := insertDone(ctx, tx, w.Mentor, x.Key, d); err != nil {
				return err
			}
		}
	}
	if !w.Complete() {
		return nil
	}
	last, err := finish(ctx, tx, w.Mentor, db.At(s.Now()))
	if err != nil {
		return err
	}
	if last && w.Path.Activates && m.State == mentoring.Training {
		if err := s.Mentors.MoveIn(ctx, tx, 0, m.ID, m.Version, mentoring.Activation); err != nil {
			return err
		}
	}
	if b == nil {
		return nil
	}
	return s.keep(ctx, tx, b)
}

// Activate lets a mentor who has done the path begin to help.
func (s *Service) Activate(ctx context.Context, by, mentor int64, version int) error {
	return s.Mentors.Move(ctx, by, mentor, version, mentoring.Activation, "")
}

// settleAll settles those who have not come to the end: a first support may have been logged since.
func (s *Service) settleAll(ctx context.Context) error {
	all, err := mentoring.Mentors(ctx, s.DB)
	if err != nil {
		return err
	}
	walks, err := readWalks(ctx, s.DB, "")
	if err != nil {
		return err
	}
	for _, m := range all {
		if w, ok := walks[m.ID]; ok && w.done.IsZero() && m.State.Appointed() && m.Person.Name != "" {
			if err := s.Settle(ctx, m.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
