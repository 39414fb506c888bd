using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>The trainer of some task, for who learns from the data which task it is.</summary>
internal interface ITaskTrainer
{
    /// <param name="validationData">Rows to measure on after each epoch; null: none but what the options keep out.</param>
    /// <param name="modelParameters">What training goes on from; null: initialized weights.</param>
    /// <exception cref="ArgumentOutOfRangeException">The model is of another task.</exception>
    ISingleFeaturePredictionTransformer<INeuralNetModel> Train(IDataView trainData, IDataView? validationData, INeuralNetModel? modelParameters);

    SchemaShape GetOutputSchema(SchemaShape inputSchema);
}
