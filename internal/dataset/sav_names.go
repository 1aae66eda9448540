package dataset

import (
	"fmt"
	"strings"
)

// shortNames gives the names of at most 8 bytes that .sav files have besides the real ones. Old programs show them. One that
// fits is the real name in capitals; the others are numbered.
type shortNames struct {
	taken map[string]bool
	n     int
}

// newShortNames sets aside all names that are short themselves, so that no numbered one takes them.
func newShortNames(variables []Variable) *shortNames {
	s := &shortNames{taken: map[string]bool{}}
	for _, v := range variables {
		if fitsShort(v.Name) {
			s.taken[strings.ToUpper(v.Name)] = true
		}
	}
	return s
}

// fitsShort: short names are ASCII here, whose capitals every program makes alike.
func fitsShort(name string) bool {
	for i := range len(name) {
		if name[i] >= 0x80 {
			return false
		}
	}
	return len(name) <= shortName
}

func (s *shortNames) first(name string) string {
	if fitsShort(name) {
		return strings.ToUpper(name)
	}
	return s.next()
}

func (s *shortNames) next() string {
	for {
		s.n++
		if name := fmt.Sprintf("V%07d", s.n); !s.taken[name] {
			return name
		}
	}
}
