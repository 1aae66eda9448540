package stats

import "math"

// chebyshev is a smooth function on a short range, as a sum of Chebyshev polynomials through its values at their points: with
// a dozen of them nearly as exact as the function, and far quicker than an integral.
type chebyshev struct {
	from, to     float64
	coefficients []float64
}

// fitChebyshev goes through f at so many points of the range.
func fitChebyshev(points int, from, to float64, f func(float64) float64) chebyshev {
	values := make([]float64, points)
	for j := range values {
		values[j] = f(chebyshevPoint(j, points, from, to))
	}
	return chebyshev{from, to, chebyshevCoefficients(values)}
}

func chebyshevPoint(j, points int, from, to float64) float64 {
	return from + (to-from)*(math.Cos(math.Pi*(float64(j)+0.5)/float64(points))+1)/2
}

// chebyshevCoefficients are those of the polynomial with these values at the points.
func chebyshevCoefficients(values []float64) []float64 {
	n := float64(len(values))
	coefficients := make([]float64, len(values))
	for m := range coefficients {
		for j, v := range values {
			coefficients[m] += 2 * v * math.Cos(math.Pi*float64(m)*(float64(j)+0.5)/n) / n
		}
	}
	coefficients[0] /= 2
	return coefficients
}

// at is the value at x of the range.
func (c chebyshev) at(x float64) float64 {
	return chebyshevSum(c.coefficients, (2*x-c.from-c.to)/(c.to-c.from))
}

// chebyshevSum is Σ c_m·T_m(x), -1 <= x <= 1 (Clenshaw 1955).
func chebyshevSum(c []float64, x float64) float64 {
	next, after := 0.0, 0.0
	for m := len(c) - 1; m > 0; m-- {
		next, after = c[m]+2*x*next-after, next
	}
	return c[0] + x*next - after
}

// surface is a smooth function of two variables on a small rectangle: Σ_m c_m(x)·T_m(y).
type surface struct {
	alongX   []chebyshev
	from, to float64 // of y
}

// fitSurface goes through f at pointsX times pointsY points.
func fitSurface(pointsX, pointsY int, x, y [2]float64, f func(x, y float64) float64) surface {
	byX := make([][]float64, pointsX) // the coefficients along y at each point of x
	for i := range byX {
		at := chebyshevPoint(i, pointsX, x[0], x[1])
		byX[i] = fitChebyshev(pointsY, y[0], y[1], func(y float64) float64 { return f(at, y) }).coefficients
	}
	s := surface{alongX: make([]chebyshev, pointsY), from: y[0], to: y[1]}
	for m := range s.alongX {
		values := make([]float64, pointsX)
		for i := range values {
			values[i] = byX[i][m]
		}
		s.alongX[m] = chebyshev{x[0], x[1], chebyshevCoefficients(values)}
	}
	return s
}

// at is the value at x and y of the rectangle.
func (s surface) at(x, y float64) float64 {
	c := make([]float64, len(s.alongX))
	for m, along := range s.alongX {
		c[m] = along.at(x)
	}
	return chebyshev{s.from, s.to, c}.at(y)
}
