using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>What chance does in layers of n units, to first order in 1/n: the fluctuation of E z² and of ‖∂L/∂z‖², pooled over the probe's rows, about the mean-field prediction from the measured variances.</summary>
/// <remarks>
/// <para>Given its inputs, a layer's units are independent draws, normal over rows with the correlations ρ of <see cref="SimilarityRecursion"/>. Their φ² average to E φ² ± √(C / n), with
/// C the mean over all pairs of rows of Cov(φ(z₁)², φ(z₂)²): E φ⁴ − (E φ²)² for rows that are one. So ln q gathers C / (E φ²)² / n a layer, and loses or gains what it has by the square of the slope d ln q′ / d ln q.</para>
/// <para>Part of C is known, since the prediction starts from the weights as they are. Their measured variance fixes Σ z² but for the directions of the inputs, 1 / inputs of it; orthogonal weights
/// fix the whole of it, or of n outputs of m > n inputs the share n / m. In Hermite terms that is the second coefficient's part, 2 (d ln E φ² / d ln v)² / n, so for one row and ReLU 5/n becomes 3/n.</para>
/// <para>The gradient: ‖∂L/∂z‖² is Σ φ′² (Wᵀδ)², of which Wᵀδ is normal with the correlations γ of the gradients δ behind it, so that a layer adds the mean over pairs of E φ′₁² φ′₂² (1 + 2 γ²) / (E φ′²)² − 1, over n,
/// again less what W fixes. It also reads each layer's own q on its way, through d ln E φ′² / d ln v, and the same units' φ² and φ′² go together.</para>
/// </remarks>
internal sealed class WidthFluctuations
{
    /// <summary>What one hidden layer adds.</summary>
    /// <param name="Slope">d ln q′ / d ln q.</param>
    /// <param name="Curvature">The second derivative.</param>
    /// <param name="Forward">Variance that ln q′ gathers.</param>
    /// <param name="Shift">Mean that ln q′ gathers, beside the half variance.</param>
    /// <param name="Backward">Variance that ln ‖∂L/∂z‖² gathers.</param>
    /// <param name="Both">Covariance of the two.</param>
    /// <param name="Rates">d ln E φ′² / d ln q and the second derivative.</param>
    readonly record struct Step(double Slope, double Curvature, double Forward, double Shift, double Backward, double Both, (double First, double Second) Rates);

    readonly IReadOnlyList<LayerProbe> _layers;
    readonly IReadOnlyList<SimilarityLayer> _similarities;
    readonly bool[] _areOrthogonal;
    readonly Dropout? _dropout;
    readonly int _rows;

    /// <summary>For each layer, what chance adds to the mean squared cosine of two rows: rows in n units can't be less alike than 1/n.</summary>
    readonly double[] _extra;

    /// <param name="areOrthogonal">For each layer's weights.</param>
    public WidthFluctuations(IReadOnlyList<LayerProbe> layers, IReadOnlyList<SimilarityLayer> similarities, bool[] areOrthogonal, int rows, Dropout? dropout)
    {
        (_layers, _similarities, _areOrthogonal, _rows, _dropout) = (layers, similarities, areOrthogonal, rows, dropout);
        _extra = new double[layers.Count];
        for (int index = 0; index < layers.Count - 1 && similarities[0].Correlations.Length > 0; index++)
            _extra[index + 1] = NextExtra(index);
    }

    /// <summary>False in residual blocks, whose stream carries the same units on, under normalization, and where dropped units aren't 0.</summary>
    public bool AreKnown => _layers[0].Residual == ResidualPlace.None && !_layers[0].IsNormalized && _dropout is not { IsAlpha: true } && _similarities[0].Correlations.Length > 0;

