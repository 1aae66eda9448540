package survey_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/survey/seal"
)

// table is what a database holds of one table, in the order in which the rows lie in it.
type table struct {
	cols []string // those that begin with ~ are the engine's own: place, transaction
	rows [][]any
}

func (tb *table) col(name string) int { return slices.Index(tb.cols, name) }

type dump map[string]*table

// spy is what the enemy can reach of an engine besides SQL.
type spy interface {
	tables() []string
	physical(table string) (cols []string, order string) // what a row knows of its place
	mark()                                               // the log is read from here on
	length() int64                                       // of the log, in bytes
	rows() []logRow                                      // of survey_ballots since mark, in the order of the log
	files() []string                                     // every file the engine has written
	settle()                                             // until everything is in files
}

func newSpy(t *testing.T, d *db.DB) spy {
	t.Helper()
	var seq int
	var name, file string
	if err := d.QueryRowContext(t.Context(), `PRAGMA database_list`).Scan(&seq, &name, &file); err == nil {
		s := &fileSpy{t: t, d: d, file: file}
		// The log's file begins anew, so that it is as long as what is in it; and no commit tries in vain to begin another,
		// which takes the longer the longer the log is. When it reaches the disk changes nothing of what is in it.
		for _, p := range []string{`PRAGMA wal_checkpoint(TRUNCATE)`, `PRAGMA wal_autocheckpoint = 0`, `PRAGMA synchronous = off`} {
			_, err := d.ExecContext(t.Context(), p)
			must(t, err)
		}
		// As long as somebody reads, the log is never begun anew: the enemy misses no page of it.
		rows, err := d.QueryContext(context.WithoutCancel(t.Context()), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i, (SELECT count(*) FROM survey_rounds) FROM n`)
		must(t, err)
		rows.Next()
		t.Cleanup(func() { rows.Close() })
		return s
	}
	s := &serverSpy{t: t, d: d}
	must(t, d.QueryRowContext(t.Context(), `SELECT current_setting('data_directory'), (SELECT oid::bigint FROM pg_database WHERE datname = current_database())`).Scan(&s.dir, &s.oid))
	s.slot = fmt.Sprintf("enemy_%d", s.oid)
	_, err := d.ExecContext(t.Context(), `SELECT pg_create_physical_replication_slot($1, true)`, s.slot) // keeps the log
	must(t, err)
	t.Cleanup(func() {
		_, err := d.ExecContext(context.Background(), `SELECT pg_drop_replication_slot($1)`, s.slot)
		must(t, err)
	})
	return s
}

// logRow is a row as the log tells of it.
type logRow struct {
	id     seal.StateID
	at     int64 // where the log tells of it: who had seen so much of the log, or less, had not seen the row
	commit int64 // the same for rows that were committed together
	time   int64 // microseconds, as far as the enemy has looked
}

// takeDump reads every table.
func takeDump(t *testing.T, d *db.DB, s spy) dump {
	t.Helper()
	out := dump{}
	for _, name := range s.tables() {
		phys, order := s.physical(name)
		rows, err := d.QueryContext(t.Context(), `SELECT `+strings.Join(append(phys, "x.*"), ", ")+` FROM `+name+` x ORDER BY `+order)
		must(t, err)
		tb := &table{}
		tb.cols, err = rows.Columns()
		must(t, err)
		for rows.Next() {
			vals := make([]any, len(tb.cols))
			ptrs := make([]any, len(vals))
			for i := range vals {
				ptrs[i] = &vals[i]
			}
			must(t, rows.Scan(ptrs...))
			tb.rows = append(tb.rows, append(vals, int64(len(tb.rows))))
		}
		must(t, rows.Err())
		rows.Close()
		tb.cols = append(tb.cols, "~place")
		out[name] = tb
	}
	return out
}

func texts(t *testing.T, d *db.DB, query string) []string {
	t.Helper()
	rows, err := d.QueryContext(t.Context(), query)
	must(t, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		must(t, rows.Scan(&s))
		out = append(out, s)
	}
	return out
}

// fileSpy reads an SQLite file and its log (https://www.sqlite.org/fileformat2.html).
type fileSpy struct {
	t     *testing.T
	d     *db.DB
	file  string
	start int // frames
}

func (s *fileSpy) tables() []string {
	return texts(s.t, s.d, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
}

func (s *fileSpy) physical(table string) ([]string, string) {
	if keys := texts(s.t, s.d, `SELECT i.name FROM pragma_table_info('`+table+`') i, pragma_table_list('`+table+`') l WHERE l.wr = 1 AND i.pk > 0 ORDER BY i.pk`); len(keys) > 0 {
		return nil, "x." + strings.Join(keys, ", x.") // it lies in the order of its keys
	}
	return []string{`x.rowid AS "~rowid"`}, "x.rowid"
}

func (s *fileSpy) files() []string { return []string{s.file, s.file + "-wal", s.file + "-shm"} }
func (s *fileSpy) settle()         {}

const walHead, frameHead = 32, 24

type frame struct {
	at     int64 // where it begins in the file
	page   []byte
	commit bool // the last of a transaction
}

func (s *fileSpy) frames() (out []frame) {
	b, err := os.ReadFile(s.file + "-wal")
	must(s.t, err)
	if len(b) < walHead {
		return nil
	}
	size := int(binary.BigEndian.Uint32(b[8:]))
	salt := b[16:24]
	for at := walHead; at+frameHead+size <= len(b) && bytes.Equal(b[at+8:at+16], salt); at += frameHead + size {
		out = append(out, frame{int64(at), b[at+frameHead : at+frameHead+size], binary.BigEndian.Uint32(b[at+4:]) != 0})
	}
	return out
}

func (s *fileSpy) mark() { s.start = len(s.frames()) }

func (s *fileSpy) length() int64 {
	info, err := os.Stat(s.file + "-wal")
	must(s.t, err)
	return info.Size()
}

func (s *fileSpy) rows() (out []logRow) {
	seen := map[seal.StateID]bool{}
	var commits int64
	for i, f := range s.frames() {
		for _, id := range stateCells(f.page) {
			if !seen[id] && i >= s.start {
				out = append(out, logRow{id: id, at: f.at, commit: commits})
			}
			seen[id] = true
		}
		if f.commit {
			commits++
		}
	}
	return out
}

// stateCells finds the rows of survey_ballots in a page: a blob of 16 bytes, a whole number, a long blob.
func stateCells(p []byte) (out []seal.StateID) {
	head, child := 8, 0 // of a leaf
	switch p[0] {
	case 0x0a:
	case 0x02:
		head, child = 12, 4
	default:
		return nil
	}
	for i := range int(binary.BigEndian.Uint16(p[3:])) {
		at := int(binary.BigEndian.Uint16(p[head+2*i:])) + child
		if at >= len(p) {
			return nil
		}
		c := p[at:]
		size, n := varint(c)
		c = c[n:]
		if int(size) > len(c) {
			continue // goes on in another page: no state is that long
		}
		c = c[:size]
		start, n := varint(c)
		if start < 4 || int(start)+16 > len(c) {
			continue
		}
		id, m := varint(c[n:])
		round, k := varint(c[n+m:])
		sealed, _ := varint(c[n+m+k:])
		if id == 12+2*16 && round <= 9 && sealed >= 12+2*100 && sealed%2 == 0 {
			out = append(out, seal.StateID(c[start:]))
		}
	}
	return out
}

func varint(b []byte) (v uint64, n int) {
	for n < len(b) && n < 9 {
		c := b[n]
		n++
		if n == 9 {
			return v<<8 | uint64(c), n
		}
		v = v<<7 | uint64(c&0x7f)
		if c < 0x80 {
			break
		}
	}
	return v, n
}

// serverSpy reads what a PostgreSQL server keeps, as the server's user can.
type serverSpy struct {
	t     *testing.T
	d     *db.DB
	dir   string
	oid   int64
	slot  string
	start string
}

func (s *serverSpy) tables() []string {
	return texts(s.t, s.d, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
}

func (s *serverSpy) physical(string) ([]string, string) {
	return []string{`(x.ctid::text::point)[0]::bigint AS "~page"`, `(x.ctid::text::point)[1]::bigint AS "~offset"`,
		`x.xmin::text::bigint AS "~xmin"`, `x.cmin::text::bigint AS "~cmin"`}, "x.ctid"
}

func (s *serverSpy) settle() {
	_, err := s.d.ExecContext(s.t.Context(), `CHECKPOINT`)
	must(s.t, err)
}

func (s *serverSpy) now() (lsn string) {
	must(s.t, s.d.QueryRowContext(s.t.Context(), `SELECT pg_current_wal_flush_lsn()::text`).Scan(&lsn))
	return lsn
}

func (s *serverSpy) mark() { s.start = s.now() }

func (s *serverSpy) length() (n int64) {
	must(s.t, s.d.QueryRowContext(s.t.Context(), `SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint`).Scan(&n))
	return n
}

var insertLine = regexp.MustCompile(`tx: +(\d+), lsn: ([0-9A-F]+)/([0-9A-F]+),.*desc: INSERT(?:\+INIT)? off:? (\d+).*blkref #0: rel \S+ (?:fork \w+ )?blk (\d+)`)

func (s *serverSpy) rows() (out []logRow) {
	var rel string
	must(s.t, s.d.QueryRowContext(s.t.Context(), `SELECT dattablespace::text || '/' || oid::text || '/' || pg_relation_filenode('survey_ballots')::text FROM pg_database WHERE oid = $1`, s.oid).Scan(&rel))
	var bin string
	must(s.t, s.d.QueryRowContext(s.t.Context(), `SELECT setting FROM pg_config WHERE name = 'BINDIR'`).Scan(&bin))
	cmd := exec.Command(filepath.Join(bin, "pg_waldump"), "-p", filepath.Join(s.dir, "pg_wal"), "-s", s.start, "-e", s.now())
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	text, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("pg_waldump: %v %s", err, complaint.String())
	}
	lies := map[[2]int]seal.StateID{}
	tb := takeDump(s.t, s.d, s)["survey_ballots"]
	for _, r := range tb.rows {
		lies[[2]int{int(r[tb.col("~page")].(int64)), int(r[tb.col("~offset")].(int64))}] = seal.StateID(r[tb.col("id")].([]byte))
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		m := insertLine.FindStringSubmatch(line)
		if m == nil || !strings.Contains(line, "rel "+rel+" ") {
			continue
		}
		id, known := lies[[2]int{num(m[5]), num(m[4])}]
		if !known {
			s.t.Fatalf("the log tells of a row that is not there: %s", line)
		}
		out = append(out, logRow{id: id, at: hexa(m[2])<<32 + hexa(m[3]), commit: int64(num(m[1]))})
	}
	return out
}

func num(s string) int { n, _ := strconv.Atoi(s); return n }

func hexa(s string) int64 { n, _ := strconv.ParseInt(s, 16, 64); return n }

func (s *serverSpy) files() []string {
	data, err := filepath.Glob(filepath.Join(s.dir, "base", strconv.FormatInt(s.oid, 10), "*"))
	must(s.t, err)
	var first string
	must(s.t, s.d.QueryRowContext(s.t.Context(), `SELECT pg_walfile_name($1::pg_lsn)`, s.start).Scan(&first))
	logs, err := filepath.Glob(filepath.Join(s.dir, "pg_wal", strings.Repeat("[0-9A-F]", 24)))
	must(s.t, err)
	for _, l := range logs {
		if filepath.Base(l) >= first {
			data = append(data, l)
		}
	}
	return data
}

// needles are byte strings that must be nowhere.
type needles struct {
	maybe []byte // a bit for each three bytes that begin one
	by    map[[8]byte][]needle
}

type needle struct {
	name  string
	bytes []byte
}

func newNeedles() *needles { return &needles{maybe: make([]byte, 1<<21), by: map[[8]byte][]needle{}} }

func (n *needles) add(name string, b []byte) {
	h := uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
	n.maybe[h/8] |= 1 << (h % 8)
	k := [8]byte(b)
	n.by[k] = append(n.by[k], needle{name, slices.Clone(b)})
}

// secret adds a secret as it may be written.
func (n *needles) secret(name string, b []byte, text string) {
	n.add(name, b)
	n.add(name+" in hex", []byte(hex.EncodeToString(b)))
	if text != "" {
		n.add(name+" in a link", []byte(text))
	}
}

// in tells what is found in hay, by name.
func (n *needles) in(hay []byte) map[string]int {
	found := map[string]int{}
	var h uint32
	for i, c := range hay {
		h = (h<<8 | uint32(c)) & 0xffffff
		if i < 2 || n.maybe[h/8]&(1<<(h%8)) == 0 || i+6 > len(hay) {
			continue
		}
		for _, x := range n.by[[8]byte(hay[i-2:i+6])] {
			if bytes.HasPrefix(hay[i-2:], x.bytes) {
				found[x.name]++
			}
		}
	}
	return found
}

func (n *needles) inFiles(t *testing.T, names []string) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue
		}
		must(t, err)
		for k, v := range n.in(b) {
			all[k+" in "+filepath.Base(name)] += v
		}
	}
	return all
}

