using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>What chance does in layers of n units, to first order in 1/n: the fluctuation of E z² and of ‖∂L/∂z‖², pooled over the probe's rows, about the mean-field prediction from the measured variances.</summary>
/// <remarks>
/// <para>Given its inputs, a layer's units are independent draws, normal over rows with the correlations ρ of <see cref="SimilarityRecursion"/>. Their φ² average to E φ² ± √(C / n), with
/// C the mean over all pairs of rows of Cov(φ(z₁)², φ(z₂)²): E φ⁴ − (E φ²)² for rows that are one. So ln q gathers C / (E φ²)² / n a layer, and loses or gains what it has by the square of the slope d ln q′ / d ln q.</para>
/// <para>Part of C is known, since the prediction starts from the weights and biases as they are. Their measured variance fixes Σ z² but for the directions of the inputs, 1 / inputs of it; orthogonal weights
/// fix the whole of it, or of n outputs of m > n inputs the share n / m. In Hermite terms that is the second coefficient's part, 2 (d ln E φ² / d ln v)² / n, so for one row and ReLU 5/n becomes 3/n. Their measured mean fixes the mean of z
/// over the units along the inputs' common part: the first coefficient's, which of ReLU's 5/n is another (8/π) (1/π).</para>
/// <para>The gradient: ‖∂L/∂z‖² is Σ φ′² (Wᵀδ)², of which Wᵀδ is normal with the correlations γ of the gradients δ behind it, so that a layer adds the mean over pairs of E φ′₁² φ′₂² (1 + 2 γ²) / (E φ′²)² − 1, over n,
/// again less what W fixes. Orthogonal weights make of δ a point of a sphere, on which g² and g′² have n / (n + 2) of normal variables' chance. The gradient also reads each layer's own q on its way, through d ln E φ′² / d ln v, and the same units' φ² and φ′² go together; <see cref="GradientAlignment"/> has what the shared weights do to its mean.</para>
/// </remarks>
internal sealed class WidthFluctuations
{
    /// <summary>Variance of what single precision and six printed digits leave of a mean square, for weights that leave nothing to chance.</summary>
    const double Rounding = 1e-11;

    readonly IReadOnlyList<LayerProbe> _layers;
    readonly IReadOnlyList<SimilarityLayer> _similarities;
    readonly LayerResponse _response;
    readonly bool[] _areOrthogonal;
    readonly Dropout? _dropout;
    readonly ProbeRows _rows;

    /// <summary>For each layer, what chance adds to the mean squared cosine of two rows: rows in n units can't be less alike than 1/n.</summary>
    readonly double[] _extra;

    /// <summary>For each layer, the share of the pre-activations' variance that all units have in common through the known means of weights and biases.</summary>
    readonly double[] _common;

    /// <param name="curve">The activation between layers.</param>
    /// <param name="areOrthogonal">For each layer's weights.</param>
    public WidthFluctuations(IReadOnlyList<LayerProbe> layers, IReadOnlyList<SimilarityLayer> similarities, ActivationCurve curve, bool[] areOrthogonal, ProbeRows rows, Dropout? dropout)
        : this(layers, similarities, new LayerResponse(curve, similarities), areOrthogonal, rows, dropout)
    {
    }

    WidthFluctuations(IReadOnlyList<LayerProbe> layers, IReadOnlyList<SimilarityLayer> similarities, LayerResponse response, bool[] areOrthogonal, ProbeRows rows, Dropout? dropout)
    {
        (_layers, _similarities, _response, _areOrthogonal, _rows, _dropout) = (layers, similarities, response, areOrthogonal, rows, dropout);
        (_extra, _common) = (new double[layers.Count], new double[layers.Count]);
        bool hasPairs = AreKnown && rows.Count > 1;
        LayerStep[] single = hasPairs ? OfOneRow().WalkForward().Steps : [];
        for (int index = 0; index < layers.Count; index++)
        {
            double share = similarities[index].WeightShare;
            _common[index] = 1 - share + share * (index == 0 ? rows.CommonShare : CommonShare(similarities[index - 1].Output!));
            if (index < layers.Count - 1 && hasPairs)
                _extra[index + 1] = Math.Max(0, NextExtra(index) - LostExtra(index, single[index]));
        }
    }

    /// <summary>False in residual blocks, whose stream carries the same units on, under normalization, and where dropped units aren't 0.</summary>
    public bool AreKnown => _layers[0].Residual == ResidualPlace.None && !_layers[0].IsNormalized && _dropout is not { IsAlpha: true } && _similarities[0].Correlations.Length > 0;

