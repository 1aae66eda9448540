package feedback_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/events/feedback"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

const units = "code,parent,name_fi,name_sv,name_en\nH,,Rannat,Stränderna,The Shores\nA,H,Kotihoito,Hemvård,Home care\nB,H,Terveysasema,Hälsostation,Health centre\n"

const staff = "email,name,unit,language,profession\nboss@shores.example,Bea Boss,H,en,nurse\na1@shores.example,Aino Aalto,A,en,nurse\nb1@shores.example,Bo Berg,B,en,nurse\n"

// site is a small county with a coordinator who holds events.
type site struct {
	*apptest.Site
	t    *testing.T
	host int64
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{Site: apptest.New(t, d), t: t}
	_, err := s.People.Import(t.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(units)}, People: people.File{Name: "p.csv", Data: []byte(staff)}}, people.ImportOptions{})
	s.ok(err)
	s.Grant("boss@shores.example", people.Coordinator, "")
	s.host = s.Person("boss@shores.example").ID
	return s
}

func (s *site) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// over is a published webinar that has just ended. Change alters its plan first.
func (s *site) over(change func(p *events.Plan)) events.Event {
	s.t.Helper()
	at := s.Clock.Now().Add(time.Hour)
	p := events.Plan{Kind: events.Webinar, Title: "Etävastaanoton alku", Area: "remote", Open: events.ForStaff, Sittings: []events.Sitting{{Start: at, End: at.Add(time.Hour)}}}
	if change != nil {
		change(&p)
	}
	e := s.publish(p)
	s.Clock.Move(2*time.Hour + time.Minute)
	return e
}

func (s *site) publish(p events.Plan) events.Event {
	s.t.Helper()
	id, err := s.Events.Create(s.t.Context(), s.host, p)
	s.ok(err)
	s.ok(s.Events.Publish(s.t.Context(), s.host, id, 1))
	e, err := events.ByID(s.t.Context(), s.DB, id)
	s.ok(err)
	return e
}

// give lets as many devices as there are numbers answer.
func (s *site) give(e *events.Event, numbers ...int) {
	s.t.Helper()
	for i, n := range numbers {
		s.ok(s.Feedback.Give(s.t.Context(), e, feedback.NewDevice(), feedback.Answer{Useful: n, Change: fmt.Sprintf("Muuta %d", i)}))
	}
}

func (s *site) figure(e *events.Event) feedback.Figure {
	s.t.Helper()
	all, err := feedback.Usefulness(s.t.Context(), s.DB, []int64{e.ID})
	s.ok(err)
	return all[e.ID]
}

func TestFiguresAreToldInBandsAndInBatchesOfFive(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		host := s.As("boss@shores.example")
		e := s.over(nil)
		for i, n := range []int{9, 4, 8, 7} {
			s.give(&e, n)
			if f := s.figure(&e); f != (feedback.Figure{}) {
				t.Fatalf("%d answers tell %+v", i+1, f)
			}
		}
		host.Get(e.Path("/feedback")).Want(t, 200, "too few").Without(t, "Muuta 0", "/10 4", "Mean")
		s.give(&e, 10)
		if f := s.figure(&e); !f.Shown || f.N != 5 || f.Mean != 7.6 || f.Good != 60 || f.Full {
			t.Errorf("5 answers tell %+v", f)
		}
		host.Get(e.Path("/feedback")).Want(t, 200, "Mean 7.6", "5 answers", "60 %", "Muuta 0").Without(t, "chart-box")
		s.give(&e, 0, 1, 2, 3)
		if f := s.figure(&e); f.N != 5 || f.Mean != 7.6 {
			t.Errorf("four more answers change the figure to %+v", f)
		}
		s.give(&e, 9)
		if f := s.figure(&e); f.N != 10 || !f.Full || f.Shares[9] != 20 || f.Shares[0] != 10 {
			t.Errorf("10 answers tell %+v", f)
		}
		host.Get(e.Path("/feedback")).Want(t, 200, "chart-box", "20 %")
	})
}

