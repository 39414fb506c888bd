namespace MLNet.WeightInit;

/// <summary>What a training gives that was stopped through <see cref="NeuralNetOptions.CancellationToken"/>.</summary>
public enum CancelledTraining
{
    /// <summary>The best model so far.</summary>
    ReturnBest,

    /// <summary>An <see cref="OperationCanceledException"/>.</summary>
    Throw,
}