// feature is a number that the enemy knows of each of some things, by the thing's position in the truth; NaN is unknown.
type feature struct {
	name string
	of   []float64
}

// number makes something to be ordered of a database value.
func number(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	case bool:
		if v {
			return 1
		}
		return 0
	case []byte:
		if len(v) >= 8 {
			return float64(binary.BigEndian.Uint64(v))
		}
	case time.Time:
		return float64(v.UnixMicro())
	}
	return math.NaN()
}

func length(v any) float64 {
	switch v := v.(type) {
	case string:
		return float64(len(v))
	case []byte:
		return float64(len(v))
	}
	return math.NaN()
}

// columns makes features of a table's columns; who tells whom a row is about, by its place in the truth, or -1.
func columns(when, name string, tb *table, n int, who func(row []any) int) (out []feature) {
	if tb == nil {
		return nil
	}
	about := make([]int, len(tb.rows))
	for k, row := range tb.rows {
		about[k] = who(row)
	}
	for c, col := range tb.cols {
		for kind, f := range map[string]func(any) float64{"": number, " length": length} {
			x := feature{strings.TrimSpace(when + " " + name + "." + col + kind), unknown(n)}
			for k, row := range tb.rows {
				if i := about[k]; i >= 0 {
					x.of[i] = f(row[c])
				}
			}
			out = append(out, x)
		}
	}
	return out
}

