using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Text;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Trainability;

/// <summary>What a training's start says of its end: figures of the untrained network on the probe, of the optimizer and of the number of steps, each a logarithm or a share.</summary>
/// <remarks>
/// First-order figures: one step lowers the loss by η‖∂L/∂W‖² under gradient descent (η / (1 − β) with momentum) and by η‖∂L/∂W‖₁ under an optimizer that divides a gradient by its size; it moves a weight by η times the gradient,
/// or by η. The curvature is bounded by the trace of the Gauss-Newton matrix a row, Σ ‖h(l−1)‖² ‖∂f/∂z(l)‖².
/// </remarks>
internal static class StartFigures
{
    /// <summary>Logarithms are cut here, and where a figure is 0 or not finite.</summary>
    const double Lowest = -12, Highest = 12;

    /// <summary>Names of <see cref="Of"/>'s figures, in its order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "stability", "head speed", "hidden speed", "smallest move", "largest move", "gradient ratio", "signal ratio", "row differences", "row signal", "dead", "saturated", "initial loss", "steps", "depth", "width",
        "divides by size", "rate", "prior loss", "outputs", "first move", "lowest differences", "label by features", "label by neighbours", "label by hidden units",
    ];

    static readonly int[] s_ofRate = Places("stability", "head speed", "hidden speed", "smallest move", "largest move", "rate", "first move"), s_ofSteps = Places("head speed", "hidden speed", "steps");
    static readonly (int Linear, int Near) s_label = (Places("label by features")[0], Places("label by neighbours")[0]);

    static int[] Places(params string[] names) => [.. names.Select(name => Names.TakeWhile(other => other != name).Count())];

    /// <param name="layers">Measured on <paramref name="probe"/>.</param>
    /// <param name="steps">Updates that the training makes.</param>
    public static double[] Of(NetworkProbe probe, IReadOnlyList<LayerStatistics> layers, (double Sum, double SquaredSum)[] rows, TrainingOptions options, double priorLoss, long steps)
    {
        int last = layers.Count - 1;
        Step step = Step.Of(options);
        double scale = double.IsFinite(priorLoss) && priorLoss > 0 ? priorLoss : Math.Max(probe.Loss, 1e-3);
        double outputGradient = layers[last].PreActivationGradientNorm, inputSquare = rows.Average(row => row.SquaredSum);
        double trace = 0, reach = 0, hiddenSpeed = 0, smallest = double.PositiveInfinity, largest = 0, first = 0, dead = 0, saturated = 0, lowestDifference = 1;
        for (int index = 0; index <= last; index++)
        {
            LayerStatistics layer = layers[index];
            double square = index == 0 ? inputSquare : layers[index - 1].Outputs * MeanSquare(layers[index - 1].OutputMean, layers[index - 1].OutputDeviation);
            double sensitivity = outputGradient > 0 ? layer.PreActivationGradientNorm / outputGradient : 1;
            trace += square * sensitivity * sensitivity;
            reach += Math.Sqrt(layer.Inputs * square * layer.Outputs) * sensitivity;
            double element = layer.WeightGradientNorm / Math.Sqrt((double)layer.Inputs * layer.Outputs), move = step.Move(element) / Math.Max(layer.WeightDeviation, 0.1 / Math.Sqrt(layer.Inputs));
            (smallest, largest, first) = (Math.Min(smallest, move), Math.Max(largest, move), index == 0 ? move : first);
            if (index == last)
                continue;
            hiddenSpeed += step.Decrease(layer.WeightGradientNorm, probe.Layers[index].WeightGradients.Span, element);
            (dead, saturated) = (Math.Max(dead, layer.DeadFraction), Math.Max(saturated, layer.SaturatedFraction));
            lowestDifference = Math.Min(lowestDifference, Differences(probe.Layers[index], probe.Rows).Share);
        }
        (double share, double variance) = last > 0 ? Differences(probe.Layers[last - 1], probe.Rows) : (1, inputSquare);
        LayerStatistics begin = layers[0], end = layers[Math.Max(0, last - 1)];
        (double linear, double near, double hidden) = Labels(probe);
        return
        [
            Log(step.DividesBySize ? step.Rate * reach : step.Rate * trace / step.Bound),
            Log(HeadSpeed(probe, layers, step) * steps / scale),
            Log(hiddenSpeed * steps / scale),
            Log(smallest),
            Log(largest),
            last > 0 && end.PreActivationGradientNorm > 0 ? Log(begin.PreActivationGradientNorm / end.PreActivationGradientNorm) : 0,
            Log(Math.Sqrt(MeanSquare(end.PreActivationMean, end.PreActivationDeviation) / MeanSquare(begin.PreActivationMean, begin.PreActivationDeviation))),
            Log(share),
            Log(variance),
            dead,
            saturated,
            Log(probe.Loss / scale),
            Log(steps),
            Log(layers.Count),
            layers.Take(last).Sum(layer => Log(layer.Outputs)) / Math.Max(1, last),
            step.DividesBySize ? 1 : 0,
            Log(step.Rate),
            Log(scale),
            Log(layers[last].Outputs),
            Log(first),
            Log(lowestDifference),
            linear,
            near,
            hidden,
        ];
    }

    /// <summary>The same start at <paramref name="factor"/> times the learning rate: every figure that the rate enters is proportional to it.</summary>
    public static double[] AtRate(IReadOnlyList<double> figures, double factor) => Shifted(figures, ScalarMath.Log(factor) / ScalarMath.Log(10), s_ofRate);

    /// <summary>The same start with <paramref name="factor"/> times as many steps.</summary>
    public static double[] AtSteps(IReadOnlyList<double> figures, double factor) => Shifted(figures, ScalarMath.Log(factor) / ScalarMath.Log(10), s_ofSteps);

    /// <summary>The larger share of what the loss asks for that features tell of a row, from −1 to 1.</summary>
    public static double LabelShare(IReadOnlyList<double> figures) => Math.Max(figures[s_label.Linear], figures[s_label.Near]);

    static double[] Shifted(IReadOnlyList<double> figures, double shift, int[] places)
    {
        double[] shifted = [.. figures];
        foreach (int place in places)
            if (shifted[place] is > Lowest and < Highest)
                shifted[place] = Math.Clamp(shifted[place] + shift, Lowest, Highest);
        return shifted;
    }

    static (double Linear, double Near, double Hidden) Labels(NetworkProbe probe)
    {
        LayerProbe first = probe.Layers[0], output = probe.Layers[^1];
        var labels = new LabelRelation(output.PreActivationGradients.Span, probe.Rows, output.Units, output.Stride);
        (double linear, double near) = probe.SparseInputs is { } sparse ? labels.Of(sparse, first.Inputs) : labels.Of(probe.Inputs!.Span, first.Inputs, probe.InputStride);
        return (linear, near, probe.Layers.Count > 1 ? labels.LinearOf(probe.Layers[^2].Activations.Span, probe.Layers[^2].Units, probe.Layers[^2].Stride) : linear);
    }

    /// <summary>False for trainings of a kind that no cell of the study has.</summary>
    /// <param name="rows">That train.</param>
    public static bool AreKnown(TrainingOptions options, long rows)
        => options is { Optimizer.IsFullBatch: false, Optimizer.HasTrustRatio: false, Residual: null, Dropout: null, TiedWeights: false, WeightNormalization: false, Normalization: Normalization.None or Normalization.Layer }
            && !(options.WeightDecay > MostDecay * TrainingBudget.WeightDecay(options.Optimizer, rows, asked: null))
            && options is { MaxNorm: null, L1: 0, GradientClipping: null, Loss.LabelSmoothing: 0 }
            && options.Loss.Name is "SoftmaxCrossEntropy" or "BinaryCrossEntropy" or "Squared";

    /// <summary>A label that is the same in all rows leaves nothing to learn.</summary>
    public static bool IsLabelKnown(double priorLoss) => double.IsNaN(priorLoss) || priorLoss > LeastPriorLoss;

    /// <summary>Times the usual decay.</summary>
    const float MostDecay = 10;

    const double LeastPriorLoss = 1e-9;

    static double MeanSquare(double mean, double deviation) => mean * mean + deviation * deviation;

    static double Log(double value) => value > 0 ? Math.Clamp(ScalarMath.Log(Math.Min(value, 1e300)) / ScalarMath.Log(10), Lowest, Highest) : double.IsNaN(value) ? Highest : Lowest;

    /// <summary>How much of a layer's output tells rows apart: the share of its mean square that varies over rows, and that variance, summed over units.</summary>
    static (double Share, double Variance) Differences(LayerProbe layer, int rows)
    {
        ReadOnlySpan<float> block = layer.Activations.Span;
        double between = 0, all = 0;
        for (int unit = 0; unit < layer.Units; unit++)
        {
            double shift = block[unit], sum = 0, squares = 0;
            for (int row = 0; row < rows; row++)
            {
                double value = block[row * layer.Stride + unit] - shift;
                sum += value;
                squares += value * value;
            }
            double mean = sum / rows, variance = Math.Max(0, squares / rows - mean * mean);
            between += variance;
            all += variance + (mean + shift) * (mean + shift);
        }
        return (all > 0 ? between / all : 0, between);
    }

    /// <summary>What the output layer's weights gain a step from what tells rows apart: their gradient without the part that all rows share.</summary>
    static double HeadSpeed(NetworkProbe probe, IReadOnlyList<LayerStatistics> layers, Step step)
    {
        int last = layers.Count - 1;
        LayerProbe head = probe.Layers[last];
        if (last == 0)
            return step.Decrease(layers[0].WeightGradientNorm, head.WeightGradients.Span, layers[0].WeightGradientNorm / Math.Sqrt((double)head.Inputs * head.Units));
        LayerProbe below = probe.Layers[last - 1];
        ReadOnlySpan<float> inputs = below.Activations.Span, gradients = head.PreActivationGradients.Span;
        var means = new double[below.Units];
        for (int row = 0; row < probe.Rows; row++)
            for (int unit = 0; unit < means.Length; unit++)
                means[unit] += inputs[row * below.Stride + unit] / (double)probe.Rows;
        var sums = new float[below.Units * head.Units];
        for (int output = 0; output < head.Units; output++)
            for (int unit = 0; unit < below.Units; unit++)
            {
                double sum = 0;
                for (int row = 0; row < probe.Rows; row++)
                    sum += gradients[row * head.Stride + output] * (inputs[row * below.Stride + unit] - means[unit]);
                sums[output * below.Units + unit] = (float)sum;
            }
        double norm = Math.Sqrt(FixedOrderSums.SumAndSquares(sums).SquaredSum);
        return step.Decrease(norm, sums, norm / Math.Sqrt(sums.Length));
    }

    /// <summary>One step of an optimizer, to first order.</summary>
    /// <param name="Rate">The learning rate, with momentum that of a long run: η / (1 − β).</param>
    /// <param name="Bound">Of rate times curvature, up to which gradient descent is stable.</param>
    readonly record struct Step(double Rate, bool DividesBySize, double Epsilon, double Bound)
    {
        public static Step Of(TrainingOptions options)
        {
            var dynamics = TrainingDynamics.Of(options.Optimizer);
            double momentum = SpecificationText.Parse(options.Optimizer.Specification, "optimizer").ReadDouble("momentum", 0);
            return new Step(options.LearningRate / (1 - momentum), dynamics.DividesBySize || options.Optimizer.Name == "Lion", dynamics.Epsilon, 2 * (1 + momentum) / (1 - momentum));
        }

        public double Move(double element) => DividesBySize ? Rate * Share(element) : Rate * element;

        public double Decrease(double norm, ReadOnlySpan<float> gradient, double element)
        {
            if (!DividesBySize)
                return Rate * norm * norm;
            double sum = 0;
            foreach (float value in gradient)
                sum += Math.Abs(value);
            return Rate * sum * Share(element);
        }

        double Share(double element) => element > 0 ? element / (element + Epsilon) : 0;
    }
}
