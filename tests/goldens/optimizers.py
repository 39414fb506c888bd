"""Five steps of each optimizer on four parameters, by PyTorch in float64: the oracle of OptimizersTests.

Run: python3 tests/goldens/optimizers.py > tests/MLNet.WeightInit.Engine.Tests/Goldens/optimizers.csv
(Debian: apt-get install python3-torch; made with PyTorch 1.13.1.)
"""
import torch

START = [0.5, -1.25, 3.0, 1e-3]
GRADIENTS = [
    [0.1, -0.2, 5.0, 1e-4],
    [0.3, 0.2, -4.0, -2e-4],
    [-0.5, 0.25, 2.0, 0.0],
    [0.05, -0.75, 1.0, 3e-4],
    [0.2, 0.1, -8.0, 1e-4],
]
CASES = {
    "SGD": lambda p, decay: torch.optim.SGD(p, lr=0.05, weight_decay=decay),
    "Momentum(momentum=0.9)": lambda p, decay: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=decay),
    "Nesterov(momentum=0.8)": lambda p, decay: torch.optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True, weight_decay=decay),
    "RMSProp(decay=0.99, epsilon=1e-8)": lambda p, decay: torch.optim.RMSprop(p, lr=0.05, alpha=0.99, eps=1e-8, weight_decay=decay),
    "Adam(beta1=0.9, beta2=0.999, epsilon=1e-8)": lambda p, decay: torch.optim.Adam(p, lr=0.05, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay),
    "Adam(beta1=0.5, beta2=0.9, epsilon=1e-3)": lambda p, decay: torch.optim.Adam(p, lr=0.05, betas=(0.5, 0.9), eps=1e-3, weight_decay=decay),
    "AdamW(beta1=0.9, beta2=0.999, epsilon=1e-8)": lambda p, decay: torch.optim.AdamW(p, lr=0.05, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay),
}

print("optimizer;decay;step;parameters")
for name, make in CASES.items():
    for decay in (0.0, 0.1):
        parameter = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
        optimizer = make([parameter], decay)
        for step, gradient in enumerate(GRADIENTS, 1):
            parameter.grad = torch.tensor(gradient, dtype=torch.float64)
            optimizer.step()
            print(f"{name};{decay};{step};" + " ".join(repr(value) for value in parameter.tolist()))
