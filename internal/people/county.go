package people

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
)

// County is what privacy notices and the accessibility statement say of the county. Nothing in it is needed for the platform
// to work: what is empty is said in general words.
type County struct {
	Name     map[string]string `json:"name"`     // the controller, by language
	Contact  string            `json:"contact"`  // how to reach the controller
	DPO      string            `json:"dpo"`      // how to reach the data protection officer
	Feedback string            `json:"feedback"` // where to tell of a page that does not work for somebody
	Months   int               `json:"months"`   // how long responses are kept after a round has closed; 0 is not said
	Reviewed string            `json:"reviewed"` // when somebody last went through the accessibility statement: 2026-05-04
	Keep     Keep              `json:"keep"`     // how long other things are kept
}

// Complete reports whether nothing that a privacy notice must tell is missing.
func (c County) Complete() bool {
	return i18n.In(c.Name, i18n.Langs[0]) != "" && c.Contact != "" && c.DPO != "" && c.Months > 0
}

// Fill puts what the county says of itself into a text: {controller}, {contact}, {dpo}, {keep}, {feedback} and {reviewed}.
func (c County) Fill(words i18n.Words, lang, text string) string {
	keep := ""
	if c.Months > 0 {
		keep = words.T(lang, "people.county-keep", "n", c.Months)
	}
	day := ""
	if t, err := time.Parse(time.DateOnly, c.Reviewed); err == nil {
		day = i18n.Date(lang, t.Add(12*time.Hour))
	}
	or := func(value, name string) string { return firstOf(value, words.T(lang, "people.county-no-"+name)) }
	return strings.NewReplacer("{controller}", or(i18n.In(c.Name, lang), "name"), "{contact}", or(c.Contact, "contact"),
		"{dpo}", or(c.DPO, "dpo"), "{keep}", or(keep, "months"), "{feedback}", or(c.Feedback, "feedback"),
		"{reviewed}", or(day, "reviewed")).Replace(text)
}

// countyMemory keeps the county for a minute: the first page of every survey shows it.
type countyMemory struct {
	mu sync.Mutex
	at time.Time
	is County
}

// County returns what the county says of itself. Another server's change is seen within a minute.
func (s *Service) County(ctx context.Context) (_ County, err error) {
	m := &s.county
	m.mu.Lock()
	defer m.mu.Unlock()
	now := s.Now()
	if !m.at.IsZero() && now.Sub(m.at) < time.Minute {
		return m.is, nil
	}
	c, err := countyOf(ctx, s.DB)
	if err == nil {
		m.at, m.is = now, c
	}
	return c, err
}

// WithName returns c with a name for the controller, if it has none yet.
func (c County) WithName(lang, name string) County {
	if i18n.In(c.Name, lang) == "" && name != "" {
		c.Name = map[string]string{lang: name}
	}
	return c
}

func countyOf(ctx context.Context, q db.Q) (c County, err error) {
	defer errs.Wrap(&err, "people.countyOf")
	var text string
	err = q.QueryRowContext(ctx, `SELECT settings FROM county_settings WHERE id = 1`).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(text), &c)
}

// SetCounty stores what the county says of itself, and notes who changed it.
func (s *Service) SetCounty(ctx context.Context, by int64, c County) (err error) {
	defer errs.Wrap(&err, "people.SetCounty")
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO county_settings (id, settings) VALUES (1, $1)
			ON CONFLICT (id) DO UPDATE SET settings = excluded.settings`, string(text))
		if err != nil {
			return err
		}
		return Audit(ctx, tx, s.Now(), by, "county.change", "", "")
	})
	if err == nil {
		s.county.mu.Lock()
		s.county.at, s.county.is = s.Now(), c
		s.county.mu.Unlock()
	}
	return err
}
