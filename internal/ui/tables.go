package ui

// Table is what a table needs besides its rows.
type Table struct {
	Caption     string
	HideCaption bool // heard but not seen, when a heading says the same
	Sticky      bool // head and first column stay in place; a box of its own
	Stacked     bool // on a phone a row is a card; each td says its column by data-label
}

// Pages is where in a long list the reader is; 50 rows a page is the rule of
// the house.
type Pages struct {
	Page, Pages int // from 1
	Total       int // rows in all; 0 does not say
	URL         func(page int) string
}

// PageSize is the rows of one page of a table.
const PageSize = 50

// HeatClass is the class of a heat map cell: level 1 (lowest) to 5, and 0 for
// a cell that is hidden.
func HeatClass(level int) string {
	if level < 1 || level > 5 {
		return "heat-hidden"
	}
	return "heat-" + string(rune('0'+level))
}
