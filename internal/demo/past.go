package demo

import (
	"context"
	"fmt"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// begin brings in the staff, gives the roles, and says who is responsible.
func (d *Demo) begin(ctx context.Context, at time.Time) error {
	d.Clock.to(at)
	d.tell("staff", 0, 1)
	if err := d.bringIn(ctx, d.before, 0); err != nil {
		return err
	}
	for _, r := range d.roles() {
		p, err := people.PersonByEmail(ctx, d.App.Config.DB, r.Email)
		if err != nil {
			return fmt.Errorf("%s: %w", r.Email, err)
		}
		d.ids[r.Email] = p.ID
	}
	for _, r := range d.roles() {
		if err := d.grant(ctx, r); err != nil {
			return err
		}
	}
	if err := d.describe(ctx, at); err != nil {
		return err
	}
	return d.App.Survey.ImportShipped(ctx)
}

// describe says what the county says of itself, its accessibility statement gone through on that day.
func (d *Demo) describe(ctx context.Context, at time.Time) error {
	cast := d.before.Cast
	return d.App.People.SetCounty(ctx, d.ids[cast.Administrator], people.County{
		Name:    map[string]string{"fi": d.before.Units[0].NameFI, "sv": d.before.Units[0].NameSV, "en": d.before.Units[0].NameEN},
		Contact: "kirjaamo@" + county.Domain, DPO: cast.DataProtectionOfficer, Feedback: "saavutettavuus@" + county.Domain,
		Months: 60, Reviewed: at.Format(time.DateOnly),
	})
}

func (d *Demo) bringIn(ctx context.Context, c *county.County, by int64) error {
	_, err := d.App.People.Import(ctx, people.Files{
		Units:       people.File{Name: "org.csv", Data: c.UnitsCSV()},
		People:      people.File{Name: "people.csv", Data: c.PeopleCSV()},
		Professions: people.File{Name: "professions.csv", Data: c.ProfessionsCSV()},
	}, people.ImportOptions{By: by})
	return err
}

// Role is somebody whom a visitor of the demonstration can be.
type Role struct{ Email, Role string }

func (d *Demo) roles() []Role {
	c := d.before.Cast
	return []Role{
		{c.Coordinator, people.Coordinator}, {c.Supervisor, people.Supervisor}, {c.MentorCandidate, people.Member}, {c.Mentor, people.Mentor},
		{c.DataProtectionOfficer, people.DPO}, {c.Administrator, people.Administrator}, {c.Researcher, people.Researcher}, {c.Expert, people.Expert},
	}
}

// grant gives a role: the administrator's by the operator, all others by the administrator.
func (d *Demo) grant(ctx context.Context, r Role) error {
	if r.Role == people.Supervisor || r.Role == people.Member || r.Role == people.Mentor {
		return nil // the staff list has said it, or the coordinator appoints
	}
	by := d.ids[d.before.Cast.Administrator]
	if r.Role == people.Administrator {
		by = 0
	}
	return d.App.Config.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := people.Grant(ctx, tx, d.Clock.Now(), by, d.ids[r.Email], r.Role, 0)
		return err
	})
}

// reorganise brings in the later staff list.
func (d *Demo) reorganise(ctx context.Context, at time.Time) error {
	d.Clock.to(at)
	d.tell("reorganising", 0, 1)
	if err := d.bringIn(ctx, d.after, d.ids[d.before.Cast.Coordinator]); err != nil {
		return err
	}
	if err := d.describe(ctx, at); err != nil {
		return err
	}
	return d.App.Mentors.Upkeep(ctx) // whose unit is no more serves what came of it
}

// wish lets some people tell whether they would be digimentors. The cast's nurse has not, so that a visitor can.
func (d *Demo) wish(ctx context.Context, at time.Time) error {
	d.Clock.to(at)
	all, err := people.Population(ctx, d.App.Config.DB, nil, nil)
	if err != nil {
		return err
	}
	for _, p := range all {
		if d.cast(p.Email) || p.Email == "" || d.rng.Float64() > 0.03 {
			continue
		}
		w := mentoring.Wish{PersonID: p.ID, Mentor: []string{mentoring.Yes, mentoring.Maybe, mentoring.Maybe, mentoring.No, mentoring.No}[d.rng.IntN(5)]}
		for i, way := range mentoring.Ways {
			if d.rng.Float64() < []float64{.35, .3, .6, .25, .15}[i] {
				w.Ways = append(w.Ways, way)
			}
		}
		if err := d.App.Mentors.Save(ctx, w); err != nil {
			return err
		}
	}
	return nil
}
