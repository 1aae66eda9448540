package asking

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// ownRequest and ownTurn are what the file of a person's own data holds: what they asked, and what came to them. Who asked them and
// with which words is somebody else's data.
type ownRequest struct {
	At    string `json:"at"`
	Area  string `json:"area,omitempty"`
	Way   string `json:"way"`
	When  string `json:"when"`
	Text  string `json:"text,omitempty"`
	State State  `json:"state"`
}

type ownTurn struct {
	Request int64  `json:"request"`
	At      string `json:"at"`
	Over    string `json:"over,omitempty"`
	How     string `json:"how,omitempty"`
	Why     string `json:"why,omitempty"`
}

// Part is what "my data" shows of a person's requests, and of those that came to them.
func (s *Service) Part(ctx context.Context, person int64, t func(key string, args ...any) string) (p people.Part, err error) {
	defer errs.Wrap(&err, "asking.Part(%d)", person)
	p = people.Part{Name: "requests", Title: t("asking.mine"), Link: t("asking.to-mine"), URL: "/help/mine"}
	all, err := s.mine(ctx, person)
	if err != nil {
		return p, err
	}
	came, err := turnsOf(ctx, s.DB, person)
	if err != nil {
		return p, err
	}
	p.Facts = []ui.Fact{{Term: t("asking.part-count"), Value: strconv.Itoa(len(all))}}
	if len(came) > 0 {
		p.Facts = append(p.Facts, ui.Fact{Term: t("asking.part-came"), Value: strconv.Itoa(len(came))})
	}
	var asked []ownRequest
	for _, r := range all {
		asked = append(asked, ownRequest{minute(r.Asked), r.Area, r.Way, r.When, r.Text, r.State})
	}
	if len(all)+len(came) > 0 {
		p.Value = struct {
			Asked []ownRequest `json:"asked"`
			Came  []ownTurn    `json:"came"`
		}{asked, came}
	}
	return p, nil
}

func turnsOf(ctx context.Context, q db.Q, person int64) (_ []ownTurn, err error) {
	return db.Rows(ctx, q, func(rows *sql.Rows, t *ownTurn) error {
		var at, over db.Time
		err := rows.Scan(&t.Request, &at, &over, &t.How, &t.Why)
		t.At, t.Over = minute(at.Time), minute(over.Time)
		return err
	}, `SELECT request_id, at, over_at, how, why FROM mentoring_request_turns WHERE person_id = $1 ORDER BY id`, person)
}

// minute is a time as the file has it; "" for none.
func minute(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(i18n.Zone()).Format("2006-01-02T15:04")
}
