package people

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/keyfile"
)

// ErasedList remembers outside the database who has been erased, so that a backup from before does not bring anybody back for good.
//
// It is a file in the folder of the keys and in that of their copies, which no backup of the database holds. A line has a day, the
// person's number and one byte of a hash of their address, and so names nobody: the byte only tells that a number stands for somebody
// else by now, as after a restore numbers are given anew.
type ErasedList struct {
	Dir  string // "" keeps no list
	Copy string // a second folder; "" is Dir/copy
}

const erasedFile = "erased.list"

func (l *ErasedList) paths() []string {
	second := l.Copy
	if second == "" {
		second = filepath.Join(l.Dir, "copy")
	}
	return []string{filepath.Join(l.Dir, erasedFile), filepath.Join(second, erasedFile)}
}

// erased is a line of the list.
type erased struct {
	id   int64
	mark byte
}

func markOf(p *Person) byte {
	sum := sha256.Sum256([]byte(fmt.Sprintf("erased %d %s", p.ID, i18n.Fold(p.Email))))
	return sum[0]
}

// note adds a person to both files before they are erased: an erasure that is noted and then fails is done by again.
func (l *ErasedList) note(at time.Time, p *Person) (err error) {
	defer errs.Wrap(&err, "people.ErasedList.note(%d)", p.ID)
	if l == nil || l.Dir == "" {
		return nil
	}
	line := fmt.Sprintf("%s %d %02x\n", at.UTC().Format(time.DateOnly), p.ID, markOf(p))
	for _, path := range l.paths() {
		if err := appendLine(path, line); err != nil {
			return err
		}
	}
	return nil
}

func appendLine(path, line string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	cut, err := isCut(f)
	if err == nil && cut {
		line = "\n" + line
	}
	if err == nil {
		_, err = f.WriteString(line)
	}
	return errors.Join(err, f.Sync(), f.Close(), keyfile.SyncDir(filepath.Dir(path))) // the file may be new
}

// isCut reports whether a full disk, or a power cut, has left a file without the end of its last line: the next would be lost with it.
func isCut(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return last[0] != '\n', err
}

// read returns what either file says.
func (l *ErasedList) read() (all map[erased]bool, err error) {
	defer errs.Wrap(&err, "people.ErasedList.read")
	all = map[erased]bool{}
	if l == nil || l.Dir == "" {
		return all, nil
	}
	for _, path := range l.paths() {
		if err := readErased(path, all); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return all, nil
}

func readErased(path string, all map[erased]bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for in.Scan() {
		if x, ok := parseErased(in.Text()); ok { // a line that a full disk has cut is no line
			all[x] = true
		}
	}
	return in.Err()
}

var erasedLine = regexp.MustCompile(`^(\d{4}-\d\d-\d\d) ([1-9]\d{0,17}) ([0-9a-f]{2})$`)

// parseErased reads a line; ok is false for one that was cut.
func parseErased(line string) (x erased, ok bool) {
	m := erasedLine.FindStringSubmatch(line)
	if m == nil {
		return x, false
	}
	if _, err := time.Parse(time.DateOnly, m[1]); err != nil {
		return x, false
	}
	id, _ := strconv.ParseInt(m[2], 10, 64) // its shape is that of a number
	mark, _ := strconv.ParseUint(m[3], 16, 8)
	return erased{id, byte(mark)}, true
}

// EraseAgain erases those who have been erased and are named again, as a backup from before was restored, and returns their numbers. Who
// is in the staff list waits until a list says that they have left.
func (s *Service) EraseAgain(ctx context.Context) (ids []int64, err error) {
	defer errs.Wrap(&err, "people.EraseAgain")
	all, err := s.Erased.read()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	named, err := persons(ctx, s.DB, `WHERE p.erased_at IS NULL AND (p.left_at IS NOT NULL OR NOT p.listed) ORDER BY p.id`)
	if err != nil {
		return nil, err
	}
	for _, p := range named {
		if !all[erased{p.ID, markOf(&p)}] {
			continue
		}
		some, err := s.eraseNoted(ctx, 0, &p)
		if err != nil {
			return ids, err
		}
		if some {
			ids = append(ids, p.ID)
		}
	}
	return ids, nil
}

// eraseNoted erases a person and writes that down in the log.
func (s *Service) eraseNoted(ctx context.Context, by int64, p *Person) (some bool, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if some, err = s.erase(ctx, tx, p.ID); err != nil || !some {
			return err
		}
		return Audit(ctx, tx, s.Now(), by, "people.erase", objectOf("person", p.ID), "")
	})
	return some, err
}
