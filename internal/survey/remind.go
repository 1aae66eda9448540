package survey

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/remind"
	"taitorinki/internal/survey/seal"
)

// A reminder goes to those who have not answered, and nothing that is stored tells who they are. A run writes a row for
// everybody invited: without an address, under a pseudonym that only the round's key makes, in the order of these. When the
// row's turn comes the key tells whose it is and whether the ballot is submitted; a row that sends nothing is settled as one
// that does. At closing the rows go.

// KindRemind is the kind of reminders in the outbox; their ref is a pseudonym of the invitation.
const KindRemind = "survey.remind"

// ReminderTopic is a reminder's topic in the outbox.
func (r *Round) ReminderTopic(n int) string { return fmt.Sprintf("%s:reminder:%d", r.Topic(), n) }

// purpose is what the pseudonyms of a reminder are for: those of two reminders have nothing in common.
func purpose(n int) string { return fmt.Sprintf("reminder %d", n) }

// Begins is when answering begins or began.
func (r *Round) Begins() (at time.Time) {
	if r.OpensAt.After(r.OpenedAt) {
		return r.OpensAt
	}
	return r.OpenedAt
}

// DefaultPlan is what a new round begins with: a reminder after a week, and one on the last day, in our own words.
func (s *Service) DefaultPlan(in *instrument.Instrument) []remind.Reminder {
	plan := []remind.Reminder{{AfterDays: 7}, {}}
	for i := range plan {
		r := &plan[i]
		r.Subject, r.Text = map[string]string{}, map[string]string{}
		for l := range in.Title {
			r.Subject[l], r.Text[l] = s.defaultReminder(r.AfterDays, l)
		}
	}
	return plan
}

// defaultReminder is our own wording of a reminder.
func (s *Service) defaultReminder(afterDays int, lang string) (subject, text string) {
	if afterDays == 0 {
		return s.Kit.Words.T(lang, "survey.remind-last-subject"), s.Kit.Words.T(lang, "survey.remind-last-text")
	}
	return s.Kit.Words.T(lang, "survey.remind-subject"), s.Kit.Words.T(lang, "survey.remind-text")
}

// RemindDue runs the reminders whose time has come. It also forgets whose the pseudonyms are, which is found anew when it is
// needed: the memory must not outlive a round for long.
func (s *Service) RemindDue(ctx context.Context) error {
	s.reminded.clear()
	return s.eachGoing(ctx, s.remindDue)
}

// eachGoing calls f for every round that people can answer now. A fault of one does not hold up the others.
func (s *Service) eachGoing(ctx context.Context, f func(context.Context, *Round) error) error {
	rounds, err := Rounds(ctx, s.DB)
	if err != nil {
		return err
	}
	var all error
	for _, r := range rounds {
		if now := s.Now(); r.State == Open && r.Started(now) && !r.Over(now) {
			all = errors.Join(all, f(ctx, &r))
		}
	}
	return all
}

func (s *Service) remindDue(ctx context.Context, r *Round) (err error) {
	defer errs.Wrap(&err, "survey.remindDue(%d)", r.ID)
	plan, err := remind.Plan(ctx, s.DB, r.ID)
	if err != nil {
		return err
	}
	run, passed := remind.Next(plan, r.Begins(), r.ClosesAt, s.Now())
	if run == nil {
		return nil
	}
	if paused, err := outbox.Paused(ctx, s.DB, r.Topic()); err != nil || paused {
		return err
	}
	key, err := s.keyWhileOpen(ctx, r)
	if err != nil || key == nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if ok, err := s.stillOpen(ctx, tx, r.ID); err != nil || !ok {
			return err
		}
		ok, err := remind.Settle(ctx, tx, r.ID, run.N, remind.Ran, s.Now())
		if err != nil || !ok {
			return err // another process has run it
		}
		for _, p := range passed {
			if _, err := remind.Settle(ctx, tx, r.ID, p.N, remind.Passed, s.Now()); err != nil {
				return err
			}
		}
		if err := s.addReminders(ctx, tx, r, run.N, key.Pseudonyms(purpose(run.N))); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), 0, "round.remind", "round:"+r.Code, "")
	})
	if err == nil && s.Outbox != nil {
		s.Outbox.Wake()
	}
	return err
}

