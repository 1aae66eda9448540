package mentoring

import (
	"context"
	"time"

	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// ownData is what the file of a person's own data holds of them as a mentor.
type ownData struct {
	State    State      `json:"state"`
	Minutes  int        `json:"minutes_a_week"`
	From     string     `json:"from,omitempty"`
	To       string     `json:"to,omitempty"`
	Units    []string   `json:"units"`
	Areas    []string   `json:"areas"`
	Services []int64    `json:"services"`
	Langs    []string   `json:"languages"`
	Reach    string     `json:"reach"`
	AwayFrom string     `json:"away_from,omitempty"`
	AwayTo   string     `json:"away_to,omitempty"`
	Note     bool       `json:"monthly_note"`
	History  []ownEvent `json:"history"`
}

type ownEvent struct {
	At    time.Time `json:"at"`
	What  EventKind `json:"what"`
	State State     `json:"state"`
	By    string    `json:"by"`
	Why   string    `json:"why,omitempty"`
}

// MentorPart is what "my data" shows of somebody as a mentor, with all that was done.
func (s *Service) MentorPart(ctx context.Context, personID int64, t func(key string, args ...any) string) (people.Part, error) {
	p := people.Part{Name: "mentor", Title: t("mentoring.mentor-part"), Link: t("mentoring.to-join"), URL: JoinPath}
	m, has, err := s.MentorOf(ctx, personID)
	if err != nil || !has {
		p.Facts = []ui.Fact{{Term: t("mentoring.state"), Value: t("mentoring.state-none")}}
		return p, err
	}
	if m.State.Appointed() {
		p.Link, p.URL = t("mentoring.own"), OwnPath
	}
	n, err := readNaming(ctx, s.DB)
	if err != nil {
		return p, err
	}
	who, err := people.PersonByID(ctx, s.DB, personID)
	if err != nil {
		return p, err
	}
	history, err := s.history(ctx, &m, who.Lang, t)
	if err != nil {
		return p, err
	}
	p.Facts = append([]ui.Fact{{Term: t("mentoring.state"), Value: t("mentoring.state-" + string(m.State))}}, n.facts(&m, who.Lang, t)...)
	for _, e := range history {
		p.Facts = append(p.Facts, ui.Fact{Term: e.When, Value: e.text(t)})
	}
	p.Value, err = s.ownData(ctx, n, &m)
	return p, err
}

// text is what was done, by whom and why, in one line.
func (e eventLine) text(t translate) string {
	if e.Why == "" {
		return t("mentoring.event-by", "what", e.What, "who", e.Who)
	}
	return t("mentoring.event-why", "what", e.What, "who", e.Who, "why", e.Why)
}

func (s *Service) ownData(ctx context.Context, n *naming, m *Mentor) (*ownData, error) {
	d := &ownData{State: m.State, Minutes: m.Minutes, From: m.Starts, To: m.Ends, Areas: m.Areas, Services: m.Services, Langs: m.Langs, Reach: m.Reach,
		AwayFrom: m.AwayFrom, AwayTo: m.AwayTo, Note: !m.NoteOff}
	for _, x := range m.Units {
		u, _ := n.tree.Unit(x.Unit)
		d.Units = append(d.Units, u.Code+plus(x.Below))
	}
	all, err := s.Events(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		by := s.Kit.Service
		if e.By != 0 {
			p, err := people.PersonByID(ctx, s.DB, e.By)
			if err != nil {
				return nil, err
			}
			by = p.Name
		}
		d.History = append(d.History, ownEvent{e.At, e.Kind, e.State, by, e.Why})
	}
	return d, nil
}
