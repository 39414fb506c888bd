using System.Collections.Concurrent;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>The first steps of the training that follows, on a copy of its network: the same rows in the same order, the same optimizer and everything that goes with it. Leaves nothing behind, and different ones may run at the same time.</summary>
/// <param name="rows">Training rows, in the order that training begins with.</param>
/// <param name="weightDecay">As training resolves it.</param>
internal sealed class RateTrial(FeedForwardNetwork network, BatchGatherer gatherer, int[] rows, TrainingOptions options, PassKernels kernels, IReadOnlyList<float> rateMultipliers, float weightDecay)
{
    /// <summary>Larger batches give no other verdict, and a trial shall be short.</summary>
    public const int MostRows = 256;

    /// <summary>Measurements of the rows held out, and the share of a trial from one to the next.</summary>
    const int HeldOutMeasurements = 4, HeldOutInterval = 20;

    readonly TrainingOptions _options = options with { BatchSize = Math.Min(options.BatchSize, MostRows) };

    /// <summary>Copies that a trial is over with: the next one takes their memory.</summary>
    readonly ConcurrentBag<Copy> _idle = [];
    double[] _untrained = [];

    public int BatchSize => _options.BatchSize;

    /// <summary>Runs steps at the rates that are asked for; ends early where the loss stops being finite.</summary>
    public TrialOutcome Run(int steps, Func<int, double> rate)
    {
        double[] losses = Losses(steps, rate);
        int first = steps - Math.Max(1, steps / 4);
        return new TrialOutcome(steps, Mean(Untrained(steps), first, steps), losses.Length < steps ? double.PositiveInfinity : Mean(losses, first, steps));
    }

    /// <summary>Mean loss of each step's batch, before the step; shorter where one isn't finite.</summary>
    /// <param name="atEnd">Gets the last step, with what the optimizer remembers; its memory is another trial's afterwards.</param>
    public double[] Losses(int steps, Func<int, double> rate, Action<TrainingStep>? atEnd = null)
    {
        Copy copy = Begin();
        double[] losses = Batches(steps, (batch, index) => copy.Step.Run(batch, (float)rate(index)));
        atEnd?.Invoke(copy.Step);
        _idle.Add(copy);
        return losses;
    }

    /// <summary>Loss of rows that it doesn't train on, the mean of a few measurements towards the end: the very last step's is chance where the rate is high. Infinite where a loss on the way isn't finite.</summary>
    public double HeldOutLoss(int steps, Func<int, double> rate, int[] held)
    {
        int interval = Math.Max(1, steps / HeldOutInterval);
        Copy copy = Begin();
        double weight = held.Sum(gatherer.WeightOf), sum = 0;
        int last = Batches(steps, (batch, index) =>
        {
            double loss = copy.Step.Run(batch, (float)rate(index));
            int left = steps - 1 - index;
            if (double.IsFinite(loss) && left % interval == 0 && left / interval < HeldOutMeasurements)
                sum += copy.Step.Evaluate(copy.Gatherer, held) / weight;
            return loss;
        }).Length;
        _idle.Add(copy);
        return last == steps && double.IsFinite(sum) ? sum / Math.Min(HeldOutMeasurements, (steps - 1) / interval + 1) : double.PositiveInfinity;
    }

    /// <summary>The same batches' losses without any step: rows differ, and what a trial gained is told from it only by pairs.</summary>
    public double[] Untrained(int steps)
    {
        if (_untrained.Length >= steps)
            return _untrained;
        Copy copy = Begin();
        bool needsTrainingPass = _options.Dropout is not null || _options.Normalization == Normalization.Batch;     // whose losses are others when a network scores
        _untrained = Batches(steps, (batch, _) => needsTrainingPass ? copy.Step.Run(batch, 0) : copy.Step.Evaluate(copy.Gatherer, batch));
        _idle.Add(copy);
        return _untrained;
    }

    double[] Batches(int steps, Func<int[], int, double> run)
    {
        var order = new ResidentRows(gatherer, [.. rows], _options.Seed);
        var losses = new List<double>(steps);
        int epoch = 0, left = 0;
        while (losses.Count < steps)
        {
            _options.CheckCancelled();
            if (left == 0)
            {
                order.Begin(++epoch);
                left = rows.Length;
            }
            int[] batch = order.Next(_options.BatchSize).ToArray();
            left -= batch.Length;
            double weight = 0;
            foreach (int row in batch)
                weight += gatherer.WeightOf(row);
            double loss = run(batch, losses.Count) / weight;
            if (!double.IsFinite(loss))
                break;
            losses.Add(loss);
        }
        return [.. losses];
    }

    Copy Begin()
    {
        if (_idle.TryTake(out Copy? idle))
        {
            idle.Step.Restart(network.Parameters.Span);
            return idle;
        }
        var copy = new FeedForwardNetwork(network.Layout, network.Task, network.FeatureScale, network.TargetScale);
        network.Parameters.Span.CopyTo(copy.Parameters.Span);
        BatchGatherer own = gatherer.Twin();
        return new Copy(own, new TrainingStep(copy, own, _options, kernels, rateMultipliers, weightDecay) { KeepsGradient = false });
    }

    /// <summary>Of the network, while one trial trains it.</summary>
    sealed record Copy(BatchGatherer Gatherer, TrainingStep Step);

    static double Mean(double[] values, int first, int end)
    {
        double sum = 0;
        for (int i = first; i < Math.Min(end, values.Length); i++)
            sum += values[i];
        return sum / (Math.Min(end, values.Length) - first);
    }
}
