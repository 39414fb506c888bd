using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Checkpoints;
using MLNet.WeightInit.Engine.Training.Metrics;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Minimizes the mean loss of all rows, with λ/2 of the weights' squares, as one function of the network's parameters.</summary>
/// <remarks>Rows pass batch by batch, in one order; each batch's gradient is in 32 bits, as in any step, and the batches are summed in double. The penalty and all that the minimizer computes are in double; a place is rounded to the
/// network's 32 bits before it is evaluated, so that value and gradient belong to it.</remarks>
internal sealed class FullBatchDescent : IObjective
{
    readonly LbfgsMinimizer _minimizer;
    readonly FeedForwardNetwork _network;
    readonly TrainingStep _step;
    readonly TrainingOptions _options;
    readonly int[] _rows;
    readonly double _weightDecay, _tolerance;
    readonly Func<int, bool> _isCancelled;

    /// <summary>Roots of the parameters' rate multipliers; null where all are 1.</summary>
    readonly double[]? _scales;
    MetricTotal? _metric;
    double _lastLossSum;

    /// <param name="step">Computes losses and gradients; nobody lets it move a parameter.</param>
    /// <param name="rows">In the order of their sums.</param>
    /// <param name="weightDecay">λ, of the weights; biases have none.</param>
    /// <param name="rateMultipliers">One a tensor: weights, then biases, layer by layer; then one a table of embeddings. A number w of rate m is minimized as w/√m, whose gradient is √m times w's: a step along the
    /// gradient is m times as long then, and one of rate 0 stays.</param>
    /// <param name="isCancelled">Asked before each batch, which it gets the number of; may throw.</param>
    public FullBatchDescent(Lbfgs optimizer, FeedForwardNetwork network, TrainingStep step, TrainingOptions options, int[] rows, double weightDecay, IReadOnlyList<float> rateMultipliers, Func<int, bool> isCancelled)
    {
        _network = network;
        _step = step;
        _options = options;
        _rows = [.. rows];
        _weightDecay = weightDecay;
        _tolerance = optimizer.Tolerance;
        _isCancelled = isCancelled;
        _scales = Scales(network, rateMultipliers);
        _minimizer = new LbfgsMinimizer(network.Parameters.Length, optimizer.Memory, optimizer.Tolerance);
        TakePoint();
    }

    /// <summary>Sum of weight · loss over the rows, without the penalty, where the network is.</summary>
    public double LossSum { get; private set; }

    /// <summary>In directions.</summary>
    public double StepLength => _minimizer.StepLength;

    /// <summary>Evaluations of the last iteration.</summary>
    public int LastEvaluations { get; private set; }

    /// <summary>Euclidean norm of the gradient with the penalty's, where the network is.</summary>
    public double GradientNorm => Math.Sqrt(DoubleVectors.Dot(_minimizer.Gradient, _minimizer.Gradient));

    /// <summary>What it took, for the end of a sentence.</summary>
    public string Cost => string.Create(CultureInfo.InvariantCulture, $" in {_minimizer.Evaluations:N0} {(_minimizer.Evaluations == 1 ? "pass" : "passes")} over the rows");

    /// <summary>Why it goes no further after an epoch, or null where it does.</summary>
    public string? Reason(int epoch) => _minimizer.End switch
    {
        MinimizerEnd.Converged => string.Create(CultureInfo.InvariantCulture, $"Converged in epoch {epoch},{Cost}: no number of the gradient is above {_tolerance}."),
        MinimizerEnd.Stalled => string.Create(CultureInfo.InvariantCulture, $"Converged in epoch {epoch},{Cost}: the loss fell by less than {LbfgsMinimizer.SmallestFall:0.0E-0}."),
        MinimizerEnd.NoDescent => $"Stopped in epoch {epoch},{Cost}: no step against the gradient lowers the loss any more, as far as 32-bit numbers show.",
        _ => null,
    };

