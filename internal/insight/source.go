package insight

import "context"

// Source is a closed round with everything that its results are made of. It stays inside this feature: pages get a
// Snapshot.
type Source struct {
	Head
	County      Words  // name of the county
	BaseURL     string // of the platform, without a slash at the end
	Least, Full int    // limits of the round; less than the least that may be, also 0, stands for that
	Units       []Unit
	Variables   []Variable // by which results may be broken down, declared before the round opened
	Areas       []Area
	Items       []Item
	Responses   []Response // in an order that means nothing
	// Each gives the responses one by one, always in the same order, for whoever need not hold them all.
	Each func(ctx context.Context, use func(Response) error) error
}

// Unit is a unit of the tree as it stood when the round opened. The first is the whole.
type Unit struct {
	ID     int64  `json:"id"`     // 0: the whole above several trees
	Parent int    `json:"parent"` // index; sdc.NoParent for the first
	Code   string `json:"code"`
	Name   Words  `json:"name"`
	Staff  int    `json:"staff"` // people invited who belong to the unit itself
	Heads  int    `json:"heads"` // of those, and of too small units under it, how many answer as the unit itself
}

// Variable is a background variable.
type Variable struct {
	ID         string     `json:"id"`
	Title      Words      `json:"title"`
	Categories []Category `json:"categories"` // the last one is "not stated" or "other"
	Ordered    bool       `json:"ordered"`    // neighbouring categories are alike
}

// Category is one value of a background variable.
type Category struct {
	Value string `json:"value"` // "" for "not stated" or "other"
	Title Words  `json:"title"`
	Heads int    `json:"heads,omitempty"` // people invited; 0 when that is not known
}

// Area is a competence area or a support factor.
type Area struct {
	ID          string `json:"id"`
	Title       Words  `json:"title"`
	About       Words  `json:"about"`
	Support     bool   `json:"support"`
	Min         int    `json:"min"` // the ends of the scale
	Max         int    `json:"max"`
	MinAnswered int    `json:"min_answered_pct"` // of its items, for a person to have a score
}

// The kinds of item.
const (
	ScaleItem    = "scale"
	SingleItem   = "single"
	MultipleItem = "multiple" // the answer is the values with commas between
	NumberItem   = "number"
	TextItem     = "text"
)

// Item is a question as it was asked.
type Item struct {
	ID            string
	Kind          string
	Text          Words
	Area          int // index of the area it measures, -1: none
	Reversed      bool
	Background    bool
	Min, Max      int // of a scale or a number
	Choices       []Category
	NotApplicable Words // nil: the choice was not offered
	MaxLength     int   // of a text
}

// Response is what one person answered.
type Response struct {
	Unit    int       // index in Units
	Values  []int     // category of each variable
	Scores  []float64 // by area; NaN where too little was answered
	Answers []string  // by item, as stored; "" where there is none
	Pair    string    // equal in two waves for one respondent's code; "": none
}
