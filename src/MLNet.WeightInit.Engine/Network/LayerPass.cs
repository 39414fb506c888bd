using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Kernels.Gemm;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>One dense layer of a pass: forward and backward side by side, over buffers that live as long as the training.</summary>
/// <remarks>
/// Blocks are row-major with <see cref="Stride"/> floats a row. Where the derivative follows from the output, the pre-activation is computed in the output's place and
/// overwritten; elsewhere it is kept in the gradient's place until the gradient comes, which then arrives by way of <see cref="PassScratch.Upstream"/>.
/// Chunks own disjoint outputs and every output is summed in one order, so neither their number nor the thread decides a bit.
/// </remarks>
internal sealed unsafe partial class LayerPass
{
    /// <summary>Multiply-adds below which handing out chunks costs more than it saves.</summary>
    const long SerialWork = 200_000;
    const int WantedChunks = 8;

    /// <summary>Floats of a layer's outputs up to which they are still in the first-level cache when all products are done: then the activation runs once.</summary>
    const int FirstLevelFloats = 4 * 1024;

    /// <summary>Inputs whose weight gradient one chunk computes: whole register tiles at every width, three cache lines of a row.</summary>
    const int InputBlock = 48;

    /// <summary>Floats of a block from which the weight gradient reads copies, a few columns of all rows together: in the block itself their rows share few sets of the
    /// first-level cache, and lie on more pages than its TLB holds (64 on common processors).</summary>
    const int PackFrom = 16 * 1024;

    /// <summary>Most parts that a large layer's panels are dealt out in for the weight gradient, each of which copies the inputs for itself.</summary>
    public const int MostPanelGroups = 4;

    /// <summary>Rows that one sweep of the weight gradient sums: 32 columns of as many rows stay in the first-level cache.</summary>
    const int SweepRows = 256;

    readonly GemmKernel _gemm;
    readonly RowKernel _rows;
    readonly ActivationKernel _activation;
    readonly WorkerPool _pool;
    readonly PassScratch _scratch;
    readonly AlignedBuffer _parameters, _gradients;
    readonly LayerPass? _previous;
    readonly Action<int> _forwardChunk, _inputGradientChunk, _gradientPanelChunk, _weightGradientChunk;
    readonly float* _weights, _biases, _weightGradient, _biasGradient;

    float* _input;
    int _inputStride;
    int _batch;
    int _rowBlocks;
    bool _packsGradient;
    int _panelGroups;

    /// <param name="network">Whose parameters are used.</param>
    /// <param name="gradients">Same layout as the parameters; null for a pass that only goes forward.</param>
    /// <param name="capacity">Rows of the largest batch.</param>
    /// <param name="keepPreActivations">Keep z beside h and ∂L/∂z, for probes.</param>
    /// <param name="dropout">Follows a hidden layer's activation; null for none.</param>
    /// <param name="stream">What residual blocks of all layers add to; null where the network has none.</param>
    public LayerPass(FeedForwardNetwork network, int index, AlignedBuffer? gradients, ActivationKernel activation, PassKernels kernels, PassScratch scratch, LayerPass? previous, int capacity,
        bool keepPreActivations, DropoutPass? dropout, AlignedBuffer? stream = null)
    {
        Layout = network.Layout.Layers[index];
        _stream = Layout.IsStream ? stream : null;
        _gemm = kernels.Gemm;
        _rows = kernels.Rows;
        _pool = kernels.Pool;
        _activation = activation;
        _scratch = scratch;
        _previous = previous;
        Stride = Panels.RowStride(Layout.Outputs);
        long block = (long)capacity * Stride;
        Output = new AlignedBuffer(block);
        Gradient = gradients is null && !keepPreActivations && activation.GradientFromOutput ? Output : new AlignedBuffer(block);
        PreActivation = keepPreActivations ? new AlignedBuffer(block) : activation.GradientFromOutput ? Output : Gradient;
        _dropout = dropout;
        _dropped = dropout is null ? Output : new AlignedBuffer(block);
        _dropoutStream = dropout is null ? 0 : DropoutPass.StreamOf(index);
        _rowChunk = RowChunk;
        _undropChunk = UndropChunk;
        _parameters = network.Parameters;
        _gradients = gradients ?? network.Parameters;
        _isForwardOnly = gradients is null;
        AlignedBuffer values = gradients is null && !keepPreActivations || !Layout.IsNormalized ? PreActivation : new AlignedBuffer(block);
        if (Layout.Normalization == Normalization.Batch)
            _batchNormalization = new BatchNormalization(BatchNormalizationKernel.Create(kernels.Level), Layout, values, Stride, _parameters, _gradients);
        if (Layout.Normalization == Normalization.Layer)
            _normalization = new LayerNormalization(NormalizationKernel.Create(kernels.Level), Layout, values, capacity, Stride, _parameters, _gradients);
        _products = values;
        _productGradient = Layout.IsNormalized ? values : Gradient;
        _normalizationPanelChunk = NormalizationPanelChunk;
        _normalizationRowChunk = NormalizationRowChunk;
        _batchForwardChunk = BatchForwardChunk;
        _batchBackwardChunk = BatchBackwardChunk;
        _streamRowChunk = StreamRowChunk;
        _weights = _parameters.Pointer + Layout.WeightOffset;
        _biases = _parameters.Pointer + Layout.BiasOffset;
        _weightGradient = _gradients.Pointer + Layout.WeightOffset;
        _biasGradient = _gradients.Pointer + Layout.BiasOffset;
        _narrow = Layout.Outputs <= FewOutputs && capacity >= FewestNarrowRows ? new AlignedBuffer(NarrowLength) : null;
        _forwardChunk = ForwardChunk;
        _inputGradientChunk = InputGradientChunk;
        _gradientPanelChunk = GradientPanelChunk;
        _weightGradientChunk = WeightGradientChunk;
    }

