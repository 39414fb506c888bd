using Peers.Own;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Peers.LibTorch;

/// <summary>Pre-activation residual blocks: layer normalization, ReLU in place, dropout, linear; the same again behind the last block, before the output.</summary>
sealed class TorchResidual : Module<Tensor, Tensor>
{
    readonly Linear[] _linear;
    readonly LayerNorm[] _norms;
    readonly int _branchDepth;
    readonly double _dropout;

    /// <param name="weights">Row-major [outputs × inputs], layer by layer; biases start at zero.</param>
    public TorchResidual(TrainingProblem problem, IReadOnlyList<float[]> weights) : base("residual")
    {
        _branchDepth = problem.Residual!.BranchDepth;
        _dropout = problem.Dropout;
        int[] units = [problem.Inputs, .. problem.Hidden, problem.Outputs];
        _linear = new Linear[units.Length - 1];
        _norms = new LayerNorm[problem.Hidden.Length];
        for (int layer = 0; layer < _linear.Length; layer++)
        {
            _linear[layer] = Linear(units[layer], units[layer + 1]);
            using (no_grad())
            {
                _linear[layer].weight!.copy_(tensor(weights[layer]).reshape(units[layer + 1], units[layer]));
                _linear[layer].bias!.zero_();
            }
            register_module($"linear{layer}", _linear[layer]);
            if (layer == _norms.Length)
                continue;
            _norms[layer] = LayerNorm(units[layer + 1], eps: 1e-5);
            register_module($"norm{layer}", _norms[layer]);
        }
    }

    public override Tensor forward(Tensor input)
    {
        Tensor stream = _linear[0].forward(input);
        for (int first = 0; first < _norms.Length - 1; first += _branchDepth)
        {
            Tensor branch = stream;
            for (int layer = first; layer < first + _branchDepth; layer++)
                branch = Layer(branch, layer);
            stream = stream + branch;
        }
        return Layer(stream, _norms.Length - 1);
    }

    Tensor Layer(Tensor sums, int layer)
    {
        Tensor active = _norms[layer].forward(sums).relu_();
        return _linear[layer + 1].forward(_dropout > 0 ? functional.dropout(active, _dropout, training: true) : active);
    }
}
