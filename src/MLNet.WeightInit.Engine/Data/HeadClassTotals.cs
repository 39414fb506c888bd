namespace MLNet.WeightInit.Engine.Data;

/// <summary>Weight of the rows of each class, of several labels at once.</summary>
internal sealed class HeadClassTotals
{
    readonly (int Column, int Classes)[] _heads;
    readonly double[][] _all, _training;

    /// <param name="heads">Each label's column, and its classes; 0 for one without.</param>
    public HeadClassTotals(IReadOnlyList<(int Column, int Classes)> heads)
    {
        _heads = [.. heads];
        _all = Array.ConvertAll(_heads, head => new double[head.Classes]);
        _training = Array.ConvertAll(_heads, head => new double[head.Classes]);
    }

    /// <summary>Counts one of all rows.</summary>
    public void Add(ReadOnlySpan<float> targets, double weight) => Add(_all, targets, weight);

    /// <summary>Counts a training row.</summary>
    public void AddTraining(ReadOnlySpan<float> targets, double weight) => Add(_training, targets, weight);

    /// <summary>One a class of a label, over all rows.</summary>
    public ReadOnlySpan<double> Of(int head) => _all[head];

    /// <summary>What the training rows weigh in all where each class has a weight.</summary>
    public double TrainingWeight(int head, ReadOnlySpan<float> classWeights)
    {
        double sum = 0;
        for (int label = 0; label < classWeights.Length; label++)
            sum += _training[head][label] * classWeights[label];
        return sum;
    }

    void Add(double[][] totals, ReadOnlySpan<float> targets, double weight)
    {
        for (int head = 0; head < _heads.Length; head++)
            if (_heads[head].Classes > 0)
                totals[head][(int)targets[_heads[head].Column]] += weight;
    }
}
