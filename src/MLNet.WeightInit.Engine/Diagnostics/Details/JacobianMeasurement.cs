using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>The Jacobian of the hidden layers, at rows of a probe, in double precision.</summary>
internal sealed class JacobianMeasurement
{
    /// <summary>Of every hidden layer, for the whole Jacobian.</summary>
    const int WidestExact = 256;

    public const int Probes = 30;

    const int MostRows = 8, FewestProbes = 4;

    /// <summary>Multiplications that the Jacobians, and the products with vectors, may take.</summary>
    const double MostWork = 1.5e9;

    readonly IReadOnlyList<LayerProbe> _layers;
    readonly WorkerPool _pool;
    readonly double[][] _slopes;

    JacobianMeasurement(IReadOnlyList<LayerProbe> layers, double[][] slopes, WorkerPool pool) => (_layers, _slopes, _pool) = (layers, slopes, pool);

    /// <param name="layers">The hidden layers alone.</param>
    /// <returns>Null for less than two, under normalization, whose derivative isn't a row's own, and where a pre-activation isn't finite.</returns>
    public static JacobianSpectrum? Measure(IReadOnlyList<LayerProbe> layers, int rows, Func<ActivationCurve> curve, long seed, WorkerPool pool)
    {
        if (layers.Count < 2 || layers.Any(layer => layer.IsNormalized) || rows == 0)
            return null;
        bool isExact = layers.All(layer => layer.Units <= WidestExact);
        double products = layers.Skip(1).Sum(layer => (double)layer.Inputs * layer.Units);
        int used = isExact ? (int)Math.Clamp(MostWork / (products * layers[0].Units), 1, Math.Min(MostRows, rows)) : 1;
        var figures = new Figures();
        ActivationCurve slope = curve();
        for (int i = 0; i < used; i++)
        {
            int row = (int)((long)rows * i / used);
            double[][] slopes = [.. layers.Select(layer => Slopes(layer, row, slope))];
            if (slopes.Any(values => values.Any(value => !double.IsFinite(value))))
                return null;
            var jacobian = new JacobianMeasurement(layers, slopes, pool);
            if (isExact)
                figures.Add(jacobian.Values());
            else
                figures.Add(jacobian.Estimate(seed, (int)Math.Clamp(MostWork / (4 * products), FewestProbes, Probes)));
        }
        return figures.Spectrum(used, isExact, Predicted(layers, rows, slope));
    }

    /// <summary>var(s²) / mean(s²)² by free probability, layer by layer: m₂ / m₁² of the eigenvalues of J Jᵀ gains E φ′⁴ / (E φ′²)² − 1 by the derivatives; by n × m independent weights it becomes 1 + m₂ / m₁² · n / m; by orthogonal ones
    /// it comes nearer to 1 by the share of m directions that are kept, or grows by those that are 0 (Pennington et al. 2018, section 2, for square layers).</summary>
    static double Predicted(IReadOnlyList<LayerProbe> layers, int rows, ActivationCurve curve)
    {
        if (layers[0].Residual != ResidualPlace.None)
            return double.NaN;
        double ratio = 1;
        ReadOnlySpan<double> nodes = GaussianQuadrature.Nodes, weights = GaussianQuadrature.Weights;
        float[] points = new float[nodes.Length], values = new float[nodes.Length], slopes = new float[nodes.Length];
        for (int index = 1; index < layers.Count; index++)
        {
            LayerProbe before = layers[index - 1], layer = layers[index];
            double sum = 0, squares = 0, second = 0, fourth = 0, growth = (double)layer.Units / layer.Inputs;
            for (int row = 0; row < rows; row++)
            {
                (double rowSum, double rowSquares) = FixedOrderSums.SumAndSquares(before.PreActivations.Span.Slice(row * before.Stride, before.Units));
                (sum, squares) = (sum + rowSum, squares + rowSquares);
            }
            (double mean, double variance) = FixedOrderSums.MeanAndVariance(sum, squares, (long)rows * before.Units);
            for (int i = 0; i < points.Length; i++)
                points[i] = (float)(mean + Math.Sqrt(variance) * nodes[i]);
            curve.Evaluate(points, values, slopes);
            for (int i = 0; i < points.Length; i++)
            {
                double square = (double)slopes[i] * slopes[i];
                (second, fourth) = (second + weights[i] * square, fourth + weights[i] * square * square);
            }
            ratio += fourth / (second * second) - 1;
            ratio = !OrthogonalWeights.Are(layer.Weights, layer.Units, layer.Inputs) ? 1 + ratio * growth : growth <= 1 ? growth * ratio + 1 - growth : ratio * growth;
        }
        return ratio * layers[0].Units / layers[^1].Units - 1;
    }

