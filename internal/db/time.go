package db

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Time is a moment as both engines store it: microseconds since 1970 UTC in a whole number, NULL for the zero time.
type Time struct{ time.Time }

// At wraps t for storing.
func At(t time.Time) Time { return Time{t} }

// ClocksApart is more than the clocks of several servers on one database differ. What one of them is said to have dated further ahead
// than it ever dates anything was dated by a clock that has gone back since.
const ClocksApart = 10 * time.Minute

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UnixMicro(), nil
}

// Scan implements sql.Scanner.
func (t *Time) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		t.Time = time.Time{}
	case int64:
		t.Time = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("db.Time: cannot scan %T", v)
	}
	return nil
}
