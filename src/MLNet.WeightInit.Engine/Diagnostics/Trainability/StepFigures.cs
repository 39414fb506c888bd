using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Trainability;

/// <summary>What a training's first 20 steps say of its end, beside what its start says: each a logarithm, a share, or a number of deviations.</summary>
/// <remarks>The loss is compared with the best constant's, with the noise of batches, and on the same rows before the first step and after the last. A layer whose steps go one way moves by their sum, one whose steps are noise by much less.</remarks>
internal static class StepFigures
{
    const int Quarter = EarlySteps.Most / 4;

    /// <summary>Logarithms are cut here, and where a figure is 0 or not finite; others at a hundred.</summary>
    const double Lowest = -12, Highest = 12, Furthest = 100;

    static readonly string[] s_ofStart =
    [
        "stability", "head speed", "hidden speed", "smallest move", "largest move", "gradient ratio", "signal ratio", "row differences", "row signal", "dead", "saturated", "initial loss", "steps", "depth", "width",
        "divides by size", "rate", "prior loss", "outputs", "first move", "lowest differences", "label by features", "label by neighbours", "label by hidden units",
    ];

    static readonly string[] s_ofSteps =
    [
        "failed", "probe loss", "probe fall", "end loss", "fall", "late fall", "slope", "noise", "slope by noise", "projected loss", "lowest loss", "highest loss", "gradient change", "gradient noise", "end gradient",
        "smallest update", "largest update", "first update", "head update", "update change", "smallest movement", "largest movement", "least straight", "straightest",
    ];

    static readonly int[] s_places = [.. s_ofStart.Select(name => StartFigures.Names.ToList().IndexOf(name))];

    /// <summary>Names of <see cref="Of"/>'s figures, in its order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_ofStart, .. s_ofSteps];

    /// <param name="steps">All of <see cref="EarlySteps.Most"/>, or as many as there were before the loss stopped being finite.</param>
    /// <param name="start">As <see cref="StartFigures"/> gives them.</param>
    /// <param name="initialLoss">Of the probe.</param>
    /// <param name="priorLoss">NaN where unknown.</param>
    /// <param name="planned">Updates that the training makes.</param>
    public static double[] Of(EarlySteps steps, IReadOnlyList<double> start, double initialLoss, double priorLoss, long planned)
    {
        double[] losses = [.. steps.Losses], gradients = [.. steps.GradientNorms];
        double scale = double.IsFinite(priorLoss) && priorLoss > 0 ? priorLoss : Math.Max(initialLoss, 1e-3);
        double first = Mean(losses, 0), last = Mean(losses, losses.Length - Quarter), beforeLast = Mean(losses, losses.Length - 2 * Quarter);
        (double slope, double noise) = Line(losses);
        double run = Math.Sqrt(EarlySteps.Most * (EarlySteps.Most * EarlySteps.Most - 1) / 12.0);
        double end = Mean(gradients, gradients.Length - Quarter), begin = Mean(gradients, 0);
        return
        [
            .. s_places.Select(place => start[place]),
            double.IsFinite(losses[^1]) ? 0 : 1,
            Log(steps.ProbeLoss / scale),
            Cut((initialLoss - steps.ProbeLoss) / scale),
            Log(last / scale),
            Cut((first - last) / scale),
            Cut((beforeLast - last) / scale),
            Cut(slope * planned / scale),
            Log(noise / scale),
            Cut(slope * run / noise),
            Cut((steps.ProbeLoss + slope * (planned - EarlySteps.Most)) / scale),
            Log(losses.Min() / scale),
            Log(losses.Max() / scale),
            Log(end / begin),
            Log(Line(gradients).Noise / end),
            Log(end / scale),
            .. OfLayers(steps),
        ];
    }

    static double[] OfLayers(EarlySteps steps)
    {
        double smallest = double.PositiveInfinity, largest = 0, change = 0, least = double.PositiveInfinity, most = 0, bent = double.PositiveInfinity, straight = 0;
        double[] updates = new double[steps.Tensors];
        int count = steps.Count;
        for (int tensor = 0; tensor < updates.Length; tensor++)
        {
            double path = 0;
            for (int step = 0; step < count; step++)
            {
                double ratio = steps.UpdateRatio(step, tensor);
                path += double.IsNaN(ratio) ? 0 : ratio;
                updates[tensor] += step < count - Quarter ? 0 : ratio / Quarter;
            }
            double update = updates[tensor], movement = steps.EarlyMovement(tensor), straightness = movement / path;
            (smallest, largest) = (Lower(smallest, update), Higher(largest, update));
            change = Higher(change, update / steps.UpdateRatio(Math.Min(1, count - 1), tensor));
            (least, most) = (Lower(least, movement), Higher(most, movement));
            (bent, straight) = (Lower(bent, straightness), Higher(straight, straightness));
        }
        return [Log(smallest), Log(largest), Log(updates[0]), Log(updates[^1]), Log(change), Log(least), Log(most), Cut(bent), Cut(straight)];
    }

    static double Lower(double one, double other) => other < one ? other : one;

    static double Higher(double one, double other) => other > one ? other : one;

    /// <summary>Over a quarter of the steps.</summary>
    static double Mean(double[] values, int first)
    {
        double sum = 0;
        int from = Math.Max(0, first), end = Math.Min(values.Length, from + Quarter);
        for (int i = from; i < end; i++)
            sum += values[i];
        return sum / (end - from);
    }

    /// <summary>Slope of the straight line with the least squares, and the deviation from it.</summary>
    static (double Slope, double Noise) Line(double[] values)
    {
        double middle = (values.Length - 1) / 2.0, mean = values.Average(), products = 0, squares = 0, rest = 0;
        for (int i = 0; i < values.Length; i++)
        {
            products += (i - middle) * (values[i] - mean);
            squares += (i - middle) * (i - middle);
        }
        double slope = squares > 0 ? products / squares : 0;
        for (int i = 0; i < values.Length; i++)
        {
            double off = values[i] - mean - slope * (i - middle);
            rest += off * off;
        }
        return (slope, Math.Sqrt(rest / Math.Max(1, values.Length - 2)));
    }

    static double Cut(double value) => double.IsNaN(value) ? Furthest : Math.Clamp(value, -Furthest, Furthest);

    static double Log(double value) => value > 0 ? Math.Clamp(ScalarMath.Log(Math.Min(value, 1e300)) / ScalarMath.Log(10), Lowest, Highest) : double.IsNaN(value) ? Highest : Lowest;
}