    static double[] Slopes(LayerProbe layer, int row, ActivationCurve curve)
    {
        float[] values = new float[layer.Units], slopes = new float[layer.Units];
        curve.Evaluate(layer.PreActivations.Span.Slice(row * layer.Stride, layer.Units), values, slopes);
        return [.. slopes.Zip(layer.PreActivations.Span.Slice(row * layer.Stride, layer.Units).ToArray(), (slope, z) => float.IsFinite(z) ? (double)slope : double.NaN)];
    }

    /// <summary>All singular values, as many as the first layer has units.</summary>
    double[] Values()
    {
        int units = _layers[0].Units, outputs = _layers[^1].Units;
        var unit = new double[units * units];
        for (int i = 0; i < units; i++)
            unit[i * units + i] = 1;
        double[] jacobian = Forward(unit, units);
        if (outputs < units)
        {
            var transposed = new double[jacobian.Length];
            for (int output = 0; output < outputs; output++)
                for (int input = 0; input < units; input++)
                    transposed[input * outputs + output] = jacobian[output * units + input];
            return [.. SingularValues.Of(transposed, units, outputs), .. new double[units - outputs]];
        }
        return SingularValues.Of(jacobian, outputs, units);
    }

    (double MeanSquare, double MeanFourth, double Largest) Estimate(long seed, int probes)
    {
        int units = _layers[0].Units;
        var random = new RandomSource(seed, "diagnostics/jacobian");
        var signs = new double[units * probes];
        for (int i = 0; i < signs.Length; i++)
            signs[i] = (random.NextUInt32() & 1) == 0 ? 1 : -1;
        double[] forward = Forward(signs, probes), back = Back(forward, probes);
        double square = DoubleVectors.Dot(forward, forward) / ((double)units * probes), fourth = DoubleVectors.Dot(back, back) / ((double)units * probes);
        (double[] values, _) = LanczosBidiagonal.Run([.. signs.AsSpan(0, units)], (vector, product) => Forward(vector, 1).CopyTo(product.AsSpan()), (vector, product) => Back(vector, 1).CopyTo(product.AsSpan()), _layers[^1].Units, Math.Min(probes, Math.Min(units, _layers[^1].Units)));
        return (square, fourth, values.Length > 0 ? values[0] : 0);
    }

    /// <summary>J times some vectors.</summary>
    /// <param name="vectors">Row-major [units of the first layer × columns].</param>
    double[] Forward(double[] vectors, int columns)
    {
        double[] current = vectors, stream = vectors;
        for (int index = 1; index < _layers.Count; index++)
        {
            LayerProbe layer = _layers[index];
            double[] before = current, slopes = _slopes[index - 1], next = layer.Residual == ResidualPlace.End ? [.. stream] : new double[layer.Units * columns];
            Run(layer.Units, unit =>
            {
                Span<double> sums = next.AsSpan(unit * columns, columns);
                for (int input = 0; input < layer.Inputs; input++)
                    if (layer.Weights[unit * layer.Inputs + input] * slopes[input] is var factor && factor != 0)
                        DoubleVectors.AddScaled(before.AsSpan(input * columns, columns), factor, sums);
            });
            current = next;
            if (layer.Residual == ResidualPlace.End)
                stream = next;
        }
        return current;
    }

