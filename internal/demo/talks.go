package demo

import "taitorinki/internal/events/live"

// openHour is the event that is on while somebody looks at the demonstration.
const openHour = "Kysy digimentorilta: avoin tunti"

// talk is what is said in the live room of an event.
type talk struct {
	asked []asked
	polls []polled
}

// asked is a question of a live room, with how many want it answered. Said is what the host writes about it afterwards; a question
// without it was answered in the room.
type asked struct {
	text  string
	votes int
	said  string
}

// polled is a poll with what devices answer.
type polled struct {
	live.Poll
	answers []string
}

func scale(title, low, high string, answers ...string) polled {
	return polled{live.Poll{Kind: live.Scale, Title: title, Options: []string{low, high}, Shown: true}, answers}
}

func single(title string, options []string, answers ...string) polled {
	return polled{live.Poll{Kind: live.Single, Title: title, Options: options, Shown: true}, answers}
}

func word(title string, answers ...string) polled {
	return polled{live.Poll{Kind: live.Words, Title: title, Shown: true}, answers}
}

// talks are what was said, by the title of the event.
var talks = map[string]talk{
	"Etävastaanoton ensimmäiset viisi minuuttia": {
		[]asked{{"Miten rauhoitan tilan, kun huoneita on vähän?", 16, ""}, {"Kuka auttaa, jos asiakkaan ääni ei kuulu?", 11, ""},
			{"Saako etäkäynnillä olla omainen mukana?", 7, "Saa, jos asiakas suostuu. Kirjaa suostumus käynnin alkuun."},
			{"Hur gör vi när tolken är på distans?", 4, "Tolken kopplas in först. Be alla säga sitt namn innan ni börjar."}},
		[]polled{scale("Kuinka varma olo sinulla on etäkäynnillä?", "epävarma", "hyvin varma", "2", "3", "3", "3", "4", "4", "4", "4", "5", "5"),
			word("Mikä sana kuvaa etäkäyntiä?", "nopea", "Nopea", "nopea, etäinen", "läsnäolo", "rauhallinen", "läsnäolo, nopea", "jännittävä", "helppo", "helppo", "nopea")}},
	"Kirjaa käynti asiakkaan luona": {
		[]asked{{"Mitä teen, kun verkko katkeaa kesken kirjauksen?", 14, ""}, {"Näkeekö asiakas, mitä kirjaan?", 9, ""},
			{"Saako sanelua käyttää asiakkaan kuullen?", 8, "Saa, kun asiakas tietää siitä. Kysy ensin ja sanele lyhyesti."}},
		[]polled{single("Missä kirjaat nyt?", []string{"Asiakkaan luona", "Autossa", "Toimistolla vuoron lopussa"}, "1", "1", "2", "2", "2", "3", "3", "3", "3", "3", "3")}},
	"Saako tämän lähettää? Tietosuoja viestissä ja kuvassa": {
		[]asked{{"Saako haavakuvan ottaa omalla puhelimella?", 19, ""}, {"Onko etunimi henkilötieto?", 6, ""},
			{"Mitä teen, jos viesti meni väärälle?", 12, "Kerro heti esihenkilölle ja tietosuojavastaavalle. Mitä aiemmin, sitä helpompi se on korjata."}},
		[]polled{single("Oletko epäröinyt lähettämistä tällä viikolla?", []string{"En kertaakaan", "Kerran tai kaksi", "Useammin"}, "1", "1", "2", "2", "2", "2", "2", "3", "3", "3")}},
	"Chatten i kundrådgivningen: så avslutar du ett samtal": {
		[]asked{{"Hur avslutar jag när klienten inte vill sluta?", 9, ""}, {"Kan vi ha färdiga fraser på båda språken?", 7, "Ja. De finns i chattens mallar från och med nästa vecka."}},
		[]polled{word("Vad behöver ett gott avslut?", "lugn", "sammanfattning", "Lugn", "nästa steg", "sammanfattning", "tack")}},
	"Mitä mittari kertoo, mitä ei?": {
		[]asked{{"Milloin mittaustulokseen pitää reagoida?", 15, ""}, {"Kuka vastaa, jos asiakas ei mittaa?", 10, "Sovitaan asiakkaan kanssa jo alussa. Muistutus lähtee kolmen päivän jälkeen."}},
		[]polled{scale("Luotatko asiakkaan omiin mittauksiin?", "en lainkaan", "täysin", "2", "3", "3", "4", "4", "4", "4", "5")}},
	"Tulokset ovat täällä: mitä sitten?": {
		[]asked{{"Miten kerron tuloksista niin, ettei kukaan nolostu?", 13, ""}, {"Paljonko aikaa tähän saa käyttää?", 11, ""},
			{"Mitä jos vastaajia oli liian vähän?", 8, "Katso ylemmän yksikön tuloksia ja kysy tiimiltä, tunnistavatko he ne."}},
		[]polled{single("Mistä aloitat?", []string{"Katson tulokset tiimin kanssa", "Valitsen yhden kehitettävän asian", "Pyydän digimentorin käymään"}, "1", "1", "1", "1", "1", "2", "2", "2", "3", "3")}},
	openHour: {
		[]asked{{"Miten kokeilun tulokset tuodaan arkeen?", 14, ""}, {"Kuka päättää, mitä kokeillaan ensi vuonna?", 9, ""}, {"Voiko mentori olla toisesta yksiköstä?", 4, ""}},
		[]polled{single("Mitä tarvitset eniten?", []string{"Aikaa kokeilla", "Tukea esihenkilöltä", "Kaverin viereen"}, "1", "1", "1", "1", "1", "2", "2", "2", "2", "3"),
			word("Mikä on tämän viikon pulmasi, yhdellä sanalla?")}},
}
