"""Moments of every activation at z ~ N(0, 1) and N(0, 2.5), to 20 digits: the oracle of GainTests.

Run: python3 tests/goldens/gains.py > tests/MLNet.WeightInit.Engine.Tests/Goldens/gains.csv
(Debian: apt-get install python3-mpmath; made with mpmath 1.3.) Definitions are written out here, slopes by hand; quadrature is mpmath's tanh-sinh with 30 digits between the kinks,
and where there is a closed form it must agree with it to 20 digits, or the script stops.
"""
from mpmath import mp, mpf, quad, exp, sqrt, tanh, log, erf, sin, cos, asin, pi, ncdf, npdf, inf

mp.dps = 30
LAMBDA, ALPHA = mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")
step = lambda x: mpf(1) if x > 0 else mpf(0)
sigmoid = lambda x: 1 / (1 + exp(-x))
softplus = lambda x: log(1 + exp(x)) if x < 40 else x + log(1 + exp(-x))
single = lambda text: mpf(__import__("struct").unpack("f", __import__("struct").pack("f", float(text)))[0])


def leaky(slope):
    return lambda x: x if x > 0 else slope * x, lambda x: mpf(1) if x > 0 else slope


def elu(alpha, scale=mpf(1)):
    return lambda x: scale * (x if x > 0 else alpha * (exp(x) - 1)), lambda x: scale * (mpf(1) if x > 0 else alpha * exp(x))


def gelu_tanh():
    c, k = sqrt(2 / pi), mpf("0.044715")
    u = lambda x: c * (x + k * x ** 3)
    return lambda x: x / 2 * (1 + tanh(u(x))), lambda x: (1 + tanh(u(x))) / 2 + x / 2 * (1 - tanh(u(x)) ** 2) * c * (1 + 3 * k * x ** 2)


def mish():
    t = lambda x: tanh(softplus(x))
    return lambda x: x * t(x), lambda x: t(x) + x * (1 - t(x) ** 2) * sigmoid(x)


# Arguments that the engine reads as single precision are single precision here too.
CASES = {
    "Identity": (lambda x: x, lambda x: mpf(1)),
    "ReLU": (lambda x: x * step(x), step),
    "LeakyReLU": leaky(single("0.01")),
    "LeakyReLU(slope=0.2)": leaky(single("0.2")),
    "LeakyReLU(slope=0.3)": leaky(single("0.3")),
    "ELU": elu(mpf(1)),
    "SELU": elu(ALPHA, LAMBDA),
    "GELU": (lambda x: x * ncdf(x), lambda x: ncdf(x) + x * npdf(x)),
    "GELUTanh": gelu_tanh(),
    "SiLU": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
    "Mish": mish(),
    "HardSwish": (lambda x: x * min(max(x + 3, 0), 6) / 6, lambda x: mpf(0) if x < -3 else mpf(1) if x > 3 else (2 * x + 3) / 6),
    "Tanh": (tanh, lambda x: 1 - tanh(x) ** 2),
    "HardTanh": (lambda x: min(max(x, mpf(-1)), mpf(1)), lambda x: mpf(1) if abs(x) < 1 else mpf(0)),
    "Sigmoid": (sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))),
    "Softplus": (softplus, sigmoid),
    "Softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
    "Sin": (sin, cos),
    "Erf": (lambda x: erf(sqrt(pi) / 2 * x), lambda x: exp(-pi / 4 * x ** 2)),
}


def moments(function, slope, variance):
    deviation = sqrt(variance)
    cuts = [mpf(-14), mpf(-6)] + sorted({k / deviation for k in (mpf(-3), mpf(-1), mpf(0), mpf(1), mpf(3))}) + [mpf(6), mpf(14)]
    integral = lambda f: quad(lambda x: npdf(x) * f(deviation * x), cuts)
    return [integral(function), integral(lambda x: function(x) ** 2), integral(lambda x: slope(x) ** 2), integral(lambda x: function(x) * slope(x) * x)]


half = mpf(1) / 2
CLOSED = {  # (activation, index of the moment) at variance 1
    ("ReLU", 0): 1 / sqrt(2 * pi), ("ReLU", 1): half, ("ReLU", 2): half,
    ("Sin", 1): (1 - exp(-2)) / 2, ("Sin", 2): (1 + exp(-2)) / 2,
    ("Erf", 1): 2 / pi * asin(pi / 2 / (1 + pi / 2)), ("Erf", 2): 1 / sqrt(1 + pi),
    ("GELU", 0): 1 / (2 * sqrt(pi)), ("GELU", 1): mpf(1) / 3 + 1 / (2 * pi * sqrt(3)),
    ("HardTanh", 1): 1 - 2 * npdf(1), ("HardTanh", 2): 2 * ncdf(1) - 1,
    ("HardSwish", 2): (13 * (2 * ncdf(3) - 1) - 24 * npdf(3)) / 36 + ncdf(-3),
    ("ELU", 0): npdf(0) + exp(half) * ncdf(-1) - half, ("ELU", 1): half + exp(2) * ncdf(-2) - 2 * exp(half) * ncdf(-1) + half, ("ELU", 2): half + exp(2) * ncdf(-2),
    ("SELU", 0): mpf(0), ("SELU", 1): mpf(1), ("SELU", 2): LAMBDA ** 2 * (half + ALPHA ** 2 * exp(2) * ncdf(-2)),
    ("Sigmoid", 0): half,
}

print("activation;variance;mean;second_moment;squared_slope;stretch")
for name, (function, slope) in CASES.items():
    for variance in (mpf(1), mpf("2.5")):
        values = moments(function, slope, variance)
        for (activation, index), closed in CLOSED.items():
            if variance == 1 and activation == name:
                assert abs(values[index] - closed) < mpf(10) ** -(14 if name == "SELU" else 20), (name, index, values[index], closed)
        print(";".join([name, mp.nstr(variance, 3)] + [mp.nstr(value, 20) if abs(value) > mpf(10) ** -25 else "0" for value in values]))