    public (Fluctuation[] Forward, Fluctuation[] Backward) Predict(OutputGradients gradients)
    {
        // What curvature does to the mean is up to each row's own fluctuation, which many rows don't average out: E (measured / predicted) is that of one row.
        WidthFluctuations one = OfOneRow();
        (LayerStep[] steps, Fluctuation[] forward) = WalkForward();
        (LayerStep[] oneSteps, Fluctuation[] oneForward) = one.WalkForward();
        Fluctuation[] states = [.. steps.Zip(oneSteps, (rows, single) => Combined(rows.State, single.State)), steps.Length > 0 ? Combined(steps[^1].Next, oneSteps[^1].Next) : default];
        GradientAlignment.Step[] aligned = GradientAlignment.Of(_layers, _similarities, _areOrthogonal, gradients.Alignment, LogLengths(states, steps, gradients.LogLength));
        Fluctuation[] backward = WalkBackward(steps, gradients, aligned), oneBackward = one.WalkBackward(oneSteps, gradients with { SquaredCosines = [1], Spread = 1 }, aligned);
        for (int index = 0; index < forward.Length; index++)
        {
            forward[index] = AboutMean(index, Combined(forward[index], oneForward[index]), states[index].Variance);
            if (index < forward.Length - 1)
            {
                backward[index] = Combined(backward[index], oneBackward[index]);
                backward[index] = backward[index] with { Mean = backward[index].Mean + ScalarMath.Log(aligned[index].Growth) };
            }
        }
        return (forward, backward);

        static Fluctuation Combined(Fluctuation rows, Fluctuation one) => new(one.Mean + one.Variance / 2 - rows.Variance / 2, rows.Variance);
    }

    WidthFluctuations OfOneRow() => new(_layers, _similarities, _response, _areOrthogonal, _rows with { Count = 1, LengthSpread = 1 }, _dropout);

    /// <summary>The deviation is taken about the mean over rows and units, and the prediction is from the weights' deviation about theirs: both means are chance.</summary>
    /// <remarks>A mean square A of n units of which B = (Σ z / n)² is taken away, E B = a / n with a the part that rows have alike: Var (A − B) is Var A + 2 a² / n² − 2 Cov, and the covariance 2 a² / n², but for what of A is no chance, as in
    /// Σ (z − z̄)² of n units that are one row's, which has 2 (n − 1) / n²; over the square of the 1 − a / n that is left. The mean of the n m weights takes 1 / (n m), and along the inputs' common part c it is the same mean: 4 c / (n² m) of covariance. Biases' own mean is known.</remarks>
    /// <param name="before">The part of the variance that the layer found, of which both means have their shares.</param>
    Fluctuation AboutMean(int index, Fluctuation of, double before)
    {
        double units = _layers[index].Units, inputs = _layers[index].Inputs, weights = units * inputs, alike = Math.Max(0, Mean(index, 1, correlation => correlation, 1) - 1 + _similarities[index].WeightShare);
        double together = alike * Math.Max(0, alike - 1 / inputs) * (_areOrthogonal[index] ? Math.Max(0, 1 - units / inputs) : 1);
        double ofMeans = (2 * alike * alike - 4 * together) / (units * units) + 2 / (weights * weights) - 4 * (_common[index] - 1 + _similarities[index].WeightShare) / (units * weights);
        double left = 1 - alike / units, variance = before + Math.Max(0, of.Variance - before + ofMeans) / (left * left);
        return new Fluctuation(of.Mean - (variance - of.Variance - ofMeans) / 2 + ScalarMath.Log(left) + 1 / weights, variance + Rounding);
    }

    /// <summary>Expected ln (q / predicted) of each layer, given that of the last, which is measured: what is gathered on the way there lies between.</summary>
    static double[] LogLengths(Fluctuation[] states, LayerStep[] steps, double measured)
    {
        var expected = new double[states.Length];
        double slope = 1;
        for (int index = states.Length - 1; index >= 0; index--)
        {
            expected[index] = states[index].Mean + (states[^1].Variance > 0 ? slope * states[index].Variance / states[^1].Variance * (measured - states[^1].Mean) : 0);
            slope *= index > 0 ? steps[index - 1].Response.Square.Slope : 1;
        }
        return expected;
    }

