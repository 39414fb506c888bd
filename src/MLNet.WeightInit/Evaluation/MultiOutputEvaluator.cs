using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>Compares vectors of scores with vectors of labels.</summary>
internal static class MultiOutputEvaluator
{
    const string Advice = "For one value a row use mlContext.Regression.Evaluate.";

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There is no row with a label.</exception>
    public static MultiOutputRegressionMetrics Evaluate(IDataView data, string labelColumnName, string scoreColumnName)
    {
        var columns = new VectorColumns<float>(data, labelColumnName, scoreColumnName, NumberDataViewType.Single, Advice);
        var outputs = new OutputSums[columns.Size];
        long rows = 0, skipped = 0;
        foreach ((float[] label, float[] score) in columns.Rows())
        {
            if (!Array.TrueForAll(label, float.IsFinite))
            {
                skipped++;
                continue;
            }
            rows++;
            for (int output = 0; output < outputs.Length; output++)
                outputs[output].Add(label[output], score[output], rows);
        }
        if (rows == 0)
            throw new InvalidOperationException($"Metrics need at least 1 row with all values of column '{labelColumnName}', and the data has none among its {skipped} rows. Check how this data was read.");
        return new MultiOutputRegressionMetrics([.. outputs.Select((sums, output) => sums.ToMetrics(columns.Names[output], rows))], rows, skipped);
    }

    /// <summary>What one pass over the rows keeps of an output.</summary>
    struct OutputSums
    {
        double _absolute, _squared, _mean, _deviations;

        /// <param name="rows">Rows so far, with this one.</param>
        public void Add(double label, double score, long rows)
        {
            double residual = score - label;
            _absolute += Math.Abs(residual);
            _squared += residual * residual;
            // Welford 1962: the variance of labels far from 0 keeps its digits.
            double before = label - _mean;
            _mean += before / rows;
            _deviations += before * (label - _mean);
        }

        public readonly OutputRegressionMetrics ToMetrics(string name, long rows) => new(name, _absolute / rows, _squared / rows, RSquared());

        readonly double RSquared() => _deviations > 0 || double.IsNaN(_squared) ? 1 - _squared / _deviations : _squared == 0 ? 1 : 0;
    }
}
