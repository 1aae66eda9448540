package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"taitorinki/internal/db"
	"taitorinki/internal/people/chain"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Count the seals of the audit log again and name the first entry that does not fit. Changes nothing."`
	Export auditExportCmd `cmd:"" help:"Write the sealed audit log as JSON lines with their hashes, which can be verified elsewhere (doc/operating.md)."`
}

type auditVerifyCmd struct {
	dbFlag
	Head string `help:"Head that was printed earlier and kept elsewhere: it must be in the log still, or the log was made anew or its end cut off." placeholder:"HASH"`
}

func (c *auditVerifyCmd) Run(ctx context.Context) error {
	var kept *chain.Hash
	if c.Head != "" {
		b, err := hex.DecodeString(c.Head)
		if err != nil || len(b) != len(kept) {
			return usage{fmt.Errorf("--head %q: want the %d hexadecimal digits that were printed as the head", c.Head, 2*len(kept))}
		}
		kept = (*chain.Hash)(b)
	}
	d, err := openAsIs(ctx, c.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	f, err := chain.Verify(ctx, d, kept)
	if err != nil {
		return unfit(err)
	}
	if kept != nil && !f.Passed {
		return usage{errors.New("all entries fit one another, but the head that was kept is not among them: the log was made anew, its end was cut off, or entries up to that head have been deleted since, as the settings say")}
	}
	tellChain(f)
	return nil
}

// unfit makes a fault of the log one that the operator must act on, in one line.
func unfit(err error) error {
	if f, ok := errors.AsType[chain.Fault](err); ok {
		return usage{fmt.Errorf("the audit log does not fit: %w", f)}
	}
	return err
}

func tellChain(f chain.Found) {
	if f.Begins.ID != 0 {
		fmt.Printf("The log begins after entry %d; older ones have been deleted.\n", f.Begins.ID)
	}
	fmt.Printf("%d entries fit, up to entry %d. Not sealed yet: %d\n", f.Sealed, f.Head.ID, f.Waiting)
	fmt.Printf("Head: %s\n", f.Head.Hash)
}

type auditExportCmd struct {
	dbFlag
	File string `arg:"" help:"File to write to." placeholder:"FILE"`
}

func (c *auditExportCmd) Run(ctx context.Context) error {
	d, err := openAsIs(ctx, c.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := (&chain.Sealer{DB: d}).Seal(ctx); err != nil {
		return err
	}
	f, err := exportLog(ctx, d, c.File)
	if err != nil {
		return unfit(err)
	}
	tellChain(f)
	fmt.Println("Keep the head elsewhere: taitorinki audit verify --head finds it again.")
	return nil
}

// exportLog writes the log into a file that is there whole or not at all.
func exportLog(ctx context.Context, d *db.DB, path string) (f chain.Found, err error) {
	part := path + ".part"
	out, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return f, err
	}
	f, err = chain.Export(ctx, d, io.Writer(out))
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		os.Remove(part)
		return f, err
	}
	return f, os.Rename(part, path)
}
