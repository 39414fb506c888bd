using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Trains each hidden unit's incoming weights as a length and a direction, <c>w = g · v / ‖v‖</c>: the optimizer moves g and v, and the network keeps w.</summary>
/// <remarks>
/// Salimans and Kingma 2016, eq. 2 and 3. Training starts at v = w and g = ‖w‖, so exactly at the initializer's weights; the paper's own start from data is not taken, which is an initializer's matter. The output's
/// weights are as they are: they may start at 0, and then have no direction.
/// <para>Decay is g's alone. The penalty λ/2 ‖w‖² is λ/2 g², so that is the same pull as on w; v's length has no part in the function, and decay of it would only raise its rate (van Laarhoven 2017, section 3).
/// L1 is added to the gradient by w, before it is turned. Clipping is of the gradients by g, v and all else, as in PyTorch. Max-norm limits |g|, which is ‖w‖.</para>
/// </remarks>
internal sealed unsafe class WeightNormalization
{
    /// <summary>Squares of numbers this size are still normal.</summary>
    const float ShortestLength = 1e-15f;

    readonly WeightNormalizationKernel _kernel;
    readonly GradientKernel _gradientKernel;
    readonly WorkerPool _pool;
    readonly AlignedBuffer _parameters, _gradients;
    readonly NormalizedLayer[] _layers;
    readonly Panel[] _panels;
    readonly float _l1, _longest;
    readonly Action<int> _backwardPanel, _composePanel;

    /// <param name="network">With the weights that training starts from.</param>
    /// <param name="gradients">As <see cref="LengthWithGains"/> says.</param>
    /// <param name="l1">λ of λ Σ |w| over the hidden weights; 0 for none.</param>
    /// <param name="maxNorm">Longest that a hidden unit's weights may be; null: any length.</param>
    /// <exception cref="InvalidOperationException">A hidden unit's weights are all 0.</exception>
    public WeightNormalization(FeedForwardNetwork network, AlignedBuffer gradients, float l1, float? maxNorm, PassKernels kernels)
    {
        _kernel = WeightNormalizationKernel.Create(kernels.Level);
        _gradientKernel = GradientKernel.Create(kernels.Level);
        _pool = kernels.Pool;
        _parameters = network.Parameters;
        _gradients = gradients;
        _l1 = l1;
        _longest = maxNorm ?? float.PositiveInfinity;
        Trained = new AlignedBuffer(gradients.Length);
        _layers = new NormalizedLayer[network.Layout.Layers.Count - 1];
        var panels = new List<Panel>();
        long gains = network.Parameters.Length;
        for (int i = 0; i < _layers.Length; i++)
        {
            LayerLayout layer = network.Layout.Layers[i];
            _layers[i] = new NormalizedLayer(gains, layer.BiasLength);
            for (int panel = 0; panel < Panels.Count(layer.Outputs); panel++)
                panels.Add(new Panel(layer.WeightOffset + Panels.Offset(panel, layer.Inputs), gains + panel * Panels.Width, layer.Inputs, Panels.WidthOf(panel, layer.Outputs)));
            gains += layer.BiasLength;
        }
        _panels = [.. panels];
        Begin(network);
        _backwardPanel = BackwardPanel;
        _composePanel = ComposePanel;
    }

    /// <summary>v where the hidden layers' weights lie in the parameters, then g, layer by layer. What lies between them is not used.</summary>
    public AlignedBuffer Trained { get; }

    /// <summary>One a hidden layer, from the input on.</summary>
    public IReadOnlyList<NormalizedLayer> Layers => _layers;

    /// <summary>Floats of the parameters with one g a hidden unit, padded a layer, behind them: of gradients and of the optimizer's averages too.</summary>
    public static long LengthWithGains(FeedForwardNetwork network) => network.Parameters.Length + network.Layout.Layers.SkipLast(1).Sum(layer => (long)layer.BiasLength);

    /// <summary>Directions and lengths of the network's weights as they are.</summary>
    /// <exception cref="InvalidOperationException">A hidden unit's weights are all 0.</exception>
    public void Begin(FeedForwardNetwork network)
    {
        network.Parameters.Span.CopyTo(Trained.Span);
        foreach (Panel panel in _panels)
            _kernel.Lengths(Trained.Pointer + panel.Offset, panel.Inputs, panel.Width, Trained.Pointer + panel.Gains);
        CheckLengths(network);
    }

    /// <summary>From the gradient by the hidden weights to those by directions and lengths.</summary>
    public void TurnGradients() => ForEachPanel(_backwardPanel);

    /// <summary>The hidden weights from directions and lengths.</summary>
    public void Compose() => ForEachPanel(_composePanel);

    public void Exchange(StateExchange state) => state.Floats("weight normalization/directions and lengths", Trained.Span);

    void BackwardPanel(int index)
    {
        (long offset, long gains, int inputs, int width) = _panels[index];
        if (_l1 > 0)
            _gradientKernel.AddSigns(_parameters.Pointer + offset, (nint)inputs * width, _l1, _gradients.Pointer + offset);
        _kernel.Backward(Trained.Pointer + offset, Trained.Pointer + gains, _gradients.Pointer + offset, inputs, width, _gradients.Pointer + gains);
    }

    void ComposePanel(int index)
    {
        (long offset, long gains, int inputs, int width) = _panels[index];
        if (_longest < float.PositiveInfinity)
            _gradientKernel.Clamp(Trained.Pointer + gains, width, _longest);
        _kernel.Compose(Trained.Pointer + offset, Trained.Pointer + gains, inputs, width, _parameters.Pointer + offset);
    }

    void ForEachPanel(Action<int> body)
    {
        if (_parameters.Length >= DeferredUpdate.SerialLength)
        {
            _pool.Run(_panels.Length, body);
            return;
        }
        for (int panel = 0; panel < _panels.Length; panel++)
            body(panel);
    }

    void CheckLengths(FeedForwardNetwork network)
    {
        for (int layer = 0; layer < _layers.Length; layer++)
            for (int unit = 0; unit < network.Layout.Layers[layer].Outputs; unit++)
                if (Trained.Span[(int)_layers[layer].GainOffset + unit] is var length && !(length >= ShortestLength))
                    throw new InvalidOperationException(FormattableString.Invariant(
                        $"Weight normalization needs weights that have a direction, but those of unit {unit} of {network.Layout.Layers[layer].Name} start with a length of {length}. ")
                        + "Use an initializer, and a start of residual blocks, that gives every hidden unit weights other than 0, or leave WeightNormalization off.");
    }

    /// <param name="Offset">First float of v and of the weights.</param>
    /// <param name="Gains">First float of g.</param>
    readonly record struct Panel(long Offset, long Gains, int Inputs, int Width);
}

/// <summary>Where a layer's lengths g lie in <see cref="WeightNormalization.Trained"/>, in the gradients and in the optimizer's averages.</summary>
internal readonly record struct NormalizedLayer(long GainOffset, int GainLength);