func unknown(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}

// ranks gives each member its rank in its group, from -1 to 1, ties in the middle. ok is false if it says nothing.
func (x feature) ranks(group []int) (out []float64, ok bool) {
	out = make([]float64, len(group))
	by := map[int][]int{}
	for i, g := range group {
		if math.IsNaN(x.of[i]) {
			return nil, false
		}
		by[g] = append(by[g], i)
	}
	for _, is := range by {
		sort.Slice(is, func(a, b int) bool { return x.of[is[a]] < x.of[is[b]] })
		for from := 0; from < len(is); {
			to := from
			for to < len(is) && x.of[is[to]] == x.of[is[from]] {
				to++
			}
			for _, i := range is[from:to] {
				out[i] = float64(from+to-1)/float64(max(len(is)-1, 1)) - 1
				ok = ok || out[i] != 0
			}
			from = to
		}
	}
	return out, ok
}

// finding is how well a feature of the invitation and one of the response together tell true pairs from false ones.
type finding struct {
	name string
	auc  float64
}

func (f finding) String() string { return fmt.Sprintf("%.3f %s", f.auc, f.name) }

// attack scores every pair of features: within each group of equal stored attributes, a true pair should have a high
// product of ranks if the features go together, a low one if they go against each other.
func attack(group []int, left, right []feature) (out []finding) {
	members := map[int][]int{}
	for i, g := range group {
		members[g] = append(members[g], i)
	}
	type ranked struct {
		name string
		r    []float64
	}
	use := func(fs []feature) (rs []ranked) {
		seen := map[string]bool{}
		for _, f := range fs {
			r, ok := f.ranks(group)
			if same := fmt.Sprint(r); ok && !seen[same] {
				seen[same] = true
				rs = append(rs, ranked{f.name, r})
			}
		}
		return rs
	}
	rs := use(right)
	for _, l := range use(left) {
		for _, r := range rs {
			out = append(out, finding{l.name + " x " + r.name, auc(members, l.r, r.r)})
		}
	}
	slices.SortFunc(out, func(a, b finding) int {
		if math.Abs(a.auc-0.5) > math.Abs(b.auc-0.5) {
			return -1
		}
		return 1
	})
	return out
}

