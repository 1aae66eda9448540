package events

import (
	"context"

	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// ownTalk is what the file of a person's own data holds of them as a speaker.
type ownTalk struct {
	Event   string      `json:"event"`
	Name    string      `json:"name"`
	Title   string      `json:"title,omitempty"`
	Role    SpeakerRole `json:"role"`
	Consent Consent     `json:"shown_by_name"`
}

// Part is what "my data" shows of a person who speaks at events, or leads them.
func (s *Service) Part(ctx context.Context, person int64, t func(key string, args ...any) string) (p people.Part, err error) {
	defer errs.Wrap(&err, "events.Part(%d)", person)
	p = people.Part{Name: "talks", Title: t("events.my-talks")}
	all, err := speakers(ctx, s.DB, `person_id = $1 ORDER BY id`, person)
	if err != nil {
		return p, err
	}
	var own []ownTalk
	for _, x := range all {
		e, err := ByID(ctx, s.DB, x.Event)
		if err != nil {
			return p, err
		}
		own = append(own, ownTalk{e.Title, x.Name, x.Title, x.Role, x.Consent})
		p.Facts = append(p.Facts, ui.Fact{Term: e.Title, Value: t("events.speaker-"+string(x.Role)) + ". " + t("events.consent-"+string(x.Consent))})
	}
	if len(own) == 0 {
		p.Facts = []ui.Fact{{Term: p.Title, Value: t("events.my-talks-none")}}
		return p, nil
	}
	p.Value = own
	return p, nil
}