    public LayerLayout Layout { get; }
    public int Stride { get; }

    /// <summary>h, [rows][Stride].</summary>
    public AlignedBuffer Output { get; }

    /// <summary>z, where it is kept; else the output's or the gradient's buffer.</summary>
    public AlignedBuffer PreActivation { get; }

    /// <summary>∂L/∂z, with z what the activation sees.</summary>
    public AlignedBuffer Gradient { get; }

    bool IsLarge => _pool.Threads > 1 && Work >= SerialWork;

    /// <summary>Whether the work on so many rows, none of them sparse, would be handed out to threads.</summary>
    public bool IsLargeFor(int rows) => _pool.Threads > 1 && (long)rows * Layout.Inputs * Layout.Outputs >= SerialWork;

    /// <summary>Output = φ(input · Wᵀ + b).</summary>
    /// <param name="weights">Another copy of the weights (scoring folds scales into the first layer's), or null for the network's own.</param>
    public void Forward(float* input, int inputStride, int batch, float* weights = null)
    {
        Multiply(input, inputStride, batch, weights);
        if (_batchNormalization is not null)
        {
            _batchNormalization.Begin(Purpose, batch, _isForwardOnly);
            Run(IsLarge, Panels.Count(Layout.Outputs), _batchForwardChunk);
        }
        if (Drops || _normalization is not null)
            Run(IsLarge, RowChunks, _rowChunk);
    }

    void Multiply(float* input, int inputStride, int batch, float* weights)
    {
        _input = input;
        _inputStride = inputStride;
        _batch = batch;
        if (Sparse is not null)
        {
            MultiplySparse(weights);
            return;
        }
        int panels = Panels.Count(Layout.Outputs);
        if (weights is null && IsLarge)
        {
            _rowBlocks = Math.Clamp(WantedChunks / panels, 1, Math.Max(1, batch / _gemm.TileRows));
            _pool.Run(panels * _rowBlocks, _forwardChunk);
            return;
        }
        weights = weights is null ? _weights : weights;
        if (batch > 1 && (long)batch * Stride > FirstLevelFloats && !IsNarrow)
        {
            for (int panel = 0; panel < panels; panel++)
                ForwardBlock(weights, panel, 0, batch);
            return;
        }
        if (batch == 1)
            MultiplyRow(weights);
        else if (IsNarrow)
            MultiplyNarrow(weights);
        else
            for (int panel = 0; panel < panels; panel++)
                Multiply(weights, panel, 0, batch);
        if (!Layout.IsNormalized)
            AddAndActivate(0, batch, 0, Panels.Padded(Layout.Outputs));
    }

    void ForwardChunk(int chunk)
    {
        int block = chunk % _rowBlocks;
        int first = (int)((long)_batch * block / _rowBlocks), end = (int)((long)_batch * (block + 1) / _rowBlocks);
        ForwardBlock(_weights, chunk / _rowBlocks, first, end - first);
    }

    void ForwardBlock(float* weights, int panel, int firstRow, int rows)
    {
        Multiply(weights, panel, firstRow, rows);
        if (!Layout.IsNormalized)
            AddAndActivate(firstRow, rows, panel * Panels.Width, Panels.WidthOf(panel, Layout.Outputs));
    }

