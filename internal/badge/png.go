package badge

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// keyword is the name of the text chunk that holds a credential (Open Badges 3.0, Baking).
const keyword = "openbadgecredential"

// maxPicture limits the pictures that are read, in bytes.
const maxPicture = 8 << 20

// ErrNoBadge says that a picture holds no credential; ErrManyBadges, that it holds more than the one the standard allows.
var (
	ErrNoBadge    = errors.New("badge: no credential in the picture")
	ErrManyBadges = errors.New("badge: more than one credential in the picture")
)

// Unbake takes the credential out of a picture, PNG or SVG.
func Unbake(picture []byte) (string, error) {
	if bytes.HasPrefix(picture, pngSignature) {
		return UnbakePNG(picture)
	}
	return UnbakeSVG(picture)
}

var pngSignature = []byte("\x89PNG\r\n\x1a\n")

// chunk is a part of a PNG file: its raw bytes with length and checksum, its type and its data.
type chunk struct {
	raw  []byte
	kind string
	data []byte
}

// chunks splits a PNG file and checks every checksum. Pixels are not looked at.
func chunks(picture []byte) (out []chunk, err error) {
	if len(picture) > maxPicture {
		return nil, fmt.Errorf("badge: a picture of %d bytes, %d at most", len(picture), maxPicture)
	}
	rest, ok := bytes.CutPrefix(picture, pngSignature)
	if !ok {
		return nil, errors.New("badge: not a PNG file")
	}
	for len(rest) > 0 {
		c, err := firstChunk(rest)
		if err != nil {
			return nil, err
		}
		out, rest = append(out, c), rest[len(c.raw):]
	}
	if len(out) < 2 || out[0].kind != "IHDR" || out[len(out)-1].kind != "IEND" {
		return nil, errors.New("badge: the PNG file is not whole")
	}
	return out, nil
}

// firstChunk reads length, type, data and checksum (PNG Specification, section 5.3).
func firstChunk(b []byte) (chunk, error) {
	if len(b) < 12 {
		return chunk{}, errors.New("badge: the PNG file is cut short")
	}
	n := uint64(binary.BigEndian.Uint32(b))
	if n+12 > uint64(len(b)) {
		return chunk{}, errors.New("badge: the PNG file is cut short")
	}
	end := 8 + int(n)
	if crc32.ChecksumIEEE(b[4:end]) != binary.BigEndian.Uint32(b[end:]) {
		return chunk{}, errors.New("badge: the PNG file is damaged")
	}
	return chunk{b[:end+4], string(b[4:8]), b[8:end]}, nil
}

// holds tells whether the chunk is a text of ours, of whichever of PNG's three kinds.
func (c chunk) holds() bool {
	switch c.kind {
	case "iTXt", "tEXt", "zTXt":
		return bytes.HasPrefix(c.data, []byte(keyword+"\x00"))
	}
	return false
}

// BakePNG puts a credential into a PNG picture: the token, or JSON with its proof. One that is there already is replaced.
func BakePNG(picture []byte, credential string) ([]byte, error) {
	parts, err := chunks(picture)
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(make([]byte, 0, len(picture)+len(credential)+100))
	out.Write(pngSignature)
	for _, c := range parts {
		if c.holds() {
			continue
		}
		out.Write(c.raw)
		if c.kind == "IHDR" {
			writeText(out, credential)
		}
	}
	return out.Bytes(), nil
}

// writeText writes an iTXt chunk: keyword, not compressed, no language, no translated keyword, text.
func writeText(out *bytes.Buffer, text string) {
	body := []byte("iTXt" + keyword + "\x00\x00\x00\x00\x00" + text)
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(body)-4))
	out.Write(n[:])
	out.Write(body)
	binary.BigEndian.PutUint32(n[:], crc32.ChecksumIEEE(body))
	out.Write(n[:])
}

// UnbakePNG takes the credential out of a PNG picture.
func UnbakePNG(picture []byte) (string, error) {
	parts, err := chunks(picture)
	if err != nil {
		return "", err
	}
	var found []chunk
	for _, c := range parts {
		if c.holds() {
			found = append(found, c)
		}
	}
	switch {
	case len(found) == 0:
		return "", ErrNoBadge
	case len(found) > 1:
		return "", ErrManyBadges
	}
	return found[0].text()
}

// text is what an iTXt chunk says. The standard wants it uncompressed, so nothing has to be unpacked here.
func (c chunk) text() (string, error) {
	rest := c.data[len(keyword)+1:]
	if c.kind != "iTXt" || len(rest) < 2 || rest[0] != 0 {
		return "", errors.New("badge: the credential in the picture is not plain iTXt")
	}
	_, rest, language := bytes.Cut(rest[2:], []byte{0})
	_, text, translated := bytes.Cut(rest, []byte{0})
	if !language || !translated {
		return "", errors.New("badge: the credential in the picture is cut short")
	}
	return string(text), nil
}
