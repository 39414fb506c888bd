using MLNet.WeightInit;

namespace Initializers;

/// <summary>Functions drawn at random, a linear one and a curved one in given shares of variance: what <c>auto</c> saves on functions that nobody chose.</summary>
static class RandomFunctions
{
    const int Terms = 3;

    public static GridProblem Draw(int features, int rows, double linearShare, int draw)
    {
        string name = FormattableString.Invariant($"{features} features, {rows} rows, {linearShare:P0} linear, draw {draw}");
        var random = new RandomSource(1, name);
        var slopes = new float[features];
        random.FillNormal(slopes, 1);
        Func<float[], float>[] terms = [.. Enumerable.Range(0, Terms).Select(_ => Term(random, features))];
        Func<float[], float> linear = Standardized(x => x.Zip(slopes, (value, slope) => value * slope).Sum(), features, name), curved = Standardized(x => terms.Sum(term => term(x)), features, name);
        float straight = MathF.Sqrt((float)linearShare), bent = MathF.Sqrt(1 - (float)linearShare);
        return Functions.Problem(name, rows, features, 0.3f, x => straight * linear(x) + bent * curved(x));
    }

    static Func<float[], float> Term(RandomSource random, int features)
    {
        int first = random.NextInt32(features), second = random.NextInt32(features);
        float rate = 1 + 2 * (float)random.NextDouble(), bend = (float)random.NextDouble() - 0.5f;
        return random.NextInt32(6) switch
        {
            0 => x => MathF.Sin(rate * x[first]),
            1 => x => x[first] * x[second],
            2 => x => MathF.Abs(x[first] - bend),
            3 => x => x[first] > bend ? 1 : -1,
            4 => x => MathF.Tanh(rate * (x[first] + x[second])) * x[second],
            _ => x => MathF.Cos(rate * (x[first] - x[second]) / 2),
        };
    }

    static Func<float[], float> Standardized(Func<float[], float> function, int features, string name)
    {
        const int Points = 2000;
        var random = new RandomSource(2, name);
        var values = new float[Points];
        var x = new float[features];
        for (int i = 0; i < Points; i++)
        {
            random.FillNormal(x, 1);
            values[i] = function(x);
        }
        float mean = values.Average(), deviation = MathF.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        return x => (function(x) - mean) / MathF.Max(deviation, 1e-3f);
    }
}
