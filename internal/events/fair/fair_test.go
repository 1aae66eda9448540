package fair_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/events/fair"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// site is a platform with a fair in two days, its host and a colleague.
type site struct {
	*apptest.Site
	t    *testing.T
	host int64
	e    events.Event
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{Site: apptest.New(t, d), t: t}
	s.Grant("host@shores.example", people.Coordinator, "")
	s.Grant("bo@shores.example", "", "")
	s.host = s.Person("host@shores.example").ID
	start := s.Clock.Now().Add(48 * time.Hour).Truncate(time.Hour)
	id, err := s.Events.Create(t.Context(), s.host, events.Plan{Kind: events.Fair, Title: "Digipäivä torilla", Open: events.ForAll,
		Sittings: []events.Sitting{{Start: start, End: start.Add(4 * time.Hour)}}})
	s.ok(err)
	s.ok(s.Events.Publish(t.Context(), s.host, id, 1))
	s.e, err = events.ByID(t.Context(), d, id)
	s.ok(err)
	return s
}

func (s *site) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func card(name string) fair.Card {
	return fair.Card{Name: name, What: "Lääkeautomaatti kotiin", Whom: "kotihoidolle", Contact: "Outi Rinne", Reach: "040 123 4567", Email: "outi@maker.example", Lang: "fi"}
}

// exhibitor adds an exhibitor with demonstrations of 20 minutes at these minutes of the fair, of so many places.
func (s *site) exhibitor(name, place string, places int, at ...int) fair.Exhibitor {
	s.t.Helper()
	ctx := s.t.Context()
	id, err := s.Fairs.Add(ctx, s.host, fair.Exhibitor{Event: s.e.ID, Card: card(name), Place: place})
	s.ok(err)
	x := s.read(id)
	for _, m := range at {
		s.ok(s.Fairs.AddSlot(ctx, &s.e, &x, fair.Slot{Start: s.e.Start.Add(time.Duration(m) * time.Minute), Minutes: 20, Places: places}))
	}
	return s.read(id)
}

func (s *site) read(id int64) fair.Exhibitor {
	s.t.Helper()
	all, err := fair.Of(s.t.Context(), s.DB, s.e.ID)
	s.ok(err)
	for _, x := range all {
		if x.ID == id {
			return x
		}
	}
	s.t.Fatalf("no exhibitor %d", id)
	return fair.Exhibitor{}
}

func (s *site) visitor() string {
	s.t.Helper()
	token, err := s.Fairs.Begin(s.t.Context(), &s.e)
	s.ok(err)
	return token
}

func (s *site) count(query string, args ...any) (n int) {
	s.t.Helper()
	s.ok(s.DB.QueryRowContext(s.t.Context(), query, args...).Scan(&n))
	return n
}

