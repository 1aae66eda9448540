package sdc

// All stands for every value of a dimension.
const All = -1

// Catalogue is what a reader knows of the tables of a campaign before seeing a figure.
type Catalogue struct {
	Parent     []int   // of each unit; NoParent for the top
	Heads      []int   // public head count of the people directly in each unit; nil: not public
	Categories [][]int // for each background variable its categories, "not stated" included: only how many there are is used
	Areas      []Area  // measures whose means are published
}

// Area is a measure: the range of its scale and the decimals with which its mean is shown.
type Area struct {
	Min, Max float64
	Decimals int
	Near     float64 // how far from the level of the whole still counts as near; 0: readers are not told
}

// Cell is a group that the catalogue shows: a unit with all below it, and a category of a background variable or All of
// them. Variable All with Category All is the unit alone.
type Cell struct{ Unit, Variable, Category int }

// Shown is how much a publication tells of a cell.
type Shown int

// How much is told. A cell that is not in a publication is hidden.
const (
	Hidden    Shown = iota
	Placed          // 5 to 9 persons: for each area only below, near or above the level of the whole; n is not told
	Published       // n, and the means that D8 allows
)

// Figure is what a publication says of a cell.
type Figure struct {
	Shown Shown
	N     int        // only when Published
	Means []*float64 // by area, rounded; nil where D8 hides it; only when Published
	Bands []int      // by area, -1 below, 0 near, 1 above; only when Placed
}

// Publication is every figure that a reader gets at one moment.
type Publication map[Cell]Figure
