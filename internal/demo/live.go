package demo

import (
	"context"
	"time"

	"taitorinki/internal/events/live"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// asked are questions of a live room, with how many want each answered.
type asked struct {
	text  string
	votes int
	done  bool
}

// rooms holds a live room of the past, whose summary is public, and opens one that a visitor can enter.
func (d *Demo) rooms(ctx context.Context) error {
	past, now := day(-35, 14), day(0, 0)
	return d.live(ctx, []happening{
		{past, func(ctx context.Context) error { return d.heldRoom(ctx, past) }},
		{now, func(ctx context.Context) error { d.Clock.present(); return d.openRoom(ctx) }},
	})
}

// room makes and opens a room of the coordinator's.
func (d *Demo) room(ctx context.Context, set live.Settings, questions []asked) (v web.Visitor, r live.Room, err error) {
	p, err := people.PersonByEmail(ctx, d.App.Config.DB, d.before.Cast.Coordinator)
	if err != nil {
		return v, r, err
	}
	if v, err = d.App.People.Identify(ctx, p.ID, p.Epoch); err != nil {
		return v, r, err
	}
	if r, err = d.App.Live.Create(ctx, v, set); err != nil {
		return v, r, err
	}
	if r, err = d.App.Live.Begin(ctx, v, r.ID); err != nil {
		return v, r, err
	}
	for _, x := range questions {
		q, err := d.App.Live.Ask(ctx, &r, live.NewDevice(), x.text, "")
		if err != nil {
			return v, r, err
		}
		for range x.votes - 1 {
			if err := d.App.Live.Vote(ctx, &r, live.NewDevice(), q.ID, true); err != nil {
				return v, r, err
			}
		}
		if x.done {
			if err := d.App.Live.Mark(ctx, v, r.ID, q.ID, live.Answered); err != nil {
				return v, r, err
			}
		}
	}
	return v, r, nil
}

// poll starts a poll and lets devices answer it.
func (d *Demo) poll(ctx context.Context, v web.Visitor, r *live.Room, p live.Poll, answers ...string) error {
	p, err := d.App.Live.Draw(ctx, v, r.ID, p)
	if err != nil {
		return err
	}
	if err := d.App.Live.Steer(ctx, v, r.ID, p.ID, "start"); err != nil {
		return err
	}
	for _, a := range answers {
		if err := d.App.Live.Answer(ctx, r, live.NewDevice(), p.ID, []string{a}); err != nil {
			return err
		}
	}
	return nil
}

func (d *Demo) heldRoom(ctx context.Context, at time.Time) error {
	v, r, err := d.room(ctx, live.Settings{Title: "Etävastaanotto arjessa", Anonymous: true}, []asked{
		{"Miten rauhoitan tilan, kun huoneita on vähän?", 21, true},
		{"Kuka auttaa, jos asiakkaan ääni ei kuulu?", 14, true},
		{"Saako etäkäynnillä olla omainen mukana?", 9, false},
		{"Hur gör vi när tolken är på distans?", 4, false},
	})
	if err != nil {
		return err
	}
	if err := d.poll(ctx, v, &r, live.Poll{Kind: live.Scale, Title: "Kuinka varma olo sinulla on etäkäynnillä?", Options: []string{"epävarma", "hyvin varma"}, Shown: true},
		"2", "3", "3", "3", "4", "4", "4", "4", "5", "5"); err != nil {
		return err
	}
	if err := d.poll(ctx, v, &r, live.Poll{Kind: live.Words, Title: "Mikä sana kuvaa etäkäyntiä?", Shown: true},
		"nopea", "Nopea", "nopea, etäinen", "läsnäolo", "rauhallinen", "läsnäolo, nopea", "jännittävä", "helppo", "helppo", "nopea"); err != nil {
		return err
	}
	d.Clock.to(at.Add(time.Hour))
	if _, err := d.App.Live.Close(ctx, v, r.ID); err != nil {
		return err
	}
	rep, err := d.App.Live.ReportOf(ctx, v, r.ID)
	if err != nil {
		return err
	}
	for _, q := range rep.Questions {
		if q.State != live.Answered && q.Votes == 9 {
			if err := d.App.Live.Write(ctx, v, r.ID, q.ID, "Saa, jos asiakas suostuu. Kirjaa suostumus käynnin alkuun."); err != nil {
				return err
			}
		}
	}
	_, err = d.App.Live.Publish(ctx, v, r.ID, true)
	return err
}

func (d *Demo) openRoom(ctx context.Context) error {
	v, r, err := d.room(ctx, live.Settings{Title: "Digimentorien aamukahvit", Anonymous: true}, []asked{
		{"Miten kokeilun tulokset tuodaan arkeen?", 14, false},
		{"Kuka päättää, mitä kokeillaan ensi vuonna?", 9, false},
		{"Voiko mentori olla toisesta yksiköstä?", 4, false},
	})
	if err != nil {
		return err
	}
	if err := d.poll(ctx, v, &r, live.Poll{Kind: live.Single, Title: "Mitä tarvitset eniten?", Options: []string{"Aikaa kokeilla", "Tukea esihenkilöltä", "Kaverin viereen"}, Shown: true},
		"1", "1", "1", "1", "1", "2", "2", "2", "2", "3"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.roomCode = r.Code
	return nil
}
