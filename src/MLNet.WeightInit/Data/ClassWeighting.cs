using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit;

/// <summary>Brings class weights to the rows that were read.</summary>
internal static class ClassWeighting
{
    /// <exception cref="ArgumentOutOfRangeException">A class is weighed that the label does not have.</exception>
    /// <exception cref="InvalidOperationException">A class's weight times an example's is 0 or infinite.</exception>
    /// <param name="validation">Rows apart from these; null: none, or those of a stream.</param>
    public static void Apply(IChannel channel, ClassWeights weights, DataViewSchema.Column label, NetworkTask task, int outputs, TrainingRows rows, TrainingSet? validation)
    {
        float[] resolved = Resolve(channel, weights, label, task, outputs, rows.Stream?.ClassTotals ?? Totals(rows.Set, column: 0, classes: task == NetworkTask.Binary ? 2 : outputs));
        if (rows.Stream is { } stream)
            stream.WeightClasses(resolved);
        else
            rows.Set.WeightClasses(resolved);
        validation?.WeightClasses(resolved);
    }

    /// <summary>One weight a class, which the log gets to see.</summary>
    /// <param name="totals">Sum of the rows' weights, a class.</param>
    /// <param name="whose">Which label's, where there are several.</param>
    /// <exception cref="ArgumentOutOfRangeException">A class is weighed that the label does not have.</exception>
    public static float[] Resolve(IChannel channel, ClassWeights weights, DataViewSchema.Column label, NetworkTask task, int outputs, ReadOnlySpan<double> totals, string whose = "")
    {
        IReadOnlyList<string> classes = task == NetworkTask.Binary ? [ClassWeights.NameOf(false), ClassWeights.NameOf(true)] : ClassNames(label, outputs);
        float[] resolved = weights.Resolve(label.Name, classes, totals);
        channel.Info("Class weights{0}: {1}", whose, string.Join(", ", classes.Zip(resolved, (name, weight) => string.Create(CultureInfo.InvariantCulture, $"{name} {weight:G4}"))));
        return resolved;
    }

    /// <summary>Sum of the rows' weights in each class of one head.</summary>
    public static ReadOnlySpan<double> Totals(TrainingRows rows, HeadsLoss loss, int head)
        => rows.Stream is { HeadTotals: { } totals } ? totals.Of(head) : Totals(rows.Set, loss.ColumnOf(head), loss.Heads[head].Classes);

    static double[] Totals(TrainingSet rows, int column, int classes)
    {
        var totals = new double[classes];
        for (int row = 0; row < rows.Rows; row++)
            totals[ValidationSplit.ClassOf(rows, row, column)] += rows.WeightOf(row);
        return totals;
    }

    /// <summary>The values that became the label's keys, in the order of the keys; the keys themselves where there are none.</summary>
    public static IReadOnlyList<string> ClassNames(DataViewSchema.Column label, int count)
        => AnnotationTexts.Of(label, AnnotationUtils.Kinds.KeyValues) is { } names && names.Length == count ? names : [.. Enumerable.Range(1, count).Select(ClassWeights.NameOf)];
}
