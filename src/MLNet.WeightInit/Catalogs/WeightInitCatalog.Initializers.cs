namespace MLNet.WeightInit;

// One method an initializer. Parameter names are the specification's argument names.
public sealed partial class WeightInitCatalog
{
    /// <summary>Chooses a rule for each tensor by activation, role and data, and says why. The default.</summary>
    public Auto Auto() => new();

    /// <inheritdoc cref="VarianceScaling.He"/>
    public VarianceScaling He(FanMode mode = FanMode.FanIn, WeightDistribution distribution = WeightDistribution.Normal, float gain = 1, float negativeSlope = 0)
        => MLNet.WeightInit.VarianceScaling.He(mode, distribution, gain, negativeSlope);

    /// <inheritdoc cref="VarianceScaling.Glorot"/>
    public VarianceScaling Glorot(FanMode mode = FanMode.FanAvg, WeightDistribution distribution = WeightDistribution.Normal, float gain = 1)
        => MLNet.WeightInit.VarianceScaling.Glorot(mode, distribution, gain);

    /// <inheritdoc cref="VarianceScaling.LeCun"/>
    public VarianceScaling LeCun(FanMode mode = FanMode.FanIn, WeightDistribution distribution = WeightDistribution.Normal, float gain = 1)
        => MLNet.WeightInit.VarianceScaling.LeCun(mode, distribution, gain);

    /// <inheritdoc cref="MLNet.WeightInit.VarianceScaling(float, FanMode, WeightDistribution)"/>
    public VarianceScaling VarianceScaling(float scale = 1, FanMode mode = FanMode.FanIn, WeightDistribution distribution = WeightDistribution.Normal)
        => new(scale, mode, distribution);

    /// <inheritdoc cref="MLNet.WeightInit.Orthogonal"/>
    /// <param name="gain">Every singular value; from 0 to 1e30. Default: 1.</param>
    /// <param name="keepVariance">Whether a layer with more units than inputs is multiplied by √(units / inputs). Default: false.</param>
    public Orthogonal Orthogonal(float gain = 1, bool keepVariance = false) => new(gain, keepVariance);

    /// <inheritdoc cref="MLNet.WeightInit.DeltaOrthogonal"/>
    /// <param name="gain">Every singular value of the middle's matrix; from 0 to 1e30. Default: 1.</param>
    public DeltaOrthogonal DeltaOrthogonal(float gain = 1) => new(gain);

    /// <inheritdoc cref="MLNet.WeightInit.Spectral"/>
    /// <param name="norm">The largest singular value; from 0 to 1e30. Default: 1.</param>
    /// <param name="scaled">Whether it is multiplied by √(fan-out / fan-in). Default: false.</param>
    /// <param name="iterations">Steps of the bidiagonalization at most; from 1 to 10,000. Default: 1000, which no matrix but those of thousands of rows comes near.</param>
    public Spectral Spectral(float norm = 1, bool scaled = false, int iterations = 1000) => new(norm, scaled, iterations);

    /// <inheritdoc cref="MLNet.WeightInit.Risotto"/>
    public Risotto Risotto() => new();

    /// <inheritdoc cref="MLNet.WeightInit.Dirac"/>
    public Dirac Dirac() => new();

    /// <inheritdoc cref="MLNet.WeightInit.ForgetBias"/>
    /// <param name="value">What the forget gate's biases are; from −1e30 to 1e30. Default: 1.</param>
    public ForgetBias ForgetBias(float value = 1) => new(value);

    /// <inheritdoc cref="MLNet.WeightInit.Normal"/>
    /// <param name="deviation">Standard deviation; from 0 to 1e30.</param>
    /// <param name="mean">From −1e30 to 1e30. Default: 0.</param>
    public Normal Normal(float deviation, float mean = 0) => new(deviation, mean);

    /// <inheritdoc cref="MLNet.WeightInit.TruncatedNormal(float)"/>
    public TruncatedNormal TruncatedNormal(float deviation) => new(deviation);

    /// <inheritdoc cref="MLNet.WeightInit.TruncatedNormal(float, float)"/>
    public TruncatedNormal TruncatedNormal(float deviation, float mean) => new(deviation, mean);

    /// <inheritdoc cref="MLNet.WeightInit.TruncatedNormal(float, float, float, float)"/>
    public TruncatedNormal TruncatedNormal(float deviation, float mean, float minimum, float maximum) => new(deviation, mean, minimum, maximum);

    /// <inheritdoc cref="MLNet.WeightInit.Uniform(float)"/>
    public Uniform Uniform(float limit) => new(limit);

    /// <inheritdoc cref="MLNet.WeightInit.Uniform(float, float)"/>
    public Uniform Uniform(float minimum, float maximum) => new(minimum, maximum);

    /// <inheritdoc cref="MLNet.WeightInit.Constant"/>
    /// <param name="value">Any finite number.</param>
    public Constant Constant(float value) => new(value);

    /// <inheritdoc cref="MLNet.WeightInit.Zeros"/>
    public Zeros Zeros() => new();

    /// <inheritdoc cref="MLNet.WeightInit.Ones"/>
    public Ones Ones() => new();

    /// <inheritdoc cref="MLNet.WeightInit.Identity"/>
    /// <param name="gain">The diagonal's value; from −1e30 to 1e30. Default: 1.</param>
    public Identity Identity(float gain = 1) => new(gain);

    /// <inheritdoc cref="MLNet.WeightInit.FromArray"/>
    /// <param name="values">Row-major [outputs × inputs], one finite number a weight; copied.</param>
    public FromArray FromArray(params ReadOnlySpan<float> values) => new(values);

    /// <inheritdoc cref="MLNet.WeightInit.PyTorchDefault"/>
    public PyTorchDefault PyTorchDefault() => new();

    /// <inheritdoc cref="MLNet.WeightInit.KerasDefault"/>
    public KerasDefault KerasDefault() => new();

    /// <inheritdoc cref="MLNet.WeightInit.SmallLogits"/>
    /// <param name="variance">Wanted variance of the outputs; from 0 to 1e30. Default: 0.05.</param>
    /// <param name="secondMoment">Mean square of what the layer reads; above 0, at most 1e30. Default: 1.</param>
    public SmallLogits SmallLogits(float variance = 0.05f, float secondMoment = 1) => new(variance, secondMoment);
}