    /// <summary>Jᵀ times some vectors.</summary>
    /// <param name="vectors">Row-major [units of the last layer × columns].</param>
    double[] Back(double[] vectors, int columns)
    {
        double[] current = vectors, stream = vectors;
        for (int index = _layers.Count - 1; index > 0; index--)
        {
            LayerProbe layer = _layers[index];
            bool isStream = _layers[index - 1].Residual is ResidualPlace.Stem or ResidualPlace.End;
            double[] after = current, slopes = _slopes[index - 1], next = isStream ? [.. stream] : new double[layer.Inputs * columns];
            Run(layer.Inputs, input =>
            {
                if (slopes[input] == 0)
                    return;
                Span<double> sums = next.AsSpan(input * columns, columns);
                for (int unit = 0; unit < layer.Units; unit++)
                    DoubleVectors.AddScaled(after.AsSpan(unit * columns, columns), layer.Weights[unit * layer.Inputs + input] * slopes[input], sums);
            });
            current = next;
            if (isStream)
                stream = next;
        }
        return current;
    }

    /// <summary>Units are shared among threads: no sum crosses them.</summary>
    void Run(int units, Action<int> unit)
    {
        const int Chunk = 16;
        _pool.Run((units + Chunk - 1) / Chunk, chunk =>
        {
            for (int i = chunk * Chunk; i < Math.Min(units, (chunk + 1) * Chunk); i++)
                unit(i);
        });
    }

    /// <summary>Gathers rows' figures.</summary>
    sealed class Figures
    {
        readonly List<double> _values = [], _squares = [], _variances = [];
        double _largest, _smallest = double.NaN;

        public void Add(double[] values)
        {
            double square = 0, fourth = 0;
            foreach (double value in values)
                (square, fourth) = (square + value * value / values.Length, fourth + value * value * (value * value) / values.Length);
            _values.AddRange(values);
            Add(square, fourth, values[0]);
            double smallest = values[^1] > 1e-14 * values[0] ? values[^1] : 0;
            _smallest = double.IsNaN(_smallest) ? smallest : Math.Min(_smallest, smallest);
        }

        public void Add((double MeanSquare, double MeanFourth, double Largest) estimate) => Add(estimate.MeanSquare, Math.Max(estimate.MeanFourth, estimate.MeanSquare * estimate.MeanSquare), estimate.Largest);

        void Add(double square, double fourth, double largest)
        {
            _squares.Add(square);
            _variances.Add(fourth / (square * square) - 1);
            _largest = Math.Max(_largest, largest);
        }

        public JacobianSpectrum Spectrum(int rows, bool isExact, double predicted)
        {
            _values.Sort();
            return new JacobianSpectrum
            {
                Rows = rows,
                IsExact = isExact,
                MeanSquare = SignificantDigits.Round(_squares.Sum() / rows),
                RelativeVariance = Variance(_variances.Sum() / rows),
                PredictedRelativeVariance = Variance(predicted),
                LargestSingularValue = SignificantDigits.Round(_largest),
                SmallestSingularValue = SignificantDigits.Round(_smallest),
                LowerDecile = Quantile(0.1),
                Median = Quantile(0.5),
                UpperDecile = Quantile(0.9),
            };
        }

        /// <summary>Where all are equal, rounding leaves some 10⁻¹⁶ of either sign.</summary>
        static double Variance(double value) => Math.Abs(value) < 1e-12 ? 0 : SignificantDigits.Round(value);

        double Quantile(double share) => _values.Count == 0 ? double.NaN : SignificantDigits.Round(_values[(int)Math.Min(_values.Count - 1, share * _values.Count)]);
    }
}
