using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Trainability;

/// <summary>A fitted rule: figures in, the chance of learning out. Boosted regression trees whose sum is calibrated.</summary>
/// <remarks>Sums in double precision in one order: the same bits on every machine. <c>benchmarks/Trainability</c> fits it on cells that it trains, and writes the text that <see cref="Read"/> reads.</remarks>
internal sealed class TrainabilityRule
{
    readonly int _figures;
    readonly Tree[] _trees;
    readonly double _slope, _offset;

    TrainabilityRule(int figures, Tree[] trees, double slope, double offset)
    {
        _figures = figures;
        _trees = trees;
        _slope = slope;
        _offset = offset;
    }

    /// <summary>From 0 to 1; NaN where there are other figures than the rule was fitted on.</summary>
    public double Probability(IReadOnlyList<double> figures)
        => figures.Count == _figures ? 1 / (1 + ScalarMath.Exp(-(_slope * Score(figures) + _offset))) : double.NaN;

    /// <summary>What the trees say, before the calibration.</summary>
    public double Score(IReadOnlyList<double> figures)
    {
        double sum = 0;
        foreach (Tree tree in _trees)
            sum += tree.Value(figures);
        return sum;
    }

    /// <summary>The rule in a resource of this assembly.</summary>
    public static TrainabilityRule Load(string resource) => Read(Text(resource));

    /// <summary>A resource of this assembly.</summary>
    public static string Text(string resource)
    {
        using Stream stream = typeof(TrainabilityRule).Assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"The assembly has no resource {resource}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Reads numbers that white space divides: figures, trees, slope and offset of the calibration; then for each tree its splits' number, figure, threshold, left and right child of each (a leaf's number n as ~n), and the leaves'
    /// values, one more than splits.</summary>
    /// <exception cref="InvalidDataException">There are more or fewer numbers.</exception>
    public static TrainabilityRule Read(string text)
    {
        double[] numbers = [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        int at = 4;
        var trees = new Tree[(int)numbers[1]];
        for (int index = 0; index < trees.Length; index++)
        {
            int splits = (int)Next();
            trees[index] = new Tree([.. Enumerable.Range(0, splits).Select(_ => new Split((int)Next(), Next(), (int)Next(), (int)Next()))], [.. Enumerable.Range(0, splits + 1).Select(_ => Next())]);
        }
        return at == numbers.Length ? new TrainabilityRule((int)numbers[0], trees, numbers[2], numbers[3]) : throw new InvalidDataException($"A rule of {at} numbers has {numbers.Length}.");

        double Next() => at < numbers.Length ? numbers[at++] : throw new InvalidDataException("A rule is cut short.");
    }

    readonly record struct Split(int Figure, double Threshold, int Left, int Right);

    sealed record Tree(Split[] Splits, double[] Leaves)
    {
        public double Value(IReadOnlyList<double> figures)
        {
            int node = Splits.Length > 0 ? 0 : ~0;
            while (node >= 0)
                node = (float)figures[Splits[node].Figure] <= Splits[node].Threshold ? Splits[node].Left : Splits[node].Right;
            return Leaves[~node];
        }
    }
}
