using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>A short training that is watched for a comparison: which rows it keeps out, how their loss falls from step to step, and what that costs.</summary>
/// <param name="steps">Steps that the training takes at most.</param>
/// <param name="split">Rows that train and rows that are kept out, in ascending order; null: other data are.</param>
internal sealed class TrainingTrial(int steps, (int[] Training, int[] HeldOut)? split)
{
    /// <summary>Times that the rows kept out are measured after the first step: each costs them a forward pass.</summary>
    public const int MostPoints = 25;

    readonly List<TrialPoint> _points = [];

    public (int[] Training, int[] HeldOut)? Split { get; } = split;

    /// <summary>In ascending order of steps; the first before any. Ends early where a number stopped being finite.</summary>
    public IReadOnlyList<TrialPoint> Points => _points;

    /// <summary>True once the last step was measured: the training came to its end with finite weights.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Loss of the best constant prediction, by the training rows, on the rows kept out; NaN where unknown.</summary>
    public double BestConstantLoss { get; set; } = double.NaN;

    /// <summary>After the last step, over as many training rows as are kept out, or all of them.</summary>
    public double TrainingLoss { get; private set; } = double.NaN;

    /// <summary>Floating-point operations of one training row, forward and backward.</summary>
    public double OperationsPerRow { get; set; }

    /// <summary>Floating-point operations of the passes that a calibration took before the first step.</summary>
    public double CalibrationOperations { get; set; }

    /// <summary>Rows that passed forward and backward so far.</summary>
    public double TrainedRows { get; set; }

    /// <summary>Steps from one measurement to the next.</summary>
    public static int IntervalOf(int steps) => (steps + MostPoints - 1) / MostPoints;

    /// <summary>Whether rows kept out are to be measured after this step.</summary>
    public bool IsDue(long step) => step % IntervalOf(steps) == 0 || step == steps;

    public void Add(long step, double loss, double? metric) => _points.Add(new TrialPoint(step, TrainedRows, loss, metric));

    public void Complete(double trainingLoss)
    {
        TrainingLoss = trainingLoss;
        IsComplete = true;
    }

    /// <summary>Takes down what the passes so far have cost, and what a row of training will.</summary>
    /// <remarks>A multiplication and an addition a weight forward, and as many for each of both gradients backward, of which the first layer needs but one. Biases and activations are left out.</remarks>
    public void Calibrated(NetworkLayout layout, TrainingSet data, ProbeBatch probe)
    {
        double forward = 0, first = 0;
        for (int layer = 0; layer < layout.Layers.Count; layer++)
        {
            double inputs = layer == 0 && data.IsSparse ? (double)data.Sparse.ValueCount / data.Rows : layout.Layers[layer].Inputs;
            double products = 2 * inputs * layout.Layers[layer].Outputs;
            forward += products;
            first = layer == 0 && layout.Embeddings.Count == 0 ? products : first;
        }
        OperationsPerRow = 3 * forward - first;
        CalibrationOperations = forward * probe.ForwardPasses * probe.Rows;
    }
}
