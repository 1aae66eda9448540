package county

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// Common names, most common first as nearly as it matters. They are combined
// at random; likeness to a real person is chance.
var (
	finnishFirst = strings.Fields(`
		Anne Päivi Minna Sari Tiina Johanna Hanna Kirsi Satu Heidi Laura Jaana Sanna Katja Mari Riikka Outi Marja Merja Tarja
		Pirjo Ulla Leena Eija Virpi Susanna Elina Jenni Noora Emma Sofia Iida Anni Veera Salla Kaisa Maarit Arja Sirpa Niina
		Mika Timo Jari Juha Marko Antti Janne Jukka Mikko Petri Sami Jussi Ville Teemu Pekka Kari Matti Heikki Tuomas Lauri
		Eero Aleksi Joonas Niko Henri Ilkka Esa Markku Terhi Taina Anu Jonna Essi Suvi Henna Piia Tanja Katri Liisa Auli
		Anna-Maija Eeva-Liisa Marja-Leena Anna-Kaisa Ritva Helena Hilkka Saara Pauliina Reetta Milla Jasmin Oona Aino Venla`)
	finnishLast = strings.Fields(`
		Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen Lehtinen Saarinen
		Salminen Heinonen Niemi Heikkilä Kinnunen Salonen Turunen Salo Laitinen Tuominen Rantanen Karjalainen Jokinen Mattila
		Savolainen Lahtinen Ahonen Ojala Leppänen Väisänen Kallio Hiltunen Leinonen Miettinen Aaltonen Pitkänen Manninen
		Hakala Koivisto Anttila Laaksonen Hirvonen Räsänen Lehto Laakso Toivonen Mustonen Rantala Aalto Rissanen Moilanen
		Partanen Nurmi Seppälä Kettunen Hänninen Lappalainen Kokkonen Pesonen Vainio Niskanen Karppinen Oksanen Peltola
		Jääskeläinen Honkanen Kemppainen Pulkkinen Eskola Halonen Huttunen Kauppinen Voutilainen Tikkanen Sirviö Pekkarinen
		Kangas Nevalainen Suominen Uusitalo Tolonen Ylönen Rautio Kortelainen Kärkkäinen Hyvönen Parviainen Ikonen Vuorinen
		Immonen Heino Hietala Saari Paananen Saastamoinen Holopainen Luoma Alatalo Väänänen Myllymäki Haapala Penttilä Harju
		Hietanen Ruotsalainen Sillanpää Kuusela Viitanen Helenius Sorsa Kivelä Puustinen Tervo Kukkonen Raatikainen Mikkola`)
	swedishFirst = strings.Fields(`
		Maria Anna Christina Carina Camilla Monica Sofia Jessica Malin Ann-Sofi Susanne Linda Emilia Ida Hanna Ulrika Pia Mikaela
		Åsa Nina Johanna Kerstin Annika Gunilla Sandra Frida Ellen Wilma Johan Mikael Kristian Peter Anders Jan Thomas Fredrik
		Robert Daniel Mats Stefan Kim Niklas Jonas Rasmus Anton Axel Jan-Erik Ronny Håkan Sebastian Oscar Linus`)
	swedishLast = strings.Fields(`
		Johansson Nyman Lindholm Karlsson Andersson Lindström Lindqvist Eriksson Lindroos Gustafsson Lindberg Nyberg Sjöberg
		Söderholm Nylund Backman Blomqvist Holmberg Österholm Sundström Nordström Forsman Åberg Wikström Häggblom Björklund
		Grönroos Ekholm Westerlund Söderström Snellman Sandberg Granholm Finne Österberg Höglund Strandberg Fagerholm Enlund`)
	otherNames = []struct{ first, last []string }{
		{strings.Fields(`Kadri Liis Triin Piret Merike Kristjan Tarmo Andres`), strings.Fields(`Tamm Saar Sepp Mägi Kask Kukk Rebane Ilves`)},
		{strings.Fields(`Oksana Iryna Olena Nataliia Svitlana Andrii Dmytro Taras`), strings.Fields(`Kovalenko Bondarenko Tkachenko Kravchenko Melnyk Marchenko Lysenko Savchenko`)},
		{strings.Fields(`Fadumo Hodan Ayaan Sahra Amina Abdi Mohamed Yusuf`), strings.Fields(`Ali Mohamed Hassan Abdi Ahmed Warsame Farah Omar`)},
		{strings.Fields(`Linh Thu Huong Mai Trang Minh Duc Hai`), strings.Fields(`Nguyen Tran Le Pham Hoang Vu Dang Bui`)},
		{strings.Fields(`Maricel Jocelyn Rowena Grace Cristina Ramon Jerome Carlo`), strings.Fields(`Santos Reyes Cruz Garcia Mendoza Bautista Ramos Aquino`)},
		{strings.Fields(`Zahra Leila Maryam Shirin Noor Hassan Reza Karim`), strings.Fields(`Ahmadi Hosseini Karimi Rahimi Hussein Saleh Haddad Aziz`)},
		{strings.Fields(`Blessing Grace Wanjiru Anjali Priya Samuel Daniel Bishal`), strings.Fields(`Okafor Mensah Mwangi Adeyemi Sharma Thapa Gurung Otieno`)},
	}
)