    /// <param name="lengthSpread">E (x²)² / (E x²)² of the rows' squared lengths.</param>
    /// <param name="gradients">Of the rows' gradients by the output: mean squared cosine of pairs, and the spread of their squared lengths.</param>
    public (Fluctuation[] Forward, Fluctuation[] Backward) Predict(double lengthSpread, (double SquaredCosine, double Spread) gradients)
    {
        // What curvature does to the mean is up to each row's own fluctuation, which many rows don't average out: E (measured / predicted) is that of one row.
        (Fluctuation[] forward, Fluctuation[] backward) = Walk(lengthSpread, gradients);
        (Fluctuation[] oneForward, Fluctuation[] oneBackward) = new WidthFluctuations(_layers, _similarities, _areOrthogonal, 1, _dropout).Walk(1, (1, 1));
        for (int index = 0; index < forward.Length; index++)
        {
            double units = _layers[index].Units, weights = units * _layers[index].Inputs, alike = Math.Max(0, Mean(index, 1, correlation => correlation, 1));
            forward[index] = Combined(forward[index], oneForward[index]);
            // The deviation is taken about the mean over rows and units, and the prediction is from the weights' deviation about theirs: both means are chance.
            forward[index] = new Fluctuation(forward[index].Mean - alike / units + 1 / weights, forward[index].Variance + 2 * alike * alike / (units * units) + 2 / (weights * weights));
            if (index < forward.Length - 1)
                backward[index] = Combined(backward[index], oneBackward[index]);
        }
        return (forward, backward);

        static Fluctuation Combined(Fluctuation rows, Fluctuation one) => new(one.Mean + one.Variance / 2 - rows.Variance / 2, rows.Variance);
    }

    (Fluctuation[] Forward, Fluctuation[] Backward) Walk(double lengthSpread, (double SquaredCosine, double Spread) gradients)
    {
        int last = _layers.Count - 1;
        Fluctuation[] forward = new Fluctuation[last + 1], backward = new Fluctuation[last + 1];
        var steps = new Step[last];
        var state = new Fluctuation(0, 0);
        var states = new Fluctuation[last + 1];
        var spreads = new double[last + 1];
        for (int index = 0; index <= last; index++)
        {
            (states[index], spreads[index]) = (state, lengthSpread);
            forward[index] = Measured(index, state, lengthSpread);
            if (index == last)
                break;
            Step step = steps[index] = ForwardStep(index, lengthSpread);
            state = new Fluctuation(step.Slope * state.Mean + step.Curvature * state.Variance / 2 - step.Forward / 2 + step.Shift, step.Slope * step.Slope * state.Variance + step.Forward);
            lengthSpread = 1 + step.Slope * step.Slope * (lengthSpread - 1);
        }
        // Backwards: own is what steps from here on add; reach is d ln ‖∂L/∂z‖² / d ln q of the layer after this one, through all layers from it on.
        double own = 0, mean = 0, reach = 0, squaredCosine = gradients.SquaredCosine;
        for (int index = last - 1; index >= 0; index--)
        {
            Step step = steps[index];
            (double variance, double both) = BackwardStep(index, squaredCosine, gradients.Spread, spreads[index], step.Rates.First);
            own += variance + 2 * reach * both + reach * reach * step.Forward;
            mean += step.Rates.First * states[index].Mean + step.Rates.Second * states[index].Variance / 2 - variance / 2;
            reach = step.Rates.First + step.Slope * reach;
            backward[index] = new Fluctuation(mean, own + reach * reach * states[index].Variance);
            CorrelatedMoments output = _similarities[index].Output!;
            double kept = _similarities[index].MeanOverPairs(correlation => output.ProductOfSlopes(correlation) / output.SquaredSlope);
            // As with rows' signals, gradients in n units can't be less alike than 1/n.
            double gathered = _similarities[index].MeanOverPairs(output.CovarianceOfSquaredSlopes) / (output.SquaredSlope * output.SquaredSlope) + 1;
            squaredCosine = kept * kept * squaredCosine + (1 - squaredCosine) * (1 - squaredCosine) * gathered / _layers[index].Units;
        }
        return (forward, backward);
    }

    /// <summary>The mean square that a probe sees: that of the layer's own n units.</summary>
    Fluctuation Measured(int index, Fluctuation state, double spread)
    {
        SimilarityLayer layer = _similarities[index];
        int units = _layers[index].Units;
        double squares = MeanSquare(index, spread);
        double variance = 2.0 / units * Math.Max(0, squares - Known(_areOrthogonal[index], units, _layers[index].Inputs, layer.WeightShare, squares));
        return new Fluctuation(state.Mean - variance / 2, state.Variance + variance);
    }