func TestAPlaceInADemonstrationIsNeverGivenTwice(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		const places, visitors = 7, 40
		x := s.exhibitor("Kotiapu", "Sali", places, 30)
		tokens := make([]string, visitors)
		for i := range tokens {
			tokens[i] = s.visitor()
		}
		var got, full, other atomic.Int64
		var wg sync.WaitGroup
		for i := range 3 * visitors { // each tries three times at once
			wg.Go(func() {
				switch err := s.Fairs.Reserve(context.Background(), &s.e, tokens[i%visitors], x.Slots[0].ID); {
				case err == nil:
					got.Add(1)
				case errs.KindOf(err) == errs.Conflict:
					full.Add(1)
				default:
					other.Add(1)
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := s.count(`SELECT count(*) FROM fair_reservations`); n != places || s.read(x.ID).Slots[0].Taken != places {
			t.Errorf("%d reservations, and %d are counted, want %d", n, s.read(x.ID).Slots[0].Taken, places)
		}
		if got.Load() < places || got.Load()+full.Load() != 3*visitors {
			t.Errorf("%d were let in and %d refused of %d", got.Load(), full.Load(), 3*visitors)
		}
		if _, err := d.ExecContext(t.Context(), `UPDATE fair_slots SET taken = places + 1`); err == nil {
			t.Error("the table holds more than there are places")
		}
	})
}

func TestReservationsKeepToTheirTimesAndMoveWithTheFair(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		x, y := s.exhibitor("Kotiapu", "Sali", 2, 30, 60), s.exhibitor("Etäapu", "Sali", 2, 40)
		v := s.visitor()
		s.ok(s.Fairs.Reserve(ctx, &s.e, v, x.Slots[0].ID))
		if err := s.Fairs.Reserve(ctx, &s.e, v, y.Slots[0].ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("two at the same time gave %v", err)
		}
		s.ok(s.Fairs.Reserve(ctx, &s.e, v, x.Slots[1].ID))
		s.ok(s.Fairs.GiveUp(ctx, &s.e, v, x.Slots[0].ID))
		s.ok(s.Fairs.GiveUp(ctx, &s.e, v, x.Slots[0].ID))
		if got := s.read(x.ID); got.Slots[0].Taken != 0 || got.Slots[1].Taken != 1 {
			t.Errorf("after giving one up the demonstrations are %+v", got.Slots)
		}
		p := s.e.Plan
		p.Sittings = []events.Sitting{{ID: s.e.Sittings[0].ID, Start: s.e.Start.Add(time.Hour), End: s.e.End.Add(time.Hour)}}
		s.ok(s.Events.Change(ctx, s.host, s.e.ID, s.e.Version, p))
		if got := s.read(x.ID).Slots[0].Start; !got.Equal(x.Slots[0].Start.Add(time.Hour)) {
			t.Errorf("the fair begins an hour later, the demonstration at %v and not an hour after %v", got, x.Slots[0].Start)
		}
		s.ok(s.Fairs.CallOff(ctx, &x, x.Slots[0].ID))
		s.ok(s.Fairs.CallOff(ctx, &x, x.Slots[1].ID))
		if got := s.read(x.ID).Slots; len(got) != 1 || !got[0].Cancelled {
			t.Errorf("called off, there are %+v, want the one that somebody has a place in", got)
		}
		if err := s.Fairs.Reserve(ctx, &s.e, s.visitor(), x.Slots[1].ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a place in what is called off gave %v", err)
		}
		s.ok(s.Fairs.Forget(ctx, &s.e, v))
		if n := s.count(`SELECT count(*) FROM fair_visits`) - 1; n != 0 {
			t.Errorf("%d visits are left of one that was forgotten", n)
		}
	})
}

// told is the key of what is wrong with a field, or "".
func told(err error, field string) string {
	if bad := web.FieldsOf(err); bad != nil {
		for _, x := range bad.List {
			if x.Name == field {
				return x.Key
			}
		}
	}
	return ""
}

