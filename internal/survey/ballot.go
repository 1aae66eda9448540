package survey

import (
	"encoding/binary"
	"fmt"

	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/wavecode"
)

// ballot is what stands sealed in a state of a ballot. Every ballot of a round has the same length, whatever is answered.
type ballot struct {
	submitted bool
	taken     bool // a paper slip that somebody has taken into use
	group     int
	nonce     uint64 // of the form that submitted it, so that the same form sent twice is one submission
	code      wavecode.Code
	counted   []bool // by item: it has cost its row, see cover
	answers   instrument.Answers
	revisions []Revision // by item
}

const (
	ballotHead = 1 + 1 + 4 + 8 + 8

	flagSubmitted = 1
	flagTaken     = 2
)

func ballotSize(in *instrument.Instrument) int {
	return ballotHead + (len(in.Items)+7)/8 + len(in.Items) + in.Size()
}

func newBallot(in *instrument.Instrument, group int) *ballot {
	return &ballot{group: group, counted: make([]bool, len(in.Items)), answers: in.Blank(), revisions: firstRevisions(len(in.Items))}
}

func (b *ballot) encode(in *instrument.Instrument) ([]byte, error) {
	out := make([]byte, ballotHead, ballotSize(in))
	out[0] = 1
	if b.submitted {
		out[1] |= flagSubmitted
	}
	if b.taken {
		out[1] |= flagTaken
	}
	binary.BigEndian.PutUint32(out[2:], uint32(b.group))
	binary.BigEndian.PutUint64(out[6:], b.nonce)
	binary.BigEndian.PutUint64(out[14:], uint64(b.code))
	bits := make([]byte, (len(in.Items)+7)/8, (len(in.Items)+7)/8+len(in.Items))
	for i, c := range b.counted {
		if c {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	for _, r := range b.revisions {
		bits = append(bits, byte(r))
	}
	answers, err := in.Encode(b.answers)
	if err != nil {
		return nil, err
	}
	return append(append(out, bits...), answers...), nil
}

func decodeBallot(in *instrument.Instrument, data []byte) (*ballot, error) {
	if len(data) != ballotSize(in) || data[0] != 1 || data[1] > flagSubmitted|flagTaken {
		return nil, fmt.Errorf("ballot of %d bytes, want %d", len(data), ballotSize(in))
	}
	b := &ballot{
		submitted: data[1]&flagSubmitted != 0, taken: data[1]&flagTaken != 0, group: int(binary.BigEndian.Uint32(data[2:])),
		nonce: binary.BigEndian.Uint64(data[6:]), code: wavecode.Code(binary.BigEndian.Uint64(data[14:])), counted: make([]bool, len(in.Items)),
	}
	rest := data[ballotHead:]
	for i := range b.counted {
		b.counted[i] = rest[i/8]&(1<<(i%8)) != 0
	}
	rest = rest[(len(in.Items)+7)/8:]
	b.revisions = make([]Revision, len(in.Items))
	for i := range b.revisions {
		b.revisions[i] = Revision(rest[i])
	}
	var err error
	b.answers, err = in.Decode(rest[len(in.Items):])
	return b, err
}

// pay marks an item as one that has cost its row, and tells how many rows it still owed.
func (b *ballot) pay(item int) int {
	if b.counted[item] {
		return 0
	}
	b.counted[item] = true
	return 1
}
