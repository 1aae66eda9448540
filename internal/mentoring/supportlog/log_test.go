package supportlog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/supportlog"
	"taitorinki/internal/people"
)

const units = `code,parent,name_fi,name_sv,name_en
H,,Rannat,Stränderna,The Shores
A,H,Kotihoito,Hemvård,Home care
A1,A,Pohjoinen tiimi,Norra teamet,Northern team
B,H,Terveysasema,Hälsostation,Health centre
`

// staff are ten people in A1 and ten in B, and the people of the tests.
func staff() string {
	var b strings.Builder
	b.WriteString("email,name,unit,language\na1@shores.example,Aino Aalto,A1,en\nb1@shores.example,Bo Berg,B,en\nlead@shores.example,Lea Lahti,H,en\n")
	for i := range 10 {
		fmt.Fprintf(&b, "x%d@shores.example,Xenia Ximenes%d,A1,fi\ny%d@shores.example,Yngve Ytter%d,B,fi\n", i, i, i, i)
	}
	return b.String()
}

type site struct {
	*apptest.Site
	t *testing.T
}

func newSite(t *testing.T, d *db.DB) site {
	t.Helper()
	s := site{apptest.New(t, d), t}
	s.bring(units, staff())
	return s
}

func (s site) bring(units, staff string) {
	s.t.Helper()
	_, err := s.People.Import(s.t.Context(), people.Files{
		Units: people.File{Name: "units.csv", Data: []byte(units)}, People: people.File{Name: "people.csv", Data: []byte(staff)},
	}, people.ImportOptions{})
	must(s.t, err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// mentor makes somebody an active digimentor with two hours a week.
func (s site) mentor(who string, serves ...mentoring.Place) *mentoring.Mentor {
	s.t.Helper()
	ctx, p := s.t.Context(), s.Person(who+"@shores.example")
	if serves == nil {
		serves = []mentoring.Place{{Unit: p.UnitID}}
	}
	id, err := s.Mentors.SignUp(ctx, p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}}, serves)
	must(s.t, err)
	must(s.t, s.Mentors.Confirm(ctx, 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: mentoring.Day(s.Clock.Now().AddDate(-3, 0, 0))}))
	must(s.t, s.Mentors.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Appointment, ""))
	must(s.t, s.Mentors.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Activation, ""))
	must(s.t, s.Mentors.WantNote(ctx, id, false)) // so that the latest mail is that with the link to sign in
	m, err := s.Mentors.MentorByID(ctx, id)
	must(s.t, err)
	return &m
}

func (s site) day(ago int) string { return mentoring.Day(s.Clock.Now().AddDate(0, 0, -ago)) }

func (s site) entry(m *mentoring.Mentor, key string, minutes int) supportlog.Entry {
	return supportlog.Entry{Key: fmt.Sprintf("key-%016s", key), Unit: m.Units[0].Unit, Area: "skills", Way: mentoring.Phone, Minutes: minutes, Day: s.day(0)}
}

// stored are a mentor's entries as the mentor takes them away.
func (s site) stored(who string) (out []map[string]any) {
	s.t.Helper()
	p, err := s.Log.Part(s.t.Context(), s.Person(who+"@shores.example").ID, func(key string, _ ...any) string { return key })
	must(s.t, err)
	b, err := json.Marshal(p.Value)
	must(s.t, err)
	must(s.t, json.Unmarshal(b, &out))
	return out
}

// send sends entries as a device does, and returns what became of each.
func send(t *testing.T, r *apptest.Reader, body string) (out []struct {
	Key, Message string
	Saved        bool
}) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, r.Site.URL+"/log/entries", strings.NewReader(body))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	p := r.Do(req).Want(t, 200)
	in := struct{ Entries any }{&out}
	must(t, json.Unmarshal([]byte(p.Body), &in))
	return out
}

func (s site) sent(m *mentoring.Mentor, key string, ago int, note string) string {
	b, err := json.Marshal(map[string]any{"key": fmt.Sprintf("key-%016s", key), "area": "remote", "way": "side", "minutes": 10, "unit": m.Units[0].Unit, "ago": ago, "note": note})
	must(s.t, err)
	return string(b)
}

