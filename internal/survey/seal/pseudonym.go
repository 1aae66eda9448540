package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// Pseudonyms gives numbers of 63 bits that stand for an invitation in rows that must not name it. Each purpose has its own:
// without the key nobody can tell whose a number is, nor which of two purposes belong to one invitation.
func (k *Key) Pseudonyms(purpose string) func(invitation int64) int64 {
	secret := derive(k.raw[:], "pseudonym "+purpose)
	return func(invitation int64) int64 {
		m := hmac.New(sha256.New, secret)
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(invitation))
		m.Write(b[:])
		return int64(binary.BigEndian.Uint64(m.Sum(nil)) >> 1)
	}
}
