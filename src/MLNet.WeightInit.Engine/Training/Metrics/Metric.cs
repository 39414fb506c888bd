using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>What is measured after each epoch beside the loss, and then decides which epoch is best.</summary>
internal abstract class Metric
{
    /// <summary>Canonical name, as options spell it: <c>Accuracy</c>.</summary>
    public abstract string Name { get; }

    public virtual bool HigherIsBetter => true;

    /// <summary>What it can be: most are shares.</summary>
    public virtual (double Lowest, double Highest) Range => (0, 1);

    /// <summary>Tasks that it is defined for.</summary>
    public abstract IReadOnlyList<NetworkTask> Tasks { get; }

    /// <summary>What rows must have for it to be a number, in words that go on after "needs"; null where any rows do.</summary>
    public virtual string? Requirement => null;

    /// <summary>Whether rows fulfil <see cref="Requirement"/>.</summary>
    public virtual bool IsDefinedFor(TrainingSet data, ReadOnlySpan<int> rows) => true;

    /// <param name="outputs">Outputs of the network.</param>
    /// <param name="targets">How a network's outputs become predicted values.</param>
    public abstract MetricTotal CreateTotal(int outputs, AffineScale targets);

    /// <summary>Whether both classes of a binary label occur.</summary>
    protected static bool HasBothClasses(TrainingSet data, ReadOnlySpan<int> rows)
    {
        bool negative = false, positive = false;
        foreach (int row in rows)
        {
            if (data.Targets[row] > 0.5f)
                positive = true;
            else
                negative = true;
        }
        return negative && positive;
    }
}

/// <summary>A metric over any number of batches. Sums are in double and in row order, so they depend on neither threads nor vector width.</summary>
internal abstract unsafe class MetricTotal
{
    /// <summary>Forgets all rows.</summary>
    public abstract void Clear();

    /// <param name="logits">[rows][stride], the network's linear outputs.</param>
    /// <param name="targets">[rows][targetColumns], as the loss takes them.</param>
    /// <param name="weights">[rows], or null for all ones.</param>
    public abstract void Add(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights);

    /// <summary>What the losses of several labels came to for the rows of the last <see cref="Add"/>; empty for one label.</summary>
    public virtual void AddLosses(ReadOnlySpan<double> parts)
    {
    }

    /// <summary>Of all rows since <see cref="Clear"/>; NaN where it isn't defined for them.</summary>
    public abstract double Value();
}
