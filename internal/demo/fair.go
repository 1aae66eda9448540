package demo

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"time"

	"taitorinki/internal/events"
	"taitorinki/internal/events/fair"
	"taitorinki/internal/events/materials"
	"taitorinki/internal/i18n"
)

// stand is an exhibitor of the demonstration: minutes are when its demonstrations begin, after the fair does.
type stand struct {
	fair.Card
	place, spot string
	minutes     []int
	shade       uint8 // of its picture; 0 for none
}

// stands are who shows something at the county's fairs. All are invented.
var stands = []stand{
	{fair.Card{Name: "Etävastaanotto kotona", What: "Kokeile vastaanottoa asiakkaan puolelta: kirjaudu, avaa kamera, näytä ihottuma. Saat mukaan tarkistuslistan asiakkaalle.",
		Whom: "vastaanotoille ja asiakasneuvontaan", Service: 1, Contact: "Laura Mäkelä", Reach: "laura.makela@messut.example", Email: "laura.makela@messut.example", Lang: "fi"}, "Kirjaston sali", "pöytä 1", []int{30, 90, 150}, 90},
	{fair.Card{Name: "Chatten öppen i dag", What: "Ställ en fråga som kund och se hur den ser ut hos den som svarar. Vi svarar på finska och svenska.",
		Whom: "för dig som funderar på att svara i chatten", Service: 2, Contact: "Sofia Lindholm", Reach: "sofia.lindholm@messut.example", Email: "sofia.lindholm@messut.example", Lang: "sv"}, "Kirjaston sali", "pöytä 2", []int{45, 120}, 0},
	{fair.Card{Name: "Lääkeautomaatti, neljä viikkoa kerrallaan", What: "Täytä automaatti itse ja ratkaise hälytys. Kotihoidon tiimi kertoo, mitä puoli vuotta on opettanut.",
		Whom: "kotihoidon tiimeille", Service: 7, Contact: "Outi Rinne", Reach: "outi.rinne@messut.example", Email: "outi.rinne@messut.example", Lang: "fi"}, "Kirjaston sali", "pöytä 3", []int{60, 135, 195}, 140},
	{fair.Card{Name: "Kirjaa puhelimella", What: "Sanele käynti ja katso, miltä se näyttää asiakkaan tiedoissa. Testiasiakas on valmiina.",
		Whom: "niille, jotka liikkuvat asiakkaan luona", Service: 5, Contact: "Timo Salo", Email: "timo.salo@messut.example", Lang: "fi"}, "Kirjaston sali", "pöytä 4", []int{75, 165}, 0},
	{fair.Card{Name: "Tietosuojan kysymysseinä", What: "Kirjoita lapulle, mikä epäilyttää. Vastaus tulee heti tai viimeistään perjantaina.", Whom: "kaikille", Contact: "Kerstin Nystrand",
		Reach: "kerstin.nystrand@messut.example", Email: "kerstin.nystrand@messut.example", Lang: "sv"}, "Kirjaston sali", "pöytä 10", nil, 0},
	{fair.Card{Name: "Digiapua torilla", What: "Vapaaehtoiset auttavat puhelimen ja tunnusten kanssa. Tuo laite, jonka kanssa tappelet.", Whom: "asiakkaille ja läheisille",
		Contact: "Seniorien nettikahvila", Reach: "joka tiistai klo 10–12", Email: "kahvila@messut.example", Lang: "fi"}, "Kauppatori", "teltta A", []int{20, 100}, 200},
	{fair.Card{Name: "Kuntoutus etäryhmässä", What: "Jumppaa viisi minuuttia ruudun välityksellä ja kysy ohjaajalta, miten ryhmä kootaan.", Whom: "kuntoutukseen ja ikäihmisten palveluihin",
		Contact: "Jaana Virta", Reach: "jaana.virta@messut.example", Email: "jaana.virta@messut.example", Lang: "fi"}, "Kauppatori", "teltta B", []int{50, 110, 170}, 0},
	{fair.Card{Name: "Perhekeskus verkossa", What: "Etsi kolme asiaa uudelta sivulta. Se, mikä ei löydy, korjataan.", Whom: "perheille ja perheitä kohtaaville", Service: 8, Contact: "Riikka Aalto",
		Email: "riikka.aalto@messut.example", Lang: "fi"}, "Kauppatori", "teltta C", []int{80}, 60},
}

