// Command loadtest measures how fast a server takes whole survey journeys. `make bench` runs it.
//
// It makes a database with a round, starts the real program on it as a process of its own, and lets clients on the same
// machine open their personal links, answer page by page and submit. It prints journeys a second, the server's CPU time
// for each, request times, and how that compares with a bare loop of durable commits by the same driver. With -mail it
// measures how fast the invitations of a round go out instead, with -live a room full of phones, and with -backup what backups cost
// those who answer meanwhile.
package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/demo/county"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

func main() {
	journeys := flag.Int("journeys", 4000, "journeys to make, at most 18,000")
	clients := flag.Int("clients", 32, "clients at once")
	autosave := flag.Bool("autosave", false, "save each answer singly too, as the page's script does")
	dbURL := flag.String("db", "", "postgres:// address of an empty database; without it an SQLite file")
	race := flag.String("race", "", "submit each ballot from this many sessions at once and count who is accepted")
	mails := flag.Int("mail", 0, "measure the sending of so many invitations instead, at most 18,000")
	listeners := flag.Int("live", 0, "measure a live room with so many phones instead, at most 3,000")
	minutes := flag.Float64("minutes", 0, "with -live: then go on for so many minutes with a vote a second, and look at the memory")
	grows := flag.Bool("growth", false, "measure counties of 300, 9,000 and 100,000 staff instead, and how each figure grows")
	tabled := flag.Bool("table", false, "print one table of everything instead")
	copies := flag.Bool("backup", false, "measure backups that the program makes while 100 answers a second arrive instead")
	plain := flag.Int("plain", 0, "answer every request with so many bytes instead: what -table compares with")
	addr := flag.String("addr", "", "where -plain listens")
	flag.Parse()
	log.SetFlags(0)
	if *plain > 0 {
		servePlain(*addr, *plain)
	}
	if *tabled {
		if err := table(*journeys); err != nil {
			log.Fatal(err)
		}
		return
	}
	if *copies {
		if err := backups(*dbURL); err != nil {
			log.Fatal(err)
		}
		return
	}
	if *grows {
		if err := growth(); err != nil {
			log.Fatal(err)
		}
		return
	}
	if *listeners > 0 {
		if err := liveRoom(min(*listeners, 3000), *dbURL, time.Duration(*minutes*float64(time.Minute))); err != nil {
			log.Fatal(err)
		}
		return
	}
	if err := run(*journeys, *clients, *autosave, *dbURL, *race, *mails); err != nil {
		log.Fatal(err)
	}
}

func run(journeys, clients int, autosave bool, dbURL, race string, mails int) error {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "loadtest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if dbURL == "" {
		dbURL = filepath.Join(dir, "load.db")
	}
	links, err := prepare(ctx, dbURL, dir, mails)
	if err != nil {
		return err
	}
	flushes, err := fdatasyncs(filepath.Join(dir, "flush"))
	if err != nil {
		return err
	}
	if mails > 0 {
		return mailed(dbURL, dir, mails, flushes)
	}
	rand.Shuffle(len(links), func(i, j int) { links[i], links[j] = links[j], links[i] })
	links = links[:min(journeys, len(links))]
	bare, err := commits(filepath.Join(dir, "bare.db"))
	if err != nil {
		return err
	}
	srv, err := start(dbURL, dir, "127.0.0.1:1") // nobody listens there
	if err != nil {
		return err
	}
	defer srv.stop()
	srv.settle()
	fmt.Printf("start to ready: %.2f s; idle memory: %.0f MB\n", srv.ready.Seconds(), srv.memory())
	if race != "" {
		n, err := strconv.Atoi(race)
		if err != nil {
			return err
		}
		return srv.race(links, n, clients)
	}
	before := size(dbURL)
	fleet{srv}.journeys(links, clients, autosave).print(len(links), clients, autosave, bare, flushes)
	srv.stop()
	if before > 0 {
		fmt.Printf("the database grew by %d bytes a save\n", (size(dbURL)-before)/int64(len(links)*saves(autosave)))
	}
	return nil
}

// size is that of an SQLite file with its WAL, in bytes, or 0.
func size(file string) (n int64) {
	for _, f := range []string{file, file + "-wal"} {
		if info, err := os.Stat(f); err == nil {
			n += info.Size()
		}
	}
	return n
}

// saves is how many durable saves a journey makes: each page, the submit and, if so, each answer.
func saves(autosave bool) int {
	if autosave {
		return 7 + 48
	}
	return 7
}

