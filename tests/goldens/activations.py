"""Values and slopes of each activation, by PyTorch and its automatic differentiation in float64: the oracle of ActivationKernelTests.

Run: python3 tests/goldens/activations.py > tests/MLNet.WeightInit.Engine.Tests/Goldens/activations.csv
(Debian: apt-get install python3-torch; made with PyTorch 1.13.)
"""
import math
import torch
import torch.nn.functional as F

# Each is a float32, so that both sides see the same argument. The kinks at -3, -1, 0, 1 and 3 are left out.
POINTS = [-30.0, -12.5, -8.0, -5.5, -4.0, -3.5, -2.75, -2.0, -1.5, -1.25, -0.75, -0.5, -0.25, -0.0625, -2.0**-12, -2.0**-30,
          2.0**-30, 2.0**-12, 0.0625, 0.25, 0.5, 0.75, 1.25, 1.5, 2.0, 2.75, 3.5, 4.0, 5.5, 8.0, 12.5, 30.0]
CASES = {
    "Identity": lambda x: x * 1,
    "ReLU": F.relu,
    "LeakyReLU": F.leaky_relu,
    "LeakyReLU(slope=0.2)": lambda x: F.leaky_relu(x, torch.tensor(0.2, dtype=torch.float32).item()),
    "ELU": F.elu,
    "ELU(alpha=1.5)": lambda x: F.elu(x, 1.5),
    "SELU": F.selu,
    "GELU": F.gelu,
    "GELUTanh": lambda x: F.gelu(x, approximate="tanh"),
    "SiLU": F.silu,
    "Mish": F.mish,
    "HardSwish": F.hardswish,
    "Tanh": torch.tanh,
    "HardTanh": F.hardtanh,
    "Sigmoid": torch.sigmoid,
    "Softplus": lambda x: F.softplus(x, threshold=100),
    "Softsign": F.softsign,
    "Sin": torch.sin,
    "Erf": lambda x: torch.erf(math.sqrt(math.pi) / 2 * x),
}

print("activation;argument;value;slope")
for name, function in CASES.items():
    argument = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    value = function(argument)
    value.sum().backward()
    for x, y, slope in zip(POINTS, value.tolist(), argument.grad.tolist()):
        print(f"{name};{x!r};{y!r};{slope!r}")
