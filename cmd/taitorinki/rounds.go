package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
	"taitorinki/internal/survey"
)

type roundCmd struct {
	Open  roundOpenCmd  `cmd:"" help:"Open a round: its settings are locked and the server sends the invitations."`
	Close roundCloseCmd `cmd:"" help:"Close a round: the answers are counted and the key is destroyed."`
	Links roundLinksCmd `cmd:"" help:"Write the personal links of an open round as CSV."`
}

type roundOpenCmd struct {
	dbFlag
	keysFlag
	Round      string    `arg:"" optional:"" help:"Number or code of a draft. Without it a new round is made from --instrument."`
	Instrument string    `help:"Key of the instrument for a new round; its newest version is taken (${default})." default:"taitorinki" placeholder:"KEY"`
	Name       string    `help:"Name of a new round." placeholder:"TEXT"`
	Closes     time.Time `help:"When answering ends, such as 2027-03-31T16:00:00+03:00." placeholder:"TIME"`
}

func (c *roundOpenCmd) Run(ctx context.Context) error {
	a, done, err := existing(ctx, c.DB, c.keysFlag, "http://localhost")
	if err != nil {
		return err
	}
	defer done()
	var id int64
	if c.Round != "" {
		r, err := findRound(ctx, a, c.Round)
		if err != nil {
			return explain(a, err)
		}
		id = r.ID
	} else if id, err = c.create(ctx, a); err != nil {
		return explain(a, err)
	}
	if err := a.Survey.CheckAndOpen(ctx, id, 0); err != nil {
		if c.Round == "" {
			err = errors.Join(err, a.Survey.DeleteDraft(ctx, id)) // made for this opening alone
		}
		return explain(a, err)
	}
	r, err := survey.RoundByID(ctx, a.Config.DB, id)
	if err != nil {
		return err
	}
	fmt.Printf("Round %d (%s) is open: %d people are invited.\n", r.ID, r.Code, r.Invited)
	return nil
}

func (c *roundOpenCmd) create(ctx context.Context, a *app.App) (int64, error) {
	if err := a.Survey.ImportShipped(ctx); err != nil {
		return 0, err
	}
	all, err := survey.Instruments(ctx, a.Config.DB)
	if err != nil {
		return 0, err
	}
	for _, row := range all {
		if row.Key != c.Instrument {
			continue
		}
		in, err := a.Survey.Instrument(ctx, row.ID)
		if err != nil {
			return 0, err
		}
		r := &survey.Round{InstrumentID: row.ID, Settings: a.Survey.DefaultSettings(in), ClosesAt: c.Closes}
		if c.Name != "" {
			for _, l := range i18n.Langs {
				r.Settings.Name[l] = c.Name
			}
		}
		err = a.Survey.CreateRound(ctx, r, a.Survey.DefaultPlan(in)...)
		return r.ID, err
	}
	return 0, usage{fmt.Errorf("there is no instrument %q", c.Instrument)}
}

// roundOf is existing with a round, by its number or code.
func roundOf(ctx context.Context, url string, keys keysFlag, base, round string) (a *app.App, r survey.Round, done func(), err error) {
	a, done, err = existing(ctx, url, keys, base)
	if err != nil {
		return nil, r, nil, err
	}
	if r, err = findRound(ctx, a, round); err != nil {
		err = explain(a, err)
		done()
	}
	return a, r, done, err
}

type roundCloseCmd struct {
	dbFlag
	keysFlag
	Round string `arg:"" help:"Number or code of the round."`
}

func (c *roundCloseCmd) Run(ctx context.Context) error {
	a, r, done, err := roundOf(ctx, c.DB, c.keysFlag, "http://localhost", c.Round)
	if err != nil {
		return err
	}
	defer done()
	if err := a.Survey.CloseRound(ctx, r.ID, 0); err != nil {
		return explain(a, err)
	}
	fmt.Printf("Round %d (%s) is closed and its key is destroyed.\n", r.ID, r.Code)
	return nil
}

type roundLinksCmd struct {
	dbFlag
	keysFlag
	Round   string `arg:"" help:"Number or code of the round."`
	BaseURL string `help:"Address that the links lead to (${default})." default:"http://127.0.0.1:8080" placeholder:"URL" env:"TAITORINKI_BASE_URL"`
	CSV     string `name:"csv" help:"File to write; without it the list goes to the terminal." placeholder:"FILE"`
}

func (c *roundLinksCmd) Run(ctx context.Context) error {
	a, r, done, err := roundOf(ctx, c.DB, c.keysFlag, c.BaseURL, c.Round)
	if err != nil {
		return err
	}
	defer done()
	links, err := a.Survey.Links(ctx, r.ID)
	if err != nil {
		return explain(a, err)
	}
	var rows [][]string
	for _, l := range links {
		p, err := people.PersonByID(ctx, a.Config.DB, l.PersonID)
		if err != nil {
			return err
		}
		rows = append(rows, []string{p.Email, p.Name, l.URL})
	}
	if err := people.Audit(ctx, a.Config.DB, time.Now(), 0, "round.links", "round:"+r.Code, ""); err != nil {
		return err
	}
	var out bytes.Buffer
	if err := sheet.WriteCSV(&out, []string{"email", "name", "link"}, rows); err != nil {
		return err
	}
	if c.CSV == "" {
		_, err = out.WriteTo(os.Stdout)
		return err
	}
	return os.WriteFile(c.CSV, out.Bytes(), 0o600)
}

func findRound(ctx context.Context, a *app.App, s string) (survey.Round, error) {
	if id, err := strconv.ParseInt(s, 10, 64); err == nil {
		if r, err := survey.RoundByID(ctx, a.Config.DB, id); err == nil {
			return r, nil
		}
	}
	return survey.RoundByCode(ctx, a.Config.DB, s)
}
