package web

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
)

// NewToken is the secret of a link or a cookie, of 128 random bits and more in 26 letters and figures, and what is kept of it.
func NewToken() (token string, hash []byte) {
	token = strings.ToLower(rand.Text())
	return token, TokenHash(token)
}

// TokenHash is what is kept of a token. Looking the hash up takes a time that says nothing of the token. It was typed perhaps, so its
// letters may be large.
func TokenHash(token string) []byte {
	h := sha256.Sum256([]byte(strings.ToLower(token)))
	return h[:]
}