// keyWhileOpen loads the key of a round that was open a moment ago; nil when it has closed since, and its key is gone.
func (s *Service) keyWhileOpen(ctx context.Context, r *Round) (*seal.Key, error) {
	key, lost := s.key(r.Code)
	if lost == nil {
		return key, nil
	}
	now, err := RoundByID(ctx, s.DB, r.ID)
	if err == nil && now.State == Open {
		err = lost
	}
	return nil, err
}

// stillOpen reports whether the round is open, and keeps it so until the transaction ends.
func (s *Service) stillOpen(ctx context.Context, tx *db.Tx, round int64) (bool, error) {
	rows, err := db.Rows(ctx, tx, func(r *sql.Rows, id *int64) error { return r.Scan(id) },
		`SELECT id FROM survey_rounds WHERE id = $1 AND state = 'open'`+s.DB.ForShare(), round)
	return len(rows) == 1, err
}

// addReminders writes a row for everybody invited, whether or not they have answered.
func (s *Service) addReminders(ctx context.Context, tx *db.Tx, r *Round, n int, pseudonym func(int64) int64) error {
	invs, err := invitations(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	items := make([]outbox.Item, len(invs))
	for i, inv := range invs {
		items[i] = outbox.Item{Topic: r.ReminderTopic(n), Kind: KindRemind, Ref: pseudonym(inv.ID)}
	}
	slices.SortFunc(items, func(a, b outbox.Item) int { return cmp.Compare(a.Ref, b.Ref) })
	return outbox.Add(ctx, tx, s.Now(), items)
}

// whose tells for a short while which reminder to whom a pseudonym stands for.
type whose struct {
	mu sync.Mutex
	by map[int64]reminded
}

type reminded struct {
	round    int64
	n        int
	inv      Invitation
	reminder *remind.Reminder // which has run, and never changes again
}

func (w *whose) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.by = nil
}

// find looks a pseudonym up, among those of all reminders that have run in open rounds.
func (w *whose) find(ctx context.Context, s *Service, ref int64) (to reminded, err error) {
	defer errs.Wrap(&err, "survey.whose")
	w.mu.Lock()
	defer w.mu.Unlock()
	if to, ok := w.by[ref]; ok {
		return to, nil
	}
	by, unreadable := s.pseudonyms(ctx)
	w.by = by
	if to, ok := by[ref]; ok {
		return to, nil
	}
	if unreadable != nil {
		return to, unreadable
	}
	return to, errs.New(errs.NotFound, "survey.not-open") // its round has closed
}

// pseudonyms finds whose all pseudonyms are. Where a round's key is lost the others are found all the same.
func (s *Service) pseudonyms(ctx context.Context) (by map[int64]reminded, all error) {
	rounds, err := Rounds(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	by = map[int64]reminded{}
	for _, r := range rounds {
		if r.State == Open {
			all = errors.Join(all, s.pseudonymsOf(ctx, &r, by))
		}
	}
	return by, all
}

func (s *Service) pseudonymsOf(ctx context.Context, r *Round, by map[int64]reminded) error {
	plan, err := remind.Plan(ctx, s.DB, r.ID)
	if err != nil || !slices.ContainsFunc(plan, func(x remind.Reminder) bool { return x.State == remind.Ran }) {
		return err
	}
	key, err := s.key(r.Code)
	if err != nil {
		return err
	}
	invs, err := invitations(ctx, s.DB, r.ID)
	if err != nil {
		return err
	}
	for _, x := range plan {
		pseudonym := key.Pseudonyms(purpose(x.N))
		for _, inv := range invs {
			if x.State == remind.Ran {
				by[pseudonym(inv.ID)] = reminded{r.ID, x.N, inv, &x}
			}
		}
	}
	return nil
}

// writeReminder writes the reminder that a pseudonym stands for, or skips it without a trace.
func (s *Service) writeReminder(ctx context.Context, ref int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "survey.writeReminder")
	to, err := s.reminded.find(ctx, s, ref)
	if err != nil {
		return m, err
	}
	r, err := s.lockedRound(ctx, to.round)
	if err != nil {
		return m, err
	}
	if r.State != Open || r.Over(s.Now()) {
		return m, errs.New(errs.NotFound, "survey.not-open")
	}
	p, err := people.PersonByID(ctx, s.DB, to.inv.PersonID)
	if err != nil {
		return m, err
	}
	wanted, err := s.wantsReminder(ctx, &r, to, &p)
	if err != nil {
		return m, err
	}
	if !wanted {
		return m, outbox.ErrSkip
	}
	key, err := s.key(r.Code)
	if err != nil {
		return m, err
	}
	lang := MailLang(r.Settings, p.Lang)
	return s.ReminderMail(&r, to.reminder, lang, p.Email, s.InvitationURL(r.Code, key.Token(to.inv.ID))), nil
}

