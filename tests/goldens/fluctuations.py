"""Mean and variance of what chance does to pre-activations and gradients, by drawing the weights: the oracle of FluctuationGoldenTests.

Run: python3 tests/goldens/fluctuations.py > tests/MLNet.WeightInit.Engine.Tests/Goldens/fluctuations.csv
(Debian: apt-get install python3-numpy; made with numpy 1.24, some five minutes.) Networks, gradients and the mean-field prediction that each draw is compared with are written out here, in double precision:
q = Var W . sum h^2 + Var b with the drawn weights' mean and variance, for eight groups of rows of like length, and norms of gradients that shrink by units . E phi'^2 . E W^2.
The gradient by the outputs is fixed, so that it knows nothing of the weights; or, aligned, the outputs themselves, as under a squared loss. Columns behind the variance: means of what the theory is told of it, kappa = sum (f . g)^2 / (q sum g^2),
the mean over pairs of rows of (g . g')^2 and of g^4, over (mean g^2)^2, and the logarithm of the last hidden layer's mean square over the predicted one.
"""
import math
import numpy as np

ROWS, FEATURES, OUTPUTS, GROUPS, DRAWS, BATCH = 32, 24, 6, 8, 20000, 100
erf = np.vectorize(math.erf)
r, k = np.arange(ROWS)[:, None], np.arange(FEATURES)[None, :]
X = (np.cos(1.3 * r + 0.7 * k + 0.11 * r * k) * (0.8 + 0.1 * (r % 5)) + 0.3).astype(np.float32).astype(np.float64)
o = np.arange(OUTPUTS)[None, :]
DELTA = np.cos(0.9 * r + 2.1 * o + 0.07 * r * o).astype(np.float32).astype(np.float64)
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def normal_cumulative(x):
    return 0.5 * (1 + erf(x / math.sqrt(2)))


def relu_moments(mean, deviation):
    a = mean / deviation
    density, cumulative = np.exp(-a * a / 2) / math.sqrt(2 * math.pi), normal_cumulative(a)
    return mean * cumulative + deviation * density, (mean * mean + deviation * deviation) * cumulative + mean * deviation * density, cumulative


def quadrature(function, slope):
    def moments(mean, deviation):
        z = mean[..., None] + deviation[..., None] * NODES
        value = function(z)
        return value @ WEIGHTS, value ** 2 @ WEIGHTS, slope(z) ** 2 @ WEIGHTS
    return moments


sigmoid = lambda z: 1 / (1 + np.exp(-z))
# A rational approximation of erf (Abramowitz and Stegun 1964, 7.1.26: 1.5e-7) is faster than a loop over math.erf.
def fast_cumulative(z):
    x = np.abs(z) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * x)
    tail = 0.5 * t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * np.exp(-x * x)
    return np.where(z > 0, 1 - tail, tail)


gelu = lambda z: z * fast_cumulative(z)
gelu_slope = lambda z: fast_cumulative(z) + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
ACTIVATIONS = {
    "ReLU": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0, relu_moments),
    "Tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2, quadrature(np.tanh, lambda z: 1 - np.tanh(z) ** 2)),
    "Sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)), quadrature(sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)))),
    "GELU": (gelu, gelu_slope, quadrature(gelu, gelu_slope)),
    "Identity": (lambda z: z, lambda z: np.ones_like(z), quadrature(lambda z: z, lambda z: np.ones_like(z))),
}

# name, activation, widths, orthogonal, fan-in . Var W, Var b, dropped share, aligned
CASES = [
    ("relu", "ReLU", [96, 128, 112], False, 2.0, 0.0, 0.0, False),
    ("relu with biases", "ReLU", [96, 128, 112], False, 1.5, 0.3, 0.0, False),
    ("relu with dropout", "ReLU", [96, 128, 112], False, 2.0, 0.0, 0.3, False),
    ("orthogonal relu", "ReLU", [96, 64, 128], True, 2.0, 0.0, 0.0, False),
    ("tanh", "Tanh", [128, 96, 112], False, 2.5, 0.05, 0.0, False),
    ("orthogonal tanh", "Tanh", [96, 64, 128], True, 2.0, 0.0, 0.0, False),
    ("sigmoid", "Sigmoid", [96, 128, 112], False, 16.0, 0.0, 0.0, False),
    ("gelu", "GELU", [112, 128, 96], False, 2.0, 0.1, 0.0, False),
    ("identity", "Identity", [96, 128, 112], False, 1.0, 0.0, 0.0, False),
    ("aligned relu", "ReLU", [96, 128, 112], False, 2.0, 0.0, 0.0, True),
    ("aligned orthogonal relu", "ReLU", [128, 128, 128], True, 2.0, 0.0, 0.0, True),
    ("aligned tanh", "Tanh", [128, 96, 112], False, 2.5, 0.0, 0.0, True),
    ("aligned gelu", "GELU", [112, 128, 96], False, 2.0, 0.0, 0.0, True),
    ("deep tanh", "Tanh", [64] * 16, False, 1.0, 0.0, 0.0, False),
    ("deep identity", "Identity", [64] * 8, False, 1.0, 0.0, 0.0, False),
]


