"""Sizes and fans of the tensors of 30 layers, as PyTorch and as Keras count them: the oracle of WeightShapeTests.

Run: python3 tests/goldens/fans.py > tests/MLNet.WeightInit.Engine.Tests/Goldens/fans.csv
(Debian: apt-get install python3-torch; made with PyTorch 1.13.)
PyTorch's sizes are those of its own modules' parameters, its fans those of torch.nn.init._calculate_fan_in_and_fan_out. Keras is no package of Debian: the sizes are those that its layers' documentation gives their
kernels, and the fans follow the rule of keras.src.initializers.random_initializers.compute_fans (Keras 3), written out below. A layer that a framework lacks has no row of it.
"""
import torch
import torch.nn as nn
from torch.nn.init import _calculate_fan_in_and_fan_out as pytorch_fans


def keras_fans(shape):
    if len(shape) < 1:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    if len(shape) == 2:
        return shape[0], shape[1]
    receptive_field_size = 1
    for dimension in shape[:-2]:
        receptive_field_size *= dimension
    return shape[-2] * receptive_field_size, shape[-1] * receptive_field_size


CONV = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSED = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}


def conv(inputs, outputs, kernel, groups=1):
    weight = CONV[len(kernel)](inputs, outputs, tuple(kernel), groups=groups).weight
    return "convolution", [inputs, outputs, groups, *kernel], weight, (*kernel, inputs // groups, outputs)


def transposed(inputs, outputs, kernel, groups=1):
    weight = TRANSPOSED[len(kernel)](inputs, outputs, tuple(kernel), groups=groups).weight
    return "transposed", [inputs, outputs, groups, *kernel], weight, (*kernel, outputs, inputs) if groups == 1 else None


def recurrent(module, gates, inputs, units, of_state):
    cell = module(inputs, units)
    weight = cell.weight_hh_l0 if of_state else cell.weight_ih_l0
    read = units if of_state else inputs
    return "recurrent", [read, units, gates], weight, (read, gates * units)


def projection(dimensions, heads):      # queries, keys or values of inputs that are as wide as the layer
    weight = nn.MultiheadAttention(dimensions, heads, kdim=dimensions + 1).q_proj_weight
    return "projection", [dimensions, heads, dimensions // heads, 1], weight, (dimensions, heads, dimensions // heads)


def in_proj(dimensions, heads):
    return "projection", [dimensions, heads, dimensions // heads, 3], nn.MultiheadAttention(dimensions, heads).in_proj_weight, None


def out_proj(dimensions, heads):
    return "attention_output", [heads, dimensions // heads, dimensions], nn.MultiheadAttention(dimensions, heads).out_proj.weight, (heads, dimensions // heads, dimensions)


def dense(inputs, outputs):
    return "dense", [inputs, outputs], nn.Linear(inputs, outputs).weight, (inputs, outputs)


def embedding(entries, dimensions):
    return "embedding", [entries, dimensions], nn.Embedding(entries, dimensions).weight, (entries, dimensions)


LAYERS = [
    dense(784, 300), dense(300, 784), dense(1, 17), dense(17, 1),
    conv(3, 64, [7, 7]), conv(64, 64, [1, 1]), conv(64, 128, [3, 3]), conv(5, 8, [3]), conv(8, 5, [4]), conv(2, 6, [3, 4, 5]), conv(16, 4, [2, 3]),
    conv(32, 32, [3, 3], groups=32), conv(32, 64, [5, 5], groups=4), conv(12, 6, [9], groups=3), conv(4, 8, [3, 1, 3], groups=2),
    transposed(16, 8, [4, 4]), transposed(8, 16, [3]), transposed(6, 4, [2, 3, 2]), transposed(12, 8, [3, 3], groups=4),
    recurrent(nn.LSTM, 4, 10, 20, False), recurrent(nn.LSTM, 4, 10, 20, True), recurrent(nn.GRU, 3, 7, 5, False), recurrent(nn.GRU, 3, 7, 5, True), recurrent(nn.RNN, 1, 9, 12, True),
    embedding(1000, 16), embedding(7, 300),
    projection(48, 6), in_proj(48, 6), out_proj(48, 6), out_proj(64, 1),
]
assert len(LAYERS) == 30

print("layout;layer;arguments;sizes;fan_in;fan_out")
for kind, arguments, weight, keras in LAYERS:
    for layout, sizes, fans in (("OutputsFirst", tuple(weight.shape), pytorch_fans(weight)), ("OutputsLast", keras, keras and keras_fans(keras))):
        if sizes:
            print(";".join([layout, kind, " ".join(map(str, arguments)), " ".join(map(str, sizes)), str(fans[0]), str(fans[1])]))