// ReminderMail writes a reminder in a language, in its own words or ours.
func (s *Service) ReminderMail(r *Round, x *remind.Reminder, lang, address, url string) mail.Message {
	subject, text := s.defaultReminder(x.AfterDays, lang)
	if own := x.Subject[lang]; own != "" {
		subject = own
	}
	if own := x.Text[lang]; own != "" {
		text = own
	}
	return mail.Message{To: address, Subject: s.FillSubject(r, lang, subject), Text: s.fillText(r, lang, text, url)}
}

// wantsReminder reports whether somebody can be reached and has not answered.
func (s *Service) wantsReminder(ctx context.Context, r *Round, to reminded, p *people.Person) (bool, error) {
	if !p.Left.IsZero() || p.Email == "" {
		return false, nil
	}
	if ok, err := s.reachable(ctx, r, to, p); err != nil || !ok {
		return false, err
	}
	answered, err := s.hasAnswered(ctx, r, to.inv)
	return !answered, err
}

// leastGap is how long somebody has had an invitation before a reminder may follow: who joined late has only just got it.
const leastGap = 12 * time.Hour

// reachable reports whether nothing that was sent to somebody before has been refused for good, and the invitation has gone
// some time ago.
func (s *Service) reachable(ctx context.Context, r *Round, to reminded, p *people.Person) (bool, error) {
	m, err := outbox.StandingOf(ctx, s.DB, r.Topic(), KindInvite, to.inv.ID)
	switch {
	case err != nil:
		return false, err
	case m.State == "waiting" || m.State == "handing": // what comes is the invitation itself
		return false, nil
	case m.State == "refused" && m.Address == p.Email:
		return false, nil
	case m.State == "sent" && m.At.After(s.Now().Add(-leastGap)):
		return false, nil
	}
	key, err := s.key(r.Code)
	if err != nil {
		return false, err
	}
	for n := 1; n < to.n; n++ {
		m, err := outbox.StandingOf(ctx, s.DB, r.ReminderTopic(n), KindRemind, key.Pseudonyms(purpose(n))(to.inv.ID))
		if err != nil || m.State == "refused" {
			return false, err
		}
	}
	return true, nil
}

// hasAnswered asks with the round's key whether somebody's ballot is submitted now. One that was withdrawn is not.
func (s *Service) hasAnswered(ctx context.Context, r *Round, inv Invitation) (bool, error) {
	key, err := s.key(r.Code)
	if err != nil {
		return false, err
	}
	in, err := s.Instrument(ctx, r.InstrumentID)
	if err != nil {
		return false, err
	}
	id := key.Ballot(key.Token(inv.ID))
	x, err := s.newestState(ctx, r.Code, key, id)
	if err != nil {
		return false, err
	}
	b, err := x.open(in, key, id)
	if err != nil || b == nil {
		return true, err // there is no ballot to fill
	}
	return b.submitted, nil
}

// forgetReminders takes away the rows of all reminders of a round.
func (s *Service) forgetReminders(ctx context.Context, tx *db.Tx, r *Round) error {
	plan, err := remind.Plan(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	for _, x := range plan {
		if err := outbox.Forget(ctx, tx, r.ReminderTopic(x.N)); err != nil {
			return err
		}
	}
	return nil
}
