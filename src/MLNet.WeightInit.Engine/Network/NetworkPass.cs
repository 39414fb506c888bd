using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>Forward and backward through all layers, in buffers allocated once.</summary>
/// <remarks>4 bytes × rows × (features + units of all layers) × 2, and for activations whose derivative needs the pre-activation one more block of the widest layer; with residual blocks one of the stem.</remarks>
internal sealed unsafe class NetworkPass
{
    readonly LayerPass[] _layers;
    readonly SparseInput? _sparse;
    AlignedBuffer? _input;
    bool _readsSparse;
    readonly InputEncoder? _encoder;
    readonly int[] _keys;

    /// <param name="capacity">Rows of the largest batch.</param>
    /// <param name="gradients">Where ∂L/∂W and ∂L/∂b go, in the parameters' layout; null: forward only.</param>
    /// <param name="keepPreActivations">For probes.</param>
    /// <param name="sparse">For rows that are sparse; null where all are dense. Going back, all must be of the one kind.</param>
    /// <param name="dropout">After each hidden activation, while its <see cref="DropoutPass.Step"/> is set; null for none. Takes one more block a hidden layer.</param>
    public NetworkPass(FeedForwardNetwork network, int capacity, PassKernels kernels, AlignedBuffer? gradients, bool keepPreActivations = false, DropoutPass? dropout = null,
        SparseInput? sparse = null)
    {
        Network = network;
        Capacity = capacity;
        NetworkLayout layout = network.Layout;
        _encoder = layout.Encoding.IsPlain ? null : new InputEncoder(network, isScaled: true);
        _keys = new int[capacity * layout.Embeddings.Count];
        InputStride = Panels.RowStride(layout.Inputs);
        _sparse = sparse;
        ActivationKernel[] activations = [.. layout.Layers.Select(layer => Activations.Parse(layer.Activation).CreateKernel(kernels.Level, keepPreActivations ? 0 : Negligible.Signal))];
        var scratch = new PassScratch(layout, gradients is null ? 0 : capacity, activations.Any(kernel => !kernel.GradientFromOutput) && !keepPreActivations, kernels.Pool.Threads, sparse is not null);
        AlignedBuffer? stream = layout.BranchDepth > 0 ? new AlignedBuffer((long)capacity * Panels.RowStride(layout.Layers[0].Outputs)) : null;
        _layers = new LayerPass[layout.Layers.Count];
        for (int i = 0; i < _layers.Length; i++)
            _layers[i] = new LayerPass(network, i, gradients, activations[i], kernels, scratch, i == 0 ? null : _layers[i - 1], capacity, keepPreActivations,
                i == _layers.Length - 1 ? null : dropout, stream);
        Purpose = gradients is null ? PassPurpose.Scoring : PassPurpose.Probing;
        for (int i = 0; i < _layers.Length; i++)
            if (layout.Layers[i].SkipFrom is { } from)
                _layers[from].NextOfStream = _layers[i];
        if (gradients is not null && layout.Embeddings.Count > 0)
            _layers[0].Embeddings = Embeddings = new EmbeddingGradient(network, gradients, capacity, kernels, _keys);
    }

    public FeedForwardNetwork Network { get; }
    public int Capacity { get; }

    /// <summary>Whether any layer's work on the largest batch is enough to be handed out to threads.</summary>
    public bool SharesWork => _layers.Any(layer => layer.IsLargeFor(Capacity));

    /// <summary>What the next forward way is for: <see cref="PassPurpose.Scoring"/> for a pass without gradients, <see cref="PassPurpose.Probing"/> for another, unless it is set.</summary>
    public PassPurpose Purpose
    {
        get => _layers[0].Purpose;
        set
        {
            foreach (LayerPass layer in _layers)
                layer.Purpose = value;
        }
    }

    /// <summary>[Capacity][InputStride]; columns from the first layer's inputs on are zero and must stay so.</summary>
    public AlignedBuffer Input => _input ??= new AlignedBuffer((long)Capacity * InputStride);      // sparse rows never ask for it
    public int InputStride { get; }
    public IReadOnlyList<LayerPass> Layers => _layers;
    public LayerPass Last => _layers[^1];

    /// <summary>Takes rows of a data set as the next batch: into <see cref="Input"/>, or as sparse rows where they are and this pass is for them.</summary>
    public void Gather(BatchGatherer gatherer, ReadOnlySpan<int> rows)
    {
        _readsSparse = _sparse is not null && gatherer.Data.IsSparse;
        if (_readsSparse)
            gatherer.Gather(rows, _sparse!.Batch);
        else
        {
            gatherer.Gather(rows, Input.Pointer, InputStride);
            gatherer.GatherKeys(rows, _keys);
            _encoder?.Encode(Input.Pointer, InputStride, rows.Length, _keys);
        }
    }

    /// <summary>The gradient of the tables of embeddings; null where there are none, or for a pass that only goes forward.</summary>
    public EmbeddingGradient? Embeddings { get; }

    /// <summary>Runs the first <paramref name="rows"/> rows of <see cref="Input"/>, or the sparse rows that were gathered, to the logits.</summary>
    public void Forward(int rows)
    {
        if (_readsSparse)
            ForwardSparse(firstLayerWeights: null);
        else
            Forward(Input.Pointer, InputStride, rows, firstLayerWeights: null);
    }

    /// <summary>Runs the rows of <see cref="SparseInput.Batch"/> to the logits.</summary>
    /// <inheritdoc cref="Forward(float*, int, int, float*)" path="/param"/>
    public void ForwardSparse(float* firstLayerWeights)
    {
        _layers[0].Sparse = _sparse;
        Run(null, 0, _sparse!.Batch.Rows, firstLayerWeights);
    }

    /// <summary>Runs rows from anywhere to the logits.</summary>
    /// <param name="input">Rows that start <paramref name="stride"/> floats apart; nothing between a row's features and the next row is read.</param>
    /// <param name="firstLayerWeights">Another copy of the first layer's panels, or null for the network's own.</param>
    public void Forward(float* input, int stride, int rows, float* firstLayerWeights)
    {
        _layers[0].Sparse = null;
        Run(input, stride, rows, firstLayerWeights);
    }

    void Run(float* input, int stride, int rows, float* firstLayerWeights)
    {
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i].Forward(input, stride, rows, i == 0 ? firstLayerWeights : null);
            input = _layers[i].Passed.Pointer;
            stride = _layers[i].Stride;
        }
        GC.KeepAlive(this);                                    // layers read one another's blocks, and the input, by pointer
    }

    /// <summary>From ∂L/∂logits in the last layer's gradient to the gradients of all parameters.</summary>
    public void Backward()
    {
        for (int i = _layers.Length - 1; i >= 0; i--)
            _layers[i].Backward();
        GC.KeepAlive(this);
    }
}
