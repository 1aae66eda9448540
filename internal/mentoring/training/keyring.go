package training

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"taitorinki/internal/badge"
	"taitorinki/internal/keyfile"
)

// Keyring keeps the keys that sign badges in files apart from the database, two copies of each. Servers that share the folder share
// the keys: it is read anew before every signature, so a key that another process has made or retired is known at once.
type Keyring struct {
	Dir  string        // "badge-ID.key"
	Copy string        // the same again, best on another disk; "" is Dir/copy
	Safe *keyfile.Safe // encrypts the files; nil: they are not encrypted

	mu   sync.Mutex
	read map[string]readKey // by path
}

// readKey is a file as it was when it was read.
type readKey struct {
	size int64
	at   time.Time
	key  badge.Key
}

// overlap is how long a retired key still counts as in use: servers' clocks differ, and a badge may be half made.
const overlap = time.Minute

const (
	keyPrefix  = "badge-"
	keySuffix  = ".key"
	unfinished = ".new"
)

// keyFile is what a key's file holds. A retired key has lost its private half.
type keyFile struct {
	Created time.Time       `json:"created"`
	Retired time.Time       `json:"retired,omitzero"`
	Private []byte          `json:"private,omitempty"` // PKCS #8
	Public  json.RawMessage `json:"public,omitempty"`  // JWK
}

// Keys returns all keys, retired ones among them, the oldest first. There are none before the first badge. What one copy of a key
// lacks is written anew from the other.
func (k *Keyring) Keys() ([]badge.Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.keys()
}

// Need is Keys for whoever is about to sign: where no key can sign, new ones are made.
func (k *Keyring) Need(now time.Time) ([]badge.Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all, err := k.keys()
	if err != nil || canSign(all) {
		return all, err
	}
	return k.add(all, now)
}

// canSign reports whether there is a key of each kind in use.
func canSign(all []badge.Key) bool {
	for _, kind := range []badge.Kind{badge.Ed25519, badge.RSA} {
		if !slices.ContainsFunc(all, func(x badge.Key) bool { return x.Kind == kind && x.Retired.IsZero() }) {
			return false
		}
	}
	return true
}

// Rotate makes new keys and retires those in use: their private halves are overwritten, and what they have signed stays true.
func (k *Keyring) Rotate(now time.Time) (made []badge.Key, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	old, err := k.keys()
	if err != nil {
		return nil, err
	}
	all, err := k.add(old, now)
	if err != nil {
		return nil, err
	}
	for _, x := range old {
		if x.Retired.IsZero() {
			if err := k.write(x.Retire(now.Add(overlap))); err != nil {
				return nil, err
			}
		}
	}
	return all[len(old):], nil
}

// add makes a key of each kind.
func (k *Keyring) add(all []badge.Key, now time.Time) ([]badge.Key, error) {
	made, err := badge.NewKeys(rand.Reader, now)
	if err != nil {
		return nil, err
	}
	for _, x := range made {
		if err := k.write(x); err != nil {
			return nil, err
		}
	}
	return append(all, made...), nil
}

func (k *Keyring) folders() [2]string {
	if k.Copy != "" {
		return [2]string{k.Dir, k.Copy}
	}
	return [2]string{k.Dir, filepath.Join(k.Dir, "copy")}
}

