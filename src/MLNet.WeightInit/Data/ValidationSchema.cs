using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit;

/// <summary>Whether validation data mean what the training data mean: the same keys for the same classes, the same features in the same slots.</summary>
/// <remarks>Data that were prepared by two separately fitted pipelines can agree in every type and count, and still number the classes differently.</remarks>
internal static class ValidationSchema
{
    /// <exception cref="ArgumentOutOfRangeException">They don't.</exception>
    public static void Check(IHost host, RoleMappedData training, RoleMappedData validation)
    {
        DataViewSchema.Column label = training.Schema.Label!.Value, feature = training.Schema.Feature!.Value;
        CheckKeys(host, label, validation.Schema.Label!.Value);
        Compare(host, feature, validation.Schema.Feature!.Value, AnnotationUtils.Kinds.SlotNames, "slot");
    }

    /// <summary>The values that the keys of two columns stand for must be the same, where both columns name them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They aren't.</exception>
    public static void CheckKeys(IHost host, DataViewSchema.Column training, DataViewSchema.Column validation) => Compare(host, training, validation, AnnotationUtils.Kinds.KeyValues, "key");

    /// <summary>Warns of classes that only one of the two sets has rows of.</summary>
    public static void CheckClasses(IChannel channel, NetworkTask task, DataViewSchema.Column label, int outputs, TrainingRows training, TrainingSet validation)
    {
        if (task is not (NetworkTask.Binary or NetworkTask.Multiclass))
            return;
        int classes = task == NetworkTask.Binary ? 2 : outputs;
        CheckClasses(channel, Names(task, label, classes), training.Stream is { } stream ? [.. stream.ClassTotals.Select(total => total > 0)] : Classes(training.Set, column: 0, classes), Classes(validation, column: 0, classes));
    }

    /// <summary>The same of each of several labels.</summary>
    public static void CheckClasses(IChannel channel, HeadsLoss heads, DataViewSchema schema, TrainingRows training, TrainingSet validation)
    {
        for (int i = 0; i < heads.Heads.Count; i++)
        {
            if (heads.Heads[i] is not { Classes: > 0 and var classes } head)
                continue;
            var trained = new bool[classes];
            ReadOnlySpan<double> totals = ClassWeighting.Totals(training, heads, i);
            for (int label = 0; label < classes; label++)
                trained[label] = totals[label] > 0;
            CheckClasses(channel, Names(head.Head.Task, schema[head.Head.Name], classes), trained, Classes(validation, heads.ColumnOf(i), classes), $" of '{head.Head.Name}'");
        }
    }

    /// <summary>The values that the classes stand for.</summary>
    static IReadOnlyList<string> Names(NetworkTask task, DataViewSchema.Column label, int classes)
        => task == NetworkTask.Binary ? ["false", "true"] : ClassWeighting.ClassNames(label, classes);

    static void CheckClasses(IChannel channel, IReadOnlyList<string> names, bool[] trained, bool[] validated, string whose = "")
    {
        Warn(channel, names, validated, except: trained, whose, "The validation data has rows of {0}, of which the training data has none: the model can't learn to predict it, and these rows' loss only grows.");
        Warn(channel, names, trained, except: validated, whose, "The validation data has no rows of {0}: neither its loss nor early stopping will notice how well the model does there.");
    }

    static void Warn(IChannel channel, IReadOnlyList<string> names, bool[] classes, bool[] except, string whose, string message)
    {
        const int Named = 5;
        int[] found = [.. Enumerable.Range(0, classes.Length).Where(label => classes[label] && !except[label])];
        if (found.Length == 0)
            return;
        string text = (found.Length == 1 ? "the class " : "the classes ") + string.Join(", ", found.Take(Named).Select(label => names[label])) + (found.Length > Named ? $" and {found.Length - Named} more" : "");
        channel.Warning(message, text + whose);
    }

    static bool[] Classes(TrainingSet rows, int column, int classes)
    {
        var found = new bool[classes];
        for (int row = 0; row < rows.Rows; row++)
            found[ValidationSplit.ClassOf(rows, row, column)] = true;
        return found;
    }

    /// <summary>Values that both columns name must be equal, one by one.</summary>
    static void Compare(IHost host, DataViewSchema.Column training, DataViewSchema.Column validation, string kind, string what)
    {
        if (AnnotationTexts.Of(training, kind) is not { } expected || AnnotationTexts.Of(validation, kind) is not { } found)
            return;
        DataViewType type = ItemType(training), other = ItemType(validation);
        if (!type.Equals(other))
            throw Mismatch(host, training.Name, $"{what}s of {type} in the training data", $"{other} in the validation data");
        int first = expected.AsSpan().CommonPrefixLength(found);
        if (first < Math.Min(expected.Length, found.Length))
            throw Mismatch(host, training.Name, $"{what} {(kind == AnnotationUtils.Kinds.KeyValues ? first + 1 : first)} '{expected[first]}' in the training data", $"'{found[first]}' in the validation data");

        DataViewType ItemType(DataViewSchema.Column column) => ((VectorDataViewType)column.Annotations.Schema[kind].Type).ItemType;
    }

    static Exception Mismatch(IHost host, string column, string expected, string found)
        => host.Process(new ArgumentOutOfRangeException("validationData",
            $"Column '{column}' must mean the same in both sets of data, and it has {expected} but {found}. Transform both with one fitted pipeline."));
}