// exhibit brings eight exhibitors with their cards and demonstrations to a fair.
func (d *Demo) exhibit(ctx context.Context, host, event int64) error {
	e, err := events.ByID(ctx, d.App.Config.DB, event)
	if err != nil {
		return err
	}
	for _, x := range stands {
		if err := d.setUp(ctx, host, &e, x); err != nil {
			return err
		}
	}
	return nil
}

func (d *Demo) setUp(ctx context.Context, host int64, e *events.Event, x stand) error {
	s := d.App.Fairs
	one := fair.Exhibitor{Event: e.ID, Card: x.Card, Place: x.place, Spot: x.spot, Version: 1}
	id, err := s.Add(ctx, host, one)
	if err != nil {
		return err
	}
	if one.ID = id; x.shade != 0 {
		if err := s.Change(ctx, 0, one, drawing(x.shade)); err != nil {
			return err
		}
	}
	for i, m := range x.minutes {
		slot := fair.Slot{Start: e.Start.Add(time.Duration(m) * time.Minute), Minutes: 20, Places: 4 + 4*(i%3)}
		if err := s.AddSlot(ctx, e, &one, slot); err != nil {
			return err
		}
	}
	return nil
}

// drawing is a picture for a card: circles on a plain ground.
func drawing(shade uint8) []byte {
	const w, h = 480, 270
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{221, 240, 251, 255}
			for i := range 3 {
				if dx, dy := x-120-120*i, y-135; dx*dx+dy*dy < (40+12*i)*(40+12*i) {
					c = color.RGBA{shade, 84 + 40*uint8(i), 112, 255}
				}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // into memory
	return b.Bytes()
}

// stroll lets visitors walk through a fair: they take cards along and reserve places in demonstrations that have not begun.
func (d *Demo) stroll(ctx context.Context, event int64) error {
	const visitors = 40
	e, err := events.ByID(ctx, d.App.Config.DB, event)
	if err != nil {
		return err
	}
	all, err := fair.Of(ctx, d.App.Config.DB, event)
	if err != nil {
		return err
	}
	demos := fair.Coming(all, d.Clock.Now(), len(all)*fair.MostSlots)
	taken := map[int64]int{}
	rng := rand.New(rand.NewPCG(seed, uint64(event))) // its own: what comes after it in the county's life stays as it is
	for range visitors {
		token, err := d.App.Fairs.Begin(ctx, &e)
		if err != nil {
			return err
		}
		for i, x := range all {
			if rng.IntN(3+i/2) == 0 {
				if err := d.App.Fairs.TakeCard(ctx, &e, token, x.ID, true); err != nil {
					return err
				}
			}
		}
		if len(demos) == 0 {
			continue
		}
		x := demos[rng.IntN(len(demos))]
		if taken[x.ID]++; taken[x.ID] > x.Places {
			continue // it is full: they go on
		}
		if err := d.App.Fairs.Reserve(ctx, &e, token, x.ID); err != nil {
			return err
		}
	}
	return nil
}

// leave adds what an event of the past leaves behind: slides, a link and the recording.
func (d *Demo) leave(ctx context.Context, host, event int64) error {
	e, err := events.ByID(ctx, d.App.Config.DB, event)
	if err != nil {
		return err
	}
	left := []materials.Material{
		{Kind: materials.File, Title: "Muistilista: " + e.Title, Lang: i18n.Langs[0], Data: []byte(memo)},
		{Kind: materials.Link, Title: "Ohje intrassa", Lang: i18n.Langs[0], URL: "https://intra.example/digi/" + e.Code},
	}
	if e.Link != "" {
		left = append(left, materials.Material{Kind: materials.Recording, Title: "Tallenne", Lang: i18n.Langs[0], URL: "https://video.example/" + e.Code})
	}
	for _, m := range left {
		m.Event = event
		if _, err := d.App.Materials.Add(ctx, host, m); err != nil {
			return err
		}
	}
	return nil
}

// memo is a sheet of paper with one line, as a PDF.
const memo = `%PDF-1.4
1 0 obj
<</Type/Catalog/Pages 2 0 R>>
endobj
2 0 obj
<</Type/Pages/Kids[3 0 R]/Count 1>>
endobj
3 0 obj
<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 297]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>
endobj
4 0 obj
<</Length 62>>stream
BT /F 18 Tf 40 230 Td (1. Aloita. 2. Kokeile. 3. Kysy.) Tj ET
endstream
endobj
5 0 obj
<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>
endobj
trailer
<</Root 1 0 R>>
%%EOF
`