func auc(members map[int][]int, l, r []float64) float64 {
	var truth, lies []float64
	for _, is := range members {
		for _, i := range is {
			for _, j := range is {
				if i == j {
					truth = append(truth, l[i]*r[j])
				} else {
					lies = append(lies, l[i]*r[j])
				}
			}
		}
	}
	slices.Sort(lies)
	sum := 0.0
	for _, x := range truth {
		below := sort.SearchFloat64s(lies, x)
		upTo := below + sort.Search(len(lies)-below, func(k int) bool { return lies[below+k] > x })
		sum += float64(below) + float64(upTo-below)/2
	}
	return sum / float64(len(lies)) / float64(len(truth))
}

// watched is the part of the log that was written while a respondent answered, and others too.
type watched struct{ from, to int }

// logFeatures is what the log shows of the time in which each respondent answered.
func logFeatures(rows []logRow, of []watched) (out []feature) {
	value := map[string][]float64{}
	for i, w := range of {
		set := func(name string, v float64) {
			if value[name] == nil {
				value[name] = unknown(len(of))
			}
			value[name][i] = v
		}
		mine := rows[w.from:w.to]
		set("first row", float64(w.from))
		set("last row", float64(w.to))
		set("rows", float64(len(mine)))
		together, run, commits := 1, 1, 1
		for k := 1; k < len(mine); k++ {
			if run++; mine[k].commit != mine[k-1].commit {
				run = 1
				commits++
			}
			together = max(together, run)
		}
		set("commits", float64(commits))
		set("rows at most in a commit", float64(together))
		set("rows to a commit", float64(len(mine))/float64(commits))
		span := float64(mine[len(mine)-1].time - mine[0].time)
		set("time", span)
		set("rows in a time", float64(len(mine))/span)
		var gaps []float64
		for k := 1; k < len(mine); k++ {
			gaps = append(gaps, float64(mine[k].time-mine[k-1].time))
		}
		slices.Sort(gaps)
		set("shortest pause", gaps[0])
		set("short pauses", gaps[len(gaps)/10])
		set("middle pause", gaps[len(gaps)/2])
		set("long pauses", gaps[len(gaps)*9/10])
		after := rows[min(w.to, len(rows)-1):min(w.to+16, len(rows))]
		set("the next rows", float64(after[len(after)-1].time-mine[len(mine)-1].time))
	}
	for _, name := range slices.Sorted(maps.Keys(value)) {
		out = append(out, feature{"log: " + name, value[name]})
	}
	return out
}

func jsonMap(v any) map[string]string {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
	}
	m := map[string]string{}
	if json.Unmarshal([]byte(text), &m) != nil {
		return nil
	}
	return m
}
