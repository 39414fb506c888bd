using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using NormalLaw = MathNet.Numerics.Distributions.Normal;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Parts of theory against closed forms, in networks whose layers are unlike: an index or a fan that is one off shows.</summary>
[TestFixture]
internal sealed class TheoryOracleTests
{
    [Test]
    public void A_band_is_that_of_a_normal_logarithm_of_the_mean_square()
    {
        var fluctuation = new Fluctuation(0.2, 0.04);
        (double low, double high) = fluctuation.Band(3, deviations: 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NormalLaw.InvCDF(0, 1, 0.975), Is.EqualTo(Fluctuation.Deviations95).Within(1e-9));
            Assert.That(Math.Log(low * low / 9), Is.EqualTo(0.2 - 0.4).Within(1e-12));
            Assert.That(Math.Log(high * high / 9), Is.EqualTo(0.2 + 0.4).Within(1e-12));
            Assert.That(fluctuation.Distance(high, 3), Is.EqualTo(2).Within(1e-12));
            Assert.That(fluctuation.Distance(3, 3), Is.EqualTo(1).Within(1e-12), "the middle is at e^0.1");
        }
    }

    /// <summary>Hard-tanh passes no gradient beyond ±1: at variance 4, for rows that have nothing in common, 2 Φ(−½)^rows. Borders lie between nodes, half a cell of 1/64 off at most: 0.0055 of Φ.</summary>
    [TestCase(1)]
    [TestCase(3)]
    public void Units_die_on_both_sides(int rows)
    {
        double share = DeadUnitPrediction.Share(new GaussianQuadrature(), Curve("HardTanh"), 4, 0, rows), tail = NormalLaw.CDF(0, 1, -0.5);
        Assert.That(share, Is.EqualTo(2 * Math.Pow(tail, rows)).Within(2 * rows * Math.Pow(tail, rows - 1) * 0.0055));
    }

    /// <summary>tanh with σw² = 1.5 and σb² = 0.05, whose q* is 0.4180 and χ₁ 0.939 (DepthScalesTests): of layers of 40, 100 and 60 units, each with its own fan-in.</summary>
    [Test]
    public void Fixed_points_are_of_each_layers_own_fan_in()
    {
        DepthScales scales = Scales("Tanh", [40, 100, 60], (inputs, _) => new WeightMoments(0, 1.5 / inputs, 0, 0.05));
        Assert.That(scales.FixedPoint, Is.EqualTo(0.4180).Within(5e-5));
        Assert.That(scales.GradientGrowth, Is.EqualTo(0.939).Within(5e-4));
    }

    /// <summary>ReLU of mean ½ and deviation s: E φ² = (¼ + s²) Φ(½ / s) + ½ s φ(½ / s); q* = E φ² + 0.1.</summary>
    [Test]
    public void Fixed_points_have_the_biases_mean()
    {
        DepthScales scales = Scales("ReLU", [50, 50, 50], (inputs, _) => new WeightMoments(0, 1.0 / inputs, 0.5, 0.1));
        double q = scales.FixedPoint, s = Math.Sqrt(q);
        Assert.That((0.25 + q) * NormalLaw.CDF(0, 1, 0.5 / s) + 0.5 * s * NormalLaw.PDF(0, 1, 0.5 / s) + 0.1, Is.EqualTo(q).Within(1e-4));
    }

    /// <summary>q′ = σw² q / p + σb², with σw² = 0.4 and p = 0.8: half of the variance is the weights' at q* = 0.2, and a deviation halves.</summary>
    [Test]
    public void Dropout_is_part_of_the_variances_slope()
    {
        DepthScales scales = Scales("Identity", [50, 50, 50], (inputs, _) => new WeightMoments(0, 0.4 / inputs, 0, 0.1), dropout: new Dropout(0.2f, isAlpha: false));
        Assert.That(scales.FixedPoint, Is.EqualTo(0.2).Within(1e-5));
        Assert.That(scales.StabilitySlope, Is.EqualTo(0.5).Within(1e-4));
    }

    /// <summary>γ² = 4 is the variance in every layer. ReLU's χ₁ is σw² / 2 times γ² over the next sums' variance, σw² γ² / 2: one.</summary>
    [Test]
    public void Normalization_to_a_scale_has_that_variance()
    {
        DepthScales scales = Scales("ReLU", [50, 50, 50], (inputs, _) => new WeightMoments(0, 3.0 / inputs, 0, 0), change: layer => With(layer, scale: 2));
        Assert.That(scales.FixedPoint, Is.EqualTo(4).Within(1e-9));
        Assert.That(scales.GradientGrowth, Is.EqualTo(1).Within(1e-6));
    }

    /// <summary>Over three steps a gradient of 8 is 64 squared, 4 a block; distances fall from 0.5 to 0.1, by a factor e every 3 / ln 5 layers.</summary>
    [Test]
    public void Residual_blocks_have_means_over_the_way()
    {
        LayerProbe[] layers = [.. Enumerable.Range(0, 5).Select(_ => With(Layer(10, 10), residual: ResidualPlace.Stem))];
        SimilarityLayer[] similarities = [.. new[] { 0.5, 0.6, 0.8, 0.9, 0.95 }.Select(c => new SimilarityLayer(0, 1, [c], 1, null))];
        DepthScales scales = DepthScales.Of(layers, new WeightMoments[5], Curve("ReLU"), similarities, 8, null);
        Assert.That(scales.GradientGrowth, Is.EqualTo(4).Within(1e-9));
        Assert.That(scales.SimilarityDepth, Is.EqualTo(3 / Math.Log(5)).Within(1e-9));
    }

    /// <summary>f less its biases is (1, 2) and (3, −1), δ (1, 1) and (2, 0): (9 + 36) / ((2 + 4) · q), of q the weights' share.</summary>
    [Test]
    public void Alignment_is_of_outputs_without_their_biases_and_of_the_weights_variance()
    {
        LayerProbe output = Probes.Layer([[1.5f, 1], [3.5f, -2]], biases: [0.5f, -1], gradients: [[1, 1], [2, 0]]);
        Assert.That(GradientAlignment.AtOutput(output, new SimilarityLayer(0, 4, [0], 0.75, null), 2), Is.EqualTo(45 / (6 * 0.75 * 4)).Within(1e-6));
    }

    /// <summary>One hidden layer of n ReLU units: (κ e^−ln length − 1) / n through the derivatives, and as much through the weights, whose norms orthogonal ones keep (of 10 outputs of 40 units all, of 40 of 10 a quarter isn't there).</summary>
    [TestCase(10, false, 2)]
    [TestCase(10, true, 1)]
    [TestCase(80, true, 1.5)]
    public void The_share_along_the_signal_grows_by_mask_and_weights(int outputs, bool isOrthogonal, double times)
    {
        LayerProbe[] layers = [Layer(20, 40), Layer(40, outputs)];
        SimilarityLayer[] similarities = [new(0, 1, [0], 1, CorrelatedMoments.Of(Curve("ReLU"), 0, 1)), new(0, 1, [0], 1, null)];
        GradientAlignment.Step step = GradientAlignment.Of(layers, similarities, [isOrthogonal, isOrthogonal], 5, [9, 0.5])[0];
        Assert.That(step.Growth, Is.EqualTo(1 + times * (5 * Math.Exp(-0.5) - 1) / 40).Within(1e-6));
        // Mask and weights: also what orthogonal ones take for it from the rest, whose chance goes with it.
        Assert.That(step.Added, Is.EqualTo(2 * (5 * Math.Exp(-0.5) - 1) / 40 / step.Growth).Within(1e-6));
    }

    /// <summary>Rows of lengths 1 and 3 in one group (ln's variance by first order: 2 / 8 = mean 2, squares 1 + 9), and of eight groups of equal lengths none, in whatever order they stand.</summary>
    [Test]
    public void Lengths_within_groups_are_told_from_those_between()
    {
        (double, double)[] rows = [.. Enumerable.Range(0, 16).Select(i => (0.0, (double)(i * 5 % 8 + 1)))], unlike = [.. Enumerable.Range(0, 16).Select(i => (0.0, i * 5 % 16 < 2 ? i * 5 % 16 * 2 + 1 : 100.0))];
        Assert.That(MeanFieldRecursion.VarianceWithinGroups(rows), Is.Zero.Within(1e-12));
        // The shortest two, 1 and 3, are one group: (1 + 9) / 4 − 2 = ½ of 16 rows.
        Assert.That(MeanFieldRecursion.VarianceWithinGroups(unlike), Is.EqualTo(0.5 / 16).Within(1e-12));
    }

    /// <summary>Hard-tanh's E φ² for rows of lengths 1, 4, 9, … that stand in no order, each with its own sum: eight groups of one, so no row is averaged with another.</summary>
    [Test]
    public void Groups_are_of_rows_in_the_order_of_their_lengths()
    {
        (double Sum, double SquaredSum)[] rows = [.. Enumerable.Range(0, 16).Select(i => (i * 5 % 16 / 2 * 0.3, Math.Pow(i * 5 % 16 / 2 + 1, 2)))];
        LayerProbe[] layers = [Layer(9, 30), Layer(30, 4)];
        WeightMoments[] moments = [new(0.1, 0.05, 0, 0), new(0, 0.1, 0, 0)];
        var quadrature = new GaussianQuadrature();
        double expected = rows.Average(row => quadrature.Moments(Curve("HardTanh"), 0.1 * row.Sum, Math.Sqrt(0.05 * row.SquaredSum)).SquaredValue) * 30 * 0.1;
        Assert.That(MeanFieldRecursion.Predict(layers, moments, Curve("HardTanh"), rows)[1].Deviation, Is.EqualTo(Math.Sqrt(expected)).Within(1e-9));
    }

    /// <summary>Of 24 units two directions of a gradient are lost and the rest is divided by the deviation: γ² / q (1 − 2 / 24), with γ = 1.5 and q = 0.5 · 8; with batch normalization of 10 rows γ² E 1 / variance (1 − 2 / 10).</summary>
    [Test]
    public void Normalization_passes_gradients_back_by_its_scale_over_the_deviation()
    {
        WeightMoments[] moments = [new(0, 0.5, 0, 0), new(0, 1, 0, 0)];
        (double, double)[] rows = [.. Enumerable.Repeat((0.0, 8.0), 10)];
        double Of(double inverse) => MeanFieldRecursion.Predict([With(Layer(8, 24), scale: 1.5, inverse: inverse), Layer(24, 2)], moments, Curve("ReLU"), rows)[0].SquaredNormalization;
        // The epsilon of 1e-5 beside a variance of 4.
        Assert.That(Of(double.NaN), Is.EqualTo(2.25 / 4 * (1 - 2.0 / 24)).Within(1e-5));
        Assert.That(Of(0.3), Is.EqualTo(2.25 * 0.3 * (1 - 2.0 / 10)).Within(1e-9));
    }

    /// <summary>‖∂L/∂z‖² = units · E φ′² · E W² · the next normalization · that of the next layer.</summary>
    [Test]
    public void Gradients_pass_the_next_layers_normalization()
    {
        LayerProbe[] layers = [Layer(4, 10), With(Layer(10, 20), scale: 1), Layer(20, 3)];
        MeanFieldLayer[] predictions = [new(1, 0.5, 7), new(1, 0.25, 3), new(1, 1, 1)];
        WeightMoments[] moments = [new(0, 1, 0, 0), new(0, 0.2, 0, 0), new(0, 0.1, 0, 0)];
        double[] norms = MeanFieldRecursion.PredictGradientNorms(layers, moments, predictions, 1);
        Assert.That(norms[1] * norms[1], Is.EqualTo(20 * 0.25 * 0.1).Within(1e-12));
        Assert.That(norms[0] * norms[0], Is.EqualTo(10 * 0.5 * 0.2 * 3 * norms[1] * norms[1]).Within(1e-12));
    }

    /// <summary>A stem, a block of two layers and the output, normalized: sums and what their activation sees are told apart, and only ends of blocks are in the stream.</summary>
    [Test]
    public void Gradients_of_blocks_are_those_of_the_sums_in_the_stream()
    {
        LayerProbe[] layers = [With(Layer(4, 10), residual: ResidualPlace.Stem, scale: 1), With(Layer(10, 10), residual: ResidualPlace.Inner, scale: 1), With(Layer(10, 10), residual: ResidualPlace.End, scale: 1), Layer(10, 3)];
        MeanFieldLayer[] predictions = [new(1, 1, 0.5), new(1, 1, 0.25), new(1, 1, 2), new(1, 1, 1)];
        double[] growths = [3, 5, 7];
        double[] norms = ResidualGradients.Norms(layers, 2, index => growths[index], predictions);
        // End: z 7 · 4 = 28, sums 2 · 28 = 56, the stream's own. Inner: z 5 · 56, sums a quarter. Stem: z 3 · 70, sums half of it and the stream's.
        Assert.That(norms.Select(norm => norm * norm), Is.EqualTo(new double[] { 210, 280, 28, 4 }).Within(1e-9));
        // From the end's sums, 1, the inner has 5 / 4 and the stem 3 · 5 / 4 / 2 + 1.
        Assert.That(ResidualGradients.StreamRatio(layers, index => growths[index], predictions), Is.EqualTo(Math.Sqrt(1 + 3 * 1.25 / 2)).Within(1e-9));
    }

    /// <summary>Mean, covariance and cosine of identity layers with weights and biases of their own means: m′ = n w m + b, q′ = n σw² (q + m²) + σb², and so for the product of two rows.</summary>
    [Test]
    public void Rows_cosines_have_the_means_of_weights_and_biases()
    {
        LayerProbe[] layers = [Layer(2, 30), Layer(30, 5)];
        WeightMoments[] moments = [new(0.1, 0.04, 0.3, 0.05), new(0.02, 0.01, -0.2, 0.06)];
        (double, double)[] rows = [(2, 5), (2, 5)];
        SimilarityLayer[] predicted = SimilarityRecursion.Predict(layers, moments, ActivationCurve.Identity, rows, new RowSimilarity([0, 1], [0.4], 1), null);
        double mean = 0.1 * 2 + 0.3, variance = 0.04 * 5 + 0.05, covariance = 0.04 * 0.4 * 5 + 0.05;
        double nextMean = 0.02 * 30 * mean - 0.2, nextVariance = 0.01 * 30 * (variance + mean * mean) + 0.06, nextCovariance = 0.01 * 30 * (covariance + mean * mean) + 0.06;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((predicted[0].Mean, predicted[0].Variance, predicted[0].WeightShare), Is.EqualTo((mean, variance, 0.2 / variance)).Within(1e-9));
            Assert.That(predicted[0].Similarity, Is.EqualTo((covariance + mean * mean) / (variance + mean * mean)).Within(1e-9));
            Assert.That((predicted[1].Mean, predicted[1].Variance, predicted[1].WeightShare), Is.EqualTo((nextMean, nextVariance, 1 - 0.06 / nextVariance)).Within(1e-6));
            Assert.That(predicted[1].Correlations[0], Is.EqualTo(nextCovariance / nextVariance).Within(1e-6));
        }
    }

    /// <summary>Dropout's masks add E w² Σ h² (1 / p − 1) to a layer whose weights have a mean, as to the variance of MeanFieldRecursion.</summary>
    [Test]
    public void Dropouts_noise_meets_the_mean_of_the_weights()
    {
        LayerProbe[] layers = [Layer(2, 30), Layer(30, 5)];
        WeightMoments[] moments = [new(0, 0.04, 0, 0.05), new(0.2, 0.01, 0, 0)];
        var dropout = new Dropout(0.2f, isAlpha: false);
        SimilarityLayer[] predicted = SimilarityRecursion.Predict(layers, moments, ActivationCurve.Identity, [(0, 5), (0, 5)], new RowSimilarity([0, 1], [0.4], 1), dropout);
        Assert.That(predicted[1].Variance, Is.EqualTo(30 * 0.25 * (0.01 / 0.8 + 0.04 * 0.25)).Within(1e-6));
    }

    /// <summary>16 groups of pairs whose mean and mean square are those of all pairs.</summary>
    [Test]
    public void Groups_of_rows_keep_the_mean_and_the_mean_square_of_their_cosines()
    {
        const int Rows = 32, Columns = 7;
        var values = new float[Rows * Columns];
        new RandomSource(3, "rows").FillNormal(values, 1);
        double mean = 0, square = 0;
        for (int a = 0; a < Rows; a++)
            for (int b = 0; b < a; b++)
            {
                double product = 0, left = 0, right = 0;
                for (int i = 0; i < Columns; i++)
                    (product, left, right) = (product + (double)values[a * Columns + i] * values[b * Columns + i], left + (double)values[a * Columns + i] * values[a * Columns + i], right + (double)values[b * Columns + i] * values[b * Columns + i]);
                double cosine = product / Math.Sqrt(left * right);
                (mean, square) = (mean + cosine / 496, square + cosine * cosine / 496);
            }
        double[] cosines = RowSimilarity.Of(values, Rows, Columns, Columns).Cosines;
        Assert.That(cosines.Average(), Is.EqualTo(mean).Within(1e-12));
        Assert.That(cosines.Average(cosine => cosine * cosine), Is.EqualTo(square).Within(1e-12));
    }

    [TestCase(new float[] { 1, 0, 0, 2 }, false, Description = "directions that are across, of unlike lengths")]
    [TestCase(new float[] { 1, 0.1f, -0.1f, 1 }, true)]
    [TestCase(new float[] { 1, 0.1f, 0, 1 }, false, Description = "a tenth of a length along one another")]
    public void Orthogonal_weights_have_one_length_and_right_angles(float[] weights, bool expected) => Assert.That(OrthogonalWeights.Are(weights, 2, 2), Is.EqualTo(expected));

    /// <summary>(Σ x)² / (n Σ x²) of the rows' means, and ln of the squares' ratio.</summary>
    [Test]
    public void The_rows_common_part_is_that_along_the_vector_of_ones()
    {
        ProbeRows rows = ProbeRows.Of([(2, 4), (6, 12)], 10, 1.5);
        Assert.That((rows.Count, rows.LengthSpread, rows.CommonShare), Is.EqualTo((2, 1.5, 4.0 * 4 / (8 * 10))));
        LayerProbe hidden = Probes.Layer([[1, 3], [5, 1]]), output = Probes.Layer([[1], [2]], gradients: [[1], [1]]);
        SimilarityLayer[] similarities = [new(0, 1, [0], 1, CorrelatedMoments.Of(ActivationCurve.Identity, 0, 2)), new(0, 1, [0], 1, null)];
        // Mean square 9 of an expected 4.
        Assert.That(OutputGradients.Of([hidden, output], similarities, RowSimilarity.Of([1, 0, 0, 1], 2, 2, 2), 2).LogLength, Is.EqualTo(Math.Log(9 / 4.0)).Within(1e-6));
    }

    static DepthScales Scales(string activation, int[] widths, Func<int, int, WeightMoments> moments, Dropout? dropout = null, Func<LayerProbe, LayerProbe>? change = null)
    {
        LayerProbe[] layers = [.. widths.Append(3).Select((units, layer) => (change ?? (same => same))(Layer(layer == 0 ? 8 : widths[layer - 1], units)))];
        WeightMoments[] all = [.. layers.Select((layer, index) => moments(layer.Inputs, layer.Units))];
        ActivationCurve curve = activation == "Identity" ? ActivationCurve.Identity : Curve(activation);
        return DepthScales.Of(layers, all, curve, SimilarityRecursion.Predict(layers, all, curve, [(0, 8), (0, 8)], new RowSimilarity([0, 1], [0.3], 1), dropout), 1, dropout);
    }

    static KernelCurve Curve(string activation) => new(Activations.Parse(activation), SimdLevels.Best);

    static LayerProbe Layer(int inputs, int units) => Probes.Layer([new float[units]], inputs: inputs);

    /// <param name="scale">Of a normalization; 0 for none.</param>
    /// <param name="inverse">Of batch normalization.</param>
    static LayerProbe With(LayerProbe layer, ResidualPlace residual = ResidualPlace.None, double scale = 0, double inverse = double.NaN) => new()
    {
        Name = layer.Name,
        Inputs = layer.Inputs,
        Units = layer.Units,
        Stride = layer.Stride,
        Activation = layer.Activation,
        PreActivations = layer.PreActivations,
        Activations = layer.Activations,
        PreActivationGradients = layer.PreActivationGradients,
        WeightGradients = layer.WeightGradients,
        Weights = layer.Weights,
        Biases = layer.Biases,
        IsNormalized = scale > 0,
        NormalizationScale = scale > 0 ? scale : 1,
        InverseVariance = inverse,
        Residual = residual,
    };
}
