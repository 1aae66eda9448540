package demo

import (
	"context"
	"time"

	"taitorinki/internal/events"
	"taitorinki/internal/events/feedback"
)

// remark is a comment that people leave, and the group into which the host puts it; "" leaves it in none.
type remark struct {
	question    feedback.Question
	text, group string
}

const (
	moreTime  = "Lisää aikaa kysymyksille"
	ownWork   = "Esimerkit omasta työstä"
	technique = "Ääni ja yhteydet"
	moments   = "Ajankohta"
)

var remarks = []remark{
	{feedback.Keep, "Lyhyt ja selkeä. Ehdin kuunnella kahvitunnilla.", ""},
	{feedback.Keep, "Työkaverin oma esimerkki oli paras osa.", ownWork},
	{feedback.Keep, "Sai kysyä tyhmiäkin.", moreTime},
	{feedback.Keep, "Ett bra tempo och mycket att pröva redan samma dag.", ""},
	{feedback.Keep, "Näytettiin oikealla ruudulla eikä kalvoilla.", ownWork},
	{feedback.Keep, "Muistilista lopussa. Teippasin sen jo seinään.", ""},
	{feedback.Change, "Kysymyksille jäi liian vähän aikaa.", moreTime},
	{feedback.Change, "Mera tid för frågor, tack.", moreTime},
	{feedback.Change, "Ääni pätki alussa, viisi minuuttia meni hukkaan.", technique},
	{feedback.Change, "Iltapäivä on vuorotyössä vaikea. Voisiko saman pitää myös aamulla?", moments},
	{feedback.Change, "Esimerkit olivat vastaanotolta. Kotihoidossa tilanne on toinen.", ownWork},
	{feedback.Change, "Alun esittelyt voi jättää pois.", ""},
	{feedback.Change, "Bilderna syntes dåligt på telefonen.", technique},
	{feedback.Change, "Kellonaika osui raporttiin, puolet tiimistä jäi pois.", moments},
	{feedback.Change, "Enemmän kokeilua itse, vähemmän kuuntelua.", ownWork},
	{feedback.Next, "Mitä teen, kun asiakas ei pääse kirjautumaan?", ""},
	{feedback.Next, "Miten opastan läheistä puhelimessa?", ""},
	{feedback.Next, "Samma sak på svenska för hela teamet.", ""},
	{feedback.Next, "Jatko-osa niille, jotka ovat jo alkaneet.", ""},
	{feedback.Next, "Miten uusi työntekijä oppii tämän ensimmäisellä viikolla?", ""},
}

// promises are what hosts change after each run of an event.
var promises = []string{
	"Puolet ajasta on ensi kerralla kysymyksille. Esittelyt jätetään pois.",
	"Pidämme saman kahdesti: aamulla ja iltapäivällä. Ääni kokeillaan esiintyjien kanssa edellisenä päivänä.",
	"Esimerkit tulevat ensi kerralla kotihoidosta ja vastaanotolta. Jokainen kokeilee itse jo ensimmäisten kymmenen minuutin aikana.",
}

// hearBack is how people answer after an event of a kind, and what its host makes of it. The event is the run-th of its theme; id is
// known when it has been planned. Later runs are liked better; of the newest events few have answered yet.
func (d *Demo) hearBack(host int64, id *int64, kind events.Kind, start time.Time, run int) (all []happening) {
	tpl := kind.Template()
	end := start.AddDate(0, 0, (tpl.Sittings-1)*tpl.Apart)
	say := end.AddDate(0, 0, 5)
	if say.After(day(0, 0)) {
		return nil
	}
	n := 6 + d.rng.IntN(7)
	if say.After(day(-40, 0)) {
		n = 10 + d.rng.IntN(5)
	}
	all = append(all, happening{say, func(ctx context.Context) error { return d.judge(ctx, *id, n, 6+min(run, 2)) }})
	if read := say.AddDate(0, 0, 6); read.Before(day(-1, 0)) {
		all = append(all, happening{read, func(ctx context.Context) error { return d.sortOut(ctx, host, *id, run) }})
	}
	return all
}

// judge lets n people say how useful an event was, around a number.
func (d *Demo) judge(ctx context.Context, id int64, n, around int) error {
	e, err := events.ByID(ctx, d.App.Config.DB, id)
	if err != nil {
		return err
	}
	from := d.rng.IntN(len(remarks))
	for i := range n {
		a := feedback.Answer{Useful: min(10, around+d.rng.IntN(5)-1)}
		if d.rng.IntN(9) == 0 {
			a.Useful = 2 + d.rng.IntN(3)
		}
		if x := remarks[(from+7*i)%len(remarks)]; i%5 < 3 {
			switch x.question {
			case feedback.Keep:
				a.Keep = x.text
			case feedback.Change:
				a.Change = x.text
			default:
				a.Next = x.text
			}
		}
		if err := d.App.Feedback.Give(ctx, &e, feedback.NewDevice(), a); err != nil {
			return err
		}
	}
	return nil
}

// sortOut lets the host group the comments and tell what will change.
func (d *Demo) sortOut(ctx context.Context, host, id int64, run int) error {
	e, err := events.ByID(ctx, d.App.Config.DB, id)
	if err != nil {
		return err
	}
	comments, err := d.App.Feedback.Comments(ctx, &e)
	if err != nil || len(comments) == 0 {
		return err
	}
	groups, into := map[string]int64{}, map[int64]int64{}
	for _, c := range comments {
		name := groupOf(c.Text)
		if name == "" {
			continue
		}
		if groups[name] == 0 {
			if groups[name], err = d.App.Feedback.AddTheme(ctx, &e, name); err != nil {
				return err
			}
		}
		into[c.ID] = groups[name]
	}
	if err := d.App.Feedback.Group(ctx, &e, into); err != nil {
		return err
	}
	return d.App.Feedback.WriteChanges(ctx, host, &e, feedback.Changes{Text: promises[run%len(promises)], Published: true})
}

// groupOf is where the host puts a remark.
func groupOf(text string) string {
	for _, x := range remarks {
		if x.text == text {
			return x.group
		}
	}
	return ""
}
