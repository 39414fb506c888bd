using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>Brings class weights to the rows that were read.</summary>
internal static class ClassWeighting
{
    static readonly MethodInfo s_keyValues = typeof(ClassWeighting).GetMethod(nameof(KeyValues), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <exception cref="ArgumentOutOfRangeException">A class is weighed that the label does not have.</exception>
    /// <exception cref="InvalidOperationException">A class's weight times an example's is 0 or infinite.</exception>
    /// <param name="validation">Rows apart from these; null: none, or those of a stream.</param>
    public static void Apply(IChannel channel, ClassWeights weights, DataViewSchema.Column label, NetworkTask task, int outputs, TrainingRows rows, TrainingSet? validation)
    {
        IReadOnlyList<string> classes = task == NetworkTask.Binary ? [ClassWeights.NameOf(false), ClassWeights.NameOf(true)] : ClassNames(label, outputs);
        float[] resolved = weights.Resolve(label.Name, classes, rows.Stream?.ClassTotals ?? Totals(rows.Set, classes.Count));
        if (rows.Stream is { } stream)
            stream.WeightClasses(resolved);
        else
            rows.Set.WeightClasses(resolved);
        validation?.WeightClasses(resolved);
        channel.Info("Class weights: {0}", string.Join(", ", classes.Zip(resolved, (name, weight) => string.Create(CultureInfo.InvariantCulture, $"{name} {weight:G4}"))));
    }

    static double[] Totals(TrainingSet rows, int classes)
    {
        var totals = new double[classes];
        for (int row = 0; row < rows.Rows; row++)
            totals[(int)rows.Targets[row]] += rows.WeightOf(row);
        return totals;
    }

    /// <summary>The values that became the label's keys, in the order of the keys; the keys themselves where there are none.</summary>
    static IReadOnlyList<string> ClassNames(DataViewSchema.Column label, int count)
    {
        if (label.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues) is { Type: VectorDataViewType type } && type.Size == count)
            return (IReadOnlyList<string>)s_keyValues.MakeGenericMethod(type.ItemType.RawType).Invoke(null, [label])!;
        return [.. Enumerable.Range(1, count).Select(ClassWeights.NameOf)];
    }

    static IReadOnlyList<string> KeyValues<TValue>(DataViewSchema.Column label) where TValue : notnull
    {
        VBuffer<TValue> values = default;
        label.GetKeyValues(ref values);
        return [.. values.DenseValues().Select(ClassWeights.NameOf)];
    }
}
