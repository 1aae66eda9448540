package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

type ledgerCmd struct {
	Export ledgerExportCmd `cmd:"" help:"Write all that is published of a closed round by unit and background variable, as CSV, for whoever checks that it gives nobody away."`
	Check  ledgerCheckCmd  `cmd:"" help:"Make the results of a closed round once more, store nothing, and tell whether they are the published ones to the byte."`
}

type ledgerCheckCmd struct {
	dbFlag
	Round string `help:"Number or code of a closed round." required:"" placeholder:"ID"`
}

func (c *ledgerCheckCmd) Run(ctx context.Context) error {
	a, r, done, err := roundOf(ctx, c.DB, keysFlag{Keys: os.TempDir()}, "http://localhost", c.Round)
	if err != nil {
		return err
	}
	defer done()
	same, sum, err := a.Insight.Same(ctx, r.Code)
	if err != nil {
		return explain(a, err)
	}
	if !same {
		return errors.New("the results are not the same when they are made again: the answers, the program's version or its rules have changed since they were published")
	}
	fmt.Printf("The same again, SHA-256 %x\n", sum)
	return nil
}

type ledgerExportCmd struct {
	dbFlag
	Round string `help:"Number or code of a closed round." required:"" placeholder:"ID"`
	Units string `help:"Write the units with their head counts into this file, too." placeholder:"FILE"`
	Pairs string `help:"Write what is told of those who answered the wave before, too, into this file." placeholder:"FILE"`
}

func (c *ledgerExportCmd) Run(ctx context.Context) error {
	a, r, done, err := roundOf(ctx, c.DB, keysFlag{Keys: os.TempDir()}, "http://localhost", c.Round)
	if err != nil {
		return err
	}
	defer done()
	snap, err := a.Insight.Snapshot(ctx, r.Code)
	if err != nil {
		return explain(a, err)
	}
	if snap == nil {
		return usage{errors.New("the results of this round are still being made: let the server run for a moment")}
	}
	for _, x := range []struct {
		file  string
		write func(io.Writer) error
	}{{c.Units, snap.WriteTree}, {c.Pairs, snap.WriteMatched}} {
		if x.file == "" {
			continue
		}
		var b bytes.Buffer
		if err := x.write(&b); err != nil {
			return err
		}
		if err := os.WriteFile(x.file, b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return snap.WriteLedger(os.Stdout)
}
