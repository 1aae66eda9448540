package live

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// hall is a room on a database with somebody who leads it.
type hall struct {
	*Service
	t    testing.TB
	host web.Visitor
	room Room
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newService(t testing.TB, d *db.DB) *Service {
	t.Helper()
	words, err := i18n.Load(Locales)
	must(t, err)
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	return &Service{DB: d, Now: func() time.Time { return now }, BaseURL: "https://x.example", Kit: &web.Kit{Words: words},
		Event: func(_ context.Context, id int64) (Event, error) {
			if id != 7 {
				return Event{}, errs.New(errs.NotFound, "web.not-found")
			}
			return Event{ID: 7, Title: "Aamukahvit"}, nil
		},
		MayHost: func(_ context.Context, v web.Visitor, _ int64) error {
			if v.Name != "Host" {
				return errs.New(errs.Forbidden, "web.forbidden")
			}
			return nil
		}}
}

func newHall(t testing.TB, d *db.DB, set Settings) *hall {
	t.Helper()
	h := &hall{Service: newService(t, d), t: t}
	must(t, d.InTx(t.Context(), func(tx *db.Tx) error {
		p, err := people.EnsurePerson(t.Context(), tx, "host@x.example", "Host", "fi")
		h.host = web.Visitor{ID: p.ID, Name: "Host", Scopes: map[web.Action][]int64{people.HostEvents: {0}}}
		return err
	}))
	if set.Title == "" {
		set.Title = "Huone"
	}
	r, err := h.Create(t.Context(), h.host, set)
	must(t, err)
	h.room, err = h.Begin(t.Context(), h.host, r.ID)
	must(t, err)
	return h
}

func (h *hall) ask(d Device, text string) Question {
	h.t.Helper()
	q, err := h.Ask(h.t.Context(), &h.room, d, text, "")
	must(h.t, err)
	return q
}

func (h *hall) poll(p Poll) Poll {
	h.t.Helper()
	p, err := h.Draw(h.t.Context(), h.host, h.room.ID, p)
	must(h.t, err)
	must(h.t, h.Steer(h.t.Context(), h.host, h.room.ID, p.ID, "start"))
	return p
}

func (h *hall) votes() map[string]int {
	h.t.Helper()
	all, err := questionsOf(h.t.Context(), h.DB, h.room.ID)
	must(h.t, err)
	out := map[string]int{}
	for _, q := range all {
		out[q.Text] = q.Votes
	}
	return out
}

func TestADeviceVotesOnceHoweverOftenItSendsAndCanTakeItBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d, Settings{Anonymous: true})
		q := h.ask(NewDevice(), "Miten aloitan?")
		voter := NewDevice()
		for range 3 {
			must(t, h.Vote(t.Context(), &h.room, voter, q.ID, true))
		}
		if got := h.votes()[q.Text]; got != 2 {
			t.Errorf("%d votes, want the asker's and one more", got)
		}
		must(t, h.Vote(t.Context(), &h.room, voter, q.ID, false))
		must(t, h.Vote(t.Context(), &h.room, voter, q.ID, false))
		if got := h.votes()[q.Text]; got != 1 {
			t.Errorf("%d votes after one was taken back, want 1", got)
		}
		if err := h.Vote(t.Context(), &h.room, voter, q.ID+99, true); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a vote for nothing: %v", err)
		}
		_, err := h.Close(t.Context(), h.host, h.room.ID)
		must(t, err)
		if err := h.Vote(t.Context(), &h.room, voter, q.ID, true); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a vote through a page that is older than the closing: %v", err)
		}
	})
}

func TestFortyEqualQuestionsInASecondAreOneWithFortyVotes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d, Settings{Anonymous: true})
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				text := []string{"Milloin koulutus alkaa?", "milloin  koulutus alkaa", "MILLOIN KOULUTUS ALKAA??"}[i%3]
				if _, err := h.Ask(t.Context(), &h.room, NewDevice(), text, ""); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		votes := h.votes()
		if len(votes) != 1 {
			t.Fatalf("%d questions: %v", len(votes), votes)
		}
		for text, n := range votes {
			if n != 40 {
				t.Errorf("%q has %d votes, want 40", text, n)
			}
		}
	})
}

func TestTextThatIsTooLongOrIdentifiesSomebodyIsRefusedWithTheReason(t *testing.T) {
	h := newHall(t, dbtest.SQLite(t), Settings{Anonymous: true})
	for text, key := range map[string]string{
		"":                                "live.question-missing",
		" \n\t ":                          "live.question-missing",
		strings.Repeat("ä", 5000):         "live.too-long",
		"Asiakas 131052-308T ei pääse":    "live.no-identity",
		"Soita 040 123 4567":              "live.no-phone",
		"Kirjoita maija.malli@example.fi": "live.no-email",
	} {
		_, err := h.Ask(t.Context(), &h.room, NewDevice(), text, "")
		if bad := web.FieldsOf(err); bad == nil || bad.List[0].Key != key {
			t.Errorf("%.30q: %v, want %s", text, err, key)
		}
	}
	q := h.ask(NewDevice(), "<b>Onko</b>\nتأمين?")
	if q.Text != "<b>Onko</b> تأمين?" {
		t.Errorf("kept as %q", q.Text)
	}
}

