using System.Globalization;
using System.Runtime.InteropServices;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>Tied weights of an autoencoder: each layer of the decoder, the second half, has the weights of its mirror image in the encoder, transposed.</summary>
/// <remarks>
/// Hinton and Salakhutdinov 2006; Vincent et al. 2010, section 2.2: W′ = Wᵀ. Biases and normalizations are not tied. The weights stay stored twice, so that layout, files, scoring and export
/// need not know of it: the encoder's copy is trained, by the sum of both copies' gradients (the product rule), and copied to the decoder after each step. Transposing moves bits and computes
/// nothing, so the two copies are equal bit for bit, on any threads and at any width.
/// </remarks>
internal sealed unsafe class TiedWeights
{
    /// <summary>Parameters below which handing out panels costs more than it saves.</summary>
    const long SerialLength = 64 * 1024;

    readonly GradientKernel _kernel;
    readonly WorkerPool _pool;
    readonly AlignedBuffer _parameters, _gradients, _transposed;
    readonly (LayerLayout Encoder, LayerLayout Decoder, int Panel)[] _encoderPanels, _decoderPanels;
    readonly (LayerLayout Encoder, LayerLayout Decoder)[] _pairs;
    readonly Action<int> _sumPanel, _copyPanel;

    /// <param name="network">Mirrored, as <see cref="Check"/> wants it.</param>
    /// <param name="gradients">In the parameters' layout.</param>
    public TiedWeights(FeedForwardNetwork network, AlignedBuffer gradients, PassKernels kernels)
    {
        _kernel = GradientKernel.Create(kernels.Level);
        _pool = kernels.Pool;
        _parameters = network.Parameters;
        _gradients = gradients;
        _pairs = [.. Pairs(network.Layout)];
        _encoderPanels = [.. _pairs.SelectMany(pair => Enumerable.Range(0, Panels.Count(pair.Encoder.Outputs)).Select(panel => (pair.Encoder, pair.Decoder, panel)))];
        _decoderPanels = [.. _pairs.SelectMany(pair => Enumerable.Range(0, Panels.Count(pair.Decoder.Outputs)).Select(panel => (pair.Encoder, pair.Decoder, panel)))];
        _transposed = new AlignedBuffer(_pairs.Max(pair => pair.Encoder.WeightOffset + pair.Encoder.WeightLength));
        _sumPanel = SumPanel;
        _copyPanel = CopyPanel;
    }

    /// <summary>True for a layer of the second half, whose weights follow from another's.</summary>
    public static bool IsDecoder(int layer, int layers) => 2 * layer >= layers;

    /// <summary>The layer on the other side of the middle.</summary>
    public static int MirrorOf(int layer, int layers) => layers - 1 - layer;

    /// <summary>Fails where hidden layers don't mirror each other around a middle one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They don't; the message names those that differ.</exception>
    public static void Check(IReadOnlyList<int> hiddenLayers)
    {
        const string Rule = "Tied weights need hidden layers that mirror each other around one in the middle, as 64, 16, 64 do: each layer of the decoder is the transpose of its mirror image in the encoder.";
        const string Advice = "Change them, or leave TiedWeights false.";
        string found = hiddenLayers.Count == 0 ? "none" : string.Join(", ", hiddenLayers);
        if (hiddenLayers.Count % 2 == 0)
            throw new ArgumentOutOfRangeException("HiddenLayers", found, $"{Rule} An even number of hidden layers ({hiddenLayers.Count}) has none in the middle. {Advice}");
        for (int i = 0, j = hiddenLayers.Count - 1; i < j; i++, j--)
            if (hiddenLayers[i] != hiddenLayers[j])
                throw new ArgumentOutOfRangeException("HiddenLayers", found, string.Create(CultureInfo.InvariantCulture, $"{Rule} hidden[{i}] has {hiddenLayers[i]} units, and its mirror image hidden[{j}] has {hiddenLayers[j]}. {Advice}"));
    }

    /// <summary>Gives the decoder the encoder's weights.</summary>
    public static void Tie(FeedForwardNetwork network)
    {
        foreach ((LayerLayout encoder, LayerLayout decoder) in Pairs(network.Layout))
            for (int panel = 0; panel < Panels.Count(decoder.Outputs); panel++)
                CopyPanel(network.Parameters, encoder, decoder, panel);
        network.ParametersChanged();
    }

