using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit;

/// <summary>Several labels as one: a column that holds them side by side, which is read as a label of several values is, and the loss that knows them apart.</summary>
internal sealed class HeadLabels
{
    HeadLabels(IReadOnlyList<HeadLabel> all, (int Head, Metric? Own)? deciding)
    {
        All = all;
        ColumnName = all.Count == 1 ? $"{all[0].Name} (head)" : string.Join(", ", all.Select(label => label.Name));    // never one of the labels' own
        Loss = new HeadsLoss(all.Select(label => new HeadLoss(label.Head, label.Loss, label.LossWeight) { Metric = label.Metric }));
        Metric = HeadMetrics.Deciding(deciding, all, Loss);
    }

    /// <summary>In the order of the options.</summary>
    public IReadOnlyList<HeadLabel> All { get; }

    /// <summary>Of the joined column: what messages call the label.</summary>
    public string ColumnName { get; }

    /// <summary>Without class weights, which need the rows.</summary>
    public HeadsLoss Loss { get; }

    /// <summary>Decides which epoch is best; null: the loss.</summary>
    public Metric? Metric { get; }

    public int Outputs => All.Sum(label => label.Outputs);

    /// <summary>The labels of a schema of which only the kinds of columns are known.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or no label.</exception>
    public static HeadLabels Of(IHost host, TrainerSettings settings, SchemaShape schema) => Of(host, settings, schema, _ => null);

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or no label.</exception>
    public static HeadLabels Of(IHost host, TrainerSettings settings, DataViewSchema schema) => Of(host, settings, SchemaShape.Create(schema), name => schema[name].Type);

    static HeadLabels Of(IHost host, TrainerSettings settings, SchemaShape shape, Func<string, DataViewType?> typeOf)
    {
        var labels = new List<HeadLabel>();
        foreach ((NeuralNetHead head, Loss? loss, Metric? metric) in settings.Options.Heads!.Zip(settings.HeadLosses, settings.HeadMetricsGiven))
        {
            Metric? deciding = settings.MetricOfHead is { } choice && choice.Head == labels.Count ? choice.Own : null;
            if (!shape.TryFindColumn(head.LabelColumnName, out SchemaShape.Column column))
                throw host.ExceptSchemaMismatch("inputSchema", "label", head.LabelColumnName);
            labels.Add(HeadLabel.Of(column, typeOf(head.LabelColumnName), head, loss, metric, deciding, settings.Options.LabelSmoothing));
        }
        if (settings.Options.LabelSmoothing > 0 && labels.TrueForAll(label => label.Task.IsOfValues()))
            throw host.Process(new ArgumentOutOfRangeException(nameof(NeuralNetOptions.LabelSmoothing), settings.Options.LabelSmoothing, "Label smoothing needs classes, and no head has any. Set it to 0."));
        return new HeadLabels(labels, settings.MetricOfHead);
    }

    /// <summary>The loss with the class weights that heads ask for, as these rows have it.</summary>
    /// <param name="schema">With the labels' own columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">A class is weighed that its label does not have.</exception>
    public HeadsLoss LossFor(IChannel channel, DataViewSchema schema, TrainingRows rows)
        => new(Loss.Heads.Select((part, head) => All[head].ClassWeights is { } weights
            ? part with { ClassWeights = ClassWeighting.Resolve(channel, weights, schema[part.Head.Name], part.Head.Task, part.Head.Outputs, ClassWeighting.Totals(rows, Loss, head), $" of '{part.Head.Name}'") }
            : part));

    /// <summary>The data with the joined column.</summary>
    public IDataView Join(IHost host, IDataView data) => new HeadLabelsView(host, data, this);

    /// <summary>The schema with the joined column.</summary>
    public SchemaShape Join(SchemaShape schema)
        => new(schema.Append(new SchemaShape.Column(ColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false)));

    /// <summary>The schema without it.</summary>
    public SchemaShape Part(SchemaShape schema) => new(schema.Where(column => column.Name != ColumnName));

    /// <exception cref="ArgumentOutOfRangeException">A label of the validation data means something else than that of the training data.</exception>
    public void CheckValidation(IHost host, DataViewSchema training, DataViewSchema validation)
    {
        foreach (HeadLabel label in All)
        {
            if (validation.GetColumnOrNull(label.Name) is not { } column)
                throw host.ExceptSchemaMismatch("validationData", "label", label.Name);
            DataViewSchema.Column expected = training[label.Name];
            if (!expected.Type.Equals(column.Type))
                throw host.Process(new ArgumentOutOfRangeException("validationData", column.Type,
                    $"The label column '{label.Name}' must be of the same type in the validation data as in the training data, which has {expected.Type}. Transform both with one fitted pipeline."));
            ValidationSchema.CheckKeys(host, expected, column);
        }
    }
}
