using MLNet.WeightInit.Engine.Diagnostics.Comparing;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>Intervals over rows by balanced half-samples (McCarthy 1969): for h pairs of groups, Hadamard's matrix of order 16 says which group of each pair a half has, so that every two pairs are split in all four ways equally often.</summary>
internal sealed class HalfSamples
{
    const int Halves = 16, MostPairs = Halves - 1;

    readonly int[] _groups;
    readonly int _pairs;

    public HalfSamples(int rows, long seed)
    {
        _pairs = Math.Min(MostPairs, rows / 2);
        int[] order = [.. Enumerable.Range(0, rows)];
        new RandomSource(seed, "diagnostics/halves").Shuffle(order);
        _groups = new int[rows];
        for (int i = 0; i < rows; i++)
            _groups[order[i]] = i % Math.Max(1, 2 * _pairs);
    }

    /// <summary>Σ x, Σ x² and numbers of a block's values, group by group.</summary>
    /// <param name="block">Row-major [rows × stride].</param>
    public (double Sum, double Squares, long Count)[] Sums(ReadOnlySpan<float> block, int units, int stride)
    {
        var sums = new (double Sum, double Squares, long Count)[Math.Max(1, 2 * _pairs)];
        for (int row = 0; row < _groups.Length; row++)
        {
            (double sum, double squares) = FixedOrderSums.SumAndSquares(block.Slice(row * stride, units));
            ref (double Sum, double Squares, long Count) group = ref sums[_groups[row]];
            group = (group.Sum + sum, group.Squares + squares, group.Count + units);
        }
        return sums;
    }

    /// <summary>The figure ± Student's quantile times the root of the halves' mean squared distance from it.</summary>
    /// <param name="sums">Of <see cref="Sums"/>.</param>
    /// <param name="figure">What is made of the sums of all rows, or of half of them.</param>
    public RowInterval Interval((double Sum, double Squares, long Count)[] sums, Func<double, double, long, double> figure)
    {
        if (_pairs < 2)
            return new RowInterval(double.NaN, double.NaN);
        double whole = Of(_ => true), squares = 0;
        for (int half = 0; half < Halves; half++)
        {
            double distance = Of(group => group % 2 == (int.PopCount(half & (group / 2 + 1)) & 1)) - whole;
            squares += distance * distance / Halves;
        }
        double reach = Distributions.StudentQuantile(0.975, _pairs) * Math.Sqrt(squares);
        return new RowInterval(SignificantDigits.Round(whole - reach), SignificantDigits.Round(whole + reach));

        double Of(Predicate<int> has)
        {
            (double Sum, double Squares, long Count) total = default;
            for (int group = 0; group < sums.Length; group++)
                if (has(group))
                    total = (total.Sum + sums[group].Sum, total.Squares + sums[group].Squares, total.Count + sums[group].Count);
            return figure(total.Sum, total.Squares, total.Count);
        }
    }
}
