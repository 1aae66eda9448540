package demo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"taitorinki/internal/catalog"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// happening is something that somebody did at a time.
type happening struct {
	at time.Time
	do func(context.Context) error
}

// live lets things happen in the order of their time.
func (d *Demo) live(ctx context.Context, all []happening) error {
	slices.SortStableFunc(all, func(a, b happening) int { return a.at.Compare(b.at) })
	for _, h := range all {
		d.Clock.to(h.at)
		if err := h.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// services are the county's digital services; the expert adds them, and tells of changes.
func (d *Demo) services(ctx context.Context, at time.Time) error {
	expert := d.ids[d.before.Cast.Expert]
	var all []happening
	for i, x := range digitalServices {
		all = append(all, happening{at.Add(time.Duration(i) * 5 * time.Minute), func(ctx context.Context) error {
			_, err := d.App.Catalog.Save(ctx, expert, x)
			return err
		}})
	}
	return d.live(ctx, all)
}

func words(fi, sv, en string) catalog.Words { return catalog.Words{"fi": fi, "sv": sv, "en": en} }

var digitalServices = []catalog.DigitalService{
	{Name: words("Etävastaanotto", "Distansmottagning", "Remote reception"), Owner: "Etäpalvelut, etapalvelut@" + county.Domain,
		About: words("Videovastaanotto, jolle asiakas tulee omalla laitteellaan.", "Videomottagning dit klienten kommer med sin egen apparat.", "A video appointment that the client joins on their own device.")},
	{Name: words("Chat-neuvonta", "Chattrådgivning", "Chat advice"), Owner: "Asiakasneuvonta, neuvonta@" + county.Domain,
		About: words("Kirjallinen neuvonta arkisin. Asiakas voi aloittaa nimettömänä.", "Skriftlig rådgivning på vardagar. Klienten kan börja anonymt.", "Written advice on weekdays. A client may begin without a name.")},
	{Name: words("Oirearvio", "Symtombedömning", "Symptom checker"), Owner: "Terveysasemien kehittäminen, kehittaminen@" + county.Domain,
		About: words("Kysymyksiä oireista, ja ohje siitä, mihin ottaa yhteyttä.", "Frågor om symtom och råd om vart man ska ta kontakt.", "Questions about symptoms, and advice on where to turn.")},
	{Name: words("Sähköinen ajanvaraus", "Elektronisk tidsbokning", "Online booking"), Owner: "Digipalvelut, digipalvelut@" + county.Domain,
		About: words("Asiakas varaa, siirtää ja peruu aikansa itse.", "Klienten bokar, flyttar och avbokar sin tid själv.", "Clients book, move and cancel their own times.")},
	{Name: words("Mobiilikirjaaminen", "Mobil dokumentering", "Mobile record keeping"), Owner: "Kirjaamisen tuki, kirjaaminen@" + county.Domain,
		About: words("Käynti kirjataan puhelimella asiakkaan luona.", "Besöket dokumenteras på telefonen hos klienten.", "A visit is recorded on a phone at the client’s home.")},
	{Name: words("Ryhmä etänä", "Grupp på distans", "Remote groups"), Owner: "Kuntoutuspalvelut, kuntoutus@" + county.Domain,
		About: words("Ryhmätapaamiset videolla: ohjaaja, osallistujat ja tauot.", "Gruppträffar på video: ledare, deltagare och pauser.", "Group meetings on video: leader, participants and breaks.")},
	{Name: words("Lääkeautomaatti", "Läkemedelsautomat", "Medicine dispenser"), Owner: "Kotihoidon teknologia, kotihoito@" + county.Domain,
		About: words("Laite antaa lääkkeet ajallaan ja kertoo, jos annos jää ottamatta.", "Apparaten ger medicinen i tid och meddelar om en dos blir otagen.", "A device gives medicines on time and tells if a dose is not taken.")},
	{Name: words("Perhekeskus verkossa", "Familjecentret på nätet", "Family centre online"), Owner: "Perhepalvelut, perheet@" + county.Domain,
		About: words("Ohjeita, harjoituksia ja yhteydenotto samassa paikassa perheille.", "Råd, övningar och kontakt på ett ställe för familjer.", "Advice, exercises and contact in one place for families.")},
}

// cohort is a round of recruiting digimentors.
type cohort struct {
	share    float64 // of the county's mentors
	from, to int     // days on which they come forward
	ends     []mentoring.State
}

// The cohorts: what their mentors are today is drawn from ends, in which a state stands as often as it is likely.
var (
	firstMentors  = cohort{0.55, -362, -330, repeated(mentoring.Active, 14, mentoring.Resting, 2, mentoring.Ended, 3, mentoring.Training, 1)}
	secondMentors = cohort{0.30, -250, -212, repeated(mentoring.Active, 12, mentoring.Training, 4, mentoring.Resting, 2, mentoring.Ended, 2)}
	newMentors    = cohort{0.15, -40, -3, repeated(mentoring.Candidate, 5, mentoring.Confirmed, 3, mentoring.Training, 2)}
)

func repeated(pairs ...any) (out []mentoring.State) {
	for i := 0; i < len(pairs); i += 2 {
		for range pairs[i+1].(int) {
			out = append(out, pairs[i].(mentoring.State))
		}
	}
	return out
}

// mentorsIn is how many digimentors a county of each size has in all states.
func (d *Demo) mentorsIn() int {
	if d.Size == county.Small {
		return 40
	}
	return 300
}

// recruit lets a cohort of digimentors come forward, be confirmed and appointed, and go on to where they are today.
func (d *Demo) recruit(ctx context.Context, c *cohort) error {
	d.tell("mentors", 0, 1)
	r, err := d.newRecruiter(ctx)
	if err != nil {
		return err
	}
	var all []happening
	if c == &firstMentors {
		all = append(all, r.path(d.castMentor(), day(c.from, 10), mentoring.Active)...)
	}
	for range int(c.share * float64(d.mentorsIn())) {
		p, ok := r.draw()
		if !ok {
			break
		}
		at := day(c.from+d.rng.IntN(c.to-c.from+1), 8+d.rng.IntN(8)).Add(time.Duration(d.rng.IntN(60)) * time.Minute)
		all = append(all, r.path(d.invent(p), at, c.ends[d.rng.IntN(len(c.ends))])...)
	}
	return d.live(ctx, all)
}

// invented is a digimentor to be.
type invented struct {
	person  int64
	profile mentoring.Profile
	units   []mentoring.Place
	minutes int
	open    bool // the grant has no last day
}

func (d *Demo) castMentor() invented {
	who := d.ids[d.before.Cast.Mentor]
	return invented{person: who, minutes: 120, open: true, profile: mentoring.Profile{Areas: []string{"remote", "skills"}, Services: []int64{1, 5}, Langs: []string{"fi"},
		Reach: "Teamsissa tai osaston puhelimella, arkisin 8–14. Tulen mielelläni käymään."}}
}

// reaches are how mentors say they are reached.
var reaches = []string{"Teamsissa arkisin klo 8–15.", "Soita tai tule taukotilaan iltapäivällä.", "Teamsissa, vastaan saman päivän aikana.", "Viestillä. Sovitaan aika vuorojen mukaan.",
	"Tiistaisin ja torstaisin klo 12–14, muulloin viestillä.", "På Teams vardagar kl. 8–14."}

// invent draws what a person would be as a mentor.
func (d *Demo) invent(p people.Person) invented {
	x := invented{person: p.ID, minutes: []int{60, 90, 120, 120, 120, 180}[d.rng.IntN(6)], open: d.rng.IntN(4) == 0}
	areas := []string{"remote", "digital", "skills", "evaluate", "ethics"}
	for _, i := range d.rng.Perm(len(areas))[:1+d.rng.IntN(3)] {
		x.profile.Areas = append(x.profile.Areas, areas[i])
	}
	for _, i := range d.rng.Perm(len(digitalServices))[:1+d.rng.IntN(3)] {
		x.profile.Services = append(x.profile.Services, int64(i+1))
	}
	slices.Sort(x.profile.Services)
	x.profile.Langs = []string{p.Lang}
	if other := []string{"sv", "en", "fi"}[d.rng.IntN(3)]; other != p.Lang && d.rng.IntN(3) == 0 {
		x.profile.Langs = append(x.profile.Langs, other)
	}
	x.profile.Reach = reaches[d.rng.IntN(len(reaches)-1)]
	if p.Lang == "sv" {
		x.profile.Reach = reaches[len(reaches)-1]
	}
	x.units = []mentoring.Place{{Unit: p.UnitID, Below: true}}
	return x
}

// recruiter knows whom to ask, and who says yes for them.
type recruiter struct {
	d    *Demo
	tree *people.Tree
	left []people.Person // who has not been asked yet
	boss map[int64]int64 // by unit: who leads it
	who  map[int64]people.Person
}

func (d *Demo) newRecruiter(ctx context.Context) (*recruiter, error) {
	q := d.App.Config.DB
	tree, err := people.LoadTree(ctx, q)
	if err != nil {
		return nil, err
	}
	all, err := people.Population(ctx, q, nil, nil)
	if err != nil {
		return nil, err
	}
	already, err := mentoring.Mentors(ctx, q)
	if err != nil {
		return nil, err
	}
	holders, err := people.Holders(ctx, q, people.Supervisor)
	if err != nil {
		return nil, err
	}
	r := &recruiter{d: d, tree: tree, boss: map[int64]int64{}, who: map[int64]people.Person{}}
	leads := map[int64]bool{}
	for _, h := range holders {
		r.boss[h.Role.UnitID] = cmp.Or(r.boss[h.Role.UnitID], h.Person.ID)
		leads[h.Person.ID] = true
	}
	taken := map[int64]bool{}
	for _, m := range already {
		taken[m.Person.ID] = true
	}
	for _, p := range all {
		r.who[p.ID] = p
		if !taken[p.ID] && !leads[p.ID] && p.Email != "" && !d.cast(p.Email) {
			r.left = append(r.left, p)
		}
	}
	return r, nil
}

// draw takes somebody who has not been asked.
func (r *recruiter) draw() (p people.Person, ok bool) {
	if len(r.left) == 0 {
		return p, false
	}
	i := r.d.rng.IntN(len(r.left))
	p = r.left[i]
	r.left = slices.Delete(r.left, i, i+1)
	return p, true
}

// leader is who leads a unit, or the nearest above it.
func (r *recruiter) leader(unit int64) int64 {
	path := r.tree.Path(unit)
	slices.Reverse(path)
	for _, u := range path {
		if id := r.boss[u.ID]; id != 0 {
			return id
		}
	}
	return r.d.ids[r.d.before.Cast.Coordinator]
}

// path is the way of a mentor from coming forward to a state, with what is done on it and when.
func (r *recruiter) path(x invented, at time.Time, to mentoring.State) []happening {
	d, s := r.d, r.d.App.Mentors
	p := r.who[x.person]
	if x.units == nil {
		x.units = []mentoring.Place{{Unit: p.UnitID}}
	}
	boss, coordinator := r.leader(p.UnitID), d.ids[d.before.Cast.Coordinator]
	var id int64
	out := []happening{{at, func(ctx context.Context) (err error) {
		id, err = s.SignUp(ctx, p.ID, p.ID, x.profile, x.units)
		return err
	}}}
	next := func(days int, do func(context.Context) error) {
		if at = at.AddDate(0, 0, days).Add(17 * time.Minute); at.Before(day(0, 6)) {
			out = append(out, happening{at, do})
		}
	}
	move := func(days int, by int64, kind mentoring.EventKind, why string) {
		next(days, func(ctx context.Context) error { return s.Move(ctx, by, id, mentoring.AnyVersion, kind, why) })
	}
	if to == mentoring.Candidate {
		return out
	}
	if to == mentoring.Ended && d.rng.IntN(3) == 0 {
		move(4, boss, mentoring.WasDeclined, "Kevään henkilöstötilanne ei nyt anna tilaa. Palataan asiaan syksyllä.")
		return out
	}
	g := mentoring.Grant{Minutes: x.minutes, From: mentoring.Day(at.AddDate(0, 0, 3))}
	if !x.open { // some grants are about to end
		g.To = mentoring.Day(time.Now().AddDate(0, 0, 20+d.rng.IntN(400)))
	}
	next(3, func(ctx context.Context) error { return s.Confirm(ctx, boss, id, mentoring.AnyVersion, g) })
	if to == mentoring.Confirmed {
		return out
	}
	move(2, coordinator, mentoring.Appointment, "")
	if to == mentoring.Training {
		return out
	}
	move(14, coordinator, mentoring.Activation, "")
	switch to {
	case mentoring.Resting:
		move(90+d.rng.IntN(60), p.ID, mentoring.Rest, "Vuorotilanne on tiukka.")
	case mentoring.Ended:
		move(60+d.rng.IntN(90), coordinator, mentoring.End, "Siirtyi toisiin tehtäviin.")
	}
	return out
}
