package instrument

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// An encoded answer set is one byte naming the layout and then a fixed number of bytes for each item, so that its length
// tells nothing about what was answered, not even whether:
//
//	scale, single   1 byte: 0 not answered, else the choice from 1 ("not applicable" last)
//	multiple        1 bit an option, least significant first
//	number          1 byte: 1 if answered, then the number in 8 bytes
//	text            its length in 2 bytes, then 4 bytes for each character it may have, filled up with zeros
//
// A published instrument never changes, so its own fields are the key to the bytes; only the layout may get a successor.
const layout = 1

// Size is the length of every encoded answer set of the instrument.
func (in *Instrument) Size() int {
	n := 1
	for _, it := range in.Items {
		n += it.size()
	}
	return n
}

func (it *Item) size() int {
	switch it.Type {
	case TypeMultiple:
		return (len(it.Options) + 7) / 8
	case TypeNumber:
		return 1 + 8
	case TypeText:
		return 2 + 4*it.MaxLength
	default:
		return 1
	}
}

// Encode gives exactly Size bytes for canonical answers and an error for anything else.
func (in *Instrument) Encode(a Answers) ([]byte, error) {
	if len(a) != len(in.Items) {
		return nil, fmt.Errorf("instrument %s %s: %d answers to encode, want %d", in.Key, in.Version, len(a), len(in.Items))
	}
	data := make([]byte, in.Size())
	data[0] = layout
	rest := data[1:]
	for i, it := range in.Items {
		if err := in.canonical(i, a[i]); err != nil {
			return nil, err
		}
		it.encode(rest[:it.size()], a[i])
		rest = rest[it.size():]
	}
	return data, nil
}

// canonical checks one stored answer. The message names the item only: answers do not belong in a log.
func (in *Instrument) canonical(i int, answer string) error {
	it := in.Items[i]
	few := it.Type == TypeScale || it.Type == TypeSingle
	if answer == "" || few && it.choice(answer) > 0 {
		return nil
	}
	raw := []string{answer}
	if it.Type == TypeMultiple {
		raw = strings.Split(answer, ",")
	}
	if again, err := in.Canonical(i, raw); err != nil || again != answer {
		return fmt.Errorf("instrument %s %s: item %s: not a canonical answer", in.Key, in.Version, it.ID)
	}
	return nil
}

func (it *Item) encode(data []byte, answer string) {
	if answer == "" {
		return
	}
	switch it.Type {
	case TypeMultiple:
		chosen := "," + answer + ","
		for i, o := range it.Options {
			if strings.Contains(chosen, ","+o.Value+",") {
				data[i/8] |= 1 << (i % 8)
			}
		}
	case TypeNumber:
		n, _ := strconv.ParseInt(answer, 10, 64) // canonical
		data[0] = 1
		binary.BigEndian.PutUint64(data[1:], uint64(n))
	case TypeText:
		binary.BigEndian.PutUint16(data, uint16(len(answer)))
		copy(data[2:], answer)
	default:
		data[0] = byte(it.choice(answer))
	}
}

// Decode reads what Encode wrote and refuses everything else.
func (in *Instrument) Decode(data []byte) (Answers, error) {
	if len(data) != in.Size() || data[0] != layout {
		return nil, fmt.Errorf("instrument %s %s: %d bytes to decode, want %d of layout %d",
			in.Key, in.Version, len(data), in.Size(), layout)
	}
	a := in.Blank()
	rest := data[1:]
	for i, it := range in.Items {
		answer, ok := it.decode(rest[:it.size()])
		// A choice that decodes is one of the item's; a number or a text may still be out of its limits.
		free := it.Type == TypeNumber || it.Type == TypeText
		if !ok || free && in.canonical(i, answer) != nil {
			return nil, fmt.Errorf("instrument %s %s: item %s: damaged answer", in.Key, in.Version, it.ID)
		}
		a[i] = answer
		rest = rest[it.size():]
	}
	return a, nil
}

func (it *Item) decode(data []byte) (answer string, ok bool) {
	switch it.Type {
	case TypeMultiple:
		return it.decodeChosen(data)
	case TypeNumber:
		n := int64(binary.BigEndian.Uint64(data[1:]))
		if data[0] == 0 {
			return "", n == 0
		}
		return strconv.FormatInt(n, 10), data[0] == 1
	case TypeText:
		n := int(binary.BigEndian.Uint16(data))
		if n > len(data)-2 {
			return "", false
		}
		return string(data[2 : 2+n]), zero(data[2+n:])
	default:
		return it.decodeChoice(int(data[0]))
	}
}

func (it *Item) decodeChosen(data []byte) (string, bool) {
	var values []string
	for i := range 8 * len(data) {
		if data[i/8]&(1<<(i%8)) == 0 {
			continue
		}
		if i >= len(it.Options) {
			return "", false
		}
		values = append(values, it.Options[i].Value)
	}
	return strings.Join(values, ","), true
}

func (it *Item) decodeChoice(n int) (string, bool) {
	switch {
	case n == 0:
		return "", true
	case it.Type == TypeSingle && n <= len(it.Options):
		return it.Options[n-1].Value, true
	case it.Type == TypeScale && n <= len(it.response.Steps):
		return strconv.Itoa(it.response.Steps[n-1].Value), true
	case it.Type == TypeScale && n == len(it.response.Steps)+1 && it.response.NotApplicable != nil:
		return NotApplicable, true
	}
	return "", false
}

func zero(data []byte) bool {
	for _, b := range data {
		if b != 0 {
			return false
		}
	}
	return true
}
