package meetings

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// ownTopic and ownMeeting are what the file of a person's own data holds.
type ownTopic struct {
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
	Answer string    `json:"answer,omitempty"`
}

type ownMeeting struct {
	Meeting int64 `json:"meeting"`
	Invited bool  `json:"invited"`
	Present bool  `json:"present"`
}

type ownDecision struct {
	Meeting int64  `json:"meeting"`
	Text    string `json:"text"`
	Due     string `json:"due,omitempty"`
	Done    bool   `json:"done"`
}

// Part is what "my data" shows of the meetings: topics, votes, attendance and tasks of a person.
func (s *Service) Part(ctx context.Context, person int64, t func(key string, args ...any) string) (people.Part, error) {
	p := people.Part{Name: "meetings", Title: t("meetings.my-part"), Link: t("meetings.topics"), URL: "/topics"}
	written, err := topics(ctx, s.DB, ` WHERE t.person_id = $1 ORDER BY t.made_at, t.id`, person)
	if err != nil {
		return p, err
	}
	votes, err := votesOf(ctx, s.DB, person)
	if err != nil {
		return p, err
	}
	been, err := attendedBy(ctx, s.DB, person)
	if err != nil {
		return p, err
	}
	sees, err := decisions(ctx, s.DB, ` WHERE owner_id = $1 ORDER BY id`, person)
	if err != nil {
		return p, err
	}
	value := struct {
		Topics   []ownTopic   `json:"topics"`
		Votes    []int64      `json:"votes"`
		Meetings []ownMeeting `json:"meetings"`

		Decisions []ownDecision `json:"decisions"` // that they see to
	}{}
	present := 0
	for _, x := range written {
		value.Topics = append(value.Topics, ownTopic{x.At.In(i18n.Zone()), x.Text, x.Answer})
	}
	for _, a := range been {
		value.Meetings = append(value.Meetings, ownMeeting(a))
		if a.Present {
			present++
		}
	}
	for _, x := range sees {
		value.Decisions = append(value.Decisions, ownDecision{x.Meeting, x.Text, x.Due, !x.Done.IsZero()})
	}
	value.Votes = slices.Sorted(maps.Keys(votes))
	p.Facts = []ui.Fact{{Term: t("meetings.part-topics"), Value: strconv.Itoa(len(written))}, {Term: t("meetings.part-votes"), Value: strconv.Itoa(len(votes))},
		{Term: t("meetings.part-attended"), Value: strconv.Itoa(present)}, {Term: t("meetings.part-decisions"), Value: strconv.Itoa(len(sees))}}
	if len(written)+len(votes)+len(been)+len(sees) > 0 {
		p.Value = value
	}
	return p, nil
}
