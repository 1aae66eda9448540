package stats

import "math"

// studentizedRange is the distribution of Q = R/S: R the range of so many independent standard normals (groups >= 2), S =
// sqrt(X/df), X chi-square with df > 0. It keeps what it has computed, as the pairs of one analysis ask again and again; one
// goroutine may use it.
type studentizedRange struct {
	groups int
	ranges [2 * widest]*chebyshev // ln P(R >= w) on w = i/2 .. (i+1)/2
	near   float64                // logarithm of the last critical value: the next is near
	limits map[int]chebyshev      // ln critical(1-Level, df) on ln df = i/2 .. (i+1)/2
	tails  map[[2]int]surface     // ln P(Q >= q) on placeOfQ(q) = i .. i+1, ln df = j/2 .. (j+1)/2
}

func newStudentizedRange(groups int) *studentizedRange {
	return &studentizedRange{groups: groups, near: 1.2, limits: map[int]chebyshev{}, tails: map[[2]int]surface{}}
}

const (
	points    = 16 // of a chebyshev, for eleven digits or more
	pointsDF  = 10 // along ln df, where the tail bends little
	widest    = 50 // P(R >= 50) is below 1e-260 for any number of groups that fits a computer
	fewGroups = 20 // the pairs of so many groups are so few that each can have its own integrals
	farPlace  = 18 // of q = 33, where the tail of many df begins to leave the range of a float64
)

// upper is P(Q >= q), the mean of P(R >= q·S) over S (Tukey 1953; Copenhaver and Holland 1988), with a relative error below
// 1e-9 in the tail too. df = +Inf gives the range itself. The integral over ln S is a sum at equal steps: for a smooth
// function that falls exponentially at both ends the error falls exponentially with the step. These steps are the longest
// that keep ten digits.
func (s *studentizedRange) upper(q, df float64) float64 {
	switch {
	case math.IsNaN(q) || math.IsNaN(df) || df <= 0:
		return math.NaN()
	case q <= 0:
		return 1
	case math.IsInf(q, 1):
		return 0
	case math.IsInf(df, 1):
		return s.rangeTail(q)
	}
	from, to := chiRange(df, 30)
	from -= math.Log1p(q*q/(2*df)) / 2 // a wide q moves the weight to small S
	step := min(0.6/math.Sqrt(2*df), 0.13/math.Log(float64(s.groups)+1))
	count := math.Ceil((to - from) / step)
	sum := 0.0
	for i := 0.0; i <= count; i++ {
		y := from + i*step
		part := math.Exp(df*chiShape(y)) * s.rangeTail(q*math.Exp(y))
		sum += part
		if part < 1e-16*sum { // past the top, and nothing comes after it
			break
		}
	}
	return min(1, sum*step*math.Exp(chiLogTop(df)))
}

// critical is the q with P(Q >= q) = tail, 0 < tail < 1, df >= 1/2.
func (s *studentizedRange) critical(tail, df float64) float64 {
	miss := func(logQ float64) float64 { return math.Log(s.upper(math.Exp(logQ), df)) - math.Log(tail) }
	low, high := s.near-0.02, s.near+0.02
	for wider := 0.1; miss(low) < 0; wider *= 2 {
		low, high = low-wider, low
	}
	for wider := 0.1; miss(high) > 0; wider *= 2 {
		low, high = high, high+wider
	}
	s.near = solve(miss, low, high)
	return math.Exp(s.near)
}

// limit is critical(1-Level, df) for df >= 1. With hundreds of groups, each pair with its own df, seeking each would take
// minutes; then it comes from a chebyshev in ln df, which keeps eleven digits.
func (s *studentizedRange) limit(df float64) float64 {
	if s.groups <= fewGroups {
		return s.critical(1-Level, df)
	}
	place := int(2 * math.Log(df))
	fitted, done := s.limits[place]
	if !done {
		from := float64(place) / 2
		fitted = fitChebyshev(points, from, from+0.5, func(logDF float64) float64 { return math.Log(s.critical(1-Level, math.Exp(logDF))) })
		s.limits[place] = fitted
	}
	return math.Exp(fitted.at(math.Log(df)))
}

// tail is upper(q, df) for df >= 1; with hundreds of groups from a net of surfaces, within a relative 1e-9 of it.
func (s *studentizedRange) tail(q, df float64) float64 {
	x := placeOfQ(q)
	if s.groups <= fewGroups || !(x >= 0 && x < farPlace) || math.IsInf(df, 0) {
		return s.upper(q, df)
	}
	place := [2]int{int(x), int(2 * math.Log(df))}
	fitted, done := s.tails[place]
	if !done {
		fromX, fromY := float64(place[0]), float64(place[1])/2
		fitted = fitSurface(points, pointsDF, [2]float64{fromX, fromX + 1}, [2]float64{fromY, fromY + 0.5},
			func(x, logDF float64) float64 { return math.Log(s.upper(qOfPlace(x), math.Exp(logDF))) })
		s.tails[place] = fitted
	}
	return min(1, math.Exp(fitted.at(x, math.Log(df))))
}

// placeOfQ is 4q up to 1 and goes on with its logarithm, so that the tail bends about as much from each whole number to the
// next.
func placeOfQ(q float64) float64 {
	if q < 1 {
		return 4 * q
	}
	return 4 + 4*math.Log(q)
}

func qOfPlace(x float64) float64 {
	if x < 4 {
		return x / 4
	}
	return math.Exp((x - 4) / 4)
}

// rangeTail is P(R >= w).
func (s *studentizedRange) rangeTail(w float64) float64 {
	if w >= widest {
		return 0
	}
	place := int(2 * w)
	if s.ranges[place] == nil {
		from := float64(place) / 2
		fitted := fitChebyshev(points, from, from+0.5, func(w float64) float64 { return math.Log(rangeAbove(w, s.groups)) })
		s.ranges[place] = &fitted
	}
	return math.Exp(s.ranges[place].at(w))
}

// rangeAbove is P(R >= w) = k ∫ φ(z) [Φ(z)^(k-1) - (Φ(z)-Φ(z-w))^(k-1)] dz, z the largest of k. The bracket is written as
// Φ(z)^(k-1)·(1 - (1-r)^(k-1)) with r = Φ(z-w)/Φ(z), so that a small tail is no difference of large numbers.
func rangeAbove(w float64, k int) float64 {
	const step = 0.1
	others := float64(k - 1)
	sum := 0.0
	for z := -9.0; z <= 10+w/2; z += step {
		below := normalBelow(z)
		r := normalBelow(z-w) / below
		sum += math.Exp(-z*z/2+others*math.Log(below)) * -math.Expm1(others*math.Log1p(-r))
	}
	return min(1, float64(k)*sum*step/math.Sqrt(2*math.Pi))
}
