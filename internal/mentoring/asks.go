package mentoring

import (
	"context"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

const (
	remindAfter   = 7 * 24 * time.Hour // without an answer, and again each time
	mostReminders = 3                  // then the coordinator sees it
)

// asking is how a candidate's supervisors have been asked.
type asking struct {
	rounds int // mails to each: the first, and reminders
	last   time.Time
}

// unanswered reports whether all that mail can do has been done: the coordinator must look into it. So it is from the start when
// there is nobody to ask.
func (a asking) unanswered(now time.Time) bool {
	return a.rounds == 0 || a.rounds > mostReminders && !now.Before(a.last.Add(remindAfter))
}

// due reports whether the supervisors are to be asked, or reminded.
func (a asking) due(now time.Time) bool {
	return a.rounds == 0 || a.rounds <= mostReminders && !now.Before(a.last.Add(remindAfter))
}

// ask asks a candidate's supervisors by mail, for the n-th time from 0. Who has been asked so often already is not asked again.
func (s *Service) ask(ctx context.Context, tx *db.Tx, bosses []people.Person, mentor int64, n int) error {
	var mails []outbox.Item
	for _, b := range bosses {
		id, made, err := insertAsk(ctx, tx, mentor, b.ID, n, s.Now())
		if err != nil {
			return err
		}
		if made {
			mails = append(mails, outbox.Item{Topic: mailTopic, Kind: askKind, Ref: id})
		}
	}
	return outbox.Add(ctx, tx, s.Now(), mails)
}

// remind asks the supervisors of candidates who wait: those who have not answered for a week, and whom nobody has been asked about
// because there was nobody, or because a list brought them in.
func (s *Service) remind(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "mentoring.remind")
	waiting, err := readMentors(ctx, s.DB, ` WHERE m.state = 'candidate' ORDER BY m.id`)
	if err != nil || len(waiting) == 0 {
		return err
	}
	asked, err := askings(ctx, s.DB)
	if err != nil {
		return err
	}
	waiting = slices.DeleteFunc(waiting, func(m Mentor) bool { return m.Person.Name == "" || !asked[m.ID].due(s.Now()) })
	if len(waiting) == 0 {
		return nil
	}
	lead, err := s.supervisors(ctx)
	if err != nil {
		return err
	}
	for _, m := range waiting {
		bosses := lead.Of(m.Person)
		if len(bosses) == 0 {
			continue
		}
		if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.ask(ctx, tx, bosses, m.ID, asked[m.ID].rounds) }); err != nil {
			return err
		}
	}
	return nil
}

// Unanswered are the candidates whose supervisors have not answered any reminder, or who have no supervisor, by id.
func (s *Service) Unanswered(ctx context.Context) (out []Mentor, err error) {
	waiting, err := readMentors(ctx, s.DB, ` WHERE m.state = 'candidate' ORDER BY m.id`)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	asked, err := askings(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(waiting, func(m Mentor) bool { return !asked[m.ID].unanswered(s.Now()) }), nil
}

// Waiting counts what waits for a visitor: candidates to confirm, and confirmed ones to appoint.
func (s *Service) Waiting(ctx context.Context, v web.Visitor) (confirm, appoint int, err error) {
	if confirm, err = s.waitingIn(ctx, v, Candidate, people.ConfirmMentors); err != nil {
		return 0, 0, err
	}
	appoint, err = s.waitingIn(ctx, v, Confirmed, people.ManageMentors)
	return confirm, appoint, err
}

// waitingIn counts the mentors in a state to whom a visitor may do an action. Nobody confirms themself.
func (s *Service) waitingIn(ctx context.Context, v web.Visitor, state State, a web.Action) (n int, err error) {
	if !v.May(a) {
		return 0, nil
	}
	who, err := peopleIn(ctx, s.DB, state)
	if err != nil || len(who) == 0 {
		return 0, err
	}
	reach, err := people.ReachOf(ctx, s.DB, v, a)
	if err != nil {
		return 0, err
	}
	units, err := people.UnitOf(ctx, s.DB, who)
	for person, unit := range units {
		if reach.Has(unit) && (state != Candidate || person != v.ID) {
			n++
		}
	}
	return n, err
}

// scope is the part of the county in which a visitor may do something.
type scope struct {
	units map[int64]bool
	all   bool
}

func scopeOf(tree *people.Tree, v web.Visitor, a web.Action) scope {
	ids, all := tree.Within(v, a)
	out := scope{make(map[int64]bool, len(ids)), all}
	for _, id := range ids {
		out.units[id] = true
	}
	return out
}

// has reports whether a unit is in the scope; unit 0 is in that of the whole county only.
func (s scope) has(unit int64) bool { return s.all || s.units[unit] }
