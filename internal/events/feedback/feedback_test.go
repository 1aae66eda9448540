package feedback_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"
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
	s.Clock.Move(-60 * 24 * time.Hour) // the session library reads the machine's clock: ours moves up to it, not past it
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

// dump is every row of a table as text.
func dump(t *testing.T, d *db.DB, table string) (rows []string) {
	t.Helper()
	r, err := d.QueryContext(t.Context(), `SELECT * FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cols, _ := r.Columns()
	for r.Next() {
		cells := make([]any, len(cols))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := r.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for i := range cells {
			fmt.Fprintf(&b, "%s=%v;", cols[i], *cells[i].(*any))
		}
		rows = append(rows, b.String())
	}
	return rows
}

func TestWhoReadsTheDatabaseAsAnEnemyFindsNobody(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.over(nil)
		// One by one, in a known order, each says who they are in the number and in all three texts.
		var devices []string
		for i := range 15 {
			devices = append(devices, feedback.NewDevice())
			s.ok(s.Feedback.Give(t.Context(), &e, devices[i], feedback.Answer{Useful: i % 11, Keep: fmt.Sprintf("keep %02d", i), Change: fmt.Sprintf("change %02d", i), Next: fmt.Sprintf("next %02d", i)}))
			s.Clock.Move(time.Second)
		}
		allowed := map[string][]string{
			"event_feedback_waiting":  {"id", "event_id", "useful", "keep_text", "change_text", "next_text"},
			"event_feedback_counts":   {"event_id", "useful", "n"},
			"event_feedback_comments": {"id", "event_id", "question", "text", "theme_id", "hidden"},
			"event_feedback_devices":  {"event_id", "device"},
			"event_feedback":          {"event_id", "waiting", "told"},
		}
		for table, want := range allowed {
			r, err := d.QueryContext(t.Context(), `SELECT * FROM `+table)
			s.ok(err)
			cols, _ := r.Columns()
			r.Close()
			if !slices.Equal(cols, want) {
				t.Errorf("%s has the columns %v: an answer may be joined to more than %v", table, cols, want)
			}
		}
		if rows := dump(t, d, "event_feedback_waiting"); len(rows) != 0 {
			t.Errorf("answers that were told still stand whole: %v", rows)
		}
		for _, row := range dump(t, d, "event_feedback_devices") {
			for _, secret := range devices {
				if strings.Contains(row, secret) {
					t.Errorf("a device's secret is stored: %s", row)
				}
			}
		}
		enemyFindsNoOrder(t, d)
	})
}

// enemyFindsNoOrder looks whether comments, by number or as the table gives them, follow the order in which they were given, or
// whether two texts of one person always stand equally far apart.
func enemyFindsNoOrder(t *testing.T, d *db.DB) {
	t.Helper()
	for _, order := range []string{"", " ORDER BY id"} {
		texts, err := db.Rows(t.Context(), d, func(r *sql.Rows, x *string) error { return r.Scan(x) }, `SELECT text FROM event_feedback_comments`+order)
		if err != nil || len(texts) != 45 {
			t.Fatalf("there are %d comments (%v), want 45", len(texts), err)
		}
		for batch := range 3 {
			var seen []string
			for _, x := range texts {
				var who int
				var question string
				if _, err := fmt.Sscanf(x, "%s %d", &question, &who); err == nil && who/5 == batch {
					seen = append(seen, x)
				}
			}
			if slices.IsSortedFunc(seen, func(a, b string) int { return strings.Compare(a[len(a)-2:], b[len(b)-2:]) }) {
				t.Errorf("the comments of batch %d stand in the order in which they came: %v", batch, seen)
			}
			apart := map[int]bool{}
			for who := range 5 {
				at := func(q string) int { return slices.Index(seen, fmt.Sprintf("%s %02d", q, batch*5+who)) }
				apart[at("keep")-at("change")] = true
			}
			if len(apart) == 1 {
				t.Errorf("two texts of a person stand equally far apart in batch %d: %v", batch, seen)
			}
		}
	}
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

func TestHostsGroupHideAndPublishAndOthersDoNot(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		s.Grant("a1@shores.example", people.Expert, "A")
		s.Grant("b1@shores.example", people.Coordinator, "B")
		host, other, boss := s.As("a1@shores.example"), s.As("b1@shores.example"), s.As("boss@shores.example")
		e := s.over(func(p *events.Plan) { p.Unit = s.Person("a1@shores.example").UnitID })
		s.give(&e, 9, 4, 8, 7, 3)
		path := e.Path("/feedback")
		other.Get(path).Want(t, 403)
		for _, x := range []string{"/themes", "/group", "/hide", "/changes"} {
			other.Post(path+x, url.Values{"theme": {"Aika"}, "hide": {"1"}, "changes": {"x"}}).Want(t, 403)
		}
		host.Post(path+"/themes", url.Values{"theme": {" Lisää  aikaa "}}).Want(t, 200, "Lisää aikaa")
		host.Post(path+"/themes", url.Values{"theme": {"Lisää aikaa"}}).Want(t, 422, "of this name already")
		all, err := s.Feedback.Comments(ctx, &e)
		s.ok(err)
		host.Post(path+"/group", url.Values{"into-" + fmt.Sprint(all[0].ID): {"1"}, "into-" + fmt.Sprint(all[1].ID): {"1"}, "into-7": {"1"}, "into-" + fmt.Sprint(all[2].ID): {"99"}}).
			Want(t, 200, "Lisää aikaa", "(2)")
		id := fmt.Sprint(all[0].ID)
		host.Post(path+"/hide", url.Values{"hide": {id}, "why": {"Nimi"}}).Want(t, 403)
		boss.Post(path+"/hide", url.Values{"hide": {id}, "why": {""}}).Want(t, 422, "Give a reason", all[0].Text)
		boss.Post(path+"/hide", url.Values{"hide": {id}, "why": {"Nimesi jonkun"}}).Want(t, 200, "Nimesi jonkun", "(1)").Without(t, all[0].Text)
		if rows := strings.Join(dump(t, d, "event_feedback_comments"), "\n"); strings.Contains(rows, "text="+all[0].Text+";") {
			t.Errorf("the hidden text is still stored: %s", rows)
		}
		if log := strings.Join(dump(t, d, "audit_log"), "\n"); !strings.Contains(log, "event.feedback-hidden") || !strings.Contains(log, "Nimesi jonkun") {
			t.Error("the log does not tell that a comment was hidden")
		}
		host.Post(path+"/changes", url.Values{"do": {"publish"}, "version": {"0"}}).Want(t, 422, "Write first")
		host.Post(path+"/changes", url.Values{"do": {"draft"}, "changes": {"Aikaa kysymyksille"}, "version": {"0"}}).Want(t, 200)
		other.Get(e.Path("")).Want(t, 200).Without(t, "Aikaa kysymyksille")
		host.Post(path+"/changes", url.Values{"do": {"publish"}, "changes": {"Muuta"}, "version": {"0"}}).Want(t, 409)
		host.Post(path+"/changes", url.Values{"do": {"publish"}, "changes": {"Aikaa kysymyksille"}, "version": {"1"}}).Want(t, 200, "Published")
		other.Get(e.Path("")).Want(t, 200, "Aikaa kysymyksille")
		host.Post(path+"/themes", url.Values{"do": {"remove:1"}}).Want(t, 200).Without(t, "Lisää aikaa")
	})
}
