package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"taitorinki/internal/demo/county"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/asking"
	"taitorinki/internal/people"
	"taitorinki/internal/workday"
)

// requestsIn is how many requests for help a county of each size has had.
func (d *Demo) requestsIn() int {
	if d.Size == county.Small {
		return 22
	}
	return 200
}

// What becomes of a request.
const (
	helped    = iota // by who was asked first
	cannot           // who is asked first cannot
	silent           // nobody answers until it has climbed to the service area
	stuck            // nobody answers at all: the coordinator does
	withdrawn        // it solved itself
	left             // nobody has done anything yet
	begun            // somebody helps just now
)

// requestText is what somebody writes when asking.
type requestText struct{ area, text string }

var requestTexts = []requestText{
	{"remote", ""}, {"remote", "Asiakas ei kuule minua etävastaanotolla. Voisitko katsoa asetukset kanssani?"}, {"digital", ""},
	{"digital", "Haluaisin ottaa etäryhmän osaksi työtä, mutten tiedä mistä aloittaa."}, {"skills", ""}, {"skills", "Puhelimen kirjaaminen katkeilee käynneillä."},
	{"skills", "Kan du visa hur jag delar skärmen?"}, {"evaluate", ""}, {"evaluate", "Kenelle oirearvio sopii ja kenelle ei?"}, {"ethics", ""},
	{"ethics", "Mitä chatissa saa kysyä, kun asiakas on nimetön?"},
}

// askForHelp lets colleagues ask for help through a year, and everybody do what they do about it.
func (d *Demo) askForHelp(ctx context.Context) error {
	d.tell("requests", 0, 1)
	askers, err := d.askers(ctx)
	if err != nil {
		return err
	}
	var all []happening
	fates := []int{helped, helped, helped, helped, helped, helped, cannot, cannot, silent, stuck, withdrawn}
	for i := range d.requestsIn() {
		days := -290 + i*288/d.requestsIn()
		if i%3 == 0 {
			days = -1 - d.rng.IntN(55) // more of late: digimentors get known
		}
		at := day(days, 8+d.rng.IntN(8)).Add(time.Duration(d.rng.IntN(60)) * time.Minute)
		all = append(all, d.request(i, askers[d.rng.IntN(len(askers))], at, fates[d.rng.IntN(len(fates))])...)
	}
	return d.live(ctx, append(all, d.latest(askers)...))
}

// askers are those who may ask: they have a unit, and no part in the story.
func (d *Demo) askers(ctx context.Context) (out []people.Person, err error) {
	all, err := people.Population(ctx, d.App.Config.DB, nil, nil)
	for _, p := range all {
		if p.Email != "" && !d.cast(p.Email) {
			out = append(out, p)
		}
	}
	return out, err
}

// latest are requests that stand open now: new ones, some that have climbed, and those of the cast.
func (d *Demo) latest(askers []people.Person) (all []happening) {
	now := time.Now()
	n := d.requestsIn()
	for i, days := range []int{0, 0, -1, -2, -3, -6, -7, -8} {
		at := day(days, 8+i).Add(time.Duration(7*i) * time.Minute)
		if days == 0 {
			at = now.Add(-time.Duration(30+17*i) * time.Minute)
		}
		all = append(all, d.request(n+i, askers[d.rng.IntN(len(askers))], at, left)...)
	}
	for i := range 3 {
		at := atHour(workday.Add(now, -1-i), 9+i)
		all = append(all, d.request(n+10+i, askers[d.rng.IntN(len(askers))], at, begun)...)
	}
	nurse := people.Person{ID: d.ids[d.before.Cast.MentorCandidate]}
	all = append(all, d.request(n+20, nurse, atHour(workday.Add(now, -4), 10), helped)...)
	x := &requestStory{d: d, who: nurse, at: now.Add(-50 * time.Minute)}
	x.ask(n + 21)
	x.add(x.at.Add(5*time.Minute), func(ctx context.Context) error { return d.toTheCastsMentor(ctx, x.id) })
	return append(all, x.all...)
}

// toTheCastsMentor lets the coordinator hand a request to the cast's mentor, unless it went there by itself.
func (d *Demo) toTheCastsMentor(ctx context.Context, id int64) error {
	r, err := d.App.Asking.RequestByID(ctx, id)
	if err != nil {
		return err
	}
	m, _, err := d.App.Mentors.MentorOf(ctx, d.ids[d.before.Cast.Mentor])
	if err != nil || slices.ContainsFunc(r.Turns, func(t asking.Turn) bool { return t.Mentor == m.ID }) {
		return err
	}
	return d.App.Asking.Hand(ctx, d.ids[d.before.Cast.Coordinator], id, r.Version, m.ID)
}

