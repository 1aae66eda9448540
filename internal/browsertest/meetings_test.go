package browsertest

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/mentoring/meetings"
	"taitorinki/internal/workday"
)

// meetingStops are the pages of meetings as the coordinator, a digimentor and a colleague see them.
func (s *Site) meetingStops(t *testing.T) []stop {
	t.Helper()
	held, coming := s.meetingIn(t, meetings.Finished), s.meetingIn(t, meetings.Planned)
	page := func(m meetings.Meeting, more string) string { return fmt.Sprintf("/meetings/%d%s", m.ID, more) }
	waiting, err := s.App.Meetings.Waiting(t.Context())
	must(t, err)
	topic := fmt.Sprintf("/topics/%d", waiting[0].ID)
	return []stop{
		{"meetings as the coordinator", func(b *Browser) { b.as(s.County.Cast.Coordinator); b.Open("/meetings") }},
		at("/meetings/new"),
		{"plan with errors", func(b *Browser) {
			b.Fill("#title", " ")
			b.Go(`form[action="/meetings"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		at("/meetings/rhythm"),
		{"dates of a rhythm", func(b *Browser) {
			b.setValue("#day", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
			b.Fill("#link", "https://teams.example/x")
			b.Go(`form[action="/meetings/rhythm"] button`)
			b.mustHave(`input[name="days"]`)
		}},
		at(page(coming, "")), at(page(coming, "/edit")), at(page(coming, "/lead")), at(page(held, "")), at(page(held, "/lead")),
		{"decision with errors", func(b *Browser) { b.Go(`form[action$="/decisions"] button`); b.mustHave("[data-error-summary]") }},
		at(page(held, "/summary")), at(topic),
		{"answer with errors", func(b *Browser) {
			b.Go(`form[action="` + topic + `"] button`)
			b.mustHave("[data-error-summary]")
		}},
		at("/voice"), at("/voice?state=late"),
		{"topics as a digimentor", func(b *Browser) { b.as(s.County.Cast.Mentor); b.Open("/topics") }},
		{"topic with errors", func(b *Browser) {
			b.write("#text", "Soita 040 123 4567")
			b.Go(`form[action="/topics"] button`)
			b.mustHave("[data-error-summary]")
		}},
		at("/meetings"), at(page(coming, "")),
		{"meetings as a colleague", func(b *Browser) { b.as(s.County.Cast.MentorCandidate); b.Open("/meetings") }},
	}
}

// setValue puts a value into a field that is not typed into letter by letter.
func (b *Browser) setValue(sel, value string) {
	b.t.Helper()
	JS[bool](b, fmt.Sprintf(`(() => { document.querySelector(%q).value = %q; return true; })()`, sel, value))
}

// meetingIn is the newest meeting in a state.
func (s *Site) meetingIn(t *testing.T, state meetings.State) (m meetings.Meeting) {
	t.Helper()
	for id := int64(1); ; id++ {
		x, err := s.App.Meetings.ByID(t.Context(), id)
		if err != nil {
			break
		}
		if x.State == state {
			m = x
		}
	}
	if m.ID == 0 {
		t.Fatalf("the demo has no meeting that is %s", state)
	}
	return m
}

// ahead is a filled site on which the clock of the meetings, and of their mail, can be set forward.
func ahead(t *testing.T) (*Site, *atomic.Int64) {
	t.Helper()
	s, err := newSite(dbtest.SQLite(t), t.TempDir(), nil)
	must(t, err)
	t.Cleanup(func() { s.close() })
	var by atomic.Int64
	now := func() time.Time { return s.Demo.Clock.Now().Add(time.Duration(by.Load())) }
	s.App.Meetings.Now, s.App.Outbox.Now = now, now
	must(t, s.Demo.Fill(t.Context()))
	s.work()
	return s, &by
}

func TestAMeetingIsRunAndAnAnswerReturnsToTheUnit(t *testing.T) {
	s, clock := ahead(t)
	cast := s.County.Cast
	day := time.Now().In(i18n.Zone()).AddDate(0, 0, 1)
	for !workday.Is(day) {
		day = day.AddDate(0, 0, 1)
	}

	boss := newBrowser(t, s.URL, Desktop)
	boss.as(cast.Coordinator)
	boss.Open("/meetings")
	boss.Press("Suunnittele tapaaminen")
	boss.write("#title", "Kuuluvuus ja kuvayhteys")
	boss.setValue("#day", day.Format(time.DateOnly))
	boss.write("#link", "https://teams.example/kuuluvuus")
	boss.write("#expert", "Antti Rautiola, tietohallinto")
	boss.Click("#invite")
	if !JS[bool](boss, `document.getElementById("invite").checked`) {
		boss.Click("#invite")
	}
	boss.Press("Tallenna")
	page := boss.Path()
	m, _ := s.mailTo(t, cast.Mentor, func(m mail.Message) bool { return strings.Contains(m.Subject, "Kuuluvuus") })
	if m.CalendarMethod != "REQUEST" || !strings.Contains(string(m.Calendar), "SUMMARY:Kuuluvuus") {
		t.Errorf("the invitation is for calendars %q:\n%s", m.CalendarMethod, m.Calendar)
	}

	nurse := newBrowser(t, s.URL, Phone)
	nurse.as(cast.MentorCandidate)
	nurse.Open("/topics")
	nurse.write("#text", "Etäkäynnin ääni katkeilee kellarissa.")
	nurse.Go(`form[action="/topics"] button`)
	mentor := newBrowser(t, s.URL, Phone)
	mentor.as(cast.Mentor)
	mentor.Open("/topics")
	mentor.Go(voteFor(mentor, "Etäkäynnin ääni"))
	if got := mentor.Text("main"); !strings.Contains(got, "Meilläkin · 1") || strings.Contains(got, "Noora") {
		t.Errorf("after the vote the page says\n%s", got)
	}

	x := s.meetingAt(t, page)
	clock.Store(int64(time.Until(x.Start) + 10*time.Minute))
	mentor.Open(page)
	mentor.Press("Olen paikalla")
	boss.Open(page)
	boss.Press("Vie tapaaminen läpi")
	if got := boss.Text("main"); !strings.Contains(got, "Etäkäynnin ääni katkeilee kellarissa.") || !strings.Contains(got, "1 ääni") {
		t.Fatalf("the topic is not there:\n%s", got)
	}
	boss.Go(`a[aria-label^="Vastaa: Etäkäynnin"]`)
	boss.write("#answer", "Kellareihin tulee toistimet tammikuussa.")
	boss.Press("Lähetä vastaus yksikköön")
	boss.write("#notes", "Kuuluvuus kartoitetaan.")
	boss.Press("Tallenna muistiinpanot")
	boss.write("#decision", "Kartoitetaan kellarit")
	boss.write("#owner", "Sanna Lehtomäki")
	boss.Press("Lisää päätös")
	boss.Press("Päätä ja lähetä yhteenveto")
	if !strings.HasSuffix(boss.Path(), "/summary") {
		t.Fatalf("finished, and came to %s", boss.where())
	}
	for _, want := range []string{"Kartoitetaan kellarit", "Sanna Lehtomäki", "Kellareihin tulee toistimet tammikuussa.", "Kuuluvuus kartoitetaan.", "Seuraava tapaaminen"} {
		if !strings.Contains(boss.Text("main"), want) {
			t.Errorf("the summary lacks %q:\n%s", want, boss.Text("main"))
		}
	}
	s.answerCame(t, cast.MentorCandidate, cast.Mentor)
	s.summaryWent(t, x.Title, cast.Mentor)
	nurse.Open("/voice")
	if got := nurse.Text("main"); !strings.Contains(got, "Kellareihin tulee toistimet") || strings.Contains(got, "Noora") {
		t.Errorf("the voice of the units says\n%s", got)
	}
	mentor.Open("/meetings")
	mentor.Go(`button[aria-label="Tehty: Kartoitetaan kellarit"]`)
}

// voteFor is the button that votes for a topic.
func voteFor(b *Browser, text string) string {
	b.t.Helper()
	id := JS[string](b, fmt.Sprintf(`[...document.querySelectorAll("li[id^=topic-]")].find((e) => e.innerText.includes(%q))?.querySelector("form").getAttribute("action") ?? ""`, text))
	return `form[action="` + id + `"] button`
}

func (s *Site) meetingAt(t *testing.T, path string) meetings.Meeting {
	t.Helper()
	var id int64
	_, err := fmt.Sscanf(path, "/meetings/%d", &id)
	must(t, err)
	m, err := s.App.Meetings.ByID(t.Context(), id)
	must(t, err)
	return m
}

// answerCame waits for the answer's mail to its writer and to the unit's mentor.
func (s *Site) answerCame(t *testing.T, who ...string) {
	t.Helper()
	for _, to := range who {
		s.mailTo(t, to, func(m mail.Message) bool {
			return strings.Contains(m.Text, "Etäkäynnin ääni katkeilee kellarissa.") && strings.Contains(m.Text, "Kellareihin tulee toistimet tammikuussa.")
		})
	}
}

// summaryWent waits until the summary has gone to all whom the invitation reached, and holds that it did not go to who was there. A few
// mailboxes of the demo take nothing.
func (s *Site) summaryWent(t *testing.T, title, present string) {
	t.Helper()
	missed := 0
	for _, m := range s.Demo.Mail.Sent() {
		if strings.HasPrefix(m.Subject, "Kutsu: "+title) && m.To != present {
			missed++
			s.mailTo(t, m.To, func(m mail.Message) bool { return isSummary(m, title) })
		}
	}
	if missed < 3 {
		t.Errorf("only %d were invited and did not come", missed)
	}
	for _, m := range s.Demo.Mail.Sent() {
		if m.To == present && isSummary(m, title) {
			t.Errorf("who was there got the summary:\n%s", m.Text)
		}
	}
}

func isSummary(m mail.Message, title string) bool {
	return strings.Contains(m.Subject, title) && strings.Contains(m.Text, "/summary")
}
