package asking

import (
	"context"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
)

// Climb moves on every request that nobody has answered in time, or whose mentor can help no more. Several servers may do it at
// once: each request moves once, by its version.
func (s *Service) Climb(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "asking.Climb")
	all, err := requests(ctx, s.DB, ` WHERE r.state IN ('open', 'taken') ORDER BY r.id`)
	if err != nil || len(all) == 0 {
		return err
	}
	w, err := s.look(ctx)
	if err != nil {
		return err
	}
	here, err := askers(ctx, s.DB, all)
	if err != nil {
		return err
	}
	for _, r := range all {
		if !s.stuck(w, here, &r) {
			continue
		}
		err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.moveOn(ctx, tx, w, here, r.ID) })
		if err != nil && errs.KindOf(err) != errs.Conflict { // a conflict: somebody has just taken it, or another server has moved it
			return err
		}
	}
	s.Outbox.Wake()
	return nil
}

// askers are those who asked and are still here, by id.
func askers(ctx context.Context, q db.Q, all []Request) (map[int64]people.Person, error) {
	var ids []int64
	for _, r := range all {
		if r.By != 0 && !slices.Contains(ids, r.By) {
			ids = append(ids, r.By)
		}
	}
	list, err := people.PersonsByID(ctx, q, ids)
	here := make(map[int64]people.Person, len(list))
	for _, p := range list {
		here[p.ID] = p
	}
	return here, err
}

// stuck reports whether a request does not stand where it should.
func (s *Service) stuck(w world, here map[int64]people.Person, r *Request) bool {
	if _, ok := here[r.By]; !ok {
		return true
	}
	if _, ok := w.Tree.Unit(r.Unit); !ok && here[r.By].UnitID != 0 {
		return true
	}
	_, on := s.goesOn(w, r)
	return on
}

// goesOn says from which level on a request must go on, if it must.
//
// A mentor who is away for some days keeps what they have taken, for it may be arranged for a later day; one who rests or has
// ended keeps nothing.
func (s *Service) goesOn(w world, r *Request) (from Level, on bool) {
	if r.State == Taken {
		m, ok := w.mentor(r.Mentor)
		return back(r.Level), !ok || m.State != active || !m.Granted(w.Day)
	}
	switch waits := slices.ContainsFunc(r.Turns, func(t Turn) bool { return t.Level == r.Level && t.Over.IsZero() && w.helps(t.Mentor) }); {
	case r.Level == Coordinator:
		return 0, false
	case !waits:
		return back(r.Level), true
	case !r.Due.IsZero() && !s.Now().Before(r.Due):
		return above(r.Level), true
	}
	return 0, false
}

// above is where a request goes that nobody has answered.
func above(l Level) Level {
	if l == Nearest {
		return Area
	}
	return Coordinator
}

// back is from where on a request is sent again when its mentor gives it back.
func back(l Level) Level {
	if l == Named {
		return Coordinator
	}
	return l
}

func (s *Service) moveOn(ctx context.Context, tx *db.Tx, w world, here map[int64]people.Person, id int64) error {
	r, err := requestByID(ctx, tx, id)
	if err != nil || r.State.Closed() {
		return err
	}
	asker, ok := here[r.By]
	if !ok { // has left, and needs no help here
		r.State, r.Closed, r.Due = Withdrawn, s.Now(), time.Time{}
		return updateRequest(ctx, tx, &r)
	}
	if _, ok := w.Tree.Unit(r.Unit); !ok && asker.UnitID != 0 { // the unit was merged into another
		r.Unit = asker.UnitID
	}
	from, on := s.goesOn(w, &r)
	if on {
		for i := range r.Turns {
			if t := &r.Turns[i]; t.Mentor != 0 && t.Over.IsZero() && !w.helps(t.Mentor) {
				if err := s.end(ctx, tx, t, "away", ""); err != nil {
					return err
				}
			}
		}
		if err := s.send(ctx, tx, w, &r, from); err != nil {
			return err
		}
	}
	return updateRequest(ctx, tx, &r)
}

// end ends a turn.
func (s *Service) end(ctx context.Context, tx *db.Tx, t *Turn, how, why string) error {
	t.Over, t.How, t.Why = s.Now(), how, why
	return updateTurn(ctx, tx, t)
}

// remembered is how long it is known who asked and what, after a request was closed.
const remembered = 60 * 24 * time.Hour

// mailsKept is how long it is known to whom mails went.
const mailsKept = 14 * 24 * time.Hour

// forget forgets who asked, who helped and all words of requests that were closed long ago.
func (s *Service) forget(ctx context.Context) error {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error { return eraseClosed(ctx, tx, s.Now().Add(-remembered)) })
	if err != nil {
		return err
	}
	return outbox.Prune(ctx, s.DB, mailTopic, s.Now().Add(-mailsKept))
}
