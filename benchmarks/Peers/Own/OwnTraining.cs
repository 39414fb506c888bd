using Kernels;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace Peers.Own;

/// <summary>One training step of this library: gather, forward, loss, backward, Adam.</summary>
sealed class OwnTraining
{
    readonly TrainingProblem _problem;
    readonly TrainingStep _step;
    readonly int[] _order;
    int _next;

    /// <param name="deviation">Of the initial weights; null: He's.</param>
    public OwnTraining(TrainingProblem problem, int threads = 1, float? deviation = null)
    {
        _problem = problem;
        Network = OwnNetwork.Create(problem.Inputs, problem.Hidden, problem.Outputs, problem.Task, deviation, problem.Normalization, problem.Residual?.BranchDepth ?? 0, isByInput: problem.Data.IsSparse);
        var options = new TrainingOptions
        {
            Task = problem.Task,
            Outputs = problem.Outputs,
            HiddenLayers = problem.Hidden,
            Normalization = problem.Normalization,
            Residual = problem.Residual,
            Dropout = problem.Dropout == 0 ? null : new Dropout(problem.Dropout, isAlpha: false),
            Activation = Activations.Parse("ReLU"),
            Loss = Losses.Parse(problem.Task switch { NetworkTask.Multiclass => "SoftmaxCrossEntropy", NetworkTask.Binary => "BinaryCrossEntropy", _ => "Squared" }),
            Optimizer = Optimizers.Parse("Adam"),
            Init = "he",
            LearningRate = (float)TrainingProblem.LearningRate,
            BatchSize = problem.Batch,
            Seed = 1,
            Threads = threads,
        };
        PassKernels kernels = PassKernels.Create(SimdLevels.Best, new WorkerPool(threads));
        var gatherer = new BatchGatherer(problem.Data, AffineScale.None, AffineScale.None, 1, kernels.Rows, problem.Batch);
        float[] rateMultipliers = [.. Enumerable.Repeat(1f, 2 * (problem.Hidden.Length + 1))];
        _step = new TrainingStep(Network, gatherer, options, kernels, rateMultipliers, weightDecay: 0) { KeepsGradient = false };     // as a training's steps but for an epoch's last
        _order = [.. Enumerable.Range(0, problem.Data.Rows)];
    }

    public FeedForwardNetwork Network { get; }

    public Candidate Candidate(string name = "this library") => new(name, _problem.Work, () => StepWithLoss());

    /// <summary>The batch's mean loss before the step.</summary>
    public double StepWithLoss()
    {
        double sum = _step.Run(_order.AsSpan(_next, _problem.Batch), (float)TrainingProblem.LearningRate);
        _next = (_next + _problem.Batch) % _order.Length;
        return sum / _problem.Batch;
    }
}
