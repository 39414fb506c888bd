using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Expectations;

/// <summary>Values and derivatives of a function at many points. All three spans have one length.</summary>
internal delegate void CurveEvaluation(ReadOnlySpan<double> points, Span<double> values, Span<double> slopes);

/// <summary>What a function makes of z ~ N(0, variance).</summary>
/// <param name="Value">E φ.</param>
/// <param name="SquaredValue">E φ².</param>
/// <param name="SquaredSlope">E φ′².</param>
/// <param name="Stretch">E φ φ′ z: variance · d E φ² / d variance.</param>
internal readonly record struct CurveMoments(double Value, double SquaredValue, double SquaredSlope, double Stretch);

/// <summary>Expectations over a normal variable that find kinks and jumps by themselves: a cell is halved until halving changes nothing.</summary>
/// <remarks>
/// Four Gauss–Legendre nodes a cell, over ±12 deviations, and where a double sees a weight there, up to ±37. <see cref="GaussianQuadrature"/> has one fixed grid, which reports need for many
/// variances and their bits; gains are asked for once, and to more digits. Cells are taken in order, level by level, so the sums have one order.
/// An expectation that doesn't exist is infinite: where the cells around a pole add as much however often they are halved, or where the function outgrows the density.
/// </remarks>
internal sealed class AdaptiveQuadrature
{
    const int Nodes = 4, LeftEnd = 3 * Nodes, RightEnd = LeftEnd + 1, PointsPerCell = RightEnd + 1;
    const double Range = 12, FirstWidth = 0.25;

    /// <summary>Up to here the cells about 0 see what happens within four units of z; gains of such densities keep their bits.</summary>
    const double WideDeviation = 16;

    /// <summary>Cells from a distance of 0 to half of it, on each side, doubled.</summary>
    const int CellsAShell = 8;

    /// <summary>Beyond it the density is no normal double.</summary>
    const double Farthest = 37;

    /// <summary>Shares of an expectation in the outermost cells, from which one has to look farther, and from which nothing is gained by that.</summary>
    const double FarShare = 1e-15, EndlessShare = 1e-9;

    /// <summary>log₂ a level of what the cells that are still halved add: −1 where the integrand is bounded there, −1/2 for 1/√x, 0 for 1/x, whose integral has no end.</summary>
    const double EndlessSlope = -0.1;

    /// <summary>Levels over which that slope is taken: a node that happens to lie near a pole changes one level's sum by a factor of ten.</summary>
    const int FirstOpenLevel = 10;

    /// <summary>A jump is known to within a cell: 2⁻³⁰ of the first width, below the resolution of single precision.</summary>
    const int MostLevels = 30;

    /// <summary>Cells of a level, beyond which none is halved any more: a function that is rough everywhere.</summary>
    const int MostCells = 1 << 16;

    /// <summary>Of an expectation, for each cell: above what the kernels' rounding, some 2⁻²² a value, makes of a cell of weight 0.01.</summary>
    const double Tolerance = 2e-9;

    /// <summary>Of a cell, from its outermost node on either side, and the same in its middle: a jump there leaves whole and halves alike, and what the halves' nodes foretell of the place wrong.</summary>
    const double UnseenShare = 0.035;

    /// <summary>Of an expectation, what an unseen jump may add.</summary>
    const double UnseenTolerance = 1e-7;

    const double InverseRootOfTwoPi = 0.39894228040143267794;

    // √(3/7 ∓ 2/7 √(6/5)) and (18 ± √30) / 72: Abramowitz and Stegun, table 25.4, for a cell of width 1 about 0.
    static readonly double[] s_places = [-0.43056815579702629, -0.16999052179242813, 0.16999052179242813, 0.43056815579702629];
    static readonly double[] s_weights = [0.17392742256872693, 0.32607257743127307, 0.32607257743127307, 0.17392742256872693];

    /// <summary>Of the cubic through values at these places, at ½: Lagrange's.</summary>
    static readonly double[] s_atEnd = [.. s_places.Select(place => s_places.Where(other => other != place).Aggregate(1.0, (product, other) => product * (0.5 - other) / (place - other)))];

    readonly CurveEvaluation _curve;
    readonly double _deviation;
    CurveMoments _total, _scale;

    AdaptiveQuadrature(CurveEvaluation curve, double deviation)
    {
        _curve = curve;
        _deviation = deviation;
    }

    /// <summary>Moments at z ~ N(0, variance).</summary>
    /// <param name="curve">The function.</param>
    /// <param name="variance">Above 0, finite.</param>
    public static CurveMoments Moments(CurveEvaluation curve, double variance)
    {
        var quadrature = new AdaptiveQuadrature(curve, Math.Sqrt(variance));
        (CurveMoments low, CurveMoments high) = quadrature.AddMiddle();
        if (!quadrature.IsOver(FarShare, low, high))
            return quadrature._total;
        (low, _) = quadrature.AddCells(-Farthest, -Range);
        (_, high) = quadrature.AddCells(Range, Farthest);
        quadrature.IsOver(EndlessShare, low, high, makesInfinite: true);
        return quadrature._total;
    }

