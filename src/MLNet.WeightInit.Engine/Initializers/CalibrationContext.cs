namespace MLNet.WeightInit;

/// <summary>A filled network and a keyed probe batch of its training data, for initializers that look at both.</summary>
public abstract class CalibrationContext
{
    private protected CalibrationContext()
    {
    }

    /// <summary>Dense layers, the output included.</summary>
    public abstract int LayerCount { get; }

    /// <summary>Rows of the probe batch.</summary>
    public abstract int ProbeRows { get; }

    /// <summary>Fans, role and position of a layer's weights.</summary>
    public abstract WeightShape ShapeOf(int layer);

    /// <summary>A copy of a layer's weights, row-major [outputs × inputs].</summary>
    public abstract float[] GetWeights(int layer);

    /// <summary>Replaces a layer's weights.</summary>
    /// <exception cref="ArgumentException">The number of weights is not the layer's, or one of them is not finite.</exception>
    public abstract void SetWeights(int layer, ReadOnlySpan<float> weights);

    /// <summary>A copy of a layer's biases.</summary>
    public abstract float[] GetBiases(int layer);

    /// <summary>Replaces a layer's biases.</summary>
    /// <exception cref="ArgumentException">The number of biases is not the layer's, or one of them is not finite.</exception>
    public abstract void SetBiases(int layer, ReadOnlySpan<float> biases);

    /// <summary>Pre-activations of a layer on the probe batch with the weights as they now are: row-major [ProbeRows × outputs].</summary>
    public abstract float[] PreActivations(int layer);

    /// <summary>A stream of this initializer's own.</summary>
    public abstract RandomSource Random { get; }
}