// prepare fills a database with 18,000 people and opens a round for all of them; so many invitations are left to be sent.
func prepare(ctx context.Context, dbURL, dir string, mails int) ([]string, error) {
	d, err := db.Open(dbURL)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return nil, err
	}
	a, err := app.New(app.Config{DB: d, Mail: &mail.Recorder{}, Now: time.Now, BaseURL: "http://x", Keys: filepath.Join(dir, "keys")})
	if err != nil {
		return nil, err
	}
	c := county.Make(county.Medium, 1)
	staff, err := twice(c.PeopleCSV())
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if _, err := a.People.Import(ctx, people.Files{
		Units: people.File{Name: "u.csv", Data: c.UnitsCSV()}, People: people.File{Name: "p.csv", Data: staff},
		Professions: people.File{Name: "pr.csv", Data: c.ProfessionsCSV()},
	}, people.ImportOptions{}); err != nil {
		return nil, err
	}
	importing := time.Since(began).Seconds()
	id, in, err := a.Survey.ImportInstrument(ctx, sixPages())
	if err != nil {
		return nil, err
	}
	r := &survey.Round{InstrumentID: id, Settings: a.Survey.DefaultSettings(in)}
	if err := a.Survey.CreateRound(ctx, r); err != nil {
		return nil, err
	}
	began = time.Now()
	if err := a.Survey.CheckAndOpen(ctx, r.ID, 0); err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "import of 18,000 people in 600 units: %.2f s; opening with 18,000 invitations: %.2f s\n", importing, time.Since(began).Seconds())
	if err := outbox.SetPace(ctx, d, r.Topic(), outbox.Pace{PerMinute: outbox.MostPerMinute, ToHour: 24}); err != nil {
		return nil, err
	}
	if _, err := d.ExecContext(ctx, `DELETE FROM mail_messages WHERE id NOT IN (SELECT id FROM mail_messages ORDER BY id LIMIT $1)`, mails); err != nil {
		return nil, err
	}
	links, err := a.Survey.Links(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, l := range links {
		codes = append(codes, l.URL[len(l.URL)-35:])
	}
	return codes, nil
}

// twice adds everybody once more, under another address and number.
func twice(list []byte) ([]byte, error) {
	rows, err := csv.NewReader(bytes.NewReader(list)).ReadAll()
	if err != nil {
		return nil, err
	}
	number, email, heads := slices.Index(rows[0], "staff_number"), slices.Index(rows[0], "email"), slices.Index(rows[0], "supervisor_of")
	for _, row := range rows[1:] {
		again := slices.Clone(row)
		again[number], again[email], again[heads] = "2"+row[number], "x"+row[email], ""
		rows = append(rows, again)
	}
	var b bytes.Buffer
	err = csv.NewWriter(&b).WriteAll(rows)
	return b.Bytes(), err
}

// sixPages is an instrument of 48 items on 6 pages.
func sixPages() []byte {
	text := func(s string) map[string]string { return map[string]string{"fi": s, "sv": s, "en": s} }
	var steps []any
	for v := 1; v <= 5; v++ {
		steps = append(steps, map[string]any{"value": v, "label": text("Vaihtoehto " + strconv.Itoa(v))})
	}
	var pages, scales []any
	for p := range 6 {
		scale := "s" + strconv.Itoa(p)
		scales = append(scales, map[string]any{"id": scale, "kind": "competence", "title": text("Osaamisalue " + strconv.Itoa(p)), "about": text("Mitä alue tarkoittaa työssä."),
			"min_answered_pct": 80, "bands": []any{map[string]any{"from": 1, "words": text("Sanat.")}}, "strength": text("Vahvuus."), "next_steps": []any{text("Kokeile jotakin.")}})
		var items []any
		for i := range 8 {
			items = append(items, map[string]any{"id": fmt.Sprintf("q%d_%d", p, i), "type": "scale", "response": "agree", "scale": scale,
				"text": text("Osaan ohjata asiakasta digipalvelun käytössä tavalla, joka sopii hänelle.")})
		}
		pages = append(pages, map[string]any{"title": text("Sivu " + strconv.Itoa(p+1)), "items": items})
	}
	b, err := json.Marshal(map[string]any{"format": "taitorinki-instrument/1", "key": "load", "version": "1", "languages": []string{"fi", "sv", "en"},
		"title": text("Kuormituskoe"), "description": text("Kuormituskoe."), "licence": "CC0", "attribution": text("Taitorinki"), "minutes": 10,
		"response_scales": []any{map[string]any{"id": "agree", "steps": steps, "not_applicable": text("Ei koske työtäni")}}, "scales": scales, "pages": pages})
	if err != nil {
		panic(err)
	}
	return b
}
