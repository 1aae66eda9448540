package stats

// Stand-ins until the functions are here; nothing of this file stays.

const notBuilt = Refusal("not built yet")

type empty struct{}

type Predictor struct {
	Term    string
	Names   []string
	Columns []Column
}

func OLS(Column, []Predictor) (empty, error)                          { return empty{}, notBuilt }
func Logistic(Column, []Predictor) (empty, error)                     { return empty{}, notBuilt }
func Segmented([]float64, int, int, bool, []Predictor) (empty, error) { return empty{}, notBuilt }
func AdjustP([]string, []*float64) empty                              { return empty{} }
