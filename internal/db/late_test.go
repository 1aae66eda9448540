package db_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

func TestADatabaseFromTheHourBetweenTwoMigrationsGetsWhatItLacks(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		if lacks, err := d.Lacks(t.Context()); err != nil || len(lacks) > 0 {
			t.Fatalf("a new database lacks %v, %v", lacks, err)
		}
		for _, q := range []string{
			`ALTER TABLE mentoring_mentor_events DROP COLUMN minutes`, `ALTER TABLE mentoring_mentor_events DROP COLUMN ends`, `DROP INDEX audit_log_at`,
		} {
			if _, err := d.ExecContext(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		lacks, err := d.Lacks(t.Context())
		if diff := cmp.Diff([]string{"mentoring_mentor_events.ends", "mentoring_mentor_events.minutes"}, lacks); diff != "" || err != nil {
			t.Errorf("it lacks: %v (-want +got)\n%s", err, diff)
		}
		for range 2 {
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if lacks, err := d.Lacks(t.Context()); err != nil || len(lacks) > 0 {
			t.Errorf("after the start it lacks %v, %v", lacks, err)
		}
		if _, err := d.ExecContext(t.Context(), `DROP INDEX audit_log_at`); err != nil {
			t.Errorf("the index is not there again: %v", err)
		}
		if _, err := d.ExecContext(t.Context(), `UPDATE mentoring_mentor_events SET minutes = 1, ends = '2027-01-01'`); err != nil {
			t.Error(err)
		}
	})
}

// A changed migration reaches only databases that have not had it: the others count as migrated, and their pages fail.
func TestAMigrationThatOthersMayHaveRunIsNotChanged(t *testing.T) {
	b, err := os.ReadFile("testdata/migrations.sum")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(b)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		text, err := os.ReadFile(filepath.Join("migrations", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(text)); got != sum {
			t.Errorf("%s was changed (%s, want %s): write a new migration instead", name, got, sum)
		}
		names = append(names, name)
	}
	if len(names) < 33 || !slices.IsSorted(names) {
		t.Errorf("%d sums, or out of order", len(names))
	}
}
