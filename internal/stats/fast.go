package stats

import (
	"math"
	"math/big"
)

// The functions of this file work on many answers at once: a million persons by 57 items in a fraction of a second.
//
// Their layout is column-major bytes. An item is a []byte with one byte for each person, always in the same order of
// persons: the keyed answer 0 to 254 (reversed already, by Reverse), or MissingByte. A scale is a list of such items, and
// the unit of each person stands in a []int32 beside them. The sums of a block of persons stay in the processor's cache
// while its items are read one after the other.

// MissingByte stands for an answer that is not there.
const MissingByte = 255

const (
	blockSize = 4096
	// A person's answers on a scale are gathered in one uint32: their sum in the lower bits, their number above. With at
	// most mostItems items neither overflows (4095·254 < 2^20).
	sumBits   = 20
	onlySum   = 1<<sumBits - 1
	mostItems = 1<<(32-sumBits) - 1
)

// answerAdds is what an answer adds to its person's sum and number of answers: a table, because a missing answer then
// costs no branch that the processor guesses wrong.
var answerAdds = func() (table [256]uint32) {
	for answer := range MissingByte {
		table[answer] = 1<<sumBits + uint32(answer)
	}
	return table
}()

// addAnswers sets persons to the sums and numbers of answers of the persons from start on.
func addAnswers(persons []uint32, items [][]byte, start int) {
	clear(persons)
	for _, item := range items {
		for i, answer := range item[start : start+len(persons)] {
			persons[i] += answerAdds[answer]
		}
	}
}

// ByteMean is the N, mean and SD (divisor N-1) of the scores of one unit on one scale, in the unit of the answers.
type ByteMean struct {
	N    int
	Mean *float64 // nil when N = 0
	SD   *float64 // nil when N < 2
}

// MeansByGroup returns, for every scale and every unit 0 to units-1, the persons with a score (item 2, at least percent of
// the items answered) and their mean and SD (item 3). unit holds the unit of each person; a person in no unit has -1.
// It refuses items or units of unequal length, a scale without items or with more than 4,095, and a unit out of range.
func MeansByGroup(scales [][][]byte, unit []int32, units, percent int) ([][]ByteMean, error) {
	for _, u := range unit {
		if int(u) >= units || u < -1 {
			return nil, Refusal("A person is in a unit that does not exist.")
		}
	}
	out := make([][]ByteMean, len(scales))
	for i, items := range scales {
		if err := checkBytes(items, len(unit)); err != nil {
			return nil, err
		}
		out[i] = meansOfScale(items, unit, units, percent)
	}
	return out, nil
}

func checkBytes(items [][]byte, n int) error {
	if len(items) == 0 || len(items) > mostItems {
		return Refusal("A scale has 1 to 4,095 items.")
	}
	for _, item := range items {
		if len(item) != n {
			return Refusal("The items do not have the same number of persons.")
		}
	}
	return nil
}

// unitSum gathers scores counted from the unit's first, so that equal scores have an SD of exactly 0.
type unitSum struct {
	n                   int
	first, sum, squares float64
}

func meansOfScale(items [][]byte, unit []int32, units, percent int) []ByteMean {
	sums := make([]unitSum, units)
	needed := uint32(max(1, (percent*len(items)+99)/100))
	persons := make([]uint32, blockSize)
	for start := 0; start < len(unit); start += blockSize {
		block := unit[start:min(start+blockSize, len(unit))]
		addAnswers(persons[:len(block)], items, start)
		for i, person := range persons[:len(block)] {
			answered := person >> sumBits
			if answered < needed || block[i] < 0 {
				continue
			}
			u := &sums[block[i]]
			score := float64(person&onlySum) / float64(answered)
			if u.n == 0 {
				u.first = score
			}
			u.n++
			u.sum += score - u.first
			u.squares += (score - u.first) * (score - u.first)
		}
	}
	return byteMeans(sums)
}

// byteMeans keeps all means and SDs in one piece of memory: thousands of small ones take longer than the sums.
func byteMeans(sums []unitSum) []ByteMean {
	out, figures := make([]ByteMean, len(sums)), make([]float64, 2*len(sums))
	for i, u := range sums {
		n := float64(u.n)
		out[i].N = u.n
		if u.n > 0 {
			figures[2*i] = u.first + u.sum/n
			out[i].Mean = &figures[2*i]
		}
		if u.n > 1 {
			figures[2*i+1] = math.Sqrt(max(0, (u.squares-u.sum*u.sum/n)/(n-1)))
			out[i].SD = &figures[2*i+1]
		}
	}
	return out
}

// AlphaOfBytes returns Cronbach's alpha of the items (item 4, listwise) and the persons who answered all of them. The sums
// are exact: k/(k-1)·(1 - Σ(nΣx² - (Σx)²)/(nΣT² - (ΣT)²)) with T a person's sum. Alpha is nil with fewer than two items or
// persons, and when the sum does not vary. It refuses items of unequal length, none, and more than 4,095.
func AlphaOfBytes(items [][]byte) (n int, alpha *float64, err error) {
	if len(items) == 0 {
		return 0, nil, checkBytes(items, 0)
	}
	if err := checkBytes(items, len(items[0])); err != nil {
		return 0, nil, err
	}
	each, total := make([]moments, len(items)), moments{}
	persons, complete := make([]uint32, blockSize), make([]byte, blockSize)
	for start := 0; start < len(items[0]); start += blockSize {
		block := persons[:min(blockSize, len(items[0])-start)]
		addAnswers(block, items, start)
		n += total.addComplete(block, complete, uint32(len(items)))
		for i, item := range items {
			each[i].add(item[start:start+len(block)], complete)
		}
	}
	return n, alphaOfMoments(each, total, n), nil
}

// moments are the sum and the sum of squares of whole numbers.
type moments struct{ sum, squares uint64 }

// addComplete adds the sums of the persons who have k answers, marks them with a byte of ones in complete and the others
// with 0, and returns how many they are.
func (m *moments) addComplete(persons []uint32, complete []byte, k uint32) int {
	n := 0
	for i, person := range persons {
		complete[i] = 0
		if person>>sumBits != k {
			continue
		}
		complete[i] = 255
		t := uint64(person & onlySum)
		m.sum += t
		m.squares += t * t
		n++
	}
	return n
}

// add adds the answers of the complete persons.
func (m *moments) add(answers, complete []byte) {
	complete = complete[:len(answers)]
	var sum, squares uint64
	for i, answer := range answers {
		x := uint64(answer & complete[i])
		sum += x
		squares += x * x
	}
	m.sum += sum
	m.squares += squares
}

// spread is nΣx² - (Σx)², which is n(n-1) times the variance.
func (m moments) spread(n int) *big.Int {
	all := new(big.Int).SetUint64(m.squares)
	all.Mul(all, big.NewInt(int64(n)))
	sum := new(big.Int).SetUint64(m.sum)
	return all.Sub(all, sum.Mul(sum, sum))
}

func alphaOfMoments(each []moments, total moments, n int) *float64 {
	whole := total.spread(n)
	if len(each) < 2 || whole.Sign() == 0 {
		return nil
	}
	parts := new(big.Int)
	for _, m := range each {
		parts.Add(parts, m.spread(n))
	}
	share, _ := new(big.Rat).SetFrac(parts.Sub(whole, parts), whole).Float64()
	k := float64(len(each))
	return finite(k / (k - 1) * share)
}
