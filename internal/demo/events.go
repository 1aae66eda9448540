package demo

import (
	"context"
	"time"

	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/workday"
)

// gathering is an event of the demonstration. Run is how many times it has been held: a later run is a copy of the one before.
type gathering struct {
	kind                           events.Kind
	title, lead, text, area, place string
	service                        int64
	rhythm                         events.Rhythm
	target                         events.Target
	open                           events.Open
	capacity                       int
	minutes                        int  // of each sitting; 0: as its kind has them
	anyDay                         bool // also on a day off
	anonymous                      bool
	speakers                       []events.Speaker
	runs                           []run
}

// length is that of a sitting, in minutes.
func (g *gathering) length() int {
	if g.minutes != 0 {
		return g.minutes
	}
	return g.kind.Template().Minutes
}

// run is one time at which a gathering is held: days from today, and the hour.
type run struct{ days, hour int }

const online = "https://teams.example/taitorinki"

// practitioner and expert are speakers who let themselves be shown.
func practitioner(name, title string) events.Speaker {
	return events.Speaker{Name: name, Title: title, Role: events.Practitioner, Consent: events.Shown}
}

func expert(name, title string) events.Speaker {
	return events.Speaker{Name: name, Title: title, Role: events.Expert, Consent: events.Shown}
}

