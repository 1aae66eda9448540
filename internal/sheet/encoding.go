package sheet

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// decode turns the file into text without a byte order mark, and names the encoding it found. Bytes that mean nothing in
// that encoding become U+FFFD, which the reader reports where it stands.
func decode(data []byte) (text, encoding string) {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		return strings.ToValidUTF8(string(data[3:]), "\uFFFD"), "UTF-8"
	case bytes.HasPrefix(data, []byte("\xFF\xFE")):
		return decodeUTF16(data[2:], binary.LittleEndian), "UTF-16LE"
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		return decodeUTF16(data[2:], binary.BigEndian), "UTF-16BE"
	}
	if order, name := bareUTF16(data); order != nil {
		return decodeUTF16(data, order), name
	}
	if looksUTF8(data) {
		return strings.ToValidUTF8(string(data), "\uFFFD"), "UTF-8"
	}
	// The decoder of a single-byte character set has no input that it refuses.
	out, _ := charmap.Windows1252.NewDecoder().Bytes(data)
	return string(out), "Windows-1252"
}

// bareUTF16 recognises UTF-16 without a byte order mark by its zero bytes: in European text nearly every second byte is
// zero, and only on one side. It looks at the first 4 kB.
func bareUTF16(data []byte) (binary.ByteOrder, string) {
	sample := data[:min(len(data), 4096)&^1]
	var even, odd int
	for i := 0; i < len(sample); i += 2 {
		if sample[i] == 0 {
			even++
		}
		if sample[i+1] == 0 {
			odd++
		}
	}
	pairs := len(sample) / 2
	switch {
	case pairs == 0:
		return nil, ""
	case odd*2 > pairs && even*10 < pairs:
		return binary.LittleEndian, "UTF-16LE"
	case even*2 > pairs && odd*10 < pairs:
		return binary.BigEndian, "UTF-16BE"
	}
	return nil, ""
}

func decodeUTF16(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(data)/2+1)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, order.Uint16(data))
	}
	if len(data) == 1 {
		units = append(units, 0xFFFD) // half a character: the file is cut
	}
	return string(utf16.Decode(units))
}

// looksUTF8 reports whether the bytes are UTF-8, perhaps with some damage. In Windows-1252 text the letters å ä ö never
// form a UTF-8 sequence, so a file with more good sequences than bad bytes is damaged UTF-8: reading it as Windows-1252
// would quietly turn every "ä" into "Ã¤".
func looksUTF8(data []byte) bool {
	if utf8.Valid(data) {
		return true
	}
	var good, bad int
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		data = data[size:]
	}
	return good > bad
}
