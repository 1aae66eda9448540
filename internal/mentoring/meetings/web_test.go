package meetings_test

import (
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/i18n"
	"taitorinki/internal/workday"
)

func (c county) as(who string) *apptest.Reader { return c.As(who + "@shores.example") }

// workingDay is a working day that is at least so many days away.
func (c county) workingDay(days int) time.Time {
	d := c.Clock.Now().In(i18n.Zone()).AddDate(0, 0, days)
	for !workday.Is(d) {
		d = d.AddDate(0, 0, 1)
	}
	return d.In(i18n.Zone()) // whose day is sent as the Finnish one
}

func TestACoordinatorOfAPartLeadsTheMeetingsOfThatPartOnly(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		home, health, whole := c.planned(10, c.unit("A")), c.planned(11, c.unit("B")), c.planned(12, 0)
		asked := c.asked("a1", "Home care asks")
		part := c.as("part")
		part.Get("/meetings").Want(t, 200, health.Title).Without(t, home.Title, whole.Title)
		for _, path := range []string{"/meetings/1", "/meetings/1/edit", "/meetings/1/lead", "/meetings/3/lead", "/meetings/1/meeting.ics", "/topics/1"} {
			part.Get(path).Want(t, 403)
		}
		for _, path := range []string{"/meetings/1", "/meetings/1/invite", "/meetings/1/cancel", "/meetings/1/notes", "/meetings/1/attendance", "/meetings/1/decisions", "/meetings/1/finish", "/meetings/1/present", "/topics/1", "/topics/1/move"} {
			part.Post(path, nil).Want(t, 403)
		}
		part.Get("/meetings/2/lead").Want(t, 200)
		form := part.Get("/meetings/2/edit").Want(t, 200).Form(t, "/meetings/2")
		form.Set("unit", "").Send().Want(t, 403) // no way to make it one for everybody
		if all, err := c.Meetings.Waiting(t.Context()); err != nil || all[0].ID != asked || !all[0].First.IsZero() {
			t.Errorf("the topic became %+v, %v", all, err)
		}
	})
}

func TestWhoTakesNoPartInAMeetingSeesNothingOfIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		m := c.planned(10, c.unit("A"))
		colleague, mentor, other := c.as("a3"), c.as("a1"), c.as("b1")
		colleague.Get("/meetings").Want(t, 200, m.Title, "Tell what hurts")
		colleague.Get("/meetings/1").Want(t, 403)
		colleague.Get("/meetings/1/summary").Want(t, 403)
		other.Get("/meetings").Want(t, 200).Without(t, m.Title)
		other.Get("/meetings/1").Want(t, 403)
		mentor.Get("/meetings/1").Want(t, 200, m.Title, "News (10 min)").Without(t, "Call off")
		mentor.Get("/meetings/1/summary").Want(t, 404)
		mentor.Get("/meetings/1/meeting.ics").Want(t, 200, "METHOD:PUBLISH", "SEQUENCE:0")
		mentor.Get("/meetings/2").Want(t, 404)
	})
}

func TestAPlanIsTypedReadAndRefusedInWords(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		boss := c.as("boss")
		day := c.workingDay(5)
		form := boss.Get("/meetings/new").Want(t, 200).Form(t, "/meetings")
		if form.Values.Get("agenda") == "" || form.Values.Get("title") == "" {
			t.Errorf("the form begins with %v", form.Values)
		}
		form.Set("day", "").Set("from", "x").Set("link", "http://x").Send().Want(t, 422, "Give the day.", "Give the whole address")
		form.Set("day", day.Format(time.DateOnly)).Set("from", "14.00").Set("to", "13.00").Set("link", "https://teams.example/x").Send().Want(t, 422, "ends before it begins")
		saturday := day
		for saturday.Weekday() != time.Saturday {
			saturday = saturday.AddDate(0, 0, 1)
		}
		page := form.Set("day", saturday.Format(time.DateOnly)).Set("to", "15:30").Send().Want(t, 422, "is no working day")
		page.Form(t, "/meetings").Set("day", day.Format(time.DateOnly)).Send().Want(t, 200, "14:00–15:30", "2 digimentors have been invited")
		again := page.Form(t, "/meetings").Set("anyday", "1").Send().Want(t, 200)
		if again.Path != "/meetings/2" {
			t.Errorf("a Saturday that is right led to %s", again.Path)
		}
	})
}

