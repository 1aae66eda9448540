package meetings

import (
	"context"
	"slices"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mask"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Topic is what hurts in a unit, and the answer to it.
type Topic struct {
	ID, Unit int64
	By       int64 // who wrote; 0 when that is forgotten. It is shown to nobody else
	Text     string
	At       time.Time
	Meeting  int64 // in which it was answered; 0: between meetings, or not yet
	Answer   string
	First    time.Time // when it was answered; zero: not yet
	Answered time.Time // the same, or when the answer was corrected
	Version  int
	Votes    int
}

// Corrected reports whether another answer was given before.
func (t *Topic) Corrected() bool { return t.Answered.After(t.First) }

// Late reports whether a topic has waited for an answer longer than is promised.
func (t *Topic) Late(now time.Time) bool { return t.First.IsZero() && now.Sub(t.At) > InTime }

// InTime is within what time each topic is to be answered.
const InTime = 30 * 24 * time.Hour

// mostOpen is how many topics of one person may wait at a time.
const mostOpen = 10

// Give stores what hurts in a person's own unit.
func (s *Service) Give(ctx context.Context, by int64, text string) (id int64, err error) {
	text = strings.Join(strings.Fields(text), " ")
	bad := errs.Fields{}
	if text == "" {
		bad.Add("text", "meetings.no-topic")
	}
	most(&bad, "text", text, MostTopic)
	named(&bad, "text", text, mask.Identity, mask.Phone, mask.Email)
	if err := bad.Err(); err != nil {
		return 0, err
	}
	// That somebody gave a topic stands in no log: its time would tell whose it is.
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := people.PersonByID(ctx, tx, by)
		if err != nil {
			return err
		}
		if p.UnitID == 0 {
			return errs.New(errs.Conflict, "meetings.no-unit")
		}
		n, err := waitingOf(ctx, tx, by)
		if err != nil {
			return err
		}
		if n >= mostOpen {
			bad.Add("text", "meetings.too-many", "most", mostOpen)
			return bad.Err()
		}
		id, err = insertTopic(ctx, tx, &Topic{Unit: p.UnitID, By: by, Text: text, At: s.Now()})
		return err
	})
	return id, err
}

// Withdraw takes a topic back for its writer. One that is answered stays: the answer is the unit's.
func (s *Service) Withdraw(ctx context.Context, by, id int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		t, err := topicByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if t.By != by { // who may not know whose it is learns nothing else either
			return errs.New(errs.NotFound, "meetings.no-such-topic")
		}
		if !t.First.IsZero() {
			return errs.New(errs.Conflict, "meetings.answered-already")
		}
		return deleteTopic(ctx, tx, id)
	})
}

// Vote gives a person's one vote to a topic, or takes it back. Pressing twice changes nothing.
func (s *Service) Vote(ctx context.Context, by, id int64, yes bool) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		t, err := topicByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !t.First.IsZero() {
			return errs.New(errs.Conflict, "meetings.answered-already")
		}
		return vote(ctx, tx, id, by, yes)
	})
}

// Answer answers a topic, in a meeting or between meetings (0), and sends the answer to who wrote and to the unit's mentors. An answer
// that is given again corrects the one before, and is sent again if it is another. The version is that which was seen.
func (s *Service) Answer(ctx context.Context, by, id int64, version int, meeting int64, text string) error {
	text = web.Lines(text)
	bad := errs.Fields{}
	if text == "" {
		bad.Add("answer", "meetings.no-answer")
	}
	most(&bad, "answer", text, MostAnswer)
	named(&bad, "answer", text, mask.Identity)
	if err := bad.Err(); err != nil {
		return err
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		t, err := topicByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if t.Version != version {
			return conflict()
		}
		if t.Answer == text {
			return nil
		}
		t.Answer, t.Answered = text, s.Now()
		if t.First.IsZero() {
			t.First, t.Meeting = t.Answered, meeting
		}
		if err := updateTopic(ctx, tx, &t); err != nil {
			return err
		}
		if err := s.returnAnswer(ctx, tx, &t); err != nil {
			return err
		}
		object := ""
		if t.Meeting != 0 {
			object = meetingObject(t.Meeting)
		}
		return people.Audit(ctx, tx, s.Now(), by, "meeting.answer", object, "")
	})
	s.sent(err)
	return err
}

