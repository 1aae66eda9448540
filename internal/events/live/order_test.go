package live

import (
	"strings"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
)

// picked are the questions of a room as phones show them.
func (h *hall) picked() string {
	h.t.Helper()
	all, err := questionsOf(h.t.Context(), h.DB, h.room.ID)
	must(h.t, err)
	var out []string
	for _, q := range pick(all) {
		out = append(out, q.Text)
	}
	return strings.Join(out, " ")
}

// ordered are the polls of a room as its host sees them.
func (h *hall) ordered() string {
	h.t.Helper()
	all, err := pollsOf(h.t.Context(), h.DB, h.room.ID)
	must(h.t, err)
	var out []string
	for _, p := range all {
		out = append(out, p.Title)
	}
	return strings.Join(out, " ")
}

func TestAPinnedQuestionStandsFirstUntilItIsAnswered(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d, Settings{Anonymous: true})
		one, two, three := h.ask(NewDevice(), "Yksi?"), h.ask(NewDevice(), "Kaksi?"), h.ask(NewDevice(), "Kolme?")
		must(t, h.Vote(t.Context(), &h.room, NewDevice(), one.ID, true))
		before, err := h.look(t.Context(), h.room.ID)
		must(t, err)
		must(t, h.Pin(t.Context(), h.host, h.room.ID, three.ID, true))
		if got, want := h.picked(), "Kolme? Yksi? Kaksi?"; got != want {
			t.Errorf("the order is %s, want %s", got, want)
		}
		after, err := h.look(t.Context(), h.room.ID)
		must(t, err)
		if before.version == after.version {
			t.Error("phones are not told of a pinned question")
		}
		must(t, h.Mark(t.Context(), h.host, h.room.ID, three.ID, Answered))
		must(t, h.Mark(t.Context(), h.host, h.room.ID, three.ID, Shown)) // it was not answered after all: it stands by its votes
		if got, want := h.picked(), "Yksi? Kaksi? Kolme?"; got != want {
			t.Errorf("the order is %s, want %s", got, want)
		}
		must(t, h.Mark(t.Context(), h.host, h.room.ID, two.ID, Hidden))
		if err := h.Pin(t.Context(), h.host, h.room.ID, two.ID, true); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a hidden question was pinned: %v", err)
		}
	})
}

func TestPollsStandInTheOrderThatTheHostGivesThem(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d, Settings{Anonymous: true})
		ids := map[string]int64{}
		for _, title := range []string{"A", "B", "C"} {
			p, err := h.Draw(t.Context(), h.host, h.room.ID, Poll{Kind: Words, Title: title})
			must(t, err)
			ids[title] = p.ID
		}
		for _, x := range []struct {
			title string
			by    int
			want  string
		}{{"C", -1, "A C B"}, {"C", -1, "C A B"}, {"C", -1, "C A B"}, {"A", 1, "C B A"}, {"A", 1, "C B A"}, {"C", 2, "B A C"}} {
			before, err := h.look(t.Context(), h.room.ID)
			must(t, err)
			was := h.ordered()
			must(t, h.Move(t.Context(), h.host, h.room.ID, ids[x.title], x.by))
			if got := h.ordered(); got != x.want {
				t.Errorf("%s moved by %d from %s: %s, want %s", x.title, x.by, was, got, x.want)
			}
			after, err := h.look(t.Context(), h.room.ID)
			must(t, err)
			if told := before.version != after.version; told != (was != x.want) {
				t.Errorf("%s moved by %d from %s: other pages are told: %v", x.title, x.by, was, told)
			}
		}
		last, err := h.Draw(t.Context(), h.host, h.room.ID, Poll{Kind: Words, Title: "D"})
		must(t, err)
		if got := h.ordered(); got != "B A C D" {
			t.Errorf("a new poll stands %s, want it last", got)
		}
		other := newHallBeside(h)
		if err := h.Move(t.Context(), h.host, other.ID, last.ID, -1); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a poll was moved by another room: %v", err)
		}
	})
}

// newHallBeside is another room of the same host.
func newHallBeside(h *hall) Room {
	h.t.Helper()
	r, err := h.Create(h.t.Context(), h.host, Settings{Title: "Toinen"})
	must(h.t, err)
	return r
}

func TestPhonesShowThePollThatRanLastWhateverItsPlace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d, Settings{Anonymous: true})
		first := h.poll(Poll{Kind: Words, Title: "Eka", Shown: true})
		second := h.poll(Poll{Kind: Words, Title: "Toka", Shown: true})
		must(t, h.Steer(t.Context(), h.host, h.room.ID, second.ID, "end"))
		must(t, h.Move(t.Context(), h.host, h.room.ID, second.ID, -1))
		shown := func(want string) {
			t.Helper()
			p, err := h.currentOf(t.Context(), h.room.ID)
			must(t, err)
			if p == nil || p.Title != want {
				t.Errorf("phones show %+v, want %s", p, want)
			}
		}
		shown("Toka")
		must(t, h.Steer(t.Context(), h.host, h.room.ID, first.ID, "start"))
		shown("Eka")
		must(t, h.Steer(t.Context(), h.host, h.room.ID, first.ID, "end"))
		shown("Eka")
	})
}

func TestAScriptThatMakesUpDevicesIsHeldUpInItsRoomOnly(t *testing.T) {
	h := newHall(t, dbtest.SQLite(t), Settings{Anonymous: true})
	other := newHallBeside(h)
	joined := 0
	for range 2 * mostJoins {
		if h.joins.Take(h.Now(), h.room.ID, mostJoins, joinsPerSecond) {
			joined++
		}
	}
	if joined != mostJoins {
		t.Errorf("%d devices joined at once, want %d", joined, mostJoins)
	}
	if !h.joins.Take(h.Now(), other.ID, mostJoins, joinsPerSecond) {
		t.Error("another room is closed too")
	}
}