    (LayerStep[] Steps, Fluctuation[] Measured) WalkForward()
    {
        int last = _layers.Count - 1;
        var measured = new Fluctuation[last + 1];
        var steps = new LayerStep[last];
        // Many rows of known lengths leave nothing to chance; one of a group may be any of it.
        Fluctuation state = _rows.Count == 1 ? new Fluctuation(-_rows.Unresolved / 2, _rows.Unresolved) : new Fluctuation(0, 0);
        double lengthSpread = _rows.LengthSpread;
        for (int index = 0; index <= last; index++)
        {
            measured[index] = Measured(index, state, lengthSpread);
            if (index == last)
                break;
            LayerStep step = steps[index] = ForwardStep(index, state, lengthSpread);
            state = step.Next;
            lengthSpread = 1 + step.Response.Square.Slope * step.Response.Square.Slope * (lengthSpread - 1);
        }
        return (steps, measured);
    }

    /// <summary>Of the hidden layers; the output's gradient is where it starts.</summary>
    Fluctuation[] WalkBackward(LayerStep[] steps, OutputGradients gradients, GradientAlignment.Step[] aligned)
    {
        int last = steps.Length;
        var backward = new Fluctuation[last + 1];
        // Own is what steps from here on add; reach is d ln ‖∂L/∂z‖² / d ln q of the layer after this one, through all layers from it on.
        double own = 0, mean = 0, reach = 0;
        double[] squaredCosines = gradients.SquaredCosines;
        for (int index = last - 1; index >= 0; index--)
        {
            LayerStep step = steps[index];
            (double variance, double both) = BackwardStep(index, squaredCosines, gradients.Spread, step);
            own += Spread(variance, _areOrthogonal[index + 1]) + 2 * reach * both + reach * reach * step.Forward;
            mean += step.Response.SquaredSlope.Mean - variance / 2 + Shift(index, _similarities[index].Output!.SquaredSlopeCurvature, _similarities[index].Output!.SquaredSlopeRates.First, step.LengthSpread);
            // What came from h in this layer has had no chance but h's own.
            double kept = 1 - aligned[index].Added;
            own *= kept;
            reach = kept * (step.Response.SquaredSlope.Slope + step.Response.Square.Slope * reach) - aligned[index].Added;
            backward[index] = new Fluctuation(mean, own + reach * reach * step.State.Variance + Rounding);
            squaredCosines = NextSquaredCosines(index, squaredCosines);
        }
        return backward;
    }

    /// <summary>What one hidden layer adds.</summary>
    /// <param name="State">Of ln q before it, its own n units left out.</param>
    /// <param name="LengthSpread">Of the rows, before it.</param>
    /// <param name="Response">Of ln q′ and ln E φ′² to that.</param>
    /// <param name="Forward">Variance that ln q′ gathers.</param>
    /// <param name="Next">The state after it.</param>
    readonly record struct LayerStep(Fluctuation State, double LengthSpread, (LayerResponse.Rate Square, LayerResponse.Rate SquaredSlope) Response, double Forward, Fluctuation Next);

    /// <summary>The mean square that a probe sees: that of the layer's own n units.</summary>
    Fluctuation Measured(int index, Fluctuation state, double spread)
    {
        double variance = 2.0 / _layers[index].Units * Math.Max(0, MeanSquare(index, spread) - Known(index, spread));
        return new Fluctuation(state.Mean - variance / 2, state.Variance + Spread(variance, isOrthogonal: false));
    }

    LayerStep ForwardStep(int index, Fluctuation state, double spread)
    {
        CorrelatedMoments output = _similarities[index].Output!;
        double units = _layers[index].Units, square = output.SquaredValue, share = _similarities[index + 1].WeightShare, first = output.SquaredValueRates.First, known = Known(index, spread);
        double gathered = (Mean(index, spread, output.CovarianceOfSquares, output.CovarianceOfSquares(1) + (1 / Kept - 1) * output.FourthValue) - output.LinearSquares * _common[index]) / (square * square)
            + 2 * first * first * ((1 - 1.0 / _rows.Count) * _extra[index] - known);
        double variance = share * share * Math.Max(0, gathered) / units * (_areOrthogonal[index] ? output.SphericalShareOfSquares(Dimension(index)) : 1);
        // And the mean of the weights, which a prediction from their deviation lacks, brings its square.
        double shift = share * (Shift(index, output.SquaredValueCurvature, first, spread) + first / (units * _layers[index].Inputs));
        (LayerResponse.Rate Square, LayerResponse.Rate SquaredSlope) response = _response.To(index, state, share);
        var next = new Fluctuation(response.Square.Mean - variance / 2 + shift, response.Square.Slope * response.Square.Slope * state.Variance + Spread(variance, _areOrthogonal[index]));
        return new LayerStep(state, spread, response, variance, next);
    }