    /// <summary>±12 deviations. What activations do about 0 lies between the nodes of a wide density: there cells narrow towards 0 until they are a quarter of a unit of z.</summary>
    (CurveMoments Low, CurveMoments High) AddMiddle()
    {
        if (_deviation <= WideDeviation)
            return AddCells(-Range, Range);
        double inner = FirstWidth;
        (CurveMoments low, _) = AddCells(-Range, -inner);
        (_, CurveMoments high) = AddCells(inner, Range);
        for (; inner * _deviation > FirstWidth; inner /= 2)
        {
            AddCells(-inner, -inner / 2, inner / CellsAShell);
            AddCells(inner / 2, inner, inner / CellsAShell);
        }
        AddCells(-inner, inner, inner / CellsAShell);
        return (low, high);
    }

    /// <summary>Whether either end adds more than a share to a moment, which is made infinite then if that is asked for.</summary>
    bool IsOver(double share, CurveMoments low, CurveMoments high, bool makesInfinite = false)
    {
        bool value = Math.Max(low.SquaredValue, high.SquaredValue) > share * _total.SquaredValue, slope = Math.Max(low.SquaredSlope, high.SquaredSlope) > share * _total.SquaredSlope;
        if (makesInfinite)
            MakeInfinite(value, slope);
        return value || slope;
    }

    void MakeInfinite(bool value, bool slope) => _total = _total with
    {
        SquaredValue = value ? double.PositiveInfinity : _total.SquaredValue,
        SquaredSlope = slope ? double.PositiveInfinity : _total.SquaredSlope,
    };

    /// <param name="width">Of a cell; a power of two times <see cref="FirstWidth"/>.</param>
    /// <returns>What the first and the last cell add, before they are halved.</returns>
    (CurveMoments Low, CurveMoments High) AddCells(double from, double to, double width = FirstWidth)
    {
        var cells = new List<double>();                     // left ends: all cells of a level have one width
        for (double left = from; left < to; left += width)
            cells.Add(left);
        CurveMoments low = default, high = default;
        var open = new List<CurveMoments>();
        for (int level = 0; cells.Count > 0; level++, width /= 2)
        {
            var points = new double[cells.Count * PointsPerCell];
            for (int cell = 0; cell < cells.Count; cell++)
                for (int i = 0; i < PointsPerCell; i++)
                    points[cell * PointsPerCell + i] = Place(cells[cell], width, i);
            double[] values = new double[points.Length], slopes = new double[points.Length];
            _curve([.. points.Select(point => _deviation * point)], values, slopes);
            // The first level's sum is the scale of tolerances: so no scale of the function or of the variance matters.
            for (int cell = 0; level == 0 && cell < cells.Count; cell++)
            {
                high = Sum(points, values, slopes, _deviation, cell * PointsPerCell, width);
                low = cell == 0 ? high : low;
                _scale = Add(_scale, high);
            }
            var halves = new CurveMoments[cells.Count];
            CurveMoments estimate = _total;
            for (int cell = 0; cell < cells.Count; cell++)
            {
                halves[cell] = Add(Sum(points, values, slopes, _deviation, cell * PointsPerCell + Nodes, width / 2),
                    Sum(points, values, slopes, _deviation, cell * PointsPerCell + 2 * Nodes, width / 2));
                estimate = Add(estimate, halves[cell]);
            }
            // Where all nodes of the first level missed a peak, its sum is no scale, and a tolerance by it would halve the peak's cells without end.
            if (estimate.SquaredValue > 2 * _scale.SquaredValue || estimate.SquaredSlope > 2 * _scale.SquaredSlope)
                _scale = new CurveMoments(0, Math.Max(_scale.SquaredValue, estimate.SquaredValue), Math.Max(_scale.SquaredSlope, estimate.SquaredSlope), 0);
            var rest = new List<double>();
            CurveMoments stillOpen = default;
            for (int cell = 0; cell < cells.Count; cell++)
            {
                CurveMoments whole = Sum(points, values, slopes, _deviation, cell * PointsPerCell, width);
                bool isClose = IsClose(whole, halves[cell], _scale) && !HidesJump(points, values, slopes, cell * PointsPerCell, width);
                if (!isClose)
                    stillOpen = Add(stillOpen, halves[cell]);
                if (level == MostLevels || cells.Count > MostCells || isClose)
                    _total = Add(_total, halves[cell]);
                else
                    rest.AddRange([cells[cell], cells[cell] + width / 2]);
            }
            open.Add(stillOpen);
            cells = rest;
        }
        if (open.Count > MostLevels)
            MakeInfinite(IsEndless(open, moments => moments.SquaredValue), IsEndless(open, moments => moments.SquaredSlope));
        return (low, high);
    }