// returnAnswer asks for the mail that brings an answer back to the unit.
func (s *Service) returnAnswer(ctx context.Context, tx *db.Tx, t *Topic) error {
	n, err := mentoring.ReadNetwork(ctx, tx, mentoring.Day(s.Now()))
	if err != nil {
		return err
	}
	var to []int64
	if t.By != 0 {
		to = append(to, t.By)
	}
	helpers := n.Helpers(t.Unit)
	nearest := -1
	for _, h := range helpers {
		if h.State != mentoring.Resting && (nearest < 0 || h.Steps < nearest) {
			nearest = h.Steps
		}
	}
	for _, h := range helpers { // the nearest ones only: a central team would get every answer of the county
		if h.State != mentoring.Resting && h.Steps == nearest && !slices.Contains(to, h.Person.ID) {
			to = append(to, h.Person.ID)
		}
	}
	slices.Sort(to) // the writer's does not stand first in the queue
	return s.post(ctx, tx, letter{Kind: "answer", Topic: t.ID}, to)
}

// Pass moves a topic from a meeting to the next one.
func (s *Service) Pass(ctx context.Context, by, id, meeting int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		t, err := topicByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !t.First.IsZero() {
			return errs.New(errs.Conflict, "meetings.answered-already")
		}
		if err := passTopic(ctx, tx, id, meeting); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "meeting.move", meeting)
	})
}

// leastShown is how many people a unit must have for a topic to be shown as its own: in a smaller one everybody would know whose it is.
const leastShown = 5

// shownUnit is the unit as whose a topic is shown: the writer's, or the nearest above that is not too small. 0 is the whole county.
func shownUnit(tree *people.Tree, unit int64) int64 {
	path := tree.Path(unit)
	for i := len(path) - 1; i >= 0; i-- {
		if tree.Total(path[i].ID) >= leastShown {
			return path[i].ID
		}
	}
	return 0
}

// calendar is which meeting each topic waits for.
type calendar struct {
	tree   *people.Tree
	coming []Meeting                // planned, the next one first
	moved  map[int64]map[int64]bool // by topic: meetings that it was moved away from
}

// writeUp is how long after a meeting its topics wait for somebody to finish it; then they go to the next one by themselves.
const writeUp = 7 * 24 * time.Hour

// readCalendar reads the meetings that can still be led.
func readCalendar(ctx context.Context, q db.Q, tree *people.Tree, now time.Time) (c *calendar, err error) {
	c = &calendar{tree: tree}
	if c.coming, err = meetings(ctx, q, ` WHERE state = 'planned' AND ends_at > $1 ORDER BY starts_at, id`, db.At(now.Add(-writeUp))); err != nil {
		return nil, err
	}
	c.moved, err = moves(ctx, q)
	return c, err
}

// next is the meeting that a topic waits for; nil when none is planned.
func (c *calendar) next(t *Topic) *Meeting {
	for i := range c.coming {
		if m := &c.coming[i]; belongs(c.tree, m.Unit, t.Unit) && !c.moved[t.ID][m.ID] {
			return m
		}
	}
	return nil
}

// of are the topics that wait for a meeting, those with the most votes first.
func (c *calendar) of(meeting int64, waiting []Topic) (out []Topic) {
	for _, t := range waiting {
		if m := c.next(&t); m != nil && m.ID == meeting {
			out = append(out, t)
		}
	}
	byVotes(out)
	return out
}

// byVotes sorts topics by votes, the older first among those that have as many.
func byVotes(all []Topic) {
	slices.SortStableFunc(all, func(a, b Topic) int {
		if a.Votes != b.Votes {
			return b.Votes - a.Votes
		}
		return a.At.Compare(b.At)
	})
}

// Waiting are the topics without an answer, the oldest first.
func (s *Service) Waiting(ctx context.Context) ([]Topic, error) { return waitingTopics(ctx, s.DB) }

// WaitingFor are the topics that wait for a meeting, by id in the order in which it takes them up.
func (s *Service) WaitingFor(ctx context.Context, meeting int64) (ids []int64, err error) {
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	c, err := readCalendar(ctx, s.DB, tree, s.Now())
	if err != nil {
		return nil, err
	}
	waiting, err := waitingTopics(ctx, s.DB)
	for _, t := range c.of(meeting, waiting) {
		ids = append(ids, t.ID)
	}
	return ids, err
}
