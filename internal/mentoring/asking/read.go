package asking

import (
	"context"
	"slices"

	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Load is how many open requests each mentor has to see to: those taken, and those that wait for this mentor alone.
func (s *Service) Load(ctx context.Context) (_ map[int64]int, err error) {
	defer errs.Wrap(&err, "asking.Load")
	return counted[int64](ctx, s.DB, `SELECT t.mentor_id, count(*) FROM mentoring_request_turns t JOIN mentoring_requests r ON r.id = t.request_id
		WHERE t.over_at IS NULL AND t.mentor_id IS NOT NULL
			AND (r.state = 'taken' AND r.mentor_id = t.mentor_id OR r.state = 'open' AND t.level = r.level AND r.level IN (0, 3))
		GROUP BY t.mentor_id`)
}

// Counts is how many requests there are in each state.
func (s *Service) Counts(ctx context.Context) (_ map[State]int, err error) {
	defer errs.Wrap(&err, "asking.Counts")
	return counted[State](ctx, s.DB, `SELECT state, count(*) FROM mentoring_requests GROUP BY state`)
}

// Thanks is how often colleagues have said that a mentor's help helped. Fewer than mentoring.LeastThanks are shown to nobody.
func (s *Service) Thanks(ctx context.Context, mentor int64) (n int, err error) {
	defer errs.Wrap(&err, "asking.Thanks(%d)", mentor)
	err = s.DB.QueryRowContext(ctx, `SELECT coalesce(sum(n), 0) FROM mentoring_thanks WHERE mentor_id = $1`, mentor).Scan(&n)
	return n, err
}

// OpenFor are the requests that a mentor has taken or may take, the oldest first: by id. Those that have not gone to the mentor
// are without the name and the text.
func (s *Service) OpenFor(ctx context.Context, mentor int64) (out []Request, err error) {
	m, err := s.Mentors.MentorByID(ctx, mentor)
	if err != nil {
		return nil, err
	}
	all, err := requests(ctx, s.DB, ` WHERE r.state = 'open' OR r.state = 'taken' AND r.mentor_id = $1 ORDER BY r.id`, mentor)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	w, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.State == Taken || w.mayTake(&r, &m) {
			out = append(out, r.seenBy(&m))
		}
	}
	return out, nil
}

// CountFor is how many requests a mentor has taken or may take.
func (s *Service) CountFor(ctx context.Context, mentor int64) (int, error) {
	all, err := s.OpenFor(ctx, mentor)
	return len(all), err
}

// seenBy leaves out the name and the text unless the request went to the mentor, and nobody else helps.
func (r Request) seenBy(m *mentoring.Mentor) Request {
	if r.State == Open && r.live(m.ID) == nil || r.State != Open && r.Mentor != m.ID {
		r.By, r.Text = 0, ""
	}
	return r
}

// RequestByID returns a request; errs.NotFound when there is none.
func (s *Service) RequestByID(ctx context.Context, id int64) (Request, error) {
	return requestByID(ctx, s.DB, id)
}

// HelpedBy is a request that a mentor has taken or closed, so that its support can be logged; errs.NotFound for all others.
func (s *Service) HelpedBy(ctx context.Context, mentor, id int64) (Request, error) {
	r, err := requestByID(ctx, s.DB, id)
	if err == nil && (r.Mentor == 0 || r.Mentor != mentor) {
		err = errNoRequest
	}
	return r, err
}

// AtCoordinator is how many requests have come to the coordinator of the units in which a visitor is one.
func (s *Service) AtCoordinator(ctx context.Context, v web.Visitor) (int, error) {
	units, err := waitingUnits(ctx, s.DB)
	if err != nil || len(units) == 0 {
		return 0, err
	}
	reach, err := people.ReachOf(ctx, s.DB, v, people.ManageMentors)
	n := 0
	for unit, here := range units {
		if reach.Has(unit) {
			n += here
		}
	}
	return n, err
}

// inScope are the requests that are not closed in the units in which a visitor is a coordinator: what has come to the
// coordinator first, then the oldest. n is how many have.
func (s *Service) inScope(ctx context.Context, v web.Visitor) (out []Request, n int, err error) {
	all, err := requests(ctx, s.DB, ` WHERE r.state IN ('open', 'taken') ORDER BY r.id`)
	if err != nil || len(all) == 0 {
		return nil, 0, err
	}
	reach, err := people.ReachOf(ctx, s.DB, v, people.ManageMentors)
	if err != nil {
		return nil, 0, err
	}
	for _, r := range all {
		if reach.Has(r.Unit) {
			out = append(out, r)
			if r.here() {
				n++
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Request) int {
		switch {
		case a.here() == b.here():
			return 0
		case a.here():
			return -1
		}
		return 1
	})
	return out, n, nil
}

// here reports whether a request waits for the coordinator.
func (r *Request) here() bool { return r.State == Open && r.Level == Coordinator }

// mine are the requests of a person of which it is still known, the newest first.
func (s *Service) mine(ctx context.Context, person int64) ([]Request, error) {
	return requests(ctx, s.DB, ` WHERE r.asked_by = $1 ORDER BY r.id DESC`, person)
}