func TestNamesAreKeptOnlyWhereTheyAreAskedForAndThenForgotten(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, anonymous := range []bool{true, false} {
			h := newHall(t, d, Settings{Anonymous: anonymous})
			_, err := h.Ask(t.Context(), &h.room, NewDevice(), "Kuka?", "Maija")
			must(t, err)
			name := func() string {
				all, err := questionsOf(t.Context(), d, h.room.ID)
				must(t, err)
				return all[0].Name
			}
			if got := name() != ""; got == anonymous {
				t.Errorf("anonymous %v: the name is %q", anonymous, name())
			}
			_, err = h.Close(t.Context(), h.host, h.room.ID)
			must(t, err)
			later := h.Now().Add(nameLife + time.Hour)
			h.Now = func() time.Time { return later }
			must(t, h.forget(t.Context()))
			if name() != "" {
				t.Errorf("the name %q is kept for ever", name())
			}
		}
	})
}

func TestAModeratedQuestionIsSeenWhenTheHostHasLetItThrough(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d, Settings{Anonymous: true, Moderated: true})
		q := h.ask(NewDevice(), "Saako kysyä?")
		f, err := h.look(t.Context(), h.room.ID)
		must(t, err)
		if strings.Contains(string(f.bytes), "Saako") || !strings.Contains(string(f.bytes), `"pending":1`) {
			t.Errorf("phones get %s", f.bytes)
		}
		must(t, h.Mark(t.Context(), h.host, h.room.ID, q.ID, Shown))
		after, err := h.look(t.Context(), h.room.ID)
		must(t, err)
		if !strings.Contains(string(after.bytes), "Saako") || after.version == f.version {
			t.Errorf("phones get %s", after.bytes)
		}
		stranger := web.Visitor{ID: 99, Scopes: h.host.Scopes}
		if err := h.Mark(t.Context(), stranger, h.room.ID, q.ID, Hidden); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("another host hid it: %v", err)
		}
	})
}

func TestEveryKindOfPollIsCounted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d, Settings{Anonymous: true})
		for _, x := range []struct {
			poll    Poll
			answers [][]string
			want    string
		}{
			{Poll{Kind: Single, Title: "Yksi", Options: []string{"a", "b", "a", " "}}, [][]string{{"1"}, {"2"}, {"2"}}, "a:1 b:2"},
			{Poll{Kind: Multiple, Title: "Monta", Options: []string{"a", "b", "c"}}, [][]string{{"1", "3"}, {"3"}}, "a:1 b:0 c:2"},
			{Poll{Kind: Scale, Title: "Asteikko", Options: []string{"ei", "kyllä"}}, [][]string{{"5"}, {"5"}, {"1"}}, "1:1 2:0 3:0 4:0 5:2"},
			{Poll{Kind: Words, Title: "Sanat"}, [][]string{{"Teams, chat"}, {"teams"}, {"TEAMS!", "kiire"}, {"teams"}}, "teams:4 chat:1 kiire:1"},
		} {
			p := h.poll(x.poll)
			for _, a := range x.answers {
				who := NewDevice()
				must(t, h.Answer(t.Context(), &h.room, who, p.ID, a)) // and again, which is not counted twice
				must(t, h.Answer(t.Context(), &h.room, who, p.ID, a))
			}
			if got := h.counted(p.ID); got != x.want {
				t.Errorf("%s: %s, want %s", x.poll.Title, got, x.want)
			}
		}
		_, err := h.Close(t.Context(), h.host, h.room.ID)
		must(t, err)
		_, err = h.Publish(t.Context(), h.host, h.room.ID, true)
		must(t, err)
		rep, err := h.report(t.Context(), h.room)
		must(t, err)
		if len(rep.Polls) != 4 || rep.Polls[3].Counts[0].N != 4 || rep.Polls[1].Answers != 2 {
			t.Errorf("after the keys were forgotten: %+v", rep.Polls)
		}
	})
}

func (h *hall) counted(poll int64) string {
	h.t.Helper()
	p, err := pollIn(h.t.Context(), h.DB, h.room.ID, poll)
	must(h.t, err)
	all, err := answersOf(h.t.Context(), h.DB, poll)
	must(h.t, err)
	var out []string
	for _, c := range p.result(all).Counts {
		out = append(out, fmt.Sprintf("%s:%d", c.Label, c.N))
	}
	return strings.Join(out, " ")
}

