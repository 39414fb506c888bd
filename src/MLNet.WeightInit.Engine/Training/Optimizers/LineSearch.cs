using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Finds a step along a direction that fulfils the strong Wolfe conditions.</summary>
/// <remarks>
/// Nocedal and Wright 2006, algorithms 3.5 and 3.6 with the cubic of eq. 3.59, kept away from the ends of its interval. Where values are sums of 32-bit numbers they differ by rounding alone close to a minimum, and the first
/// condition can't be told any more: there, and only there, the slope decides, as in Hager and Zhang 2005, eq. 4.1 (approximate Wolfe conditions).
/// </remarks>
internal sealed class LineSearch(int length)
{
    /// <summary>c₁ and c₂ for quasi-Newton directions: Nocedal and Wright 2006, section 3.1.</summary>
    public const double SufficientDecrease = 1e-4, Curvature = 0.9;

    /// <summary>As scipy's L-BFGS-B allows.</summary>
    public const int MostEvaluations = 20;

    /// <summary>Share of a value that may be its rounding: half a unit in the last place of a float.</summary>
    const double Rounding = 1.0 / (1 << 24);

    /// <summary>Share of an interval that an inner point keeps from its ends.</summary>
    const double Margin = 0.1;

    readonly double[] _point = new double[length], _gradient = new double[length];

    /// <summary>The place that was evaluated last: after a search that succeeded, the one that it found.</summary>
    public ReadOnlySpan<double> Point => _point;

    /// <summary>At <see cref="Point"/>.</summary>
    public ReadOnlySpan<double> Gradient => _gradient;

    /// <summary>At <see cref="Point"/>.</summary>
    public double Value { get; private set; }

    /// <summary>The step that was evaluated last.</summary>
    public double Step { get; private set; }

    /// <summary>Of all searches.</summary>
    public int Evaluations { get; private set; }

    double _value0, _slope0;

    /// <param name="first">The step to try first; above 0.</param>
    /// <param name="value">At the origin.</param>
    /// <param name="slope">Of the value along the direction at the origin; below 0.</param>
    public LineSearchEnd Run(IObjective objective, ReadOnlySpan<double> origin, ReadOnlySpan<double> direction, double first, double value, double slope)
    {
        (_value0, _slope0) = (value, slope);
        int last = Evaluations + MostEvaluations;
        Trial previous = new(0, value, slope);
        for (double step = first; Evaluations < last;)
        {
            if (!TryEvaluate(objective, origin, direction, step, out Trial trial))
                return LineSearchEnd.Interrupted;
            if (IsAcceptable(trial))
                return LineSearchEnd.Found;
            if (!trial.IsFinite || IsAboveDecrease(trial) || previous.Step > 0 && trial.Value >= previous.Value)
                return Zoom(objective, origin, direction, previous, trial, last);
            if (trial.Slope >= 0)
                return Zoom(objective, origin, direction, trial, previous, last);
            double next = Cubic(previous, trial);
            step = next >= 2 * trial.Step ? Math.Min(next, 10 * trial.Step) : 2 * trial.Step;
            previous = trial;
        }
        return LineSearchEnd.NotFound;
    }

    /// <summary>Between a step that is the lowest so far and one on the far side of a minimum: algorithm 3.6.</summary>
    LineSearchEnd Zoom(IObjective objective, ReadOnlySpan<double> origin, ReadOnlySpan<double> direction, Trial low, Trial high, int last)
    {
        while (Evaluations < last)
        {
            double step = Between(low, high);
            if (step == low.Step || step == high.Step)
                break;
            if (!TryEvaluate(objective, origin, direction, step, out Trial trial))
                return LineSearchEnd.Interrupted;
            if (IsAcceptable(trial))
                return LineSearchEnd.Found;
            if (!trial.IsFinite || IsAboveDecrease(trial) || trial.Value >= low.Value)
            {
                high = trial;
                continue;
            }
            if (trial.Slope * (high.Step - low.Step) >= 0)
                high = low;
            low = trial;
        }
        // The lowest step, where it falls enough: a kink has no place where the slope is small.
        if (low.Step == 0)
            return LineSearchEnd.NotFound;
        if (low.Step == Step)
            return LineSearchEnd.Found;
        return TryEvaluate(objective, origin, direction, low.Step, out _) ? LineSearchEnd.Found : LineSearchEnd.Interrupted;
    }

    bool IsAboveDecrease(Trial trial) => trial.Value > _value0 + SufficientDecrease * trial.Step * _slope0;

    bool IsAcceptable(Trial trial)
        => trial.IsFinite && (!IsAboveDecrease(trial) && Math.Abs(trial.Slope) <= -Curvature * _slope0
            || Math.Abs(trial.Value - _value0) <= Rounding * Math.Abs(_value0) && trial.Slope <= (2 * SufficientDecrease - 1) * _slope0 && trial.Slope >= Curvature * _slope0);

    bool TryEvaluate(IObjective objective, ReadOnlySpan<double> origin, ReadOnlySpan<double> direction, double step, out Trial trial)
    {
        for (int i = 0; i < _point.Length; i++)
            _point[i] = origin[i] + step * direction[i];
        Evaluations++;
        trial = default;
        if (!objective.TryEvaluate(_point, _gradient, out double value))
            return false;
        (Step, Value) = (step, value);
        trial = new Trial(step, value, double.IsFinite(value) ? DoubleVectors.Dot(_gradient, direction) : double.NaN);
        return true;
    }

    static double Between(Trial low, Trial high)
    {
        double width = high.Step - low.Step, middle = low.Step + width / 2;
        if (!high.IsFinite)
            return middle;
        double step = Cubic(low, high), share = (step - low.Step) / width;
        return double.IsNaN(share) ? middle : share < Margin ? low.Step + Margin * width : share > 1 - Margin ? high.Step - Margin * width : step;
    }

    /// <summary>Where the cubic through two values and slopes is lowest (eq. 3.59); NaN where it is nowhere.</summary>
    static double Cubic(Trial a, Trial b)
    {
        double d1 = a.Slope + b.Slope - 3 * (a.Value - b.Value) / (a.Step - b.Step), square = d1 * d1 - a.Slope * b.Slope;
        double d2 = Math.Sign(b.Step - a.Step) * Math.Sqrt(square);
        return b.Step - (b.Step - a.Step) * ((b.Slope + d2 - d1) / (b.Slope - a.Slope + 2 * d2));
    }

    readonly record struct Trial(double Step, double Value, double Slope)
    {
        public bool IsFinite => double.IsFinite(Value) && double.IsFinite(Slope);
    }
}

/// <summary>How a line search ended.</summary>
internal enum LineSearchEnd
{
    Found,

    /// <summary>No step that was tried is low enough.</summary>
    NotFound,

    /// <summary>By the objective.</summary>
    Interrupted,
}
