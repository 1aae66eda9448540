package meetings

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/ical"
	"taitorinki/internal/people"
)

// Calendar returns the meetings that a person was invited to and that had not ended by the given time, as calendars have them, those
// that were called off too.
func (s *Service) Calendar(ctx context.Context, person int64, since time.Time) (out []ical.Event, err error) {
	defer errs.Wrap(&err, "meetings.Calendar(%d)", person)
	p, err := people.PersonByID(ctx, s.DB, person)
	if err != nil {
		return nil, err
	}
	all, err := meetings(ctx, s.DB, ` WHERE ends_at > $1 AND id IN (SELECT meeting_id FROM meeting_people WHERE person_id = $2 AND invited) ORDER BY starts_at, id`,
		db.At(since), person)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		e, err := s.event(ctx, &m, p.Lang)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}