func TestARhythmIsShownBeforeItIsStored(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		boss := c.as("boss")
		form := boss.Get("/meetings/rhythm").Want(t, 200).Form(t, "/meetings/rhythm")
		form.Set("day", c.workingDay(5).Format(time.DateOnly)).Set("link", "https://teams.example/x").Set("questions", "One\r\nTwo")
		form.Set("months", "13").Send().Want(t, 422, "from 2 to 12")
		page := form.Set("months", "3").Send().Want(t, 200, "Nothing has been stored yet")
		boss.Get("/meetings").Want(t, 200, "No meeting is planned")
		dates := page.Form(t, "/meetings/rhythm")
		days := dates.Values["days"]
		if len(days) != 3 {
			t.Fatalf("the days are %v, want 3", days)
		}
		dates.Set("days").Send("do", "save").Want(t, 422, "Leave at least one day")
		page.Form(t, "/meetings/rhythm").Send("do", "change").Want(t, 200).Form(t, "/meetings/rhythm")
		page.Form(t, "/meetings/rhythm").Set("days", days[0], days[2]).Send("do", "save").Want(t, 200, "2 meetings are planned")
		wantMail(t, c, "a1 REQUEST 0", "a1 REQUEST 0", "b1 REQUEST 0", "b1 REQUEST 0")
		boss.Get("/meetings/2").Want(t, 200, "One", "Two")
		boss.Get("/meetings/3").Want(t, 404)
	})
}

func TestTheVoiceOfTheUnitsShowsNobodyWhoWrote(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		c.Clock.Move(-100 * 24 * time.Hour) // and back below: a browser's session is as old as the day
		fast, slow := c.asked("a5", "A fast one"), c.asked("a2", "A slow one")
		c.asked("b1", "Nobody answers this")
		must(t, c.Meetings.Answer(t.Context(), c.id("boss"), fast, 1, 0, "Here you are."))
		c.Clock.Move(40 * 24 * time.Hour)
		must(t, c.Meetings.Answer(t.Context(), c.id("boss"), slow, 1, 0, "At last."))
		c.Clock.Move(60 * 24 * time.Hour)
		boss := c.as("boss")
		page := boss.Get("/voice").Want(t, 200, "33 % (1/3)", "A fast one", "Here you are.", "Nobody answers this", "has waited for 100 days")
		page.Without(t, "Asta", "Anna", "Small team") // a team of one would give its writer away
		boss.Get("/voice?state=late").Want(t, 200, "Nobody answers this").Without(t, "A fast one")
		boss.Get("/meetings").Want(t, 200, "One topic has waited for an answer")
		c.as("a0").Get("/voice?unit=own").Want(t, 200, "50 % (1/2)", "A slow one", "A fast one").Without(t, "Nobody answers this", "Correct the answer")
		part := c.as("part")
		part.Get("/topics/3").Want(t, 200)
		part.Get("/topics/1").Want(t, 403)
	})
}

func TestAColleagueAsksVotesAndTakesBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		c.planned(10, c.unit("A"))
		writer, colleague, far := c.as("a4"), c.as("a3"), c.as("b2")
		writer.Get("/topics").Want(t, 200, "Home care").Form(t, "/topics").Set("text", "Call 040 123 4567").Send().Want(t, 422, "phone number")
		writer.Get("/topics").Form(t, "/topics").Set("text", "The chat is slow").Send().Want(t, 200, "The chat is slow", "Only you see")
		colleague.Get("/topics").Want(t, 200, "The chat is slow").Without(t, "Aila", "Withdraw").Form(t, "/topics/1/vote").Send().Want(t, 200, "Us too · 1")
		colleague.Get("/topics").Form(t, "/topics/1/vote").Send().Want(t, 200, "Us too · 0")
		far.Get("/topics").Want(t, 200).Without(t, "The chat is slow")
		far.Post("/topics/1/vote", nil).Want(t, 404)
		colleague.Post("/topics/1/withdraw", nil).Want(t, 404)
		writer.Get("/topics").Form(t, "/topics/1/withdraw").Send().Want(t, 200).Without(t, "The chat is slow")
		if file := writer.Get("/me/data.json").Want(t, 200).Body; strings.Contains(file, "The chat is slow") {
			t.Errorf("what was taken back is kept:\n%s", file)
		}
	})
}