    /// <summary>What units lack of the normal ones that theory takes, to the mean of a square E f: of a fixed length, v² d²/dv² E f / n on the sphere; and of the common part, only what lies about its mean varies.</summary>
    double Shift(int index, double curvature, double rate, double spread)
        => -((_areOrthogonal[index] ? curvature * Known(index, spread) : 0) + rate * _common[index]) / _layers[index].Units;

    /// <summary>Variance that ‖∂L/∂z‖² gathers in a layer, and its covariance with what E φ² gathers there.</summary>
    (double Variance, double Both) BackwardStep(int index, double[] squaredCosines, double gradientSpread, LayerStep step)
    {
        CorrelatedMoments output = _similarities[index].Output!;
        double slope = output.SquaredSlope, square = output.SquaredValue, kept = Kept, several = 1 - 1.0 / _rows.Count, units = _layers[index].Units;
        double known = several * _extra[index] - Known(index, step.LengthSpread), rate = output.SquaredSlopeRates.First;
        // Rows' own terms, with γ = 1, and pairs of rows.
        double own = gradientSpread * (3 * output.FourthSlope / kept / (slope * slope) - 1), pairs = 0;
        for (int group = 0; group < squaredCosines.Length; group++)
            pairs += ((1 + 2 * squaredCosines[group]) * (output.CovarianceOfSquaredSlopes(Correlation(index, group, squaredCosines.Length)) / (slope * slope) + 1) - 1) / squaredCosines.Length;
        double variance = own / _rows.Count + several * pairs + 2 * rate * rate * known - output.LinearSquaredSlopes * _common[index] / (slope * slope)
            - 2 * KnownOf(_areOrthogonal[index + 1], _layers[index].Units, _layers[index + 1].Units, 1, gradientSpread / _rows.Count + several * squaredCosines.Average());
        double both = (Mean(index, 1, output.CovarianceOfSquareAndSquaredSlope, output.CovarianceOfSquareAndSquaredSlope(1) + (1 / kept - 1) * output.SquareAndSquaredSlope) - output.LinearBoth * _common[index]) / (slope * square)
            + 2 * output.SquaredValueRates.First * rate * known;
        if (_areOrthogonal[index])
        {
            // Of the derivatives' own chance: gradients that are points of a sphere have theirs whatever z is.
            double slopes = Mean(index, 1, output.CovarianceOfSquaredSlopes, output.CovarianceOfSquaredSlopes(1)) / (slope * slope) + 2 * rate * rate * known - output.LinearSquaredSlopes * _common[index] / (slope * slope);
            variance -= (1 - output.SphericalShareOfSquaredSlopes(Dimension(index))) * slopes;
        }
        if (_areOrthogonal[index + 1])
            variance *= Dimension(index + 1) / (Dimension(index + 1) + 2.0);
        return (Math.Max(0, variance) / units, _similarities[index + 1].WeightShare * both / units);
    }

    /// <summary>Squared cosines of the rows' gradients one layer further back. As with rows' signals, gradients in n units can't be less alike than 1/n.</summary>
    double[] NextSquaredCosines(int index, double[] squaredCosines)
    {
        CorrelatedMoments output = _similarities[index].Output!;
        var next = new double[squaredCosines.Length];
        for (int group = 0; group < next.Length; group++)
        {
            double correlation = Correlation(index, group, next.Length), kept = output.ProductOfSlopes(correlation) / output.SquaredSlope, before = squaredCosines[group];
            double gathered = output.CovarianceOfSquaredSlopes(correlation) / (output.SquaredSlope * output.SquaredSlope) + 1 - (_areOrthogonal[index + 1] ? kept * kept : 0);
            next[group] = kept * kept * before + (1 - before) * (1 - before) * gathered / _layers[index].Units;
        }
        return next;
    }

    /// <summary>ρ of a group of pairs of rows, which one row has only with itself.</summary>
    double Correlation(int index, int group, int groups)
        => _rows.Count == 1 ? 1 : groups == _similarities[index].Correlations.Length ? _similarities[index].Correlations[group] : _similarities[index].MeanOverPairs(correlation => correlation);

    /// <summary>Share of units that dropout keeps.</summary>
    double Kept => _dropout is null ? 1 : 1 - (double)_dropout.Rate;

    double CommonShare(CorrelatedMoments output) => Kept * output.Value * output.Value / output.SquaredValue;

    /// <summary>Variance of the logarithm of a mean square of variance v, to the second order: v + 5/2 v² less the third cumulant, which is 2 v² of a χ² variable, and 0 of what orthogonal weights leave to chance (as ±z² of ReLU's z₊²).
    /// One row's is there for means alone.</summary>
    double Spread(double variance, bool isOrthogonal) => _rows.Count == 1 ? variance : variance + (isOrthogonal ? 2.5 : 0.5) * variance * variance;