func TestNothingIsToldWhenNearlyAllGaveTheSameNumber(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	host := s.As("boss@shores.example")
	e := s.over(nil)
	s.give(&e, 10, 10, 10, 10, 3)
	if f := s.figure(&e); f != (feedback.Figure{}) {
		t.Errorf("four of five alike tell %+v", f)
	}
	few := s.over(nil)
	s.give(&few, 10, 10)
	useful := func(e *events.Event) string {
		_, text, _ := strings.Cut(host.Get(e.Path("/feedback")).Want(t, 200, "too few").Text(), "Usefulness for one's own work")
		text, rest, _ := strings.Cut(text, "Feedback can be given until")
		_, rest, _ = strings.Cut(rest, e.Code)
		return text + rest
	}
	if a, b := useful(&e), useful(&few); a != b {
		t.Errorf("too alike and too few look different:\n%s\n%s", a, b)
	}
}

func TestADeviceAnswersOnceEvenWhenItSendsTwiceAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.over(nil)
		device := feedback.NewDevice()
		var wg sync.WaitGroup
		got := make([]error, 6)
		for i := range got {
			wg.Go(func() {
				got[i] = s.Feedback.Give(context.Background(), &e, device, feedback.Answer{Useful: i})
			})
		}
		wg.Wait()
		taken := 0
		for _, err := range got {
			if err == nil {
				taken++
			} else if errs.KindOf(err) != errs.Conflict {
				t.Errorf("sending again gave %v", err)
			}
		}
		if taken != 1 {
			t.Errorf("%d of %d answers of one device were taken", taken, len(got))
		}
		other := s.over(nil)
		s.ok(s.Feedback.Give(t.Context(), &other, device, feedback.Answer{Useful: 3}))
	})
}

func TestManyAtOnceAreAllCounted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.over(nil)
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				if err := s.Feedback.Give(context.Background(), &e, feedback.NewDevice(), feedback.Answer{Useful: i % 11, Keep: "Hyvä"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if f := s.figure(&e); f.N != 40 {
			t.Errorf("%d of 40 answers are told", f.N)
		}
		if all, err := s.Feedback.Comments(t.Context(), &e); err != nil || len(all) != 40 {
			t.Errorf("there are %d comments of 40 (%v)", len(all), err)
		}
	})
}

func TestFeedbackIsOpenFromTenMinutesBeforeTheEndForThirtyDays(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	at := s.Clock.Now().Add(time.Hour)
	e := s.publish(events.Plan{Kind: events.Training, Title: "Sarja", Open: events.ForStaff, Sittings: []events.Sitting{
		{Start: at, End: at.Add(time.Hour)}, {Start: at.AddDate(0, 0, 7), End: at.AddDate(0, 0, 7).Add(time.Hour)}}})
	path := e.PublicPath("/feedback")
	reader := s.Anonymous()
	s.Clock.Move(at.AddDate(0, 0, 7).Add(49 * time.Minute).Sub(s.Clock.Now()))
	reader.Get(path).Want(t, 200, "opens when the event ends")
	reader.Post(path, url.Values{"useful": {"8"}}).Want(t, 409)
	s.Clock.Move(time.Minute)
	reader.Get(path).Want(t, 200, "How useful")
	s.Clock.Move(30*24*time.Hour + 9*time.Minute)
	reader.Get(path).Want(t, 200, "How useful")
	s.Clock.Move(time.Minute)
	reader.Get(path).Want(t, 200, "has closed")
	reader.Post(path, url.Values{"useful": {"8"}}).Want(t, 409)
	s.Anonymous().Get("/e/nothing/feedback").Want(t, 404)
}

func TestSomebodyWithoutAnAccountAnswersOnAPage(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.over(nil)
		path := e.PublicPath("/feedback")
		reader := s.Anonymous()
		p := reader.Get(path).Want(t, 200, "Nobody will know")
		if cookie := p.Header.Get("Set-Cookie"); !strings.Contains(cookie, "HttpOnly") || strings.Contains(cookie, "session") {
			t.Errorf("the page sets the cookie %q", cookie)
		}
		reader.Post(path, url.Values{"useful": {""}, "keep": {"Tahti"}}).Want(t, 422, "Choose a number", "Tahti")
		reader.Post(path, url.Values{"useful": {"11"}}).Want(t, 422, "Choose a number")
		reader.Post(path, url.Values{"useful": {"8"}, "keep": {"Tahti"}}).Want(t, 200, "Thank you")
		reader.Get(path).Want(t, 200, "Thank you").Without(t, "<form")
		reader.Post(path, url.Values{"useful": {"8"}}).Want(t, 409, "already been given from this device")
		s.Anonymous().Post(path, url.Values{"useful": {"8"}, "keep": {"Kiitos"}}).Want(t, 422, "allow cookies", "Kiitos")
	})
}

