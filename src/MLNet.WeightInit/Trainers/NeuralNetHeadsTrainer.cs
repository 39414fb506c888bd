using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit;

/// <summary>Trains one network that predicts several labels, each of a kind of its own: <see cref="NeuralNetEstimator"/> with <see cref="NeuralNetOptions.Heads"/>. Its label is the joined column of <see cref="HeadLabels"/>.</summary>
internal sealed class NeuralNetHeadsTrainer : NeuralNetTrainer<NeuralNetHeadsTransformer, NeuralNetHeadsModelParameters>
{
    const string Score = DefaultColumnNames.Score, Probability = DefaultColumnNames.Probability, PredictedLabel = DefaultColumnNames.PredictedLabel;

    readonly HeadLabels _labels;

    public NeuralNetHeadsTrainer(IHostEnvironment environment, TrainerSettings settings, HeadLabels labels)
        : base(environment, nameof(NeuralNetHeadsTrainer), NetworkTask.Heads, settings, VectorLabel(labels.ColumnName, NumberDataViewType.Single))
        => _labels = labels;

    private protected override PredictionKind PredictionKind => PredictionKind.Custom;

    private protected override Loss? ComposedLoss => _labels.Loss;

    private protected override Metric? ComposedMetric => _labels.Metric;

    private protected override Loss? LossFor(IChannel channel, DataViewSchema schema, TrainingRows rows) => _labels.LossFor(channel, schema, rows);

    private protected override int CheckLabel(RoleMappedData data) => VectorLabelSize(data);

    private protected override int OutputsOf(int labelValues) => _labels.Outputs;

    private protected override SchemaShape.Column[] OutputColumns(SchemaShape inputSchema) => [.. _labels.All.SelectMany(label => ColumnsOf(label, inputSchema))];

    private protected override NeuralNetHeadsModelParameters CreateModel(TrainingResult result) => new(Host, result);

    private protected override NeuralNetHeadsTransformer MakeTransformer(NeuralNetHeadsModelParameters model, DataViewSchema trainSchema)
        => new(Host, model, FeatureColumn.Name, [.. _labels.All.Select(label => HeadNames.Of(label, trainSchema[label.Name]))]);

    // As HeadColumns delivers them.
    static IEnumerable<SchemaShape.Column> ColumnsOf(HeadLabel label, SchemaShape schema)
    {
        bool found = schema.TryFindColumn(label.Name, out SchemaShape.Column column);
        Contracts.Assert(found);
        string Name(string kind) => HeadColumns.NameOf(label.Name, kind);
        SchemaShape.Column Values(string kind, DataViewType itemType, bool isNormalized = false)
            => label.IsVector ? VectorOutput(Name(kind), itemType, column.HasSlotNames(), isNormalized) : ScalarOutput(Name(kind), itemType, isNormalized);
        switch (label.Task)
        {
            case NetworkTask.Multiclass:
                SchemaShape.Column[] keyValues = [.. column.Annotations.Where(annotation => annotation.Name == AnnotationUtils.Kinds.KeyValues)];
                yield return VectorOutput(Name(Score), NumberDataViewType.Single, hasSlotNames: Array.Exists(keyValues, values => values.ItemType is TextDataViewType));
                yield return new SchemaShape.Column(Name(PredictedLabel), SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true,
                    new SchemaShape(keyValues.Concat(AnnotationUtils.GetTrainerOutputAnnotation())));
                break;
            case NetworkTask.Quantiles:
                yield return VectorOutput(Name(Score), NumberDataViewType.Single, hasSlotNames: true);
                if (QuantileColumns.MedianOf(((Quantiles)label.Loss).Levels) >= 0)
                    yield return ScalarOutput(Name(QuantileColumns.Median), NumberDataViewType.Single);
                break;
            default:
                yield return Values(Score, NumberDataViewType.Single);
                if (label.Task == NetworkTask.Regression)
                    break;
                yield return Values(Probability, NumberDataViewType.Single, isNormalized: true);
                yield return Values(PredictedLabel, BooleanDataViewType.Instance);
                break;
        }
    }
}
