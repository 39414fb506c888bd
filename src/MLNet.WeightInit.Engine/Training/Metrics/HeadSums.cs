using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>Losses of several labels, summed each for itself over any number of batches.</summary>
internal sealed unsafe class HeadSums(HeadsLoss loss)
{
    readonly double[] _losses = new double[loss.Heads.Count], _weights = new double[loss.Heads.Count];
    readonly HeadClassWeights?[] _classWeights = [.. loss.Heads.Select(HeadClassWeights.Of)];

    public void Clear()
    {
        Array.Clear(_losses);
        Array.Clear(_weights);
    }

    /// <summary>Adds what the rows of a batch weigh for a head whose classes have weights.</summary>
    /// <param name="targets">The head's first column.</param>
    /// <returns>These weights, until the next call; for other heads <paramref name="weights"/>.</returns>
    public float* AddWeights(int head, float* targets, int targetColumns, int rows, float* weights)
    {
        if (_classWeights[head] is not { } own)
            return weights;
        float* weighed = own.Weigh(targets, targetColumns, rows, weights);
        for (nint row = 0; row < rows; row++)
            _weights[head] += weighed[row];
        return weighed;
    }

    /// <param name="parts">As <see cref="LossKernel.Parts"/> of a batch.</param>
    public void AddLosses(ReadOnlySpan<double> parts)
    {
        for (int head = 0; head < parts.Length; head++)
            _losses[head] += parts[head];
    }

    public void Add(HeadSums other)
    {
        for (int head = 0; head < _losses.Length; head++)
        {
            _losses[head] += other._losses[head];
            _weights[head] += other._weights[head];
        }
    }

    /// <summary>One head's mean loss.</summary>
    /// <param name="weight">Of all rows, for labels whose classes have no weights.</param>
    public double Mean(int head, double weight) => _losses[head] / (_classWeights[head] is null ? weight : _weights[head]);

    /// <summary>What training minimizes: the heads' mean losses, each times its weight.</summary>
    /// <inheritdoc cref="Mean(int, double)"/>
    public double Mean(double weight)
    {
        double total = 0;
        for (int head = 0; head < _losses.Length; head++)
            total += loss.Heads[head].Weight * Mean(head, weight);
        return total;
    }

    /// <summary>The mean of a loss that was evaluated for one batch: of each head over what its rows weigh for it, where classes have weights.</summary>
    /// <param name="sum">What the kernel gave.</param>
    /// <param name="weight">Of the rows.</param>
    public static double MeanOf(Loss loss, LossKernel kernel, double sum, double weight, int rows, float* targets, int targetColumns, float* weights)
    {
        if (loss is not HeadsLoss { HasClassWeights: true } heads)
            return sum / weight;
        var sums = new HeadSums(heads);
        for (int head = 0; head < heads.Heads.Count; head++)
            sums.AddWeights(head, targets + heads.ColumnOf(head), targetColumns, rows, weights);
        sums.AddLosses(kernel.Parts);
        return sums.Mean(weight);
    }
}
