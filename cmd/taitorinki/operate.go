package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/survey/instrument"
)

// program opens the database and puts the platform together for one command. Mail that a command asks for is sent by the
// server, not by the command.
func program(ctx context.Context, url string, keys keysFlag, base string) (*app.App, func(), error) {
	safe, err := keys.safe()
	if err != nil {
		return nil, nil, err
	}
	d, err := open(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	a, err := app.New(app.Config{DB: d, Mail: &mail.Recorder{}, Now: time.Now, BaseURL: base, Version: built(), Keys: keys.Keys, KeysCopy: keys.KeysCopy, Safe: safe})
	if err != nil {
		d.Close()
		return nil, nil, err
	}
	return a, func() { d.Close() }, nil
}

// existing is program for a database that must be there: a mistyped name must not make an empty county.
func existing(ctx context.Context, url string, keys keysFlag, base string) (*app.App, func(), error) {
	if err := mustExist(url); err != nil {
		return nil, nil, err
	}
	return program(ctx, url, keys, base)
}

// explain puts an error into English words for the operator. Where the page's words are for a respondent, who has a link
// and no server, the command has its own.
func explain(a *app.App, err error) error {
	e, ok := errors.AsType[*errs.E](err)
	if !ok || e.Kind == errs.Internal {
		return err
	}
	switch e.Key {
	case "survey.no-round":
		return usage{errors.New("there is no such round in this database: give the number or the code of a round")}
	case "survey.key-missing":
		return usage{fmt.Errorf("the round's key is neither in the folder %q nor in its second copy: check --keys, or put the key back from its backup; nothing was changed", a.Config.Keys)}
	}
	return usage{errors.New(a.Kit.Words.T("en", e.Key, e.Args...))}
}

type peopleCmd struct {
	Import peopleImportCmd `cmd:"" help:"Bring in a staff list, or tell what it would change."`
}

type peopleImportCmd struct {
	dbFlag
	Units       string `help:"CSV of units: code, parent, name_fi, name_sv, name_en, headcount." placeholder:"FILE" type:"existingfile"`
	People      string `help:"CSV of people: email, name, unit; optional profession, staff number, language, role, supervisor of." placeholder:"FILE" type:"existingfile"`
	Professions string `help:"CSV of professions: code, name_fi, name_sv, name_en." placeholder:"FILE" type:"existingfile"`
	DryRun      bool   `help:"Only tell what would change."`
	SkipBad     bool   `help:"Leave bad rows out instead of refusing the whole list."`
	ManyLeave   bool   `help:"Go on although more than a tenth of the staff would leave."`
}

func (c *peopleImportCmd) Run(ctx context.Context) error {
	if c.Units == "" && c.People == "" && c.Professions == "" {
		return usage{errors.New("give at least one of --units, --people and --professions")}
	}
	var files people.Files
	for path, f := range map[string]*people.File{c.Units: &files.Units, c.People: &files.People, c.Professions: &files.Professions} {
		if path == "" {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		*f = people.File{Name: filepath.Base(path), Data: b}
	}
	a, done, err := program(ctx, c.DB, keysFlag{}, "http://localhost")
	if err != nil {
		return err
	}
	defer done()
	if err := c.checkLeaving(ctx, a, files); err != nil {
		return err
	}
	change, err := a.People.Import(ctx, files, people.ImportOptions{DryRun: c.DryRun, SkipBad: c.SkipBad})
	if change != nil {
		writeChange(os.Stdout, change, c.DryRun, c.SkipBad)
	}
	if bad, ok := errors.AsType[people.Problems](err); ok && change != nil {
		return usage{refusal(bad)}
	}
	if err != nil {
		return usage{err}
	}
	return nil
}

// checkLeaving refuses a list that looks like a part of the staff. What else is wrong with it is told by the import.
func (c *peopleImportCmd) checkLeaving(ctx context.Context, a *app.App, files people.Files) error {
	if c.DryRun || c.ManyLeave {
		return nil
	}
	change, err := a.People.Import(ctx, files, people.ImportOptions{DryRun: true, SkipBad: true})
	if err != nil || change == nil {
		return nil
	}
	tree, err := people.LoadTree(ctx, a.Config.DB)
	if err != nil {
		return err
	}
	if change.ManyLeave(tree.Staff()) {
		return usage{fmt.Errorf("%d of %d people are not in the list and would leave. Nothing was changed: look with --dry-run, and give --many-leave if it is right", len(change.Left), tree.Staff())}
	}
	return nil
}

type instrumentCmd struct {
	Import instrumentImportCmd `cmd:"" help:"Bring in a questionnaire (doc/instrument-format.md)."`
}

type instrumentImportCmd struct {
	dbFlag
	File string `arg:"" help:"JSON file." type:"existingfile"`
}

func (c *instrumentImportCmd) Run(ctx context.Context) error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	a, done, err := program(ctx, c.DB, keysFlag{}, "http://localhost")
	if err != nil {
		return err
	}
	defer done()
	id, in, err := a.Survey.ImportInstrument(ctx, b)
	if bad, ok := errors.AsType[instrument.Problems](err); ok {
		return usage{fmt.Errorf("%s: %w", filepath.Base(c.File), bad)}
	}
	if err != nil {
		return explain(a, err)
	}
	fmt.Printf("%s %s is in as number %d: %d questions in %d languages.\n", in.Key, in.Version, id, len(in.Items), len(in.Languages))
	return nil
}

type userCmd struct {
	Grant userGrantCmd `cmd:"" help:"Give somebody a role. So the first administrator comes in."`
}

type userGrantCmd struct {
	dbFlag
	Email   string `arg:"" help:"E-mail address; somebody who is not in the staff list is added."`
	Role    string `arg:"" help:"administrator, coordinator, supervisor, mentor, expert, researcher, dpo, member or partner."`
	Unit    string `arg:"" optional:"" help:"Code of the unit; without it the whole organisation."`
	Link    bool   `help:"Print a link to sign in with, good for 15 minutes and for one use."`
	BaseURL string `help:"Address that the link leads to (${default})." default:"http://127.0.0.1:8080" placeholder:"URL" env:"TAITORINKI_BASE_URL"`
}

func (c *userGrantCmd) Run(ctx context.Context) error {
	if !people.KnownRole(c.Role) {
		return usage{fmt.Errorf("there is no role %q: want one of %v", c.Role, people.Roles)}
	}
	if err := mail.CheckAddress(c.Email); err != nil {
		return usage{fmt.Errorf("%q is no e-mail address", c.Email)}
	}
	a, done, err := program(ctx, c.DB, keysFlag{}, c.BaseURL)
	if err != nil {
		return err
	}
	defer done()
	unit, err := unitID(ctx, a.Config.DB, c.Unit)
	if err != nil {
		return err
	}
	var p people.Person
	err = a.Config.DB.InTx(ctx, func(tx *db.Tx) error {
		if p, err = people.EnsurePerson(ctx, tx, c.Email, c.Email, "fi"); err != nil {
			return err
		}
		_, err := people.Grant(ctx, tx, time.Now(), 0, p.ID, c.Role, unit)
		return err
	})
	if err != nil {
		return explain(a, err)
	}
	fmt.Printf("%s has the role %s.\n", p.Email, c.Role)
	if !c.Link {
		return nil
	}
	link, err := a.People.SigninLink(ctx, p.ID)
	if err != nil {
		return explain(a, err)
	}
	fmt.Println(link)
	return nil
}

func unitID(ctx context.Context, q db.Q, code string) (int64, error) {
	if code == "" {
		return 0, nil
	}
	tree, err := people.LoadTree(ctx, q)
	if err != nil {
		return 0, err
	}
	u, ok := tree.ByCode(code)
	if !ok {
		return 0, usage{fmt.Errorf("there is no unit with the code %q", code)}
	}
	if roots := tree.Roots(); len(roots) == 1 && roots[0].ID == u.ID {
		return 0, nil // the county is the whole organisation
	}
	return u.ID, nil
}
