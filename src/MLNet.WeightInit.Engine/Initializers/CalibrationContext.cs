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
    /// <param name="layer">From 0, the first hidden layer, to <see cref="LayerCount"/> − 1, the output.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public abstract WeightShape GetShape(int layer);

    /// <summary>A copy of a layer's weights, row-major [outputs × inputs].</summary>
    /// <param name="layer">From 0 to <see cref="LayerCount"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public abstract float[] GetWeights(int layer);

    /// <summary>Replaces a layer's weights.</summary>
    /// <param name="layer">From 0 to <see cref="LayerCount"/> − 1.</param>
    /// <param name="weights">Row-major [outputs × inputs]; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    /// <exception cref="ArgumentException">The layer has another number of weights, or one of these is not finite.</exception>
    public abstract void SetWeights(int layer, ReadOnlySpan<float> weights);

    /// <summary>A copy of a layer's biases, one a unit.</summary>
    /// <param name="layer">From 0 to <see cref="LayerCount"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public abstract float[] GetBiases(int layer);

    /// <summary>Replaces a layer's biases.</summary>
    /// <param name="layer">From 0 to <see cref="LayerCount"/> − 1.</param>
    /// <param name="biases">One a unit; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    /// <exception cref="ArgumentException">The layer has another number of units, or one of these is not finite.</exception>
    public abstract void SetBiases(int layer, ReadOnlySpan<float> biases);

    /// <summary>Pre-activations of a layer on the probe batch with the weights as they now are: row-major [<see cref="ProbeRows"/> × outputs]. Runs the network up to this layer.</summary>
    /// <param name="layer">From 0 to <see cref="LayerCount"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public abstract float[] ComputePreActivations(int layer);

    /// <summary>A random stream of this calibration's own: its draws depend on the seed alone.</summary>
    public abstract RandomSource Random { get; }
}