func TestWhatIsWrongWithACardADemonstrationOrAWishIsSaidAtItsField(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	ctx := t.Context()
	x := s.exhibitor("Kotiapu", "Sali", 2)
	with := func(change func(*fair.Exhibitor), picture []byte) error {
		y := x
		change(&y)
		return s.Fairs.Change(ctx, s.host, y, picture)
	}
	slot := func(at, minutes, places int) error {
		return s.Fairs.AddSlot(ctx, &s.e, &x, fair.Slot{Start: s.e.Start.Add(time.Duration(at) * time.Minute), Minutes: minutes, Places: places})
	}
	wish := func(w fair.Wish) error { return s.Fairs.Ask(ctx, &s.e, x.ID, w) }
	same := func(*fair.Exhibitor) {}
	for name, c := range map[string]struct {
		err        error
		field, key string
	}{
		"5,000 signs":        {with(func(y *fair.Exhibitor) { y.Name = strings.Repeat("ä", 5000) }, nil), "name", "fair.too-long"},
		"no name":            {with(func(y *fair.Exhibitor) { y.Name = "\u202e" }, nil), "name", "fair.no-name"},
		"identity":           {with(func(y *fair.Exhibitor) { y.What = "131052-308T" }, nil), "what", "fair.names-identity"},
		"10 MB picture":      {with(same, make([]byte, 10<<20)), "picture", "fair.big-picture"},
		"svg":                {with(same, []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)), "picture", "fair.bad-picture"},
		"unfolding picture":  {with(same, pngOf(t, image.NewPaletted(image.Rect(0, 0, 6000, 6000), color.Palette{color.White}))), "picture", "fair.many-dots"},
		"before the fair":    {slot(-10, 20, 5), "clock", "fair.outside"},
		"after the fair":     {slot(230, 20, 5), "clock", "fair.outside"},
		"no time":            {slot(0, 0, 5), "minutes", "fair.bad-minutes"},
		"no places":          {slot(0, 20, 0), "places", "fair.bad-places"},
		"address":            {wish(fair.Wish{Address: "a@b", Agreed: true}), "address", "fair.bad-email"},
		"two lines":          {wish(fair.Wish{Address: "a@b.fi\r\nBcc: x@y.fi", Agreed: true}), "address", "fair.bad-email"},
		"not agreed":         {wish(fair.Wish{Address: "a@b.fi"}), "agreed", "fair.not-agreed"},
		"phone of a client":  {wish(fair.Wish{Address: "a@b.fi", Text: "Soita 040 123 4567", Agreed: true}), "text", "fair.names-phone"},
		"301 signs":          {wish(fair.Wish{Address: "a@b.fi", Text: strings.Repeat("ä", 301), Agreed: true}), "text", "fair.too-long"},
		"identity in a wish": {wish(fair.Wish{Address: "a@b.fi", Text: "131052-308T", Agreed: true}), "text", "fair.names-identity"},
	} {
		if told(c.err, c.field) != c.key {
			t.Errorf("%s gave %v, want %s at %s", name, c.err, c.key, c.field)
		}
	}
	s.ok(with(same, nil))
	if err := with(same, nil); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a change of what somebody else changed gave %v", err)
	}
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// photo is a JPEG of a width and height, red on its left half, with an Exif block that says how it was held and where it was taken.
func photo(t testing.TB, w, h, orientation int, order binary.AppendByteOrder) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			if x < w/2 {
				c = color.RGBA{255, 0, 0, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	tiff := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint16(order.AppendUint32(tiff, 8), 1)
	tiff = order.AppendUint16(order.AppendUint16(tiff, 0x0112), 3)
	tiff = order.AppendUint16(order.AppendUint32(tiff, 1), uint16(orientation))
	tiff = append(tiff, "\x00\x00\x00\x00\x00\x00GPS 60.1699 24.9384"...)
	block := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(block)+2))...)
	return append(append(out, block...), b.Bytes()[2:]...)
}

func TestAPictureIsDrawnAnewUprightAndWithoutWhatIsHidden(t *testing.T) {
	for name, order := range map[string]binary.AppendByteOrder{"Intel": binary.LittleEndian, "Motorola": binary.BigEndian} {
		p, err := fair.Redraw(append(photo(t, 1280, 960, 6, order), "<script>hidden</script>"...))
		if err != nil {
			t.Fatal(err)
		}
		if p.Width != 480 || p.Height != 640 {
			t.Errorf("%s: it is %d x %d, want it turned and 640 high", name, p.Width, p.Height)
		}
		for _, hidden := range []string{"GPS", "Exif", "hidden"} {
			if bytes.Contains(p.JPEG, []byte(hidden)) {
				t.Errorf("%s: %q is still in it", name, hidden)
			}
		}
		img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		if r, g, _, _ := img.At(240, 20).RGBA(); r < 0xe000 || g > 0x2000 {
			t.Errorf("%s: what was left is not on top", name)
		}
	}
	clear := image.NewNRGBA(image.Rect(0, 0, 10, 10))
	p, err := fair.Redraw(pngOf(t, clear))
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := img.At(5, 5).RGBA(); r < 0xf000 {
		t.Error("what one sees through did not become white")
	}
}

func FuzzRedraw(f *testing.F) {
	f.Add(photo(f, 16, 8, 6, binary.LittleEndian))
	f.Add(photo(f, 8, 16, 8, binary.BigEndian))
	f.Add(pngOf(f, image.NewGray(image.Rect(0, 0, 3, 3))))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := fair.Redraw(data)
		if err == nil && (p.Width < 1 || p.Height < 1 || p.Width > 640 || p.Height > 640) {
			t.Errorf("drawn as %d x %d", p.Width, p.Height)
		}
	})
}

