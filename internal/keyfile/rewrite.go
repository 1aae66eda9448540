package keyfile

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// unfinished is the ending of a file that is being written. Whoever destroys a key destroys the file with this ending too.
const unfinished = ".new"

// abandoned is after what time an unfinished file is that of a process which died.
const abandoned = time.Minute

// Rewrite encrypts every key file of two folders, which hold the same keys, with the safe's first master key, where it is not yet. It
// returns how many it has written. A file is readable at every moment, before or after: when Rewrite was stopped, run it again. When
// one file cannot be opened nothing is written at all.
//
// Another process may destroy a key meanwhile, which removes both of its copies. What was written here must then not bring one
// back: if the other copy has gone, this one goes too.
func (s *Safe) Rewrite(folders [2]string, now time.Time) (n int, err error) {
	var todo []string
	for _, dir := range folders {
		files, err := filepath.Glob(filepath.Join(dir, "*.key"))
		if err != nil {
			return 0, err
		}
		for _, path := range files {
			data, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err == nil {
				_, err = s.Open(filepath.Base(path), data)
			}
			if err != nil {
				return 0, fmt.Errorf("%s: %w", dir, err)
			}
			if !s.current(data) {
				todo = append(todo, path)
			}
		}
	}
	for _, path := range todo {
		other := filepath.Join(folders[0], filepath.Base(path))
		if filepath.Dir(path) == filepath.Clean(folders[0]) {
			other = filepath.Join(folders[1], filepath.Base(path))
		}
		some, err := s.rewrite(path, other, now)
		if err != nil {
			return n, err
		}
		if some {
			n++
		}
	}
	return n, nil
}

func (s *Safe) rewrite(path, other string, now time.Time) (bool, error) {
	_, err := os.Stat(other)
	had := err == nil
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	plain, err := s.Open(filepath.Base(path), data)
	if err != nil {
		return false, err
	}
	sealed := s.Seal(filepath.Base(path), plain)
	if ours, err := put(path, sealed, now); err != nil || !ours {
		return false, err
	}
	if _, err := os.Stat(other); had && errors.Is(err, fs.ErrNotExist) {
		return false, Shred(path)
	}
	return true, nil
}

// put writes a file whole, on the disk, and overwrites what stood there. It reports false when another process is at it.
func put(path string, data []byte, now time.Time) (bool, error) {
	if info, err := os.Stat(path + unfinished); err == nil && now.Sub(info.ModTime()) > abandoned {
		if err := Shred(path + unfinished); err != nil {
			return false, err
		}
	}
	f, err := os.OpenFile(path+unfinished, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(path + unfinished)
		return false, err
	}
	old, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) { // destroyed meanwhile
		return false, Shred(path + unfinished)
	}
	if err != nil {
		return false, errors.Join(err, os.Remove(path+unfinished))
	}
	if err := os.Rename(path+unfinished, path); err != nil {
		old.Close()
		if errors.Is(err, fs.ErrNotExist) { // so was the new file
			return false, nil
		}
		return false, err
	}
	if err := noise(old); err != nil {
		return false, err
	}
	return true, SyncDir(filepath.Dir(path))
}

// noise overwrites a file and closes it.
func noise(f *os.File) error {
	info, err := f.Stat()
	if err == nil {
		b := make([]byte, info.Size())
		rand.Read(b)
		_, err = f.WriteAt(b, 0)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// Shred overwrites a file before it removes it; one that is gone is fine. On disks that write elsewhere the old bytes may live on, which
// is why doc/operating.md asks for an encrypted disk.
func Shred(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := noise(f); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // another process was faster
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir makes what was done to a folder's files last: new names, removed ones.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Read reads master keys from a file, which nobody but its owner should be able to read.
func Read(path string) (*Safe, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, err := Parse(string(bytes.TrimSpace(b)))
	if err == nil && s == nil {
		err = errors.New("the file holds no master key")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}
