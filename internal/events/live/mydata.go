package live

import (
	"context"
	"time"

	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// ownRoom is what the file of a person's own data holds of a room that they made.
type ownRoom struct {
	Title string    `json:"title"`
	Code  string    `json:"code"`
	State State     `json:"state"`
	Made  time.Time `json:"made"`
}

// Part is what "my data" shows of the rooms that a person made. A participant leaves nothing that could be shown, and is told so.
func (s *Service) Part(ctx context.Context, person int64, t func(key string, args ...any) string) (people.Part, error) {
	p := people.Part{Name: "rooms", Title: t("live.my-part")}
	all, err := roomsWhere(ctx, s.DB, ` WHERE host_id = $1 ORDER BY id`, person)
	var own []ownRoom
	for _, r := range all {
		own = append(own, ownRoom{r.Title, r.Code, r.State, r.Made})
		p.Facts = append(p.Facts, ui.Fact{Term: r.Title, Value: t("live.state-" + string(r.State))})
	}
	if len(own) == 0 {
		p.Facts = []ui.Fact{{Term: t("live.my-part"), Value: t("live.my-rooms-none")}}
	} else {
		p.Value = own
	}
	p.Facts = append(p.Facts, ui.Fact{Term: t("live.my-taken"), Value: t("live.my-nothing")})
	return p, err
}