func FuzzCookie(f *testing.F) {
	d := dbtest.SQLite(f)
	s := apptest.New(f, d)
	for _, x := range []string{"", "abcdefghijklmnopqrstuvwxyz", "234567abcdefghijklmnopqrst", "' OR 1=1 --", strings.Repeat("a", 5000)} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if v, err := s.Fairs.VisitOf(t.Context(), d, 1, token); err != nil || v.ID != 0 {
			t.Errorf("the cookie %q is of visit %d (%v)", token, v.ID, err)
		}
	})
}

func TestTheFloorIsInTheOrderInWhichOneWalks(t *testing.T) {
	x := func(place, spot, name string) fair.Exhibitor {
		return fair.Exhibitor{Place: place, Spot: spot, Card: fair.Card{Name: name}}
	}
	var got []string
	for _, f := range fair.Floors([]fair.Exhibitor{x("Sali 10", "", "a"), x("Äijälä", "", "b"), x("Sali 2", "pöytä 10", "c"), x("Sali 2", "pöytä 9", "d"), x("Zoo", "", "e")}, "fi") {
		for _, e := range f.All {
			got = append(got, e.Name)
		}
	}
	if want := "d c a e b"; strings.Join(got, " ") != want {
		t.Errorf("one walks %v, want %s", got, want)
	}
}

func TestAVisitorCollectsReservesAndAsksWithoutAnAccount(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		x := s.exhibitor("<b>Kotiapu</b>", "Sali 1", 2, 30)
		s.exhibitor("Etäapu", "Tori", 2)
		floor := s.e.PublicPath("/fair")
		v := s.Anonymous()
		p := v.Get(floor).Want(t, 200, "Sali 1", "Tori", "Next demonstrations", "2 places free", "we do not know who you are")
		if p.Header.Get("Set-Cookie") != "" || strings.Contains(p.Body, "<b>Kotiapu") {
			t.Errorf("looking set a cookie, or a name was taken for more than text:\n%s", p.Body)
		}
		take := fmt.Sprintf("/x/%d/card", x.ID)
		cookie := v.NotFollowing().Post(floor+take, nil).Header.Get("Set-Cookie")
		for _, want := range []string{"visit=", "Path=" + floor, "HttpOnly", "SameSite=Lax", "Max-Age="} {
			if !strings.Contains(cookie, want) {
				t.Errorf("the cookie lacks %s: %s", want, cookie)
			}
		}
		v.Get(floor).Want(t, 200, "My cards (1)", "Collected")
		v.Post(floor+take, nil).Want(t, 200) // taking it again takes no second
		page := v.Get(fmt.Sprintf("%s/x/%d", floor, x.ID)).Want(t, 200, "Outi Rinne", "040 123 4567").Without(t, "outi@maker.example")
		page.Form(t, fmt.Sprintf("/slots/%d", x.Slots[0].ID)).Send().Want(t, 200, "You have a place")
		v.Get(floor+"/mine").Want(t, 200, "Reserved places", "Kotiapu", "Outi Rinne").Without(t, "Etäapu")
		if x = s.read(x.ID); x.Cards != 1 || x.Slots[0].Taken != 1 {
			t.Errorf("one visitor counts as %d cards and %d places", x.Cards, x.Slots[0].Taken)
		}

		ask := page.Form(t, "/contact").Set("address", "visitor@home.example").Set("text", "Sopiiko automaatti kahdelle?")
		ask.Send().Want(t, 422, "Please tick that we may give your address")
		ask.Set("agreed", "1").Send().Want(t, 200, "Your request is on its way")
		if n := s.count(`SELECT count(*) FROM fair_contacts`); n != 1 {
			t.Errorf("%d wishes wait for their mail", n)
		}
		s.Work()
		got := s.Mailed("outi@maker.example")
		if len(got) != 1 || !strings.Contains(got[0].Text, "visitor@home.example") || !strings.Contains(got[0].Text, "Sopiiko automaatti") {
			t.Fatalf("the exhibitor got %+v", got)
		}
		s.Clock.Move(2 * time.Minute)
		s.Work()
		if n := s.count(`SELECT count(*) FROM fair_contacts`); n != 0 {
			t.Error("the address is kept after the mail has gone")
		}

		v.Get(floor+"/mine").Form(t, "/forget").Send().Want(t, 200, "My cards (0)")
		if n := s.count(`SELECT count(*) FROM fair_visits`) + s.count(`SELECT count(*) FROM fair_reservations`); n != 0 {
			t.Errorf("%d rows are left of who wants to be forgotten", n)
		}
		s.Anonymous().Get("/e/unknown/fair").Want(t, 404)
	})
}

