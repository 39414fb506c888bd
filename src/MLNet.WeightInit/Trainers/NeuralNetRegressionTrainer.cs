using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>Trains a feedforward network that predicts a number: <c>mlContext.Regression.Trainers.NeuralNet()</c>.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Regression</description></item>
/// <item><term>Label, features</term><description>Single; known-size vector of Single</description></item>
/// <item><term>Is normalization required?</term><description>No: the model standardizes its features and its label</description></item>
/// <item><term>Is caching required?</term><description>No: rows are read once into memory, or streamed where they don't fit there</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>MLNet.WeightInit</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes</description></item>
/// </list>
/// Output column: <c>Score</c>, in the label's unit.
/// </remarks>
public sealed class NeuralNetRegressionTrainer
    : NeuralNetTrainer<RegressionPredictionTransformer<NeuralNetRegressionModelParameters>, NeuralNetRegressionModelParameters>
{
    internal NeuralNetRegressionTrainer(IHostEnvironment environment, TrainerSettings settings)
        : base(environment, nameof(NeuralNetRegressionTrainer), NetworkTask.Regression, settings, TrainerUtils.MakeR4ScalarColumn(settings.Options.LabelColumnName))
    {
    }

    private protected override PredictionKind PredictionKind => PredictionKind.Regression;

    private protected override int CheckLabel(RoleMappedData data)
    {
        data.CheckRegressionLabel();
        return 1;
    }

    private protected override SchemaShape.Column[] OutputColumns(SchemaShape inputSchema) => [ScalarOutput(DefaultColumnNames.Score, NumberDataViewType.Single)];

    private protected override NeuralNetRegressionModelParameters CreateModel(TrainingResult result) => new(Host, result);

    private protected override RegressionPredictionTransformer<NeuralNetRegressionModelParameters> MakeTransformer(
        NeuralNetRegressionModelParameters model, DataViewSchema trainSchema)
        => BlockScorer.Install<RegressionPredictionTransformer<NeuralNetRegressionModelParameters>, NeuralNetRegressionModelParameters>(Host, new(Host, model, trainSchema, FeatureColumn.Name));
}
