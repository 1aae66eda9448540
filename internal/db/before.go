package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// kept is how many copies from before migrations stay beside an SQLite file.
const kept = 2

// ErrNoRoom tells that the disk has no room for the copy that an upgrade makes first.
var ErrNoRoom = errors.New("the disk has no room for a copy of the database, which an upgrade makes first")

// copyBefore makes a copy of an SQLite file beside it, before its schema goes from has on to what this program knows. Its name is
// the file's with ".before-" and the number of the first migration that is to come: an upgrade that was cut off and goes on makes
// one of another name.
func (d *DB) copyBefore(ctx context.Context, has, knows int64) error {
	if d.engine != sqlite || has == 0 || has >= knows {
		return nil
	}
	var pages, size int64
	if err := errors.Join(d.read.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages), d.read.QueryRowContext(ctx, `PRAGMA page_size`).Scan(&size)); err != nil {
		return err
	}
	// The migrations may write every page anew, so there must be room for that too.
	if free, known := FreeSpace(d.Folder()); known && free < uint64(2*pages*size) {
		return fmt.Errorf("%w: %s has %d MB free, and %d MB are needed", ErrNoRoom, d.Folder(), free>>20, 2*pages*size>>20+1)
	}
	if err := d.copyTo(ctx, fmt.Sprintf("%s.before-%05d", d.file, has+1)); err != nil {
		return fmt.Errorf("the copy before the upgrade: %w", err)
	}
	return d.dropOldCopies()
}

// copyTo writes a consistent copy that its owner alone can read, whole or not at all.
func (d *DB) copyTo(ctx context.Context, name string) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part") // VACUUM INTO takes an empty file, and leaves its mode
	if err != nil {
		return err
	}
	part := f.Name()
	defer os.Remove(part)
	if err := f.Close(); err != nil {
		return err
	}
	if _, err := d.write.ExecContext(ctx, `VACUUM INTO $1`, part); err != nil {
		return err
	}
	if f, err = os.Open(part); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// dropOldCopies removes all copies but the newest, by the number in their names.
func (d *DB) dropOldCopies() error {
	entries, err := os.ReadDir(d.Folder())
	if err != nil {
		return err
	}
	var all []string
	for _, e := range entries {
		if ok, _ := filepath.Match("*.before-[0-9][0-9][0-9][0-9][0-9]", e.Name()); ok && e.Name()[:len(e.Name())-len(".before-00000")] == filepath.Base(d.file) {
			all = append(all, e.Name())
		}
	}
	slices.Sort(all)
	for len(all) > kept {
		if err := os.Remove(filepath.Join(d.Folder(), all[0])); err != nil {
			return err
		}
		all = all[1:]
	}
	return nil
}
