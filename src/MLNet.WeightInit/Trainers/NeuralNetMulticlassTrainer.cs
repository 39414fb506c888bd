using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>Trains a feedforward network that picks one of several classes: <c>mlContext.MulticlassClassification.Trainers.NeuralNet()</c>.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Multiclass classification</description></item>
/// <item><term>Label, features</term><description>Key (UInt32); known-size vector of Single</description></item>
/// <item><term>Is normalization required?</term><description>No: the model standardizes its features</description></item>
/// <item><term>Is caching required?</term><description>No: rows are read once into memory, or streamed where they don't fit there</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>MLNet.WeightInit</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes</description></item>
/// </list>
/// Output columns: <c>PredictedLabel</c> (key), <c>Score</c> (one probability a class, summing to 1).
/// </remarks>
public sealed class NeuralNetMulticlassTrainer
    : NeuralNetTrainer<MulticlassPredictionTransformer<NeuralNetMulticlassModelParameters>, NeuralNetMulticlassModelParameters>
{
    internal NeuralNetMulticlassTrainer(IHostEnvironment environment, TrainerSettings settings)
        : base(environment, nameof(NeuralNetMulticlassTrainer), NetworkTask.Multiclass, settings, TrainerUtils.MakeU4ScalarColumn(settings.Options.LabelColumnName))
    {
    }

    private protected override PredictionKind PredictionKind => PredictionKind.MulticlassClassification;

    private protected override int CheckLabel(RoleMappedData data)
    {
        data.CheckMulticlassLabel(out int classes);
        return classes;
    }

    private protected override SchemaShape.Column[] OutputColumns(SchemaShape inputSchema)
    {
        bool found = inputSchema.TryFindColumn(LabelColumn.Name, out SchemaShape.Column label);
        Contracts.Assert(found);
        var keyValues = label.Annotations.Where(annotation => annotation.Name == AnnotationUtils.Kinds.KeyValues);
        return
        [
            new SchemaShape.Column(DefaultColumnNames.Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false,
                new SchemaShape(AnnotationUtils.AnnotationsForMulticlassScoreColumn(label))),
            new SchemaShape.Column(DefaultColumnNames.PredictedLabel, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true,
                new SchemaShape(keyValues.Concat(AnnotationUtils.GetTrainerOutputAnnotation()))),
        ];
    }

    private protected override NeuralNetMulticlassModelParameters CreateModel(TrainingResult result) => new(Host, result);

    private protected override MulticlassPredictionTransformer<NeuralNetMulticlassModelParameters> MakeTransformer(
        NeuralNetMulticlassModelParameters model, DataViewSchema trainSchema)
        => BlockScorer.Install<MulticlassPredictionTransformer<NeuralNetMulticlassModelParameters>, NeuralNetMulticlassModelParameters>(Host, new(Host, model, trainSchema, FeatureColumn.Name, LabelColumn.Name));
}
