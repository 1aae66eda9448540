package demo

import (
	"context"
	"slices"
	"strings"
	"time"

	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/meetings"
	"taitorinki/internal/people"
	"taitorinki/internal/workday"
)

// theme is what a meeting of the network was about.
type theme struct {
	title, expert, theme, questions, area, notes string
	service                                      int64
	decisions                                    []string // with who sees to them, after a bar
}

var themes = []theme{
	{"Etävastaanoton hyvät käytännöt", "Laura Mäkelä, etäpalvelujen päällikkö", "Miten ihminen kohdataan etänä?", "Mikä onnistui viime etäkäynnillä?\nMitä asiakas tarvitsee ennen ensimmäistä käyntiä?", "remote",
		"Esittely tallenteena. Parhaaksi avuksi nousi lyhyt harjoittelu työparin kanssa.\nKuva ja ääni kannattaa kokeilla ennen asiakkaan saapumista.", 1, []string{"Kootaan etäkäynnin muistilista|Digimentorit", "Tilataan kuulokkeet yksiköihin|Koordinaattori"}},
	{"Kirjaaminen liikkeellä", "Mika Salonen, kirjaamisen asiantuntija", "Kirjaaminen asiakkaan luona", "Mitä kirjataan heti?\nMikä hidastaa?", "digital",
		"Kolme yksikköä näytti, miten ne kirjaavat käynnin aikana.", 5, []string{"Tehdään video kirjaamisesta puhelimella|Digimentorit"}},
	{"Chat arjessa", "Sofia Lindholm, asiakasneuvonta", "Hyvä keskustelu kirjoittaen", "Milloin chat ei riitä?\nMiten lopetamme keskustelun?", "remote",
		"Keskusteltiin siitä, milloin asia siirretään puheluun.", 2, []string{"Lisätään mallivastaukset ohjeeseen|Asiakasneuvonta"}},
	{"Ajanvaraus asiakkaan silmin", "Pekka Harju, digipalvelut", "Kuka jää ulkopuolelle?", "Keitä emme tavoita verkossa?\nMitä tarjoamme tilalle?", "ethics",
		"Käytiin varaaminen läpi asiakkaan puhelimella. Kaksi kohtaa todettiin epäselviksi.", 4, []string{"Viedään kaksi kohtaa digipalvelujen korjattaviksi|Koordinaattori"}},
	{"Tietosuoja digityössä", "Kerstin Nystrand, tietosuojavastaava", "Mitä saa näyttää ruudulla?", "Missä tilanteissa epäröit?\nKeneltä kysyt?", "ethics",
		"Käytiin läpi tavallisimmat kysymykset. Kuvaruutu ei saa näkyä muille etäkäynnillä.", 0, []string{"Tehdään yhden sivun muistilista|Tietosuojavastaava"}},
	{"Ryhmät etänä", "Anne Koivu, kuntoutuspalvelut", "Ryhmän käynnistäminen videolla", "Miten kaikki pääsevät ääneen?\nMitä teemme, kun yhteys katkeaa?", "remote",
		"Kokeiltiin pienryhmiä. Kaksi ohjaajaa on tarpeen.", 6, []string{"Etsitään pari jokaiselle ohjaajalle|Kuntoutuspalvelut"}},
	{"Laitteet kuntoon", "Joonas Kettula, tietohallinto", "Kun laite ei toimi", "Mikä vika toistuu?\nMitä voit korjata itse?", "skills",
		"Yleisimmät viat ja niiden pikaohjeet käytiin läpi.", 0, []string{"Pikaohje kiinnitetään laitevaunuihin|Digimentorit"}},
	{"Oirearvio ja neuvonta", "Terhi Laine, terveysasemien kehittäminen", "Mitä sanomme, kun asiakas epäröi?", "Milloin ohjaat oirearvioon?\nMilloin et?", "evaluate",
		"Oirearvion vuosi: luvut ja palaute.", 3, []string{"Tarkistetaan ohjauspolut|Terveysasemat"}},
	{"Lääkeautomaatti kotona", "Outi Rinne, kotihoidon teknologia", "Turvallinen aloitus", "Kenelle automaatti sopii?\nKuka vastaa täyttämisestä?", "evaluate",
		"Kotihoidon kokemuksia kuudelta kuukaudelta.", 7, []string{"Aloituksen tarkistuslista käyttöön|Kotihoito"}},
	{"Miten opimme parhaiten?", "Helmi Saarela, koordinaattori", "Oppiminen työn lomassa", "Mistä opit viimeksi jotain uutta?\nMikä auttaisi huomenna?", "organisation",
		"Lyhyt ja usein voittaa pitkän ja harvoin.", 0, []string{"Viiden minuutin vinkit viikkopalavereihin|Digimentorit"}},
	{"Perhekeskus verkossa", "Riikka Aalto, perhepalvelut", "Perheiden ohjaaminen verkkoon", "Mitä perheet kysyvät?\nMikä löytyy helposti?", "digital",
		"Sivusto uudistuu keväällä.", 8, []string{"Kerätään toiveet sivuston uudistajille|Perhepalvelut"}},
	{"Vuoden kokemukset", "Helmi Saarela, koordinaattori", "Mitä jatkamme, mitä lopetamme?", "Mistä olet ylpeä?\nMitä et jaksaisi enää?", "colleagues",
		"Kiitos kaikille. Suurin toive on aika, joka varataan työvuoroon.", 0, []string{"Tuntien näkyminen työvuorosuunnittelussa|Koordinaattori"}},
}