func TestTheSameEntryArrivingThreeTimesIsOne(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := s.mentor("a1")
		r := s.As("a1@shores.example")
		body := `{"entries":[` + s.sent(m, "1", 0, "") + `,` + s.sent(m, "2", 1, "") + `]}`
		for range 3 {
			for _, x := range send(t, r, body) {
				if !x.Saved {
					t.Errorf("%s was not taken: %s", x.Key, x.Message)
				}
			}
		}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := s.Log.Add(context.Background(), m, s.entry(m, "3", 30)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := s.stored("a1"); len(got) != 3 {
			t.Errorf("stored are %v, want three", got)
		}
		// Another mentor's device may have made the same key.
		must(t, s.Log.Add(t.Context(), s.mentor("b1"), s.entry(m, "3", 30).In(s.Person("b1@shores.example").UnitID)))
		if got := s.stored("b1"); len(got) != 1 {
			t.Errorf("the other mentor has %v, want one", got)
		}
	})
}

func TestOneTapSavesWhatWasDoneTheLastTimeAndTwoTapsSaveItOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.mentor("a1")
		r := s.As("a1@shores.example")
		first := r.Get("/log").Want(t, 200).Form(t, "/log").Set("area", "skills").Set("way", "group").Set("minutes_other", "25").Set("note", "Kanta-näkymä")
		first.Send().Want(t, 200, "Saved.", "25 min, Skills in using technology, In a group")
		again := r.Get("/log").Want(t, 200).Form(t, "/log")
		if again.Values.Get("note") != "" {
			t.Errorf("the note %q stands in the next entry", again.Values.Get("note"))
		}
		again.Send().Want(t, 200)
		again.Send().Want(t, 200)
		got := s.stored("a1")
		if len(got) != 2 || got[1]["minutes"] != 25.0 || got[1]["way"] != "group" || got[1]["area"] != "skills" || got[1]["day"] != s.day(0) {
			t.Errorf("stored are %v, want two alike", got)
		}
		if n := strings.Count(r.Get("/log").Body, `name="minutes_now"`); n != len(supportlog.MinuteChoices) {
			t.Errorf("%d choices of minutes", n)
		}
	})
}

func TestTheDayIsTheServersHoweverWrongThePhonesClockIs(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := s.mentor("a1")
		r := s.As("a1@shores.example")
		for _, x := range []struct {
			ago   int
			saved bool
			says  string
			day   string
		}{
			{0, true, "", s.day(0)}, {7, true, "", s.day(7)},
			{-400, true, "clock was wrong", s.day(0)},
			{8, false, "7 days at most", ""}, {1 << 40, false, "7 days at most", ""},
		} {
			before := len(s.stored("a1"))
			got := send(t, r, `{"entries":[`+s.sent(m, fmt.Sprint("x", x.ago), x.ago, "")+`]}`)[0]
			if got.Saved != x.saved || !strings.Contains(got.Message, x.says) || x.says == "" && got.Message != "" {
				t.Errorf("%d days ago: %+v, want %v with %q", x.ago, got, x.saved, x.says)
			}
			all := s.stored("a1")
			if x.saved != (len(all) == before+1) {
				t.Fatalf("%d days ago: stored are %v", x.ago, all)
			}
			found := !x.saved
			for _, e := range all {
				found = found || e["day"] == x.day
			}
			if !found {
				t.Errorf("%d days ago: no entry of %s", x.ago, x.day)
			}
		}
		// A page that was opened yesterday means yesterday by today.
		r.Get("/log").Form(t, "/log").Set("area", "ethics").Set("way", "phone").Set("minutes", "5").Set("today", s.day(1)).Send().Want(t, 200)
		all := s.stored("a1")
		found := false
		for _, e := range all {
			found = found || e["area"] == "ethics" && e["day"] == s.day(1)
		}
		if !found {
			t.Errorf("stored are %v, want one of ethics yesterday", all)
		}
		r.Get("/log").Form(t, "/log").Set("ago", "-1").Send().Want(t, 422, "not in the future")
		r.Get("/log").Form(t, "/log").Set("ago", "").Send().Want(t, 422)
	})
}

