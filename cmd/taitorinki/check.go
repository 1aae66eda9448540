package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/jobs"
	"taitorinki/internal/keyfile"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// checkCmd takes the settings of serve that it looks at.
type checkCmd struct {
	dbFlag
	keysFlag
	BaseURL  string `help:"Address that links lead to; its certificate is looked at." placeholder:"URL" env:"TAITORINKI_BASE_URL"`
	SMTP     string `help:"Mail server, which is asked whether it would take mail; none is sent." placeholder:"URL" env:"TAITORINKI_SMTP"`
	MailFrom string `help:"Address that mails come from." placeholder:"ADDRESS" env:"TAITORINKI_MAIL_FROM"`
}

type level int

const (
	fine level = iota
	warning
	fault
)

func (l level) String() string { return [...]string{"ok", "warning", "fault"}[l] }

// finding is one line of what check says.
type finding struct {
	level       level
	thing, says string
	do          string // what the operator does about it; "" when it is fine
}

// report gathers and prints findings.
type report struct {
	now   time.Time
	worst level
	count [3]int
}

func (r *report) add(f finding) {
	line := fmt.Sprintf("%-8s %s: %s", f.level, f.thing, oneLine(f.says))
	if f.do != "" {
		line += ". " + f.do
	}
	fmt.Println(line)
	r.worst = max(r.worst, f.level)
	r.count[f.level]++
}

func (r *report) ok(thing, says string, args ...any) {
	r.add(finding{fine, thing, fmt.Sprintf(says, args...), ""})
}

