"""Fits the polynomials of VectorMath: minimax in relative error by reweighted least squares, coefficients rounded to float32 one after the other.

Run: python3 tests/goldens/polynomials.py    (Debian: apt-get install python3-numpy python3-mpmath)
Prints each polynomial's coefficients from the constant up, and the relative error that the rounded ones leave. The last digits depend on the
least-squares library; the errors don't.
"""
import mpmath
import numpy

mpmath.mp.dps = 30


def fit(function, low, high, degree, weight, points=600, rounds=40):
    """Lawson's iteration: least squares whose weights move to where the error is largest."""
    nodes = (low + high) / 2 + (high - low) / 2 * numpy.cos(numpy.pi * (numpy.arange(points) + 0.5) / points)
    values = numpy.array([float(function(mpmath.mpf(float(x)))) for x in nodes])
    scales = numpy.array([float(weight(mpmath.mpf(float(x)))) for x in nodes])
    powers = numpy.vander(nodes, degree + 1, increasing=True)
    emphasis, best = numpy.ones(points), None
    for _ in range(rounds):
        root = numpy.sqrt(emphasis) * scales
        coefficients = numpy.linalg.lstsq(powers * root[:, None], values * root, rcond=None)[0]
        errors = numpy.abs((powers @ coefficients - values) * scales)
        if best is None or errors.max() < best[0]:
            best = errors.max(), coefficients
        emphasis = emphasis * (errors + 1e-30)
        emphasis /= emphasis.sum()
    return best[1]


def fit_rounded(function, low, high, degree, weight, highest_first=False):
    """Rounds one coefficient, refits the others, and so on."""
    rounded = {}

    def rest(x):
        return function(x) - sum(mpmath.mpf(c) * x**k for k, c in rounded.items())

    for k in range(degree, -1, -1) if highest_first else range(degree + 1):
        if highest_first:
            coefficient = fit(rest, low, high, k, weight)[k]
        else:
            coefficient = fit(lambda x: rest(x) / x**k, low, high, degree - k, lambda x: weight(x) * abs(x) ** k)[0]
        rounded[k] = float(numpy.float32(coefficient))
    worst = max(abs(rest(mpmath.mpf(float(x))) * weight(mpmath.mpf(float(x)))) for x in numpy.linspace(low, high, 4001) if x != 0)
    return [rounded[k] for k in range(degree + 1)], worst


def show(name, result):
    coefficients, error = result
    print(f"{name}: relative error {mpmath.nstr(error, 3)}\n    " + ", ".join(str(numpy.float32(c)) for c in coefficients))


half_ln2 = float(mpmath.log(2) / 2 * 1.001)
show("(e^r - 1 - r) / r^2", fit_rounded(
    lambda r: (mpmath.exp(r) - 1 - r) / r**2 if abs(r) > 1e-12 else mpmath.mpf(0.5), -half_ln2, half_ln2, 5,
    lambda r: r * r / max(abs(mpmath.expm1(r)), mpmath.mpf("1e-12"))))
show("(ln(1 + f) - f + f^2 / 2) / f^3", fit_rounded(
    lambda f: (mpmath.log1p(f) - f + f * f / 2) / f**3 if abs(f) > 1e-12 else mpmath.mpf(1) / 3,
    float(mpmath.sqrt(0.5) - 1) * 1.0005, float(mpmath.sqrt(2) - 1) * 1.0005, 8,
    lambda f: abs(f**3 / mpmath.log1p(f)) if abs(f) > 1e-9 else mpmath.mpf(0)))
show("(sin r / r - 1) / r^2 in r^2", fit_rounded(
    lambda s: (mpmath.sin(mpmath.sqrt(s)) / mpmath.sqrt(s) - 1) / s if s > 1e-9 else mpmath.mpf(-1) / 6, 0, 1.61**2, 4,
    lambda s: s * mpmath.sqrt(s) / mpmath.sin(mpmath.sqrt(s)) if s > 0 else mpmath.mpf(0)))
show("erf(t) / t - 1 in t^2", fit_rounded(
    lambda s: mpmath.erf(mpmath.sqrt(s)) / mpmath.sqrt(s) - 1 if s > 1e-9 else 2 / mpmath.sqrt(mpmath.pi) - 1, 0, 1.0, 6,
    lambda s: mpmath.sqrt(s) / mpmath.erf(mpmath.sqrt(s)) if s > 1e-9 else mpmath.sqrt(mpmath.pi) / 2))

CENTRE = 2.5


def scaled_complement(u):
    t = CENTRE * (1 + u) / (1 - u)
    return mpmath.erfc(t) * mpmath.exp(t * t) * (t + CENTRE)


show("(t + 2.5) e^(t^2) erfc(t) in (t - 2.5) / (t + 2.5)", fit_rounded(
    scaled_complement, -1, (9.6 - CENTRE) / (9.6 + CENTRE), 10, lambda u: 1 / scaled_complement(u), highest_first=True))