func TestANoteThatNamesSomebodyIsRefusedWithTheReasonAndNothingIsLost(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := s.mentor("a1")
		r := s.As("a1@shores.example")
		for note, says := range map[string]string{
			"Asiakas 131052-308T":        "personal identity code: 131052-308T",
			"Asiakas 010594Y9032 kävi":   "personal identity code: 010594Y9032",
			"soita 040 123 4567":         "phone number: 040 123 4567",
			"kysy matti.m@alue.example":  "e-mail address: matti.m@alue.example",
			"Autoin Bo Bergiä":           "a name: Bo Bergiä",
			"kysy Lahdelta":              "a name: Lahdelta",
			"ximenes3 kysyi":             "a name: ximenes",
			strings.Repeat("pitkä ", 30): "at most 140 characters",
		} {
			f := r.Get("/log").Form(t, "/log").Set("area", "evaluate").Set("way", "written").Set("minutes", "45").Set("note", note)
			p := f.Send().Want(t, 422, says)
			kept := p.Form(t, "/log").Values
			if kept.Get("note") != strings.Join(strings.Fields(note), " ") && kept.Get("note") != note || kept.Get("area") != "evaluate" || kept.Get("minutes") != "45" || kept.Get("key") != f.Values.Get("key") {
				t.Errorf("%q: of the form is left %v", note, kept)
			}
			if got := send(t, r, `{"entries":[`+s.sent(m, "n", 0, note)+`]}`)[0]; got.Saved || !strings.Contains(got.Message, says) {
				t.Errorf("%q sent: %+v, want %q", note, got, says)
			}
		}
		if got := s.stored("a1"); got != nil {
			t.Errorf("stored are %v, want none", got)
		}
		r.Lang = "sv"
		r.Get("/log?lang=sv").Want(t, 200).Form(t, "/log").Set("area", "evaluate").Set("way", "written").Set("minutes", "45").Set("note", "ring 040 123 4567").Send().Want(t, 422, "ett telefonnummer: 040 123 4567")
		r.Get("/log").Form(t, "/log").Set("area", "evaluate").Set("way", "written").Set("minutes", "45").Set("note", "Näytin, miten lomake täytetään").Send().Want(t, 200)
		if got := s.stored("a1"); len(got) != 1 || got[0]["note"] != "Näytin, miten lomake täytetään" {
			t.Errorf("stored are %v, want the good note", got)
		}
	})
}

func TestSomebodyNewIsKnownToNotesWithinMinutes(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	m := s.mentor("a1")
	e := s.entry(m, "1", 5)
	e.Note = "Kysyi Zorro Zimmermann"
	must(t, s.Log.Add(t.Context(), m, e))
	s.bring(units, staff()+"z1@shores.example,Zorro Zimmermann,A1,fi\n")
	s.Clock.Move(3 * time.Minute)
	e.Key += "-2"
	if err := s.Log.Add(t.Context(), m, e); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a note with the name of somebody new: %v, want invalid", err)
	}
}

func TestAnEntryIsCorrectedForAWeekByItsMentorOnly(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := s.mentor("a1")
		s.mentor("b1")
		must(t, s.Log.Add(t.Context(), m, s.entry(m, "1", 30)))
		mine, other := s.As("a1@shores.example"), s.As("b1@shores.example")
		other.Get("/log/1").Want(t, 404)
		other.Post("/log/1", url.Values{"minutes": {"5"}}).Want(t, 404)
		other.Post("/log/1/delete", nil).Want(t, 404)
		other.Get("/log").Want(t, 200).Without(t, "30 min, Skills")

		old := mine.Get("/log/1").Want(t, 200).Form(t, "/log/1")
		mine.Get("/log/1").Form(t, "/log/1").Set("minutes", "45").Set("ago", "3").Send().Want(t, 200, "has been corrected", "45 min")
		old.Set("minutes", "60").Send().Want(t, 409)
		if got := s.stored("a1"); got[0]["minutes"] != 45.0 || got[0]["day"] != s.day(3) {
			t.Errorf("stored is %v", got)
		}
		mine.Get("/log/1").Form(t, "/log/1").Set("minutes", "").Set("minutes_other", "x").Send().Want(t, 422)
		// The sessions of the test do not outlive the moved clock.
		ctx, e := t.Context(), s.entry(m, "1", 20)
		s.Clock.Move(6 * 24 * time.Hour)
		e.Day = s.day(14)
		if err := s.Log.Change(ctx, m, 1, 2, e); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a day more than a week before it was made: %v, want invalid", err)
		}
		e.Day = s.day(10)
		must(t, s.Log.Change(ctx, m, 1, 2, e))
		s.Clock.Move(24*time.Hour + time.Minute)
		if err := s.Log.Change(ctx, m, 1, 3, e); errs.KindOf(err) != errs.Conflict {
			t.Errorf("after a week: %v, want a conflict", err)
		}
		if err := s.Log.Delete(ctx, m, 1); errs.KindOf(err) != errs.Conflict {
			t.Errorf("deleting after a week: %v, want a conflict", err)
		}
		if got := s.stored("a1"); len(got) != 1 {
			t.Errorf("stored are %v, want the one", got)
		}
	})
}

