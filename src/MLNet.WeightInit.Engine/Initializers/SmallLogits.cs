using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>Normal weights for an output layer, so small that the untrained network predicts nearly the same for every row: <c>Var W = variance / (fan-in · secondMoment)</c>.</summary>
/// <remarks>A confident head costs loss that training must first take back, and its gradient dominates the first steps. With E h² = <c>secondMoment</c> in the last
/// hidden layer the outputs have the wanted variance (mean-field theory); when the network is calibrated, outputs that vary more than twice as much on the
/// user's own data are scaled down to it.</remarks>
public sealed class SmallLogits : WeightInitializer
{
    /// <summary>Share of the limit that a scaled-down head keeps, so that rounding doesn't carry it over.</summary>
    const double Margin = 0.99;

    /// <param name="variance">Wanted variance of the outputs; from 0 to 1e30. Default: 0.05.</param>
    /// <param name="secondMoment">E h² of what the layer reads; above 0, at most 1e30. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public SmallLogits(float variance = 0.05f, float secondMoment = 1)
    {
        Variance = ArgumentRules.NotNegative(variance);
        if (!(secondMoment is > 0 and <= ArgumentRules.Largest))
            throw new ArgumentOutOfRangeException(nameof(secondMoment), secondMoment, string.Create(CultureInfo.InvariantCulture, $"The secondMoment must be a number above 0, at most {ArgumentRules.Largest:R}."));
        SecondMoment = secondMoment;
    }

    /// <inheritdoc/>
    public override string Name => "small_logits";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("variance", Variance, 0.05f).Add("second_moment", SecondMoment, 1).ToString();

    /// <summary>Wanted variance of the outputs.</summary>
    public float Variance { get; }

    /// <summary>E h² of what the layer reads.</summary>
    public float SecondMoment { get; }

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => Math.Sqrt(Variance / (shape.Fan(FanMode.FanIn) * SecondMoment));

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        double deviation = Math.Min(ArgumentRules.Largest, Math.Sqrt(Variance / (shape.Fan(FanMode.FanIn) * SecondMoment)));
        random.FillNormal(weights, (float)deviation);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
        => string.Create(CultureInfo.InvariantCulture, $"Var W = {Variance:G4} / ({SecondMoment:G3} · fan-in) starts the outputs at a variance of about {Variance:G4}: σ = {TargetDeviation(shape):G3} for fan-in {shape.FanIn}.");

    /// <summary>Scales a layer's weights down where its outputs, each about its own mean over the probe rows, vary more than twice the wanted variance.</summary>
    /// <returns>A sentence for the report where something was changed, else null.</returns>
    internal string? Limit(CalibrationContext context, int layer)
    {
        double limit = 2.0 * Variance;
        double measured = PooledVariance(context.ComputePreActivations(layer), context.ProbeRows);
        if (!(measured > limit) || !double.IsFinite(measured))
            return null;
        float factor = (float)Math.Sqrt(Margin * limit / measured);
        float[] weights = context.GetWeights(layer);
        for (int i = 0; i < weights.Length; i++)
            weights[i] *= factor;
        context.SetWeights(layer, weights);
        return string.Create(CultureInfo.InvariantCulture, $"On the data the outputs' variance was {measured:G3}: scaled by {factor:G3} to stay below {limit:G3}.");
    }

    static double PooledVariance(float[] values, int rows)
    {
        if (rows == 0 || values.Length == 0)
            return 0;
        int outputs = values.Length / rows;
        double pooled = 0;
        for (int output = 0; output < outputs; output++)
        {
            double mean = 0, squares = 0;
            for (int row = 0; row < rows; row++)
                mean += values[row * outputs + output];
            mean /= rows;
            for (int row = 0; row < rows; row++)
                squares += (values[row * outputs + output] - mean) * (values[row * outputs + output] - mean);
            pooled += squares / rows;
        }
        return pooled / outputs;
    }
}
