package sdc

// All stands for every value of a dimension.
const All = -1

// Catalogue is the tables of a campaign, fixed before its first snapshot (D5): units with all below them by area, and
// each unit by every category of each declared background variable.
type Catalogue struct {
	Parent     []int  // of each unit; NoParent for roots
	Heads      []int  // public head count of the people directly in each unit; nil: not public
	Categories []int  // of each declared background variable, how many categories it has, "not stated" included
	Areas      []Area // measures whose means are published
}

// Area is a measure: the range of its scale, and the most decimals with which its mean is shown.
type Area struct {
	Min, Max float64
	Decimals int
	Near     float64 // how far from the level of the whole, in points of the scale, still counts as near
}

// Cell is a group that the catalogue shows: a unit with all below it, and a category of a background variable. Variable
// All with Category All is the unit alone.
type Cell struct{ Unit, Variable, Category int }

// Shown is how much of a group a publication tells.
type Shown int

// A group that is hidden looks the same whatever the reason (D3). Placed: 5 to 9 persons, of whom only below, near or above
// the level of the whole is told for each area, n not. Published: n and means.
const (
	Hidden Shown = iota
	Placed
	Published
)

// NoPlacing is the placing that is not told, where D8 hides it.
const NoPlacing = 2

// Figure is what a publication says of a cell.
type Figure struct {
	Shown Shown
	N     int        // only when Published
	Means []*float64 // by area, rounded; nil where it is hidden; only when Published
	Bands []int      // by area: -1 below, 0 near, 1 above, NoPlacing; only when Placed
}

// Publication is what readers get of a campaign at one moment. A cell that is not in it is hidden.
type Publication map[Cell]Figure
