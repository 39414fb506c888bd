using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>A keyed sample of training rows, run forward and backward without an update, with everything kept.</summary>
internal sealed unsafe class ProbeBatch
{
    readonly FeedForwardNetwork _network;
    readonly BatchGatherer _gatherer;
    readonly int[] _rows;
    readonly Loss _loss;
    readonly LossKernel _kernel;
    readonly AlignedBuffer _gradients;
    readonly NetworkPass _pass;

    public ProbeBatch(FeedForwardNetwork network, BatchGatherer gatherer, int[] rows, TrainingOptions options, PassKernels kernels)
    {
        _network = network;
        _gatherer = gatherer;
        _rows = rows;
        _kernel = options.Loss.CreateKernel(kernels.Level);
        _loss = options.Loss;
        _gradients = new AlignedBuffer(network.Parameters.Length);
        // With dropout the probe goes through the choices of step 0, which no training step makes: its figures are those of training.
        DropoutPass? dropout = options.DropoutPass(kernels.Level);
        if (dropout is not null)
            dropout.Step = 0;
        _pass = new NetworkPass(network, rows.Length, kernels, _gradients, keepPreActivations: true, dropout, gatherer.Data.IsSparse ? new SparseInput(kernels.Level, network.Inputs) : null);
    }

    public int Rows => _rows.Length;

    /// <summary>The rows themselves, ascending: numbers in the training set.</summary>
    public int[] RowNumbers => _rows;

    /// <summary>Passes over the batch so far, forward: what a calibration costs.</summary>
    public int ForwardPasses { get; private set; }

    /// <summary>Σ x and Σ x² of each row as the first layer sees it.</summary>
    public (double Sum, double SquaredSum)[] RowSums()
    {
        var sums = new (double Sum, double SquaredSum)[Rows];
        if (SparseRows() is { } batch)
        {
            for (int row = 0; row < Rows; row++)
                sums[row] = FixedOrderSums.SumAndSquares(batch.Values[batch.Starts[row]..batch.Starts[row + 1]]);
            return sums;
        }
        _pass.Gather(_gatherer, _rows);
        for (int row = 0; row < Rows; row++)
            sums[row] = FixedOrderSums.SumAndSquares(_pass.Input.Span.Slice(row * _pass.InputStride, _network.Layout.Inputs));
        return sums;
    }

    /// <summary>How alike the rows are as the first layer sees them; the input must have been gathered.</summary>
    RowSimilarity RowSimilarity(SparseBatch? sparse)
        => sparse is null ? Network.RowSimilarity.Of(_pass.Input.Span, Rows, _network.Layout.Inputs, _pass.InputStride) : Network.RowSimilarity.Of(sparse, _network.Layout.Inputs);

    SparseBatch? SparseRows()
    {
        if (!_gatherer.Data.IsSparse)
            return null;
        var batch = new SparseBatch();
        _gatherer.Gather(_rows, batch);
        return batch;
    }

    /// <summary>Pre-activations of one layer with the weights as they are: row-major [rows × units].</summary>
    public float[] PreActivations(int layer)
    {
        Forward();
        LayerPass pass = _pass.Layers[layer];
        return WithoutPadding(pass.PreActivation, pass.Stride, pass.Layout.Outputs);
    }

    /// <summary>Mean loss over the rows with the weights as they are. Leaves the gatherer with these rows, and with the data that it had.</summary>
    public double Loss()
    {
        Forward();
        return MeanLoss(gradient: null);
    }

    public NetworkProbe Measure()
    {
        Forward();
        double loss = MeanLoss(_pass.Last.Gradient.Pointer);
        _pass.Backward();
        GC.KeepAlive(this);
        SparseBatch? sparse = SparseRows();
        return new NetworkProbe(Rows, loss, [.. _pass.Layers.Select(Layer)])
        {
            Inputs = sparse is null ? _pass.Input : null,
            SparseInputs = sparse,
            InputStride = _pass.InputStride,
            Embeddings = [.. _network.Layout.Embeddings.Select(Embedding)],
            Similarity = RowSimilarity(sparse),
            RowsHash = ProbeSample.Hash(_gatherer.Data, _rows),
            RowWeights = _gatherer.Weights is null ? null : [.. _rows.Select(row => (float)_gatherer.WeightOf(row))],
        };
    }

