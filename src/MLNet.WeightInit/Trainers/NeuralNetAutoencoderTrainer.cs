using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>Trains a network to reconstruct its features: <see cref="NeuralNetEstimator"/> where the label is the feature column.</summary>
internal sealed class NeuralNetAutoencoderTrainer : NeuralNetTrainer<NeuralNetAutoencoderTransformer, NeuralNetAutoencoderModelParameters>
{
    public NeuralNetAutoencoderTrainer(IHostEnvironment environment, TrainerSettings settings)
        : base(environment, nameof(NeuralNetAutoencoderTrainer), NetworkTask.Regression, settings, VectorLabel(settings.Options.LabelColumnName, NumberDataViewType.Single))
    {
    }

    private protected override PredictionKind PredictionKind => PredictionKind.MultiOutputRegression;

    private protected override int CheckLabel(RoleMappedData data) => VectorLabelSize(data);

    private protected override SchemaShape.Column[] OutputColumns(SchemaShape inputSchema) =>
    [
        VectorOutput(DefaultColumnNames.Score, NumberDataViewType.Single, inputSchema),
        new(NeuralNetAutoencoderTransformer.EmbeddingColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false, new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation())),
        ScalarOutput(NeuralNetAutoencoderTransformer.ErrorColumnName, NumberDataViewType.Single),
    ];

    private protected override NeuralNetAutoencoderModelParameters CreateModel(TrainingResult result) => new(Host, result);

    private protected override NeuralNetAutoencoderTransformer MakeTransformer(NeuralNetAutoencoderModelParameters model, DataViewSchema trainSchema)
        => new(Host, model, FeatureColumn.Name, SlotNames.Of(trainSchema[FeatureColumn.Name]));
}
