package training

import (
	"context"
	"slices"
	"strings"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
)

// Draft returns the version that is being written; has is false when there is none.
func (s *Service) Draft(ctx context.Context) (p Path, has bool, err error) { return draft(ctx, s.DB) }

func draft(ctx context.Context, q db.Q) (p Path, has bool, err error) {
	all, err := readPaths(ctx, q, ` WHERE published_at IS NULL`)
	return first(all), len(all) > 0, err
}

// Newest returns the version that mentors begin with.
func (s *Service) Newest(ctx context.Context) (Path, error) { return newest(ctx, s.DB) }

// StartDraft makes a draft from the newest version. When there is one already, that one goes on.
func (s *Service) StartDraft(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, has, err := draft(ctx, tx); err != nil || has {
			return err
		}
		p, err := s.begun(ctx, tx)
		if err != nil {
			return err
		}
		return insertPath(ctx, tx, &Path{Version: p.Version + 1, Steps: p.Steps, Activates: p.Activates})
	})
}

// change alters the draft unless somebody else has done so since it was seen.
func (s *Service) change(ctx context.Context, changes int, alter func(tx *db.Tx, p *Path) error) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, has, err := draft(ctx, tx)
		if err != nil {
			return err
		}
		if !has || p.Changes != changes {
			return errs.New(errs.Conflict, "training.changed")
		}
		if err := alter(tx, &p); err != nil {
			return err
		}
		return updatePath(ctx, tx, &p)
	})
}

// SaveStep stores a step of the draft: a new one, at the end, when it has no key.
func (s *Service) SaveStep(ctx context.Context, changes int, x Step) (key string, err error) {
	for _, w := range []Words{x.Title, x.Text} {
		for l := range w {
			w[l] = strings.TrimSpace(strings.ReplaceAll(w[l], "\r\n", "\n"))
		}
	}
	x.Link = strings.TrimSpace(x.Link)
	bad := errs.Fields{}
	if x.check(&bad); bad.Err() != nil {
		return "", bad.Err()
	}
	err = s.change(ctx, changes, func(_ *db.Tx, p *Path) error {
		if x.Key == "" {
			if len(p.Steps) >= MostSteps {
				return errs.New(errs.Invalid, "training.too-many", "most", MostSteps)
			}
			x.Key = newKey()
			p.Steps = append(p.Steps, x)
			return nil
		}
		i := p.at(x.Key)
		if i < 0 {
			return errs.New(errs.NotFound, "training.no-step")
		}
		p.Steps[i] = x
		return nil
	})
	return x.Key, err
}

// MoveStep moves a step of the draft by some places, towards the beginning when by is negative. At the ends it stays.
func (s *Service) MoveStep(ctx context.Context, changes int, key string, by int) error {
	return s.change(ctx, changes, func(_ *db.Tx, p *Path) error {
		i := p.at(key)
		if i < 0 {
			return errs.New(errs.NotFound, "training.no-step")
		}
		x := p.Steps[i]
		p.Steps = slices.Delete(p.Steps, i, i+1)
		p.Steps = slices.Insert(p.Steps, min(max(i+by, 0), len(p.Steps)), x)
		return nil
	})
}

// RemoveStep takes a step out of the draft.
func (s *Service) RemoveStep(ctx context.Context, changes int, key string) error {
	return s.change(ctx, changes, func(_ *db.Tx, p *Path) error {
		i := p.at(key)
		if i < 0 {
			return errs.New(errs.NotFound, "training.no-step")
		}
		p.Steps = slices.Delete(p.Steps, i, i+1)
		return nil
	})
}

// SetActivates says of the draft whether who has done everything begins to help by itself.
func (s *Service) SetActivates(ctx context.Context, changes int, on bool) error {
	return s.change(ctx, changes, func(_ *db.Tx, p *Path) error {
		p.Activates = on
		return nil
	})
}

// Discard throws the draft away.
func (s *Service) Discard(ctx context.Context, changes int) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := db.Changed(tx.ExecContext(ctx, `DELETE FROM training_paths WHERE published_at IS NULL AND changes = $1`, changes))
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "training.changed")
		}
		return err
	})
}

// Publish makes the draft the version that mentors begin with. Who has begun an older one goes on with that.
func (s *Service) Publish(ctx context.Context, by int64, changes int) error {
	return s.change(ctx, changes, func(tx *db.Tx, p *Path) error {
		if len(p.Steps) == 0 {
			return errs.New(errs.Invalid, "training.no-steps")
		}
		if slices.ContainsFunc(p.Steps, func(x Step) bool { return !x.complete() }) {
			return errs.New(errs.Invalid, "training.unfinished")
		}
		p.Published, p.By = s.Now(), by
		return people.Audit(ctx, tx, s.Now(), by, "training.publish", "", "")
	})
}