func TestADeletedEntryIsNotBroughtBackByItsDevice(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := s.mentor("a1")
		r := s.As("a1@shores.example")
		body := `{"entries":[` + s.sent(m, "1", 0, "") + `]}`
		send(t, r, body)
		r.Get("/log/1").Form(t, "/log/1/delete").Send().Want(t, 200, "has been deleted")
		if !send(t, r, body)[0].Saved {
			t.Error("the device is not told to forget it")
		}
		if got := s.stored("a1"); got != nil {
			t.Errorf("stored are %v, want none", got)
		}
		r.Get("/log/1").Want(t, 404)
	})
}

func TestAnEntryIsForAUnitThatTheMentorServesToday(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		team, area := s.Person("a1@shores.example").UnitID, int64(0)
		tree, err := people.LoadTree(t.Context(), d)
		must(t, err)
		u, _ := tree.ByCode("A")
		area = u.ID
		m := s.mentor("a1", mentoring.Place{Unit: area, Below: true})
		other := s.Person("b1@shores.example").UnitID
		must(t, s.Log.Add(t.Context(), m, s.entry(m, "1", 5).In(team)))
		for name, unit := range map[string]int64{"of another": other, "that is not there": 99999, "": 0} {
			err := s.Log.Add(t.Context(), m, s.entry(m, "2", 5).In(unit))
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("a unit %s: %v, want invalid", name, err)
			}
		}
		// The team is merged into the one above it while an entry waits on the phone.
		s.bring(strings.Replace(units, "A1,A,Pohjoinen tiimi,Norra teamet,Northern team\n", "", 1), strings.ReplaceAll(staff(), ",A1,", ",A,"))
		m2, err := s.Mentors.MentorByID(t.Context(), m.ID)
		must(t, err)
		if err := s.Log.Add(t.Context(), &m2, s.entry(m, "3", 5).In(team)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a unit that has ended: %v, want invalid", err)
		}
		f := s.As("a1@shores.example").Get("/log").Want(t, 200).Form(t, "/log")
		if got := f.Values.Get("unit"); got != fmt.Sprint(area) {
			t.Errorf("the form has unit %q, want the one above, %d", got, area)
		}
		f.Send().Want(t, 200, "Saved.")
	})
}

func TestWhatIsInFocusComesFirst(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := s.mentor("a1")
		_, err := s.Mentors.SetFocus(t.Context(), s.Person("lead@shores.example").ID, mentoring.Focus{Finding: 1, Unit: m.Units[0].Unit, Area: "colleagues", From: s.day(1), To: s.day(-1)})
		must(t, err)
		p := s.As("a1@shores.example").Get("/log").Want(t, 200, "in focus now")
		if got := p.Form(t, "/log").Choices["area"]; got[0] != "colleagues" || len(got) != 6 {
			t.Errorf("the themes are %v, want the focus first and the five competence areas", got)
		}
	})
}

func TestARequestThatWasAnsweredFillsTheForm(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	m := s.mentor("a1")
	s.Log.Request = func(_ context.Context, mentor, id int64) (supportlog.Preset, bool, error) {
		return supportlog.Preset{Area: "remote", Way: mentoring.Remote}, mentor == m.ID && id == 7, nil
	}
	r := s.As("a1@shores.example")
	f := r.Get("/log/new?request=7").Want(t, 200).Form(t, "/log")
	if f.Values.Get("area") != "remote" || f.Values.Get("way") != "remote" {
		t.Errorf("the form holds %v", f.Values)
	}
	if f := r.Get("/log/new?request=8").Want(t, 200).Form(t, "/log"); f.Values.Get("area") != "" {
		t.Errorf("of another's request the form holds %v", f.Values)
	}
}

