using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>What rows weigh for one label among several, whose classes have weights: the row's own weight times its class's. Other labels of the row don't see it.</summary>
internal sealed unsafe class HeadClassWeights
{
    readonly float[] _factors;
    AlignedBuffer _weights = new(0);

    HeadClassWeights(float[] factors) => _factors = factors;

    /// <summary>Null for a head without class weights.</summary>
    public static HeadClassWeights? Of(HeadLoss head) => (head.ClassFactors ?? head.ClassWeights) is { } factors ? new HeadClassWeights(factors) : null;

    /// <summary>The weights of a batch's rows, until the next call. Room grows in the first step only, whose batch is no smaller than any after it.</summary>
    /// <param name="targets">The head's column: [rows][targetColumns].</param>
    /// <param name="weights">[rows], or null for all ones.</param>
    public float* Weigh(float* targets, int targetColumns, int rows, float* weights)
    {
        if (_weights.Length < rows)
            _weights = new AlignedBuffer(rows);
        float* weighed = _weights.Pointer;
        for (nint row = 0; row < rows; row++)
        {
            float factor = _factors[(int)targets[row * targetColumns]];
            weighed[row] = weights is null ? factor : weights[row] * factor;
        }
        return weighed;
    }

    /// <summary>Scales class weights, head by head, so that the training rows weigh together what they do without: only the ratios count, the rate's meaning stays, and no head gains or loses against the others.</summary>
    /// <param name="data">Of which rows train; of a stream the sample.</param>
    /// <param name="stream">What is known of rows that are streamed and that the data are not all of; else null.</param>
    /// <exception cref="InvalidOperationException">A row's weight times its class's is 0 or infinite.</exception>
    public static Loss Normalize(Loss loss, TrainingSet data, ReadOnlySpan<int> rows, StreamSurvey? stream)
    {
        if (loss is not HeadsLoss { HasClassWeights: true } heads)
            return loss;
        var normalized = new HeadLoss[heads.Heads.Count];
        for (int i = 0; i < normalized.Length; i++)
        {
            HeadLoss head = normalized[i] = heads.Heads[i];
            if (head.ClassWeights is not { } weights)
                continue;
            double before = stream?.MeanWeight ?? data.MeanWeight(rows), after = stream is null ? Weighed(data, rows, heads.ColumnOf(i), weights) : stream.HeadTotals!.TrainingWeight(i, weights) / stream.TrainingRows;
            normalized[i] = head with { ClassFactors = Array.ConvertAll(weights, weight => (float)(weight * (before / after))) };
        }
        return new HeadsLoss(normalized);
    }

    static double Weighed(TrainingSet data, ReadOnlySpan<int> rows, int column, float[] weights)
    {
        TrainingSet labels = data.WithTargets(column, 1);
        labels.WeightClasses(weights);
        return labels.MeanWeight(rows);
    }
}
