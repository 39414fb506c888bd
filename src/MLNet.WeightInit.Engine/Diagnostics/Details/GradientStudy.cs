using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>What gradients of some rows say of those of others, and of the gradient a step further.</summary>
internal static class GradientStudy
{
    const int Microbatches = 8, FewestRows = 2;

    /// <summary>A gradient below this moves nothing, and divides nothing.</summary>
    const double Mask = 1e-8;

    /// <summary>Elements that the median is taken of: evenly spread.</summary>
    const int MedianElements = 1 << 16;

    /// <summary>Multiplications that the two gradients of the quotient may take.</summary>
    const double MostWork = 2e9;

    const int FewestQuotientRows = 32, MostQuotientRows = 256;

    const double RelativeStep = 1e-3;

    /// <returns>Null for less than two rows a microbatch, and where the gradient isn't finite.</returns>
    public static GradientNoise? Noise(FeedForwardNetwork network, BatchGatherer gatherer, int[] rows, TrainingOptions options, PassKernels kernels)
    {
        int size = rows.Length / Microbatches;
        if (size < FewestRows)
            return null;
        int[] order = [.. rows];
        new RandomSource(options.Seed, "diagnostics/microbatches").Shuffle(order);
        var gradient = new ProbeGradient(network, gatherer, order[..size], options, kernels);
        var sums = new double[network.Parameters.Length];
        double squares = 0;
        for (int batch = 0; batch < Microbatches; batch++)
        {
            gradient.Compute(order.AsSpan(batch * size, size));
            ReadOnlySpan<float> values = gradient.Values.Span;
            squares += FixedOrderSums.SumAndSquares(values).SquaredSum / Microbatches;
            DoubleVectors.AddScaled(values, 1.0 / Microbatches, sums);
        }
        double ofMean = DoubleVectors.Dot(sums, sums), variance = (squares - ofMean) * Microbatches / (Microbatches - 1), signal = Math.Max(0, ofMean - variance / Microbatches), ofRows = variance * size;
        if (!double.IsFinite(variance) || !(squares > 0))
            return null;
        return new GradientNoise
        {
            SignalToNoise = variance > 0 ? SignificantDigits.Round(signal * options.BatchSize / ofRows) : double.PositiveInfinity,
            NoiseScale = signal > 0 ? SignificantDigits.Round(ofRows / signal) : double.PositiveInfinity,
            BatchSize = options.BatchSize,
            Microbatches = Microbatches,
        };
    }

    /// <summary>The median of |(g − H g) / g − 1| = |H g / g| over weights and biases whose gradient isn't masked, H g by a central difference along g.</summary>
    /// <returns>NaN where all are masked, or the gradient isn't finite.</returns>
    public static double Quotient(FeedForwardNetwork network, BatchGatherer gatherer, int[] rows, TrainingOptions options, PassKernels kernels)
    {
        int count = (int)Math.Clamp(MostWork / (3.0 * 3 * network.Parameters.Length), FewestQuotientRows, MostQuotientRows);
        int[] chosen = ProbeSample.Choose(gatherer.Data, rows, options.Loss.ClassColumn(options.Task), options.Seed, count);
        var copy = new FeedForwardNetwork(network.Layout, network.Task, network.FeatureScale, network.TargetScale);
        float[] place = network.Parameters.Span.ToArray();
        place.CopyTo(copy.Parameters.Span);
        var gradient = new ProbeGradient(copy, gatherer, chosen, options, kernels);
        gradient.Compute();
        float[] direction = gradient.Values.Span.ToArray();
        double length = Math.Sqrt(FixedOrderSums.SumAndSquares(direction).SquaredSum), norm = Math.Sqrt(FixedOrderSums.SumAndSquares(place).SquaredSum);
        if (!(length > 0) || !double.IsFinite(length))
            return double.NaN;
        double step = RelativeStep * (norm > 0 ? norm : 1) / length;
        Move(step);
        float[] ahead = gradient.Values.Span.ToArray();
        Move(-step);
        ReadOnlySpan<float> behind = gradient.Values.Span;
        int unmasked = 0;
        foreach (float value in direction)
            unmasked += Math.Abs(value) >= Mask ? 1 : 0;
        var quotients = new List<double>(MedianElements);
        double every = Math.Max(1, (double)unmasked / MedianElements), next = 0;
        for (int i = 0, seen = 0; i < direction.Length; i++)
            if (Math.Abs(direction[i]) >= Mask && seen++ >= next)
            {
                quotients.Add(Math.Abs(((double)ahead[i] - behind[i]) / (2 * step) / direction[i]));
                next += every;
            }
        quotients.Sort();
        return quotients.Count == 0 ? double.NaN : SignificantDigits.Round((quotients[(quotients.Count - 1) / 2] + quotients[quotients.Count / 2]) / 2);

        void Move(double distance)
        {
            Span<float> parameters = copy.Parameters.Span;
            for (int i = 0; i < parameters.Length; i++)
                parameters[i] = (float)(place[i] + distance * direction[i]);
            copy.ParametersChanged();
            gradient.Compute();
        }
    }
}
