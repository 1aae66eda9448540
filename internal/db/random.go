package db

import (
	"crypto/rand"
	"encoding/binary"
)

// RandomID is a random id from 1 to 2^63-1, for rows whose order must not tell in which order they came.
func RandomID() int64 {
	var b [8]byte
	rand.Read(b[:]) // never fails: it ends the program instead
	return int64(binary.BigEndian.Uint64(b[:])>>1) | 1
}
