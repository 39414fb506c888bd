using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>Where a network of ever more layers like these would end, and how many layers it takes to get there.</summary>
/// <remarks>Poole et al. 2016 and Schoenholz et al. 2017; the members of <see cref="NetworkTheory"/> have the formulas.</remarks>
internal readonly record struct DepthScales(double FixedPoint, double GradientGrowth, double StabilitySlope, double SimilarityFixedPoint, double SimilarityDepth, double GradientDepth, double VarianceDepth)
{
    static readonly DepthScales s_unknown = new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);

    /// <summary>q* is looked for within e^±46 of the first layer's: 20 decades.</summary>
    const int Steps = 46;

    /// <summary>Slopes closer to 1 than this are 1 but for the quadrature's rounding.</summary>
    const double Resolution = 1e-4;

    /// <param name="similarities">Of the recursion that started from the rows.</param>
    /// <param name="gradientRatio">‖∂L/∂z‖ of the first hidden layer over the last's, by theory.</param>
    public static DepthScales Of(
        IReadOnlyList<LayerProbe> layers, IReadOnlyList<WeightMoments> moments, ActivationCurve curve, IReadOnlyList<SimilarityLayer> similarities, double gradientRatio, Dropout? dropout)
    {
        int hidden = layers.Count - 1;
        if (hidden < 2 || !(similarities[0].Variance > 0) || !double.IsFinite(similarities[0].Variance))
            return s_unknown;
        if (layers[0].Residual != ResidualPlace.None)
            return OfBlocks(hidden, similarities, gradientRatio);
        double weights = 0, biases = 0, mean = 0, inverse = 0, scale = 0;
        for (int index = 1; index < hidden; index++)
        {
            weights += layers[index - 1].Units * moments[index].Variance / (hidden - 1);
            biases += moments[index].BiasVariance / (hidden - 1);
            mean += moments[index].BiasMean / (hidden - 1);
            inverse += layers[index].InverseVariance / (hidden - 1);
            scale += layers[index].NormalizationScale * layers[index].NormalizationScale / (hidden - 1);
        }
        var map = new LayerMap(curve, weights, biases, mean, dropout);
        return layers[1].IsNormalized ? OfNormalized(map, scale, inverse) : Of(map, similarities[0].Variance);
    }

    static DepthScales Of(LayerMap map, double start)
    {
        (double fixedPoint, double place) = map.FixedPoint(start);
        LayerMap.Step step = map.At(place);
        double similarity = step.FixedCorrelation();
        // Where no variance stays, the slope that drives it away is the one at the start.
        double slope = fixedPoint > 0 && double.IsFinite(fixedPoint) ? step.Slope : map.At(start).Slope;
        return new(fixedPoint, step.GradientGrowth, slope, similarity, Depth(step.CorrelationSlope(similarity)), Depth(step.GradientGrowth), Depth(slope));
    }

    /// <summary>The variance is γ² in every layer. Over a row's units correlations go on as without normalization; over the batch's rows they end where their mean is 0.</summary>
    static DepthScales OfNormalized(LayerMap map, double scale, double inverse)
    {
        LayerMap.Step step = map.At(scale, isNormalized: true);
        bool isBatch = double.IsFinite(inverse);
        double growth = step.GradientGrowth * scale * (isBatch ? inverse : 1 / step.Next), similarity = isBatch ? double.NaN : step.FixedCorrelation();
        return new(scale, growth, 0, similarity, isBatch ? double.NaN : Depth(step.CorrelationSlope(similarity)), Depth(growth), 0);
    }

    /// <summary>No block is like another, since the stream grows: growth and depths are means over the way.</summary>
    static DepthScales OfBlocks(int hidden, IReadOnlyList<SimilarityLayer> similarities, double gradientRatio)
    {
        double growth = ScalarMath.Exp(2 * ScalarMath.Log(gradientRatio) / (hidden - 1));
        double loss = (1 - similarities[hidden - 1].Similarity) / (1 - similarities[0].Similarity);
        return s_unknown with { GradientGrowth = growth, GradientDepth = Depth(growth), SimilarityDepth = loss >= 1 ? double.PositiveInfinity : (hidden - 1) / -ScalarMath.Log(loss) };
    }

    /// <summary>Layers in which a distance falls (or grows) by a factor of e.</summary>
    static double Depth(double factor) => Math.Abs(factor - 1) < Resolution ? double.PositiveInfinity : factor <= 0 ? 0 : 1 / Math.Abs(ScalarMath.Log(factor));

    /// <summary>A hidden layer after another, with the mean variances of the network's.</summary>
    sealed class LayerMap(ActivationCurve curve, double weights, double biases, double mean, Dropout? dropout)
    {
        readonly double _kept = dropout is null ? 1 : dropout.Scale * dropout.Scale * (1 - (double)dropout.Rate) * (1 - (double)dropout.Rate);

        /// <summary>Where the recursion that starts from a variance ends: 0, infinity, a number, or NaN where every variance is multiplied by one factor.</summary>
        /// <returns>And a variance near it, for what is to be known there.</returns>
        public (double FixedPoint, double Place) FixedPoint(double start)
        {
            Step first = At(start);
            // A kink at 0 and no biases: ReLU's second moment is in proportion to the variance.
            if (Math.Abs(first.Slope - 1) < Resolution && Math.Abs(At(4 * start).Slope - 1) < Resolution && biases < Resolution * start / 100 && Math.Abs(mean) < Resolution * Math.Sqrt(start))
                return (double.NaN, start);
            bool grows = first.Next > start;
            double near = start, far = start;
            for (int step = 0; step < Steps; step++)
            {
                far = near * (grows ? Math.E : 1 / Math.E);
                if (At(far).Next > far != grows)
                    break;
                near = far;
            }
            if (near == far)
                return (grows ? double.PositiveInfinity : 0, far);
            for (int step = 0; step < 24; step++)
            {
                double middle = Math.Sqrt(near * far);
                if (At(middle).Next > middle == grows)
                    near = middle;
                else
                    far = middle;
            }
            return (far, far);
        }

        public Step At(double variance, bool isNormalized = false)
        {
            var output = CorrelatedMoments.Of(curve, isNormalized ? 0 : mean, Math.Sqrt(variance));
            double square = dropout?.Moments(output.Value, output.SquaredValue, 1).SquaredSum ?? output.SquaredValue;
            double next = weights * square + biases;
            return new Step(output, variance, next, weights * output.SquaredSlope * (dropout?.SquaredSlope ?? 1), weights * output.SquaredValue * output.SquaredValueRates.First * (dropout?.SquaredSlope ?? 1) / next, weights * _kept, biases);
        }

        /// <param name="Next">The next layer's variance.</param>
        /// <param name="GradientGrowth">σw² E φ′².</param>
        /// <param name="Slope">d ln of the next layer's variance by d ln of this one's.</param>
        internal readonly record struct Step(CorrelatedMoments Output, double Variance, double Next, double GradientGrowth, double Slope, double PairWeights, double Biases)
        {
            public double NextCorrelation(double correlation) => (PairWeights * Output.ProductOfValues(correlation) + Biases) / Next;

            public double CorrelationSlope(double correlation) => PairWeights * (correlation == 1 ? Output.SquaredSlope : Output.ProductOfSlopes(correlation)) * Variance / Next;

            /// <summary>c*: 1 where the map's slope there is at most 1, else where the convex map crosses the diagonal below.</summary>
            public double FixedCorrelation()
            {
                double below = 0, above = 1;
                if (!(Next > 0))
                    return double.NaN;
                if (NextCorrelation(1) > 1 - Resolution && CorrelationSlope(1) <= 1 + Resolution)
                    return 1;
                for (int step = 0; step < 40; step++)
                {
                    double middle = (below + above) / 2;
                    if (NextCorrelation(middle) > middle)
                        below = middle;
                    else
                        above = middle;
                }
                return below;
            }
        }
    }
}
