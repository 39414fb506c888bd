using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>What the training rows say of the label: its scale, and what a network that knows nothing else should predict.</summary>
internal static class TargetStatistics
{
    /// <summary>Weighted mean and deviation of each target column: <c>value = output · deviation + mean</c>. A constant column has deviation 0.</summary>
    public static AffineScale Scale(TrainingSet data, ReadOnlySpan<int> rows)
    {
        int columns = data.TargetColumns;
        var means = new float[columns];
        var deviations = new float[columns];
        for (int column = 0; column < columns; column++)
        {
            double total = 0, sum = 0, squares = 0, lowest = double.PositiveInfinity, highest = double.NegativeInfinity;
            foreach (int row in rows)
            {
                double target = Target(data, row, column);
                total += data.WeightOf(row);
                sum += data.WeightOf(row) * target;
                (lowest, highest) = (Math.Min(lowest, target), Math.Max(highest, target));
            }
            bool isConstant = lowest == highest;               // its weighted mean may be off by a rounding
            double mean = isConstant ? lowest : sum / total;
            foreach (int row in rows)
            {
                double centred = Target(data, row, column) - mean;
                squares += data.WeightOf(row) * centred * centred;
            }
            means[column] = (float)mean;
            deviations[column] = (float)Math.Sqrt(squares / total);
            if (isConstant || !float.IsFinite(1 / deviations[column]))
                deviations[column] = 0;
        }
        return new AffineScale(means, deviations);
    }

    /// <summary>Logits of the label's prior: log-probabilities for classes, log-odds for binary and for each of several labels, 0 for standardized values, else the mean.</summary>
    /// <remarks>Where a class has no rows, all classes are smoothed by one row together, so that its bias is finite.</remarks>
    public static float[] PriorBias(TrainingSet data, ReadOnlySpan<int> rows, NetworkTask task, int outputs, AffineScale targetScale)
    {
        var bias = new float[outputs];
        if (task == NetworkTask.Regression)
        {
            if (targetScale.IsNone)
                Scale(data, rows).Means.CopyTo(bias, 0);
            return bias;
        }
        if (task == NetworkTask.Multilabel)
        {
            for (int output = 0; output < outputs; output++)
                bias[output] = PriorLogOdds(data, rows, output);
            return bias;
        }

        int classes = task == NetworkTask.Binary ? 2 : outputs;
        var counts = new double[classes];
        foreach (int row in rows)
            counts[(int)data.Targets[row]] += data.WeightOf(row);
        double total = Smooth(counts, rows.Length);
        if (task == NetworkTask.Binary)
        {
            bias[0] = (float)(ScalarMath.Log(counts[1]) - ScalarMath.Log(counts[0]));
            return bias;
        }
        for (int label = 0; label < classes; label++)
            bias[label] = (float)ScalarMath.Log(counts[label] / total);
        return bias;
    }

    static float PriorLogOdds(TrainingSet data, ReadOnlySpan<int> rows, int column)
    {
        Span<double> counts = [0, 0];
        foreach (int row in rows)
        {
            counts[0] += data.WeightOf(row) * (1 - Target(data, row, column));
            counts[1] += data.WeightOf(row) * Target(data, row, column);
        }
        Smooth(counts, rows.Length);
        return (float)(ScalarMath.Log(counts[1]) - ScalarMath.Log(counts[0]));
    }

    /// <summary>Shares one more row of mean weight out among the classes, where one of them has none.</summary>
    /// <param name="counts">Weights of the classes' rows.</param>
    /// <returns>Their sum then.</returns>
    static double Smooth(Span<double> counts, int rows)
    {
        double total = 0;
        bool allHaveRows = true;
        foreach (double count in counts)
        {
            total += count;
            allHaveRows &= count > 0;
        }
        if (allHaveRows)
            return total;
        double extra = total / rows;
        foreach (ref double count in counts)
            count += extra / counts.Length;
        return total + extra;
    }

    /// <summary>The quantile of each target column, as the network is to predict it: the smallest target that has at least <paramref name="level"/> of the rows' weight at or below it.</summary>
    public static float[] QuantileBias(TrainingSet data, ReadOnlySpan<int> rows, int outputs, double level, AffineScale targetScale)
    {
        var bias = new float[outputs];
        for (int output = 0; output < outputs; output++)
            bias[output] = targetScale.ToNetwork(Quantiles(data, rows, output, [level])[0], output);
        return bias;
    }

    /// <summary>Quantiles of a target column: for each level the smallest target that has at least that share of the rows' weight at or below it.</summary>
    /// <param name="levels">Ascending.</param>
    public static float[] Quantiles(TrainingSet data, ReadOnlySpan<int> rows, int column, ReadOnlySpan<double> levels)
    {
        double total = 0;
        foreach (int row in rows)
            total += data.WeightOf(row);
        int[] order = rows.ToArray();
        Array.Sort(order, (a, b) => Target(data, a, column).CompareTo(Target(data, b, column)) is var comparison and not 0 ? comparison : a.CompareTo(b));
        var quantiles = new float[levels.Length];
        int found = 0;
        double through = data.WeightOf(order[0]);
        for (int i = 0; i < levels.Length; i++)
        {
            while (found < order.Length - 1 && through < levels[i] * total)
                through += data.WeightOf(order[++found]);
            quantiles[i] = (float)Target(data, order[found], column);
        }
        return quantiles;
    }

    static double Target(TrainingSet data, int row, int column) => data.Targets[(long)row * data.TargetColumns + column];
}