    /// <summary>One iteration. The network has the place that it ended at.</summary>
    /// <param name="metric">Has all rows there afterwards; null for none.</param>
    public MinimizerEnd Iterate(MetricTotal? metric)
    {
        _metric = metric;
        int before = _minimizer.Evaluations;
        MinimizerEnd end = _minimizer.Step(this);
        LastEvaluations = _minimizer.Evaluations - before;
        if (end is MinimizerEnd.Interrupted)
            Place(_minimizer.Point);
        else if (LastEvaluations > 0)
            LossSum = _lastLossSum;
        return end;
    }

    public void Exchange(StateExchange state)
    {
        _minimizer.Exchange(state);
        if (state.Restores)
            TakePoint();
    }

    public bool TryEvaluate(Span<double> point, Span<double> gradient, out double value)
    {
        Place(point);
        gradient.Clear();
        _metric?.Clear();
        double sum = value = 0;
        for (int first = 0, batch = 1; first < _rows.Length; first += _options.BatchSize, batch++)
        {
            if (_isCancelled(batch))
                return false;
            sum += _step.AddGradient(_rows.AsSpan(first, Math.Min(_options.BatchSize, _rows.Length - first)), gradient, _metric);
        }
        _lastLossSum = sum;
        foreach (ref double element in gradient)
            element /= _rows.Length;
        value = sum / _rows.Length + AddPenalty(gradient);
        for (int i = 0; i < _scales?.Length; i++)
            gradient[i] *= _scales[i];
        return true;
    }

    /// <summary>λ/2 Σ w² over all weights and embeddings, whose gradient is added.</summary>
    double AddPenalty(Span<double> gradient)
    {
        double squares = 0;
        foreach (LayerLayout layer in _network.Layout.Layers)
            squares += AddDecay(gradient, layer.WeightOffset, layer.WeightLength);
        foreach (EmbeddingLayout embedding in _network.Layout.Embeddings)
            squares += AddDecay(gradient, embedding.Offset, embedding.Length);
        return _weightDecay / 2 * squares;
    }

    double AddDecay(Span<double> gradient, long offset, long length)
    {
        Span<float> weights = _network.Parameters.Span.Slice((int)offset, (int)length);
        DoubleVectors.AddScaled(weights, _weightDecay, gradient.Slice((int)offset, (int)length));
        return FixedOrderSums.SumAndSquares(weights).SquaredSum;
    }

    void TakePoint()
    {
        Span<float> parameters = _network.Parameters.Span;
        Span<double> point = _minimizer.Point;
        for (int i = 0; i < point.Length; i++)
            point[i] = _scales is { } scales && scales[i] > 0 ? parameters[i] / scales[i] : parameters[i];
    }

    /// <summary>Puts a place into the network, and rounds it to what the network holds.</summary>
    void Place(Span<double> point)
    {
        Span<float> parameters = _network.Parameters.Span;
        if (_scales is not { } scales)
        {
            for (int i = 0; i < point.Length; i++)
                point[i] = parameters[i] = (float)point[i];
            return;
        }
        for (int i = 0; i < point.Length; i++)
            if (scales[i] > 0)
                point[i] = (parameters[i] = (float)(scales[i] * point[i])) / scales[i];
    }

    static double[]? Scales(FeedForwardNetwork network, IReadOnlyList<float> rateMultipliers)
    {
        if (rateMultipliers.All(multiplier => multiplier == 1))
            return null;
        var scales = new double[network.Parameters.Length];
        Array.Fill(scales, 1);
        int tensor = 0;
        foreach (LayerLayout layer in network.Layout.Layers)
        {
            Set(layer.WeightOffset, layer.WeightLength);
            Set(layer.BiasOffset, layer.BiasLength);
        }
        foreach (EmbeddingLayout embedding in network.Layout.Embeddings)
            Set(embedding.Offset, embedding.Length);
        return scales;

        void Set(long offset, long length) => scales.AsSpan((int)offset, (int)length).Fill(Math.Sqrt(rateMultipliers[tensor++]));
    }
}
