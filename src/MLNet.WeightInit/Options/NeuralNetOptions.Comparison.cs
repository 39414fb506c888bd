namespace MLNet.WeightInit;

public sealed partial class NeuralNetOptions
{
    /// <summary>What <see cref="WeightInitCatalog.Compare(Microsoft.ML.IDataView, NeuralNetOptions, IReadOnlyList{WeightInitializer}, int, int)"/> trains with.</summary>
    internal ComparisonRun? Comparison { get; set; }
}
