"""Minima that scikit-learn's L-BFGS (scipy's L-BFGS-B) finds for small networks from given weights, in float64: the oracle of LbfgsTests.

Run: python3 tests/goldens/lbfgs.py > tests/MLNet.WeightInit.Engine.Tests/Goldens/lbfgs.csv
(Debian: apt-get install python3-sklearn; made with scikit-learn 1.2.1.)

Its objective is the mean cross-entropy, or half the mean square, plus alpha / (2 n) times the sum of the squared weights. The library's is the mean loss, without the half, plus weight decay / 2 times that sum: so alpha is
n times the decay for classes, and n / 2 times for values, whose objective then is half the library's.
"""
import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

DECAY = 0.02


def values(count, seed, limit=1.0):
    """Networks.Values of the tests."""
    result = np.empty(count, dtype=np.float32)
    for _ in range(8):
        seed = (seed * 1664525 + 1013904223) % 2**32
    for i in range(count):
        seed = (seed * 1664525 + 1013904223) % 2**32
        signed = seed - 2**32 if seed >= 2**31 else seed
        result[i] = signed / (2**31 - 1) * limit
    return result.astype(np.float64)


def start(sizes):
    """Networks.Create of the tests: row-major [outputs][inputs] weights, then biases, layer by layer."""
    layers, seed = [], 1
    for inputs, outputs in zip(sizes, sizes[1:]):
        weights = values(inputs * outputs, seed, np.sqrt(3.0 / inputs)).reshape(outputs, inputs).T
        layers.append((weights, values(outputs, seed + 1, 0.5)))
        seed += 2
    return layers


def train(kind, sizes, x, y, alpha):
    layers = iter(start(sizes))

    class Given(kind):
        def _init_coef(self, fan_in, fan_out, dtype):
            weights, biases = next(layers)
            return weights.copy(), biases.copy()

    model = Given(hidden_layer_sizes=sizes[1:-1], activation="tanh", solver="lbfgs", alpha=alpha, tol=1e-9, max_iter=20_000, max_fun=40_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return model.fit(x, y)


def squares(model):
    return sum(float((weights**2).sum()) for weights in model.coefs_)


print("problem;mean_loss;penalty;iterations")
rows = 60
x = values(rows * 3, 31, 1.5).reshape(rows, 3)
y = (np.sin(2 * x[:, 0]) * x[:, 1] + 0.25 * x[:, 2]).astype(np.float32).astype(np.float64)
model = train(MLPRegressor, [3, 6, 1], x, y, rows * DECAY / 2)
print(f"values;{float(np.mean((model.predict(x) - y) ** 2))!r};{DECAY / 2 * squares(model)!r};{model.n_iter_}")

rows = 90
x = values(rows * 4, 32, 2).reshape(rows, 4)
y = np.minimum(2, (np.sqrt(x[:, 0] ** 2 + x[:, 1] ** 2) * 1.5).astype(int))
model = train(MLPClassifier, [4, 7, 3], x, y, rows * DECAY)
loss = -np.mean(np.log(model.predict_proba(x)[np.arange(rows), y]))
print(f"classes;{float(loss)!r};{DECAY / 2 * squares(model)!r};{model.n_iter_}")
