// Command taitorinki is the whole platform in one program: the web server, its worker, and the operator's commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"taitorinki/internal/db"
)

// version is set when a release is built.
var version = "dev"

type cli struct {
	Config string `help:"Configuration file: lines of \"name = value\", where the names are those of the flags of serve (/etc/taitorinki/taitorinki.conf, if it is there)." placeholder:"FILE" env:"TAITORINKI_CONFIG"`
	file   *fromFile

	Serve      serveCmd      `cmd:"" help:"Serve a county."`
	Demo       demoCmd       `cmd:"" help:"Show an invented county on this machine. Nothing is sent to anybody."`
	Conf       configCmd     `cmd:"" name:"config" help:"Print what serve would run with, and where each setting comes from. Secrets are hidden."`
	Check      checkCmd      `cmd:"" help:"Look whether all is well, and say what to do where it is not. Changes nothing."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the database's schema up to date. Serving does it by itself too."`
	People     peopleCmd     `cmd:"" help:"Staff list."`
	Instrument instrumentCmd `cmd:"" help:"Questionnaires."`
	Round      roundCmd      `cmd:"" help:"Survey rounds."`
	Ledger     ledgerCmd     `cmd:"" help:"What has been published."`
	User       userCmd       `cmd:"" help:"Roles and sign-in."`
	Badge      badgeCmd      `cmd:"" help:"Digimentors' badges."`
	KeyFiles   keysCmd       `cmd:"" name:"keys" help:"The master key that encrypts the key files: make one, take another."`
	Audit      auditCmd      `cmd:"" help:"The audit log: verify its seals, write it to a file."`
	Analyse    analyseCmd    `cmd:"" help:"Compute statistics of any CSV data by a plan, for researchers. Needs no database."`
	Backup     backupCmd     `cmd:"" help:"Write everything in the database, and apart from it the rounds' keys, to files."`
	Restore    restoreCmd    `cmd:"" help:"Read a backup into a new database."`
	Move       moveCmd       `cmd:"" help:"Move everything from an SQLite file to PostgreSQL, or back."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

type dbFlag struct {
	DB string `name:"db" help:"SQLite file, or postgres://user:password@host/name (${default})." default:"taitorinki.db" placeholder:"FILE|URL" env:"TAITORINKI_DB"`
}

type keysFlag struct {
	Keys string `help:"Folder of the rounds' keys. Keep it apart from the database's backups (${default})." default:"keys" placeholder:"DIR" env:"TAITORINKI_KEYS"`
	masterFlag
	KeysCopy string `help:"Folder of the keys' second copies, best on another disk (KEYS/copy)." placeholder:"DIR" env:"TAITORINKI_KEYS_COPY"`
}

// usage is an error of whoever typed the command: one line, exit 2.
type usage struct{ error }

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	var c cli
	parser, err := kong.New(&c,
		kong.Name("taitorinki"),
		kong.Description("Digital competence of social and health care staff: measure, help, measure again. Every flag can also be given as TAITORINKI_..., such as TAITORINKI_DB, and those of serve in a configuration file."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.DefaultEnvars("TAITORINKI"),
		kong.Exit(os.Exit))
	if err != nil {
		fmt.Fprintln(os.Stderr, "taitorinki:", err)
		return 2
	}
	lenient(parser.Model)
	k, err := parser.Parse(args)
	if err != nil {
		return fail(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.Bind(&c)
	k.BindTo(ctx, (*context.Context)(nil))
	return fail(k.Run())
}

// fail prints an error in one line and returns the exit status: 2 when the operator can put it right, 1 otherwise.
func fail(err error) int {
	if err == nil {
		return 0
	}
	var lines []string
	for line := range strings.Lines(err.Error()) {
		lines = append(lines, strings.TrimSpace(line))
	}
	fmt.Fprintln(os.Stderr, "taitorinki:", strings.Join(lines, "; "))
	_, parse := errors.AsType[*kong.ParseError](err)
	_, asked := errors.AsType[usage](err)
	_, path := errors.AsType[*os.PathError](err)
	if parse || asked || path || errors.Is(err, db.ErrNewer) || errors.Is(err, db.ErrInUse) || errors.Is(err, db.ErrNotEmpty) || errors.Is(err, db.ErrMoving) || errors.Is(err, db.ErrServed) || errors.Is(err, db.ErrNoRoom) {
		return 2
	}
	return 1
}

// open opens and migrates the database.
func open(ctx context.Context, url string) (*db.DB, error) {
	d, err := db.Open(url)
	if err != nil {
		return nil, usage{err}
	}
	if err := d.Migrate(ctx); err != nil {
		d.Close()
		return nil, usage{err}
	}
	return d, nil
}

// mustExist refuses a database file that is not there.
func mustExist(url string) error {
	if err := db.CheckAddress(url); err != nil {
		return usage{err}
	}
	if db.IsServer(url) {
		return nil
	}
	_, err := os.Stat(url)
	return err
}

// openAsIs opens a database that holds a county, and leaves its schema as it is.
func openAsIs(ctx context.Context, url string) (*db.DB, error) {
	if err := mustExist(url); err != nil {
		return nil, err
	}
	d, err := db.Open(url)
	if err != nil {
		return nil, usage{err}
	}
	has, _, err := d.Schema(ctx)
	if err == nil && has == 0 {
		err = usage{errors.New("the database holds no Taitorinki")}
	}
	if err == nil {
		err = d.Moving(ctx)
	}
	if err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

type versionCmd struct{}

func (versionCmd) Run() error {
	fmt.Println("taitorinki", built())
	return nil
}

// built is the version, or where no release was built the revision that the compiler found.
func built() string {
	if info, ok := debug.ReadBuildInfo(); ok && version == "dev" && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return version
}

type migrateCmd struct{ dbFlag }

func (c *migrateCmd) Run(ctx context.Context) error {
	d, err := open(ctx, c.DB)
	if err != nil {
		return err
	}
	defer d.Close()
	fmt.Println("The database is up to date.")
	return nil
}