    Step ForwardStep(int index, double spread)
    {
        SimilarityLayer layer = _similarities[index];
        CorrelatedMoments output = layer.Output!;
        int units = _layers[index].Units;
        double square = output.SquaredValue, share = _similarities[index + 1].WeightShare, kept = Kept;
        (double first, double second) = output.SquaredValueRates;
        double known = Known(_areOrthogonal[index], units, _layers[index].Inputs, layer.WeightShare, MeanSquare(index, spread));
        double gathered = Mean(index, spread, output.CovarianceOfSquares, output.CovarianceOfSquares(1) + (1 / kept - 1) * output.FourthValue) / (square * square) + 2 * first * first * ((1 - 1.0 / _rows) * _extra[index] - known);
        double slope = share * first;
        // Units of a fixed length are a little less than normal: E φ² over the sphere lacks v² d²/dv² E φ² / n.
        double sphere = _areOrthogonal[index] ? -share * output.SquaredValueCurvature * known / units : 0;
        return new Step(slope, share * (second + first * first) - slope * slope, share * share * Math.Max(0, gathered) / units, sphere, 0, 0, output.SquaredSlopeRates);
    }

    /// <summary>Variance that ‖∂L/∂z‖² gathers in a layer, and its covariance with what E φ² gathers there.</summary>
    (double Variance, double Both) BackwardStep(int index, double squaredCosine, double gradientSpread, double spread, double slopeRate)
    {
        SimilarityLayer layer = _similarities[index];
        CorrelatedMoments output = layer.Output!;
        int units = _layers[index].Units, behind = _layers[index + 1].Units;
        double slope = output.SquaredSlope, square = output.SquaredValue, kept = Kept;
        double ofGradients = gradientSpread / _rows + (1 - 1.0 / _rows) * squaredCosine;
        // Rows' own terms, with γ = 1, and pairs of rows, with γ² = squaredCosine.
        double own = gradientSpread * (3 * output.FourthSlope / kept / (slope * slope) - 1);
        double pairs = (1 + 2 * squaredCosine) * (layer.MeanOverPairs(output.CovarianceOfSquaredSlopes) / (slope * slope) + 2 * slopeRate * slopeRate * _extra[index] + 1) - 1;
        double variance = own / _rows + (1 - 1.0 / _rows) * pairs - 2 * Known(_areOrthogonal[index + 1], units, behind, 1, ofGradients);
        double both = Mean(index, 1, output.CovarianceOfSquareAndSquaredSlope, output.CovarianceOfSquareAndSquaredSlope(1) + (1 / kept - 1) * output.SquareAndSquaredSlope) / (slope * square);
        double known = Known(_areOrthogonal[index], units, _layers[index].Inputs, layer.WeightShare, MeanSquare(index, spread));
        both += 2 * output.SquaredValueRates.First * slopeRate * ((1 - 1.0 / _rows) * _extra[index] - known);
        return (Math.Max(0, variance) / units, _similarities[index + 1].WeightShare * both / units);
    }

    /// <summary>Share of units that dropout keeps.</summary>
    double Kept => _dropout is null ? 1 : 1 - (double)_dropout.Rate;

    /// <summary>How much of the units' mean square is no chance, in units of 2/n: its part along the inputs that the weights' measured variance fixes, or all that orthogonal weights keep.</summary>
    static double Known(bool isOrthogonal, int outputs, int inputs, double share, double squaredCosines)
        => share * share * (isOrthogonal ? squaredCosines * Math.Min(1, (double)outputs / inputs) : 1.0 / inputs);

    /// <summary>The variance of E φ₁ φ₂ / E φ² over n units, and what the map of angles leaves of the one before. Of normal units it would be (1 + ρ²) / n where lengths count, and is (1 − ρ²)² / n for cosines.</summary>
    double NextExtra(int index)
    {
        SimilarityLayer layer = _similarities[index];
        CorrelatedMoments output = layer.Output!;
        double square = output.SquaredValue, share = _similarities[index + 1].WeightShare;
        return share * share * layer.MeanOverPairs(correlation =>
        {
            double next = output.ProductOfValues(correlation) / square, slope = output.ProductOfSlopes(correlation) * layer.Variance / square;
            double gathered = output.CovarianceOfSquares(correlation) / (square * square) + 1 - next * next, cosines = (1 - next * next) * (1 - next * next) / (1 + next * next);
            return slope * slope * _extra[index] + Math.Max(0, gathered) * cosines / _layers[index].Units;
        });
    }

    /// <summary>The mean squared correlation over all pairs of rows.</summary>
    double MeanSquare(int index, double spread) => Mean(index, spread, correlation => correlation * correlation, 1) + (1 - 1.0 / _rows) * _extra[index];

    /// <summary>Over all pairs of rows, each row with itself among them.</summary>
    double Mean(int index, double spread, Func<double, double> function, double atOne)
        => spread * atOne / _rows + (1 - 1.0 / _rows) * _similarities[index].MeanOverPairs(function);
}
