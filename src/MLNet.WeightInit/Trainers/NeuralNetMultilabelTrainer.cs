using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>Trains one network that says yes or no to each of several labels: <see cref="NeuralNetEstimator"/> for a label that is a vector of Boolean.</summary>
internal sealed class NeuralNetMultilabelTrainer : NeuralNetTrainer<NeuralNetMultilabelTransformer, NeuralNetMultilabelModelParameters>
{
    public NeuralNetMultilabelTrainer(IHostEnvironment environment, TrainerSettings settings)
        : base(environment, nameof(NeuralNetMultilabelTrainer), NetworkTask.Multilabel, settings, VectorLabel(settings.Options.LabelColumnName, BooleanDataViewType.Instance))
    {
    }

    private protected override PredictionKind PredictionKind => PredictionKind.Custom;

    private protected override int CheckLabel(RoleMappedData data) => VectorLabelSize(data);

    private protected override SchemaShape.Column[] OutputColumns(SchemaShape inputSchema) =>
    [
        VectorOutput(DefaultColumnNames.Score, NumberDataViewType.Single, inputSchema),
        VectorOutput(DefaultColumnNames.Probability, NumberDataViewType.Single, inputSchema, isNormalized: true),
        VectorOutput(DefaultColumnNames.PredictedLabel, BooleanDataViewType.Instance, inputSchema),
    ];

    private protected override NeuralNetMultilabelModelParameters CreateModel(TrainingResult result) => new(Host, result);

    private protected override NeuralNetMultilabelTransformer MakeTransformer(NeuralNetMultilabelModelParameters model, DataViewSchema trainSchema)
        => new(Host, model, FeatureColumn.Name, SlotNames.Of(trainSchema[LabelColumn.Name]));
}
