package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// Checksum passes on what is written and adds it up, so that whoever has the file can see that it is the one that was made.
type Checksum struct {
	w     io.Writer
	sum   hash.Hash
	bytes int64
}

// NewChecksum returns a Checksum that writes to w.
func NewChecksum(w io.Writer) *Checksum { return &Checksum{w: w, sum: sha256.New()} }

// Write is io.Writer's; only what w took counts.
func (c *Checksum) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.sum.Write(p[:n])
	c.bytes += int64(n)
	return n, err
}

// SHA256 returns the SHA-256 of what has been written, in hexadecimal as sha256sum prints it.
func (c *Checksum) SHA256() string { return hex.EncodeToString(c.sum.Sum(nil)) }

// Bytes returns how many bytes have been written.
func (c *Checksum) Bytes() int64 { return c.bytes }
