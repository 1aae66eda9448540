package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"taitorinki/internal/insight"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// aimed is a finding of the county's past: who marked it where, and what became of it. Notes are in the language of who wrote them.
type aimed struct {
	by, unit, area, note string
	moves                []moved
	id                   int64
}

// moved is a later change of a finding's state.
type moved struct {
	at  time.Time
	to  insight.FindingState
	why string
}

// firstFindings are made of the first survey: help is aimed where remote counselling felt weakest.
func (d *Demo) firstFindings() []aimed {
	boss, lead := d.before.Cast.Coordinator, d.before.Cast.Supervisor
	begun, over := day(-345, 10), day(-265, 14)
	return []aimed{
		{by: boss, unit: "KR11", area: "remote", note: "Etäkäynnit alkavat keväällä, ja moni kokee ne vieraiksi. Jokaiseen tiimiin harjoittelua oikeilla laitteilla, työparin kanssa.",
			moves: []moved{{begun, insight.FindingUnderway, "Harjoittelukerroista sovittiin esihenkilöiden kanssa. Ensimmäiset kolme tiimiä aloittavat."},
				{over, insight.FindingDone, "Kaikki kotihoidon tiimit ovat harjoitelleet kaksi kertaa. Jatkossa uudet perehdytetään samalla tavalla."}}},
		{by: boss, unit: "KR", area: "remote", note: "Ihmisläheinen etäohjaus on koko alueen ohuin osaamisalue. Moni pyysi esimerkkejä siitä, miten ihminen kohdataan etänä.",
			moves: []moved{{begun, insight.FindingUnderway, "Webinaari etänä kohtaamisesta pidettiin, ja tallenne on kaikkien katsottavissa. Työpajat alkavat."},
				{over.Add(time.Hour), insight.FindingDone, "Kolme työpajaa pidettiin, ja palaute oli hyvää. Ohje etävastaanoton kulusta on käytössä terveysasemilla."}}},
		{by: boss, unit: "KR11", area: "digital", note: "Mobiilikirjaaminen säästää aikaa siellä, missä sitä käytetään. Muut tarvitsevat näytön ja rauhallisen hetken kokeilla.",
			moves: []moved{{over.Add(2 * time.Hour), insight.FindingUnderway, "Kaksi tiimiä näyttää muille, miten kirjaa asiakkaan luona. Jatketaan, kunnes kaikki ovat kokeilleet."}}},
		{by: lead, unit: "KR1101", area: "skills", note: "Puhelimet jumittavat ja salasanat unohtuvat. Kaivataan tukea, jonka saa samana päivänä.",
			moves: []moved{{over.Add(3 * time.Hour), insight.FindingDropped, "Puhelimet vaihdettiin koko alueella, eikä erillistä apua enää tarvita."}}},
	}
}

// secondFindings are made of the second survey and wait for somebody.
func (d *Demo) secondFindings() []aimed {
	return []aimed{
		{by: d.before.Cast.Coordinator, unit: "KR", area: "organisation", note: "Käytännöt ovat muutoksessa jääneet epäselviksi: ohjeita on monessa paikassa, eikä aina tiedä, kuka päättää. Kootaan ohjeet yhteen ennen seuraavaa kyselyä."},
		{by: d.before.Cast.Supervisor, unit: "KR1101", area: "evaluate", note: "Emme juuri pysähdy miettimään, kenelle etäkäynti sopii ja kenelle ei. Yhteinen tunti kerran kuussa auttaisi."},
	}
}

// find counts the result of a wave and marks findings of it.
func (d *Demo) find(ctx context.Context, w *wave, at time.Time, all []aimed) error {
	d.tell("counting", 0, 1)
	for ran := true; ran; {
		var err error
		if ran, err = d.App.Worker.Step(ctx); err != nil {
			return err
		}
	}
	d.Clock.to(at)
	r, err := survey.RoundByID(ctx, d.App.Config.DB, w.round)
	if err != nil {
		return err
	}
	tree, err := people.LoadTree(ctx, d.App.Config.DB)
	if err != nil {
		return err
	}
	for i, f := range all {
		unit, _ := tree.ByCode(f.unit)
		m := insight.Marking{Round: r.Code, Unit: unit.ID, Area: f.area, Note: f.note, SentAs: fmt.Sprintf("demo-%d-%d", w.n, i)}
		if all[i].id, err = d.App.Insight.Mark(ctx, d.ids[f.by], m); err != nil {
			return fmt.Errorf("finding of %s: %w", f.unit, err)
		}
	}
	return d.follow(ctx, all)
}

// follow lets the findings go on, in the order of time.
func (d *Demo) follow(ctx context.Context, all []aimed) error {
	type step struct {
		moved
		f       *aimed
		version int
	}
	var steps []step
	for i := range all {
		for n, m := range all[i].moves {
			steps = append(steps, step{m, &all[i], n + 1})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	for _, x := range steps {
		d.Clock.to(x.at)
		if err := d.App.Insight.ChangeState(ctx, d.ids[x.f.by], x.f.id, x.version, x.to, x.why); err != nil {
			return err
		}
	}
	return nil
}
