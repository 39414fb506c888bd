using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>Completes rows whose features are in place: puts means where features are missing, and writes indicators and embeddings behind the features.</summary>
/// <remarks>Copies and comparisons only: neither vector width nor position in a batch can decide a bit.</remarks>
internal sealed unsafe class InputEncoder
{
    readonly int _features;
    readonly float[] _fills;
    readonly int[] _indicators;
    readonly EmbeddingLayout[] _embeddings;
    readonly AlignedBuffer _parameters;

    /// <param name="isScaled">Whether rows come centred and scaled, as in training, or only centred, as in scoring, where the first layer's weights have the scales.</param>
    public InputEncoder(FeedForwardNetwork network, bool isScaled)
    {
        InputEncoding encoding = network.Layout.Encoding;
        _features = network.Layout.Features;
        _indicators = encoding.Indicators;
        _embeddings = [.. network.Layout.Embeddings];
        _parameters = network.Parameters;
        _fills = [.. encoding.Fills];
        if (network.FeatureScale.IsNone)
            return;
        for (int feature = 0; feature < _fills.Length; feature++)
        {
            _fills[feature] -= network.FeatureScale.Means[feature];
            if (isScaled)
                _fills[feature] *= network.FeatureScale.Scales[feature];
        }
    }

    /// <param name="inputs">Rows that start <paramref name="stride"/> floats apart, their features standardized or centred; NaN where one is missing.</param>
    /// <param name="keys">[rows × columns of keys]; what is no key of its column counts as missing.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Encode(float* inputs, int stride, int rows, ReadOnlySpan<int> keys)
    {
        for (int row = 0; row < rows; row++, inputs += stride)
        {
            float* indicators = inputs + _features;
            for (int i = 0; i < _indicators.Length; i++)
                indicators[i] = float.IsNaN(inputs[_indicators[i]]) ? 1 : 0;
            for (int feature = 0; feature < _fills.Length; feature++)
                if (float.IsNaN(inputs[feature]))
                    inputs[feature] = _fills[feature];
            for (int i = 0; i < _embeddings.Length; i++)
                LookUp(_embeddings[i], keys[row * _embeddings.Length + i], inputs);
        }
    }

    /// <summary>Whether a raw row can be scored: all its features are finite, or missing where the network takes that.</summary>
    public bool Accepts(ReadOnlySpan<float> features)
    {
        foreach (float feature in features)
            if (float.IsInfinity(feature) || float.IsNaN(feature) && _fills.Length == 0)
                return false;
        return true;
    }

    void LookUp(EmbeddingLayout embedding, int key, float* inputs)
    {
        int dimensions = embedding.Column.Dimensions;
        float* vector = _parameters.Pointer + embedding.Offset + (nint)embedding.Column.RowOf(key) * dimensions;
        new ReadOnlySpan<float>(vector, dimensions).CopyTo(new Span<float>(inputs + embedding.FirstInput, dimensions));
    }
}
