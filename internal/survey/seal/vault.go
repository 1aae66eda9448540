package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"taitorinki/internal/keyfile"
)

// Vault keeps the rounds' keys in files, two copies each, apart from the database and its backups.
type Vault struct {
	Dir  string        // "round-CODE.key", and "series-CODE.key" for what pairs waves
	Copy string        // the same again, best on another disk; "" is Dir/copy
	Safe *keyfile.Safe // encrypts the files; nil: they are not encrypted

	mu   sync.Mutex // also held while files are read and written: a Load beside a Destroy would write the second copy anew
	keys map[string]*Key
}

// ErrNoKey tells that neither copy of a round's key can be read.
var ErrNoKey = errors.New("seal: the round's key is missing")

const (
	firstLine = "taitorinki round key 1"
	suffix    = ".key"
	prefix    = "round-"
	series    = "series-"

	unfinished = ".new"
)

func (v *Vault) paths(round string) [2]string {
	second := v.Copy
	if second == "" {
		second = filepath.Join(v.Dir, "copy")
	}
	name := fileOf(round)
	return [2]string{filepath.Join(v.Dir, name), filepath.Join(second, name)}
}

// Series names the key of a series of rounds, given the code of its first. It can be used wherever a round's code can, but
// is none: it stays when the rounds close, and only pairs waves.
func Series(first string) string { return series + first }

func fileOf(name string) string {
	if strings.HasPrefix(name, series) {
		return name + suffix
	}
	return prefix + name + suffix
}

// Create makes a round's key, or returns the one that is there already: an opening that was interrupted goes on with it.
// When it returns, both copies are on the disk.
func (v *Vault) Create(round string) (*Key, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	k, err := v.load(round)
	if err == nil {
		return k, nil
	}
	if !errors.Is(err, ErrNoKey) {
		return nil, err
	}
	k = NewKey()
	for _, p := range v.paths(round) {
		if err := v.write(p, round, k); err != nil {
			return nil, fmt.Errorf("writing the round's key: %w", err)
		}
	}
	v.remember(round, k)
	return k, nil
}

// Load returns a round's key. When one copy is lost it is written anew from the other.
func (v *Vault) Load(round string) (*Key, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.load(round)
}

func (v *Vault) load(round string) (*Key, error) {
	if k := v.keys[round]; k != nil {
		return k, nil
	}
	paths := v.paths(round)
	var locked error // a key that cannot be opened is there: nothing may take its place
	for i, p := range paths {
		k, err := v.read(p, round)
		if err != nil {
			if errors.Is(err, keyfile.ErrMaster) {
				locked = err
			}
			continue
		}
		other := paths[1-i]
		if _, err := v.read(other, round); err != nil {
			if err := v.restore(p, other, round, k); err != nil {
				return nil, err
			}
		}
		v.remember(round, k)
		return k, nil
	}
	if locked != nil {
		return nil, locked
	}
	return nil, ErrNoKey
}

// restore writes the lost copy of a key anew from the one at p. A copy also looks lost while another process destroys the key:
// then the one at p goes next, and what was written here must go too. If p is still there, the other process has it before
// it and looks once more for what was written, see Destroy. So one of the two finds it, in whatever order they come.
func (v *Vault) restore(p, lost, round string, k *Key) error {
	err := v.write(lost, round, k)
	if _, gone := os.Stat(p); errors.Is(gone, fs.ErrNotExist) {
		return errors.Join(ErrNoKey, keyfile.Shred(lost+unfinished), keyfile.Shred(lost))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // that is what another process took away
		return fmt.Errorf("restoring the second copy of the round's key: %w", err)
	}
	return nil
}

func (v *Vault) remember(round string, k *Key) {
	if v.keys == nil {
		v.keys = map[string]*Key{}
	}
	v.keys[round] = k
}

// Destroy overwrites and removes both copies of a round's key. Destroying a key that is gone is no error, and neither is
// doing it in several processes at once.
func (v *Vault) Destroy(round string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.keys, round)
	var all error
	for range 2 { // another process may have taken the first copy for a lost one meanwhile, see restore
		for _, p := range v.paths(round) {
			all = errors.Join(all, keyfile.Shred(p+unfinished), keyfile.Shred(p)) // a crash while writing leaves the first
		}
	}
	return all
}