def draw(random, count, outputs, inputs, orthogonal, scale):
    if not orthogonal:
        return random.standard_normal((count, outputs, inputs)) * math.sqrt(scale / inputs)
    tall, wide = max(outputs, inputs), min(outputs, inputs)
    q, upper = np.linalg.qr(random.standard_normal((count, tall, wide)))
    q = q * np.sign(np.einsum("bii->bi", upper))[:, None, :]
    # Var W is gain^2 / max(fans): the trainer's orthogonal weights have W W' = gain^2, or W' W.
    return math.sqrt(scale) * (q if outputs >= inputs else q.transpose(0, 2, 1))


def simulate(activation, widths, orthogonal, scale, bias_variance, dropped, aligned, seed):
    function, slope, moments = ACTIVATIONS[activation]
    random = np.random.Generator(np.random.PCG64(seed))
    squares = (X ** 2).sum(1)
    order = np.argsort(squares, kind="stable").reshape(GROUPS, -1)
    signals, gradients = [[] for _ in range(len(widths) + 1)], [[] for _ in widths]
    kept, told = 1 - dropped, []
    for _ in range(DRAWS // BATCH):
        h = np.broadcast_to(X, (BATCH, ROWS, FEATURES))
        group_sum, group_square = np.broadcast_to(X.sum(1)[order].mean(1), (BATCH, GROUPS)), np.broadcast_to(squares[order].mean(1), (BATCH, GROUPS))
        group_noise, inputs = np.zeros((BATCH, GROUPS)), FEATURES
        states, predicted_slopes, matrices = [], [], []
        for layer, units in enumerate(widths + [OUTPUTS]):
            w = draw(random, BATCH, units, inputs, orthogonal, scale)
            b = random.standard_normal((BATCH, units)) * math.sqrt(bias_variance)
            z = h @ w.transpose(0, 2, 1) + b[:, None, :]
            mean, variance = w.mean((1, 2)), w.var((1, 2))
            m = mean[:, None] * group_sum + b.mean(1)[:, None]
            v = variance[:, None] * group_square + mean[:, None] ** 2 * group_noise + b.var(1)[:, None]
            predicted = (v + m * m).mean(1) - m.mean(1) ** 2
            signals[layer].append(np.log(z.var((1, 2)) / predicted))
            matrices.append((w, variance + mean * mean))
            if layer == len(widths):
                break
            value, square, squared_slope = moments(m, np.sqrt(v))
            predicted_square = square.mean(1)
            group_sum, group_square = units * value, units * square / kept
            group_noise = units * square * (1 / kept - 1)
            mask = (random.random((BATCH, ROWS, units)) < kept) / kept if dropped else 1.0
            states.append(slope(z) * mask)
            predicted_slopes.append(squared_slope.mean(1))
            h, inputs = function(z) * mask, units
        g = z if aligned else np.broadcast_to(DELTA, (BATCH, ROWS, OUTPUTS))
        norm = (g ** 2).sum((1, 2))
        f, length, products = z - b[:, None, :], (g ** 2).sum(2), g @ g.transpose(0, 2, 1)
        of_pairs = (products ** 2).sum((1, 2)) - (length ** 2).sum(1)
        told.append(np.stack([((f * g).sum(2) ** 2).sum(1) / (norm * (predicted - b.var(1))), of_pairs / (ROWS * (ROWS - 1)) / length.mean(1) ** 2,
                              (length ** 2).mean(1) / length.mean(1) ** 2, np.log((h ** 2).mean((1, 2)) / predicted_square * (kept if dropped else 1))]))
        for layer in reversed(range(len(widths))):
            w, mean_square = matrices[layer + 1]
            g = (g @ w) * states[layer]
            norm = norm * widths[layer] * predicted_slopes[layer] * mean_square / kept
            gradients[layer].append(np.log((g ** 2).sum((1, 2)) / norm))
    return [np.concatenate(x) for x in signals], [np.concatenate(x) for x in gradients], np.concatenate(told, 1).mean(1)


print("case,activation,widths,orthogonal,scale,bias,dropped,aligned,statistic,layer,mean,variance,kappa,cosines,spread,length")
for number, (name, activation, widths, orthogonal, scale, bias, dropped, aligned) in enumerate(CASES):
    signals, gradients, told = simulate(activation, widths, orthogonal, scale, bias, dropped, aligned, number)
    for statistic, layers in (("deviation", signals), ("gradient", gradients)):
        for layer, values in enumerate(layers):
            print(f"{name},{activation},{' '.join(map(str, widths))},{int(orthogonal)},{scale},{bias},{dropped},{int(aligned)},{statistic},{layer},{values.mean():.6e},{values.var():.6e},{','.join('%.6e' % value for value in told)}", flush=True)
