package mask

import "strings"

// endings are the folded endings of Finnish and Swedish names: case, then whose, then a clitic, as in "Virtase-lta-mme-kin".
var endings = allEndings()

func allEndings() map[string]bool {
	cases := strings.Fields(`n a ta tta ssa sta lla lta lle na ksi tta t en in an on un yn hin han hon hun hen seen siin
		ia ja ten ien iden jen issa ista ihin illa ilta ille ina iksi s es`)
	owners := strings.Fields("ni si nsa mme nne")
	clitics := strings.Fields("kin kaan ko han pa kohan")
	out := map[string]bool{}
	bases := append([]string{""}, cases...)
	for _, c := range cases {
		for _, o := range owners {
			bases = append(bases, strings.TrimSuffix(c, "n")+o, c+o)
		}
	}
	for _, b := range bases {
		if b != "" {
			out[b] = true
		}
		for _, c := range clitics {
			out[b+c] = true
		}
	}
	return out
}

// weak is the weak grade of the consonants before the last vowel: Pekka, Pekan; Lahti, Lahden; Aalto, Aallon.
var weak = []struct{ strong, weak string }{
	{"kk", "k"}, {"pp", "p"}, {"tt", "t"}, {"nk", "ng"}, {"nt", "nn"}, {"lt", "ll"}, {"rt", "rr"}, {"mp", "mm"}, {"ht", "hd"},
	{"lk", "l"}, {"rk", "r"}, {"rk", "rj"}, {"lp", "lv"}, {"rp", "rv"}, {"sk", "sk"}, {"st", "st"}, {"k", ""}, {"t", "d"}, {"p", "v"},
}

func vowel(c byte) bool { return strings.IndexByte("aeiouy", c) >= 0 }

// stemsOf are the stems of a folded name to which endings are added.
func stemsOf(name string) (out []string) {
	last := name[len(name)-1]
	cut := name[:len(name)-1]
	switch {
	case strings.HasSuffix(name, "nen"): // Virtanen: Virtasen, Virtasta, Virtasilla
		base := strings.TrimSuffix(name, "nen")
		return []string{base + "se", base + "s", base + "si"}
	case last == 'e': // Laine: Laineen; Anne: Annen
		return []string{name + "e", name + "i"}
	case vowel(last):
		out = append(graded(cut, string(last)), plural(cut, last)...)
		if last == 'i' { // Niemi: Niemen; Saari: Saarta; Mäki: Mäen
			out = append(out, cut, cut+"e")
			out = append(out, graded(cut, "e")...)
		}
		return out
	case strings.HasSuffix(name, "as"): // Kangas: Kankaan; Tuomas: Tuomaksen
		base := strings.TrimSuffix(name, "as")
		if strong, ok := strings.CutSuffix(base, "ng"); ok {
			out = append(out, strong+"nkaa")
		}
		return append(out, base+"aa", cut+"kse", name+"i")
	case last == 's': // Linus: Linuksen; Lars: Larsin
		return []string{cut + "kse", cut + "kes", name + "i"}
	}
	return []string{name + "i"} // Henrik: Henrikin
}

// graded puts the consonants before the last vowel into their weak grade.
func graded(cut, end string) (out []string) {
	for _, g := range weak {
		if base, ok := strings.CutSuffix(cut, g.strong); ok && base != "" {
			out = append(out, base+g.weak+end)
			if g.strong != "rk" {
				return out
			}
		}
	}
	return out
}

// plural is the stem of several: the Virtalas, "Virtaloilla"; the Laaksos, "Laaksoille".
func plural(cut string, last byte) []string {
	if last == 'a' {
		return []string{cut + "oi", cut + "i"}
	}
	return []string{cut + string(last) + "i"}
}

// starterWords are forms of names with which ordinary sentences begin: "Toivon, että". They are taken for a name only when they
// begin with a capital inside a sentence.
const starterWords = `
	toivon toivoa toivoisin toivoisimme toivomme toivotaan uskon uskoisin uskomme aina aika aikana aikaa ainoa ainoana ainoastaan ilman ilmankaan jos moni
	monen monien monta oma oman omat sama saman samat samaa samalla samassa samoin varma varmaan varmasti onneksi eri erin ala alan alussa alalla
	ilo ilta illan lähteä lähden lähes päivä päivin päivän arvo arvon osa osan tie työ maa maan kuu mina minun minulla minä joku jokin lahti kanta
	min mitt mina det den de han hans har hav ny nya vi finns finne bra bara du dess dags eva en ett hon hall hem
	will may hope bill art grant pat rich sue may do an`

// everydayWords are words of ordinary text that are also names, in the forms in which they meet the eye. They are taken for
// a name only when they begin with a capital.
const everydayWords = `
	anna annan annas annat annamme annetaan anni ala alla alan alat arvo arvon arvot arvoa arvossa aalto aallon halla halme harju hanna helmi
	heino ilo ilon ilta illan ilma ilman into inton ilmari kaari kaisa kallio kalliot kari karin kallista kangas kannon kivi kiven kivi kuusi kuusen kuu
	koski koskea koskee koskien kosken kosket laakso lahti lahja lahjan laine laineet lampi lauha lehti lehto lehdon lehtien lempi leppä luoma lumi
	maa maan mai mari marja marjat mari meri meren mela merja mies mäki mäen neva niemi nurmi oja onni onnen onnea oma oman outi pelto pellon
	perttu pilvi pilven pilvessä pohja pohjan pohjalla puro päivi päivin rae raita raja rajan rajat ranta rannan rauha rauhan rauhassa ruusu saari
	saaren saara salo salon sari satu satunen sato satuja seppä seija sini sirpa suvi suvin suo suon syrjä taimi taina taika talvi tammi tarja
	tie tien tuuli tuulen tuula toivo toivon toivot toivoa toivoisin toivoi toivossa toivotaan toivomme tuomi urho usko uskon uskot uskoa uskomme utu vaara
	vainio valo valon varma varmaa varmasti varpu veli velin vesa vesi voitto voiton virta virran virtaa virtaava vilja väinö hakala hakan haka kumpu kumpula
	kotila kotilan koti kodin salmi salmen aho ahon tervo terhi terho oksa oksan mona moni monen monien mona sanni sanna
	ali alin alina aina ainan ainoa ainon aino aika aikana ari aria eva esa esan eri erin ella ellen elin elina elisa kim le pia pian
	pirjo sami samin samia sama saman samat samaa samalla samassa samoin jan jani jos joni jona minna minne minun mina miia missa miska tea teams teesi tiina tina
	bo bor bos bra berg bergs dag dags dal dals den dess du eva ek eka finn finns finner finne fors gran hall han hans har hav hem i ida kil kull
	lars lund mats mars min mina mitt nina nils ny nya nyman mia maj ros rosa sand sten stig stigen ström strand sund sven tor vik viken vind vår åker åke ö öst östen
	alm björn gren holm holmen kerstin lind mark marken marks mark may mary grace will rose robin daisy joy hope faith bill art frank grant guy jack pat rich
	lähteä lähde lähden lähdet lähtee lähti lähtien lähdetään lähtisi lähteneet lähtenyt lähtö lähdön lahjoja kankea kannan kannat kanta pelit pelin peli
	sue ray dawn ivy june april august max rob neil vu hai minh trang thu bui cruz ramos`
