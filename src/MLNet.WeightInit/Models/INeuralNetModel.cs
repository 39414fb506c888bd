namespace MLNet.WeightInit;

/// <summary>What every fitted network has, whatever its task: <c>transformer.Model</c>.</summary>
public interface INeuralNetModel
{
    /// <summary>The network itself, with its standardization. It can be saved without ML.NET.</summary>
    FeedForwardNetwork Network { get; }

    /// <summary>How the weights were initialized, and what that did to the training data before the first step.</summary>
    InitializationReport Initialization { get; }

    /// <summary>Loss an epoch; empty for an untrained model.</summary>
    TrainingHistory History { get; }
}