// failed is a fault that came as an error.
func (r *report) failed(thing string, err error, do string) {
	r.add(finding{fault, thing, err.Error(), do})
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Run looks at everything once. Exit 0: all is well, or there are warnings. Exit 2: at least one fault.
func (c *checkCmd) Run(ctx context.Context) error {
	r := &report{now: time.Now()}
	c.checkDatabase(ctx, r)
	c.checkDisk(r)
	checkCertificate(ctx, r, c.BaseURL)
	c.checkMailServer(ctx, r)
	fmt.Printf("%d ok, %s, %s\n", r.count[fine], some(r.count[warning], "warning"), some(r.count[fault], "fault"))
	if r.worst == fault {
		return usage{fmt.Errorf("%s, see above", some(r.count[fault], "fault"))}
	}
	return nil
}

// checkDatabase looks at the database and at what is in it. It opens it as it is: nothing is migrated.
func (c *checkCmd) checkDatabase(ctx context.Context, r *report) {
	d, err := openAsIs(ctx, c.DB)
	if err != nil {
		r.failed("database", err, "Check --db, and that the server of the database runs")
		return
	}
	defer d.Close()
	engine, err := d.Engine(ctx)
	if err != nil {
		r.failed("database", err, "Look at the database's own log")
		return
	}
	r.ok("database", "%s answers", engine)
	checkTelltale(ctx, r, d)
	same := checkSchema(ctx, r, d)
	checkWhole(ctx, r, d)
	checkClock(ctx, r, d)
	if !same {
		return // what stands in the tables is known for this program's schema alone
	}
	checkNewest(ctx, r, d)
	checkQueues(ctx, r, d)
	c.checkKeys(ctx, r, d)
}

// checkTelltale looks whether the database's server writes down what respondents send.
func checkTelltale(ctx context.Context, r *report, d *db.DB) {
	switch set, err := d.Telltale(ctx); {
	case err != nil:
		r.failed("database's log", err, "Look at the database's own log")
	case len(set) > 0:
		r.add(finding{fault, "database's log", "the server keeps what was sent to it, or when: " + strings.Join(set, ", "), "Set them for this database as doc/operating.md says, and delete what was logged"})
	case d.Folder() == "":
		r.ok("database's log", "the server logs no statements")
	}
}

func checkSchema(ctx context.Context, r *report, d *db.DB) (same bool) {
	has, knows, err := d.Schema(ctx)
	switch {
	case err != nil:
		r.failed("schema", err, "Look at the database's own log")
	case has > knows:
		r.add(finding{fault, "schema", fmt.Sprintf("%d, and this program knows %d", has, knows), "Use the newer program that has served it"})
	case has < knows:
		r.add(finding{warning, "schema", fmt.Sprintf("%d, and this program writes %d", has, knows), "It is brought up to date when this program serves; back up first. Mail, jobs and keys were not looked at"})
	default:
		return checkColumns(ctx, r, d, has)
	}
	return false
}

// checkColumns looks whether a schema of this program's number is this program's.
func checkColumns(ctx context.Context, r *report, d *db.DB, has int64) (same bool) {
	lacks, err := d.Lacks(ctx)
	switch {
	case err != nil:
		r.failed("schema", err, "Look at the database's own log")
	case len(lacks) > 0:
		r.add(finding{fault, "schema", fmt.Sprintf("%d, but it lacks %s", has, strings.Join(lacks, ", ")), "Restart the server, which adds what it can; if it stays, restore a backup from before it was so. Mail, jobs and keys were not looked at"})
	default:
		r.ok("schema", "%d, which is this program's", has)
	}
	return err == nil && len(lacks) == 0
}

// some counts things in words: 1 fault, 2 faults.
func some(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func checkWhole(ctx context.Context, r *report, d *db.DB) {
	if damage, err := d.Damage(ctx); err != nil {
		r.failed("file", err, "Look at the disk, and restore the newest backup")
	} else if len(damage) > 0 {
		r.add(finding{fault, "file", strings.Join(damage, "; "), "Stop the server, keep a copy of the file, look at the disk, and restore the newest backup"})
	} else if d.Folder() != "" {
		r.ok("file", "SQLite finds it whole")
	}
	if orphans, err := d.Orphans(ctx, d); err != nil {
		r.failed("references", err, "Look at the database's own log")
	} else if len(orphans) > 0 {
		r.add(finding{fault, "references", strings.Join(orphans, "; "), "Somebody has changed the database by hand: restore a backup from before"})
	} else {
		r.ok("references", "no row refers to one that is not there")
	}
}

// A clock of the database's server that is off by more than this makes links and leases end at the wrong time.
const (
	clockWarns  = 2 * time.Second
	clockFaults = time.Minute
)

func checkClock(ctx context.Context, r *report, d *db.DB) {
	before := time.Now()
	at, ok, err := d.Clock(ctx)
	if err != nil {
		r.failed("clock", err, "Look at the database's own log")
		return
	}
	if !ok {
		return
	}
	r.add(clockFinding(at.Sub(before.Add(time.Since(before) / 2))))
}

// clockFinding judges how far the clock of the database's server is ahead of this machine's.
func clockFinding(ahead time.Duration) finding {
	off := ahead.Abs().Round(time.Millisecond)
	f := finding{fine, "clock", fmt.Sprintf("the database server's is %v off this machine's", off), ""}
	if off > clockWarns {
		f.level, f.do = warning, "Let both keep time by NTP"
	}
	if off > clockFaults {
		f.level = fault
	}
	return f
}

// checkNewest compares the clock with the audit log: what was written there cannot be from the future.
func checkNewest(ctx context.Context, r *report, d *db.DB) {
	last, _, err := people.AuditLog(ctx, d, "", 1, 0)
	if err != nil {
		r.failed("clock and log", err, "Look at the database")
		return
	}
	if len(last) == 0 {
		r.ok("clock and log", "nothing is in the audit log yet")
		return
	}
	if ahead := last[0].At.Sub(r.now); ahead > clockFaults {
		r.add(finding{fault, "clock and log", fmt.Sprintf("the newest line of the audit log is %v ahead: a clock has gone back, or was ahead", ahead.Round(time.Second)), "Set the clock right by NTP before the server goes on"})
		return
	}
	r.ok("clock and log", "this machine's %s is after the newest line of the audit log", r.now.Format(time.RFC3339))
}

func checkQueues(ctx context.Context, r *report, d *db.DB) {
	m, err := outbox.BacklogAt(ctx, d, r.now)
	if err != nil {
		r.failed("mail", err, "Look at the database")
	} else {
		r.add(mailFinding(m, r.now))
	}
	j, err := jobs.BacklogAt(ctx, d, r.now)
	switch {
	case err != nil:
		r.failed("jobs", err, "Look at the database")
	case j.Overdue > 0:
		r.add(finding{fault, "jobs", fmt.Sprintf("%d overdue, the oldest for %v; %d given up", j.Overdue, age(r.now, j.Oldest), j.Dead), "Is a server running? Then its log says what keeps them"})
	case j.Dead > 0:
		r.add(finding{warning, "jobs", fmt.Sprintf("%d given up, the last for: %s", j.Dead, j.LastError), "Mend the cause and restart the server, which tries them anew"})
	default:
		r.ok("jobs", "none is overdue, none was given up")
	}
}

func mailFinding(m outbox.Backlog, now time.Time) finding {
	f := finding{fine, "mail", fmt.Sprintf("%d waiting, %d refused, %d unclear", m.Waiting, m.Refused, m.Unclear), ""}
	if m.Late > 0 {
		f.level, f.says = warning, f.says+fmt.Sprintf("; %d could have gone for an hour and more, the oldest for %v", m.Late, age(now, m.Due))
		f.do = "Out of a round's hours this is as it should be; otherwise see whether a server runs and what it says of the mail server"
	} else if m.Refused+m.Unclear > 0 {
		f.level, f.do = warning, "The page of the round lists them; a coordinator decides which go once more"
	}
	return f
}

func age(now, since time.Time) time.Duration { return now.Sub(since).Round(time.Minute) }

// checkKeys looks whether both copies of the key of every round that is open are there.
func (c *checkCmd) checkKeys(ctx context.Context, r *report, d *db.DB) {
	rounds, err := survey.Rounds(ctx, d)
	if err != nil {
		r.failed("keys", err, "Look at the database")
		return
	}
	v, err := c.vault()
	if err != nil {
		r.failed("keys", err, "Give the right --master-key-file")
		return
	}
	open := 0
	for _, round := range rounds {
		if round.State != survey.Open && round.State != survey.Closing {
			continue
		}
		open++
		thing := "key of round " + round.Code
		copies := v.Look(round.Code)
		switch {
		case errors.Is(copies[0], keyfile.ErrMaster) || errors.Is(copies[1], keyfile.ErrMaster):
			r.add(finding{fault, thing, "it is encrypted with another master key than the one that was given", "Give that one with --master-key-file: after a rotation it is the new one, also for the server"})
		case copies[0] != nil && copies[1] != nil:
			r.add(finding{fault, thing, "neither copy can be read", "Check --keys and --keys-copy, or put the key back from its backup: without it the answers are lost"})
		case copies[0] != nil || copies[1] != nil:
			r.add(finding{warning, thing, "one of the two copies cannot be read", "The server writes it anew when it next needs the key; see that both folders are there"})
		default:
			r.ok(thing, "both copies are there")
		}
	}
	if open == 0 {
		r.ok("keys", "no round is open")
	}
}

// Less room than this is told.
const (
	roomWarns  = 2 << 30
	roomFaults = 200 << 20
)

func (c *checkCmd) checkDisk(r *report) {
	if !db.IsServer(c.DB) && db.CheckAddress(c.DB) == nil {
		room(r, "disk of the database", filepath.Dir(c.DB))
	}
	room(r, "disk of the keys", c.Keys)
	if c.KeysCopy != "" {
		room(r, "disk of the keys' copies", c.KeysCopy)
	}
}

func room(r *report, thing, dir string) {
	if _, err := os.Stat(dir); err != nil {
		r.add(finding{warning, thing, err.Error(), "The server makes the folder; if it should be there, check the setting"})
		return
	}
	free, known := db.FreeSpace(dir)
	switch {
	case !known:
		r.ok(thing, "how much is free is not known on this system")
	case free < roomFaults:
		r.add(finding{fault, thing, fmt.Sprintf("%d MB free at %s", free>>20, dir), "Make room now: without it nothing is saved"})
	case free < roomWarns:
		r.add(finding{warning, thing, fmt.Sprintf("%d MB free at %s", free>>20, dir), "Make room"})
	default:
		r.ok(thing, "%d GB free at %s", free>>30, dir)
	}
}
