namespace MLNet.WeightInit.Engine.Training.Checkpoints;

/// <summary>Where a training leaves its state, and how often.</summary>
/// <param name="Path">A file. A training that finds it goes on from it.</param>
/// <param name="EveryEpochs">After so many epochs; null: <paramref name="Interval"/> alone decides, and without one every epoch counts.</param>
/// <param name="Interval">After the first epoch that ends at least so long after the last checkpoint; null: <paramref name="EveryEpochs"/> alone decides.</param>
/// <param name="Warn">Is told of a checkpoint that couldn't be written, after which training goes on; null: that is an <see cref="IOException"/>.</param>
internal sealed record CheckpointSettings(string Path, int? EveryEpochs = null, TimeSpan? Interval = null, Action<string>? Warn = null);
