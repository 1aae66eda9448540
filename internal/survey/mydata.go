package survey

import (
	"context"
	"database/sql"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// ownInvitation is what the file of a person's own data holds of one survey. There is nothing about an answer: it is not known whether
// there is one.
type ownInvitation struct {
	Round string `json:"round"`
	Name  Words  `json:"name"`
	Unit  int64  `json:"unit,omitempty"` // its number
}

// Part is what "my data" shows of surveys: to which ones a person was invited.
func (s *Service) Part(ctx context.Context, person int64, t func(key string, args ...any) string) (p people.Part, err error) {
	defer errs.Wrap(&err, "survey.Part(%d)", person)
	p = people.Part{Name: "surveys", Title: t("survey.my-part")}
	who, err := people.PersonByID(ctx, s.DB, person)
	if err != nil {
		return p, err
	}
	type invited struct{ round, unit int64 }
	all, err := db.Rows(ctx, s.DB, func(r *sql.Rows, x *invited) error {
		var unit sql.NullInt64
		err := r.Scan(&x.round, &unit)
		x.unit = unit.Int64
		return err
	}, `SELECT round_id, unit_id FROM survey_invitations WHERE person_id = $1 ORDER BY id`, person)
	if err != nil {
		return p, err
	}
	var own []ownInvitation
	for _, x := range all {
		r, err := RoundByID(ctx, s.DB, x.round)
		if err != nil {
			return p, err
		}
		own = append(own, ownInvitation{r.Code, r.Settings.Name, x.unit})
		p.Facts = append(p.Facts, ui.Fact{Term: i18n.In(r.Settings.Name, who.Lang), Value: t("survey.my-invited")})
	}
	if len(own) == 0 {
		p.Facts = []ui.Fact{{Term: p.Title, Value: t("survey.my-none")}}
		return p, nil
	}
	p.Value = own
	return p, nil
}
