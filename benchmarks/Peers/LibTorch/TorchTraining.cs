using Kernels;
using MLNet.WeightInit.Engine.Data;
using Peers.Own;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Peers.LibTorch;

/// <summary>The same training step in libtorch: zero gradients, forward, loss, backward, Adam. Batches are views of rows that lie ready.</summary>
sealed class TorchTraining
{
    readonly TrainingProblem _problem;
    readonly Tensor _features, _targets;
    readonly Module<Tensor, Tensor> _model;
    readonly optim.Optimizer _optimizer;
    int _next;

    /// <param name="weights">Row-major [outputs × inputs], layer by layer; biases start at zero.</param>
    public TorchTraining(TrainingProblem problem, IReadOnlyList<float[]> weights)
    {
        _problem = problem;
        TrainingSet rows = problem.Data;
        _features = tensor(rows.Features).reshape(rows.Rows, rows.FeatureCount);
        _targets = problem.Task == NetworkTask.Multiclass ? tensor(rows.Targets).to(int64) : tensor(rows.Targets).reshape(rows.Rows, problem.Outputs);
        _model = problem.Residual is null ? Model(problem, weights) : new TorchResidual(problem, weights);
        _optimizer = optim.Adam(_model.parameters(), TrainingProblem.LearningRate);
    }

    public Candidate Candidate(string name = "libtorch") => new(name, 0, () =>
    {
        using DisposeScope scope = NewDisposeScope();
        Step();
    });

    /// <summary>The batch's mean loss before the step.</summary>
    public double StepWithLoss()
    {
        using DisposeScope scope = NewDisposeScope();
        return Step().item<float>();
    }

    Tensor Step()
    {
        Tensor features = _features.narrow(0, _next, _problem.Batch), targets = _targets.narrow(0, _next, _problem.Batch);
        _next = (_next + _problem.Batch) % _problem.Data.Rows;
        _optimizer.zero_grad();
        Tensor output = _model.forward(features);
        Tensor loss = _problem.Task switch
        {
            NetworkTask.Multiclass => functional.cross_entropy(output, targets),
            NetworkTask.Binary => functional.binary_cross_entropy_with_logits(output, targets),
            _ => functional.mse_loss(output, targets),
        };
        loss.backward();
        _optimizer.step();
        return loss;
    }

    static Module<Tensor, Tensor> Model(TrainingProblem problem, IReadOnlyList<float[]> weights)
    {
        var modules = new List<(string, Module<Tensor, Tensor>)>();
        int inputs = problem.Inputs;
        int[] units = [.. problem.Hidden, problem.Outputs];
        for (int layer = 0; layer < units.Length; layer++)
        {
            var linear = Linear(inputs, units[layer]);
            using (no_grad())
            {
                linear.weight!.copy_(tensor(weights[layer]).reshape(units[layer], inputs));
                linear.bias!.zero_();
            }
            modules.Add(($"linear{layer}", linear));
            if (layer < units.Length - 1)
                modules.Add(($"relu{layer}", ReLU()));
            inputs = units[layer];
        }
        return Sequential(modules);
    }
}
