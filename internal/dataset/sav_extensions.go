package dataset

import (
	"fmt"
	"math"
	"strings"
)

// extensions writes the records of type 7, each with a subtype, and the end of the dictionary.
func (s *savWriter) extensions() {
	s.machine()
	s.display()
	s.extension(13, 1, []byte(s.longNames()))
	if long := s.longTexts(); long != "" {
		s.extension(14, 1, []byte(long))
	}
	s.extension(20, 1, []byte("UTF-8"))
	if labels := s.longLabels(); len(labels) > 0 {
		s.extension(21, 1, labels)
	}
	s.int(999)
	s.int(0)
}

// extension writes a record whose data are elements of the given size.
func (s *savWriter) extension(subtype, size int, data []byte) {
	s.int(7)
	s.int(subtype)
	s.int(size)
	s.int(len(data) / size)
	s.w.Write(data)
}

// machine says how numbers and letters are written.
func (s *savWriter) machine() {
	var data []byte
	// version 1.0.0; machine unknown; IEEE 754; the one compression; little-endian; letters
	for _, n := range []int{1, 0, 0, -1, 1, 1, 2, codepageUTF8} {
		data = appendInt(data, n)
	}
	s.extension(3, 4, data)
	data = nil
	for _, x := range []float64{sysmis, math.MaxFloat64, lowest} {
		data = appendFloat(data, x)
	}
	s.extension(4, 8, data)
}

// display tells each part's level of measurement, width on the screen and alignment (0 left, 1 right).
func (s *savWriter) display() {
	var data []byte
	for i := range s.columns {
		v := s.columns[i].v
		for _, part := range s.columns[i].parts {
			data = appendInt(data, int(v.measure()))
			data = appendInt(data, min(max(8, part.width), 32))
			data = appendInt(data, flag(v.Kind != Text))
		}
	}
	s.extension(11, 4, data)
}

// longNames gives the real name of each variable.
func (s *savWriter) longNames() string {
	var pairs []string
	for _, c := range s.columns {
		pairs = append(pairs, c.parts[0].name+"="+c.v.Name)
	}
	return strings.Join(pairs, "\t")
}

// longTexts gives the width of each text that has several parts.
func (s *savWriter) longTexts() string {
	var b strings.Builder
	for _, c := range s.columns {
		if len(c.parts) > 1 {
			fmt.Fprintf(&b, "%s=%05d\x00\t", c.parts[0].name, c.v.Width)
		}
	}
	return b.String()
}

// longLabels gives the labels of texts over 8 bytes.
func (s *savWriter) longLabels() (data []byte) {
	for i := range s.columns {
		c := &s.columns[i]
		labelled := c.labelled(s.lang)
		if len(labelled) == 0 || !c.long() {
			continue
		}
		data = appendString(data, c.v.Name)
		data = appendInt(data, c.v.Width)
		data = appendInt(data, len(labelled))
		for _, value := range labelled {
			code := value.Code.text
			data = appendString(data, code+strings.Repeat(" ", c.v.Width-len(code)))
			data = appendString(data, cut(value.Labels.In(s.lang), maxValue))
		}
	}
	return data
}
