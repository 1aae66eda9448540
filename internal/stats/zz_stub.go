package stats

// Stand-ins until the functions are here; nothing of this file stays.

const notBuilt = Refusal("not built yet")

type empty struct{}

func DescribeFully([]float64) empty                               { return empty{} }
func DescribeItem(Column, *float64, *float64) empty               { return empty{} }
func CompleteCases([]Column) (any, complete int)                  { return 0, 0 }
func ReliabilityOf([]string, []Column, bool) (empty, error)       { return empty{}, notBuilt }
func OmegaTotal([]string, []Column) (empty, error)                { return empty{}, notBuilt }
func EigenCorrelation([]Column, bool) (empty, error)              { return empty{}, notBuilt }
func ICC([]float64, []int) (empty, error)                         { return empty{}, notBuilt }
func KMeans([]string, []Column, int, bool, uint64) (empty, error) { return empty{}, notBuilt }

func TwoGroups([]float64, []float64) (empty, error)        { return empty{}, notBuilt }
func MannWhitney([]float64, []float64) (empty, error)      { return empty{}, notBuilt }
func Paired(Column, Column) (empty, error)                 { return empty{}, notBuilt }
func SignedRank(Column, Column) (empty, error)             { return empty{}, notBuilt }
func OneWay([]string, []float64, []int) (empty, error)     { return empty{}, notBuilt }
func ChiSquare([]string, []string, [][]int) (empty, error) { return empty{}, notBuilt }
func McNemar(int, int, int, int) (empty, error)            { return empty{}, notBuilt }
func Proportion(int, int) empty                            { return empty{} }
func Correlate(Column, Column) (empty, error)              { return empty{}, notBuilt }
func GroupMean([]float64) empty                            { return empty{} }

type Predictor struct {
	Term    string
	Names   []string
	Columns []Column
}

func OLS(Column, []Predictor) (empty, error)                          { return empty{}, notBuilt }
func Logistic(Column, []Predictor) (empty, error)                     { return empty{}, notBuilt }
func Segmented([]float64, int, int, bool, []Predictor) (empty, error) { return empty{}, notBuilt }
func AdjustP([]string, []*float64) empty                              { return empty{} }
