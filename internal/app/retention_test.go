package app_test

import (
	"fmt"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
)

const days = 24 * time.Hour

// rule is a line of the table of retention in doc/privacy.md. put makes one thing whose time began at a moment, and returns its number;
// left counts what is there of it still.
type rule struct {
	what string
	kept time.Duration
	put  func(k *keeper, at time.Time) int64
	left string
}

// keeper makes things of the past.
type keeper struct {
	*apptest.Site
	t      *testing.T
	person int64
	unit   int64
	mentor int64
	n      int64 // of what has been made
}

func (k *keeper) insert(query string, args ...any) (id int64) {
	k.t.Helper()
	if err := k.DB.InTx(k.t.Context(), func(tx *db.Tx) error {
		return tx.QueryRowContext(k.t.Context(), query+` RETURNING id`, args...).Scan(&id)
	}); err != nil {
		k.t.Fatalf("%s: %v", query, err)
	}
	return id
}

func (k *keeper) exec(query string, args ...any) int64 {
	k.t.Helper()
	if _, err := k.DB.ExecContext(k.t.Context(), query, args...); err != nil {
		k.t.Fatalf("%s: %v", query, err)
	}
	k.n++
	return k.n
}

// event is one that ended at a time.
func (k *keeper) event(end time.Time) int64 {
	k.n++
	return k.insert(`INSERT INTO events (code, kind, state, title, lead, text, area, rhythm, place, link, capacity, open_to, anonymous, elsewhere, why, starts_at, ends_at, sequence, stamp,
		made_by, made_at, version) VALUES ($1, 'fair', 'published', 'E', '', '', '', '', 'P', '', 0, 'all', (1 = 0), '', '', $2, $3, 0, 0, $4, 0, 1)`,
		fmt.Sprintf("e%d", k.n), db.At(end.Add(-time.Hour)), db.At(end), k.person)
}

// signup is that of a person, or of a guest, for an event that ended at a time. Nobody is asked for feedback of it any more.
func (k *keeper) signup(end time.Time, person any, email string) (id, event int64) {
	event = k.event(end)
	k.exec(`INSERT INTO event_feedback_asked (event_id) VALUES ($1)`, event)
	return k.insert(`INSERT INTO event_signups (event_id, person_id, name, email, email_fold, lang, state, queue, made_at, came_how) VALUES ($1, $2, $3, $3, $3, 'en', 'place', 1, 0, '')`,
		event, person, email), event
}

func (k *keeper) room(closed time.Time) (question int64) {
	k.n++
	room := k.insert(`INSERT INTO live_rooms (code, title, host_id, moderated, anonymous, state, seal, made_at, closed_at, published, version)
		VALUES ($1, 'R', $2, (1 = 0), (1 = 0), 'closed', $3, 0, $4, (1 = 0), 1)`, fmt.Sprintf("R%d", k.n), k.person, []byte("x"), db.At(closed))
	return k.insert(`INSERT INTO live_questions (room_id, text, fold, name, state, answer, kept) VALUES ($1, 'Q', 'q', 'Asker', 'shown', '', 0)`, room)
}

func (k *keeper) mail(topic, state string, at time.Time) int64 {
	k.n++
	return k.insert(`INSERT INTO mail_messages (topic, kind, ref, address, state, run_at) VALUES ($1, 'k', $2, 'a@shores.example', $3, $4)`, topic, k.n, state, db.At(at))
}

func (k *keeper) exhibitor() (id, event int64) {
	event = k.event(k.Clock.Now().Add(days))
	return k.insert(`INSERT INTO fair_exhibitors (event_id, name, what, whom, contact, reach, email, lang, place, spot, cards, made_at, version)
		VALUES ($1, 'X', '', '', '', '', 'x@shores.example', 'en', '', '', 0, 0, 1)`, event), event
}

func (k *keeper) somebody(left any) int64 {
	k.n++
	return k.insert(`INSERT INTO persons (email, email_fold, name, name_fold, lang, listed, left_at) VALUES ($1, $1, 'S', 's', 'en', (1 = 1), $2)`, fmt.Sprintf("s%d@shores.example", k.n), left)
}

