package demo

import (
	"context"
	"time"

	"taitorinki/internal/mentoring"
)

// train lets the mentors walk the training path: who helps, or rests, has done it all and holds a badge; who is in training has come
// some way. The first mentors were there before the path, so the coordinator gave them their badges. One badge was given by mistake,
// and was revoked.
func (d *Demo) train(ctx context.Context) error {
	all, err := mentoring.Mentors(ctx, d.App.Config.DB)
	if err != nil {
		return err
	}
	pathBegan := day(-290, 9)
	var doings []happening
	revoked := int64(0)
	for i := range all {
		m := &all[i]
		switch {
		case m.Person.Name == "":
		case m.State == mentoring.Training:
			doings = append(doings, d.walkPath(m, m.Since.AddDate(0, 0, 1), d.rng.IntN(6))...)
		case m.State == mentoring.Active && m.Since.Before(pathBegan) && !d.cast(m.Person.Email):
			doings = append(doings, happening{pathBegan.Add(time.Duration(i) * time.Minute), func(ctx context.Context) error {
				return d.App.Training.Issue(ctx, d.ids[d.before.Cast.Coordinator], m.ID, "Toiminut mentorina jo ennen polkua.")
			}})
		case m.State == mentoring.Active || m.State == mentoring.Resting:
			began := m.Since.AddDate(0, 0, -13)
			if m.State == mentoring.Resting {
				began = m.Since.AddDate(0, 0, -100)
			}
			doings = append(doings, d.walkPath(m, began, 6)...)
			if m.State == mentoring.Resting && revoked == 0 {
				revoked = m.ID
				doings = append(doings, happening{day(-30, 12), func(ctx context.Context) error { return d.revokeBadge(ctx, m.ID) }})
			}
		}
	}
	return d.live(ctx, doings)
}

// walkPath lets a mentor do the first so many steps, two days apart; the coordinator ticks what the mentor does not mark.
func (d *Demo) walkPath(m *mentoring.Mentor, at time.Time, steps int) (out []happening) {
	s, coordinator := d.App.Training, d.ids[d.before.Cast.Coordinator]
	for i := range steps {
		at := at.AddDate(0, 0, 2*i).Add(time.Duration(d.rng.IntN(200)) * time.Minute)
		if at.After(day(0, 6)) {
			return out
		}
		out = append(out, happening{at, func(ctx context.Context) error {
			w, err := s.WalkOf(ctx, m.ID)
			if err != nil || i >= len(w.Path.Steps) {
				return err
			}
			x := w.Path.Steps[i]
			if x.Kind.Own() {
				return s.Mark(ctx, m.Person.ID, m.ID, w.Path.Version, x.Key)
			}
			return s.Tick(ctx, coordinator, m.ID, w.Path.Version, x.Key)
		}})
	}
	return out
}

func (d *Demo) revokeBadge(ctx context.Context, mentor int64) error {
	b, has, err := d.App.Training.Held(ctx, mentor)
	if err != nil || !has {
		return err
	}
	return d.App.Training.Revoke(ctx, d.ids[d.before.Cast.Coordinator], mentor, b.Serial, "Merkki annettiin vahingossa: keskustelu oli vielä pitämättä.")
}
