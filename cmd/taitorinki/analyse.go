package main

import (
	"errors"
	"os"

	"taitorinki/internal/analyse"
)

type analyseCmd struct {
	Data     string `required:"" help:"Folder of CSV files, or one CSV file." placeholder:"DIR|FILE"`
	Codebook string `required:"" help:"CSV that says what the columns of the data mean." placeholder:"FILE"`
	Plan     string `required:"" help:"JSON that says what to compute (doc/analyse.md)." placeholder:"FILE"`
	Out      string `help:"Write the results here instead of to standard output." placeholder:"FILE"`
}

func (c *analyseCmd) Run() error {
	results, err := analyse.Run(analyse.Input{Data: c.Data, Codebook: c.Codebook, Plan: c.Plan})
	_, broken := errors.AsType[*analyse.Broken](err)
	if err != nil && !broken {
		return usage{err}
	}
	return errors.Join(c.write(results), err)
}

func (c *analyseCmd) write(results []byte) error {
	if c.Out != "" {
		return os.WriteFile(c.Out, results, 0o644)
	}
	_, err := os.Stdout.Write(results)
	return err
}