    /// <param name="gradient">Gets ∂L/∂f; null for none.</param>
    double MeanLoss(float* gradient)
    {
        LayerPass last = _pass.Last;
        double sum = _kernel.Evaluate(last.Output.Pointer, Rows, last.Layout.Outputs, last.Stride, _gatherer.Targets, _gatherer.TargetColumns, _gatherer.Weights, gradient is null ? 0 : 1f / Rows, gradient);
        double weight = 0;
        foreach (int row in _rows)
            weight += _gatherer.WeightOf(row);
        double loss = HeadSums.MeanOf(_loss, _kernel, sum, weight, Rows, _gatherer.Targets, _gatherer.TargetColumns, _gatherer.Weights);
        GC.KeepAlive(this);
        return loss;
    }

    /// <summary>One pass forward with the weights as they are: what the layers hold after it.</summary>
    public IReadOnlyList<LayerPass> Forward()
    {
        ForwardPasses++;
        _pass.Gather(_gatherer, _rows);
        _pass.Forward(Rows);
        return _pass.Layers;
    }

    EmbeddingProbe Embedding(EmbeddingLayout layout, int index)
    {
        var seen = new HashSet<int>();
        double squares = 0;
        for (int i = 0; i < Rows; i++)
        {
            seen.Add(layout.Column.RowOf(_gatherer.Data.KeysOf(_rows[i])[index]));
            squares += FixedOrderSums.SumAndSquares(_pass.Input.Span.Slice(i * _pass.InputStride + layout.FirstInput, layout.Column.Dimensions)).SquaredSum;
        }
        double gradient = FixedOrderSums.SumAndSquares(_gradients.Span.Slice((int)layout.Offset, (int)layout.Length)).SquaredSum;
        return new EmbeddingProbe(layout, seen.Count, squares / ((double)Rows * layout.Column.Dimensions), Math.Sqrt(gradient), TensorHash.Of(_network.Embeddings[index].GetVectors()));
    }

    LayerProbe Layer(LayerPass pass, int index)
    {
        var weightGradients = new AlignedBuffer(pass.Layout.WeightLength);
        _gradients.Span.Slice((int)pass.Layout.WeightOffset, (int)pass.Layout.WeightLength).CopyTo(weightGradients.Span);
        return new LayerProbe
        {
            Name = pass.Layout.Name,
            Inputs = pass.Layout.Inputs,
            Units = pass.Layout.Outputs,
            Stride = pass.Stride,
            Activation = pass.Layout.Activation,
            IsNormalized = pass.Layout.IsNormalized,
            NormalizationScale = pass.Layout.IsNormalized ? FixedOrderSums.Norm(_network.Scales(pass.Layout), 1, pass.Layout.Outputs, pass.Layout.BiasLength) / Math.Sqrt(pass.Layout.Outputs) : 1,
            InverseVariance = pass.InverseDeviations is { IsEmpty: false } inverses ? FixedOrderSums.SumAndSquares(inverses).SquaredSum / inverses.Length : double.NaN,
            Residual = pass.Layout.Residual,
            SumGradients = pass.SumGradient,
            PreActivations = pass.PreActivation,
            Activations = pass.Output,
            PreActivationGradients = pass.Gradient,
            WeightGradients = weightGradients,
            Weights = _network.DenseLayers[index].GetWeights(),
            Biases = _network.DenseLayers[index].GetBiases(),
        };
    }

    float[] WithoutPadding(AlignedBuffer block, int stride, int columns)
    {
        var values = new float[Rows * columns];
        for (int row = 0; row < Rows; row++)
            block.Span.Slice(row * stride, columns).CopyTo(values.AsSpan(row * columns));
        return values;
    }
}
