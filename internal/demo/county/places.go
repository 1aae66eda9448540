package county

import (
	"math/rand/v2"
	"strings"
)

// Regions of the county.
const (
	north = iota
	east
	south
	west
	central
	regionCount
	nowhere = -1 // the whole county
)

var regionNames = [regionCount]name{
	north:   {"pohjoinen alue", "norra området", "northern area"},
	east:    {"itäinen alue", "östra området", "eastern area"},
	south:   {"eteläinen alue", "södra området", "southern area"},
	west:    {"läntinen alue", "västra området", "western area"},
	central: {"keskinen alue", "centrala området", "central area"},
}

// division says which regions each group of a service takes, by the number of
// its groups; a group is named after the first.
var division = map[int][][]int{
	1: {{north, east, south, west, central}},
	2: {{north, east, central}, {south, west}},
	3: {{west}, {central, north}, {east, south}},
	4: {{north, central}, {east}, {south}, {west}},
	5: {{north}, {east}, {south}, {west}, {central}},
}

type place struct{ fi, sv string }

var placeHeads = [][2]string{
	{"Koivu", "Björk"}, {"Tammi", "Ek"}, {"Haapa", "Asp"}, {"Leppä", "Al"}, {"Mänty", "Tall"}, {"Kuusi", "Gran"},
	{"Pihlaja", "Rönn"}, {"Saarni", "Ask"}, {"Lehmus", "Lind"}, {"Vaahtera", "Lönn"}, {"Tuomi", "Hägg"}, {"Paju", "Vide"},
	{"Kivi", "Sten"}, {"Hiekka", "Sand"}, {"Joutsen", "Svan"}, {"Kurki", "Tran"}, {"Kettu", "Räv"}, {"Kesä", "Sommar"},
	{"Talvi", "Vinter"}, {"Tuuli", "Vind"}, {"Aurinko", "Sol"}, {"Lumi", "Snö"}, {"Apila", "Klöver"}, {"Kukka", "Blom"},
}

var placeTails = [][2]string{
	{"niemi", "näs"}, {"saari", "holm"}, {"ranta", "strand"}, {"mäki", "backa"}, {"lahti", "vik"}, {"harju", "ås"},
	{"laakso", "dal"}, {"kallio", "berg"}, {"koski", "fors"}, {"lehto", "lund"}, {"salmi", "sund"}, {"pelto", "åker"},
}

// realPlaces are the compounds that are, or were, a municipality or a
// well-known part of a town; an invented county must not borrow them.
var realPlaces = map[string]bool{
	"Tammisaari": true, "Koivulahti": true, "Mäntyharju": true, "Haapasaari": true, "Kesälahti": true, "Pihlajamäki": true,
	"Pihlajasaari": true, "Kuusisaari": true, "Aurinkolahti": true, "Koivusaari": true, "Hiekkaharju": true, "Kurkimäki": true,
	"Haapaniemi": true, "Tammiharju": true, "Haapakoski": true, "Kivisalmi": true, "Leppälahti": true, "Kesäranta": true, "Haapamäki": true, "Koivuharju": true,
}

// drawPlaces deals the place names out to the regions.
func drawPlaces(rng *rand.Rand) [regionCount][]place {
	var all []place
	for _, h := range placeHeads {
		for _, t := range placeTails {
			fi := h[0] + t[0]
			if h[0][len(h[0])-1] == t[0][0] || realPlaces[fi] {
				continue
			}
			all = append(all, place{fi, joinSwedish(h[1], t[1])})
		}
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var by [regionCount][]place
	for i, p := range all {
		by[i%regionCount] = append(by[i%regionCount], p)
	}
	return by
}

// joinSwedish joins a compound; Swedish never writes a consonant three times.
func joinSwedish(head, tail string) string {
	if n := len(head); n >= 2 && head[n-1] == head[n-2] && strings.HasPrefix(tail, head[n-1:]) {
		return head + tail[1:]
	}
	return head + tail
}