// request is a request and what is done about it.
func (d *Demo) request(n int, who people.Person, at time.Time, fate int) []happening {
	x := &requestStory{d: d, who: who, at: at}
	x.ask(n)
	switch fate {
	case helped:
		x.help(at.Add(50 * time.Minute))
	case cannot:
		x.add(at.Add(time.Hour), func(ctx context.Context) error { return d.takeUp(ctx, x.id, false) })
		x.help(at.Add(3 * time.Hour))
	case silent:
		x.help(x.climb(1).Add(40 * time.Minute))
	case stuck:
		x.climb(1)
		x.help(x.climb(2).Add(2 * time.Hour))
	case withdrawn:
		x.add(at.Add(2*time.Hour), func(ctx context.Context) error {
			return d.App.Asking.Withdraw(ctx, who.ID, x.id, asking.AnyVersion)
		})
	case begun:
		x.add(at.Add(40*time.Minute), func(ctx context.Context) error { return d.takeUp(ctx, x.id, true) })
	case left:
		x.climb(1)
		x.climb(2)
	}
	return x.all
}

// requestStory gathers what happens to one request.
type requestStory struct {
	d   *Demo
	who people.Person // without a unit: one of the cast
	at  time.Time     // asked
	id  int64         // once it is asked
	all []happening
}

// add lets something happen, unless it would be in the future.
func (x *requestStory) add(at time.Time, do func(context.Context) error) {
	if at.Before(time.Now()) {
		x.all = append(x.all, happening{at, do})
	}
}

// ask asks for something drawn.
func (x *requestStory) ask(n int) {
	d := x.d
	text := requestTexts[d.rng.IntN(len(requestTexts))]
	a := asking.Ask{By: x.who.ID, Unit: x.who.UnitID, Area: text.area, Text: text.text, Way: mentoring.HelpWays[d.rng.IntN(len(mentoring.HelpWays))],
		When: asking.Whens[d.rng.IntN(len(asking.Whens))], SentAs: fmt.Sprintf("demo %d", n)}
	if d.rng.IntN(3) == 0 {
		a.Service = int64(1 + d.rng.IntN(len(digitalServices)))
	}
	x.add(x.at, func(ctx context.Context) error {
		if a.Unit == 0 {
			p, err := people.PersonByID(ctx, d.App.Config.DB, a.By)
			if err != nil {
				return err
			}
			a.Unit = p.UnitID
		}
		r, err := d.App.Asking.Ask(ctx, a)
		x.id = r.ID
		return err
	})
}

// climb lets so many working days pass without an answer.
func (x *requestStory) climb(days int) time.Time {
	due := workday.Add(x.at, days).Add(time.Minute)
	x.add(due, x.d.App.Asking.Climb)
	return due
}

// help lets whose turn it is help at a time, and some askers say that it helped; the cast's own is left for the visitor to press.
func (x *requestStory) help(at time.Time) {
	minutes := []int{10, 15, 15, 20, 30, 45, 0}[x.d.rng.IntN(7)]
	x.add(at, func(ctx context.Context) error { return x.d.takeUp(ctx, x.id, true) })
	x.add(at.Add(4*time.Hour), func(ctx context.Context) error { return x.d.finish(ctx, x.id, minutes) })
	if x.d.rng.IntN(3) > 0 && x.who.UnitID != 0 {
		x.add(at.Add(26*time.Hour), func(ctx context.Context) error { return x.d.say(ctx, x.who.ID, x.id) })
	}
}

// answers are what the coordinator writes.
var answers = []string{"Etäpalvelujen tiimi käy yksikössänne ensi viikolla ja näyttää asetukset.",
	"Katso ensin palvelun oma ohje; soitan sinulle huomenna.", "Sovimme esihenkilösi kanssa yhteisen harjoittelun."}

// takeUp lets whose turn it is take a request, or say that they cannot; what has come to the coordinator is answered.
func (d *Demo) takeUp(ctx context.Context, id int64, can bool) error {
	s := d.App.Asking
	r, err := s.RequestByID(ctx, id)
	if err != nil || r.State != asking.Open {
		return err
	}
	if r.Level == asking.Coordinator {
		return s.Close(ctx, d.ids[d.before.Cast.Coordinator], id, r.Version, answers[int(id)%len(answers)])
	}
	i := slices.IndexFunc(r.Turns, func(t asking.Turn) bool { return t.Level == r.Level && t.Over.IsZero() })
	m, err := d.App.Mentors.MentorByID(ctx, r.Turns[i].Mentor)
	if err != nil {
		return err
	}
	if can {
		return s.Take(ctx, &m, id)
	}
	return s.Cannot(ctx, &m, id)
}

// finish lets the mentor close what they have taken.
func (d *Demo) finish(ctx context.Context, id int64, minutes int) error {
	r, err := d.App.Asking.RequestByID(ctx, id)
	if err != nil || r.State != asking.Taken {
		return err
	}
	return d.App.Asking.Finish(ctx, &mentoring.Mentor{ID: r.Mentor}, id, r.Version, minutes)
}

// say lets the asker say that it helped.
func (d *Demo) say(ctx context.Context, who, id int64) error {
	r, err := d.App.Asking.RequestByID(ctx, id)
	if err != nil || r.State != asking.Done {
		return err
	}
	return d.App.Asking.Say(ctx, who, id, true)
}
