using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Peers.Fitting;

/// <summary>The pipeline of the README on rows in memory: labels to keys, network, keys to labels; on one thread, everything else at its default.</summary>
sealed class DigitsPipeline
{
    readonly IDataView _rows;
    readonly IEstimator<TransformerChain<ITransformer>> _pipeline;

    public DigitsPipeline(int epochs)
    {
        var context = new MLContext(seed: 1);
        var loader = context.Data.CreateTextLoader(new TextLoader.Options
        {
            Separators = [','],
            HasHeader = true,
            Columns = [new TextLoader.Column("Label", DataKind.Single, 0), new TextLoader.Column("Features", DataKind.Single, 1, 64)],
        });
        _rows = context.Data.Cache(loader.Load(Path.Combine(AppContext.BaseDirectory, "digits.csv")));
        _pipeline = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.Transforms.NeuralNet(new NeuralNetOptions { NumberOfEpochs = epochs, NumberOfThreads = 1 }))
            .Append((IEstimator<ITransformer>)context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    }

    /// <summary>Trains a new model and gives the last epoch's training loss.</summary>
    public double Fit()
        => _pipeline.Fit(_rows).OfType<ISingleFeaturePredictionTransformer<INeuralNetModel>>().Single().Model.History.Epochs[^1].TrainingLoss;
}
