namespace MLNet.WeightInit;

/// <summary>Every default that shapes a network or its training, in one place.</summary>
internal static class NeuralNetDefaults
{
    public const string LabelColumnName = "Label";
    public const string FeatureColumnName = "Features";
    public const string Activation = "ReLU";
    public const string Optimizer = "Adam";
    public const float LearningRate = 1e-3f;
    public const string Schedule = "Constant";
    public const int BatchSize = 64;

    public static IReadOnlyList<int> HiddenLayers { get; } = [128, 64];
}
