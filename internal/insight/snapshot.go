package insight

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"

	"taitorinki/internal/sdc"
)

// Definitions is the version of what the figures of a snapshot mean. It grows when a rule of counting changes.
const Definitions = 1

// Snapshot is all that is published of a round. It never changes. What is not in it is hidden, whatever the reason, and it
// holds nothing of which anything hidden could be told: no empty cell says why it is empty.
type Snapshot struct {
	Definitions int    `json:"definitions"`
	Program     string `json:"program"`
	Seed        uint64 `json:"seed"` // of whatever is drawn, such as starts of clusters
	Head
	Least     int        `json:"least"` // group from which anything is told
	Full      int        `json:"full"`  // and from which means are
	Near      float64    `json:"near"`  // how far from the whole still counts as near, as a share of the scale
	Units     []Unit     `json:"units"`
	Variables []Variable `json:"variables"`
	Areas     []Area     `json:"areas"`
	Cells     []Cell     `json:"cells"`
	Spreads   []Spread   `json:"spreads"`
	Change    *Change    `json:"change,omitempty"` // nil: there is no wave before, or too few are matched to tell anything
	Quality   *Quality   `json:"quality,omitempty"`
	Factors   *Factors   `json:"factors,omitempty"`  // nil: nothing can be told of them
	Profiles  *Profiles  `json:"profiles,omitempty"` // nil: nothing can be told of them

	kids  [][]int
	cells map[sdc.Cell]*Cell
}

// Cell is a group of which something is told.
type Cell struct {
	Unit     int        `json:"unit"`
	Variable int        `json:"variable"` // sdc.All with category sdc.All: the unit alone
	Category int        `json:"category"`
	Placed   bool       `json:"placed,omitempty"` // only its bands are told
	N        int        `json:"n,omitempty"`
	Means    []*float64 `json:"means,omitempty"` // by area, rounded; nil where it is not shown
	Bands    []int      `json:"bands,omitempty"` // by area: -1 below, 0 near, 1 above the whole; sdc.NoPlacing where it is not shown
}

// Decimals is how many decimals the cell's means have.
func (c *Cell) Decimals() int { return sdc.Decimals(c.N) }

// Encode writes the snapshot: the same snapshot gives the same bytes.
func (s *Snapshot) Encode() ([]byte, error) { return json.Marshal(s) }

// Decode reads what Encode wrote.
func Decode(data []byte) (*Snapshot, error) {
	s := &Snapshot{}
	if err := json.Unmarshal(data, s); err != nil {
		return nil, err
	}
	s.index()
	return s, nil
}

func (s *Snapshot) index() {
	s.cells = map[sdc.Cell]*Cell{}
	for i := range s.Cells {
		c := &s.Cells[i]
		s.cells[sdc.Cell{Unit: c.Unit, Variable: c.Variable, Category: c.Category}] = c
	}
	s.kids = make([][]int, len(s.Units))
	for i, u := range s.Units {
		if u.Parent != sdc.NoParent {
			s.kids[u.Parent] = append(s.kids[u.Parent], i)
		}
	}
}

// Of returns what is told of a unit with all below it; nil: nothing.
func (s *Snapshot) Of(unit int) *Cell { return s.Cell(unit, sdc.All, sdc.All) }

// Cell returns what is told of a category of a variable in a unit; nil: nothing.
func (s *Snapshot) Cell(unit, variable, category int) *Cell {
	return s.cells[sdc.Cell{Unit: unit, Variable: variable, Category: category}]
}

// Whole is what is told of all together, which alone has means whenever anything at all is told; nil: nothing is.
func (s *Snapshot) Whole() *Cell {
	if c := s.Of(0); c != nil && !c.Placed {
		return c
	}
	return nil
}

// Under are the units right under a unit.
func (s *Snapshot) Under(unit int) []int { return s.kids[unit] }

// UnitByID finds a unit by its id; -1: it was not in the round.
func (s *Snapshot) UnitByID(id int64) int {
	for i, u := range s.Units {
		if u.ID == id {
			return i
		}
	}
	return -1
}

// Staff is how many were invited in a unit with all below it.
func (s *Snapshot) Staff(unit int) int {
	n := s.Units[unit].Staff
	for _, k := range s.kids[unit] {
		n += s.Staff(k)
	}
	return n
}

// Within reports whether a unit is another or below it.
func (s *Snapshot) Within(unit, above int) bool {
	return within(s.Units, unit, above)
}

func within(units []Unit, unit, above int) bool {
	for ; unit != sdc.NoParent; unit = units[unit].Parent {
		if unit == above {
			return true
		}
	}
	return false
}

func compressed(data []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	err := z.Close()
	return b.Bytes(), err
}

func plain(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return io.ReadAll(z)
}