// Forget drops from memory the keys whose files are gone: another process has closed their rounds.
func (v *Vault) Forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for round := range v.keys {
		gone := 0
		for _, p := range v.paths(round) {
			if _, err := os.Stat(p); errors.Is(err, fs.ErrNotExist) {
				gone++
			}
		}
		if gone == 2 {
			delete(v.keys, round)
		}
	}
}

// Rounds lists the codes of the rounds that have a key.
func (v *Vault) Rounds() ([]string, error) {
	all, err := v.names()
	return slices.DeleteFunc(all, func(name string) bool { return strings.HasPrefix(name, series) }), err
}

// names lists what there are keys of: rounds and series.
func (v *Vault) names() ([]string, error) {
	seen := map[string]bool{}
	var out []string
	for _, p := range v.paths("x") {
		files, err := os.ReadDir(filepath.Dir(p))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, f := range files {
			if name, ok := nameOf(f.Name()); ok && !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	return out, nil
}

// nameOf is the inverse of fileOf.
func nameOf(file string) (name string, ok bool) {
	name, ok = strings.CutSuffix(file, suffix)
	if strings.HasPrefix(name, series) {
		return name, ok
	}
	name, round := strings.CutPrefix(name, prefix)
	return name, ok && round
}

// Export returns the key files' content by file name, for a backup that is kept apart from the database's.
func (v *Vault) Export() (map[string][]byte, error) {
	names, err := v.names()
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for _, r := range names {
		k, err := v.Load(r)
		if err != nil {
			return nil, fmt.Errorf("round %s: %w", r, err)
		}
		out[fileOf(r)] = encode(r, k)
	}
	return out, nil
}

// Import writes a key file that Export made.
func (v *Vault) Import(name string, data []byte) error {
	round, ok := nameOf(name)
	if !ok || strings.ContainsAny(round, `/\.`) {
		return fmt.Errorf("%q is not a key file", name)
	}
	k, err := decode(data, round)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, p := range v.paths(round) {
		if err := v.write(p, round, k); err != nil {
			return err
		}
	}
	return nil
}

func encode(round string, k *Key) []byte {
	body := fmt.Sprintf("%s\n%s\n%s\n", firstLine, round, hex.EncodeToString(k.raw[:]))
	sum := sha256.Sum256([]byte(body))
	return []byte(body + hex.EncodeToString(sum[:4]) + "\n")
}

func decode(data []byte, round string) (*Key, error) {
	lines := strings.Split(string(bytes.TrimSpace(data)), "\n")
	if len(lines) != 4 || lines[0] != firstLine || lines[1] != round {
		return nil, fmt.Errorf("not the key of round %s", round)
	}
	b, err := hex.DecodeString(lines[2])
	if err != nil || len(b) != KeySize {
		return nil, errors.New("damaged key file")
	}
	k := FromBytes([KeySize]byte(b))
	if !bytes.Equal(bytes.TrimSpace(encode(round, k)), bytes.TrimSpace(data)) {
		return nil, errors.New("damaged key file")
	}
	return k, nil
}

func (v *Vault) read(path, round string) (*Key, error) {
	b, err := os.ReadFile(path)
	if err == nil {
		b, err = v.Safe.Open(filepath.Base(path), b)
	}
	if err != nil {
		return nil, err
	}
	return decode(b, round)
}

// write puts the file there whole or not at all, and on the disk.
func (v *Vault) write(path, round string, k *Key) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path+unfinished, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(v.Safe.Seal(filepath.Base(path), encode(round, k)))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+unfinished, path); err != nil {
		return err
	}
	return keyfile.SyncDir(dir)
}

// Look reports how a round's two copies are, in the order of Dir and Copy: nil for one that can be read. It writes nothing.
func (v *Vault) Look(round string) (copies [2]error) {
	for i, p := range v.paths(round) {
		_, copies[i] = v.read(p, round)
	}
	return copies
}
