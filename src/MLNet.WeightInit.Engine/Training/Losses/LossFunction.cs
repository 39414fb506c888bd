using System.Diagnostics.CodeAnalysis;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit;

/// <summary>What training minimizes: one of the built-in losses by its name (<c>options.Loss = "Huber(delta=1)"</c>), or your own, derived from this class.</summary>
/// <remarks>
/// A loss of your own says what one row costs, and how that changes with the network's outputs. It must hold no state: small data is trained by several threads
/// at once. The same arguments must give the same bits; then the whole training does. The model records the <see cref="Name"/> and does not need the class
/// when it is loaded, since scores do not depend on the loss.
/// </remarks>
/// <example><code>
/// sealed class PseudoHuber : LossFunction      // ½ r² near 0, |r| far away, and smooth in between
/// {
///     public override string Name => "PseudoHuber";
///     public override double Evaluate(ReadOnlySpan&lt;float&gt; outputs, ReadOnlySpan&lt;float&gt; targets, Span&lt;float&gt; gradient)
///     {
///         double residual = (double)outputs[0] - targets[0], root = Math.Sqrt(1 + residual * residual);
///         gradient[0] = (float)(residual / root);
///         return root - 1;
///     }
/// }
/// </code></example>
public abstract class LossFunction
{
    /// <summary>Name by which the model's report and messages call it.</summary>
    public abstract string Name { get; }

    /// <summary>For regression: whether the label comes with mean 0 and deviation 1, as it does for the built-in losses, where <c>NeuralNetOptions.Standardize</c> is set.</summary>
    /// <value>Default: true. False gives labels and outputs in the label's own unit; then the first steps have to find its size.</value>
    public virtual bool StandardizesLabel => true;

    /// <summary>The loss of one row, and its slope.</summary>
    /// <param name="outputs">The network's linear outputs: the predicted value (regression), the log-odds (binary), one logit a class (multiclass). Always finite.</param>
    /// <param name="targets">The label: a value as <see cref="StandardizesLabel"/> says (regression), 0 or 1 (binary), the class counted from 0 (multiclass).</param>
    /// <param name="gradient">To be filled: the derivative of the loss by each output. It comes filled with NaN, so that a derivative that was forgotten is found.</param>
    /// <returns>The loss; training minimizes its mean over rows, weighted where rows have weights.</returns>
    public abstract double Evaluate(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient);

    /// <summary>A built-in loss by name, with arguments where it has any. Looked up when an estimator is created; null gives null.</summary>
    /// <param name="specification"><c>SoftmaxCrossEntropy</c>, <c>BinaryCrossEntropy</c>, <c>Squared</c>, <c>Absolute</c>, <c>Huber(delta=1)</c>, <c>Quantile(level=0.9)</c>, <c>Quantiles(levels=(0.1, 0.5, 0.9))</c>, <c>Poisson</c>.</param>
    [return: NotNullIfNotNull(nameof(specification))]
    public static implicit operator LossFunction?(string? specification) => specification is null ? null : new NamedLoss(specification);

    /// <summary>Several quantiles of one value, by one network, that never cross: the mean of their pinball losses.</summary>
    /// <param name="levels">Share of labels that shall lie below each prediction: above 0 and below 1, in ascending order, at least one. 0.1, 0.5, 0.9 gives the median and an interval that holds eight labels of ten.</param>
    /// <returns>A built-in loss, as <c>"Quantiles(levels=(0.1, 0.5, 0.9))"</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="levels"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A level is not above 0 and below 1, or they do not ascend, or there is none.</exception>
    public static LossFunction Quantiles(params double[] levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        Engine.Training.Losses.Quantiles.Check(levels);
        return new NamedLoss(Engine.Training.Losses.Quantiles.SpecificationOf(levels));
    }

    /// <summary>The <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
