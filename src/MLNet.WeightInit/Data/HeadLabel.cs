using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit;

/// <summary>A label among several, as its column's type has it.</summary>
/// <param name="Values">Values of a vector; 1 of a key, a Boolean or a Single.</param>
/// <param name="Outputs">Of the network: a class each for a key, a quantile each, else a value each.</param>
/// <param name="Metric">Measured; null: none.</param>
/// <param name="ClassWeights">As the user gave them; null: none.</param>
internal sealed record HeadLabel(string Name, NetworkTask Task, bool IsVector, int Values, int Outputs, Loss Loss, float LossWeight, Metric? Metric, ClassWeights? ClassWeights)
{
    /// <param name="type">The column's; null where only its kind is known, and the sizes don't count.</param>
    /// <param name="loss">Null: the task's own.</param>
    /// <param name="metric">As the head says it; null: it doesn't.</param>
    /// <param name="deciding">What decides which epoch is best, where that is a metric of this head; else null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is no label, or its loss, metric or class weights don't fit it.</exception>
    public static HeadLabel Of(SchemaShape.Column column, DataViewType? type, NeuralNetHead head, Loss? loss, Metric? metric, Metric? deciding, float smoothing)
    {
        NetworkTask task = LabelTask.Of(column, loss) ?? throw LabelMismatch.Describe(column, LabelTask.Types);
        TaskLosses.Check(head.Loss, loss, task);
        if (head.ClassWeights is not null && task is not (NetworkTask.Multiclass or NetworkTask.Binary))
            throw new ArgumentOutOfRangeException(nameof(NeuralNetHead.ClassWeights), head.ClassWeights,
                $"Class weights need one class a row, and the head '{column.Name}', which is {TaskLosses.Describe(task)}, has none. Leave its ClassWeights null; to weigh the label against the others set LossWeight, and to weigh rows ExampleWeightColumnName.");
        bool isVector = column.Kind != SchemaShape.Column.VectorKind.Scalar;
        int values = isVector ? (type as VectorDataViewType)?.Size ?? 1 : 1;
        int outputs = task switch
        {
            NetworkTask.Multiclass => type is KeyDataViewType key ? key.GetCountAsInt32() : 1,
            NetworkTask.Quantiles => ((Quantiles)loss!).Levels.Count,
            _ => values,
        };
        Loss own = loss ?? Losses.Parse(TaskLosses.For(task)[0]);
        if (smoothing > 0 && !task.IsOfValues())
            own = own is CustomLoss || own.LabelSmoothing > 0
                ? throw new ArgumentOutOfRangeException(nameof(NeuralNetOptions.LabelSmoothing), smoothing,
                    $"Label smoothing is of all heads with classes, and the loss {own.Specification} of the head '{column.Name}' {(own is CustomLoss ? "gets the labels as they are" : "has its own")}. Set it to 0, and smooth within the losses.")
                : SmoothedLoss.Of(own, smoothing);
        return new HeadLabel(column.Name, task, isVector, values, outputs, own, head.LossWeight, HeadMetrics.Of(column.Name, metric, deciding, task, isVector), head.ClassWeights);
    }

    public OutputHead Head => new(Name, Task, Outputs, Task is NetworkTask.Multiclass or NetworkTask.Quantiles ? 1 : Values);

    /// <summary>How messages call one of its values.</summary>
    public string NameOf(int value, string[]? slotNames)
        => !IsVector ? Name : $"{Name}.{(string.IsNullOrEmpty(slotNames?[value]) ? ClassWeights.NameOf(value) : slotNames[value])}";
}