// rules are what goes by age. Others have tests of their own: what goes at closing (survey), responses (keep_test.go), the log and its
// chain (people), votes in a room (events/live).
var rules = []rule{
	{"ended sessions", 0, func(k *keeper, at time.Time) int64 {
		id := k.n + 1
		return k.exec(`INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)`, []byte(fmt.Sprintf("session-%d", id)), []byte("x"), db.At(at))
	}, ""},
	{"wishes to sign in", 2 * time.Hour, func(k *keeper, at time.Time) int64 {
		return k.insert(`INSERT INTO signins (person_id, asked_at) VALUES ($1, $2)`, k.person, db.At(at))
	}, `SELECT count(*) FROM signins WHERE id = $1`},
	{"mail rows of sign-in links", days, func(k *keeper, at time.Time) int64 { return k.mail("signin", "sent", at) }, `SELECT count(*) FROM mail_messages WHERE id = $1`},
	{"uploaded staff lists", days, func(k *keeper, at time.Time) int64 {
		return k.insert(`INSERT INTO staff_uploads (person_id, kind, names, created_at) VALUES ($1, 'staff', '[]', $2)`, k.person, db.At(at))
	}, `SELECT count(*) FROM staff_uploads WHERE id = $1`},
	{"uploaded lists of digimentors", days, func(k *keeper, at time.Time) int64 {
		return k.insert(`INSERT INTO mentoring_uploads (person_id, name, data, created_at) VALUES ($1, 'l', $2, $3)`, k.person, []byte("x"), db.At(at))
	}, `SELECT count(*) FROM mentoring_uploads WHERE id = $1`},
	{"finished jobs", 30 * days, func(k *keeper, at time.Time) int64 {
		return k.insert(`INSERT INTO jobs (kind, args, state, run_at, ended_at) VALUES ('k', '{}', 'done', $1, $1)`, db.At(at))
	}, `SELECT count(*) FROM jobs WHERE id = $1`},
	{"jobs that failed for good", 90 * days, func(k *keeper, at time.Time) int64 {
		return k.insert(`INSERT INTO jobs (kind, args, state, run_at) VALUES ('k', '{}', 'dead', $1)`, db.At(at))
	}, `SELECT count(*) FROM jobs WHERE id = $1`},
	{"addresses of sent mail", 30 * days, func(k *keeper, at time.Time) int64 { return k.mail("round:x", "sent", at) }, `SELECT count(*) FROM mail_messages WHERE id = $1 AND address <> ''`},
	{"addresses of refused mail", 30 * days, func(k *keeper, at time.Time) int64 { return k.mail("round:x", "refused", at) }, `SELECT count(*) FROM mail_messages WHERE id = $1 AND address <> ''`},
	{"addresses of mail that is unclear", 30 * days, func(k *keeper, at time.Time) int64 { return k.mail("round:x", "unclear", at) }, `SELECT count(*) FROM mail_messages WHERE id = $1 AND address <> ''`},

	{"what somebody needs at an event", days, func(k *keeper, at time.Time) int64 {
		id, _ := k.signup(at, k.person, "")
		k.exec(`INSERT INTO event_needs (signup_id, text) VALUES ($1, 'x')`, id)
		return id
	}, `SELECT count(*) FROM event_needs WHERE signup_id = $1`},
	{"guests of events", 30 * days, func(k *keeper, at time.Time) int64 {
		id, _ := k.signup(at, nil, "guest@shores.example")
		return id
	}, `SELECT count(*) FROM event_signups WHERE id = $1 AND (name <> '' OR email <> '' OR email_fold <> '')`},
	{"sign-ups of staff", 2 * 365 * days, func(k *keeper, at time.Time) int64 {
		id, _ := k.signup(at, k.person, "")
		return id
	}, `SELECT count(*) FROM event_signups WHERE id = $1 AND person_id IS NOT NULL`},
	{"sign-ups that nobody confirmed", 2 * days, func(k *keeper, at time.Time) int64 {
		return k.insert(`INSERT INTO event_signups (event_id, name, email, email_fold, lang, state, queue, made_at, came_how) VALUES ($1, 'G', 'g@x.example', 'g@x.example', 'en', 'asked', 1, $2, '')`,
			k.event(k.Clock.Now().Add(9*days)), db.At(at))
	}, `SELECT count(*) FROM event_signups WHERE id = $1`},
	{"who was told of an event", 30 * days, func(k *keeper, at time.Time) int64 {
		return k.insert(`INSERT INTO event_holders (event_id, person_id, channel, name, email, lang, holds, withdrawn, made_at) VALUES ($1, $2, 'direct', '', '', '', (1 = 1), 0, 0)`, k.event(at), k.person)
	}, `SELECT count(*) FROM event_holders WHERE id = $1`},
	{"who was invited to an event", 365 * days, func(k *keeper, at time.Time) int64 {
		e := k.event(at)
		k.exec(`INSERT INTO event_invited (event_id, person_id, channel, at) VALUES ($1, $2, 'direct', 0)`, e, k.person)
		return e
	}, `SELECT count(*) FROM event_invited WHERE event_id = $1`},
	{"to whom mail about materials went", 7 * days, func(k *keeper, at time.Time) int64 {
		return k.insert(`INSERT INTO event_material_letters (event_id, person_id, email, lang, made_at) VALUES ($1, $2, '', '', $3)`, k.event(at), k.person, db.At(at))
	}, `SELECT count(*) FROM event_material_letters WHERE id = $1`},
	{"devices, addresses and what waits of feedback", 30 * days, func(k *keeper, at time.Time) int64 {
		e := k.event(at)
		k.exec(`INSERT INTO event_feedback (event_id, waiting, told) VALUES ($1, 1, 0)`, e)
		k.exec(`INSERT INTO event_feedback_devices (event_id, device) VALUES ($1, 'd')`, e)
		k.exec(`INSERT INTO event_feedback_asked (event_id) VALUES ($1)`, e)
		k.exec(`INSERT INTO event_feedback_letters (event_id, address, lang) VALUES ($1, 'a@shores.example', 'en')`, e)
		k.exec(`INSERT INTO event_feedback_waiting (id, event_id, useful, keep_text, change_text, next_text) VALUES ($1, $1, 5, 'x', '', '')`, e)
		return e
	}, `SELECT (SELECT count(*) FROM event_feedback_devices WHERE event_id = $1) + (SELECT count(*) FROM event_feedback_letters WHERE event_id = $1)
		+ (SELECT count(*) FROM event_feedback_waiting WHERE event_id = $1)`},
	{"votes in live rooms", 12 * time.Hour, func(k *keeper, at time.Time) int64 {
		q := k.room(at)
		k.exec(`INSERT INTO live_votes (question_id, voter) VALUES ($1, $2)`, q, []byte("v"))
		return q
	}, `SELECT count(*) FROM live_votes WHERE question_id = $1`},
	{"names in live rooms", 60 * days, func(k *keeper, at time.Time) int64 { return k.room(at) }, `SELECT count(*) FROM live_questions WHERE id = $1 AND name <> ''`},
	{"visitors of fairs", 0, func(k *keeper, at time.Time) int64 {
		k.n++
		return k.insert(`INSERT INTO fair_visits (hash, event_id, until_at) VALUES ($1, $2, $3)`, []byte(fmt.Sprint(k.n)), k.event(k.Clock.Now().Add(days)), db.At(at))
	}, `SELECT count(*) FROM fair_visits WHERE id = $1`},
	{"addresses left for exhibitors", 3 * days, func(k *keeper, at time.Time) int64 {
		x, event := k.exhibitor()
		k.mail(fmt.Sprintf("event:%d:contacts", event), "waiting", k.Clock.Now().Add(days)) // the mail server has been away
		return k.insert(`INSERT INTO fair_contacts (exhibitor_id, name, address, text, made_at) VALUES ($1, 'N', 'a@shores.example', '', $2)`, x, db.At(at))
	}, `SELECT count(*) FROM fair_contacts WHERE id = $1`},

	{"addresses of feedback on accessibility", 30 * days, func(k *keeper, at time.Time) int64 { return k.accessibility(at) }, `SELECT count(*) FROM about_feedback WHERE id = $1 AND email <> ''`},
	{"feedback on accessibility", 2 * 365 * days, func(k *keeper, at time.Time) int64 { return k.accessibility(at) }, `SELECT count(*) FROM about_feedback WHERE id = $1`},
	{"names of people who have left", 366 * days, func(k *keeper, at time.Time) int64 { return k.somebody(db.At(at)) }, `SELECT count(*) FROM persons WHERE id = $1 AND email <> ''`},
	{"accounts that began a session", 12 * time.Hour, func(k *keeper, at time.Time) int64 {
		id := k.insert(`INSERT INTO person_identities (person_id, issuer, subject, linked_at, used_at) VALUES ($1, 'i', $2, 0, 0)`, k.somebody(nil), fmt.Sprint(k.n))
		k.exec(`INSERT INTO identity_sessions (session, identity_id, sub, sid, began_at) VALUES ($1, $2, 's', '', $3)`, fmt.Sprintf("s%d", id), id, db.At(at))
		return id
	}, `SELECT count(*) FROM identity_sessions WHERE identity_id = $1`},

	{"who asked for help, and the words", 60 * days, func(k *keeper, at time.Time) int64 {
		return k.insert(`INSERT INTO mentoring_requests (asked_by, unit_id, area, way, wanted, text, asked_at, state, level, minutes, answer, said, closed_at, version)
			VALUES ($1, $2, 'remote', 'phone', 'week', 'Help.', 0, 'done', 0, 0, '', (1 = 0), $3, 1)`, k.person, k.unit, db.At(at))
	}, `SELECT count(*) FROM mentoring_requests WHERE id = $1 AND (asked_by IS NOT NULL OR text <> '')`},
	{"entries of the support log", 731 * days, func(k *keeper, at time.Time) int64 {
		k.n++
		return k.insert(`INSERT INTO mentoring_entries (mentor_id, key, unit_id, area, way, minutes, day, note, made_at, deleted, version) VALUES ($1, $2, $3, 'remote', 'phone', 5, $4, '', $5, (1 = 0), 1)`,
			k.mentor, fmt.Sprint(k.n), k.unit, mentoring.Day(at), db.At(at))
	}, `SELECT count(*) FROM mentoring_entries WHERE id = $1`},
	{"who wrote a topic that was answered", 365 * days, func(k *keeper, at time.Time) int64 {
		id := k.insert(`INSERT INTO meeting_topics (unit_id, person_id, text, made_at, answer, first_at, answered_at, version) VALUES ($1, $2, 'T', 0, 'A', $3, $3, 1)`, k.unit, k.person, db.At(at))
		k.exec(`INSERT INTO meeting_votes (topic_id, person_id) VALUES ($1, $2)`, id, k.person)
		return id
	}, `SELECT (SELECT count(*) FROM meeting_topics WHERE id = $1 AND person_id IS NOT NULL) + (SELECT count(*) FROM meeting_votes WHERE topic_id = $1)`},
	{"own words of mentors whose time ended", 365 * days, func(k *keeper, at time.Time) int64 {
		return k.insert(`INSERT INTO mentoring_mentors (person_id, state, minutes, starts, ends, areas, services, langs, reach, away_from, away_to, since, version)
			VALUES ($1, 'ended', 0, '', '', '["remote"]', '[]', '["fi"]', 'Desk', '', '', $2, 1)`, k.somebody(nil), db.At(at))
	}, `SELECT count(*) FROM mentoring_mentors WHERE id = $1 AND (areas <> '[]' OR reach <> '' OR langs <> '[]')`},
}

