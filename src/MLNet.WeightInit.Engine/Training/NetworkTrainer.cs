using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit.Engine.Training;

internal sealed record TrainingResult(FeedForwardNetwork Network, TrainingHistory History, InitializationReport Initialization);

/// <summary>Plans, fills, measures and trains a network on rows in memory.</summary>
internal static class NetworkTrainer
{
    public static TrainingResult Train(TrainingSet data, TrainingOptions options, TrainingSet? validation = null) => throw new NotImplementedException();
}
