package monthly

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// How long is long: without an entry, before a grant ends, and for a supervisor to answer.
const (
	quietDays   = 60
	endingDays  = 60
	waitingDays = 7
)

// Routes adds the coordinator's page.
func (s *Service) Routes() {
	s.Kit.Handle("GET /mentors/alive", people.ManageMentors, s.show)
}

// alivePage is what a coordinator should look into.
type alivePage struct {
	web.Page
	Quiet   []line
	Ending  []line
	Waiting []line
	Helping int // active mentors in the visitor's units
}

// line is a mentor, and what there is to see to.
type line struct {
	Name, URL, Unit, What string
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	p := alivePage{Page: s.Kit.Page(r, "monthly.alive")}
	if err := s.fill(r.Context(), &p); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, aliveView(p))
}

// fill reads what a visitor has to look into, of the mentors in their units.
func (s *Service) fill(ctx context.Context, p *alivePage) error {
	all, err := mentoring.Mentors(ctx, s.DB)
	if err != nil {
		return err
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	bosses, err := mentoring.ReadSupervisors(ctx, s.DB, tree)
	if err != nil {
		return err
	}
	day := func(days int) string { return mentoring.Day(s.Now().AddDate(0, 0, days)) }
	helped := map[int64]bool{}
	if s.Helped != nil {
		if helped, err = s.Helped(ctx, day(-quietDays)); err != nil {
			return err
		}
	}
	within, everywhere := tree.Within(p.Who, people.ManageMentors)
	for i := range all {
		m := &all[i]
		if m.Person.Name == "" || !everywhere && !slices.Contains(within, m.Person.UnitID) {
			continue
		}
		unit, _ := tree.Unit(m.Person.UnitID)
		x := line{Name: m.Person.Name, URL: "/mentors/" + strconv.FormatInt(m.ID, 10), Unit: unit.Name(p.Lang)}
		if m.State == mentoring.Active {
			p.Helping++
			if s.Helped != nil && !helped[m.ID] && mentoring.Day(m.Since) < day(-quietDays) {
				p.Quiet = append(p.Quiet, x)
			}
		}
		if m.State.Appointed() && m.Ends != "" && m.Ends >= day(0) && m.Ends <= day(endingDays) {
			x.What = i18n.Day(p.Lang, m.Ends)
			p.Ending = append(p.Ending, x)
		}
		if m.State == mentoring.Candidate && m.Since.Before(s.Now().Add(-waitingDays*24*time.Hour)) {
			x.What = names(bosses.Of(m.Person))
			p.Waiting = append(p.Waiting, x)
		}
	}
	return nil
}

func names(all []people.Person) string {
	out := make([]string, len(all))
	for i, p := range all {
		out[i] = p.Name
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ", ")
}
