package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"

	"taitorinki/internal/mentoring/training"
)

type backupCmd struct {
	dbFlag
	keysFlag
	File    string `arg:"" help:"File to write the database to."`
	KeysOut string `help:"Also write the keys of --keys, to this file. Keep it apart from the database's backups: who has both can read the answers of open rounds, and who has the keys can sign badges." placeholder:"FILE"`
}

func (c *backupCmd) Run(ctx context.Context) error {
	d, err := openExisting(ctx, c.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := whole(c.File, func(w io.Writer) error { return d.Backup(ctx, w) }); err != nil {
		return err
	}
	fmt.Println("The database is in", c.File)
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
	})
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
	d, err := open(ctx, c.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Restore(ctx, f); err != nil {
		return usage{fmt.Errorf("%s: %w", c.File, err)}
	}
	fmt.Println("The database is restored.")
	if c.KeysIn == "" {
		return nil
	}
	return c.restoreKeys()
}

func (c *restoreCmd) restoreKeys() error {
	z, err := zip.OpenReader(c.KeysIn)
	if err != nil {
		return usage{fmt.Errorf("%s: %w", c.KeysIn, err)}
	}
	defer z.Close()
	v, err := c.vault()
	if err != nil {
		return err
	}
	ring, err := c.ring()
	if err != nil {
		return err
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return err
		}
		b, err := io.ReadAll(io.LimitReader(r, 4096))
		r.Close()
		if err == nil {
			b, err = v.Safe.Open(f.Name, b)
		}
		if err != nil {
			return locked(err)
		}
		if training.IsKeyFile(f.Name) {
			err = ring.Import(f.Name, b)
		} else {
			err = v.Import(f.Name, b)
		}
		if err != nil {
			return usage{err}
		}
	}
	fmt.Printf("%d keys are restored.\n", len(z.File))
	return nil
}

// whole writes a file that is there whole or not at all.
func whole(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path+".part", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = write(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(path + ".part")
		return err
	}
	return os.Rename(path+".part", path)
}