func TestHoursOfPastWeeksStandBesideTheGrantOfThoseWeeks(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := s.mentor("a1") // two hours a week, from long ago
		const days = 28
		began := s.Clock.Now().AddDate(0, 0, -days)
		_, err := d.ExecContext(t.Context(), `UPDATE mentoring_mentor_events SET at = $1`, db.At(began))
		must(t, err)
		must(t, s.Mentors.Regrant(t.Context(), m.Person.ID, m.ID, mentoring.AnyVersion, mentoring.Grant{Minutes: 60, From: mentoring.Day(began)}))
		now, err := s.Mentors.MentorByID(t.Context(), m.ID)
		must(t, err)
		grants, err := s.Mentors.GrantsOf(t.Context(), &now)
		must(t, err)
		for days, want := range map[int]int{-400: 120, 0: 120, 27: 120, 28: 60, 40: 60, -1200: 0} {
			if got := grants.On(mentoring.Day(began.AddDate(0, 0, days))); got != want {
				t.Errorf("%d days after the first grant %d minutes are granted, want %d", days, got, want)
			}
		}
		s.As("a1@shores.example").Get("/log/hours").Want(t, 200, "<td class=\"num\">2 h</td>")
	})
}

func TestTheLongWordsOfChoicesMayBreakOnAPhone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		_, err := s.Catalog.Save(t.Context(), 1, catalog.DigitalService{Name: catalog.Words{"fi": "Etä", "sv": "Egenvårdsbedömningstjänsten"}})
		must(t, err)
		s.mentor("a1")
		r := s.As("a1@shores.example")
		r.Get("/?lang=sv")
		if p := r.Get("/log").Want(t, 200); !strings.Contains(p.Body, "Egen\u00advårds") {
			t.Errorf("the long name has no place to break:\n%s", p.Text())
		}
	})
}

func TestAMentorSeesOwnHoursBesideThoseGranted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := s.mentor("a1")
		must(t, s.Log.Add(t.Context(), m, s.entry(m, "1", 90)))
		s.As("a1@shores.example").Get("/log/hours").Want(t, 200, "1 h 30 min, granted 2 h", "The last 12 weeks")
		n, err := s.Log.MinutesOf(t.Context(), m.ID, s.day(0), s.day(0))
		if err != nil || n != 90 {
			t.Errorf("MinutesOf = %d, %v; want 90", n, err)
		}
		for day, want := range map[string]bool{s.day(0): true, s.day(-1): false} {
			if helped, err := s.Log.HelpedSince(t.Context(), day); err != nil || helped[m.ID] != want {
				t.Errorf("HelpedSince(%s) = %v, %v; want %v", day, helped, err, want)
			}
		}
	})
}

func TestWhoIsNoMentorHasNoLog(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	m := s.mentor("a1")
	must(t, s.Mentors.Move(t.Context(), 0, m.ID, mentoring.AnyVersion, mentoring.End, "siirtyi"))
	s.As("a1@shores.example").Get("/log").Want(t, 403)
	now, err := s.Mentors.MentorByID(t.Context(), m.ID)
	must(t, err)
	if err := s.Log.Add(t.Context(), &now, s.entry(m, "1", 5)); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("an entry of somebody who has ended: %v, want forbidden", err)
	}
	if p := s.Role(people.Mentor).Get("/log").Want(t, 200); p.Path != mentoring.JoinPath {
		t.Errorf("who has the role by hand alone is led to %s, want %s", p.Path, mentoring.JoinPath)
	}
}

func TestThePageThatADeviceKeepsHoldsTheMentorsChoicesAndNobodysName(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	m := s.mentor("a1")
	e := s.entry(m, "1", 45)
	e.Note = "salainen asia"
	must(t, s.Log.Add(t.Context(), m, e))
	r := s.As("a1@shores.example")
	p := r.Get("/log/offline").Want(t, 200).Without(t, "Aino", "Aalto", "salainen", "a1@", "/log/1")
	if f := p.Form(t, "/log"); f.Values.Get("minutes") != "45" || f.Values.Get("key") != "" {
		t.Errorf("it holds %v", f.Values)
	}
	r.Get("/log").Want(t, 200).Without(t, "data-shared")
	r.Get("/log").Form(t, "/log/shared").Send().Want(t, 200, "Nothing is kept on this device")
	if !strings.Contains(r.Get("/log").Body, "data-shared") {
		t.Error("the script is not told that the device is shared")
	}
	p = s.Anonymous().Get("/log/worker.js").Want(t, 200)
	if p.Header.Get("Service-Worker-Allowed") != "/log" || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/javascript") {
		t.Errorf("the worker comes with %v", p.Header)
	}
}
