package fair_test

import (
	"encoding/binary"
	"fmt"
	"net/url"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/events/fair"
)

// next is a fair copied from the site's own.
func (s *site) next() events.Event {
	s.t.Helper()
	start := s.e.Start.Add(90 * 24 * time.Hour)
	id, err := s.Events.Create(s.t.Context(), s.host, events.Plan{Kind: events.Fair, Title: "Digipäivä syksyllä", Open: events.ForAll, CopiedFrom: s.e.ID,
		Sittings: []events.Sitting{{Start: start, End: start.Add(4 * time.Hour)}}})
	s.ok(err)
	e, err := events.ByID(s.t.Context(), s.DB, id)
	s.ok(err)
	return e
}

func TestExhibitorsComeAlongToTheNextFairWithTheirCardsAndWithoutTheirHours(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		x, away := s.exhibitor("Kotiapu", "Sali 1", 2, 30), s.exhibitor("Etäapu", "Tori", 2)
		s.ok(s.Fairs.Change(t.Context(), s.host, x, photo(t, 300, 200, 1, binary.LittleEndian)))
		e := s.next()
		host := s.As("host@shores.example")
		list := e.Path("/exhibitors")
		take := host.Get(list).Want(t, 200, "Exhibitors of the last fair", "Kotiapu", "Etäapu").Form(t, "/take")
		if got := take.Values["take"]; len(got) != 2 {
			t.Fatalf("offered are %v", got)
		}
		host.Post(list+"/take", nil).Want(t, 422, "Choose one exhibitor at least")
		host.Post(list+"/take", url.Values{"take": {fmt.Sprint(x.ID), "x"}}).Want(t, 200, "The exhibitors were brought along", "Kotiapu")
		host.Post(list+"/take", url.Values{"take": {fmt.Sprint(x.ID)}}).Want(t, 422)
		all, err := fair.Of(t.Context(), d, e.ID)
		s.ok(err)
		if len(all) != 1 || all[0].Card != x.Card || all[0].Place != "Sali 1" || !all[0].Picture || len(all[0].Slots) != 0 || all[0].Cards != 0 {
			t.Errorf("brought along: %+v", all)
		}
		host.Get(list).Want(t, 200, away.Name)

		// Who looks after the new fair and not after the old one sees no address of an exhibitor.
		bo := s.Person("bo@shores.example")
		v, err := s.People.Identify(t.Context(), bo.ID, bo.Epoch)
		s.ok(err)
		if found, err := s.Fairs.Earlier(t.Context(), d, v, &e); err != nil || len(found) != 0 {
			t.Errorf("somebody else is offered %v %v", found, err)
		}
	})
}

func TestAVisitorSeesOnTheFairsPagesThatADemonstrationWasCalledOff(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		x := s.exhibitor("Kotiapu", "Sali 1", 2, 30, 60)
		floor := s.e.PublicPath("/fair")
		v := s.Anonymous()
		v.Get(fmt.Sprintf("%s/x/%d", floor, x.ID)).Form(t, fmt.Sprintf("/slots/%d", x.Slots[0].ID)).Send().Want(t, 200)
		s.ok(s.Fairs.CallOff(t.Context(), &x, x.Slots[0].ID))
		s.ok(s.Fairs.CallOff(t.Context(), &x, x.Slots[1].ID))
		for _, page := range []string{"", "/mine", fmt.Sprintf("/x/%d", x.ID)} {
			v.Get(floor+page).Want(t, 200, "Cancelled")
		}
		v.Get(floor).Want(t, 200, "You had a place in it")
		s.Anonymous().Get(floor).Want(t, 200).Without(t, "You had a place in it")
	})
}