// grievances are what the units have asked, with the answer.
var grievances = [][2]string{
	{"Etävastaanotto katkeaa aina, kun asiakas vaihtaa verkkoa.", "Vika korjattiin päivityksessä. Pyydä asiakasta avaamaan linkki uudelleen: käynti jatkuu samasta kohdasta."},
	{"Kirjautuminen vie joka aamu monta minuuttia.", "Kertakirjautuminen tulee käyttöön ensi kuussa. Siihen asti koneen voi lukita eikä sammuttaa."},
	{"Emme tiedä, kuka vastaa chatiin iltapäivällä.", "Vuorot näkyvät nyt asiakasneuvonnan kalenterissa, ja vastuuhenkilö on listan ylimpänä."},
	{"Ohjeita on kolmessa paikassa ja ne sanovat eri asiaa.", "Vanhat poistetaan. Voimassa oleva ohje on aina intran digisivulla, jossa näkyy tarkistuspäivä."},
	{"Tabletteja on yksi viidelle hoitajalle.", "Uusia tulee keväällä kaksi jokaiseen tiimiin. Siihen asti tabletit voi varata vuoroittain."},
	{"Videossa ei kuulu, vaikka mikrofoni on päällä.", "Valitse oikea äänilaite asetuksista ennen käyntiä. Digimentori näyttää, miten sen tekee."},
	{"Vet inte var svenska anvisningar finns.", "De finns nu på intranätets digisida under samma rubrik som de finska. Saknas någon, meddela din digimentor."},
	{"Mobiilikirjaaminen hukkaa tekstin, jos puhelin menee lepotilaan.", "Teksti tallentuu nyt luonnokseksi. Päivitä sovellus, niin ominaisuus tulee käyttöön."},
	{"Asiakkaat eivät löydä ajanvarausta uudelta sivulta.", "Linkki nostettiin etusivun alkuun. Painikkeen tekstiksi vaihdettiin ”Varaa aika”."},
	{"Etäryhmään tarvittaisiin toinen ohjaaja.", "Kuntoutuspalvelut etsii parin. Ilmoita ryhmän aika kaksi viikkoa ennen."},
	{"Oirearvio ohjaa liian herkästi päivystykseen.", "Palaute on viety kehittäjille. Kynnystä korjataan syksyn versiossa."},
	{"Lääkeautomaatin hälytys tulee väärään numeroon.", "Numerot on tarkistettu. Muutokset tehdään jatkossa samana päivänä."},
	{"Uusi työntekijä ei saa tunnuksia ensimmäisenä päivänä.", "Tilaus tehdään nyt sopimuksen yhteydessä, ja tunnukset ovat valmiina aloituspäivänä."},
	{"Emme ehdi kouluttautua vuoron aikana.", "Esihenkilöt varaavat vuoroon tunnin kuussa. Aika näkyy työvuorolistassa."},
	{"Vi behöver hjälp på plats, inte bara på distans.", "Två digimentorer besöker varje enhet en gång i månaden. Datumen finns på enhetens sida."},
	{"Perhekeskuksen sivuilta ei löydy perheneuvolan yhteystietoja.", "Ne lisättiin yhteystietojen alkuun."},
	{"Kuvaruutu näkyy odotustilaan.", "Näytön tietosuojakalvoja saa tilata ilman erillistä lupaa."},
	{"Kaksi järjestelmää kysyy samat tiedot.", "Tieto siirtyy jatkossa itsestään. Muutos tulee kesäkuussa."},
	{"Emme tiedä, saako etäkäynnillä olla läheinen mukana.", "Saa, jos asiakas suostuu. Kirjaa suostumus käynnin alkuun."},
	{"Puhelimen akku ei kestä vuoroa.", ""},
	{"Chatin käännös sekoittaa lääkkeiden nimet.", ""},
	{"Ryhmähuoneen kaiutin särisee.", ""},
}

