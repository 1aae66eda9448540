package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/mail"
	"taitorinki/internal/mentoring/training"
)

type backupCmd struct {
	dbFlag
	keysFlag
	File    string `arg:"" help:"File to write the database to."`
	KeysOut string `help:"Also write the keys of --keys, to this file. Keep it apart from the database's backups: who has both can read the answers of open rounds, and who has the keys can sign badges." placeholder:"FILE"`
}

func (c *backupCmd) Run(ctx context.Context) error {
	d, err := openAsIs(ctx, c.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	var wrote []db.Rowed
	sum := sha256.New()
	size := &counted{}
	err = whole(c.File, func(w io.Writer) error {
		wrote, err = d.BackupCounted(ctx, io.MultiWriter(w, sum, size))
		return err
	}, func(part string) error { return verify(part, sum.Sum(nil), wrote) })
	if err != nil {
		return err
	}
	tell(c.File, wrote, size.n, sum.Sum(nil))
	if c.KeysOut == "" {
		return nil
	}
	v, err := c.vault()
	if err != nil {
		return err
	}
	files, err := v.Export()
	if err != nil {
		return locked(err)
	}
	ring, err := c.ring()
	if err != nil {
		return err
	}
	badges, err := ring.Export()
	if err != nil {
		return locked(err)
	}
	maps.Copy(files, badges)
	err = whole(c.KeysOut, func(w io.Writer) error {
		z := zip.NewWriter(w)
		for name, b := range files {
			f, err := z.Create(name)
			if err != nil {
				return err
			}
			if _, err := f.Write(v.Safe.Seal(name, b)); err != nil {
				return err
			}
		}
		return z.Close()
	}, nil)
	if err == nil {
		fmt.Printf("%d keys are in %s\n", len(files), c.KeysOut)
	}
	return err
}

type restoreCmd struct {
	dbFlag
	keysFlag
	File   string `arg:"" help:"Backup of a database."`
	KeysIn string `help:"Backup of the keys, put back into --keys." placeholder:"FILE"`
}

func (c *restoreCmd) Run(ctx context.Context) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	keys, err := c.readKeys() // before anything is done: a wrong master key must not leave half a restore
	if err != nil {
		return err
	}
	d, err := open(ctx, c.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Restore(ctx, f); err != nil {
		return usage{fmt.Errorf("%s: %w", c.File, err)}
	}
	fmt.Println("The database is restored.")
	if err := c.eraseAgain(ctx, d); err != nil || c.KeysIn == "" {
		return err
	}
	return c.restoreKeys(keys)
}

// eraseAgain erases those who have been erased since the backup was made, as far as the folder of keys tells.
func (c *restoreCmd) eraseAgain(ctx context.Context, d *db.DB) error {
	safe, err := c.safe()
	if err != nil {
		return err
	}
	a, err := app.New(app.Config{DB: d, Mail: &mail.Recorder{}, Now: time.Now, BaseURL: "http://localhost", Version: version, Keys: c.Keys, KeysCopy: c.KeysCopy, Safe: safe})
	if err != nil {
		return err
	}
	ids, err := a.People.EraseAgain(ctx)
	if len(ids) > 0 {
		fmt.Printf("People who have been erased since the backup was made are erased again: %d, by their numbers %v.\n", len(ids), ids)
	}
	return err
}

// readKeys reads the backup of the keys, by name; none is wanted when there is no such file in the command.
func (c *restoreCmd) readKeys() (map[string][]byte, error) {
	if c.KeysIn == "" {
		return nil, nil
	}
	z, err := zip.OpenReader(c.KeysIn)
	if err != nil {
		return nil, usage{fmt.Errorf("%s: %w", c.KeysIn, err)}
	}
	defer z.Close()
	v, err := c.vault()
	if err != nil {
		return nil, err
	}
	keys := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(io.LimitReader(r, 4096))
		r.Close()
		if err == nil {
			b, err = v.Safe.Open(f.Name, b)
		}
		if err != nil {
			return nil, locked(err)
		}
		keys[f.Name] = b
	}
	return keys, nil
}

func (c *restoreCmd) restoreKeys(keys map[string][]byte) error {
	v, err := c.vault()
	if err != nil {
		return err
	}
	ring, err := c.ring()
	if err != nil {
		return err
	}
	for name, b := range keys {
		if training.IsKeyFile(name) {
			err = ring.Import(name, b)
		} else {
			err = v.Import(name, b)
		}
		if err != nil {
			return usage{err}
		}
	}
	fmt.Printf("%d keys are restored.\n", len(keys))
	return nil
}

// verify reads a backup again, before it gets its name, and compares it with what was written.
func verify(path string, sum []byte, wrote []db.Rowed) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	again := sha256.New()
	r := io.TeeReader(f, again)
	holds, err := db.CountBackup(r)
	if err == nil {
		_, err = io.Copy(io.Discard, r) // what the reader of the content may have left
	}
	if err != nil {
		return fmt.Errorf("the backup cannot be read again, so it was not kept: %w", err)
	}
	if !bytes.Equal(again.Sum(nil), sum) || !slices.Equal(holds, wrote) {
		return errors.New("the backup reads otherwise than it was written, so it was not kept: look at the disk and the memory")
	}
	return nil
}

// tell says what a backup holds.
func tell(path string, wrote []db.Rowed, size int64, sum []byte) {
	var rows int64
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, t := range wrote {
		if rows += t.Rows; t.Rows > 0 {
			fmt.Fprintf(w, "%d\t %s\n", t.Rows, t.Table)
		}
	}
	w.Flush()
	fmt.Printf("The database is in %s: %d tables, %d rows, %d bytes, read again and found whole.\nSHA-256 %x\n", path, len(wrote), rows, size, sum)
}

// counted counts bytes.
type counted struct{ n int64 }

func (c *counted) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

// whole writes a file that is there whole or not at all. If check is not nil, the file gets its name only when check finds it well.
func whole(path string, write func(io.Writer) error, check func(part string) error) error {
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = write(f)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil && check != nil {
		err = check(part)
	}
	if err != nil {
		os.Remove(part)
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
