// Package seal keeps the answers of an open round so that only the holder of the round's key can read them or tell whose
// ballot is whose.
//
// Everything hangs on one key a round. From it come an invitation's token, the token's ballot id, the cipher of the
// ballots, and the secret by which a respondent finds the own feedback again. When the key is destroyed, what was written
// with it stays unreadable in every backup and log.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"taitorinki/internal/survey/link"
)

// KeySize is the length of a round's key in bytes.
const KeySize = 32

// Overhead is by how many bytes a sealed text is longer than its plain text.
const Overhead = nonceSize + tagSize

const (
	nonceSize = 12
	tagSize   = 16
)

// BallotID names a ballot. It is written nowhere.
type BallotID [16]byte

// StateID names one state of a ballot: as it was at opening, after the first save, and so on. Without the key it is a
// random number, and no two of them can be told to be of one ballot.
type StateID [16]byte

// Key is a round's key, ready for use by many goroutines.
type Key struct {
	raw     [KeySize]byte
	token   []byte
	ballot  cipher.Block
	state   cipher.Block
	box     cipher.AEAD
	permute cipher.Block
	slip    []byte
	owner   cipher.Block
	pair    []byte
}

// NewKey makes a random key.
func NewKey() *Key {
	var raw [KeySize]byte
	rand.Read(raw[:])
	return FromBytes(raw)
}

// FromBytes is the key with the given bytes.
func FromBytes(raw [KeySize]byte) *Key {
	return &Key{
		raw: raw, token: derive(raw[:], "token"), ballot: block(derive(raw[:], "ballot")), state: block(derive(raw[:], "ballot state")),
		box: aead(derive(raw[:], "ballot box")), permute: block(derive(raw[:], "feedback")),
		slip: derive(raw[:], "slip"), owner: block(derive(raw[:], "slip owner")), pair: derive(raw[:], "pair"),
	}
}

// derive makes an independent key for one purpose (RFC 5869).
func derive(secret []byte, purpose string) []byte {
	k, err := hkdf.Key(sha256.New, secret, nil, "taitorinki "+purpose, KeySize)
	if err != nil {
		panic(err) // only for lengths that no caller asks for
	}
	return k
}

func block(key []byte) cipher.Block {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a wrong key length
	}
	return b
}

func aead(key []byte) cipher.AEAD {
	a, err := cipher.NewGCMWithRandomNonce(block(key))
	if err != nil {
		panic(err)
	}
	return a
}

// Token is the secret in the link of an invitation.
func (k *Key) Token(invitation int64) link.Secret { return secretOf(k.token, invitation) }

// Slip is the secret printed on a paper slip. It opens no ballot by itself: whoever takes the slip into use is given the
// Owner's token, which nobody can work out from the slip.
func (k *Key) Slip(id int64) link.Secret { return secretOf(k.slip, id) }

// Owner is the token of whoever takes a slip into use.
func (k *Key) Owner(slip link.Secret) (token link.Secret) {
	k.owner.Encrypt(token[:], slip[:])
	return token
}

func secretOf(key []byte, id int64) (s link.Secret) {
	m := hmac.New(sha256.New, key)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(id))
	m.Write(b[:])
	copy(s[:], m.Sum(nil))
	return s
}

// Ballot is the ballot that a token opens: the token enciphered under a key of its own.
func (k *Key) Ballot(token link.Secret) (id BallotID) {
	k.ballot.Encrypt(id[:], token[:])
	return id
}

// State is the ballot's state after n saves. It is the CBC-MAC of two blocks under a key of its own, which for messages of
// one length is a pseudo-random function (Bellare, Kilian and Rogaway, The security of the cipher block chaining message
// authentication code, 2000), and cheap enough to be tried for many n.
func (k *Key) State(id BallotID, n uint32) (s StateID) {
	k.state.Encrypt(s[:], id[:])
	binary.BigEndian.PutUint32(s[:], binary.BigEndian.Uint32(s[:])^n)
	k.state.Encrypt(s[:], s[:])
	return s
}

// Seal encrypts a state of a ballot. The same text never gives the same bytes twice.
func (k *Key) Seal(id StateID, plain []byte) []byte { return k.box.Seal(nil, nil, plain, id[:]) }

// ErrBroken tells that sealed bytes are not what was written with this key for this state of this ballot.
var ErrBroken = errors.New("seal: cannot be opened")

// Open decrypts a state of a ballot.
func (k *Key) Open(id StateID, sealed []byte) ([]byte, error) {
	plain, err := k.box.Open(nil, nil, sealed, id[:])
	if err != nil {
		return nil, ErrBroken
	}
	return plain, nil
}

// FeedbackSecret is the secret by which a ballot's respondent finds the own feedback again. It is the ballot's id
// enciphered, so that the feedback needs no row, and so no order of rows, before the round closes.
func (k *Key) FeedbackSecret(id BallotID) (s link.Secret) {
	k.permute.Encrypt(s[:], id[:])
	return s
}

// BallotOfFeedback is the inverse of FeedbackSecret.
func (k *Key) BallotOfFeedback(s link.Secret) (id BallotID) {
	k.permute.Decrypt(id[:], s[:])
	return id
}

// Pair is what stands with a response for the code by which its respondent pairs waves. A series of rounds has a key of its
// own for it, which outlives the rounds': who sees somebody's code and reads the database cannot find the responses.
func (k *Key) Pair(code uint64) []byte {
	s := secretOf(k.pair, int64(code))
	return s[:]
}

// FeedbackID is where the feedback stands once the round has closed.
func FeedbackID(s link.Secret) []byte { return derive(s[:], "feedback id")[:16] }

// SealFeedback encrypts a feedback for the holder of the secret alone.
func SealFeedback(s link.Secret, plain []byte) []byte {
	return aead(derive(s[:], "feedback text")).Seal(nil, nil, plain, nil)
}

// OpenFeedback decrypts a feedback.
func OpenFeedback(s link.Secret, sealed []byte) ([]byte, error) {
	plain, err := aead(derive(s[:], "feedback text")).Open(nil, nil, sealed, nil)
	if err != nil {
		return nil, ErrBroken
	}
	return plain, nil
}