    void Multiply(float* weights, int panel, int firstRow, int rows)
    {
        int width = Panels.WidthOf(panel, Layout.Outputs), column = panel * Panels.Width;
        _gemm.Multiply(_input + (nint)firstRow * _inputStride, _inputStride, 1, rows, weights + Layout.PanelOffset(panel), Layout.InputStride(panel), width, Layout.Inputs,
            _biases + column, 0, _products.Pointer + (nint)firstRow * Stride + column, Stride);
        if (panel == 0 && FiniteSums is not null)
            NoteFiniteSums(firstRow, rows);
    }

    /// <summary>A row alone: the panels of one width together, so that enough sums run at once.</summary>
    void MultiplyRow(float* weights)
    {
        int panels = Panels.Count(Layout.Outputs), columns = Panels.Padded(Layout.Outputs), last = columns % Panels.Width;
        if (columns > last)
            _gemm.MultiplyRow(_input, Layout.Inputs, weights, Layout.PanelOffset(1), Layout.InputStride(0), columns - last, _biases, _products.Pointer);
        if (last > 0)
        {
            int before = columns - last;
            _gemm.MultiplyRow(_input, Layout.Inputs, weights + Layout.PanelOffset(panels - 1), 0, Layout.InputStride(panels - 1), last, _biases + before, _products.Pointer + before);
        }
        if (FiniteSums is not null)
            NoteFiniteSums(0, 1);
    }

    void Activate(int firstRow, int rows, int column, int columns)
    {
        nint offset = (nint)firstRow * Stride + column;
        if (!_activation.IsIdentity)
            _activation.Forward(PreActivation.Pointer + offset, Output.Pointer + offset, rows, columns, Stride);
        else if (PreActivation != Output)
            CopyBlock(PreActivation.Pointer + offset, Output.Pointer + offset, rows, columns);
    }

    void CopyBlock(float* source, float* destination, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
            new Span<float>(source + (nint)row * Stride, columns).CopyTo(new Span<float>(destination + (nint)row * Stride, columns));
    }

    /// <summary>What is done with each part of the gradient as soon as it is there and still in cache; null keeps the gradient only.</summary>
    public ParameterUpdate? Update { get; set; }

    /// <summary>Of the first layer: what its inputs' gradient goes to; null where no input is learnt.</summary>
    public EmbeddingGradient? Embeddings { get; set; }

    /// <summary>The previous layer's ∂L/∂z, where there is one; then ∂L/∂W and ∂L/∂b from <see cref="Gradient"/>, and the update.</summary>
    public void Backward()
    {
        bool large = IsLarge;
        if (_normalization is not null)
        {
            Run(large, Panels.Count(Layout.Outputs), _normalizationPanelChunk);
            Run(large, RowChunks, _normalizationRowChunk);
        }
        else if (_batchNormalization is not null)
            Run(large, Panels.Count(Layout.Outputs), _batchBackwardChunk);
        if (Layout.IsNormalized)
            Update?.OfNormalization(Layout.ScaleOffset, 2 * Layout.BiasLength);
        else if (NextOfStream is not null)
            Run(large, RowChunks, _streamRowChunk);
        if (_previous is not null)
        {
            Run(large, Panels.Count(Layout.Inputs), _inputGradientChunk);              // before the update: it reads the weights
            if (_previous.Drops)
                Run(large, _previous.RowChunks, _previous._undropChunk);
        }
        Embeddings?.Backward(_productGradient.Pointer, Stride, _batch, large);
        _packsGradient = Sparse is null && PacksGradient(Layout, _batch);
        Run(large, Panels.Count(Layout.Outputs), _gradientPanelChunk);
        if (Sparse is not null)
            WeightGradientSparse(large);
        else if (!large && IsNarrow)
            WeightGradientNarrow();
        else
        {
            _panelGroups = large ? PanelGroups(Layout, _pool.Threads) : 1;
            Run(large, _panelGroups * InputBlocks, _weightGradientChunk);
        }
        Update?.OfBiases(Layout.BiasOffset, Layout.BiasLength);
    }

    void Run(bool large, int chunks, Action<int> body)
    {
        if (large)
        {
            _pool.Run(chunks, body);
            return;
        }
        for (int chunk = 0; chunk < chunks; chunk++)
            body(chunk);
    }

    /// <summary>Whether the weight gradient reads a copy of ∂L/∂z: where the block is large and several chunks of inputs read it.</summary>
    public static bool PacksGradient(LayerLayout layout, int rows) => layout.Inputs > InputBlock && (long)rows * Panels.RowStride(layout.Outputs) >= PackFrom;

