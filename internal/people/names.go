package people

import (
	"context"
	"database/sql"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// Names are the names of everybody, those who have left too, in no order.
func (s *Service) Names(ctx context.Context) (_ []string, err error) {
	defer errs.Wrap(&err, "people.Names")
	return db.Rows(ctx, s.DB, func(r *sql.Rows, name *string) error { return r.Scan(name) }, `SELECT DISTINCT name FROM persons WHERE name <> ''`)
}
