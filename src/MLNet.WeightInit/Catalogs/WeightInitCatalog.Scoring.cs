using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

public sealed partial class WeightInitCatalog
{
    /// <summary>Lets the neural networks of a loaded model score data in blocks of rows, as they do after <c>Fit</c>: the same bits, several times as fast.</summary>
    /// <remarks>ML.NET makes the transformers of a model that it loads itself, and these score row by row until they are told otherwise here. Only <c>Transform</c> changes; a
    /// <c>PredictionEngine</c> scores single rows in any case. Networks that predict several values need no such call.</remarks>
    /// <typeparam name="TTransformer">Type of the model.</typeparam>
    /// <param name="model">A loaded model, or one from <c>ChangeModelThreshold</c>, however deep in chains its networks lie. A model without networks stays as it is.</param>
    /// <returns>The model itself.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    public TTransformer ScoreInBlocks<TTransformer>(TTransformer model) where TTransformer : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(model);
        switch (model)
        {
            case BinaryPredictionTransformer<NeuralNetBinaryModelParameters> binary:
                BlockScorer.Install<BinaryPredictionTransformer<NeuralNetBinaryModelParameters>, NeuralNetBinaryModelParameters>(_environment, binary);
                break;
            case MulticlassPredictionTransformer<NeuralNetMulticlassModelParameters> multiclass:
                BlockScorer.Install<MulticlassPredictionTransformer<NeuralNetMulticlassModelParameters>, NeuralNetMulticlassModelParameters>(_environment, multiclass);
                break;
            case RegressionPredictionTransformer<NeuralNetRegressionModelParameters> regression:
                BlockScorer.Install<RegressionPredictionTransformer<NeuralNetRegressionModelParameters>, NeuralNetRegressionModelParameters>(_environment, regression);
                break;
            case IEnumerable<ITransformer> chain:
                foreach (ITransformer part in chain)
                    ScoreInBlocks(part);
                break;
        }
        return model;
    }
}
