package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"taitorinki/internal/db"
)

type moveCmd struct {
	From string `help:"SQLite file, or postgres://... No server may run on it." required:"" placeholder:"FILE|URL"`
	To   string `help:"New SQLite file, or an empty database postgres://..." required:"" placeholder:"FILE|URL"`
}

// Run copies the whole database. What it says first is how far it is, and at the end the sums, which are those of both sides.
func (c *moveCmd) Run(ctx context.Context) error {
	if err := mustExist(c.From); err != nil {
		return err
	}
	if same(c.From, c.To) {
		return usage{errors.New("--from and --to are the same database")}
	}
	from, err := db.Open(c.From)
	if err != nil {
		return usage{fmt.Errorf("--from: %w", err)}
	}
	defer from.Close()
	to, err := db.Open(c.To)
	if err != nil {
		return usage{fmt.Errorf("--to: %w", err)}
	}
	defer to.Close()
	if err := to.Lock(); err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	source, target, err := db.Move(ctx, from, to, func(table string, rows, of int64) { fmt.Printf("%s: %d of %d rows\n", table, rows, of) })
	if ctx.Err() != nil {
		return usage{errors.New("stopped: the same command goes on where this one was")}
	}
	if err != nil {
		return usage{err}
	}
	return tellSums(source, target)
}

// tellSums prints both sides of each table that has rows. The first 16 digits of a checksum are enough to see that they are the same; all
// have been compared.
func tellSums(source, target []db.Sum) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "table\trows from\trows to\tchecksum from\tchecksum to")
	var rows, empty int64
	for i, s := range source {
		if rows += s.Rows; s.Rows == 0 {
			empty++
			continue
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%.16s\t%.16s\n", s.Table, s.Rows, target[i].Rows, s.Sum, target[i].Sum)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Printf("%d tables with %d rows are moved, and the same on both sides; %d of them are empty. Serve with the new database now, and put the old one away.\n",
		len(source), rows, empty)
	return nil
}

// same reports whether two names are those of one file.
func same(a, b string) bool {
	if a == b {
		return true
	}
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
