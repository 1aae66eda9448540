package demo_test

import (
	"testing"
	"time"

	"taitorinki/internal/demo/county"
	"taitorinki/internal/events"
	"taitorinki/internal/events/signup"
)

func TestEventsHavePlacesWaitingListsAndPeopleWhoCame(t *testing.T) {
	d := filled(t, county.Small)
	ctx, db := t.Context(), d.App.Config.DB
	all, err := events.Between(ctx, db, time.Now().AddDate(-3, 0, 0), time.Now().AddDate(1, 0, 0))
	must(t, err)
	var sum signup.Tally
	coming := 0
	for _, e := range all {
		n, err := d.App.Signups.Counts(ctx, db, e.ID)
		must(t, err)
		if e.Capacity > 0 && n.Placed+n.Offered > e.Capacity {
			t.Errorf("%s has %+v of %d places", e.Title, n, e.Capacity)
		}
		if e.Coming(time.Now()) && n.Came > 0 {
			t.Errorf("%s is to come and %d came", e.Title, n.Came)
		}
		if e.Coming(time.Now()) {
			coming += n.Placed
		}
		sum.Placed, sum.Waiting, sum.Offered, sum.Came, sum.Needs = sum.Placed+n.Placed, sum.Waiting+n.Waiting, sum.Offered+n.Offered, sum.Came+n.Came, sum.Needs+n.Needs
	}
	t.Logf("%d events: %+v, %d for what is coming", len(all), sum, coming)
	if sum.Placed < 100 || sum.Waiting == 0 || sum.Came == 0 || sum.Needs == 0 || coming == 0 {
		t.Errorf("all events together have %+v, %d of them for what is coming", sum, coming)
	}
}
