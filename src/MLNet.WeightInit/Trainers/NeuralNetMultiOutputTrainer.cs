using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>Trains one feedforward network that predicts several values: <c>mlContext.Regression.Trainers.NeuralNetMultiOutput()</c>.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Regression of several values</description></item>
/// <item><term>Label, features</term><description>Known-size vector of Single; known-size vector of Single</description></item>
/// <item><term>Is normalization required?</term><description>No: the model standardizes its features, and each value of the label</description></item>
/// <item><term>Is caching required?</term><description>No: rows are read once, or streamed</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>MLNet.WeightInit</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes</description></item>
/// </list>
/// Output column: <c>Score</c> (vector of Single, each value in its label's unit, with the label's slot names). <c>mlContext.Regression.EvaluateMultiOutput</c> measures it, value by value.
/// </remarks>
public sealed class NeuralNetMultiOutputTrainer : NeuralNetTrainer<NeuralNetMultiOutputTransformer, NeuralNetMultiOutputModelParameters>
{
    internal NeuralNetMultiOutputTrainer(IHostEnvironment environment, TrainerSettings settings)
        : base(environment, nameof(NeuralNetMultiOutputTrainer), NetworkTask.Regression, settings, VectorLabel(settings.Options.LabelColumnName, NumberDataViewType.Single))
    {
    }

    private protected override PredictionKind PredictionKind => PredictionKind.MultiOutputRegression;

    private protected override int CheckLabel(RoleMappedData data) => VectorLabelSize(data);

    private protected override SchemaShape.Column[] OutputColumns(SchemaShape inputSchema) => [VectorOutput(DefaultColumnNames.Score, NumberDataViewType.Single, inputSchema)];

    private protected override NeuralNetMultiOutputModelParameters CreateModel(TrainingResult result) => new(Host, result);

    private protected override NeuralNetMultiOutputTransformer MakeTransformer(NeuralNetMultiOutputModelParameters model, DataViewSchema trainSchema)
        => new(Host, model, FeatureColumn.Name, SlotNames.Of(trainSchema[LabelColumn.Name]));
}
