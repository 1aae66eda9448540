package about

import (
	"context"
	"database/sql"
	"time"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mask"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// The longest texts, in characters.
const (
	MostFeedback = 2000
	MostPage     = 200
)

// Within is how soon feedback is answered.
const Within = 14 * 24 * time.Hour

// What is kept, and what is held back.
const (
	firstReminder = 10 * 24 * time.Hour
	keepAddress   = 30 * 24 * time.Hour      // after the answer, for a mail server that was away
	keepFeedback  = 2 * 365 * 24 * time.Hour // after the answer
	mostAnHour    = 60                       // from everybody together: nobody is told apart by address
)

// Feedback is what somebody says of a page that does not work for them.
type Feedback struct {
	ID       int64
	Made     time.Time
	Lang     string
	Page     string // "" when not said
	Text     string
	Email    string // "" when no answer is wanted
	Answer   string
	Answered time.Time // zero while it waits
	Told     int
}

// Due is by when it is to be answered.
func (f Feedback) Due() time.Time { return f.Made.Add(Within) }

// Open reports whether it waits for an answer.
func (f Feedback) Open() bool { return f.Answered.IsZero() }

var finder = mask.New(nil)

// noIdentity notes a personal identity code, which nobody needs in order to help.
func noIdentity(bad *errs.Fields, field, text string) {
	for _, x := range finder.Find(text) {
		if x.Kind == mask.Identity {
			bad.Add(field, "about.identity", "text", text[x.Start:x.End])
			return
		}
	}
}

func tooLong(bad *errs.Fields, field, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		bad.Add(field, "about.too-long", "most", most)
	}
}

func (f *Feedback) check() error {
	f.Text, f.Page, f.Email = web.Lines(f.Text), web.Line(f.Page), web.Line(f.Email)
	bad := &errs.Fields{}
	if f.Text == "" {
		bad.Add("text", "about.no-text")
	}
	tooLong(bad, "text", f.Text, MostFeedback)
	noIdentity(bad, "text", f.Text)
	tooLong(bad, "page", f.Page, MostPage)
	noIdentity(bad, "page", f.Page)
	if f.Email != "" && !people.GoodEmail(f.Email) {
		bad.Add("email", "about.bad-email")
	}
	return bad.Err()
}

// Give stores feedback and tells those who answer.
func (s *Service) Give(ctx context.Context, f Feedback) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	now := s.Now()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		var n int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM about_feedback WHERE made_at > $1`, db.At(now.Add(-time.Hour))).Scan(&n)
		if err == nil && n >= mostAnHour {
			err = errs.New(errs.Conflict, "about.too-many")
		}
		if err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, `INSERT INTO about_feedback (made_at, lang, page, text, email, answer, told) VALUES ($1, $2, $3, $4, $5, '', 0) RETURNING id`,
			db.At(now), f.Lang, f.Page, f.Text, f.Email).Scan(&f.ID)
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, f)
	})
	if err == nil {
		s.Outbox.Wake()
	}
	return err
}

const feedbackColumns = `id, made_at, lang, page, text, email, answer, answered_at, told`

func read(ctx context.Context, q db.Q, where string, args ...any) (_ []Feedback, err error) {
	defer errs.Wrap(&err, "about.read")
	return db.Rows(ctx, q, func(r *sql.Rows, f *Feedback) error {
		var made, answered db.Time
		err := r.Scan(&f.ID, &made, &f.Lang, &f.Page, &f.Text, &f.Email, &f.Answer, &answered, &f.Told)
		f.Made, f.Answered = made.Time, answered.Time
		return err
	}, `SELECT `+feedbackColumns+` FROM about_feedback `+where, args...)
}

// Waiting is the feedback that has no answer, the oldest first.
func Waiting(ctx context.Context, q db.Q) ([]Feedback, error) {
	return read(ctx, q, `WHERE answered_at IS NULL ORDER BY made_at, id`)
}

// answered is the feedback that has one, the newest first.
func answered(ctx context.Context, q db.Q) ([]Feedback, error) {
	return read(ctx, q, `WHERE answered_at IS NOT NULL ORDER BY answered_at DESC, id LIMIT 100`)
}

// byID returns feedback; errs.NotFound when there is none.
func byID(ctx context.Context, q db.Q, id int64) (f Feedback, err error) {
	all, err := read(ctx, q, `WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "about.none")
	}
	if err != nil {
		return f, err
	}
	return all[0], nil
}

// Answer stores an answer, which cannot be changed, and sends it to whoever left an address.
func (s *Service) Answer(ctx context.Context, by, id int64, text string) error {
	text = web.Lines(text)
	bad := &errs.Fields{}
	if text == "" {
		bad.Add("answer", "about.no-answer")
	}
	tooLong(bad, "answer", text, MostFeedback)
	if err := bad.Err(); err != nil {
		return err
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		f, err := byID(ctx, tx, id)
		if err != nil {
			return err
		}
		n, err := db.Changed(tx.ExecContext(ctx, `UPDATE about_feedback SET answer = $2, answered_at = $3, answered_by = $4 WHERE id = $1 AND answered_at IS NULL`,
			id, text, db.At(s.Now()), db.OrNull(by)))
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "about.answered-already")
		}
		if err == nil && f.Email != "" {
			err = s.sendAnswer(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "county.answer", "", "")
	})
	if err == nil {
		s.Outbox.Wake()
	}
	return err
}

// prune forgets addresses, and feedback that was answered long ago.
func (s *Service) prune(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "about.prune")
	if _, err := s.DB.ExecContext(ctx, `UPDATE about_feedback SET email = '' WHERE email <> '' AND answered_at < $1`, db.At(s.Now().Add(-keepAddress))); err != nil {
		return err
	}
	_, err = s.DB.ExecContext(ctx, `DELETE FROM about_feedback WHERE answered_at < $1`, db.At(s.Now().Add(-keepFeedback)))
	return err
}