func TestAWishWaitsAsLongAsItsMailAndNoMailboxIsFlooded(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		x := s.exhibitor("Kotiapu", "Sali", 2)
		refused := 0
		for i := range 70 {
			err := s.Fairs.Ask(t.Context(), &s.e, x.ID, fair.Wish{Address: fmt.Sprintf("v%d@home.example", i), Agreed: true})
			if errs.KindOf(err) == errs.Conflict {
				refused++
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if refused != 10 {
			t.Errorf("%d of 70 within an hour were refused, want 10", refused)
		}
		s.Clock.Move(2 * time.Minute)
		s.Worker.RunPeriodic(t.Context()) // no mail has gone
		if n := s.count(`SELECT count(*) FROM fair_contacts`); n != 60 {
			t.Errorf("%d wishes are left while their mail waits, want 60", n)
		}
		s.Clock.Move(4 * 24 * time.Hour)
		s.Worker.RunPeriodic(t.Context())
		if n := s.count(`SELECT count(*) FROM fair_contacts`); n != 0 {
			t.Errorf("%d addresses wait for ever for a mail server that is away", n)
		}
	})
}

func TestTheCookieIsForgottenThirtyDaysAfterTheFair(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		x := s.exhibitor("Kotiapu", "Sali", 2)
		for range fair.LeastShown {
			s.ok(s.Fairs.TakeCard(t.Context(), &s.e, s.visitor(), x.ID, true))
		}
		s.Clock.Move(s.e.End.Add(fair.After - time.Minute).Sub(s.Clock.Now()))
		s.Work()
		if n := s.count(`SELECT count(*) FROM fair_cards`); n != fair.LeastShown {
			t.Errorf("%d cards are left before their time is over", n)
		}
		s.Clock.Move(2 * time.Hour)
		s.Work()
		if n := s.count(`SELECT count(*) FROM fair_cards`) + s.count(`SELECT count(*) FROM fair_visits`); n != 0 || s.read(x.ID).Cards != fair.LeastShown {
			t.Errorf("%d rows are left, and %d cards are counted", n, s.read(x.ID).Cards)
		}
		if _, err := s.Fairs.Begin(t.Context(), &s.e); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a new visit gave %v", err)
		}
		s.Anonymous().Get(s.e.PublicPath("/fair")).Want(t, 200, "The fair is over").Without(t, "Collect the card")
	})
}

