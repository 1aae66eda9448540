package demo

import (
	"context"
	"slices"
	"time"

	"taitorinki/internal/events"
	"taitorinki/internal/events/live"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// oldestRoom is how many days ago live rooms were taken into use.
const oldestRoom = 420

// hall is the live room of an event whose number is known when it has been planned.
type hall struct {
	*Demo
	talk
	event *int64
	ready []int64 // polls
}

// talkAt is what happens in the live room of an event in the past: made before it, open while it lasts, published the next day.
func (d *Demo) talkAt(g *gathering, id *int64, start time.Time) []happening {
	said, has := talks[g.title]
	if !has || start.Before(day(-oldestRoom, 0)) || start.After(day(-2, 0)) {
		return nil
	}
	h := hall{Demo: d, talk: said, event: id}
	return []happening{{start.AddDate(0, 0, -2), h.make}, {start, h.open}, {start.Add(time.Duration(g.length()) * time.Minute), h.close},
		{atHour(start.AddDate(0, 0, 1), 9), h.publish}}
}

// today is the event that goes on now, hosted by a digimentor who is named for it, and its room that a visitor can enter.
func (d *Demo) today() []happening {
	host, mentor := d.ids[d.before.Cast.Coordinator], d.ids[d.before.Cast.Mentor]
	start := time.Now().Truncate(15 * time.Minute)
	g := gathering{kind: events.Webinar, title: openHour, lead: "Kysy mitä vain. Mentorit vastaavat, ja muiden kysymyksistä oppii eniten.",
		text: "Tule milloin ehdit ja lähde, kun pitää. Kysymykset kulkevat livehuoneessa, nimettömänä.", area: "skills", open: events.ForStaff, minutes: 120, anyDay: true,
		speakers: []events.Speaker{{Title: "digimentori", Role: events.Host, Person: mentor}}}
	var id int64
	h := hall{Demo: d, talk: talks[openHour], event: &id}
	made := start.AddDate(0, 0, -20)
	return []happening{
		{made, func(ctx context.Context) (err error) { id, err = d.arrange(ctx, host, &g, start, 0); return err }},
		{made.Add(time.Hour), func(ctx context.Context) error { return d.InviteTo(ctx, host, id, nil, false) }},
		{start.AddDate(0, 0, -2), h.make}, {start, h.open},
	}
}

// leader is the coordinator, who looks after the rooms.
func (d *Demo) leader(ctx context.Context) (v web.Visitor, err error) {
	p, err := people.PersonByEmail(ctx, d.App.Config.DB, d.before.Cast.Coordinator)
	if err != nil {
		return v, err
	}
	return d.App.People.Identify(ctx, p.ID, p.Epoch)
}

// led is the room, with who leads it.
func (h *hall) led(ctx context.Context) (v web.Visitor, r live.Room, err error) {
	if v, err = h.leader(ctx); err == nil {
		r, _, err = h.App.Live.RoomOf(ctx, *h.event)
	}
	return v, r, err
}

// make makes the room, and its polls ready.
func (h *hall) make(ctx context.Context) error {
	v, err := h.leader(ctx)
	if err != nil {
		return err
	}
	r, err := h.App.Live.Create(ctx, v, live.Settings{Event: *h.event, Anonymous: true})
	for _, p := range h.polls {
		if err == nil {
			p.Poll, err = h.App.Live.Draw(ctx, v, r.ID, p.Poll)
			h.ready = append(h.ready, p.ID)
		}
	}
	return err
}

// open opens the room and lets people ask, vote and answer. A poll without answers is left for later.
func (h *hall) open(ctx context.Context) error {
	v, r, err := h.led(ctx)
	if err != nil {
		return err
	}
	if r, err = h.App.Live.Begin(ctx, v, r.ID); err != nil {
		return err
	}
	for _, x := range h.asked {
		if err := h.wonder(ctx, &r, x); err != nil {
			return err
		}
	}
	for i, p := range h.polls {
		if len(p.answers) == 0 {
			continue
		}
		if err := h.App.Live.Steer(ctx, v, r.ID, h.ready[i], "start"); err != nil {
			return err
		}
		for _, a := range p.answers {
			if err := h.App.Live.Answer(ctx, &r, live.NewDevice(), h.ready[i], []string{a}); err != nil {
				return err
			}
		}
	}
	return nil
}

// wonder asks a question, and lets others vote for it.
func (d *Demo) wonder(ctx context.Context, r *live.Room, x asked) error {
	q, err := d.App.Live.Ask(ctx, r, live.NewDevice(), x.text, "")
	for range x.votes - 1 {
		if err == nil {
			err = d.App.Live.Vote(ctx, r, live.NewDevice(), q.ID, true)
		}
	}
	return err
}

func (h *hall) close(ctx context.Context) error {
	v, r, err := h.led(ctx)
	if err == nil {
		_, err = h.App.Live.Close(ctx, v, r.ID)
	}
	return err
}

// publish writes the answers that there was no time for, and publishes the summary.
func (h *hall) publish(ctx context.Context) error {
	v, r, err := h.led(ctx)
	if err != nil {
		return err
	}
	rep, err := h.App.Live.ReportOf(ctx, v, r.ID)
	if err != nil {
		return err
	}
	for _, q := range rep.Questions {
		i := slices.IndexFunc(h.asked, func(x asked) bool { return x.text == q.Text })
		if said := h.asked[i].said; said != "" {
			err = h.App.Live.Write(ctx, v, r.ID, q.ID, said)
		} else {
			err = h.App.Live.Mark(ctx, v, r.ID, q.ID, live.Answered)
		}
		if err != nil {
			return err
		}
	}
	_, err = h.App.Live.Publish(ctx, v, r.ID, true)
	return err
}

// roomCode is the code of a room that a visitor can enter; "" when none is open.
func (d *Demo) roomCode(ctx context.Context) (string, error) {
	v, err := d.leader(ctx)
	if err != nil {
		return "", err
	}
	all, err := d.App.Live.RoomsOf(ctx, v)
	for _, r := range all {
		if r.State == live.Open {
			return r.Code, nil
		}
	}
	return "", err
}