func (k *keeper) accessibility(answered time.Time) int64 {
	return k.insert(`INSERT INTO about_feedback (made_at, lang, page, text, email, answer, answered_at, told) VALUES (0, 'en', '', 'T', 'a@shores.example', 'A', $1, 0)`, db.At(answered))
}

func TestWhatIsOlderThanItsTimeGoesAndWhatIsYoungerStays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, r := range rules {
			t.Run(r.what, func(t *testing.T) { r.holds(t, d) })
		}
	})
}

func (r *rule) holds(t *testing.T, d *db.DB) {
	s := staffed(t, d)
	k := &keeper{Site: s, t: t, person: s.Person("a1@shores.example").ID, unit: unitID(t, s, "A"), n: time.Now().UnixNano()}
	m, has, err := s.Mentors.MentorOf(t.Context(), s.Person("a2@shores.example").ID)
	must(t, err)
	if k.mentor = m.ID; !has {
		k.mentor = mentor(t, s, "a2@shores.example", mentoring.Profile{Areas: []string{"remote"}}, "A")
	}
	const margin = 26 * time.Hour // some clean by the day
	near := min(margin, max(r.kept/4, time.Hour))
	young := r.put(k, s.Clock.Now().Add(near-r.kept))
	old := r.put(k, s.Clock.Now().Add(-near-r.kept))
	s.Work()
	left := r.left
	if left == "" {
		left = `SELECT count(*) FROM sessions WHERE id = $1`
	}
	rest := func(id int64) (n int) {
		var arg any = id
		if r.left == "" {
			arg = []byte(fmt.Sprintf("session-%d", id))
		}
		must(t, d.QueryRowContext(t.Context(), left, arg).Scan(&n))
		return n
	}
	if rest(young) == 0 {
		t.Errorf("what is %v younger than %v has gone", near, r.kept)
	}
	if n := rest(old); n != 0 {
		t.Errorf("of what is %v older than %v, %d are left", near, r.kept, n)
	}
}

func TestWishesOfThoseWhoHaveLeftGoWithinADay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l := &life{Site: apptest.New(t, d), t: t}
		l.staff(true)
		for _, email := range []string{zorvaneEmail, "a1@shores.example"} {
			must(t, l.Mentors.Save(t.Context(), mentoring.Wish{PersonID: l.Person(email).ID, Mentor: mentoring.Yes}))
		}
		l.staff(false)
		l.Work()
		if n := count(t, d, `SELECT count(*) FROM mentoring_wishes`); n != 1 {
			t.Errorf("%d wishes are left, want that of who is here", n)
		}
	})
}