    double Known(int index, double spread) => KnownOf(_areOrthogonal[index], _layers[index].Units, _layers[index].Inputs, _similarities[index].WeightShare, MeanSquare(index, spread));

    /// <summary>How much of the units' mean square is no chance, in units of 2/n: its part along the inputs that the weights' measured variance fixes, or all that orthogonal weights keep, and the biases' own.</summary>
    static double KnownOf(bool isOrthogonal, int outputs, int inputs, double share, double squaredCosines)
        => (1 - share) * (1 - share) + share * share * (isOrthogonal ? squaredCosines - (squaredCosines - 1.0 / inputs) * Math.Max(0, 1 - (double)outputs / inputs) : 1.0 / inputs);

    /// <summary>Of the sphere on which orthogonal weights leave a row, or a gradient: its coordinates are the units, or some of them.</summary>
    int Dimension(int index) => Math.Max(_layers[index].Units, _layers[index].Inputs);

    /// <summary>The variance of E φ₁ φ₂ over n units, (E φ₁² φ₂² − (E φ₁ φ₂)²) / n, over (E φ²)², and what the map of angles leaves of the one before. The mean square Q of all rows, by which products are measured, has chance of its own:
    /// E P² / Q² is (E P)² (3 Var ln Q − 4 Cov(ln P, ln Q)) more. Where rows have no direction in common that covariance is the variance, C / n, and where they do it is theirs with the common part. Of normal units that leaves (1 + ρ² − 2 ρ² mean ρ²) / n
    /// without one, and 0 of rows that are one.</summary>
    double NextExtra(int index)
    {
        SimilarityLayer layer = _similarities[index];
        CorrelatedMoments output = layer.Output!;
        double square = output.SquaredValue, share = _similarities[index + 1].WeightShare, first = output.SquaredValueRates.First;
        double ofAll = Mean(index, 1, output.CovarianceOfSquares, output.CovarianceOfSquares(1)) / (square * square) - (_areOrthogonal[index] ? 2 * first * first * MeanSquare(index, 1) : 0);
        double alike = layer.MeanOverPairs(correlation => correlation), product = output.ProductOfValues(alike) * square;
        if (alike > 0 && product > 0 && !_areOrthogonal[index])
            ofAll = 4 * Math.Max(ofAll, output.CovarianceOfSquares(alike) / product) - 3 * ofAll;
        return share * share * layer.MeanOverPairs(correlation =>
        {
            double next = output.ProductOfValues(correlation) / square, slope = output.ProductOfSlopes(correlation) * layer.Variance / square;
            double gathered = output.CovarianceOfSquares(correlation) / (square * square) + 1 - next * next;
            if (_areOrthogonal[index])
            {
                // They keep z₁², z₂² and z₁ z₂, and with them what φ₁ φ₂ has in common with these: its second Hermite coefficients, of which the squares' follow from the rate d ln E φ₁ φ₂ / d ln v ≈ d ln E φ² / d ln v.
                double ofLengths = first * next, ofProduct = slope * (1 - correlation * correlation) + ofLengths * correlation;
                gathered -= layer.WeightShare * layer.WeightShare * (ofLengths * ofLengths + ofProduct * ofProduct);
            }
            return slope * slope * _extra[index] + Math.Max(0, gathered - next * next * ofAll) / _layers[index].Units;
        });
    }

    /// <summary>Rows' products vary with their lengths, too: ρ² q₁² q₂² over the square of the mean q is 1 + 2 V of ρ², V the variance that a row's ln q has beyond the mean's, some 1 − ρ² of its own. Where the activation holds lengths, as
    /// Tanh does, V loses what the slope d ln q′ / d ln q takes.</summary>
    double LostExtra(int index, LayerStep single)
    {
        double slope = single.Response.Square.Slope, square = _similarities[index].MeanOverPairs(correlation => correlation * correlation) + _extra[index];
        return 2 * square * Math.Max(0, 1 - square) * Math.Max(0, 1 - slope * slope) * single.State.Variance;
    }

    /// <summary>The mean squared correlation over all pairs of rows.</summary>
    double MeanSquare(int index, double spread) => Mean(index, spread, correlation => correlation * correlation, 1) + (1 - 1.0 / _rows.Count) * _extra[index];

    /// <summary>Over all pairs of rows, each row with itself among them.</summary>
    double Mean(int index, double spread, Func<double, double> function, double atOne)
        => spread * atOne / _rows.Count + (1 - 1.0 / _rows.Count) * _similarities[index].MeanOverPairs(function);
}