// network holds the year's monthly meetings, and plans the next two.
func (d *Demo) network(ctx context.Context) error {
	d.tell("mentors", 0, 1)
	n, err := d.newNetworker(ctx)
	if err != nil {
		return err
	}
	y, m, _ := time.Now().In(i18n.Zone()).Date()
	first := time.Date(y, m-11, 8, 14, 0, 0, 0, i18n.Zone())
	for first.Weekday() != time.Tuesday {
		first = first.AddDate(0, 0, 1)
	}
	held, coming := 0, 0
	for _, x := range workday.Rhythm(first, 15, true) {
		start := atHour(x.Day, 14)
		switch {
		case start.Before(day(-3, 0)) && held < len(themes):
			n.hold(themes[held], start)
			held++
		case start.After(day(8, 0)) && coming < 2:
			n.announce(themes[(held+coming)%len(themes)], start)
			coming++
		}
	}
	n.wait()
	return d.live(ctx, n.all)
}

// networker makes what happens around meetings.
type networker struct {
	d     *Demo
	staff []people.Person
	boss  int64
	asked int // how many grievances have been told
	held  int
	all   []happening
}

func (d *Demo) newNetworker(ctx context.Context) (*networker, error) {
	all, err := people.Population(ctx, d.App.Config.DB, nil, nil)
	staff := slices.DeleteFunc(all, func(p people.Person) bool { return p.Email == "" || d.cast(p.Email) })
	return &networker{d: d, staff: staff, boss: d.ids[d.before.Cast.Coordinator]}, err
}

func (n *networker) at(t time.Time, do func(context.Context) error) {
	n.all = append(n.all, happening{t, do})
}

// anybody is somebody of the staff.
func (n *networker) anybody() int64 { return n.staff[n.d.rng.IntN(len(n.staff))].ID }

func (n *networker) plan(x theme, start time.Time) meetings.Plan {
	return meetings.Plan{Title: x.title, Start: start, End: start.Add(90 * time.Minute), Expert: x.expert, Service: x.service, Area: x.area, Theme: x.theme,
		Questions: x.questions, Link: "https://teams.example/verkosto", Agenda: n.d.App.Kit.Words.T("fi", "meetings.default-agenda")}
}

// announce plans a meeting and invites to it.
func (n *networker) announce(x theme, start time.Time) {
	n.at(day(-2, 9), func(ctx context.Context) error {
		_, err := n.d.App.Meetings.Create(ctx, n.boss, []meetings.Plan{n.plan(x, start)}, true)
		return err
	})
}

