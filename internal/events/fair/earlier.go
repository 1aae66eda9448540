package fair

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Earlier are the exhibitors of the fair that this one was copied from whose name is not among its exhibitors yet. Their addresses are
// for who looks after that fair too; to others there are none.
func (s *Service) Earlier(ctx context.Context, q db.Q, v web.Visitor, e *events.Event) ([]Exhibitor, error) {
	if e.CopiedFrom == 0 {
		return nil, nil
	}
	from, err := events.ByID(ctx, q, e.CopiedFrom)
	if err != nil || from.Kind != events.Fair {
		return nil, err
	}
	if ok, err := s.Events.Hosts(ctx, q, v, &from); err != nil || !ok {
		return nil, err
	}
	old, err := Of(ctx, q, from.ID)
	if err != nil {
		return nil, err
	}
	has, err := Of(ctx, q, e.ID)
	return slices.DeleteFunc(old, func(x Exhibitor) bool {
		return slices.ContainsFunc(has, func(y Exhibitor) bool { return y.Name == x.Name })
	}), err
}

// TakeOver takes exhibitors of the earlier fair along, with their cards and pictures. Their demonstrations stay behind, as their hours do.
func (s *Service) TakeOver(ctx context.Context, v web.Visitor, e *events.Event, wanted []int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		all, err := s.Earlier(ctx, tx, v, e)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(x Exhibitor) bool { return !slices.Contains(wanted, x.ID) })
		if len(all) == 0 {
			return errs.Fault("take", "fair.none-chosen")
		}
		has, err := Of(ctx, tx, e.ID)
		if err == nil && len(has)+len(all) > MostExhibitors {
			err = errs.Fault("take", "fair.too-many", "most", MostExhibitors)
		}
		if err != nil {
			return err
		}
		for _, x := range all {
			if err := s.copyTo(ctx, tx, e.ID, x); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, v.ID, "event.exhibitor", e.ID)
	})
}

func (s *Service) copyTo(ctx context.Context, tx *db.Tx, event int64, x Exhibitor) error {
	old := x
	x.Event = event
	id, err := insert(ctx, tx, &x, s.Now())
	if err != nil || !x.Picture {
		return err
	}
	p, err := picture(ctx, tx, old.Event, old.ID)
	if err != nil {
		return err
	}
	return savePicture(ctx, tx, id, &p)
}

// earlierChoices are such exhibitors as a form offers them, all chosen.
func (s *Service) earlierChoices(ctx context.Context, v web.Visitor, e *events.Event) (out []ui.Option, err error) {
	all, err := s.Earlier(ctx, s.DB, v, e)
	for _, x := range all {
		out = append(out, ui.Option{Value: number(x.ID), Label: x.Name, Help: x.Whom, Selected: true})
	}
	return out, err
}

func (s *Service) takeOver(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	_ = r.ParseForm() // a form that cannot be read chooses nobody
	var wanted []int64
	for _, x := range r.PostForm["take"] {
		if id, err := strconv.ParseInt(x, 10, 64); err == nil {
			wanted = append(wanted, id)
		}
	}
	err = s.TakeOver(r.Context(), web.VisitorOf(r), &e, wanted)
	if bad := web.FieldsOf(err); bad != nil {
		return s.showManage(w, r, &e, Exhibitor{}, bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "fair.taken-along")
	return web.See(w, r, e.Path("/exhibitors"))
}