// nameAll gives every person but the cast, whose names are set, a language, a
// name, an address and a staff number.
func (c *County) nameAll(rng *rand.Rand) {
	for i, p := range c.People {
		if p.Email != "" {
			c.emailAt[p.Email] = i
		}
	}
	number := rng.Perm(len(c.People))
	for i := range c.People {
		p := &c.People[i]
		// Numbers with gaps, as in a register that people have also left.
		p.StaffNumber = fmt.Sprint(100_013 + 7*number[i])
		if p.Email != "" {
			continue
		}
		p.Lang = drawLang(rng, c.plan[c.unitAt[p.Unit]].region)
		first, last := drawName(rng, p.Lang)
		p.Name = first + " " + last
		p.Email = c.freeAddress(first, last)
		c.emailAt[p.Email] = i
	}
}

// drawLang gives about 7 % Swedish over the county, most of them in the west.
func drawLang(rng *rand.Rand, region int) string {
	swedish := 0.05
	if region == west {
		swedish = 0.15
	}
	switch x := rng.Float64(); {
	case x < swedish:
		return "sv"
	case x < swedish+0.008:
		return "en"
	}
	return "fi"
}

// drawName draws a name that goes with the language, though not always the one
// expected: languages and names cross in families.
func drawName(rng *rand.Rand, lang string) (first, last string) {
	x := rng.Float64()
	switch {
	case lang == "en", lang == "fi" && x < 0.05:
		g := otherNames[rng.IntN(len(otherNames))]
		return pick(rng, g.first), pick(rng, g.last)
	case lang == "sv" && x < 0.8, lang == "fi" && x < 0.06:
		return pick(rng, swedishFirst), pick(rng, swedishLast)
	case lang == "fi" && x < 0.09:
		return pick(rng, finnishFirst), pick(rng, swedishLast)
	case lang == "sv" && x < 0.9:
		return pick(rng, swedishFirst), pick(rng, finnishLast)
	}
	return pick(rng, finnishFirst), pick(rng, finnishLast)
}

// pick favours the beginning of the list.
func pick(rng *rand.Rand, list []string) string {
	return list[int(math.Pow(rng.Float64(), 1.3)*float64(len(list)))]
}

var plainLetters = strings.NewReplacer("ä", "a", "å", "a", "ö", "o")

func address(local string) string {
	return plainLetters.Replace(strings.ToLower(local)) + "@" + Domain
}

// freeAddress numbers the second and later people of one name.
func (c *County) freeAddress(first, last string) string {
	a := address(first + "." + last)
	for n := 2; ; n++ {
		if _, taken := c.emailAt[a]; !taken {
			return a
		}
		a = address(fmt.Sprintf("%s.%s%d", first, last, n))
	}
}