func TestAnExhibitorWritesTheirOwnCardByASecretLinkUntilItIsRevoked(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		host, reader, who := s.As("host@shores.example"), s.As("bo@shores.example"), s.Anonymous()
		list := s.e.Path("/exhibitors")
		host.Get(s.e.Path("/host")).Want(t, 200, "Manage exhibitors")
		form := host.Get(list).Want(t, 200).Form(t, list)
		p := form.Set("name", "Kotiapu").Set("place", "Sali").Set("email", "outi@maker.example").Send().Want(t, 200, "Link to the exhibitor's own card")
		one := p.Path
		made := host.Post(one+"/link", url.Values{"do": {"make"}}).Want(t, 200, "The link is ready")
		path := s.LinkIn(made.Text())
		if n := s.count(`SELECT count(*) FROM fair_links WHERE hash = $1`, []byte(path[strings.LastIndex(path, "/")+1:])); n != 0 {
			t.Error("the token itself is stored")
		}
		host.Get(one).Want(t, 200, "One link is in use").Without(t, path)
		edit := who.Get(path).Want(t, 200, "Kotiapu", "fewer than 5 times").Form(t, path)
		values := edit.Values
		values.Set("what", "Automaatti annostelee lääkkeet")
		values.Set("place", "Paras paikka") // where one stands is not one's own to say
		who.Upload(path, map[string][]byte{"picture": photo(t, 300, 200, 1, binary.LittleEndian)}, values).Want(t, 200, "Saved.")
		who.Upload(path, map[string][]byte{"picture": make([]byte, 10<<20)}, values).Want(t, 422, "too large")
		x := s.read(1)
		if x.What != "Automaatti annostelee lääkkeet" || x.Place != "Sali" || !x.Picture {
			t.Errorf("written by the link: %+v", x)
		}
		slot := url.Values{"day": {s.e.Start.In(i18n.Zone()).Format(time.DateOnly)}, "clock": {"x"}, "minutes": {"15"}, "places": {"4"}}
		who.Post(path+"/slots", slot).Want(t, 422)
		slot.Set("clock", web.ClockOf(s.e.Start))
		who.Post(path+"/slots", slot).Want(t, 200, "Saved.", "0/4 places reserved")
		who.Post(path+"/slots/1", nil).Want(t, 200, "Saved.").Without(t, "0/4")
		public := s.e.PublicPath("/fair/x/1")
		reader.Get(s.e.Path("/fair")).Want(t, 200, "Kotiapu", "Collect cards")
		reader.Get(s.e.Path("")).Want(t, 200, "See the exhibitors")
		s.Anonymous().Get(public).Want(t, 200, "Automaatti annostelee", "<img")
		if pic := s.Anonymous().Get(public+"/picture").Want(t, 200); pic.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("the picture is %s", pic.Header.Get("Content-Type"))
		}
		who.Post(path+"/picture", nil).Want(t, 200)
		s.Anonymous().Get(public+"/picture").Want(t, 404)
		for _, more := range []string{"", "/slots", "/slots/1", "/picture", "/link", "/remove"} {
			reader.Post(one+more, nil).Want(t, 403)
		}
		reader.Get(one).Want(t, 403)

		host.Post(one+"/link", url.Values{"do": {"mail"}}).Want(t, 200, "The link is on its way")
		s.Work()
		mailed := s.Mailed("outi@maker.example")
		second := s.LinkIn(mailed[len(mailed)-1].Text)
		who.Get(second).Want(t, 200, "Kotiapu")
		host.Post(one+"/link", url.Values{"do": {"revoke"}}).Want(t, 200, "no longer work")
		for _, p := range []string{path, second} {
			who.Get(p).Want(t, http.StatusNotFound, "Ask the fair's organiser")
			who.Post(p, values).Want(t, http.StatusNotFound)
		}
		host.Post(one+"/remove", nil).Want(t, 200)
		s.Anonymous().Get(public).Want(t, 404)
	})
}

func TestAScriptWithoutACookieBeginsOnlySoManyVisits(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	x := s.exhibitor("Apu Oy", "Sali", 5)
	path := "/e/" + s.e.Code + "/fair/x/" + fmt.Sprint(x.ID) + "/card"
	known := s.Anonymous()
	known.Post(path, url.Values{"do": {"take"}}).Want(t, 200)
	begun := 1
	for range 600 {
		if _, err := s.Fairs.Begin(t.Context(), &s.e); err == nil {
			begun++
		} else if errs.KindOf(err) != errs.Conflict {
			t.Fatal(err)
		}
	}
	if begun != 500 {
		t.Errorf("%d visits were begun at once, want 500", begun)
	}
	s.Anonymous().Post(path, url.Values{"do": {"take"}}).Want(t, 409)
	known.Post(path, url.Values{"do": {"drop"}}).Want(t, 200) // who is there already is not held up
	s.Clock.Move(2 * time.Second)
	s.Anonymous().Post(path, url.Values{"do": {"take"}}).Want(t, 200)
}