    /// <summary>∂L/∂b of one panel's units, and their part of ∂L/∂z copied together where the weight gradient reads it again and again.</summary>
    void GradientPanelChunk(int panel)
    {
        int width = Panels.WidthOf(panel, Layout.Outputs), column = panel * Panels.Width;
        float* gradient = _productGradient.Pointer + column;
        if (_batchNormalization is null || Layout.IsStream)    // a batch's mean takes the bias away with it, so that its gradient is 0 but for rounding
            _rows.SumRows(gradient, _batch, width, Stride, _biasGradient + column);
        if (_packsGradient)
            _rows.CopyRows(gradient, Stride, _batch, width, PackedGradient(panel), width);
    }

    float* PackedGradient(int panel) => _scratch.PackedGradient.Pointer + (nint)panel * Panels.Width * _batch;

    int InputBlocks => (Layout.Inputs + InputBlock - 1) / InputBlock;

    /// <summary>Parts of the panels that different threads sum: those that they multiply by when they go forward, so that weights stay in one processor's caches.</summary>
    public static int PanelGroups(LayerLayout layout, int threads) => Math.Min(Math.Min(threads, MostPanelGroups), Panels.Count(layout.Outputs));

    /// <summary>dW[input, output] = Σ over rows of x[row, input] · g[row, output], straight into the gradient's panels: a block of inputs and a group of panels.</summary>
    void WeightGradientChunk(int chunk)
    {
        int group = chunk / InputBlocks, first = chunk % InputBlocks * InputBlock, inputs = Math.Min(InputBlock, Layout.Inputs - first), panels = Panels.Count(Layout.Outputs);
        int firstPanel = panels * group / _panelGroups, endPanel = panels * (group + 1) / _panelGroups;
        float* x = _input + first;
        nint xRow = _inputStride;
        if (endPanel - firstPanel > 1 && (long)_batch * _inputStride >= PackFrom)
        {
            xRow = Panels.Padded(inputs);
            x = _scratch.PackedInput.Pointer + ((nint)group * Panels.Padded(Layout.Inputs) + first) * _batch;
            _rows.CopyRows(_input + first, _inputStride, _batch, (int)xRow, x, (int)xRow);
        }
        for (int panel = firstPanel; panel < endPanel; panel++)
        {
            int width = Panels.WidthOf(panel, Layout.Outputs), gradientRow = _packsGradient ? width : Stride;
            float* gradient = _packsGradient ? PackedGradient(panel) : _productGradient.Pointer + panel * Panels.Width;
            nint offset = Panels.Offset(panel, Layout.Inputs) + (nint)first * width;
            float* sums = _weightGradient + offset, start = _scratch.Zeros.Pointer;
            int startRow = 0;
            for (int row = 0; row < _batch; row += SweepRows)
            {
                _gemm.Multiply(x + row * xRow, 1, xRow, inputs, gradient + (nint)row * gradientRow, gradientRow, width, Math.Min(SweepRows, _batch - row), start, startRow, sums, width);
                start = sums;
                startRow = width;
            }
            Update?.OfWeights(Layout.WeightOffset + offset, inputs * width);
        }
    }

    /// <summary>∂L/∂h of the previous layer, one panel of its units, and at once ∂L/∂z while it is in cache.</summary>
    void InputGradientChunk(int panel)
    {
        LayerPass previous = _previous!;
        int width = Panels.WidthOf(panel, Layout.Inputs), column = panel * Panels.Width;
        float* transposed = _scratch.Transposed.Pointer + (nint)column * Layout.Outputs;
        Panels.TransposePanel(_weights, Layout.Inputs, Layout.Outputs, panel, transposed);
        _gemm.Multiply(_productGradient.Pointer, Stride, 1, _batch, transposed, width, width, Layout.Outputs, _scratch.Zeros.Pointer, 0, previous.Upstream.Pointer + column, previous.Stride);
        if (!previous.Drops)
            previous.Deactivate(0, _batch, column, width);
    }

    /// <summary>What the derivative is taken from.</summary>
    AlignedBuffer Saved => _activation.GradientFromOutput ? Output : PreActivation;

    /// <summary>Where ∂L/∂h arrives: the gradient's place, unless the pre-activation still stands in it.</summary>
    AlignedBuffer Upstream => Saved == Gradient ? _scratch.Upstream : Gradient;

    /// <summary>∂L/∂z from ∂L/∂h.</summary>
    void Deactivate(int firstRow, int rows, int column, int columns)
    {
        nint offset = (nint)firstRow * Stride + column;
        if (!_activation.IsIdentity)
            _activation.Backward(Upstream.Pointer + offset, Saved.Pointer + offset, Gradient.Pointer + offset, rows, columns, Stride);
    }
}