// TestWhoHoldsTheDatabaseCannotJoinTwoVotesOfADevice reads every table as an enemy does: 20 devices vote on three questions and a
// poll, and one of them asks. No value but the room's own may be in the rows of two votes.
func TestWhoHoldsTheDatabaseCannotJoinTwoVotesOfADevice(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d, Settings{Anonymous: true})
		devices := make([]Device, 20)
		var asked []Question
		for i := range devices {
			devices[i] = NewDevice()
			if i < 3 {
				asked = append(asked, h.ask(devices[i], fmt.Sprintf("Kysymys %d", i)))
			}
		}
		p := h.poll(Poll{Kind: Single, Title: "Valitse", Options: []string{"a", "b"}})
		for i, who := range devices {
			for _, q := range asked {
				must(t, h.Vote(t.Context(), &h.room, who, q.ID, true))
			}
			must(t, h.Answer(t.Context(), &h.room, who, p.ID, []string{fmt.Sprint(1 + i%2)}))
		}
		keys := map[string]string{}
		for _, table := range []string{"live_votes", "live_answers"} {
			for _, row := range dump(t, d, `SELECT * FROM `+table) {
				if len(row) > 3 {
					t.Errorf("%s has columns that were not thought of: %v", table, row)
				}
				key := fmt.Sprintf("%x", row[1])
				if where, has := keys[key]; has {
					t.Errorf("a key of %s is in %s too", table, where)
				}
				keys[key] = table
			}
		}
		if len(keys) != 80 {
			t.Fatalf("%d keys, want 80", len(keys))
		}
		for _, query := range []string{`SELECT * FROM live_rooms`, `SELECT * FROM live_questions`, `SELECT * FROM live_polls`, `SELECT * FROM audit_log`, `SELECT * FROM jobs`, `SELECT * FROM sessions`} {
			all := fmt.Sprintf("%x", dump(t, d, query))
			for _, who := range devices {
				if strings.Contains(all, fmt.Sprintf("%x", who[:])) {
					t.Errorf("a device's secret is in %s", query)
				}
			}
			for key := range keys {
				if strings.Contains(all, key) {
					t.Errorf("a voter's key is in %s", query)
				}
			}
		}
		_, err := h.Close(t.Context(), h.host, h.room.ID)
		must(t, err)
		later := h.Now().Add(keyLife + time.Minute)
		h.Now = func() time.Time { return later }
		must(t, h.forget(t.Context()))
		if n := len(dump(t, d, `SELECT * FROM live_votes`)) + len(dump(t, d, `SELECT * FROM live_answers`)); n != 0 {
			t.Errorf("%d keys are left after the room has ended", n)
		}
		if got := h.votes()["Kysymys 1"]; got != 20 {
			t.Errorf("%d votes are left of 20", got)
		}
		if _, err := h.Begin(t.Context(), h.host, h.room.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("an ended room was opened again: %v", err)
		}
	})
}

func dump(t *testing.T, d *db.DB, query string) (out [][]any) {
	t.Helper()
	rows, err := d.QueryContext(t.Context(), query)
	must(t, err)
	defer rows.Close()
	cols, err := rows.Columns()
	must(t, err)
	for rows.Next() {
		row, at := make([]any, len(cols)), make([]any, len(cols))
		for i := range row {
			at[i] = &row[i]
		}
		must(t, rows.Scan(at...))
		out = append(out, row)
	}
	must(t, rows.Err())
	return out
}