// gatherings are what the county has arranged in two years, and what is coming.
var gatherings = []gathering{
	{kind: events.Webinar, title: "Etävastaanoton ensimmäiset viisi minuuttia", lead: "Miten aloitat niin, että asiakas rentoutuu ja tekniikka unohtuu.",
		text: "Katsotaan kolme aloitusta ja kokeillaan omaa. Työpari näyttää, mitä tekee ennen kuin asiakas tulee linjoille.", area: "remote", service: 1, rhythm: events.Receptions,
		open: events.ForStaff, speakers: []events.Speaker{practitioner("Riina Ketola", "sairaanhoitaja, terveysasema"), expert("Laura Mäkelä", "etäpalvelujen päällikkö")},
		runs: []run{{-690, 15}, {-410, 12}, {-140, 15}, {23, 15}}},
	{kind: events.Webinar, title: "Kirjaa käynti asiakkaan luona", lead: "Puhelimella kirjaaminen säästää puoli tuntia vuorosta, kun kolme asiaa on kunnossa.",
		text: "Kotihoidon tiimi näyttää, miten se kirjaa käynnin aikana. Kysymyksille on puolet ajasta.", area: "digital", service: 5, rhythm: events.Shifts,
		open: events.ForStaff, speakers: []events.Speaker{practitioner("Timo Salo", "lähihoitaja, kotihoito"), expert("Mika Salonen", "kirjaamisen asiantuntija")},
		runs: []run{{-640, 9}, {-330, 14}, {-60, 14}}},
	{kind: events.Webinar, title: "Saako tämän lähettää? Tietosuoja viestissä ja kuvassa", lead: "Arjen tilanteita, joissa moni epäröi, ja niihin selvä vastaus.",
		text: "Tietosuojavastaava vastaa kysymyksiin, jotka olette lähettäneet etukäteen.", area: "ethics", rhythm: events.DayWork, open: events.ForStaff,
		speakers: []events.Speaker{expert("Kerstin Nystrand", "tietosuojavastaava")}, runs: []run{{-560, 9}, {-190, 13}}},
	{kind: events.Webinar, title: "Chatten i kundrådgivningen: så avslutar du ett samtal", lead: "Ett gott avslut sparar nästa kontakt.",
		text: "Vi läser tre samtal tillsammans och provar olika avslut.", area: "remote", service: 2, rhythm: events.DayWork, open: events.ForStaff,
		speakers: []events.Speaker{practitioner("Sofia Lindholm", "kundrådgivningen")}, runs: []run{{-470, 13}, {-95, 9}}},
	{kind: events.Webinar, title: "Mitä mittari kertoo, mitä ei?", lead: "Etämittausten tulkinta, kun asiakas mittaa itse.", area: "evaluate", rhythm: events.Receptions, open: events.ForStaff,
		speakers: []events.Speaker{expert("Terhi Laine", "terveysasemien kehittäminen"), practitioner("Eino Hakala", "lääkäri")}, runs: []run{{-280, 8}, {37, 12}}},
	{kind: events.KickOff, title: "Tulokset ovat täällä: mitä sitten?", lead: "Esihenkilöille: miten luet yksikkösi tulokset ja mitä teet ensi viikolla.",
		text: "Tunti, jonka jälkeen osaat valita yhden asian ja tiedät, keneltä saat apua.", area: "management", rhythm: events.DayWork, open: events.ForTarget,
		target: events.Target{Roles: []string{people.Supervisor}}, speakers: []events.Speaker{expert("Helmi Saarela", "koordinaattori")}, runs: []run{{-375, 9}, {-182, 9}, {16, 9}}},
	{kind: events.Workshop, title: "Palvelupolku paperista puhelimeen", lead: "Kolme iltapäivää, joina tiimi muuttaa yhden oman työvaiheensa.", area: "digital", rhythm: events.DayWork, place: "Kehittämistila, 2. krs",
		text: "Välitehtävä on pieni ja tehdään omassa työssä.", open: events.ForTarget, capacity: 20, speakers: []events.Speaker{practitioner("Jaana Virta", "fysioterapeutti"), expert("Pekka Harju", "digipalvelut")},
		runs: []run{{-520, 12}, {-120, 12}, {29, 12}}},
	{kind: events.Training, title: "Lääkeautomaatti tutuksi", lead: "Täytät automaatin itse ja ratkaiset kolme tavallisinta häiriötä.", area: "skills", service: 7, rhythm: events.Shifts, place: "Harjoitteluluokka A",
		open: events.ForTarget, capacity: 12, speakers: []events.Speaker{practitioner("Outi Rinne", "kotihoidon teknologia")}, runs: []run{{-440, 13}, {-230, 14}, {-33, 14}, {12, 14}}},
	{kind: events.Training, title: "Oma kone, oma puhelin: pulmat pois", lead: "Tuo laite, jonka kanssa tappelet.", area: "skills", rhythm: events.DayWork, place: "Kirjaston ryhmätila", open: events.ForStaff, capacity: 25,
		speakers: []events.Speaker{practitioner("Joonas Kettula", "tietohallinto")}, runs: []run{{-600, 9}, {-255, 13}}},
	{kind: events.Fair, title: "Digipäivä torilla", lead: "Kokeile, kysy ja ota esite mukaan. Avoin kaikille.", area: "digital", place: "Kauppatori ja kirjaston sali", open: events.ForAll, anonymous: true,
		text: "Kahdeksan esittelijää, lyhyitä esityksiä pitkin päivää ja kahvit.", runs: []run{{-210, 10}, {44, 10}}},
}

// hold lets the county hold its events: each is planned and published, and its parts live with it.
func (d *Demo) hold(ctx context.Context) error {
	d.tell("events", 0, 1)
	var all []happening
	for _, g := range gatherings {
		all = append(all, d.gather(g)...)
	}
	all = append(all, d.today()...)
	if err := d.live(ctx, all); err != nil {
		return err
	}
	return d.signUps(ctx)
}

// gather is what happens around the runs of one gathering.
func (d *Demo) gather(g gathering) (all []happening) {
	host := d.ids[d.before.Cast.Coordinator]
	var earlier int64
	for i, x := range g.runs {
		start := working(day(x.days, x.hour))
		var id int64
		at := start.AddDate(0, 0, -25)
		if at.After(day(0, 0)) {
			at = day(-5-i, 10)
		}
		all = append(all, happening{at, func(ctx context.Context) (err error) {
			id, err = d.arrange(ctx, host, &g, start, earlier)
			earlier = id
			return err
		}})
		if start.After(day(0, 0)) {
			all = append(all, happening{at.Add(time.Hour), func(ctx context.Context) error { return d.InviteTo(ctx, host, id, nil, false) }})
		}
		for _, then := range []time.Time{start.AddDate(0, 0, -14), start.AddDate(0, 0, 20), day(-1, 12)} {
			if then.Before(day(0, 0)) && then.After(at) {
				all = append(all, happening{then, func(ctx context.Context) error { return d.prepare(ctx, host, id) }})
			}
		}
		all = append(all, d.hearBack(host, &id, g.kind, start, i)...)
		all = append(all, d.around(&g, host, &id, start)...)
		all = append(all, d.talkAt(&g, &id, start)...)
	}
	return all
}