// keys reads every key that either folder has. A copy that says that the key is retired is the newer one.
func (k *Keyring) keys() (out []badge.Key, err error) {
	if k.Dir == "" {
		return nil, errors.New("training: no folder of keys is set")
	}
	ids, err := k.ids()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		a, errA := k.load(k.folders()[0], id)
		b, errB := k.load(k.folders()[1], id)
		best := a
		if errA != nil || errB == nil && !b.Retired.IsZero() {
			best = b
		}
		if errA != nil && errB != nil {
			return nil, fmt.Errorf("neither copy of a badge key can be read: %w", errors.Join(errA, errB))
		}
		if errA != nil || errB != nil || !a.Retired.Equal(b.Retired) {
			if err := k.write(best); err != nil {
				return nil, err
			}
		}
		out = append(out, best)
	}
	slices.SortFunc(out, func(a, b badge.Key) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

// ids are the names of the keys that either folder has.
func (k *Keyring) ids() (out []string, err error) {
	for _, dir := range k.folders() {
		files, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, f := range files {
			if id, ok := keyID(f.Name()); ok && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out, nil
}

func keyID(file string) (id string, ok bool) {
	id, ok = strings.CutSuffix(file, keySuffix)
	id, prefixed := strings.CutPrefix(id, keyPrefix)
	return id, ok && prefixed && id != "" && !strings.ContainsAny(id, `/\.`)
}

// load reads one copy, unless it is as it was.
func (k *Keyring) load(dir, id string) (badge.Key, error) {
	path := filepath.Join(dir, keyPrefix+id+keySuffix)
	info, err := os.Stat(path)
	if err != nil {
		return badge.Key{}, err
	}
	if old, ok := k.read[path]; ok && old.size == info.Size() && old.at.Equal(info.ModTime()) {
		return old.key, nil
	}
	b, err := os.ReadFile(path)
	if err == nil {
		b, err = k.Safe.Open(filepath.Base(path), b)
	}
	if err != nil {
		return badge.Key{}, err
	}
	key, err := decodeKey(b, id)
	if err != nil {
		return badge.Key{}, fmt.Errorf("%s: %w", path, err)
	}
	if k.read == nil {
		k.read = map[string]readKey{}
	}
	k.read[path] = readKey{info.Size(), info.ModTime(), key}
	return key, nil
}

func decodeKey(b []byte, id string) (key badge.Key, err error) {
	var f keyFile
	if err := json.Unmarshal(b, &f); err != nil {
		return key, err
	}
	if f.Private != nil {
		key, err = badge.ParsePrivate(f.Private, f.Created)
	} else {
		key, err = badge.ParsePublic(f.Public)
	}
	if err == nil && key.ID != id {
		err = errors.New("the file holds another key")
	}
	key.Created, key.Retired = f.Created, f.Retired
	return key, err
}

// encodeKey writes the private half of a key in use, and the public one of a retired one.
func encodeKey(key badge.Key) (_ []byte, err error) {
	f := keyFile{Created: key.Created.UTC(), Retired: key.Retired}
	if key.Retired.IsZero() {
		f.Private, err = key.Private()
	} else {
		f.Retired = key.Retired.UTC()
		f.Public, err = key.Public()
	}
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(f)
	return append(b, '\n'), err
}

// write puts both copies of a key on the disk.
func (k *Keyring) write(key badge.Key) error {
	b, err := encodeKey(key)
	if err != nil {
		return err
	}
	for _, dir := range k.folders() {
		path := filepath.Join(dir, keyPrefix+key.ID+keySuffix)
		if err := replace(path, k.Safe.Seal(filepath.Base(path), b)); err != nil {
			return fmt.Errorf("writing a badge key: %w", err)
		}
		delete(k.read, path)
	}
	return nil
}

// replace puts a file there whole or not at all, and then overwrites what stood there before: it may be a private key.
func replace(path string, b []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	old, _ := os.OpenFile(path, os.O_WRONLY, 0) // nil: there is none
	if old != nil {
		defer func() {
			if err != nil {
				old.Close()
				return
			}
			err = overwrite(old)
		}()
	}
	f, err := os.OpenFile(path+unfinished, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+unfinished, path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// overwrite fills a file that has no name any more with noise, and closes it.
func overwrite(f *os.File) error {
	info, err := f.Stat()
	if err == nil {
		noise := make([]byte, info.Size())
		rand.Read(noise)
		_, err = f.WriteAt(noise, 0)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// Export returns the key files' content by file name, for a backup that is kept apart from the database's.
func (k *Keyring) Export() (map[string][]byte, error) {
	all, err := k.Keys()
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for _, x := range all {
		if out[keyPrefix+x.ID+keySuffix], err = encodeKey(x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// IsKeyFile reports whether a file of a backup belongs to a Keyring.
func IsKeyFile(name string) bool {
	_, ok := keyID(name)
	return ok
}

// Import writes a key file that Export made.
func (k *Keyring) Import(name string, data []byte) error {
	id, ok := keyID(name)
	if !ok {
		return fmt.Errorf("%q is not a badge key's file", name)
	}
	key, err := decodeKey(bytes.TrimSpace(data), id)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.write(key)
}
