package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/seal"
)

// program opens the database and puts the platform together for one command. Mail that a command asks for is sent by the
// server, not by the command.
func program(ctx context.Context, url string, keys keysFlag, base string) (*app.App, func(), error) {
	d, err := open(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	a, err := app.New(app.Config{DB: d, Mail: &mail.Recorder{}, Now: time.Now, BaseURL: base, Keys: keys.Keys, KeysCopy: keys.KeysCopy})
	if err != nil {
		d.Close()
		return nil, nil, err
	}
	return a, func() { d.Close() }, nil
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
	change, err := a.People.Import(ctx, files, people.ImportOptions{DryRun: c.DryRun, SkipBad: c.SkipBad})
	if change != nil {
		writeChange(os.Stdout, change, c.DryRun || err != nil)
	}
	if err != nil {
		return usage{err}
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

type roundCmd struct {
	Open  roundOpenCmd  `cmd:"" help:"Open a round: its settings are locked and the server sends the invitations."`
	Close roundCloseCmd `cmd:"" help:"Close a round: the answers are counted and the key is destroyed."`
	Links roundLinksCmd `cmd:"" help:"Write the personal links of an open round as CSV."`
}

type roundOpenCmd struct {
	dbFlag
	keysFlag
	Round      string    `arg:"" optional:"" help:"Number or code of a draft. Without it a new round is made from --instrument."`
	Instrument string    `help:"Key of the instrument for a new round; its newest version is taken." default:"taitorinki" placeholder:"KEY"`
	Name       string    `help:"Name of a new round." placeholder:"TEXT"`
	Closes     time.Time `help:"When answering ends, such as 2027-03-31T16:00:00+03:00." placeholder:"TIME"`
}

func (c *roundOpenCmd) Run(ctx context.Context) error {
	if err := mustExist(c.DB); err != nil {
		return err
	}
	a, done, err := program(ctx, c.DB, c.keysFlag, "http://localhost")
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
		err = a.Survey.CreateRound(ctx, r)
		return r.ID, err
	}
	return 0, usage{fmt.Errorf("there is no instrument %q", c.Instrument)}
}

func findRound(ctx context.Context, a *app.App, s string) (survey.Round, error) {
	if id, err := strconv.ParseInt(s, 10, 64); err == nil {
		if r, err := survey.RoundByID(ctx, a.Config.DB, id); err == nil {
			return r, nil
		}
	}
	return survey.RoundByCode(ctx, a.Config.DB, s)
}

type roundCloseCmd struct {
	dbFlag
	keysFlag
	Round string `arg:"" help:"Number or code of the round."`
}

func (c *roundCloseCmd) Run(ctx context.Context) error {
	if err := mustExist(c.DB); err != nil {
		return err
	}
	a, done, err := program(ctx, c.DB, c.keysFlag, "http://localhost")
	if err != nil {
		return err
	}
	defer done()
	r, err := findRound(ctx, a, c.Round)
	if err != nil {
		return explain(a, err)
	}
	if err := a.Survey.CloseRound(ctx, r.ID); err != nil {
		return explain(a, err)
	}
	if err := people.Audit(ctx, a.Config.DB, time.Now(), 0, "round.close", "round:"+r.Code, ""); err != nil {
		return err
	}
	fmt.Printf("Round %d (%s) is closed and its key is destroyed.\n", r.ID, r.Code)
	return nil
}

type roundLinksCmd struct {
	dbFlag
	keysFlag
	Round   string `arg:"" help:"Number or code of the round."`
	BaseURL string `help:"Address that the links lead to." default:"http://127.0.0.1:8080" placeholder:"URL" env:"TAITORINKI_BASE_URL"`
	CSV     string `name:"csv" help:"File to write; without it the list goes to the terminal." placeholder:"FILE"`
}

func (c *roundLinksCmd) Run(ctx context.Context) error {
	if err := mustExist(c.DB); err != nil {
		return err
	}
	a, done, err := program(ctx, c.DB, c.keysFlag, c.BaseURL)
	if err != nil {
		return err
	}
	defer done()
	r, err := findRound(ctx, a, c.Round)
	if err != nil {
		return explain(a, err)
	}
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

type userCmd struct {
	Grant userGrantCmd `cmd:"" help:"Give somebody a role. So the first administrator comes in."`
}

type userGrantCmd struct {
	dbFlag
	Email   string `arg:"" help:"E-mail address; somebody who is not in the staff list is added."`
	Role    string `arg:"" help:"administrator, coordinator, supervisor, mentor, expert, researcher, dpo, member or partner."`
	Unit    string `arg:"" optional:"" help:"Code of the unit; without it the whole organisation."`
	Link    bool   `help:"Print a link to sign in with, good for 15 minutes and for one use."`
	BaseURL string `help:"Address that the link leads to." default:"http://127.0.0.1:8080" placeholder:"URL" env:"TAITORINKI_BASE_URL"`
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
	return u.ID, nil
}

type backupCmd struct {
	dbFlag
	keysFlag
	File    string `arg:"" help:"File to write the database to."`
	KeysOut string `help:"Also write the keys of --keys, to this file. Keep it apart from the database's backups: who has both can read the answers of open rounds." placeholder:"FILE"`
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
	files, err := (&seal.Vault{Dir: c.Keys, Copy: c.KeysCopy}).Export()
	if err != nil {
		return err
	}
	err = whole(c.KeysOut, func(w io.Writer) error {
		z := zip.NewWriter(w)
		for name, b := range files {
			f, err := z.Create(name)
			if err != nil {
				return err
			}
			if _, err := f.Write(b); err != nil {
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
	v := &seal.Vault{Dir: c.Keys, Copy: c.KeysCopy}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return err
		}
		b, err := io.ReadAll(io.LimitReader(r, 4096))
		r.Close()
		if err != nil {
			return err
		}
		if err := v.Import(f.Name, b); err != nil {
			return usage{err}
		}
	}
	fmt.Printf("%d keys are restored.\n", len(z.File))
	return nil
}