    /// <summary>Whether the cells that no halving settled go on adding as much: least squares of log₂ over levels.</summary>
    static bool IsEndless(List<CurveMoments> open, Func<CurveMoments, double> moment)
    {
        double[] logarithms = [.. open.Skip(FirstOpenLevel).Select(moments => ScalarMath.Log(moment(moments)) / ScalarMath.Log(2))];
        double middle = (logarithms.Length - 1) / 2.0, slope = 0, squares = 0;
        for (int level = 0; level < logarithms.Length; level++)
        {
            slope += (level - middle) * logarithms[level];
            squares += (level - middle) * (level - middle);
        }
        return slope / squares > EndlessSlope;
    }

    /// <summary>Whether a function jumps, or turns, where no node of a cell would show it: at either end, or in the middle.</summary>
    bool HidesJump(double[] points, double[] values, double[] slopes, int start, double width)
    {
        int left = start + Nodes, right = start + 2 * Nodes;
        return IsGap(points[start + LeftEnd], Foretold(values, left, isRight: false), values[start + LeftEnd], Foretold(slopes, left, isRight: false), slopes[start + LeftEnd])
            || IsGap((points[left + Nodes - 1] + points[right]) / 2, Foretold(values, left, isRight: true), Foretold(values, right, isRight: false), Foretold(slopes, left, isRight: true), Foretold(slopes, right, isRight: false))
            || IsGap(points[start + RightEnd], Foretold(values, right, isRight: true), values[start + RightEnd], Foretold(slopes, right, isRight: true), slopes[start + RightEnd]);

        // What is no number at a point alone, as sin z / z is at 0, hides nothing.
        bool IsGap(double point, double value, double otherValue, double slope, double otherSlope)
        {
            double share = UnseenShare * width * InverseRootOfTwoPi * ScalarMath.Exp(-point * point / 2);
            return share * Math.Abs(value * value - otherValue * otherValue) > UnseenTolerance * _scale.SquaredValue || share * Math.Abs(value - otherValue) > UnseenTolerance * Math.Sqrt(_scale.SquaredValue) || share * Math.Abs(slope * slope - otherSlope * otherSlope) > UnseenTolerance * _scale.SquaredSlope;
        }
    }

    /// <summary>What four nodes from an index on say of the end of their cell.</summary>
    static double Foretold(double[] values, int start, bool isRight)
    {
        double sum = 0;
        for (int node = 0; node < Nodes; node++)
            sum += s_atEnd[isRight ? node : Nodes - 1 - node] * values[start + node];
        return sum;
    }

    /// <summary>The first four nodes are the whole cell's, the next its left half's, then come its right half's, and both its ends.</summary>
    static double Place(double left, double width, int index) => index switch
    {
        LeftEnd => left,
        RightEnd => left + width,
        _ => NodeOf(left, width, index),
    };

    static double NodeOf(double left, double width, int index) => (index / Nodes) switch
    {
        0 => left + width * (0.5 + s_places[index]),
        1 => left + width * (0.25 + s_places[index - Nodes] / 2),
        _ => left + width * (0.75 + s_places[index - 2 * Nodes] / 2),
    };

    static CurveMoments Sum(double[] points, double[] values, double[] slopes, double deviation, int start, double width)
    {
        CurveMoments sum = default;
        for (int i = 0; i < Nodes; i++)
        {
            double point = points[start + i], value = values[start + i], slope = slopes[start + i];
            double weight = width * s_weights[i] * InverseRootOfTwoPi * ScalarMath.Exp(-point * point / 2);
            // Where the density is 0 to a double an infinite value must not make NaN of it.
            if (weight > 0)
                sum = Add(sum, new CurveMoments(weight * value, weight * value * value, weight * slope * slope, weight * value * slope * (deviation * point)));
        }
        return sum;
    }

    static CurveMoments Add(CurveMoments a, CurveMoments b)
        => new(a.Value + b.Value, a.SquaredValue + b.SquaredValue, a.SquaredSlope + b.SquaredSlope, a.Stretch + b.Stretch);

    static bool IsClose(CurveMoments whole, CurveMoments halves, CurveMoments scale)
    {
        double square = Tolerance * scale.SquaredValue, slope = Tolerance * scale.SquaredSlope;
        return Math.Abs(whole.SquaredValue - halves.SquaredValue) <= square
            && Math.Abs(whole.SquaredSlope - halves.SquaredSlope) <= slope
            && Math.Abs(whole.Value - halves.Value) <= Math.Sqrt(Tolerance * square)
            && Math.Abs(whole.Stretch - halves.Stretch) <= square + Math.Sqrt(square * slope)
            || !double.IsFinite(halves.SquaredValue + halves.SquaredSlope);
    }
}