func TestTwoProgramsOnOneDatabaseTellEachOther(t *testing.T) {
	url := dbtest.PostgresURL(t)
	open := func() *db.DB {
		d, err := db.Open(url)
		must(t, err)
		t.Cleanup(func() { d.Close() })
		return d
	}
	d := open()
	h := newHall(t, d, Settings{Anonymous: true})
	other := newService(t, open())
	ctx, stop := context.WithCancel(t.Context())
	ready := make(chan struct{}, 10)
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		defer other.hub.close()
		other.DB.Listen(ctx, channel, func(p string) { other.heard(p); ready <- struct{}{} })
	}()
	<-ready
	l, _ := other.listen(h.room.ID)
	until(t, l, `"questions":[]`)
	h.ask(NewDevice(), "Kuuluuko?")
	until(t, l, "Kuuluuko")
	// The connection on which the other program listens breaks: it comes back and reads all anew.
	_, err := d.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`)
	must(t, err)
	h.ask(NewDevice(), "Entä nyt?")
	until(t, l, "Entä nyt")
	stop()
	<-ran
}

// until reads a listener's states until one holds a text.
func until(t *testing.T, l *listener, want string) {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case <-l.wake:
			if f := l.room.now.Load(); f != nil && strings.Contains(string(f.bytes), want) {
				return
			}
		case <-late:
			t.Fatalf("%q never came", want)
		}
	}
}

func TestASummaryBelongsToItsEvent(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d, Settings{Event: 7, Title: " "})
		h.ask(NewDevice(), "Mitä seuraavaksi?")
		if rep, ok, err := h.Outcome(t.Context(), 7); err != nil || !ok || len(rep.Questions) != 0 {
			t.Errorf("while it is open: %v %v %+v", err, ok, rep)
		}
		_, err := h.Close(t.Context(), h.host, h.room.ID)
		must(t, err)
		rep, ok, err := h.Outcome(t.Context(), 7)
		must(t, err)
		if !ok || rep.Room.ID != h.room.ID || len(rep.Questions) != 1 {
			t.Errorf("%v %+v", ok, rep)
		}
		if _, ok, err := h.Outcome(t.Context(), 8); ok || err != nil {
			t.Errorf("an event without a room: %v %v", ok, err)
		}
		if _, err := h.Create(t.Context(), web.Visitor{ID: h.host.ID, Name: "Other"}, Settings{Event: 7, Title: "x"}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("somebody else made a room for it: %v", err)
		}
	})
}

func TestWrongCodesAreHeldBackAndThoseInTheRoomAreNot(t *testing.T) {
	h := newHall(t, dbtest.SQLite(t), Settings{Anonymous: true})
	request := func(code string, d *Device) error {
		r, err := http.NewRequest(http.MethodGet, "/live/"+code, nil)
		must(t, err)
		r.SetPathValue("code", code)
		if d != nil {
			r.AddCookie(&http.Cookie{Name: deviceCookie, Value: d.cookieText(h.room.seal)})
		}
		_, err = h.roomOf(r)
		return err
	}
	must(t, request(h.room.Code, nil))
	wrong := "AAAAAA"
	for i := 0; ; i++ {
		err := request(wrong, nil)
		if errs.KindOf(err) == errs.Conflict {
			break
		}
		if i > mostGuesses {
			t.Fatalf("%d wrong codes and no end: %v", i, err)
		}
	}
	if err := request(h.room.Code, nil); errs.KindOf(err) != errs.Conflict {
		t.Errorf("the right code can be told from wrong ones: %v", err)
	}
	in := NewDevice()
	must(t, request(h.room.Code, &in))
	forged := NewDevice()
	r, _ := http.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: deviceCookie, Value: forged.cookieText([]byte("another seal"))})
	if _, ok := deviceOf(r, &h.room); ok {
		t.Error("a cookie that the room has not given is taken")
	}
}

func TestOneDeviceCannotAskWithoutEnd(t *testing.T) {
	h := newHall(t, dbtest.SQLite(t), Settings{Anonymous: true})
	who := NewDevice()
	for i := range most["ask"].device {
		h.ask(who, fmt.Sprintf("Kysymys %d", i))
	}
	if _, err := h.Ask(t.Context(), &h.room, who, "Vielä yksi", ""); errs.KindOf(err) != errs.Conflict {
		t.Errorf("one more in the same minute: %v", err)
	}
	h.ask(NewDevice(), "Toinen laite")
}

func TestCodesAreReadAsPeopleTypeThem(t *testing.T) {
	for said, want := range map[string]string{
		"abc234": "ABC234", " abc 234 ": "ABC234", "ABC-234": "ABC234", "https://x.example/live/ABC234/": "ABC234",
		"abc23": "", "abc2345": "", "abc10o": "", "": "", "äbc234": "", "/": "",
	} {
		got, ok := ParseCode(said)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v, want %q", said, got, ok, want)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"abc234", "x/y/ABC 234", "\xff\xfe", "İıſK", "------"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		code, ok := ParseCode(said)
		if !ok {
			return
		}
		if len(code) != codeLength || strings.Trim(code, alphabet) != "" {
			t.Errorf("%q gave %q", said, code)
		}
		if again, ok := ParseCode(code); !ok || again != code {
			t.Errorf("%q is read as %q", code, again)
		}
	})
}

func FuzzParseDevice(f *testing.F) {
	seal := []byte("seal")
	f.Add(Device{1, 2, 3}.cookieText(seal))
	f.Add("")
	f.Add(strings.Repeat("A", 43))
	f.Fuzz(func(t *testing.T, text string) {
		if d, ok := parseDevice(text, seal); ok && d.cookieText(seal) != text {
			t.Errorf("%q is a cookie of %x, whose is %q", text, d, d.cookieText(seal))
		}
	})
}

func FuzzParseVersion(f *testing.F) {
	f.Add("0123456789abcdef")
	f.Add("\r\n: x")
	f.Fuzz(func(t *testing.T, text string) {
		if v := parseVersion(text); v != "" && !strings.EqualFold(v, text) {
			t.Errorf("%q gave %q", text, v)
		}
	})
}