// hold lets a meeting of the past be planned, asked for, held and finished.
func (n *networker) hold(x theme, start time.Time) {
	s := n.d.App.Meetings
	var id int64
	n.at(start.AddDate(0, 0, -21), func(ctx context.Context) error {
		ids, err := s.Create(ctx, n.boss, []meetings.Plan{n.plan(x, start)}, true)
		if err == nil {
			id = ids[0]
		}
		return err
	})
	n.held++
	for i := range 1 + n.held%2 {
		n.ask(start.AddDate(0, 0, -4-5*i), start.Add(time.Duration(50+i)*time.Minute), &id)
	}
	n.at(start.Add(80*time.Minute), func(ctx context.Context) error { return n.writeUp(ctx, id, x, start) })
	if n.d.rng.IntN(3) > 0 {
		n.at(start.AddDate(0, 0, 12), func(ctx context.Context) error { return n.finishDecisions(ctx, id) })
	}
}

// ask lets a colleague tell what hurts, and others vote; the answer comes in a meeting, or in the one after it.
func (n *networker) ask(at, answered time.Time, meeting *int64) {
	if n.asked >= len(grievances) {
		return
	}
	g, who := grievances[n.asked], n.anybody()
	n.asked++
	s := n.d.App.Meetings
	var id int64
	n.at(at, func(ctx context.Context) (err error) {
		id, err = s.Give(ctx, who, g[0])
		return err
	})
	for range n.d.rng.IntN(5) {
		voter := n.anybody()
		n.at(at.Add(time.Hour), func(ctx context.Context) error { return s.Vote(ctx, voter, id, true) })
	}
	if meeting == nil || g[1] == "" {
		return
	}
	if n.asked%7 == 3 { // the expert had to look into it
		n.at(answered, func(ctx context.Context) error { return s.Pass(ctx, n.boss, id, *meeting) })
		n.at(answered.AddDate(0, 0, 34), func(ctx context.Context) error { return n.answer(ctx, id, 0, g[1]) })
		return
	}
	n.at(answered, func(ctx context.Context) error { return n.answer(ctx, id, *meeting, g[1]) })
}

func (n *networker) answer(ctx context.Context, id, meeting int64, text string) error {
	if n.d.Clock.Now().After(day(0, 0)) {
		return nil // it still waits today
	}
	return n.d.App.Meetings.Answer(ctx, n.boss, id, 1, meeting, text)
}

// wait lets some topics wait today: those for which there was no meeting left, and one for too long.
func (n *networker) wait() {
	n.asked = max(n.asked, len(grievances)-3)
	for i := 0; n.asked < len(grievances); i++ {
		n.ask(day(-5-17*i, 11), time.Time{}, nil)
	}
}

// writeUp notes who came and what was decided, and finishes the meeting.
func (n *networker) writeUp(ctx context.Context, id int64, x theme, start time.Time) error {
	s := n.d.App.Meetings
	who, err := s.Invited(ctx, id)
	if err != nil {
		return err
	}
	came := slices.DeleteFunc(slices.Clone(who), func(int64) bool { return n.d.rng.IntN(5) < 2 })
	if err := s.Attend(ctx, n.boss, id, nil, came); err != nil {
		return err
	}
	for i, text := range x.decisions {
		what, owner, _ := strings.Cut(text, "|")
		d := meetings.Decision{Meeting: id, Text: what, Owner: owner, Due: mentoring.Day(start.AddDate(0, 0, 21+14*i))}
		if err := s.Decide(ctx, n.boss, d); err != nil {
			return err
		}
	}
	if err := s.Note(ctx, n.boss, id, 1, x.notes); err != nil {
		return err
	}
	return s.Finish(ctx, n.boss, id, 2)
}

func (n *networker) finishDecisions(ctx context.Context, meeting int64) error {
	open, err := n.d.App.Meetings.OpenDecisions(ctx)
	for _, d := range open {
		if d.Meeting == meeting && err == nil {
			err = n.d.App.Meetings.SetDone(ctx, n.boss, d.ID, true)
		}
	}
	return err
}
