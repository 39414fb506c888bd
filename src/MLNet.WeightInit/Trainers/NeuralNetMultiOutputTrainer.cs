using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>Trains one network that predicts several values: <see cref="NeuralNetEstimator"/> for a label that is a vector of Single.</summary>
internal sealed class NeuralNetMultiOutputTrainer : NeuralNetTrainer<NeuralNetMultiOutputTransformer, NeuralNetMultiOutputModelParameters>
{
    public NeuralNetMultiOutputTrainer(IHostEnvironment environment, TrainerSettings settings)
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