    /// <summary>Whether the decoder has the encoder's weights, to the last bit; false also where the layers don't mirror each other.</summary>
    public static bool AreTied(FeedForwardNetwork network)
    {
        IReadOnlyList<DenseLayer> layers = network.DenseLayers;
        if (layers.Count % 2 != 0)
            return false;
        for (int layer = 0; layer < layers.Count / 2; layer++)
        {
            DenseLayer encoder = layers[layer], decoder = layers[MirrorOf(layer, layers.Count)];
            if (encoder.Inputs != decoder.Outputs || encoder.Outputs != decoder.Inputs)
                return false;
            var transposed = new float[encoder.Inputs * encoder.Outputs];
            float[] weights = encoder.GetWeights();
            for (int i = 0; i < weights.Length; i++)
                transposed[i % encoder.Inputs * encoder.Outputs + i / encoder.Inputs] = weights[i];
            if (!MemoryMarshal.AsBytes<float>(transposed).SequenceEqual(MemoryMarshal.AsBytes<float>(decoder.GetWeights())))
                return false;
        }
        return true;
    }

    /// <summary>Adds the decoder's gradients, transposed, to the encoder's, and leaves zeros: a weight that is used twice counts once in a norm.</summary>
    public void SumGradients()
    {
        ForEach(_encoderPanels.Length, _sumPanel);
        foreach ((_, LayerLayout decoder) in _pairs)
            _gradients.Span.Slice((int)decoder.WeightOffset, (int)decoder.WeightLength).Clear();
    }

    /// <summary>After a step: the decoder gets the encoder's weights.</summary>
    public void CopyWeights() => ForEach(_decoderPanels.Length, _copyPanel);

    /// <summary>One panel of the encoder's gradient: a panel of the decoder's inputs, transposed, has its shape.</summary>
    void SumPanel(int index)
    {
        (LayerLayout encoder, LayerLayout decoder, int panel) = _encoderPanels[index];
        nint offset = (nint)encoder.WeightOffset + Panels.Offset(panel, encoder.Inputs);
        Panels.TransposePanel(_gradients.Pointer + decoder.WeightOffset, decoder.Inputs, decoder.Outputs, panel, _transposed.Pointer + offset);
        _kernel.AddScaled(_transposed.Pointer + offset, (nint)encoder.Inputs * Panels.WidthOf(panel, encoder.Outputs), 1, _gradients.Pointer + offset);
    }

    void CopyPanel(int index)
    {
        (LayerLayout encoder, LayerLayout decoder, int panel) = _decoderPanels[index];
        CopyPanel(_parameters, encoder, decoder, panel);
    }

    static void CopyPanel(AlignedBuffer parameters, LayerLayout encoder, LayerLayout decoder, int panel)
        => Panels.TransposePanel(parameters.Pointer + encoder.WeightOffset, encoder.Inputs, encoder.Outputs, panel, parameters.Pointer + decoder.WeightOffset + Panels.Offset(panel, decoder.Inputs));

    void ForEach(int panels, Action<int> body)
    {
        if (_parameters.Length >= SerialLength)
        {
            _pool.Run(panels, body);
            return;
        }
        for (int panel = 0; panel < panels; panel++)
            body(panel);
    }

    static IEnumerable<(LayerLayout Encoder, LayerLayout Decoder)> Pairs(NetworkLayout layout)
    {
        IReadOnlyList<LayerLayout> layers = layout.Layers;
        for (int layer = 0; !IsDecoder(layer, layers.Count); layer++)
        {
            LayerLayout encoder = layers[layer], decoder = layers[MirrorOf(layer, layers.Count)];
            if (encoder.Inputs != decoder.Outputs || encoder.Outputs != decoder.Inputs)
                throw new ArgumentException($"Tied layers must have each other's sizes, and {encoder.Name} has {encoder.Inputs} → {encoder.Outputs} and {decoder.Name} {decoder.Inputs} → {decoder.Outputs}.", nameof(layout));
            yield return (encoder, decoder);
        }
    }
}