func TestWhatIdentifiesSomebodyIsRefusedWithTheReason(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	e := s.over(nil)
	for text, key := range map[string]string{
		"Kysy 131052-308T": "feedback.found-identity", "Soita 040 123 4567": "feedback.found-phone", "anna.aalto@alue.fi": "feedback.found-email",
		strings.Repeat("ä", feedback.MostText+1): "feedback.too-long",
	} {
		err := s.Feedback.Give(t.Context(), &e, feedback.NewDevice(), feedback.Answer{Useful: 5, Next: text})
		bad := web.FieldsOf(err)
		if bad == nil || bad.List[0].Name != "next" || bad.List[0].Key != key {
			t.Errorf("%.20q gave %v, want %s", text, err, key)
		}
	}
	s.ok(s.Feedback.Give(t.Context(), &e, feedback.NewDevice(), feedback.Answer{Useful: 5, Next: strings.Repeat("ä", feedback.MostText)}))
}

func TestMarkupAndTextFromRightToLeftAreShownAsWritten(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		host := s.As("boss@shores.example")
		e := s.over(nil)
		s.ok(s.Feedback.Give(t.Context(), &e, feedback.NewDevice(), feedback.Answer{Useful: 5, Keep: "<script>alert(1)</script>", Change: "مرحبا\x00 بكم", Next: "a\r\nb\xff"}))
		s.give(&e, 1, 9, 8, 7)
		p := host.Get(e.Path("/feedback"))
		p.Want(t, 200, "&lt;script&gt;alert(1)", "مرحبا بكم", `dir="auto"`, "a\nb")
		if strings.Contains(p.Body, "<script>alert") {
			t.Error("markup in a comment is drawn as markup")
		}
	})
}

func TestWhoCameIsAskedOnceAnHourAfterTheEnd(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Feedback.Came = func(context.Context, db.Q, int64) ([]events.Recipient, error) {
			return []events.Recipient{{Person: 1, Email: "a1@shores.example", Lang: "fi"}, {Guest: 4, Email: "guest@example.org", Lang: "sv"},
				{Guest: 5, Email: "guest@example.org", Lang: "sv"}, {Person: 9}}, nil
		}
		e := s.over(nil)
		s.ok(s.Feedback.Ask(t.Context()))
		s.Work()
		if n := len(s.Mail.Sent()); n != 0 {
			t.Fatalf("%d mails went at once", n)
		}
		s.Clock.Move(time.Hour)
		for range 3 {
			s.ok(s.Feedback.Ask(t.Context()))
			s.Work()
			s.Clock.Move(24 * time.Hour)
		}
		link := s.URL + e.PublicPath("/feedback")
		for to, words := range map[string]string{"a1@shores.example": "kiitos, että olit mukana", "guest@example.org": "Tack för att du var med"} {
			got := s.Mailed(to)
			if len(got) != 1 || !strings.Contains(got[0].Text, words) || !strings.Contains(got[0].Text, link+"\n") {
				t.Errorf("to %s went %+v, want one mail with %s", to, got, link)
			}
		}
		if n := len(s.Mail.Sent()); n != 2 {
			t.Errorf("%d mails went out, want 2", n)
		}
		s.Anonymous().Get(s.LinkIn(s.Mailed("guest@example.org")[0].Text)).Want(t, 200, "How useful")
	})
}

func TestWhatIsLeftOverGoesUnreadWhenFeedbackCloses(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.over(nil)
		s.give(&e, 3, 5, 7, 9, 8, 2, 2)
		s.ok(s.Feedback.Sweep(t.Context()))
		if n := len(dump(t, d, "event_feedback_waiting")); n != 2 {
			t.Fatalf("%d answers wait, want 2", n)
		}
		s.Clock.Move(31 * 24 * time.Hour)
		s.ok(s.Feedback.Sweep(t.Context()))
		for _, table := range []string{"event_feedback_waiting", "event_feedback_devices", "event_feedback_letters"} {
			if rows := dump(t, d, table); len(rows) != 0 {
				t.Errorf("%s still holds %v", table, rows)
			}
		}
		if f := s.figure(&e); f.N != 5 {
			t.Errorf("the figure is %+v", f)
		}
	})
}
