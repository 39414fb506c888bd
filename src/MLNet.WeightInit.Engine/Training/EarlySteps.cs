using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Records the first steps of a training, and keeps the weights that it starts from: loss, gradient and how far a step moves each layer. Looks only; allocates nothing after construction.</summary>
/// <remarks>A tensor is a layer's weights, from input to output, or a table of embeddings, which follow. Sums are in double precision, in an order that neither threads nor vector width change.</remarks>
internal sealed class EarlySteps
{
    /// <summary>Steps that are recorded: what happens in them is over before most trainings' first epoch is.</summary>
    public const int Most = 20;

    /// <summary>A network of more parameters is not copied.</summary>
    public const int MostParameters = 1 << 25;

    /// <summary>A lazily updated layer of more weights would take longer to be compared than a step takes.</summary>
    const int MostLazyWeights = 1 << 21;

    readonly FeedForwardNetwork _network;
    readonly (int Offset, int Length, bool IsCompared)[] _tensors;
    readonly AlignedBuffer? _start;
    readonly List<double> _losses = new(Most), _gradientNorms = new(Most), _updateRatios;
    AlignedBuffer? _before;

    /// <param name="network">With the weights that training starts from.</param>
    /// <param name="isOn">False: records nothing, and only passes on what a checkpoint holds.</param>
    public EarlySteps(FeedForwardNetwork network, bool isOn)
    {
        _network = network;
        IsOn = isOn;
        _tensors =
        [
            .. network.Layout.Layers.Select(layer => ((int)layer.WeightOffset, (int)layer.WeightLength, !layer.IsByInput || layer.WeightLength <= MostLazyWeights)),
            .. network.Layout.Embeddings.Select(table => ((int)table.Offset, (int)table.Length, true)),
        ];
        _updateRatios = new List<double>(Most * _tensors.Length);
        if (!isOn || network.Parameters.Length > MostParameters)
            return;
        _start = new AlignedBuffer(network.Parameters.Length);
        _before = new AlignedBuffer(network.Parameters.Length);
        network.Parameters.Span.CopyTo(_start.Span);
    }

    public bool IsOn { get; }

    /// <summary>Steps recorded.</summary>
    public int Count => _losses.Count;

    /// <summary>Layers and tables of embeddings.</summary>
    public int Tensors => _tensors.Length;

    /// <summary>Mean loss of each step's batch, before the step; of L-BFGS that of all rows where its iteration ended.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>Norm of each step's gradient, before clipping.</summary>
    public IReadOnlyList<double> GradientNorms => _gradientNorms;

    /// <summary>‖Δ‖ / ‖W‖ of a step, W before it; NaN where W is 0, where the loss wasn't finite, and where nobody compared.</summary>
    public double UpdateRatio(int step, int tensor) => _updateRatios[step * _tensors.Length + tensor];

    /// <summary>‖W − W₀‖ / ‖W₀‖ with the weights as they are now; NaN where W₀ is 0 or wasn't kept.</summary>
    public double Movement(int tensor) => _start is null ? double.NaN : Ratio(_start.Span, tensor);

    /// <summary>Whether training starts with a tensor that is all 0; false where that isn't known.</summary>
    public bool StartedAtZero(int tensor) => _start is not null && SquaredNorm(_start.Span, tensor) == 0;

    /// <summary>Before a step; true where it is to be recorded.</summary>
    /// <param name="step">Steps taken so far, in all of the training.</param>
    public bool Begin(long step)
    {
        if (!IsOn || step != _losses.Count || step >= Most)
            return false;
        if (_before is not null)
            foreach ((int offset, int length, bool isCompared) in _tensors)
                if (isCompared)
                    _network.Parameters.Span.Slice(offset, length).CopyTo(_before.Span[offset..]);
        return true;
    }

    /// <summary>After a step that <see cref="Begin"/> said yes to.</summary>
    public void End(double loss, double gradientNorm)
    {
        bool hasStepped = double.IsFinite(loss);
        _losses.Add(loss);
        _gradientNorms.Add(hasStepped ? gradientNorm : double.NaN);
        for (int tensor = 0; tensor < _tensors.Length; tensor++)
            _updateRatios.Add(hasStepped && _before is not null && _tensors[tensor].IsCompared ? Ratio(_before.Span, tensor) : double.NaN);
        if (_losses.Count == Most)
            _before = null;
    }

    /// <summary>The steps that were recorded so far; the weights that training started from are known to whoever goes on.</summary>
    /// <exception cref="InvalidDataException">There are other numbers than a step has.</exception>
    public void Exchange(StateExchange state)
    {
        state.Series("early steps/losses", _losses);
        state.Series("early steps/gradient norms", _gradientNorms);
        state.Series("early steps/update ratios", _updateRatios);
        if (_losses.Count > Most || _gradientNorms.Count != _losses.Count || _updateRatios.Count != _losses.Count * _tensors.Length)
            throw new InvalidDataException($"The checkpoint must have a gradient norm and {_tensors.Length} update ratios for each of at most {Most} early steps, and has {_losses.Count} losses, {_gradientNorms.Count} norms and {_updateRatios.Count} ratios: the file is damaged.");
    }

    double Ratio(ReadOnlySpan<float> reference, int tensor)
    {
        (int offset, int length, _) = _tensors[tensor];
        ReadOnlySpan<float> before = reference.Slice(offset, length);
        double norm = FixedOrderSums.SumAndSquares(before).SquaredSum;
        return norm > 0 ? Math.Sqrt(FixedOrderSums.SquaredDistance(_network.Parameters.Span.Slice(offset, length), before) / norm) : double.NaN;
    }

    double SquaredNorm(ReadOnlySpan<float> parameters, int tensor) => FixedOrderSums.SumAndSquares(parameters.Slice(_tensors[tensor].Offset, _tensors[tensor].Length)).SquaredSum;
}
