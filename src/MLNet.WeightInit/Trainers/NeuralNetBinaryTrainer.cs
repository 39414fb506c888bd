using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>Trains a feedforward network that says yes or no: <c>mlContext.BinaryClassification.Trainers.NeuralNet()</c>.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Binary classification</description></item>
/// <item><term>Label, features</term><description>Boolean; known-size vector of Single</description></item>
/// <item><term>Is normalization required?</term><description>No: the model standardizes its features</description></item>
/// <item><term>Is caching required?</term><description>No: rows are read once into memory, or streamed where they don't fit there</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>MLNet.WeightInit</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes</description></item>
/// </list>
/// Output columns: <c>PredictedLabel</c> (Boolean), <c>Score</c> (log-odds), <c>Probability</c>.
/// </remarks>
public sealed class NeuralNetBinaryTrainer
    : NeuralNetTrainer<BinaryPredictionTransformer<NeuralNetBinaryModelParameters>, NeuralNetBinaryModelParameters>
{
    internal NeuralNetBinaryTrainer(IHostEnvironment environment, TrainerSettings settings)
        : base(environment, nameof(NeuralNetBinaryTrainer), NetworkTask.Binary, settings, TrainerUtils.MakeBoolScalarLabel(settings.Options.LabelColumnName))
    {
    }

    private protected override PredictionKind PredictionKind => PredictionKind.BinaryClassification;

    private protected override int CheckLabel(RoleMappedData data)
    {
        data.CheckBinaryLabel();
        return 1;
    }

    private protected override SchemaShape.Column[] OutputColumns(SchemaShape inputSchema) =>
    [
        ScalarOutput(DefaultColumnNames.Score, NumberDataViewType.Single),
        ScalarOutput(DefaultColumnNames.Probability, NumberDataViewType.Single, isNormalized: true),
        ScalarOutput(DefaultColumnNames.PredictedLabel, BooleanDataViewType.Instance),
    ];

    private protected override NeuralNetBinaryModelParameters CreateModel(TrainingResult result) => new(Host, result);

    private protected override BinaryPredictionTransformer<NeuralNetBinaryModelParameters> MakeTransformer(
        NeuralNetBinaryModelParameters model, DataViewSchema trainSchema)
        => BlockScorer.Install<BinaryPredictionTransformer<NeuralNetBinaryModelParameters>, NeuralNetBinaryModelParameters>(Host, new(Host, model, trainSchema, FeatureColumn.Name));
}
