using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit;

/// <summary>Trains one network that predicts several quantiles of a value: <see cref="NeuralNetEstimator"/> for a label of Single and the loss Quantiles.</summary>
internal sealed class NeuralNetQuantileTrainer : NeuralNetTrainer<NeuralNetQuantileTransformer, NeuralNetQuantileModelParameters>
{
    readonly IReadOnlyList<double> _levels;

    public NeuralNetQuantileTrainer(IHostEnvironment environment, TrainerSettings settings)
        : base(environment, nameof(NeuralNetQuantileTrainer), NetworkTask.Quantiles, settings, TrainerUtils.MakeR4ScalarColumn(settings.Options.LabelColumnName))
        => _levels = ((Quantiles)settings.Loss!).Levels;

    private protected override PredictionKind PredictionKind => PredictionKind.MultiOutputRegression;

    private protected override int CheckLabel(RoleMappedData data)
    {
        data.CheckRegressionLabel();
        return 1;
    }

    private protected override int OutputsOf(int labelValues) => _levels.Count;

    private protected override SchemaShape.Column[] OutputColumns(SchemaShape inputSchema)
    {
        SchemaShape.Column score = VectorOutput(DefaultColumnNames.Score, NumberDataViewType.Single, hasSlotNames: true);
        return QuantileColumns.MedianOf(_levels) < 0 ? [score] : [score, ScalarOutput(QuantileColumns.Median, NumberDataViewType.Single)];
    }

    private protected override NeuralNetQuantileModelParameters CreateModel(TrainingResult result) => new(Host, result);

    private protected override NeuralNetQuantileTransformer MakeTransformer(NeuralNetQuantileModelParameters model, DataViewSchema trainSchema) => new(Host, model, FeatureColumn.Name);
}
