package people

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people/chain"
)

// Keep is how long things are kept; 0 stands for our default.
type Keep struct {
	LeftMonths  int `json:"left_months,omitempty"`  // names and addresses of people who have left
	AuditMonths int `json:"audit_months,omitempty"` // entries of the audit log
	MailDays    int `json:"mail_days,omitempty"`    // addresses of mail that went, was refused or is unclear
	JobDays     int `json:"job_days,omitempty"`     // jobs that failed for good
}

// Kept is c's retention times with our defaults where the county has decided nothing.
func (c County) Kept() Keep {
	k := c.Keep
	for _, x := range []struct {
		of   *int
		ours int
	}{{&k.LeftMonths, 12}, {&k.AuditMonths, 60}, {&k.MailDays, 30}, {&k.JobDays, 90}} {
		if *x.of <= 0 {
			*x.of = x.ours
		}
	}
	return k
}

// Cleaner deletes one kind of what is older than its time. Clean bears being stopped anywhere, being run twice, and being run by
// two servers at once; it does a bounded piece of the work and returns how much went.
type Cleaner struct {
	What  string // part of message keys: people.kept-WHAT, people.audit-retention-WHAT
	Clean func(ctx context.Context, before time.Time) (n int, err error)
	Age   func(c County) (months, days int) // how old it gets; 0, 0: for ever, as nobody has decided
	Noted bool                              // Clean writes its own entry into the log
}

// cleaners are all of them: of this package and, from Cleaners, of the others.
func (s *Service) cleaners() []Cleaner {
	return append([]Cleaner{
		{What: "left", Clean: s.eraseLeft, Age: func(c County) (int, int) { return c.Kept().LeftMonths, 0 }},
		{What: "audit", Clean: s.forgetEntries, Age: func(c County) (int, int) { return c.Kept().AuditMonths, 0 }, Noted: true},
	}, s.Cleaners...)
}

// clean runs every cleaner. One that fails does not hold up the others.
func (s *Service) clean(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "people.clean")
	again, err := s.EraseAgain(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "it is not known who has been erased before", "err", err)
	}
	if len(again) > 0 {
		slog.WarnContext(ctx, "people who had been erased were named again, as after a restore, and are erased once more", "n", len(again))
	}
	county, err := countyOf(ctx, s.DB)
	if err != nil {
		return err
	}
	for _, c := range s.cleaners() {
		if err := s.cleanOne(ctx, c, county); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "old data is not deleted", "what", c.What, "err", err)
		}
	}
	return nil
}

func (s *Service) cleanOne(ctx context.Context, c Cleaner, county County) error {
	months, days := c.Age(county)
	if months+days == 0 {
		return nil
	}
	now := s.Now()
	n, err := c.Clean(ctx, now.AddDate(0, -months, -days))
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		var last any
		if n > 0 {
			last = db.At(now)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO retention_runs (what, at, last_at, last_n) VALUES ($1, $2, $3, $4)
			ON CONFLICT (what) DO UPDATE SET at = excluded.at, last_at = coalesce(excluded.last_at, retention_runs.last_at),
				last_n = CASE WHEN excluded.last_at IS NULL THEN retention_runs.last_n ELSE excluded.last_n END`, c.What, db.At(now), last, n); err != nil {
			return err
		}
		if n == 0 || c.Noted {
			return nil
		}
		return Audit(ctx, tx, now, 0, "retention."+c.What, "", Detail("n", n))
	})
}

const perClean = 5000 // entries of the log at a time

// forgetEntries deletes old entries of the log; its chain goes on after them.
func (s *Service) forgetEntries(ctx context.Context, before time.Time) (int, error) {
	return chain.Forget(ctx, s.DB, before.UnixMicro(), perClean, func(tx *db.Tx, n int, last int64) error {
		return Audit(ctx, tx, s.Now(), 0, chain.ForgetAction, chain.ForgetObject(last), Detail("n", n))
	})
}

const erasedAtOnce = 200

// eraseLeft erases people who left before a time.
func (s *Service) eraseLeft(ctx context.Context, before time.Time) (n int, err error) {
	ids, err := db.Rows(ctx, s.DB, func(r *sql.Rows, id *int64) error { return r.Scan(id) },
		`SELECT id FROM persons WHERE left_at < $1 AND erased_at IS NULL ORDER BY id LIMIT $2`, db.At(before), erasedAtOnce)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			some, err := s.erase(ctx, tx, id)
			if some {
				n++
			}
			return err
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// keptLine is a kind of data, how long it is kept and when it was last cleaned, in words.
type keptLine struct{ What, Long, Cleaned string }

// keptLines are what the data protection officer is told of retention.
func (s *Service) keptLines(ctx context.Context, lang string, t func(key string, args ...any) string) ([]keptLine, error) {
	county, err := countyOf(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	type run struct {
		what     string
		at, last time.Time
		n        int
	}
	all, err := db.Rows(ctx, s.DB, func(r *sql.Rows, x *run) error {
		return r.Scan(&x.what, (*moment)(&x.at), (*moment)(&x.last), &x.n)
	}, `SELECT what, at, last_at, last_n FROM retention_runs`)
	if err != nil {
		return nil, err
	}
	of := map[string]run{}
	for _, x := range all {
		of[x.what] = x
	}
	var out []keptLine
	for _, c := range s.cleaners() {
		line := keptLine{What: t("people.kept-" + c.What), Long: t("people.kept-ever"), Cleaned: t("people.kept-never")}
		if months, days := c.Age(county); months > 0 {
			line.Long = t("people.kept-months", "n", months)
		} else if days > 0 {
			line.Long = t("people.kept-days", "n", days)
		}
		if x, ran := of[c.What]; ran {
			line.Cleaned = t("people.kept-ran", "at", i18n.Time(lang, x.at))
			if !x.last.IsZero() {
				line.Cleaned += " " + t("people.kept-went", "at", i18n.Date(lang, x.last), "n", x.n)
			}
		}
		out = append(out, line)
	}
	return out, nil
}