// around is what happens at an event and after it.
func (d *Demo) around(g *gathering, host int64, id *int64, start time.Time) (all []happening) {
	if past := start.Before(day(-2, 0)); past {
		all = append(all, happening{start.AddDate(0, 0, 2), func(ctx context.Context) error { return d.leave(ctx, host, *id) }})
	}
	if g.kind != events.Fair {
		return all
	}
	set, walk := start.AddDate(0, 0, -14), start.Add(10*time.Minute)
	if set.After(day(0, 0)) {
		set, walk = day(-2, 9), day(-1, 12)
	}
	return append(all, happening{set, func(ctx context.Context) error { return d.exhibit(ctx, host, *id) }},
		happening{walk, func(ctx context.Context) error { return d.stroll(ctx, *id) }})
}

// working is a time, or the same hour of the next working day.
func working(t time.Time) time.Time {
	for !workday.Is(t) {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

// arrange plans an event, names who speaks and publishes it.
func (d *Demo) arrange(ctx context.Context, host int64, g *gathering, start time.Time, earlier int64) (id int64, err error) {
	s := d.App.Events
	tpl := g.kind.Template()
	p := events.Plan{Kind: g.kind, Title: g.title, Lead: g.lead, Text: g.text, Area: g.area, Service: g.service, Rhythm: g.rhythm, Place: g.place,
		Open: g.open, Capacity: g.capacity, Anonymous: g.anonymous, Target: g.target, CopiedFrom: earlier}
	if p.Place == "" {
		p.Link = online
	}
	for i := range tpl.Sittings {
		from := start.In(i18n.Zone()).AddDate(0, 0, i*tpl.Apart)
		if !g.anyDay {
			from = working(from)
		}
		p.Sittings = append(p.Sittings, events.Sitting{Start: from, End: from.Add(time.Duration(g.length()) * time.Minute)})
	}
	if id, err = s.Create(ctx, host, p); err != nil {
		return 0, err
	}
	for _, x := range g.speakers {
		x.Event = id
		if err := d.name(ctx, host, x); err != nil {
			return 0, err
		}
	}
	return id, s.Publish(ctx, host, id, 1)
}

// name names a speaker. Who has an account goes by their own name, and lets it be shown.
func (d *Demo) name(ctx context.Context, host int64, x events.Speaker) error {
	s := d.App.Events
	if x.Person == 0 {
		return s.AddSpeaker(ctx, host, x)
	}
	who, err := people.PersonByID(ctx, d.App.Config.DB, x.Person)
	if err != nil {
		return err
	}
	x.Name = who.Name
	if err := s.AddSpeaker(ctx, host, x); err != nil {
		return err
	}
	all, err := events.SpeakersOf(ctx, d.App.Config.DB, x.Event)
	if err != nil {
		return err
	}
	return s.Agree(ctx, x.Person, x.Event, all[len(all)-1].ID, true)
}

// prepare marks what was due by now as done, but for one thing that is easily forgotten.
func (d *Demo) prepare(ctx context.Context, host, id int64) error {
	e, err := events.ByID(ctx, d.App.Config.DB, id)
	if err != nil {
		return err
	}
	tasks, err := events.Tasks(ctx, d.App.Config.DB, &e)
	for _, t := range tasks {
		if err == nil && t.Late(d.Clock.Now().Format(time.DateOnly)) && t.Key != "nudge" {
			err = d.App.Events.SetDone(ctx, host, id, t.ID, true)
		}
	}
	return err
}
