package signup

import (
	"context"
	"time"

	"taitorinki/internal/events"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// ownSignup is what the file of a person's own data holds of one sign-up.
type ownSignup struct {
	Event  string     `json:"event"`
	Starts time.Time  `json:"starts"`
	State  State      `json:"state"`
	Made   time.Time  `json:"signed_up"`
	Came   *time.Time `json:"came,omitempty"`
	How    string     `json:"came_by,omitempty"`
	Needs  string     `json:"needs,omitempty"`
}

// Part is what "my data" shows of a person's sign-ups.
func (s *Service) Part(ctx context.Context, personID int64, t func(key string, args ...any) string) (people.Part, error) {
	p := people.Part{Name: "events", Title: t("signup.my-data"), Link: t("signup.to-events"), URL: "/events"}
	who, err := people.PersonByID(ctx, s.DB, personID)
	if err != nil {
		return p, err
	}
	all, err := read(ctx, s.DB, `WHERE person_id = $1 ORDER BY id`, personID)
	if err != nil {
		return p, err
	}
	var own []ownSignup
	for _, x := range all {
		e, err := events.ByID(ctx, s.DB, x.Event)
		if err != nil {
			return p, err
		}
		needs, err := needsOf(ctx, s.DB, x.ID)
		if err != nil {
			return p, err
		}
		o := ownSignup{Event: e.Title, Starts: e.Start, State: x.State, Made: x.Made, How: x.How, Needs: needs}
		state := t("signup.state-" + string(x.State))
		if !x.Came.IsZero() {
			o.Came = &x.Came
			state = t("signup.came")
		}
		if needs != "" {
			state += ". " + t("signup.needs") + ": " + needs
		}
		own = append(own, o)
		p.Facts = append(p.Facts, ui.Fact{Term: e.Title + ", " + times(&e, who.Lang, t), Value: state})
	}
	if len(own) == 0 {
		p.Facts = []ui.Fact{{Term: t("signup.my-data"), Value: t("signup.my-none")}}
		return p, nil
	}
	p.Value = own
	return p, nil
}
