// Package keyfile encrypts key files with a master key that lies apart from them, so that who gets the files alone, from a disk or a
// backup, has nothing.
//
// An encrypted file begins with a line that names the master key by an id, which tells nothing of the key. After it come a nonce and
// the content under AES-256-GCM, bound to the line and to the file's name: a file cannot be passed off as another. A file without
// that line is not encrypted and is read as it is.
package keyfile

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Size is the length of a master key in bytes.
const Size = 32

const (
	begin = "taitorinki sealed key 1 " // and the id of the master key in hexadecimal digits
	idLen = 16
)

// ErrMaster tells that a file is encrypted and its master key is not at hand. Nothing may be written in its place.
var ErrMaster = errors.New("the master key is missing or is another one")

// ErrDamaged tells that a file was changed or cut, or has another's name.
var ErrDamaged = errors.New("the encrypted key file is damaged")

// master is a master key, ready for use.
type master struct {
	id  string
	box cipher.AEAD
}

// Safe encrypts with one master key and opens what was encrypted with it or with an older one. A nil Safe encrypts nothing.
type Safe struct{ masters []master }

// New is a new master key as text.
func New() string {
	var key [Size]byte
	rand.Read(key[:])
	return base64.StdEncoding.EncodeToString(key[:])
}

// Parse reads master keys, one a line, each 32 bytes in base64. The first encrypts; the others, older ones, still open. Empty text is a
// nil Safe.
func Parse(text string) (*Safe, error) {
	var s Safe
	for i, line := range strings.Fields(text) {
		key, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(key) != Size {
			return nil, fmt.Errorf("master key, line %d: want %d bytes in base64, as `taitorinki keys new` prints them", i+1, Size)
		}
		s.masters = append(s.masters, newMaster(key))
	}
	if s.masters == nil {
		return nil, nil
	}
	return &s, nil
}

func newMaster(key []byte) master {
	block, err := aes.NewCipher(derive(key, "master key box", Size))
	if err != nil {
		panic(err) // only for a wrong length
	}
	box, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return master{hex.EncodeToString(derive(key, "master key id", idLen/2)), box}
}

// derive makes an independent key for one purpose (RFC 5869).
func derive(key []byte, purpose string, n int) []byte {
	b, err := hkdf.Key(sha256.New, key, nil, "taitorinki "+purpose, n)
	if err != nil {
		panic(err) // only for lengths that nobody asks for
	}
	return b
}

// Then is a Safe that encrypts with next's master key and opens what either of the two could.
func (s *Safe) Then(next *Safe) *Safe {
	all := append([]master(nil), next.masters...)
	if s != nil {
		all = append(all, s.masters...)
	}
	return &Safe{all}
}

// Seal is what is written into the file of a name, without its folder.
func (s *Safe) Seal(name string, plain []byte) []byte {
	if s == nil {
		return plain
	}
	m := s.masters[0]
	head := begin + m.id + "\n"
	return m.box.Seal([]byte(head), nil, plain, []byte(head+name))
}

// Open is the content of a file.
func (s *Safe) Open(name string, data []byte) ([]byte, error) {
	id, sealed, is, err := split(data)
	if err != nil || !is {
		return data, err
	}
	if s != nil {
		for _, m := range s.masters {
			if m.id != id {
				continue
			}
			plain, err := m.box.Open(nil, nil, sealed, []byte(begin+id+"\n"+name))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, ErrDamaged)
			}
			return plain, nil
		}
	}
	return nil, fmt.Errorf("%s is encrypted with the master key %s: %w", name, id, ErrMaster)
}

// split takes a file apart; is tells whether it is encrypted at all.
func split(data []byte) (id string, sealed []byte, is bool, err error) {
	rest, is := bytes.CutPrefix(data, []byte(begin))
	if !is {
		return "", nil, false, nil
	}
	head, sealed, found := bytes.Cut(rest, []byte("\n"))
	if _, err := hex.DecodeString(string(head)); err != nil || !found || len(head) != idLen || strings.ToLower(string(head)) != string(head) {
		return "", nil, true, ErrDamaged
	}
	return string(head), sealed, true, nil
}

// current reports whether a file is as Seal would write it now.
func (s *Safe) current(data []byte) bool {
	id, _, is, err := split(data)
	return err == nil && (s == nil && !is || s != nil && is && id == s.masters[0].id)
}
