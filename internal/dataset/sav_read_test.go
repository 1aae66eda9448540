package dataset

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// savFile is what the tests read from a .sav file, by the format's description and not by the writer's code.
type savFile struct {
	names     []string          // real names, in order; a long text is one
	labels    map[string]string // of variables
	values    map[string]map[Cell]string
	missing   map[string][]float64
	measures  map[string]int
	encoding  string
	fileLabel string
	cases     int // -1: not told
	rows      [][]Cell
}

// savReader reads the bytes one after the other; too few panic, and the test with it.
type savReader struct {
	b     []byte
	vars  []savRead
	at    map[int]int // place in the dictionary, from 1 -> index in vars
	size  int
	out   savFile
	codes []byte
}

type savRead struct {
	short, name string
	width       int
	long        int // declared width of a long text, of which this is the first part
}

func readSAV(b []byte) savFile {
	r := &savReader{b: b, at: map[int]int{}, out: savFile{
		labels: map[string]string{}, values: map[string]map[Cell]string{}, missing: map[string][]float64{}, measures: map[string]int{}}}
	r.header()
	for r.record() {
	}
	r.data()
	return r.out
}

func (r *savReader) bytes(n int) []byte { b := r.b[:n]; r.b = r.b[n:]; return b }
func (r *savReader) int() int           { return int(int32(binary.LittleEndian.Uint32(r.bytes(4)))) }
func (r *savReader) float() float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(r.bytes(8)))
}
func (r *savReader) text(n int) string { return strings.TrimRight(string(r.bytes(n)), " ") }

func (r *savReader) want(what string, got, want any) {
	if got != want {
		panic(fmt.Sprintf("%s: got %v, want %v", what, got, want))
	}
}

func (r *savReader) header() {
	r.want("magic", r.text(4), "$FL2")
	r.want("product", strings.HasPrefix(r.text(60), "@(#) SPSS DATA FILE"), true)
	r.want("layout", r.int(), 2)
	r.size = r.int()
	r.want("compression", r.int(), 1)
	r.want("weight", r.int(), 0)
	r.out.cases = r.int()
	r.want("bias", r.float(), 100.0)
	r.bytes(17)
	r.out.fileLabel = r.text(64)
	r.bytes(3)
}

// record reads one record of the dictionary; false at its end.
func (r *savReader) record() bool {
	switch kind := r.int(); kind {
	case 2:
		r.variable()
	case 3:
		r.labels()
	case 7:
		r.extension()
	case 999:
		r.int()
		return false
	default:
		panic(fmt.Sprint("record ", kind))
	}
	return true
}

func (r *savReader) variable() {
	width, labelled, missing := r.int(), r.int(), r.int()
	r.bytes(8)
	short := r.text(8)
	place := len(r.at) + 1
	if width == -1 {
		r.at[place] = -1
		return
	}
	r.at[place] = len(r.vars)
	r.vars = append(r.vars, savRead{short: short, name: short, width: width})
	if labelled == 1 {
		n := r.int()
		r.out.labels[short] = string(r.bytes((n + 3) / 4 * 4)[:n])
	}
	for range missing {
		r.out.missing[short] = append(r.out.missing[short], r.float())
	}
}

func (r *savReader) labels() {
	raw := map[[8]byte]string{}
	for range r.int() {
		code := [8]byte(r.bytes(8))
		n := int(r.bytes(1)[0])
		raw[code] = string(r.bytes((n+1+7)/8*8 - 1)[:n])
	}
	r.want("record after labels", r.int(), 4)
	for range r.int() {
		v := r.vars[r.at[r.int()]]
		all := map[Cell]string{}
		for code, label := range raw {
			if v.width > 0 {
				all[Str(string(code[:]))] = label
			} else {
				all[Num(math.Float64frombits(binary.LittleEndian.Uint64(code[:])))] = label
			}
		}
		r.out.values[v.short] = all
	}
}

func (r *savReader) extension() {
	subtype, size := r.int(), r.int()
	data := r.bytes(size * r.int())
	switch subtype {
	case 11:
		for i := range r.vars {
			r.out.measures[r.vars[i].short] = int(binary.LittleEndian.Uint32(data[12*i:]))
		}
	case 13:
		r.rename(string(data))
	case 14:
		for pair := range strings.SplitSeq(strings.TrimSuffix(string(data), "\x00\t"), "\x00\t") {
			short, width, _ := strings.Cut(pair, "=")
			for i := range r.vars {
				if r.vars[i].short == short {
					fmt.Sscanf(width, "%05d", &r.vars[i].long)
				}
			}
		}
	case 20:
		r.out.encoding = string(data)
	case 21:
		r.longLabels(data)
	}
}

// rename gives all that has been read so far its real names.
func (r *savReader) rename(pairs string) {
	for pair := range strings.SplitSeq(pairs, "\t") {
		short, name, _ := strings.Cut(pair, "=")
		for i := range r.vars {
			if r.vars[i].short == short {
				r.vars[i].name = name
			}
		}
		move(r.out.labels, short, name)
		move(r.out.values, short, name)
		move(r.out.missing, short, name)
		move(r.out.measures, short, name)
	}
}

func move[V any](m map[string]V, from, to string) {
	if v, ok := m[from]; ok && from != to {
		delete(m, from)
		m[to] = v
	}
}

func (r *savReader) longLabels(data []byte) {
	inner := &savReader{b: data}
	for len(inner.b) > 0 {
		name := string(inner.bytes(inner.int()))
		inner.int()
		all := map[Cell]string{}
		for range inner.int() {
			code := Str(string(inner.bytes(inner.int())))
			all[code] = string(inner.bytes(inner.int()))
		}
		r.out.values[name] = all
	}
}

func (r *savReader) data() {
	for i := 0; i < len(r.vars); i += parts(r.vars[i].long) {
		r.out.names = append(r.out.names, r.vars[i].name)
	}
	for {
		first, ok := r.segment()
		if !ok {
			return
		}
		segments := [][]byte{first}
		for range r.size - 1 {
			next, _ := r.segment()
			segments = append(segments, next)
		}
		r.out.rows = append(r.out.rows, r.row(segments))
	}
}

func parts(long int) int { return max(1, (long+251)/252) }

// segment returns the next 8 bytes of data, unpacked; false at the end. System-missing is nil.
func (r *savReader) segment() ([]byte, bool) {
	for {
		if len(r.codes) == 0 {
			r.codes = r.bytes(8)
		}
		code := r.codes[0]
		r.codes = r.codes[1:]
		switch code {
		case 0:
		case 252:
			return nil, false
		case 253:
			return r.bytes(8), true
		case 254:
			return []byte("        "), true
		case 255:
			return nil, true
		default:
			return binary.LittleEndian.AppendUint64(nil, math.Float64bits(float64(code)-100)), true
		}
	}
}

func (r *savReader) row(segments [][]byte) (row []Cell) {
	for i := 0; i < len(r.vars); {
		v := r.vars[i]
		if v.width == 0 {
			cell := Cell{}
			if segments[0] != nil {
				cell = Num(math.Float64frombits(binary.LittleEndian.Uint64(segments[0])))
			}
			row, segments = append(row, cell), segments[1:]
			i++
			continue
		}
		var text []byte
		for range parts(v.long) {
			width, n := r.vars[i].width, (r.vars[i].width+7)/8
			var part []byte
			for _, s := range segments[:n] {
				part = append(part, s...)
			}
			text, segments = append(text, part[:width]...), segments[n:]
			i++
		}
		row = append(row, Str(string(text)))
	}
	return row
}
